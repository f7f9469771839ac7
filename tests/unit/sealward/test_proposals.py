"""Act on what is new, ask about what is old: proposals, and what a person says."""

from datetime import timedelta

import pytest

from sealward.decisions import Step
from sealward.ledger import HoldState, Verdict, proposal_state
from sealward.policy.bundle import Capability
from sealward.proposals import Answer, Approval, Cause
from sealward.tick.approved import send_approved
from tests.forge.certificates import NOT_AFTER
from tests.unit.sealward.rollout import enforced, expired, lost
from tests.unit.sealward.stand import ACCOUNT, REGION, REPOSITORY, Stand, bundle

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def said(
    stand: Stand,
    answer: Answer = Answer.APPROVED,
    *,
    repositories: tuple[str, ...] = (),
    digests: tuple[str, ...] = (),
) -> Approval:
    (proposal,) = stand.ledger.proposals()
    approval = Approval(
        proposal_id=proposal.id,
        answer=answer,
        by="arn:aws:sts::123456789012:assumed-role/platform/ann",
        at=stand.clock.now,
        until=stand.clock.now + 7 * DAY,
        repositories=repositories,
        digests=digests,
    )
    stand.ledger.approve(approval)
    return approval


class Old(Stand):
    """A stand with three unsigned images from before enforcement."""

    def __init__(self) -> None:
        super().__init__(current=bundle(grace="0s", enforcement="report"))
        self.a, self.b, self.c = self.all = [self.push(name) for name in "abc"]
        for image in self.all:
            self.look(image)
        self.clock.advance(DAY)
        self.bundles.current = bundle(serial=2, grace="0s")
        for image in self.all:
            self.look(image)


@pytest.fixture
def old() -> Old:
    return Old()


class TestAtOnce:
    """Enforcement over a full registry, smaller; ``rollout`` does it at full size."""

    def test_enforcement_over_unsigned_images_is_one_proposal(self) -> None:
        figures = enforced(60, repositories=3)
        assert (figures.archived, figures.proposals) == (0, 1)
        assert figures.findings_per_repository == 1
        assert figures.sent <= 3 * 2

    def test_certificates_that_all_expire_archive_nothing(self) -> None:
        figures = expired(12, repositories=3)
        assert (figures.archived, figures.proposals) == (0, 1)
        assert figures.findings_per_repository == 1

    def test_signatures_a_lifecycle_rule_deleted_are_one_finding(self) -> None:
        figures = lost(12, repositories=3)
        assert (figures.archived, figures.proposals) == (0, 0)
        assert figures.findings_per_repository == 1


class TestTheProposal:
    def test_it_names_its_cause_and_what_it_touches(self, old: Old) -> None:
        (proposal,) = old.ledger.proposals()
        assert proposal.cause is Cause.BEFORE_ENFORCEMENT
        assert (proposal.action, proposal.statement) == ("quarantine", "prod")
        touched = old.ledger.members(proposal_state(proposal.id), limit=10)
        assert len(touched) == old.ledger.count(proposal_state(proposal.id)) == 3
        assert {key.repository for key in touched} == {REPOSITORY}

    def test_looking_again_changes_nothing(self, old: Old) -> None:
        before = old.ledger.records
        old.clock.advance(MINUTE)
        old.look(old.a)
        assert old.ledger.records == before

    def test_an_image_that_is_signed_leaves_it(self, old: Old) -> None:
        image = old.a
        old.look(old.attach(image))
        record = old.record(image)
        assert (record.verdict, record.proposal, record.proposal_id) == (
            Verdict.TRUSTED,
            "",
            "",
        )

    def test_a_removed_identity_is_a_policy_change(self, at_once: Stand) -> None:
        image = at_once.push()
        at_once.look(at_once.attach(image))
        at_once.bundles.current = bundle(serial=2, grace="0s", identities=["Other"])
        assert at_once.look(image).step is Step.NONE
        (proposal,) = at_once.ledger.proposals()
        assert proposal.cause is Cause.POLICY_CHANGE

    def test_an_expiry_is_told_from_a_policy_change(self, at_once: Stand) -> None:
        image = at_once.push()
        at_once.look(at_once.attach(image))
        at_once.clock.now = NOT_AFTER + DAY
        assert at_once.look(image).step is Step.NONE
        (proposal,) = at_once.ledger.proposals()
        assert proposal.cause is Cause.EXPIRED

    def test_what_stops_being_enforced_is_proposed_for_release(
        self, at_once: Stand
    ) -> None:
        image = at_once.push()
        at_once.look(image)
        at_once.bundles.current = bundle(serial=2, grace="0s", enforcement="report")
        at_once.look(image)
        assert at_once.status(image) == "ARCHIVED"
        (proposal,) = at_once.ledger.proposals()
        assert (proposal.cause, proposal.action) == (Cause.ENFORCEMENT_ENDED, "release")
        said(at_once)
        at_once.look(image)
        at_once.pass_time(HOUR)
        assert at_once.status(image) == "ACTIVE"
        assert at_once.record(image).hold is None


