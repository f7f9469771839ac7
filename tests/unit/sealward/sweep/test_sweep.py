"""A sweep: what no event told is found, once, and nothing else is looked at."""

from datetime import timedelta

import pytest

from sealward.ledger.records import Verdict
from sealward.policy.bundle import InvalidBundle
from sealward.ports.failures import Denied
from sealward.sweep import Kind, Recheck
from sealward.sweep.ports import RepositoryListing
from simulator.in_process.sweep import InProcessInventory
from tests.unit.sealward.stand import ACCOUNT, REGION, bundle
from tests.unit.sealward.sweeping import SweptStand

DAY = timedelta(days=1)


@pytest.fixture
def stand() -> SweptStand:
    return SweptStand()


def settled(stand: SweptStand) -> None:
    """Sweep until nothing differs, and a day on."""
    stand.sweep_all()
    stand.pass_time(DAY)


class TestWhatNoEventTold:
    def test_an_image_whose_event_was_lost(self, stand: SweptStand) -> None:
        image = stand.push()
        assert stand.sweep_all() == {"unknown": 1}
        assert stand.record(image).verdict is Verdict.PENDING

    def test_nothing_is_sent_where_nothing_differs(self, stand: SweptStand) -> None:
        signed, unsigned = stand.push("signed", tag="v1"), stand.push("unsigned")
        stand.attach(signed)
        stand.deliver()
        stand.pass_time(DAY)
        stand.deliver()
        assert stand.record(signed).verdict is Verdict.TRUSTED
        assert stand.record(unsigned).verdict is Verdict.UNSIGNED
        assert stand.sweep_all() == {}

    def test_an_image_that_was_deleted(self, stand: SweptStand) -> None:
        image = stand.push()
        stand.attach(image)
        stand.deliver()
        stand.delete(image)
        stand.aws.events.drain()
        assert stand.sweep_all() == {"gone": 1}
        assert stand.record(image).reason == "gone"
        stand.pass_time(DAY)
        assert stand.sweep_all() == {}

    def test_a_gone_digest_that_is_back(self, stand: SweptStand) -> None:
        image = stand.push()
        stand.attach(image)
        stand.deliver()
        stand.delete(image)
        stand.look(image)
        assert stand.record(image).reason == "gone"
        stand.push()
        assert stand.sweep_all() == {"back": 1}
        assert stand.record(image).reason != "gone"

    def test_a_signature_that_came_late(self, stand: SweptStand) -> None:
        stand.bundles.current = bundle(enforcement="report")
        image = stand.push()
        stand.deliver()
        stand.pass_time(2 * DAY)
        assert stand.record(image).verdict is Verdict.UNSIGNED
        stand.attach(image)
        stand.aws.events.drain()
        assert stand.sweep_all() == {"signature-late": 1}
        assert stand.record(image).verdict is Verdict.TRUSTED

    def test_junk_that_was_judged_is_not_looked_at_each_day(
        self, stand: SweptStand
    ) -> None:
        stand.bundles.current = bundle(enforcement="report")
        image = stand.push()
        stand.junk(image)
        stand.deliver()
        stand.pass_time(2 * DAY)
        assert stand.record(image).verdict is Verdict.UNTRUSTED
        assert stand.sweep_all() == {}

    def test_a_signature_that_was_deleted(self, stand: SweptStand) -> None:
        image = stand.push()
        signature = stand.attach(image)
        stand.deliver()
        stand.delete(signature)
        stand.aws.events.drain()
        assert stand.sweep_all() == {"signature-lost": 1}
        record = stand.record(image)
        assert (record.verdict, record.reason) == (
            Verdict.INCONCLUSIVE,
            "signature-lost",
        )

    def test_a_tag_that_moved(self, stand: SweptStand) -> None:
        first = stand.push("first", tag="latest")
        stand.attach(first)
        stand.deliver()
        second = stand.push("second", tag="latest")
        stand.attach(second)
        stand.deliver()
        assert stand.record(first).tags == ("latest",)
        assert stand.sweep_all() == {"tags": 1}
        assert stand.record(first).tags == ()

    def test_a_signature_and_its_fallback_index_are_no_subjects(
        self, stand: SweptStand
    ) -> None:
        image = stand.push()
        signature = stand.attach(image)
        stand.push_document(
            {
                "mediaType": "application/vnd.oci.image.index.v1+json",
                "manifests": [
                    {
                        "mediaType": signature.media_type,
                        "digest": signature.digest,
                        "size": signature.size,
                        "artifactType": "application/vnd.cncf.notary.signature",
                    }
                ],
            }
        )
        stand.deliver()
        assert stand.sweep_all() == {}

    def test_an_image_disguised_as_a_referrer_is_found(self, stand: SweptStand) -> None:
        image = stand.push()
        stand.attach(image)
        stand.deliver()
        disguised = stand.push(
            "evil",
            subject={
                "mediaType": image.media_type,
                "digest": image.digest,
                "size": image.size,
            },
            artifactType="application/vnd.cncf.notary.signature",
        )
        stand.aws.events.drain()
        assert stand.sweep_all() == {"unknown": 1}
        assert stand.record(disguised).verdict is Verdict.PENDING

    def test_a_held_image_that_was_restored_while_its_due_time_was_lost(
        self, stand: SweptStand
    ) -> None:
        image = stand.push()
        stand.deliver()
        stand.pass_time(2 * DAY)
        assert stand.status(image) == "ARCHIVED"
        stand.push()
        stand.aws.events.drain()
        assert stand.sweep_all() == {"status": 1}
        # It may be signed now, once, for as long as the grace.
        stand.pass_time(timedelta(minutes=11))
        assert stand.status(image) == "ARCHIVED"

    def test_a_repository_that_is_no_more(self, stand: SweptStand) -> None:
        image = stand.push(repository="prod/old")
        stand.attach(image, repository="prod/old")
        stand.look(image, repository="prod/old")
        stand.aws.call(
            "ecr",
            "DeleteRepository",
            {"repositoryName": "prod/old", "force": True},
            place=stand.place,
        )
        stand.aws.events.drain()
        stand.push()
        stand.deliver()
        assert stand.sweep_all() == {"moved": 1}
        assert stand.record(image, repository="prod/old").reason == "gone"
        stand.pass_time(DAY)
        assert stand.sweep_all() == {}


