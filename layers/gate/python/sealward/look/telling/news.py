"""News: what the bus and an image's owner are owed of a verdict, and are told."""

from collections.abc import Callable
from dataclasses import replace

from notation_verifier.values import dataclass
from sealward.decisions import Decision, judgement
from sealward.events import Hint
from sealward.findings import Place
from sealward.ledger.records import Record
from sealward.look.telling.repository_findings import owed_count
from sealward.notices import cause, is_change, owner_message, verdict_changed
from sealward.policy.bundle import Policy
from sealward.ports.delivery import Delivered, NotDelivered
from sealward.ports.event_bus import EventBus
from sealward.ports.failures import PortError
from sealward.ports.message_counts import MessageCounts
from sealward.ports.owner_topics import OwnerTopics


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Tells the bus of every verdict change, and owners of a refusal."""

    bus: EventBus | None = None
    topics: OwnerTopics | None = None
    message_counts: MessageCounts | None = None
    place: Place

    def owing(self, decision: Decision, hint: Hint) -> Decision:
        """Return ``decision`` with what is owed of it, and who did what.

        Args:
            decision: as it fell.
            hint: what the look was asked for; one whose message came before may be of
                a look that died between its write and its word to the bus.
        """
        record, known = decision.record, decision.known
        pushed_by = hint.pusher or record.pushed_by
        untold = (self.bus is not None or self.topics is not None) and (
            is_change(known, record)
            or (known is not None and known.untold)
            or (hint.again and is_change(None, record))
        )
        return replace(
            decision,
            record=replace(
                record,
                untold=untold,
                pushed_by=pushed_by,
                removed_by=_removed_by(record, known, hint),
                recount=owed_count(known, record),
            ),
        )

    def of(
        self, decision: Decision, record: Record, policy: Policy | None
    ) -> Callable[[], bool] | None:
        """Return what tells the bus and the owner; it returns whether they heard."""
        if not record.untold:
            return None
        detail = verdict_changed(self.place, decision.known, record, policy)

        def tell() -> bool:
            heard = self.bus is None or _taken(self.bus.publish(detail))
            return self._owner_told(record, policy) and heard

        return tell

    def _owner_told(self, record: Record, policy: Policy | None) -> bool:
        """Tell the owner's topic of a refusal; return whether nothing is owed."""
        topics, counts = self.topics, self.message_counts
        message = owner_message(self.place, record, policy)
        if topics is None or counts is None or message is None:
            return True
        key = record.key
        try:
            turn = counts.take(
                key.repository, cause(record), news=key.digest, now=record.updated_at
            )
        except PortError:
            return False
        if turn.owed:
            return False
        if turn.held_back:
            held_back = turn.held_back
            more = owner_message(self.place, record, policy, held_back=held_back)
            message = more or message
        return not turn.send or _taken(topics.send(message))


def _removed_by(record: Record, known: Record | None, hint: Hint) -> str:
    """Return who deleted the image, or the signature it lost, as far as it is said."""
    match record.reason:
        case judgement.GONE if record.hold is None or not record.hold.deleted:
            lost: tuple[str, ...] = (record.key.digest,)
        case judgement.SIGNATURE_LOST:
            lost = record.made_by
        case _:
            return ""
    if hint.deleter and hint.deleted in lost:
        return hint.deleter
    same = known is not None and known.reason == record.reason
    return known.removed_by if known is not None and same else ""


def _taken(answer: Delivered | NotDelivered) -> bool:
    """Return whether it was taken, or never will be."""
    return isinstance(answer, Delivered) or not answer.retry
