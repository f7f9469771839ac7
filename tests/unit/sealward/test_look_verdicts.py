"""Looks on real signatures: every verdict, and what a pusher can and cannot cause."""

from datetime import timedelta

import pytest

from notation_verifier import Descriptor, Reason
from sealward.decisions import Step, Unknown
from sealward.ledger import HoldState, Verdict
from sealward.policy.bundle import Capability, load_bundle
from sealward.ports import Unavailable
from sealward.signatures.candidates import CANDIDATES_LIMIT, Rejection
from sealward.subjects.manifests import ManifestProblem
from simulator.errors import ServiceError
from simulator.faults import Fault
from tests import forge
from tests.unit.sealward.stand import (
    EMPTY,
    IMAGE_CONFIG,
    IMAGE_MANIFEST,
    NOTARY_SIGNATURE,
    REPOSITORY,
    Stand,
    as_json,
    bundle,
)

MINUTE = timedelta(minutes=1)
GRACE = timedelta(minutes=10)
THROTTLED = ServiceError("ThrottlingException", "Rate exceeded")
DENIED = ServiceError("AccessDeniedException", "explicit deny")


@pytest.fixture
def stand() -> Stand:
    return Stand()


@pytest.fixture
def at_once() -> Stand:
    """A stand whose policy gives no grace."""
    return Stand(current=bundle(grace="0s"))


@pytest.mark.parametrize("media_type", [forge.JWS, forge.COSE])
@pytest.mark.parametrize("shape", ["config", "artifactType"])
def test_a_signed_image_is_trusted(stand: Stand, media_type: str, shape: str) -> None:
    image = stand.push()
    stand.attach(image, media_type=media_type, shape=shape)
    result = stand.look(image)
    assert (result.verdict, result.step) == (Verdict.TRUSTED, Step.NONE)
    assert result.signer == "x509.subject: CN=Leaf,O=acme,ST=WA,C=US"
    assert stand.findings == []


def test_an_unsigned_image_is_pending_until_grace_ends_then_unsigned_and_held(
    stand: Stand,
) -> None:
    image = stand.push()
    assert stand.look(image).verdict is Verdict.PENDING
    stand.pass_time(GRACE - timedelta(seconds=1))
    assert stand.record(image).verdict is Verdict.PENDING
    assert stand.status(image) == "ACTIVE"
    stand.pass_time(timedelta(seconds=1))
    assert stand.record(image).verdict is Verdict.UNSIGNED
    assert stand.record(image).reason == "no-signature"
    assert stand.status(image) == "ARCHIVED"


def test_junk_does_not_end_the_grace(stand: Stand) -> None:
    image = stand.push()
    stand.junk(image)
    result = stand.look(image)
    assert (result.verdict, result.candidates) == (Verdict.PENDING, 1)


def test_a_wrong_identity_is_final_at_once_where_the_policy_fails_fast() -> None:
    stand = Stand(current=bundle(failFast=True))
    image = stand.push()
    stand.attach(image, by="Other")
    result = stand.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.UNTRUSTED,
        Reason.IDENTITY_NOT_ALLOWED,
    )
    assert result.hold is HoldState.HELD


def test_junk_is_never_final_though_the_policy_fails_fast() -> None:
    stand = Stand(current=bundle(failFast=True))
    image = stand.push()
    stand.junk(image)
    good = forge.sign(image, forge.chain(subject="Leaf"))
    stand.attach(image, good[:-40] + b"A" * 40)
    assert stand.look(image).verdict is Verdict.PENDING


