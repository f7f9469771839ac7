"""Replicated images: whether they are trusted over there, and if not, why."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier.signer_service import SignerQuestion, SignerServiceError
from sealward.findings.replica import REPLICA_GENERATOR, REPLICA_TYPE
from sealward.ledger import Verdict
from sealward.ledger.replicas import ReplicaCause
from sealward.policy.bundle import InvalidBundle, PolicyBundle
from sealward.policy.problems import Problem
from sealward.ports.failures import Denied
from simulator.in_process.queue import InProcessBundleSource
from tests.unit.sealward.stand import bundle
from tests.unit.sealward.two_accounts import MINUTE, ORIGIN, SOURCE, TwoAccounts

GRACE_OVER = timedelta(minutes=12)
RELEASE = SOURCE.arn("signer", "/signing-profiles/release")


def publish(pair: TwoAccounts, current: PolicyBundle | InvalidBundle) -> None:
    """Tell the destination's stack what Git publishes."""
    pair.there.gate = replace(pair.there.gate, published=InProcessBundleSource(current))


def cause(pair: TwoAccounts, image: Any) -> tuple[ReplicaCause | None, str]:
    replica = pair.there.record(image).replica
    assert replica is not None
    assert replica.source == ORIGIN
    return replica.cause, replica.detail


def finding(pair: TwoAccounts) -> Any:
    (found,) = pair.there.findings
    return found


def test_an_image_that_is_trusted_over_there_is() -> None:
    pair = TwoAccounts()
    image = pair.push()
    pair.sign(image)
    pair.pass_time(2 * MINUTE)
    assert pair.there.record(image).verdict is Verdict.TRUSTED
    assert cause(pair, image) == (None, "")
    assert pair.there.findings == []


@pytest.mark.parametrize(("image", "signature"), [(30, 400), (400, 30), (60, 60)])
def test_the_two_may_come_in_any_order(image: int, signature: int) -> None:
    pair = TwoAccounts(
        replication_delay=timedelta(seconds=image),
        referrer_replication_delay=timedelta(seconds=signature),
    )
    pushed = pair.push()
    pair.sign(pushed)
    pair.pass_time(10 * MINUTE)
    record = pair.there.record(pushed)
    assert (record.verdict, record.hold) == (Verdict.TRUSTED, None)


@pytest.mark.parametrize("switch", ["replica_emits_push", "replica_keeps_pushed_at"])
def test_whatever_a_copy_is_said_to_be(switch: str) -> None:
    pair = TwoAccounts(**{switch: True})
    image = pair.push()
    pair.sign(image)
    pair.pass_time(2 * MINUTE)
    assert pair.there.record(image).verdict is Verdict.TRUSTED


class TestSignatureMissing:
    def test_it_is_said_with_the_call_that_mends(self) -> None:
        pair = TwoAccounts(referrers_replicate=False)
        image = pair.push()
        pair.sign(image)
        pair.pass_time(GRACE_OVER)
        assert pair.there.record(image).verdict is Verdict.UNSIGNED
        assert cause(pair, image)[0] is ReplicaCause.SIGNATURE_MISSING
        told = finding(pair)
        assert told["GeneratorId"] == REPLICA_GENERATOR
        assert told["FindingProviderFields"]["Types"] == [REPLICA_TYPE]
        assert "its signature was not replicated" in told["Title"]
        text = told["Remediation"]["Recommendation"]["Text"]
        assert "start-replication-backfill --region eu-west-1" in text
        assert "region=us-east-1,registryId=123456789012" in text
        assert told["ProductFields"]["sealward/replicatedFrom"] == ORIGIN

    def test_a_signature_from_before_comes_by_backfill_and_releases_it(self) -> None:
        pair = TwoAccounts(configured=False)
        image = pair.push()
        pair.sign(image)
        pair.configure()
        # Pushed once more, under another tag, it is replicated; its signature is not.
        pair.push(tag="again")
        pair.pass_time(GRACE_OVER)
        assert pair.there.record(image).hold is not None
        assert cause(pair, image)[0] is ReplicaCause.SIGNATURE_MISSING
        to = {"region": "us-east-1", "registryId": "123456789012"}
        pair.aws.call(
            "ecr", "StartReplicationBackfill", {"destination": to}, place=SOURCE
        )
        pair.pass_time(30 * MINUTE)
        record = pair.there.record(image)
        assert (record.verdict, record.hold) == (Verdict.TRUSTED, None)
        assert cause(pair, image) == (None, "")
        assert finding(pair)["RecordState"] == "ARCHIVED"

    def test_a_policy_gives_what_comes_from_a_source_longer(self) -> None:
        for sources, held in (([ORIGIN], False), (["999988887777/eu-west-2"], True)):
            pair = TwoAccounts(referrer_replication_delay=timedelta(minutes=25))
            pair.there.bundles.current = bundle(
                replication={"sources": sources}, serial=2
            )
            image = pair.push()
            pair.sign(image)
            pair.pass_time(20 * MINUTE)
            assert (pair.there.record(image).hold is not None) is held
            pair.pass_time(30 * MINUTE)
            assert pair.there.record(image).verdict is Verdict.TRUSTED

    def test_without_a_signature_the_longer_grace_ends_too(self) -> None:
        pair = TwoAccounts()
        pair.there.bundles.current = bundle(replication={"sources": [ORIGIN]})
        image = pair.push()
        pair.pass_time(32 * MINUTE)
        record = pair.there.record(image)
        assert (record.verdict, record.hold is not None) == (Verdict.UNSIGNED, True)


