"""Requests: what a sweep is asked for, by AWS Signer's events or by a person.

Like any event, one of CloudTrail's is a hint and never evidence: it chooses which
identities of the policy in force are asked about again. Nothing is built from it.
"""

from collections.abc import Iterator
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.policy.bundle import Policy, PolicyBundle
from sealward.sweep.progress import Kind, Recheck

REVOKE_PROFILE: Final = "RevokeSigningProfile"
REVOKE_SIGNATURE: Final = "RevokeSignature"
_SHOWN: Final = 80


class BadRequest(ValueError):  # noqa: N818 - named by what is wrong
    """Nobody can act upon it; ``str()`` says why and what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for."""

    rechecks: tuple[Recheck, ...] = ()
    walk: bool = False
    """Whether a walk is to begin now."""
    ignored: str = ""
    """Why an event asks for nothing, if so."""


def read_request(
    event: object, *, account: str, region: str, bundle: PolicyBundle | None
) -> Request:
    """Return what ``event`` asks for.

    Args:
        event: what the function was invoked with: a schedule's event, one of AWS
            Signer's calls through CloudTrail, or a person's
            ``{"recheck": {"signer": "<identity>"}}`` or ``{"walk": true}``.
        account: the function's own.
        region: the function's own.
        bundle: in force, where one is.

    Raises:
        BadRequest: it is none of these.
    """
    if not isinstance(event, dict):
        raise BadRequest("a request is a JSON object")
    if event.get("source") == "aws.signer":
        return _revoked(event, account=account, region=region, bundle=bundle)
    if "recheck" in event:
        return Request(rechecks=tuple(_asked(event["recheck"], bundle)))
    if "walk" in event:
        if event["walk"] is not True:
            raise BadRequest('write {"walk": true}')
        return Request(walk=True)
    return Request()


def _asked(recheck: object, bundle: PolicyBundle | None) -> Iterator[Recheck]:
    identity = recheck.get("signer") if isinstance(recheck, dict) else None
    if not isinstance(identity, str) or not identity:
        raise BadRequest(
            'write {"recheck": {"signer": "<identity>"}}, with the identity as the '
            "policy names it in trustedIdentities"
        )
    yield from _signed_by(identity, bundle)


def _signed_by(identity: str, bundle: PolicyBundle | None) -> Iterator[Recheck]:
    """Yield the rechecks of what ``identity`` made trusted, alone or with others."""
    yield Recheck(kind=Kind.SIGNER, value=identity)
    for policy in bundle.policies if bundle else ():
        if policy.identities_required > 1 and identity in _identities(policy):
            # A record is found by its first signer only.
            yield Recheck(kind=Kind.STATEMENT, value=policy.statement_hash)


def _revoked(
    event: dict[str, Any], *, account: str, region: str, bundle: PolicyBundle | None
) -> Request:
    detail = event.get("detail")
    if not isinstance(detail, dict):
        raise BadRequest("the event has no detail object")
    if (event.get("account"), event.get("region")) != (account, region):
        return Request(ignored="of another account or Region")
    name = detail.get("eventName")
    if name not in (REVOKE_PROFILE, REVOKE_SIGNATURE):
        return Request(ignored=f"{_shown(name)} revokes nothing")
    if detail.get("errorCode"):
        return Request(ignored="Signer refused the call")
    parameters = detail.get("requestParameters")
    profile = parameters.get("profileName") if isinstance(parameters, dict) else None
    if name == REVOKE_PROFILE and not isinstance(profile, str):
        raise BadRequest("RevokeSigningProfile without a profileName")
    # A signature's event names a job, and a job no profile: all of them, then.
    wanted = profile if name == REVOKE_PROFILE else None
    rechecks = tuple(
        recheck
        for identity in _signer_identities(bundle)
        if wanted is None or _profile(identity) == (account, wanted)
        for recheck in _signed_by(identity, bundle)
    )
    return Request(
        rechecks=tuple(dict.fromkeys(rechecks)),
        ignored="" if rechecks else "no policy names that profile",
    )


def _signer_identities(bundle: PolicyBundle | None) -> list[str]:
    """Return the AWS Signer profiles that policies trust, as they write them."""
    return sorted(
        {
            identity
            for policy in (bundle.policies if bundle else ())
            for identity in _identities(policy)
            if identity.startswith("arn:")
        }
    )


def _identities(policy: Policy) -> tuple[str, ...]:
    return tuple(policy.statement.trusted_identities)


def _profile(identity: str) -> tuple[str, str]:
    """Return account and name of a profile, or of a version of it."""
    account, _, path = identity.split(":", 4)[-1].partition(":")
    return account, path.removeprefix("/signing-profiles/").partition("/")[0]


def _shown(text: object) -> str:
    return ascii(str(text)[:_SHOWN])