class TestANewBundle:
    """Exactly those are looked at whose statement is another one now."""

    def test_a_changed_policy(self, stand: SweptStand) -> None:
        image = stand.push()
        stand.attach(image)
        other = stand.push(repository="dev/x")
        stand.deliver()
        settled(stand)
        stand.bundles.current = bundle(serial=2, identities=("Another",))
        assert stand.sweep_all() == {"moved": 1}
        assert stand.record(image).verdict is Verdict.UNTRUSTED
        assert stand.record(other, repository="dev/x").verdict is Verdict.UNGOVERNED

    def test_a_higher_serial_alone_asks_for_nothing(self, stand: SweptStand) -> None:
        stand.attach(stand.push())
        stand.deliver()
        settled(stand)
        stand.bundles.current = bundle(serial=2)
        assert stand.sweep_all() == {}

    def test_the_next_bundle_while_the_last_is_not_dealt_with(
        self, stand: SweptStand
    ) -> None:
        images = [stand.push(str(number)) for number in range(12)]
        for image in images:
            stand.attach(image)
        stand.deliver()
        settled(stand)
        stand.bundles.current = bundle(serial=2, identities=("Another",))
        report = stand.step(looks_per_minute=1)
        assert sum(report.sent.values()) < len(images)
        stand.bundles.current = bundle(serial=3, identities=("A third",))
        stand.sweep_all()
        serials = {stand.record(image).bundle_serial for image in images}
        assert serials == {3}

    def test_nothing_is_compared_while_no_bundle_is_in_force(
        self, stand: SweptStand
    ) -> None:
        stand.attach(stand.push())
        stand.deliver()
        settled(stand)
        stand.bundles.current = InvalidBundle(())
        report = stand.step()
        assert not report.sent
        assert report.walked


