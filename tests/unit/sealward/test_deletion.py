"""Deleting what is held: off, bounded, and never without its evidence."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from notation_verifier import Descriptor
from sealward.evidence import check, dossiers_of, object_key
from sealward.ledger.records import FindingStatus, Hold, HoldState, PullDenial, Record
from sealward.policy.bundle import Capability
from sealward.ports.failures import Denied, NotFound
from tests.unit.sealward.asked import Asked
from tests.unit.sealward.stand import ACCOUNT, REGION, REPOSITORY, Stand, bundle

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def _stand(
    capability: Capability = Capability.DELETE, enforcement: str = "delete", **more: Any
) -> Stand:
    return Stand(
        capability=capability,
        current=bundle(grace="0s", enforcement=enforcement, **more),
    )


def _there(stand: Stand, image: Descriptor) -> bool:
    try:
        stand.status(image)
    except NotFound:
        return False
    return True


def _hold(stand: Stand, image: Descriptor) -> Hold:
    hold = stand.record(image).hold
    assert hold is not None
    return hold


def _remember(stand: Stand, record: Record) -> None:
    stand.ledger.write(
        replace(record, version=record.version + 1), expected=record.version
    )


def _severity(stand: Stand) -> str:
    (finding,) = stand.findings
    return str(finding["Severity"]["Label"])


def test_after_a_day_in_quarantine_it_is_deleted_and_its_evidence_stays() -> None:
    stand = _stand()
    image = stand.push()
    stand.look(image)
    stand.pass_time(DAY - HOUR)
    assert stand.status(image) == "ARCHIVED"
    stand.pass_time(2 * HOUR)
    assert not _there(stand, image)

    hold = _hold(stand, image)
    assert (hold.state, hold.deleted) == (HoldState.HELD, True)
    assert [each.action for each in stand.ledger.intents] == ["archive", "delete"]
    assert hold.deletion is not None
    kept = (hold.evidence, hold.deletion.dossier)
    assert tuple(each.evidence for each in stand.ledger.intents) == kept
    prefix = dossiers_of(ACCOUNT, REGION, REPOSITORY, image.digest)
    for each in kept:
        assert check(stand.evidence, prefix, each).problems == ()

    stand.deliver()
    record = stand.record(image)
    assert record.reason == "gone"
    assert "Sealward deleted it" in record.detail
    assert hold.deletion.dossier in record.detail
    assert record.finding is not None
    assert record.finding.status is FindingStatus.RESOLVED


@pytest.mark.parametrize(
    ("capability", "enforcement"),
    [(Capability.QUARANTINE, "delete"), (Capability.DELETE, "quarantine")],
)
def test_the_more_cautious_of_policy_and_stack_counts(
    capability: Capability, enforcement: str
) -> None:
    stand = _stand(capability, enforcement)
    image = stand.push()
    stand.look(image)
    stand.pass_time(3 * DAY)
    assert stand.status(image) == "ARCHIVED"


def test_what_was_ever_trusted_is_not_deleted() -> None:
    stand = _stand()
    image = stand.push()
    stand.look(image)
    _remember(stand, replace(stand.record(image), ever_trusted=True))
    stand.pass_time(3 * DAY)
    assert _there(stand, image)


def test_what_a_person_had_taken_out_of_reach_is_not_deleted() -> None:
    stand = _stand()
    image = stand.push()
    stand.look(image)
    hold = replace(_hold(stand, image), approved=True)
    _remember(stand, replace(stand.record(image), hold=hold))
    stand.pass_time(3 * DAY)
    assert _there(stand, image)


@pytest.mark.parametrize("missing", ["manifest", "dossier"])
def test_without_its_evidence_nothing_is_deleted(missing: str) -> None:
    stand = _stand()
    image = stand.push()
    stand.look(image)
    if missing == "manifest":
        stand.evidence.objects[object_key(image.digest)] = b"another"
    else:
        stand.evidence.objects.clear()
    stand.pass_time(3 * DAY)
    assert stand.status(image) == "ARCHIVED"
    hold = _hold(stand, image)
    assert hold.deletion is not None
    assert "evidence" in hold.deletion.refused
    assert not hold.deleted


def test_held_without_evidence_it_is_never_deleted() -> None:
    stand = _stand()
    stand.evidence.refuse = Denied("PutObject")
    image = stand.push()
    stand.look(image)
    stand.pass_time(HOUR)
    assert stand.status(image) == "ARCHIVED"
    stand.evidence.refuse = None
    stand.pass_time(3 * DAY)
    assert _there(stand, image)


def test_a_day_that_a_push_interrupted_begins_again() -> None:
    stand = _stand()
    image = stand.push()
    stand.look(image)
    stand.pass_time(DAY - HOUR)
    stand.push()
    stand.look(image)
    stand.pass_time(DAY - HOUR)
    assert stand.status(image) == "ARCHIVED"
    stand.pass_time(2 * HOUR)
    assert not _there(stand, image)


def test_pushed_after_its_deletion_it_is_held_again_and_rests_another_day() -> None:
    stand = _stand()
    image = stand.push()
    stand.look(image)
    stand.pass_time(DAY + HOUR)
    assert not _there(stand, image)
    stand.push()
    stand.look(image)
    assert stand.status(image) == "ARCHIVED"
    stand.pass_time(DAY - HOUR)
    assert _there(stand, image)
    stand.pass_time(2 * HOUR)
    assert not _there(stand, image)


def _push_again(stand: Stand, image: Descriptor, times: int) -> None:
    for _ in range(times):
        stand.clock.now += timedelta(minutes=1)
        stand.push()
        stand.look(image)


def test_escalation_deletes_at_the_third_push_and_then_denies_pulls() -> None:
    stand = _stand(escalation="delete")
    image = stand.push()
    stand.look(image)
    _push_again(stand, image, 2)
    assert stand.status(image) == "ARCHIVED"
    _push_again(stand, image, 1)
    assert not _there(stand, image)
    assert stand.record(image).pulls is None
    assert not stand.pulls.denied(REPOSITORY, image.digest)

    _push_again(stand, image, 1)
    assert stand.status(image) == "ARCHIVED"
    assert stand.record(image).pulls is PullDenial.DENIED
    assert stand.pulls.denied(REPOSITORY, image.digest)


def test_what_cannot_be_deleted_is_archived_and_its_pulls_denied() -> None:
    stand = _stand(escalation="delete")
    image = stand.push()
    stand.look(image)
    stand.evidence.objects.clear()
    _push_again(stand, image, 3)
    assert stand.status(image) == "ARCHIVED"
    _push_again(stand, image, 1)
    assert stand.record(image).pulls is PullDenial.DENIED


def test_without_that_word_the_day_is_never_waived() -> None:
    stand = _stand(escalation="deny-pulls")
    image = stand.push()
    stand.look(image)
    _push_again(stand, image, 6)
    assert stand.status(image) == "ARCHIVED"
    assert stand.record(image).pulls is PullDenial.DENIED


def test_a_held_image_that_somebody_else_deletes_is_told_and_stays_told() -> None:
    stand = _stand(Capability.QUARANTINE, "quarantine")
    image = stand.push()
    stand.look(image)
    evidence = _hold(stand, image).evidence
    stand.aws.events.drain()
    stand.delete(image)
    stand.deliver()
    record = stand.record(image)
    assert "somebody else deleted it" in record.detail
    assert evidence in record.detail
    assert _severity(stand) == "HIGH"
    stand.pass_time(2 * DAY)
    assert record.finding is not None
    assert stand.record(image).finding == record.finding
    assert record.finding.status is FindingStatus.OPEN


def test_what_a_person_releases_while_its_evidence_is_read_is_not_deleted() -> None:
    stand = _stand()
    image = stand.push()
    stand.look(image)
    stand.pass_time(DAY - HOUR)
    asked = Asked(stand)
    read = stand.evidence.read

    def released_meanwhile(key: str, *, limit: int) -> bytes:
        if not asked.journal:
            assert asked.to_sign(image.digest, minutes=15)["done"]
        return read(key, limit=limit)

    with patch.object(stand.evidence, "read", released_meanwhile):
        stand.pass_time(HOUR + timedelta(minutes=5))
    assert asked.journal
    assert stand.status(image) == "ACTIVATING"


def test_held_again_without_new_evidence_it_is_never_deleted() -> None:
    """What it was held for the first time is no evidence of what it is held for now."""
    stand = _stand()
    image = stand.push()
    stand.look(image)
    stand.evidence.refuse = Denied("PutObject")
    stand.push()
    stand.junk(image)
    stand.look(image)
    stand.pass_time(HOUR)
    assert stand.status(image) == "ARCHIVED"
    assert _hold(stand, image).unkept
    stand.evidence.refuse = None
    stand.pass_time(3 * DAY)
    assert _there(stand, image)


def test_a_policy_that_turns_to_delete_leaves_what_is_held_a_day() -> None:
    """A slip of a policy deletes nothing at once, however long it was held."""
    stand = _stand(enforcement="quarantine")
    image = stand.push()
    stand.look(image)
    stand.pass_time(30 * DAY)
    stand.bundles.current = bundle(grace="0s", enforcement="delete", serial=2)
    stand.look(image)
    stand.pass_time(DAY - HOUR)
    assert stand.status(image) == "ARCHIVED"
    stand.bundles.current = bundle(grace="0s", enforcement="quarantine", serial=3)
    stand.look(image)
    stand.pass_time(10 * DAY)
    stand.bundles.current = bundle(grace="0s", enforcement="delete", serial=4)
    stand.look(image)
    stand.pass_time(DAY - HOUR)
    assert stand.status(image) == "ARCHIVED"
    stand.pass_time(DAY + 2 * HOUR)
    assert not _there(stand, image)


def test_a_stack_that_is_let_delete_leaves_what_is_held_a_day() -> None:
    stand = _stand(Capability.QUARANTINE)
    image = stand.push()
    stand.look(image)
    stand.pass_time(30 * DAY)
    stand.gate = replace(stand.gate, capability=Capability.DELETE)
    stand.look(image)
    stand.pass_time(DAY - HOUR)
    assert stand.status(image) == "ARCHIVED"
    stand.pass_time(DAY + 2 * HOUR)
    assert not _there(stand, image)
