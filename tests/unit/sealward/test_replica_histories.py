"""Replicated images where more than one thing is wrong, or things change meanwhile.

Two accounts, real signatures; what is said there must point at what mends it.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import Descriptor
from notation_verifier.signer_service import SignerQuestion, SignerServiceError
from sealward.ledger import Record, Verdict
from sealward.ledger.replicas import ReplicaCause
from sealward.look.judging.replicas import Replicas
from sealward.policy.bundle import PolicyBundle
from sealward.ports.failures import Unavailable
from sealward.subjects import SubjectKey
from simulator.in_process.queue import InProcessBundleSource
from simulator.pushes import Pusher
from tests import forge
from tests.unit.sealward.family import INDEX, entry, strict
from tests.unit.sealward.stand import REPOSITORY, bundle, described, signer
from tests.unit.sealward.two_accounts import MINUTE, ORIGIN, SOURCE, TwoAccounts

GRACE_OVER = timedelta(minutes=12)
LISTED_GRACE_OVER = timedelta(minutes=75)


def publish(pair: TwoAccounts, current: PolicyBundle) -> None:
    """Tell the destination's stack what Git publishes."""
    pair.there.gate = replace(pair.there.gate, published=InProcessBundleSource(current))


def cause(pair: TwoAccounts, image: Descriptor) -> ReplicaCause | None:
    replica = pair.there.record(image).replica
    assert replica is not None
    assert replica.source == ORIGIN
    return replica.cause


def detail(pair: TwoAccounts, image: Descriptor) -> str:
    replica = pair.there.record(image).replica
    assert replica is not None
    return replica.detail


def push_family(pair: TwoAccounts) -> tuple[Descriptor, list[Descriptor]]:
    """Push platform images without a tag at the source, then their index."""
    pusher = Pusher(pair.aws, SOURCE, REPOSITORY)
    children = [described(pusher.image(f"child {number}")) for number in range(2)]
    index = pusher.document(
        {"mediaType": INDEX, "manifests": [entry(child) for child in children]},
        tag="v1",
    )
    return described(index), children


def expired(image: Descriptor, by: str = "Leaf") -> bytes:
    """Return a signature by a trusted identity that has run out."""
    return forge.sign(image, signer(by), "jws", expiry=forge.NOW - timedelta(minutes=1))


