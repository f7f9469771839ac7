"""A hint: look at this artifact again; and the message that carries one onwards."""

from typing import Any, Final

from notation_verifier.values import dataclass

LOOK_AGAIN_SOURCE: Final = "sealward"
LOOK_AGAIN_TYPE: Final = "Look Again"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Hint:
    """Look at this artifact again."""

    account: str
    """Twelve digits."""
    region: str
    repository: str
    """The repository's name within the registry, as ECR allows it."""
    digest: str
    """``sha256:`` and 64 lower-case hex digits."""
    scheduled: bool = False
    """Whether nothing happened but that the ledger's due time for it came."""
    origin: str = ""
    """``account/region`` it is said to have been replicated from, or empty."""
    pusher: str = ""
    """Who is said to have pushed it, by CloudTrail's event, or empty."""
    deleter: str = ""
    """Who is said to have deleted ``deleted``, by CloudTrail's event, or empty."""
    deleted: str = ""
    """Digest of what that was: this one, or a signature of it."""
    again: bool = False
    """Whether its message came before: what that look told may have been lost."""
    anew: bool = False
    """Whether something was revoked: what AWS Signer answered before does not count."""
    last: bool = False
    """Whether its message comes for the last time: every look at it may have died."""


def look_again(hint: Hint) -> dict[str, Any]:
    """Return the message that asks for another look, shaped as EventBridge's events."""
    detail: dict[str, Any] = {
        "repository-name": hint.repository,
        "image-digest": hint.digest,
    }
    if hint.scheduled:
        detail["scheduled"] = True
    if hint.origin:
        account, _, region = hint.origin.partition("/")
        detail |= {"source-account": account, "source-region": region}
    if hint.anew:
        detail["anew"] = True
    if hint.pusher:
        detail["pusher"] = hint.pusher
    if hint.deleter:
        detail |= {"deleter": hint.deleter, "deleted": hint.deleted}
    return {
        "source": LOOK_AGAIN_SOURCE,
        "detail-type": LOOK_AGAIN_TYPE,
        "account": hint.account,
        "region": hint.region,
        "detail": detail,
    }