def test_grace_is_not_restarted_by_a_push_of_the_same_digest(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.pass_time(GRACE - MINUTE)
    stand.push(tag="again")
    stand.deliver()
    stand.pass_time(MINUTE)
    assert stand.record(image).verdict is Verdict.UNSIGNED


def test_grace_counts_from_the_push_where_the_event_came_late(stand: Stand) -> None:
    image = stand.push()
    stand.clock.advance(GRACE)
    assert stand.look(image).verdict is Verdict.UNSIGNED


def test_grace_survives_deletion(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.delete(image)
    stand.look(image)
    stand.clock.advance(GRACE)
    stand.push()
    assert stand.look(image).verdict is Verdict.UNSIGNED


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("other-identity", Reason.IDENTITY_NOT_ALLOWED),
        ("other-root", Reason.NOT_ANCHORED),
        ("other-image", Reason.SUBJECT_MISMATCH),
        ("tampered", Reason.SIGNATURE_MISMATCH),
        ("expired", Reason.SIGNATURE_EXPIRED),
        ("junk", Rejection.ENVELOPE_MALFORMED),
    ],
)
def test_a_bad_signature_is_untrusted_with_its_reason(
    at_once: Stand, how: str, reason: str
) -> None:
    stand = at_once
    image = stand.push()
    match how:
        case "other-identity":
            stand.attach(image, by="Other")
        case "other-root":
            root = forge.CertificateAuthority.root("Another root")
            stand.attach(image, forge.sign(image, root.leaf("Leaf")))
        case "other-image":
            other = stand.push("other")
            stand.attach(image, forge.sign(other, forge.chain(subject="Leaf")))
        case "tampered":
            stand.attach(image, members={"signature": "A" * 128})
        case "expired":
            stand.attach(image, expiry=forge.SIGNING_TIME + MINUTE)
        case _:
            stand.junk(image)
    result = stand.look(image)
    assert (result.verdict, result.reason) == (Verdict.UNTRUSTED, reason)
    assert result.hold is HoldState.HELD


def test_the_most_telling_refusal_is_the_reason(at_once: Stand) -> None:
    image = at_once.push()
    at_once.junk(image, 1)
    at_once.attach(image, by="Other")
    at_once.junk(image, 2)
    result = at_once.look(image)
    assert (result.reason, result.candidates) == (Reason.IDENTITY_NOT_ALLOWED, 3)


def attach_bad(stand: Stand, image: Descriptor, how: str) -> None:
    match how:
        case "junk":
            stand.junk(image)
        case "oversized-manifest":
            stand.attach(image, b"x", annotations={"padding": "x" * 70_000})
        case "missing-blob":
            stand.attach(image, b"to be lost")
            change_layer(stand, b"to be lost", None)
        case "wrong-digest":
            stand.attach(image, b"to be changed")
            change_layer(stand, b"to be changed", b"changed")
        case "oversized-envelope":
            stand.attach(image, b"x" * (1024 * 1024 + 1))
        case "two-layers":
            pusher = stand.pusher()
            stand.push_document(
                {
                    "mediaType": IMAGE_MANIFEST,
                    "config": pusher.layer(b"{}", NOTARY_SIGNATURE),
                    "layers": [
                        pusher.layer(b"1", forge.JWS),
                        pusher.layer(b"2", forge.JWS),
                    ],
                    "subject": as_json(image),
                }
            )
        case _:
            raise AssertionError(how)


def change_layer(stand: Stand, before: bytes, after: bytes | None) -> None:
    """Reach into the registry: what no client could do."""
    layers = stand.aws.registry(stand.place).repositories[REPOSITORY].layers
    (digest,) = (digest for digest, content in layers.items() if content == before)
    if after is None:
        del layers[digest]
    else:
        layers[digest] = after


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("junk", Rejection.ENVELOPE_MALFORMED),
        ("oversized-manifest", Rejection.MANIFEST_TOO_LARGE),
        ("missing-blob", Rejection.ENVELOPE_MISSING),
        ("wrong-digest", Rejection.ENVELOPE_MISSING),
        ("oversized-envelope", Rejection.ENVELOPE_TOO_LARGE),
        ("two-layers", Rejection.MANIFEST_INVALID),
    ],
)
def test_a_bad_candidate_is_reported_and_skipped_and_the_good_one_counts(
    stand: Stand, how: str, reason: Rejection
) -> None:
    image = stand.push()
    attach_bad(stand, image, how)
    stand.clock.advance(GRACE)
    alone = stand.look(image)
    assert (alone.verdict, alone.reason) == (Verdict.UNTRUSTED, reason)
    history = stand.ledger.history(stand.record(image).key)
    assert history[-1].report["candidates"][0]["rejected"] == reason

    signature = stand.attach(image)
    assert stand.look(signature).verdict is Verdict.TRUSTED


