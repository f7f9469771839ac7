"""The message to an image's owner: what mail and chat show of a refused image. Pure."""

from typing import Final

from notation_verifier.sentence import printable, requirement
from sealward.findings import Place
from sealward.findings.remedies import DOCUMENT, remedy
from sealward.findings.steps import done, mend
from sealward.ledger.records import Record, Verdict
from sealward.policy.bundle import Policy
from sealward.ports.owner_topics import OwnerMessage

_SUBJECT: Final = 100
"""Characters; SNS takes no more, and only printable ASCII."""
_TEXT: Final = 600
"""Characters of one text."""


def cause(record: Record) -> str:
    """Return what one message an hour is for: the verdict and its reason."""
    return f"{record.verdict}/{record.so_far or record.reason}"


def owner_message(
    place: Place, record: Record, policy: Policy | None, *, held_back: int = 0
) -> OwnerMessage | None:
    """Return what the owner's topic is told; None: there is no topic, or no refusal.

    Args:
        place: where the stack runs.
        record: the subject as it stands after the step.
        policy: what governs it; names the topic.
        held_back: messages of the same repository and cause not sent since the last.
    """
    topic = (policy.owner or {}).get("topic", "") if policy else ""
    refused = record.verdict in {Verdict.UNSIGNED, Verdict.UNTRUSTED}
    if policy is None or not topic or not (refused or record.so_far):
        return None
    environment = f" ({policy.environment})" if policy.environment else ""
    asked = requirement(policy.statement, None)
    reason = record.so_far or record.reason
    tag = f":{record.tags[0]}" if record.tags else ""
    said = [
        f"{record.verdict}: {record.key}{f' ({tag[1:]})' if tag else ''}",
        f"where: account {place.account}, {place.region}",
        f"why: {reason}: {record.detail}",
        f"policy: {record.statement}{environment}: {asked}",
        f"done: {done(record)}" if refused else "",
        f"pushed by: {record.pushed_by}" if record.pushed_by else "",
        f"mend: {mend(record, remedy(reason).remedy, host=place.registry)}",
        f"more: {DOCUMENT}#{reason}",
        f"{held_back} more of this repository and cause since the last message."
        if held_back > 0
        else "",
    ]
    subject = f"Sealward: {record.verdict} {record.key.repository}{tag}"
    return OwnerMessage(
        topic=topic,
        subject=printable(subject, _SUBJECT),
        text="\n".join(printable(line, _TEXT) for line in said if line),
    )
