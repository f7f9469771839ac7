"""Identities: how many of a statement's trusted identities must have signed.

A setting beyond Notation, which is satisfied by one signature. It only makes stricter:
each signature that counts satisfies the statement by itself.
"""

from notation_verifier import Action, TrustPolicyStatement
from sealward.policy.document import Fields
from sealward.policy.problems import Problems

_REMEDY = "write a whole number from 1, at most the number of trusted identities"


def signing_profile(identity: str) -> str:
    """Return who an identity is: of a signing profile's versions all are one."""
    if not identity.startswith("arn:"):
        return identity
    head, slash, profile = identity.partition("/signing-profiles/")
    return head + slash + profile.partition("/")[0]


def read_identities_required(
    fields: Fields, statement: TrustPolicyStatement | None, problems: Problems
) -> int:
    """Return ``identitiesRequired`` of a policy; report what can never be reached."""
    required = fields.take("identitiesRequired", int, _REMEDY)
    if required is None or required == 1:
        return 1
    at = f"{fields.where}/identitiesRequired"
    if required < 1:
        problems.add(at, f"{required} is less than one", _REMEDY)
        return 1
    if statement is None:
        return required
    identities = statement.trusted_identities
    if "*" in identities:
        problems.add(
            at,
            'any identity counts ("*"), so they cannot be told apart',
            "name the identities under trustedIdentities",
        )
    elif required > len({signing_profile(each) for each in identities}):
        problems.add(
            at,
            f"{required} is more than the statement's different identities (versions "
            "of one signing profile count once)",
            _REMEDY,
        )
    elif statement.level.authenticity is not Action.ENFORCE:
        problems.add(
            at,
            f"level {statement.level.name} does not enforce authenticity",
            "use level strict or permissive",
        )
    return required