class TestASigner:
    def test_all_that_it_signed_is_looked_at_now(self, stand: SweptStand) -> None:
        stand.bundles.current = bundle(identities=("Leaf", "Second"))
        first, second = stand.push("first"), stand.push("second")
        stand.attach(first)
        stand.attach(second, by="Second")
        stand.deliver()
        settled(stand)
        identity = stand.record(first).signer
        assert identity is not None
        stand.sweep().ask((Recheck(kind=Kind.SIGNER, value=identity),))
        before = stand.record(second).version
        assert stand.step().sent == {"signer": 1}
        ((_, hint),) = stand.queue.waiting
        assert (hint.digest, hint.anew) == (first.digest, True)
        assert stand.record(second).version == before


class TestBounds:
    def test_no_more_looks_are_sent_than_a_minute_earns(
        self, stand: SweptStand
    ) -> None:
        for number in range(40):
            stand.push(str(number))
        stand.aws.events.drain()
        assert sum(stand.step(2).sent.values()) == 10
        assert sum(stand.step(2).sent.values()) == 0
        stand.clock.advance(timedelta(minutes=1))
        assert sum(stand.step(2).sent.values()) == 2
        assert sum(stand.sweep_all(2).values()) == 28
        assert len(stand.ledger.records) == 40

    def test_looks_are_spread_over_the_time_that_earned_them(
        self, stand: SweptStand
    ) -> None:
        for number in range(10):
            stand.push(str(number))
        stand.step(2)
        times = [at for at, _ in stand.queue.waiting]
        assert times[-1] - times[0] == timedelta(minutes=4.5)

    def test_each_repository_has_its_turn(self, stand: SweptStand) -> None:
        """A repository full of news keeps no other one waiting."""
        for number in range(250):
            stand.push(str(number), repository="prod/a")
        stand.push(repository="prod/z")
        stand.aws.events.drain()
        report = stand.step(50)
        sent = [hint.repository for _, hint in stand.queue.waiting]
        assert sent.count("prod/a") == 249
        assert sent.index("prod/z") < 210
        assert "prod/a" in report.over
        assert len(stand.queue.waiting) == 250

    def test_a_repository_that_cannot_be_read_holds_up_no_other(
        self, stand: SweptStand
    ) -> None:
        stand.push(repository="prod/a")
        stand.push(repository="prod/b")
        stand.aws.events.drain()

        shut = _Shut(stand.aws, account=ACCOUNT, region=REGION)
        report = stand.sweep(inventory=shut).step(
            until=stand.clock.now + timedelta(minutes=4)
        )
        assert report.sent == {"unknown": 1}
        assert any("prod/a" in each for each in report.unread)
        # It is tried again by the next two steps; then it waits for the next walk.
        assert not report.walked
        for walked in (False, True):
            stand.clock.advance(timedelta(minutes=5))
            report = stand.sweep(inventory=shut).step(
                until=stand.clock.now + timedelta(minutes=4)
            )
            assert report.walked is walked

    def test_what_was_unreadable_for_a_minute_is_read_by_the_next_step(
        self, stand: SweptStand
    ) -> None:
        stand.push(repository="prod/a")
        stand.aws.events.drain()
        shut = _Shut(stand.aws, account=ACCOUNT, region=REGION)
        until = stand.clock.now + timedelta(minutes=4)
        report = stand.sweep(inventory=shut).step(until=until)
        assert len(report.unread) == 1
        stand.clock.advance(timedelta(minutes=5))
        assert stand.step().sent == {"unknown": 1}

    def test_a_walk_a_day(self, stand: SweptStand) -> None:
        stand.sweep_all()
        stand.push()
        stand.aws.events.drain()
        assert not stand.step().sent
        stand.pass_time(DAY)
        assert stand.step().sent == {"unknown": 1}


class _Shut(InProcessInventory):
    """Shut out of one repository."""

    def images(self, repository: str) -> RepositoryListing:
        if repository == "prod/a":
            raise Denied("a repository policy")
        return super().images(repository)
