"""Events: hints to look at a subject again.

An event is never evidence. Four values are taken from it, account, Region, repository
and digest, each checked against ECR's own patterns and the function's own account and
Region; everything else is read again from the registry (docs/threat-model.md, 18). Of a
push or a deletion CloudTrail adds who did it, a name for texts. Of a replication its
source is remembered as well, as what the event said: it chooses words, and an entry of
the bundle that names it, and decides nothing (docs/replication.md).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from notation_verifier.values import dataclass

REPOSITORY: Final = re.compile(
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
)
"""ECR API, RepositoryName. No two alternatives start alike: it cannot backtrack far."""
REPOSITORY_LENGTH: Final = range(2, 257)
"""Characters; ECR API, RepositoryName."""
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
"""The only digests ECR knows."""

ORIGIN: Final = re.compile(r"[0-9]{12}/[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}")
"""A registry as a replication names its source: account and Region."""

LOOK_AGAIN_SOURCE: Final = "sealward"
LOOK_AGAIN_TYPE: Final = "Look Again"

_REPLICATION: Final = "ECR Replication Action"
_ACTIONS: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("aws.ecr", "ECR Image Action"): frozenset(
        {"PUSH", "DELETE", "UPDATE_STORAGE_CLASS"}
    ),
    ("aws.ecr", "ECR Referrer Action"): frozenset(
        {"PUSH", "DELETE", "UPDATE_STORAGE_CLASS"}
    ),
    ("aws.ecr", _REPLICATION): frozenset({"REPLICATE"}),
}
_API_CALL: Final = ("aws.ecr", "AWS API Call via CloudTrail")
_PULL_THROUGH: Final = ("aws.ecr", "ECR Pull Through Cache Action")
_ECR: Final = "aws.ecr"
_SHOWN = 80
_DELETED = 100
"""Images that one BatchDeleteImage takes at most."""
_PUSHER = 300
"""Characters of a principal's ARN that are kept."""


class EventProblem(StrEnum):
    """Why an event is put aside; the ``reason`` attribute of the dead letter."""

    NOT_AN_OBJECT = "event-not-an-object"
    MISSING_FIELD = "event-missing-field"
    UNKNOWN_KIND = "event-unknown-kind"
    OTHER_ACCOUNT = "event-other-account"
    OTHER_REGION = "event-other-region"
    BAD_REPOSITORY = "event-bad-repository"
    BAD_DIGEST = "event-bad-digest"
    BAD_RESULT = "event-bad-result"


class MalformedEvent(Exception):  # noqa: N818 - named by what is wrong
    """An event nobody can act upon: what is wrong, where; it becomes a dead letter."""

    def __init__(self, reason: EventProblem, where: str, message: str) -> None:
        self.reason = reason
        self.where = where
        """RFC 6901 pointer into the event."""
        self.message = message
        super().__init__(f"{where or '/'}: {message}")


class UnknownEvent(MalformedEvent):
    """An event of ECR's that this version does not know: counted and let go."""


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


def is_repository(name: str) -> bool:
    """Return whether ECR allows ``name`` as a repository's name (ASCII throughout)."""
    return len(name) in REPOSITORY_LENGTH and REPOSITORY.fullmatch(name) is not None


def is_digest(text: str) -> bool:
    """Return whether ``text`` is a digest as ECR writes it."""
    return DIGEST.fullmatch(text) is not None


def parse_events(payload: object, *, account: str, region: str) -> tuple[Hint, ...]:
    """Return the hints of one EventBridge event.

    Args:
        payload: the event as parsed JSON, of any shape.
        account: the function's own account, twelve digits.
        region: the function's own Region.

    Returns:
        One hint, or none where the event is well formed but says that nothing happened
        (``result`` FAILED), or names no digest (a pull-through cache may not).

    Raises:
        UnknownEvent: it is ECR's, and of no kind or action that is known here.
        MalformedEvent: it is no event of the kinds the stack's rules forward, or is of
            another account or Region, or names what ECR could not have.
    """
    if not isinstance(payload, dict):
        raise MalformedEvent(
            EventProblem.NOT_AN_OBJECT, "", "an EventBridge event is a JSON object"
        )
    source = _text(payload, "", "source")
    kind = _text(payload, "", "detail-type")
    own = (source, kind) == (LOOK_AGAIN_SOURCE, LOOK_AGAIN_TYPE)
    actions = _ACTIONS.get((source, kind))
    cached = (source, kind) == _PULL_THROUGH
    called = (source, kind) == _API_CALL
    if actions is None and not own and not cached and not called:
        raise (UnknownEvent if source == _ECR else MalformedEvent)(
            EventProblem.UNKNOWN_KIND,
            "/detail-type",
            f"no rule of this stack forwards {_shown(kind)} from {_shown(source)}",
        )
    _require_ours(payload, account, region)
    detail = payload.get("detail")
    if not isinstance(detail, dict):
        raise MalformedEvent(
            EventProblem.MISSING_FIELD, "/detail", "the event has no detail object"
        )
    if actions is not None:
        action = _text(detail, "/detail", "action-type")
        if action not in actions:
            raise UnknownEvent(
                EventProblem.UNKNOWN_KIND,
                "/detail/action-type",
                f"{_shown(kind)} has no action {_shown(action)}",
            )
    if cached and "image-digest" not in detail:
        return ()  # a sweep finds it
    if called:
        return _called(detail, account=account, region=region)
    hint = Hint(
        account=account,
        region=region,
        repository=_repository(detail),
        digest=_digest(detail),
        scheduled=own and detail.get("scheduled") is True,
        origin=_origin(detail) if own or kind == _REPLICATION else "",
        pusher=_principal(detail.get("pusher")) if own else "",
        deleter=_principal(detail.get("deleter")) if own else "",
        deleted=_principal(detail.get("deleted")) if own else "",
    )
    if own or _succeeded(detail, "sync-status" if cached else "result"):
        return (hint,)
    return ()