def test_a_good_signature_is_found_among_bad_ones_whatever_the_order(
    at_once: Stand,
) -> None:
    image = at_once.push()
    for number in range(6):
        at_once.junk(image, number)
    at_once.attach(image)
    for number in range(6, 12):
        at_once.junk(image, number)
    assert at_once.look(image).verdict is Verdict.TRUSTED


class TestTheBound:
    def flood(self, stand: Stand, image: Descriptor) -> None:
        for number in range(CANDIDATES_LIMIT + 1):
            stand.attach(
                image,
                b"junk %d" % number,
                annotations={
                    "org.opencontainers.image.created": "2999-01-01T00:00:00Z"
                },
            )

    def test_more_junk_than_the_bound_is_untrusted_with_reason_limit(
        self, at_once: Stand
    ) -> None:
        image = at_once.push()
        self.flood(at_once, image)
        result = at_once.look(image)
        assert (result.verdict, result.reason) == (Verdict.UNTRUSTED, "limit")

    def test_a_signature_the_event_names_stands_outside_the_bound(
        self, at_once: Stand
    ) -> None:
        image = at_once.push()
        self.flood(at_once, image)
        signature = at_once.attach(image)
        assert at_once.look(signature).verdict is Verdict.TRUSTED

    def test_junk_on_a_trusted_image_changes_nothing(self, at_once: Stand) -> None:
        image = at_once.push()
        at_once.attach(image)
        at_once.look(image)
        before = at_once.ledger.writes
        self.flood(at_once, image)
        at_once.clock.advance(MINUTE)
        result = at_once.look(image)
        assert (result.verdict, result.changed) == (Verdict.TRUSTED, False)
        assert result.hold is None
        # The evidence hash covers the referrers, so one write; nothing else follows.
        assert at_once.ledger.writes <= before + 1


