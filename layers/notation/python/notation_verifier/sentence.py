"""The sentence of an explanation: what a statement asks for, and what was found.

Texts come from whoever made the signature, so each is given in printable ASCII and cut.
"""

from collections.abc import Sequence
from typing import Final, assert_never

from notation_verifier.levels import SKIP, Action
from notation_verifier.outcome import Failed, Outcome, Passed, Skipped
from notation_verifier.report import Check, Conclusion, Verification
from notation_verifier.statement import PolicyStatement
from notation_verifier.trust_policy import TrustPolicyStatement

TEXT_LIMIT: Final = 600
"""Characters of one text."""
ACTION_WORDS: Final = {
    Action.ENFORCE: "enforced",
    Action.LOG: "only logged",
    Action.SKIP: "skipped",
}

_NAMED: Final = 2
"""Scopes, stores and identities that a sentence names."""
_NAME_LIMIT: Final = 150
"""Characters of one of them."""
_DETAIL_LIMIT: Final = 300


def requirement(statement: PolicyStatement, scope: str | None) -> str:
    """Return what ``statement`` asks of what it is for.

    Of images, those of ``scope`` are named; None: all of its scopes.
    """
    if isinstance(statement, TrustPolicyStatement):
        scopes = statement.registry_scopes if scope is None else (scope,)
        these = f"Images matching {_named(scopes)}"
    else:
        these = f"Blobs under {_named([statement.name])}"
    level = statement.level
    if level is SKIP:
        return f"{these} need no signature: level skip verifies nothing"
    identities = statement.trusted_identities
    if "*" in identities:
        who = "any identity"
    elif len(identities) == 1:
        who = f"the identity {_named(identities)}"
    else:
        who = f"one of the identities {_named(identities)}"
    stores = [str(store) for store in statement.trust_stores]
    signer = f"by {who} in store{'s' * (len(stores) > 1)} {_named(stores)}"
    if level.authenticity is not Action.ENFORCE:
        signer = f"by anyone, though {signer} is wanted,"
    enforced = {level.authentic_timestamp, level.expiry} == {Action.ENFORCE}
    window = "within" if enforced else "not necessarily within"
    return (
        f"{these} must be signed {signer} {window} the validity window with "
        f"revocation {ACTION_WORDS[level.revocation]} (level {level.name})"
    )


def finding(verification: Verification, decisive: Check | None) -> str:
    """Return how the verified one meets the requirement: what follows *this one*.

    Args:
        verification: of one signature.
        decisive: the check that refuses it or leaves it open; None where it satisfies.
    """
    chain = verification.chain
    who = printable(chain[0].subject, _NAME_LIMIT) if chain else "nobody"
    if decisive is None:
        logged = len(verification.failures)
        beside = f"; failed checks that are only logged: {logged}" if logged else ""
        return f"is: it is signed by {who}{beside}."
    refused = verification.conclusion() is Conclusion.REFUSED
    return (
        f"{'is not' if refused else 'cannot be told'}: check {decisive.name} of the "
        f"signature by {who} {outcome_word(decisive.outcome)}: "
        f"{printable(decisive.outcome.detail, _DETAIL_LIMIT)}."
    )


def outcome_word(outcome: Outcome) -> str:
    """Return ``passed``, ``failed`` or ``skipped``."""
    match outcome:
        case Passed():
            return "passed"
        case Failed():
            return "failed"
        case Skipped():
            return "skipped"
        case _:
            assert_never(outcome)


def printable(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return ``text`` in printable ASCII, all else escaped, cut to ``limit``."""
    clean = "".join(
        one if " " <= one <= "~" else one.encode("unicode_escape").decode("ascii")
        for one in text[:limit]
    )
    if len(clean) <= limit and len(text) <= limit:
        return clean
    return f"{clean[: limit - 3]}..."


def _named(names: Sequence[str]) -> str:
    """Return the first names in words, and how many more there are."""
    shown = [printable(name, _NAME_LIMIT) for name in names[:_NAMED]]
    if len(names) > _NAMED:
        shown.append(f"{len(names) - _NAMED} more")
    if len(shown) == 1:
        return shown[0]
    return f"{', '.join(shown[:-1])} or {shown[-1]}"