def _require_ours(payload: Mapping[str, Any], account: str, region: str) -> None:
    for field, mine, problem in (
        ("account", account, EventProblem.OTHER_ACCOUNT),
        ("region", region, EventProblem.OTHER_REGION),
    ):
        said = _text(payload, "", field)
        if said != mine:
            raise MalformedEvent(
                problem,
                f"/{field}",
                f"the event is of {field} {_shown(said)}, this function is of {mine}",
            )


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


def _called(
    detail: Mapping[str, Any], *, account: str, region: str
) -> tuple[Hint, ...]:
    """Return the hints of a call that CloudTrail tells of, which alone names who."""
    name = detail.get("eventName")
    if name not in ("PutImage", "BatchDeleteImage"):
        raise UnknownEvent(
            EventProblem.UNKNOWN_KIND,
            "/detail/eventName",
            f"no rule of this stack forwards {_shown(str(name))}",
        )
    asked = detail.get("requestParameters")
    asked = asked if isinstance(asked, dict) else {}
    if detail.get("errorCode") or asked.get("registryId", account) != account:
        return ()  # nothing was done, or in another account's registry
    who = detail.get("userIdentity")
    by = _principal(who.get("arn") if isinstance(who, dict) else None)
    said = detail.get("responseElements")
    said = said if isinstance(said, dict) else {}
    at = Hint(
        account=account,
        region=region,
        repository=_repository({"repository-name": asked.get("repositoryName")}),
        digest="",
    )
    if name == "PutImage":
        image = said.get("image")
        image = image.get("imageId") if isinstance(image, dict) else None
        return (replace(at, digest=_named(image), pusher=by),)
    gone = said.get("imageIds")
    digests = dict.fromkeys(map(_named, gone if isinstance(gone, list) else ()))
    return tuple(
        replace(at, digest=each, deleter=by, deleted=each)
        for each in list(digests)[:_DELETED]
    )


def _named(image: object) -> str:
    digest = image.get("imageDigest") if isinstance(image, dict) else None
    return _digest({"image-digest": digest})


def _principal(said: object) -> str:
    """Return a principal's name, cut; a text for people, whatever it says."""
    return said[:_PUSHER] if isinstance(said, str) else ""


def _repository(detail: Mapping[str, Any]) -> str:
    name = _text(detail, "/detail", "repository-name")
    if not is_repository(name):
        raise MalformedEvent(
            EventProblem.BAD_REPOSITORY,
            "/detail/repository-name",
            f"{_shown(name)} is not a name ECR allows a repository",
        )
    return name


def _digest(detail: Mapping[str, Any]) -> str:
    digest = _text(detail, "/detail", "image-digest")
    if not is_digest(digest):
        raise MalformedEvent(
            EventProblem.BAD_DIGEST,
            "/detail/image-digest",
            f"{_shown(digest)} is not sha256: and 64 lower-case hex digits",
        )
    return digest


def _origin(detail: Mapping[str, Any]) -> str:
    """Return where a replication says it came from; nothing where that is no place."""
    account, region = detail.get("source-account"), detail.get("source-region")
    if not isinstance(account, str) or not isinstance(region, str):
        return ""
    said = f"{account}/{region}"
    return said if ORIGIN.fullmatch(said) else ""


def _succeeded(detail: Mapping[str, Any], field: str) -> bool:
    result = _text(detail, "/detail", field)
    if result not in {"SUCCESS", "FAILED"}:
        raise MalformedEvent(
            EventProblem.BAD_RESULT,
            f"/detail/{field}",
            f"{_shown(result)} is neither SUCCESS nor FAILED",
        )
    return result == "SUCCESS"


def _text(value: Mapping[str, Any], where: str, field: str) -> str:
    found = value.get(field)
    if not isinstance(found, str):
        raise MalformedEvent(
            EventProblem.MISSING_FIELD, f"{where}/{field}", "a string is missing here"
        )
    return found


def _shown(text: str) -> str:
    """Return hostile text as short ASCII, quoted."""
    shown = ascii(text[:_SHOWN])
    return shown if len(text) <= _SHOWN else f"{shown[:-1]}...'"