class TestTheAnswer:
    def test_an_approved_image_is_held(self, old: Old) -> None:
        said(old)
        result = old.look(old.a)
        assert (result.step, result.hold) == (Step.ARCHIVE, HoldState.HELD)
        assert old.record(old.b).hold is None, "nobody looked yet"

    def test_only_the_part_that_is_named(self, old: Old) -> None:
        said(old, digests=(old.a.digest,))
        assert old.look(old.b).step is Step.NONE
        assert old.look(old.a).step is Step.ARCHIVE

    def test_another_repository_is_not_meant(self, old: Old) -> None:
        said(old, repositories=("prod/other",))
        assert old.look(old.a).step is Step.NONE

    def test_the_last_word_counts(self, old: Old) -> None:
        said(old)
        old.clock.advance(MINUTE)
        said(old, Answer.DECLINED)
        assert old.look(old.a).step is Step.NONE

    def test_it_runs_out(self, old: Old) -> None:
        said(old)
        old.clock.advance(8 * DAY)
        assert old.look(old.a).step is Step.NONE

    def test_it_is_of_what_was_proposed_then(self, old: Old) -> None:
        approval = said(old)
        old.clock.advance(MINUTE)
        late = old.push("late")
        # Pushed before the policy, met after the approval.
        old.bundles.current = bundle(serial=3, grace="0s", enforcement="report")
        old.look(late)
        old.bundles.current = bundle(serial=4, grace="0s")
        old.look(late)
        assert old.record(late).proposal_id == approval.proposal_id
        assert old.look(late).step is Step.NONE

    def test_under_another_statement_it_is_worth_nothing(self, old: Old) -> None:
        said(old)
        old.bundles.current = bundle(serial=3, grace="1s")
        assert old.look(old.a).step is Step.NONE

    def test_a_stack_that_observes_proposes_nothing(self) -> None:
        watching = Stand(capability=Capability.OBSERVE, current=bundle(grace="0s"))
        assert watching.look(watching.push("a")).step is Step.NONE
        assert watching.ledger.proposals() == []


class TestTheRepositorysFinding:
    def test_its_first_image_raises_it_at_once(self) -> None:
        stand = Stand(current=bundle(grace="0s", enforcement="report"))
        stand.look(stand.push("a", tag="v1"))
        (finding,) = stand.findings
        assert "1 unsigned" in finding["Description"]
        assert "(v1): no-signature" in finding["Description"]
        assert finding["Severity"]["Label"] == "LOW"

    def test_what_follows_is_counted_within_the_window(self) -> None:
        stand = Stand(current=bundle(grace="0s", enforcement="report"))
        for number in range(8):
            stand.look(stand.push(f"n{number}"))
        stand.pass_time(11 * MINUTE)
        (finding,) = stand.findings
        assert "8 unsigned" in finding["Description"]
        assert finding["Description"].count("no-signature") == 5

    def test_it_is_resolved_when_nothing_is_left(self) -> None:
        stand = Stand(current=bundle(grace="0s", enforcement="report"))
        images = [stand.push(name) for name in "ab"]
        for image in images:
            stand.look(image)
        stand.clock.advance(MINUTE)
        for image in images:
            stand.look(stand.attach(image))
        stand.pass_time(11 * MINUTE)
        (finding,) = stand.findings
        assert finding["RecordState"] == "ARCHIVED"

    def test_an_image_of_its_own_finding_is_not_counted_twice(
        self, at_once: Stand
    ) -> None:
        image = at_once.push()
        at_once.look(image)
        (finding,) = at_once.findings
        assert finding["Resources"][0]["Type"] == "AwsEcrContainerImage"

    def test_hub_off_is_told_later(self) -> None:
        stand = Stand(current=bundle(grace="0s", enforcement="report"), hub_on=False)
        stand.look(stand.push("a"))
        assert stand.findings == []
        stand.enable_hub()
        stand.pass_time(2 * HOUR)
        (finding,) = stand.findings
        assert "1 unsigned" in finding["Description"]


class TestCarryingItOut:
    def test_the_tick_sends_what_is_approved_and_the_looks_do_it(
        self, old: Old
    ) -> None:
        said(old)
        assert send(old) == 3
        for hint in old.queue.receive():
            old.gate.look(hint)
        assert {old.status(image) for image in old.all} == {"ARCHIVED"}
        assert send(old) == 0, "what is done has left the proposal"

    def test_nothing_is_sent_for_what_nobody_approved(self, old: Old) -> None:
        assert send(old) == 0
        said(old, Answer.DECLINED)
        assert send(old) == 0

    def test_only_the_part_that_was_named_is_sent(self, old: Old) -> None:
        said(old, digests=(old.b.digest,), repositories=(REPOSITORY,))
        assert send(old) == 1

    def test_a_batch_is_bounded_and_what_stays_stops_nothing(
        self, old: Old, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sealward.tick.approved.BATCH", 1)
        said(old)
        chosen: set[str] = set()
        for _ in range(3):
            assert send(old) == 1
            old.clock.advance(MINUTE)
            chosen.update(hint.digest for hint in old.queue.receive())
        assert len(chosen) == 3, "none was carried out, and still all had their turn"


def send(stand: Stand) -> int:
    return send_approved(
        stand.ledger,
        stand.queue,
        account=ACCOUNT,
        region=REGION,
        now=stand.clock.now,
    )
