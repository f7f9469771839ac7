"""Steps: what was done about an image, and how to mend it, in sentences. Pure."""

from typing import Final, assert_never

from sealward.decisions.judgement import GONE, SETTLED_FAILURES
from sealward.findings.document import printable
from sealward.findings.remedies import REBUILT
from sealward.ledger.records import REPUSHES, Hold, HoldState, PullDenial, Record
from sealward.ledger.releases import ReleaseKind

ANY: Final = "REPOSITORY@DIGEST"
"""Stands for an image in the commands of remedies."""
SIGN: Final = f"notation sign {ANY}"
DONE_LIMIT: Final = 400
"""Characters of what was done: a release's reason is a person's, and may be long."""
_NAME = 200
"""Of who pushed or deleted it."""


def done(record: Record) -> str:
    """Return one sentence on what was done about the image."""
    if record.hold is not None:
        tag = f" Its tag {record.last_trusted}." if record.last_trusted else ""
        return _held(record, record.hold) + _unkept(record.hold) + tag
    if record.proposal:
        return (
            f"It was accepted before, so nothing was done by itself: proposed is to "
            f"{record.proposal} it."
        )
    return "Nothing was done about it: it can be pulled."


def _held(record: Record, hold: Hold) -> str:
    if hold.escalated(record.updated_at):
        return _brought_back(record)
    match hold.state:
        case HoldState.HELD:
            return (
                "It was taken out of reach and cannot be pulled; it could be for "
                f"{record.exposure.seconds:.1f} s."
            )
        case HoldState.HOLDING:
            return "It is being taken out of reach."
        case HoldState.REFUSED:
            why = f"the registry refuses to archive it ({hold.detail})"
            denied = record.pulls is PullDenial.DENIED
            return (
                f"Pulls from the repository are denied meanwhile: {why}."
                if denied
                else f"It can still be pulled: {why}; this is tried again."
            )
        case HoldState.RELEASING:
            return "It is being released."
        case HoldState.RELEASED:
            return _released(record)
        case _:
            assert_never(hold.state)


def _unkept(hold: Hold) -> str:
    """Return what is said where no evidence could be kept; nothing where it was."""
    if not hold.unkept:
        return ""
    return f" Evidence of it could not be kept: {hold.unkept}."


def _released(record: Record) -> str:
    """Return one sentence on an image that a release lets go for a while."""
    release = record.release
    if release is None or not release.in_force(record.updated_at):
        return "It was released for a while, and is to be taken back."
    who = f"by {release.by}" if release.by else "since it was pushed again"
    if release.kind is ReleaseKind.BREAK_GLASS:
        return (
            f"It can be pulled until {release.until:%Y-%m-%d %H:%M} UTC, released "
            f"{who}: {release.reason}. Then it is decided again."
        )
    return (
        f"It can be pulled until {release.until:%H:%M:%S} UTC so that it can be signed "
        f"({who}); without a good signature it is then taken out of reach again."
    )


def _brought_back(record: Record) -> str:
    """Return one sentence on an image that is pushed again and again."""
    match record.pulls:
        case PullDenial.DENIED:
            denied = "Pulls from the repository are denied until an hour is quiet."
        case PullDenial.DENYING:
            why = record.hold.detail if record.hold else ""
            denied = f"Pulls from the repository could not be denied yet: {why}."
        case None:
            denied = "It is archived again each time."
    return (
        f"It is held, and was pushed again {REPUSHES} times within an hour; it could "
        f"be pulled for {record.exposure.total(record.updated_at):.1f} s. {denied}"
    )


def circumstances(record: Record) -> str:
    """Return who pushed and deleted it, and its last pull, as far as anybody knows."""
    said = []
    if record.pushed_by:
        said.append(f"Pushed by {printable(record.pushed_by, _NAME)}.")
    if record.removed_by:
        what = "It" if record.reason == GONE else "Its signature"
        said.append(f"{what} was deleted by {printable(record.removed_by, _NAME)}.")
    said.append(
        f"Last pulled {record.pulled_at:%Y-%m-%d %H:%M} UTC."
        if record.pulled_at is not None
        else "No pull of it is recorded."
    )
    return "".join(f"{each} " for each in said)


def mend(record: Record, remedy: str, *, host: str = "") -> str:
    """Return what to do; an image out of reach cannot be signed where it is.

    Args:
        record: the subject as it stands.
        remedy: what its reason asks for.
        host: of its registry: its commands then name the image as it stands there.
    """
    text = _mend(record, remedy)
    return text.replace(ANY, f"{host}/{record.key}") if host else text


def _mend(record: Record, remedy: str) -> str:
    hold = record.hold
    if hold is not None and hold.escalated(record.updated_at):
        return (
            "Find who pushes it: CloudTrail, event PutImage, this repository and "
            "digest; take that principal's right to push away."
        )
    out_of_reach = hold is not None and hold.state is HoldState.HELD
    refused = record.verdict in SETTLED_FAILURES
    if not (out_of_reach and refused) or record.reason in REBUILT:
        return remedy  # no signature would help, or it can be signed as it is
    release = f"sealward release {record.key} --to-sign 15m"
    if SIGN in remedy:
        return (
            "A held image cannot be signed: its manifest cannot be read. "
            f"{release} brings it back for that long. {remedy}"
        )
    return f"{remedy} A held image is brought back first: {release}, then {SIGN}."
