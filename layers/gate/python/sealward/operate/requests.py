"""Requests: what a person may ask, read strictly; whatever is else is refused whole."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.events import is_digest, is_repository
from sealward.overrides import LONGEST_PAUSE
from sealward.proposals import APPROVAL_LASTS, DIGESTS_LIMIT, Answer

SCHEMA: Final = 1
TEXT_LIMIT: Final = 128 * 1024
"""Characters of a request: a thousand digests fit."""
VALID: Final = timedelta(minutes=5)
"""Longest time from a request's making to its end."""
EARLIER: Final = timedelta(minutes=1)
"""How far the clock of who asks may be ahead of the stack's."""
LONGEST_WINDOW: Final = timedelta(hours=1)
"""For an image to be signed in."""
LONGEST_RELEASE: Final = timedelta(hours=24)
REASON_LIMIT: Final = 300
_NONCE: Final = r"[0-9a-f]{32}"
_PROPOSAL: Final = r"[a-z-]{1,40}-[0-9a-f]{12}"


class BadRequest(Exception):  # noqa: N818 - says what is wrong with it
    """Nothing is done; ``str()`` says where it is wrong and what to do.

    Args:
        where: the member that is wrong.
        what: what is wrong.
    """

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")


class Command(StrEnum):
    """What may be asked."""

    SIGN = "release-to-sign"
    BREAK_GLASS = "release"
    PAUSE = "pause"
    RESUME = "resume"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, judged; which members count is said by its command."""

    command: Command
    nonce: str
    not_before: datetime
    not_after: datetime
    text: str
    """As it was sent and proven."""
    repository: str = ""
    """Of the image, or what is paused; empty for the account."""
    digest: str = ""
    lasts: timedelta = timedelta(0)
    reason: str = ""
    proposal: str = ""
    answer: Answer = Answer.DECLINED
    repositories: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()


_FRAME: Final = frozenset(
    {"schema", "audience", "command", "nonce", "notBefore", "notAfter"}
)
_MEMBERS: Final[Mapping[Command, frozenset[str]]] = {
    Command.SIGN: frozenset({"repository", "digest", "seconds"}),
    Command.BREAK_GLASS: frozenset({"repository", "digest", "seconds", "reason"}),
    Command.PAUSE: frozenset({"repository", "seconds", "reason"}),
    Command.RESUME: frozenset({"repository"}),
    Command.ANSWER: frozenset(
        {"proposal", "answer", "repositories", "digests", "seconds", "reason"}
    ),
}
_LONGEST: Final[Mapping[Command, timedelta]] = {
    Command.SIGN: LONGEST_WINDOW,
    Command.BREAK_GLASS: LONGEST_RELEASE,
    Command.PAUSE: LONGEST_PAUSE,
    Command.ANSWER: APPROVAL_LASTS,
}


def request_text(
    command: Command,
    members: Mapping[str, Any],
    *,
    function: str,
    nonce: str,
    now: datetime,
) -> str:
    """Return the text of a request, good for a few minutes.

    Args:
        command: what is asked.
        members: its members, beside the frame.
        function: ARN of the function it is for.
        nonce: 32 random hex digits.
        now: the present instant.
    """
    return json.dumps(
        {
            "schema": SCHEMA,
            "audience": function,
            "command": command.value,
            "nonce": nonce,
            "notBefore": _text(now - EARLIER),
            "notAfter": _text(now - EARLIER + VALID),
            **members,
        }
    )


def read_request(text: object, *, audience: str, now: datetime) -> Request:
    """Return the request in ``text``.

    Args:
        text: JSON, as it was sent.
        audience: what it must be meant for: the function's ARN.
        now: the present instant.

    Raises:
        BadRequest: it is none, not for this stack, or not for now.
    """
    document = _document(text)
    command = _command(document)
    given, wanted = document.keys(), _FRAME | _MEMBERS[command]
    if given != wanted:
        odd = ", ".join(sorted(str(name)[:40] for name in given ^ wanted))
        raise BadRequest("request", f"missing or unknown members: {odd}")
    if document["schema"] != SCHEMA or isinstance(document["schema"], bool):
        raise BadRequest("schema", f"this stack reads {SCHEMA}: use its own version")
    if document["audience"] != audience:
        raise BadRequest("audience", f"it is not for this function, {audience}")
    not_before = _instant(document, "notBefore")
    not_after = _instant(document, "notAfter")
    if not not_before <= now < not_after or not_after - not_before > VALID:
        raise BadRequest(
            "notAfter",
            f"it is good from {not_before:%H:%M:%S} to {not_after:%H:%M:%S} UTC, "
            f"and here it is {now:%H:%M:%S}: set your clock, or ask again",
        )
    return Request(
        command=command,
        nonce=_matched(document, "nonce", _NONCE),
        not_before=not_before,
        not_after=not_after,
        text=str(text),
        **_members(document, command),
    )


def _document(text: object) -> Mapping[str, Any]:
    if not isinstance(text, str) or len(text) > TEXT_LIMIT:
        raise BadRequest("request", f"it is no text of at most {TEXT_LIMIT} characters")
    try:
        document = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise BadRequest("request", "it is not strict JSON") from error
    if not isinstance(document, dict):
        raise BadRequest("request", "it is no JSON object")
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member twice")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _command(document: Mapping[str, Any]) -> Command:
    try:
        return Command(str(document.get("command")))
    except ValueError as error:
        known = ", ".join(Command)
        raise BadRequest("command", f"it is none of {known}") from error


def _members(document: Mapping[str, Any], command: Command) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "repository" in document:
        account = command in (Command.PAUSE, Command.RESUME)
        found["repository"] = _repository(document["repository"], empty=account)
    if "digest" in document:
        found["digest"] = _digest(document["digest"])
    if "seconds" in document:
        found["lasts"] = _lasts(document["seconds"], _LONGEST[command])
    if "reason" in document:
        found["reason"] = _reason(document["reason"])
    if command is Command.ANSWER:
        found["proposal"] = _matched(document, "proposal", _PROPOSAL)
        try:
            found["answer"] = Answer(document["answer"])
        except ValueError as error:
            raise BadRequest("answer", f"it is none of {', '.join(Answer)}") from error
        found["repositories"] = tuple(
            _repository(each) for each in _several(document, "repositories")
        )
        found["digests"] = tuple(
            _digest(each) for each in _several(document, "digests")
        )
    return found


def _repository(value: object, *, empty: bool = False) -> str:
    if isinstance(value, str) and (is_repository(value) or (empty and not value)):
        return value
    raise BadRequest("repository", "it is no name of a repository of Amazon ECR")


def _digest(value: object) -> str:
    if isinstance(value, str) and is_digest(value):
        return value
    raise BadRequest("digest", "it is not sha256: and 64 lower-case hex digits")


def _lasts(value: object, longest: timedelta) -> timedelta:
    most = int(longest.total_seconds())
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= most:
        raise BadRequest("seconds", f"they are no whole number from 1 to {most}")
    return timedelta(seconds=value)


def _reason(value: object) -> str:
    if (
        not isinstance(value, str)
        or not value.strip()
        or len(value) > REASON_LIMIT
        or not value.isprintable()
    ):
        raise BadRequest(
            "reason",
            f"say why, on one printable line of at most {REASON_LIMIT} characters",
        )
    return value


def _several(document: Mapping[str, Any], name: str) -> Sequence[object]:
    value = document[name]
    if not isinstance(value, list) or len(value) > DIGESTS_LIMIT:
        raise BadRequest(name, f"it is no list of at most {DIGESTS_LIMIT}")
    return value


def _matched(document: Mapping[str, Any], name: str, pattern: str) -> str:
    value = document[name]
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise BadRequest(name, "it does not look like one")
    return value


def _text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _instant(document: Mapping[str, Any], name: str) -> datetime:
    value = document[name]
    try:
        found = datetime.strptime(str(value), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadRequest(name, "write it as 2027-01-15T03:00:00Z") from error
    return found