class TestWhatLeadsWhere:
    def test_a_signature_leads_to_its_subject(self, stand: Stand) -> None:
        image = stand.push()
        signature = stand.attach(image)
        result = stand.look(signature)
        assert (result.digest, result.verdict) == (image.digest, Verdict.TRUSTED)
        assert len(stand.ledger.records) == 1

    def test_a_fallback_index_leads_to_the_subjects_of_its_entries(
        self, stand: Stand
    ) -> None:
        images = [stand.push("one"), stand.push("two")]
        entries = [
            {**as_json(stand.attach(image)), "artifactType": NOTARY_SIGNATURE}
            for image in images
        ]
        index = stand.push_document(
            {
                "mediaType": "application/vnd.oci.image.index.v1+json",
                "manifests": entries,
            }
        )
        assert stand.look(index).digest == images[0].digest
        stand.work()
        assert {key.digest for key in stand.ledger.records} == {
            image.digest for image in images
        }
        assert {record.verdict for record in stand.ledger.records.values()} == {
            Verdict.TRUSTED
        }

    def test_a_subject_only_the_index_names_is_not_lost_when_the_queue_refuses(
        self, stand: Stand
    ) -> None:
        """The ledger knows nothing of it: its message must come again."""
        entries = [
            {
                **as_json(stand.attach(stand.push(each))),
                "artifactType": NOTARY_SIGNATURE,
            }
            for each in ("one", "two")
        ]
        index = stand.push_document(
            {
                "mediaType": "application/vnd.oci.image.index.v1+json",
                "manifests": entries,
            }
        )
        stand.queue.failure = Unavailable("SendMessage: throttled")
        with pytest.raises(Unavailable, match="throttled"):
            stand.look(index)
        stand.queue.failure = None
        stand.look(index)
        stand.work()
        assert len(stand.ledger.records) == 2

    def test_an_index_with_an_image_among_signatures_is_a_subject(
        self, at_once: Stand
    ) -> None:
        image = at_once.push()
        signature = at_once.attach(image)
        index = at_once.push_document(
            {
                "mediaType": "application/vnd.oci.image.index.v1+json",
                "manifests": [
                    {**as_json(each), "artifactType": NOTARY_SIGNATURE}
                    for each in (signature, image)
                ],
            }
        )
        result = at_once.look(index)
        assert (result.digest, result.verdict) == (index.digest, Verdict.UNSIGNED)

    def test_another_artifact_is_no_subject(self, stand: Stand) -> None:
        pusher = stand.pusher()
        chart = stand.push_document(
            {
                "mediaType": IMAGE_MANIFEST,
                "artifactType": "application/vnd.cncf.helm.chart",
                "config": pusher.layer(b"{}", EMPTY),
                "layers": [pusher.layer(b"chart")],
            }
        )
        result = stand.look(chart)
        assert (result.verdict, result.reason) == (None, "not-a-subject")
        assert stand.ledger.records == {}

    def test_a_runnable_image_disguised_as_a_signature_is_judged_as_an_image(
        self, at_once: Stand
    ) -> None:
        good = at_once.push("good")
        at_once.attach(good)
        disguised = at_once.push(
            "evil", artifactType=NOTARY_SIGNATURE, subject=as_json(good)
        )
        result = at_once.look(disguised)
        assert (result.digest, result.verdict) == (disguised.digest, Verdict.UNSIGNED)
        assert result.hold is HoldState.HELD

    def test_an_ambiguous_manifest_is_untrusted_even_when_signed(
        self, stand: Stand
    ) -> None:
        pusher = stand.pusher()
        image = stand.push_document(
            {
                "mediaType": IMAGE_MANIFEST,
                "config": pusher.layer(b'{"a": 1}', IMAGE_CONFIG),
                "layers": [pusher.layer(b"layer")],
                "manifests": [],
            }
        )
        stand.attach(image)
        result = stand.look(image)
        assert (result.verdict, result.reason) == (
            Verdict.UNTRUSTED,
            ManifestProblem.AMBIGUOUS,
        )

    def test_a_digest_the_registry_does_not_have_leaves_no_trace(
        self, stand: Stand
    ) -> None:
        stand.push()
        result = stand.look("sha256:" + "0" * 64)
        assert (result.verdict, result.reason) == (None, "gone")
        assert stand.ledger.records == {}


class TestPoliciesThatDoNotVerify:
    def test_a_repository_no_policy_names_is_ungoverned(self, stand: Stand) -> None:
        image = stand.push(repository="dev/app")
        result = stand.look(image, repository="dev/app")
        assert (result.verdict, result.due) == (Verdict.UNGOVERNED, None)
        assert stand.findings == []

    def test_level_skip_is_exempt(self) -> None:
        stand = Stand(current=bundle(level={"level": "skip"}))
        result = stand.look(stand.push())
        assert (result.verdict, result.reason) == (Verdict.EXEMPT, "level-skip")

    def test_an_enforced_check_that_cannot_be_made_is_inconclusive(self) -> None:
        stand = Stand(current=bundle(grace="0s", level={"level": "strict"}))
        image = stand.push()
        stand.attach(image, revocable=True)
        result = stand.look(image)
        assert (result.verdict, result.reason) == (
            Verdict.INCONCLUSIVE,
            Reason.NEEDS_REVOCATION_SERVICE,
        )
        assert (result.hold, stand.findings) == (None, [])

    def test_the_verdict_strict_would_give_is_remembered(self, stand: Stand) -> None:
        image = stand.push()
        stand.attach(image, revocable=True)
        assert stand.look(image).strict_verdict is Verdict.INCONCLUSIVE