class TestWhatGitPublishes:
    """The destination trusts nobody who signs at the source."""

    @pytest.fixture
    def refused(self) -> tuple[TwoAccounts, Any]:
        pair = TwoAccounts()
        pair.there.bundles.current = bundle(serial=41, identities=["Other"])
        image = pair.push()
        pair.sign(image)
        return pair, image

    @pytest.mark.parametrize(
        ("published", "expected", "words"),
        [
            (
                bundle(serial=42),
                ReplicaCause.BUNDLE_STALE,
                ("serial 42", "older, serial 41"),
            ),
            (
                bundle(serial=41),
                ReplicaCause.BUNDLE_EDITED,
                ("serial 41", "another, serial 41", "not older"),
            ),
            (
                bundle(serial=40),
                ReplicaCause.BUNDLE_EDITED,
                ("serial 40", "another, serial 41"),
            ),
            (
                bundle(serial=42, identities=["Third"]),
                ReplicaCause.IDENTITY_UNTRUSTED,
                ("serial 42, does not trust",),
            ),
            (
                InvalidBundle((Problem(pointer="", message="torn", remedy=""),)),
                ReplicaCause.TRUST_UNDETERMINED,
                ("not determinable", "could not be read"),
            ),
        ],
    )
    def test_tells_stale_from_edited_from_never(
        self,
        refused: tuple[TwoAccounts, Any],
        published: PolicyBundle | InvalidBundle,
        expected: ReplicaCause,
        words: tuple[str, ...],
    ) -> None:
        pair, image = refused
        publish(pair, published)
        pair.pass_time(GRACE_OVER)
        assert pair.there.record(image).verdict is Verdict.UNTRUSTED
        found, detail = cause(pair, image)
        assert found is expected
        assert all(word in detail for word in words)
        assert expected in finding(pair)["Remediation"]["Recommendation"]["Text"]

    def test_without_its_address_that_is_said(
        self, refused: tuple[TwoAccounts, Any]
    ) -> None:
        pair, image = refused
        pair.pass_time(GRACE_OVER)
        found, detail = cause(pair, image)
        assert found is ReplicaCause.TRUST_UNDETERMINED
        assert "parameter PublishedBundle" in detail
        told = finding(pair)["Remediation"]["Recommendation"]["Text"]
        assert "PublishedBundle=s3://BUCKET/KEY" in told

    def test_it_changes_neither_verdict_nor_action(
        self, refused: tuple[TwoAccounts, Any]
    ) -> None:
        pair, image = refused
        publish(pair, bundle(serial=42))
        pair.pass_time(GRACE_OVER)
        record = pair.there.record(image)
        assert (record.verdict, record.reason) == (
            Verdict.UNTRUSTED,
            "identity-not-allowed",
        )
        assert record.hold is not None

    def test_an_outage_of_it_changes_no_words(
        self, refused: tuple[TwoAccounts, Any]
    ) -> None:
        pair, image = refused
        publish(pair, bundle(serial=42))
        pair.pass_time(GRACE_OVER)
        before = cause(pair, image)

        class Away:
            def bundle(self) -> PolicyBundle:
                raise Denied("GetObject: AccessDenied")

        pair.there.gate = replace(pair.there.gate, published=Away())
        pair.pass_time(timedelta(hours=1))
        assert cause(pair, image) == before

    def test_an_image_that_was_pushed_here_has_no_such_cause(self) -> None:
        pair = TwoAccounts()
        publish(pair, bundle(serial=42))
        pair.there.bundles.current = bundle(serial=41, identities=["Other"])
        image = pair.there.push()
        pair.there.attach(image)
        pair.pass_time(GRACE_OVER)
        assert pair.there.record(image).verdict is Verdict.UNTRUSTED
        assert pair.there.record(image).replica is None
        assert finding(pair)["GeneratorId"] == "sealward/image-signature"


