"""What may be wrong with an event: the reasons of its dead letter."""

from enum import StrEnum


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