class TestWhenAwsDoesNotAnswer:
    @pytest.mark.parametrize(
        "operation", ["DescribeImages", "BatchGetImage", "ListImageReferrers"]
    )
    def test_a_throttled_call_is_inconclusive_and_retried_from_the_ledger(
        self, stand: Stand, operation: str
    ) -> None:
        image = stand.push()
        stand.attach(image)
        stand.aws.faults.add(Fault(operation=operation, error=THROTTLED, times=1))
        result = stand.look(image)
        assert (result.verdict, result.reason) == (
            Verdict.INCONCLUSIVE,
            Unknown.REGISTRY_UNAVAILABLE,
        )
        assert result.due == stand.clock.now + timedelta(seconds=10)
        stand.pass_time(timedelta(seconds=10))
        assert stand.record(image).verdict is Verdict.TRUSTED

    def test_an_envelope_that_cannot_be_read_now_is_no_evidence(
        self, at_once: Stand
    ) -> None:
        image = at_once.push()
        at_once.attach(image)
        at_once.aws.faults.add(
            Fault(operation="GetDownloadUrlForLayer", error=THROTTLED, times=1)
        )
        result = at_once.look(image)
        assert (result.verdict, result.reason) == (
            Verdict.INCONCLUSIVE,
            "signature-unreadable",
        )

    def test_a_settled_verdict_stands_while_it_cannot_be_checked(
        self, stand: Stand
    ) -> None:
        image = stand.push()
        stand.attach(image)
        stand.look(image)
        stand.aws.faults.add(Fault(operation="DescribeImages", error=THROTTLED))
        stand.clock.advance(MINUTE)
        assert stand.look(image).verdict is Verdict.TRUSTED
        stand.pass_time(timedelta(hours=1))
        record = stand.record(image)
        assert (record.verdict, record.hold) == (Verdict.INCONCLUSIVE, None)
        stand.aws.faults.clear()
        stand.pass_time(timedelta(hours=1))
        assert stand.record(image).verdict is Verdict.TRUSTED
        assert stand.status(image) == "ACTIVE"

    def test_a_digest_remembered_unread_that_is_a_signature_is_settled_as_none(
        self, stand: Stand
    ) -> None:
        image = stand.push()
        signature = stand.attach(image)
        fault = stand.aws.faults.add(Fault(service="ecr", error=THROTTLED))
        assert stand.look(signature).digest == signature.digest
        stand.aws.faults.remove(fault)
        stand.pass_time(timedelta(seconds=10))
        record = stand.record(signature)
        assert (record.verdict, record.reason, record.due) == (
            Verdict.EXEMPT,
            "not-an-image",
            None,
        )
        assert stand.record(image).verdict is Verdict.TRUSTED

    def test_unknown_for_too_long_is_critical_and_a_never_trusted_image_is_held(
        self,
    ) -> None:
        stand = Stand(
            current=bundle(
                grace="0s", holdUnknown=True, unknownFor="1h", level={"level": "strict"}
            )
        )
        image = stand.push()
        stand.attach(image, revocable=True)
        stand.look(image)
        stand.pass_time(timedelta(minutes=59))
        assert stand.status(image) == "ACTIVE"
        assert stand.findings == []
        stand.pass_time(MINUTE)
        assert stand.status(image) == "ARCHIVED"
        assert [each["Severity"]["Label"] for each in stand.findings] == ["CRITICAL"]

    def test_unknown_for_too_long_is_critical_and_not_held_where_not_asked_for(
        self,
    ) -> None:
        stand = Stand(current=bundle(grace="0s", level={"level": "strict"}))
        image = stand.push()
        stand.attach(image, revocable=True)
        stand.look(image)
        stand.pass_time(timedelta(hours=2))
        assert stand.status(image) == "ACTIVE"
        assert [each["Severity"]["Label"] for each in stand.findings] == ["CRITICAL"]

    def test_a_repository_that_shuts_sealward_out_is_critical_at_once(
        self, at_once: Stand
    ) -> None:
        image = at_once.push()
        at_once.aws.faults.add(Fault(operation="BatchGetImage", error=DENIED))
        result = at_once.look(image)
        assert (result.verdict, result.reason) == (
            Verdict.INCONCLUSIVE,
            Unknown.ACCESS_DENIED,
        )
        assert [each["Severity"]["Label"] for each in at_once.findings] == ["CRITICAL"]

    def test_a_ledger_that_does_not_answer_gives_the_message_back(
        self, stand: Stand
    ) -> None:
        image = stand.push()
        stand.ledger.failures.append(Unavailable("throttled"))
        with pytest.raises(Unavailable):
            stand.look(image)


