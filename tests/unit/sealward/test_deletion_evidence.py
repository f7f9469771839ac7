"""A deletion leaves a dossier of its own, and nothing is deleted before it is there."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from notation_verifier import Descriptor
from sealward.evidence import (
    QUOTA,
    Checked,
    Role,
    check,
    dossier_key,
    dossiers_of,
    object_key,
)
from sealward.evidence.gathering import READ_AGAIN
from sealward.ledger.records import Deletion, FindingStatus, Hold, HoldState
from sealward.look.settling.safekeeping import WAIT
from sealward.policy.bundle import Capability
from sealward.ports.failures import Denied, NotFound, PortError, Unavailable
from tests.unit.sealward.asked import Asked
from tests.unit.sealward.family import push_index, strict
from tests.unit.sealward.stand import ACCOUNT, REGION, REPOSITORY, Stand, bundle

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
PUSHER = f"arn:aws:sts::{ACCOUNT}:assumed-role/ci-billing/build"


def _stand(**more: Any) -> Stand:
    return Stand(
        capability=Capability.DELETE,
        current=bundle(grace="0s", enforcement="delete", **more),
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


def _deletion(stand: Stand, image: Descriptor) -> Deletion:
    deletion = _hold(stand, image).deletion
    assert deletion is not None
    return deletion


def _prefix(image: Descriptor) -> str:
    return dossiers_of(ACCOUNT, REGION, REPOSITORY, image.digest)


def _kept(stand: Stand, image: Descriptor) -> Checked:
    return check(stand.evidence, _prefix(image), _deletion(stand, image).dossier)


def test_who_what_when_and_by_which_rule_are_in_a_dossier_of_its_own() -> None:
    stand = _stand()
    image = stand.push(tag="v1")
    stand.attach(image, by="Stranger")
    stand.gate.look(replace(stand.hint(image.digest), pusher=PUSHER))
    held = _hold(stand, image)
    stand.pass_time(DAY + HOUR)
    assert not _there(stand, image)

    kept = _kept(stand, image)
    assert kept.problems == ()
    dossier = kept.dossier
    assert dossier is not None
    assert dossier.complete
    assert (dossier.action, dossier.tags) == ("delete", ("v1",))
    assert dossier.report["verdict"] == "untrusted"
    assert dossier.report["bundle_serial"] == 1
    grounds = dossier.grounds
    assert grounds["rule"] == "a day in quarantine"
    assert grounds["dossier"] == held.evidence
    assert grounds["pushedBy"] == PUSHER
    assert grounds["by"].startswith("Sealward ")
    since = datetime.fromisoformat(grounds["held"])
    assert datetime.fromisoformat(dossier.decided_at) - since >= DAY
    # All that the hold rested on can be read, though the registry has none of it.
    first = check(stand.evidence, _prefix(image), held.evidence)
    assert dict(kept.contents) == dict(first.contents)
    assert image.digest in kept.contents


def test_the_ledgers_intent_names_it_and_the_finding_says_it() -> None:
    stand = _stand()
    image = stand.push()
    stand.look(image)
    stand.pass_time(DAY + HOUR)
    deletion = _deletion(stand, image)
    intent = stand.ledger.intents[-1]
    assert (intent.action, intent.evidence) == ("delete", deletion.dossier)
    dossier = _kept(stand, image).dossier
    assert dossier is not None
    assert dossier.grounds["intent"] == intent.id
    stand.deliver()
    record = stand.record(image)
    assert deletion.dossier in record.detail
    assert record.finding is not None
    assert record.finding.status is FindingStatus.RESOLVED


@pytest.mark.parametrize("escalation", ["none", "delete"])
def test_it_is_there_before_the_registry_is_asked(escalation: str) -> None:
    stand = _stand(escalation=escalation)
    image = stand.push()
    stand.look(image)
    registry = stand.gate.registry
    delete, seen = type(registry).delete, []

    def deleting(itself: Any, repository: str, digest: str) -> None:
        intent = stand.ledger.intents[-1]
        assert intent.action == "delete"
        checked = check(stand.evidence, _prefix(image), intent.evidence)
        assert checked.problems == ()
        assert checked.dossier is not None
        assert checked.dossier.complete
        seen.append(checked.dossier.grounds["rule"])
        delete(itself, repository, digest)

    with patch.object(type(registry), "delete", deleting):
        if escalation == "none":
            stand.pass_time(DAY + HOUR)
        else:
            for _ in range(3):
                stand.clock.now += MINUTE
                stand.push()
                stand.look(image)
    rule = {"none": "a day in quarantine", "delete": "pushed again and again"}
    assert seen == [rule[escalation]]
    assert not _there(stand, image)


@pytest.mark.parametrize("error", [Denied("PutObject"), Unavailable("S3: 503")])
def test_a_dossier_that_cannot_be_kept_means_no_deletion(error: PortError) -> None:
    stand = _stand()
    image = stand.push()
    stand.look(image)
    stand.pass_time(DAY - HOUR)
    with patch.object(stand.evidence, "keep", side_effect=error):
        stand.pass_time(6 * HOUR)
        assert stand.status(image) == "ARCHIVED"
        deletion = _deletion(stand, image)
        assert str(error) in deletion.refused
        assert deletion.dossier == ""
        # Nothing was asked of the registry, so whoever deletes it is somebody else.
        assert not _hold(stand, image).deleted
        assert [each.action for each in stand.ledger.intents] == ["archive"]
    stand.pass_time(2 * DAY)
    assert not _there(stand, image)


def test_a_crash_over_it_means_no_deletion_and_is_raised() -> None:
    stand = _stand()
    image = stand.push()
    stand.look(image)
    stand.clock.now += DAY + HOUR
    keeping = "sealward.evidence.EvidenceKeeping.keep_deletion"
    with patch(keeping, side_effect=RecursionError), pytest.raises(RecursionError):
        stand.look(image)
    assert stand.status(image) == "ARCHIVED"
    assert _deletion(stand, image).refused == "RecursionError"


def test_a_candidate_that_came_while_it_was_held_is_kept_before_it_goes() -> None:
    stand = _stand()
    image = stand.push()
    stand.look(image)
    stand.pass_time(DAY - HOUR)
    late = stand.attach(image, by="Stranger")
    stand.look(late)
    stand.pass_time(2 * HOUR)
    assert not _there(stand, image)
    kept = _kept(stand, image)
    assert kept.problems == ()
    assert late.digest in kept.contents
    assert kept.dossier is not None
    assert [each.role for each in kept.dossier.pieces].count(Role.ENVELOPE) == 1


def test_more_candidates_than_are_read_again_mean_that_it_stays_archived() -> None:
    """What was not kept is named, and counts: it might be the good one."""
    stand = Stand(
        capability=Capability.DELETE,
        current=bundle(grace="10m", enforcement="delete"),
    )
    image = stand.push()
    for number in range(READ_AGAIN + 5):
        stand.junk(image, number)
    stand.look(image)
    stand.pass_time(3 * DAY)
    assert stand.status(image) == "ARCHIVED"
    assert "every candidate" in _deletion(stand, image).refused
    kept = check(stand.evidence, _prefix(image), _hold(stand, image).evidence)
    assert kept.dossier is not None
    named = [each for each in kept.dossier.pieces if each.role is Role.SIGNATURE]
    assert len(named) == READ_AGAIN + 5
    assert sum(bool(each.left_out) for each in named) == 5


def test_over_the_quota_a_new_candidate_too_large_puts_it_off_a_day() -> None:
    stand = _stand()
    image = stand.push()
    stand.look(image)
    stand.pass_time(DAY - HOUR)
    stand.attach(image, b"x" * 300_000)
    stand.look(image)
    for days in range(3):
        day = (stand.clock() + days * DAY).date()
        stand.evidence.taken[REPOSITORY, day] = QUOTA
    stand.pass_time(DAY)
    assert stand.status(image) == "ARCHIVED"


class TestAPause:
    def test_nothing_is_deleted_and_after_it_it_is(self) -> None:
        stand = _stand()
        image = stand.push()
        stand.look(image)
        stand.pass_time(DAY - HOUR)
        Asked(stand).pause(hours=5)
        stand.pass_time(4 * HOUR)
        assert stand.status(image) == "ARCHIVED"
        stand.pass_time(3 * HOUR)
        assert not _there(stand, image)

    def test_whoever_deletes_it_meanwhile_is_somebody_else(self) -> None:
        stand = _stand()
        image = stand.push()
        stand.look(image)
        stand.pass_time(DAY - HOUR)
        Asked(stand).pause(hours=5)
        stand.pass_time(2 * HOUR)
        assert not _hold(stand, image).deleted
        stand.aws.events.drain()
        stand.delete(image)
        stand.deliver()
        assert "somebody else deleted it" in stand.record(image).detail
        labels = [
            each["FindingProviderFields"]["Severity"]["Label"]
            for each in stand.findings
            if image.digest in str(each["Id"]) and each["RecordState"] == "ACTIVE"
        ]
        assert labels == ["HIGH"]

    def test_one_given_while_the_evidence_is_read_counts(self) -> None:
        stand = _stand()
        image = stand.push()
        stand.look(image)
        stand.pass_time(DAY - HOUR)
        asked, read = Asked(stand), stand.evidence.read

        def paused_meanwhile(key: str, *, limit: int) -> bytes:
            if not asked.journal:
                assert asked.pause(hours=3)["done"]
            return read(key, limit=limit)

        with patch.object(stand.evidence, "read", paused_meanwhile):
            stand.pass_time(HOUR + 5 * MINUTE)
        assert asked.journal
        assert stand.status(image) == "ARCHIVED"


class TestEvidenceOfAHold:
    def test_what_could_not_be_kept_is_tried_again_before_the_next_archiving(
        self,
    ) -> None:
        """Another referrer, pushed again while the store was away: it was not kept."""
        stand = _stand()
        image = stand.push()
        stand.attach(image, by="Stranger")
        stand.look(image)
        first = _hold(stand, image).evidence
        stand.evidence.refuse = Denied("PutObject")
        stand.clock.now += MINUTE
        stand.push()
        junk = stand.junk(image)
        stand.look(image)
        assert stand.status(image) == "ARCHIVED"
        assert (_hold(stand, image).evidence, _hold(stand, image).unkept) == (
            first,
            "PutObject",
        )
        stand.evidence.refuse = None
        stand.clock.now += MINUTE
        stand.push()
        stand.look(image)
        hold = _hold(stand, image)
        assert stand.status(image) == "ARCHIVED"
        assert hold.unkept == ""
        assert hold.evidence != first
        kept = check(stand.evidence, _prefix(image), hold.evidence)
        assert junk.digest in kept.contents
        stand.pass_time(DAY + HOUR)
        assert not _there(stand, image)

    def test_pushed_again_and_again_while_the_store_is_away_it_lives_no_longer(
        self,
    ) -> None:
        """The wait is for the first hold: it is not to be had anew by a push."""
        stand = Stand(current=bundle(grace="0s"))
        stand.evidence.refuse = Unavailable("S3: 503")
        image = stand.push()
        stand.look(image)
        for number in range(30):
            stand.pass_time(MINUTE)
            stand.push(tag=f"v{number}")
            stand.junk(image, number)
            stand.look(image)
        lived = stand.record(image).exposure.total(stand.clock.now)
        assert stand.status(image) == "ARCHIVED"
        assert lived < WAIT.total_seconds() + 20

    def test_what_was_never_kept_is_kept_when_it_is_pushed_again(self) -> None:
        stand = _stand()
        image = stand.push()
        stand.attach(image, by="Stranger")
        stand.evidence.refuse = Denied("PutObject")
        stand.look(image)
        stand.pass_time(HOUR)
        assert stand.status(image) == "ARCHIVED"
        assert _hold(stand, image).unkept
        stand.evidence.refuse = None
        stand.push()
        stand.look(image)
        hold = _hold(stand, image)
        assert (hold.state, hold.unkept) == (HoldState.HELD, "")
        assert dossier_key(_prefix(image), hold.evidence) in stand.evidence.objects


class TestAnIndex:
    def _stand(self) -> Stand:
        return Stand(
            capability=Capability.DELETE,
            current=strict(grace="0s", untaggedGrace="0s", enforcement="delete"),
        )

    def test_it_goes_then_its_children_each_with_a_dossier(self) -> None:
        stand = self._stand()
        children = [stand.push(f"child {number}") for number in range(2)]
        index = push_index(stand, children, tag="v1")
        for each in (index, *children):
            stand.look(each)
        stand.pass_time(4 * DAY)
        for each in (index, *children):
            assert not _there(stand, each)
            kept = _kept(stand, each)
            assert kept.problems == ()
            assert kept.dossier is not None
            assert kept.dossier.action == "delete"
            assert object_key(each.digest) in stand.evidence.objects

    def test_what_a_trusted_index_shares_stays(self) -> None:
        stand = self._stand()
        shared, own = stand.push("shared"), stand.push("own")
        good = push_index(stand, [shared], tag="good")
        stand.attach(good)
        bad = push_index(stand, [shared, own], tag="bad")
        for each in (good, bad, shared, own):
            stand.look(each)
        stand.pass_time(4 * DAY)
        assert not _there(stand, bad)
        assert not _there(stand, own)
        assert stand.status(shared) == "ACTIVE"
        assert stand.status(good) == "ACTIVE"
        assert stand.record(shared).verdict == "covered"