class TestTwoSignatures:
    def test_a_strangers_beside_one_that_ran_out_accuses_no_bundle(self) -> None:
        """Git's bundle trusts who signed the other one: so does this one."""
        pair = TwoAccounts()
        publish(pair, bundle(serial=1))
        image = pair.push()
        pair.sign(image, by="Stranger")
        pair.attach(image, expired(image))
        pair.pass_time(GRACE_OVER)
        record = pair.there.record(image)
        assert (record.verdict, record.reason) == (
            Verdict.UNTRUSTED,
            "signature-expired",
        )
        assert cause(pair, image) is None

    def test_one_of_two_who_must_sign_is_missing_and_no_bundle_is_edited(self) -> None:
        both = bundle(identities=["Leaf", "Second"], identitiesRequired=2)
        pair = TwoAccounts()
        pair.there.bundles.current = both
        publish(pair, both)
        image = pair.push()
        pair.sign(image)
        pair.pass_time(GRACE_OVER)
        assert pair.there.record(image).reason == "too-few-identities"
        assert cause(pair, image) is ReplicaCause.SIGNATURE_MISSING
        assert "1 of 2 identities" in detail(pair, image)
        pair.sign(image, by="Second")
        pair.pass_time(2 * MINUTE)
        assert pair.there.record(image).verdict is Verdict.TRUSTED
        assert cause(pair, image) is None

    def test_where_git_asks_for_one_of_them_only_this_one_is_stale(self) -> None:
        pair = TwoAccounts()
        pair.there.bundles.current = bundle(
            serial=4, identities=["Leaf", "Second"], identitiesRequired=2
        )
        publish(pair, bundle(serial=5))
        image = pair.push()
        pair.sign(image)
        pair.pass_time(GRACE_OVER)
        assert cause(pair, image) is ReplicaCause.BUNDLE_STALE

    def test_one_whose_revocation_cannot_be_asked_counts_before_a_strangers(
        self,
    ) -> None:
        def denied(question: SignerQuestion) -> tuple[str, ...]:
            raise SignerServiceError(
                f"GetRevocationStatus in {question.region}: AccessDeniedException"
            )

        pair = TwoAccounts()
        pair.trust_signer(SOURCE.arn("signer", "/signing-profiles/release"))
        pair.ask_by(denied)
        image = pair.push()
        pair.sign(image, by="Stranger")
        pair.signed_by_signer(image)
        pair.pass_time(GRACE_OVER)
        assert pair.there.record(image).verdict is Verdict.INCONCLUSIVE
        assert cause(pair, image) is ReplicaCause.REVOCATION_DENIED

    def test_of_two_profiles_that_are_missing_the_one_that_came_is_named(self) -> None:
        pair = TwoAccounts()
        pair.trust_signer(SOURCE.arn("signer", "/signing-profiles/other"))
        image = pair.push()
        pair.sign(image, by="Stranger")
        pair.signed_by_signer(image)
        pair.pass_time(GRACE_OVER)
        assert cause(pair, image) is ReplicaCause.SIGNER_PROFILE
        assert "/signing-profiles/release" in detail(pair, image)

    def test_a_signature_that_came_in_part_is_said_beside_a_strangers(self) -> None:
        pair = TwoAccounts()
        image = pair.push()
        pair.sign(image, by="Stranger")
        lost = pair.sign(image).digest
        registry = pair.there.gate.registry

        class InPart:
            """A registry to which one signature's manifest did not come."""

            def __getattr__(self, name: str) -> Any:
                return getattr(registry, name)

            def manifests(self, repository: str, digests: Any, **more: Any) -> Any:
                found = registry.manifests(repository, digests, **more)
                return {key: one for key, one in found.items() if key != lost}

        pair.there.gate = replace(pair.there.gate, registry=InPart())
        pair.pass_time(GRACE_OVER)
        assert pair.there.record(image).reason == "identity-not-allowed"
        assert cause(pair, image) is ReplicaCause.TRUST_UNDETERMINED
        assert "of another signature not all came with it" in detail(pair, image)