class TestTheBundle:
    def invalid(self) -> Exception:
        with pytest.raises(Exception, match="schema") as caught:
            load_bundle(b'{"schema": 99}')
        return caught.value

    def test_an_invalid_bundle_decides_nothing_and_is_one_finding(
        self, stand: Stand
    ) -> None:
        good = stand.bundles.current
        stand.bundles.current = self.invalid()  # type: ignore[assignment] # an InvalidBundle
        images = [stand.push(name) for name in ("a", "b", "c")]
        for image in images:
            result = stand.look(image)
            assert (result.verdict, result.reason) == (
                Verdict.INCONCLUSIVE,
                Unknown.BUNDLE_INVALID,
            )
        stand.pass_time(timedelta(hours=3))
        assert [stand.status(image) for image in images] == ["ACTIVE"] * 3
        (finding,) = stand.findings
        assert finding["Severity"]["Label"] == "CRITICAL"
        assert "/schema" in finding["Description"]

        stand.bundles.current = good
        stand.pass_time(timedelta(hours=1))
        (finding,) = [
            each for each in stand.findings if each["Id"].endswith("policy-bundle")
        ]
        assert finding["RecordState"] == "ARCHIVED"

    def test_a_settled_verdict_outlives_a_bundle_that_cannot_be_used(
        self, stand: Stand
    ) -> None:
        image = stand.push()
        stand.attach(image)
        stand.look(image)
        stand.bundles.current = self.invalid()  # type: ignore[assignment] # an InvalidBundle
        stand.clock.advance(MINUTE)
        stand.look(image)
        stand.pass_time(timedelta(hours=5))
        assert stand.record(image).verdict is Verdict.TRUSTED


class TestALostSignature:
    def test_it_is_inconclusive_high_and_never_an_action(self, at_once: Stand) -> None:
        stand = at_once
        image = stand.push()
        signature = stand.attach(image)
        stand.look(image)
        stand.delete(signature)
        stand.clock.advance(MINUTE)
        result = stand.look(image)
        assert (result.verdict, result.reason) == (
            Verdict.INCONCLUSIVE,
            "signature-lost",
        )
        stand.pass_time(timedelta(hours=30))
        assert stand.status(image) == "ACTIVE"
        assert [each["Severity"]["Label"] for each in stand.findings] == ["HIGH"]

    def test_another_good_signature_makes_it_trusted_again(
        self, at_once: Stand
    ) -> None:
        image = at_once.push()
        signature = at_once.attach(image)
        at_once.look(image)
        at_once.delete(signature)
        at_once.clock.advance(MINUTE)
        at_once.look(image)
        again = at_once.attach(image, media_type=forge.COSE)
        at_once.clock.advance(MINUTE)
        assert at_once.look(again).verdict is Verdict.TRUSTED
        assert [each["RecordState"] for each in at_once.findings] == ["ARCHIVED"]


def test_only_a_changed_verdict_enters_the_history(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.pass_time(timedelta(minutes=5))
    stand.attach(image)
    stand.look(image)
    stand.pass_time(timedelta(hours=1))
    history = stand.ledger.history(stand.record(image).key)
    assert [entry.verdict for entry in history] == ["pending", "trusted"]
    (candidate,) = history[-1].report["candidates"]
    assert candidate["conclusion"] == "satisfied"
    assert len(candidate["checks"]) == 9


def test_observation_never_touches_the_registry() -> None:
    stand = Stand(current=bundle(grace="0s"), capability=Capability.OBSERVE)
    images = [stand.push("unsigned"), stand.push("junk"), stand.push("wrong")]
    stand.junk(images[1])
    stand.attach(images[2], by="Other")
    for image in images:
        assert stand.look(image).step is Step.NONE
    stand.pass_time(timedelta(days=2))
    assert [stand.status(image) for image in images] == ["ACTIVE"] * 3
    assert {each["Severity"]["Label"] for each in stand.findings} == {"LOW"}