class TestSigner:
    def test_a_profile_that_the_statement_names_is_trusted(self) -> None:
        pair = TwoAccounts()
        pair.trust_signer(RELEASE)
        image = pair.push()
        pair.signed_by_signer(image)
        pair.pass_time(2 * MINUTE)
        assert pair.there.record(image).verdict is Verdict.TRUSTED

    @pytest.mark.parametrize(
        ("trusted", "words"),
        [
            (
                "arn:aws:signer:us-east-1:123456789012:/signing-profiles/release",
                "release of 123456789012 in us-east-1",
            ),
            (f"{RELEASE}/0000000000", "trusts version 0000000000 of the profile"),
            (f"{RELEASE}_2", f"lacks the profile that signed it: {RELEASE}"),
        ],
    )
    def test_a_profile_that_is_missing_is_named(self, trusted: str, words: str) -> None:
        pair = TwoAccounts()
        pair.trust_signer(trusted)
        image = pair.push()
        pair.signed_by_signer(image)
        pair.pass_time(GRACE_OVER)
        found, detail = cause(pair, image)
        assert found is ReplicaCause.SIGNER_PROFILE
        assert words in detail
        assert "not determinable" in detail

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            (
                "signer:GetRevocationStatus in eu-west-1: AccessDeniedException",
                ReplicaCause.REVOCATION_DENIED,
            ),
            (
                "signer:GetRevocationStatus in eu-west-1: timed out",
                ReplicaCause.REVOCATION_UNREACHABLE,
            ),
            (
                "the profile is of partition aws-cn, this stack of aws: Signer answers",
                ReplicaCause.OTHER_PARTITION,
            ),
        ],
    )
    def test_a_revocation_service_that_does_not_answer(
        self, said: str, expected: ReplicaCause
    ) -> None:
        def silent(question: SignerQuestion) -> tuple[str, ...]:
            raise SignerServiceError(f"{said} ({question.region})")

        pair = TwoAccounts()
        pair.trust_signer(RELEASE)
        pair.ask_by(silent)
        image = pair.push()
        pair.signed_by_signer(image)
        pair.pass_time(GRACE_OVER)
        assert pair.there.record(image).verdict is Verdict.INCONCLUSIVE
        assert cause(pair, image)[0] is expected


def test_an_event_of_another_source_says_what_is_remembered() -> None:
    pair = TwoAccounts()
    image = pair.push()
    pair.sign(image)
    pair.pass_time(2 * MINUTE)
    hint = replace(pair.there.hint(image.digest), origin="111122223333/us-west-2")
    pair.there.gate.look(hint)
    record = pair.there.record(image)
    assert record.replica is not None
    assert record.replica.source == "111122223333/us-west-2"
    assert record.verdict is Verdict.TRUSTED


def test_a_look_says_where_it_came_from_and_why_it_is_not_trusted() -> None:
    pair = TwoAccounts(referrers_replicate=False)
    image = pair.push()
    pair.pass_time(GRACE_OVER)
    fields = pair.there.look(image).log_fields()
    assert (fields["replicated_from"], fields["cause"]) == (
        ORIGIN,
        "replica-signature-missing",
    )


def test_a_forged_replication_changes_neither_verdict_nor_hold() -> None:
    pair = TwoAccounts()
    image = pair.there.push()
    pair.there.look(image)
    hint = replace(pair.there.hint(image.digest), origin=ORIGIN)
    pair.there.gate.look(hint)
    pair.pass_time(GRACE_OVER)
    record = pair.there.record(image)
    assert (record.verdict, record.hold is not None) == (Verdict.UNSIGNED, True)