class TestWhatChangesMeanwhile:
    def test_it_is_mended_where_the_finding_says_and_the_cause_goes(self) -> None:
        pair = TwoAccounts()
        pair.there.bundles.current = bundle(serial=41, identities=["Other"])
        publish(pair, bundle(serial=42))
        image = pair.push()
        pair.sign(image)
        pair.pass_time(GRACE_OVER)
        assert cause(pair, image) is ReplicaCause.BUNDLE_STALE
        pair.there.bundles.current = bundle(serial=42)
        pair.pass_time(timedelta(hours=2))
        record = pair.there.record(image)
        assert (record.verdict, record.hold) == (Verdict.TRUSTED, None)
        assert cause(pair, image) is None

    def test_one_cause_gives_way_to_the_next(self) -> None:
        pair = TwoAccounts(referrers_replicate=False)
        pair.there.bundles.current = bundle(serial=1, identities=["Other"])
        publish(pair, bundle(serial=1, identities=["Third"]))
        image = pair.push()
        pair.pass_time(GRACE_OVER)
        assert cause(pair, image) is ReplicaCause.SIGNATURE_MISSING
        pair.there.attach(image)  # by hand, as the remedy says
        pair.pass_time(timedelta(hours=2))
        assert cause(pair, image) is ReplicaCause.IDENTITY_UNTRUSTED

    def test_a_signature_that_comes_between_the_two_readings_is_no_edited_bundle(
        self,
    ) -> None:
        """The same bundle there and in Git: what it trusts is what counts here."""
        pair = TwoAccounts()
        publish(pair, bundle())
        image = pair.push()
        pair.sign(image, by="Stranger")
        pair.pass_time(9 * MINUTE)

        class Arriving(InProcessBundleSource):
            def bundle(self) -> PolicyBundle:
                pair.there.attach(image)
                return super().bundle()

        pair.there.gate = replace(pair.there.gate, published=Arriving(bundle()))
        pair.pass_time(3 * MINUTE)
        assert cause(pair, image) in (ReplicaCause.IDENTITY_UNTRUSTED, None)
        pair.pass_time(timedelta(hours=1, minutes=5))
        assert pair.there.record(image).verdict is Verdict.TRUSTED
        assert cause(pair, image) is None

    def test_a_registry_that_fails_while_gits_bundle_is_tried_stops_no_hold(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pair = TwoAccounts()
        pair.there.bundles.current = bundle(identities=["Other"])
        publish(pair, bundle(serial=2))
        image = pair.push()
        pair.sign(image)

        def away(*_: Any, **__: Any) -> bool:
            raise Unavailable("BatchGetImage: ThrottlingException")

        monkeypatch.setattr(
            "sealward.look.judging.replicas.Replicas._trusts", away, raising=True
        )
        pair.pass_time(GRACE_OVER)
        assert pair.there.record(image).hold is not None
        assert cause(pair, image) is ReplicaCause.TRUST_UNDETERMINED
        assert "ThrottlingException" in detail(pair, image)


class TestAnIndex:
    @pytest.mark.parametrize("by", ["Leaf", "Stranger", None])
    def test_its_children_point_at_it_and_never_at_a_signature_of_their_own(
        self, by: str | None
    ) -> None:
        pair = TwoAccounts(referrers_replicate=by != "Leaf")
        pair.there.bundles.current = strict()
        index, children = push_family(pair)
        if by is not None:
            pair.sign(index, by=by)
        pair.pass_time(LISTED_GRACE_OVER)
        own = cause(pair, index)
        assert own is (
            ReplicaCause.TRUST_UNDETERMINED
            if by == "Stranger"
            else ReplicaCause.SIGNATURE_MISSING
        )
        for child in children:
            assert pair.there.record(child).verdict is Verdict.UNSIGNED
            assert cause(pair, child) is ReplicaCause.INDEX_UNTRUSTED
            assert index.digest in detail(pair, child)

    def test_trusted_here_it_covers_them_and_none_has_a_cause(self) -> None:
        pair = TwoAccounts()
        pair.there.bundles.current = strict()
        index, children = push_family(pair)
        pair.sign(index)
        pair.pass_time(5 * MINUTE)
        assert [pair.there.record(child).verdict for child in children] == [
            Verdict.COVERED,
            Verdict.COVERED,
        ]
        assert {cause(pair, each) for each in (index, *children)} == {None}

    def test_its_signature_arrives_later_and_all_of_them_are_released(self) -> None:
        pair = TwoAccounts(referrers_replicate=False)
        pair.there.bundles.current = strict()
        index, children = push_family(pair)
        signature = forge.sign(index, signer(), "jws")
        pair.pass_time(LISTED_GRACE_OVER)
        assert pair.there.record(index).hold is not None
        pair.there.attach(index, signature)
        pair.pass_time(timedelta(hours=3))
        for each in (index, *children):
            record = pair.there.record(each)
            assert record.verdict in (Verdict.TRUSTED, Verdict.COVERED)
            assert record.hold is None
            assert cause(pair, each) is None

    def test_an_index_that_was_pushed_here_over_it_is_not_the_cause(self) -> None:
        """Anybody who may push here may list a replica: it explains nothing."""
        pair = TwoAccounts()
        pair.there.bundles.current = strict(grace="10m", untaggedGrace="10m")
        image = pair.push()
        pair.pass_time(2 * MINUTE)
        local = pair.there.push_document(
            {"mediaType": INDEX, "manifests": [entry(image)]}, media_type=INDEX
        )
        pair.there.look(local)
        pair.pass_time(GRACE_OVER)
        assert cause(pair, image) is ReplicaCause.SIGNATURE_MISSING

    def test_a_ledger_that_does_not_tell_of_it_stops_no_look(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pair = TwoAccounts()
        pair.there.bundles.current = strict()
        _, children = push_family(pair)
        asked = Replicas._index

        class Away:
            def current(self, _key: SubjectKey) -> Record | None:
                raise Unavailable("GetItem: ThrottlingException")

        def without_ledger(replicas: Replicas, found: Any) -> Record | None:
            away: Any = Away()
            signatures = replace(replicas.signatures, ledger=away)
            return asked(replace(replicas, signatures=signatures), found)

        monkeypatch.setattr(Replicas, "_index", without_ledger)
        pair.pass_time(LISTED_GRACE_OVER)
        for child in children:
            assert pair.there.record(child).hold is not None
            assert cause(pair, child) is ReplicaCause.SIGNATURE_MISSING
