"""Parsing: the hints of an event, checked.

An event is never evidence. Four values are taken from it, account, Region, repository
and digest, each checked against ECR's own patterns and the function's own account and
Region; everything else is read again from the registry (docs/threat-model.md, 18). Of a
push or a deletion CloudTrail adds who did it, a name for texts. Of a replication its
source is remembered as well, as what the event said: it chooses words, and an entry of
the bundle that names it, and decides nothing (docs/replication.md).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sealward.events.hint import LOOK_AGAIN_SOURCE, LOOK_AGAIN_TYPE, Hint
from sealward.events.names import ORIGIN, is_digest, is_repository
from sealward.events.problems import EventProblem, MalformedEvent, UnknownEvent

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
        anew=own and detail.get("anew") is True,
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
