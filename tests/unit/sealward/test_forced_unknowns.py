"""Every "cannot tell" that a pusher can make, on the real gate (threat 2).

Each row is an attack. An image that was never trusted is held when its grace and then
``unknownFor`` are over, at the latest; one that was trusted before stays where it is.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import Descriptor
from sealward.ledger import Verdict
from sealward.policy.bundle import PolicyBundle
from sealward.revocation import Revocations
from sealward.signatures.candidates import CANDIDATES_LIMIT
from sealward.web.fetch import WebSources
from simulator.errors import ServiceError, internal_error
from simulator.faults import Fault
from simulator.in_process.revocation import InProcessRevocationLedger
from tests import forge
from tests.unit.sealward.family import INDEX
from tests.unit.sealward.stand import (
    IMAGE_MANIFEST,
    NOTARY_SIGNATURE,
    REPOSITORY,
    Stand,
    as_json,
    bundle,
    described,
)
from tests.unit.sealward.test_crashing_looks import Crash, crash
from tests.unit.sealward.test_look_signer import SignerStand

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DENIED = ServiceError("AccessDeniedException", "explicit deny")
UNFETCHABLE = ServiceError("LayerInaccessibleException", "no such layer here")
GRACE, UNKNOWN_FOR = 30 * MINUTE, HOUR
"""An untagged image's grace, and then what an unknown has."""


def _junk_beyond_the_bound(stand: Stand, image: Descriptor) -> None:
    for number in range(CANDIDATES_LIMIT + 1):
        stand.junk(image, number)


def _unfetchable_envelope(stand: Stand, image: Descriptor) -> None:
    stand.junk(image)
    # Whatever is fetched from now on: the pusher chose what the layer is.
    stand.aws.faults.add(Fault(operation="GetDownloadUrlForLayer", error=UNFETCHABLE))


def _deep_referrer(stand: Stand, image: Descriptor) -> None:
    deep = "[" * 300 + "]" * 300
    _referrer(stand, image, f'"annotations": {{"deep": {deep}}}')


def _wide_referrer(stand: Stand, image: Descriptor) -> None:
    many = ", ".join(f'"a{number}": "b"' for number in range(100_000))
    _referrer(stand, image, f'"annotations": {{{many}}}')


def _referrer(stand: Stand, image: Descriptor, member: str) -> None:
    pusher = stand.pusher()
    config = pusher.layer(b"{}", NOTARY_SIGNATURE)
    layer = pusher.layer(b"nonsense", forge.JWS)
    content = (
        f'{{"schemaVersion": 2, "mediaType": "{IMAGE_MANIFEST}", '
        f'"artifactType": "{NOTARY_SIGNATURE}", "config": {_json(config)}, '
        f'"layers": [{_json(layer)}], "subject": {_json(as_json(image))}, {member}}}'
    )
    pusher.manifest(content.encode(), IMAGE_MANIFEST)


def _json(value: Any) -> str:
    text = ", ".join(
        f'"{key}": {each if isinstance(each, int) else chr(34) + str(each) + chr(34)}'
        for key, each in value.items()
    )
    return f"{{{text}}}"


def _odd_envelope_type(stand: Stand, image: Descriptor) -> None:
    stand.attach(image, b"nonsense", media_type="application/x-nobody-knows")


def _critical_attribute(stand: Stand, image: Descriptor) -> None:
    stand.attach(image, attributes={"com.example.x": 1}, crit=["com.example.x"])


def _dead_authority(stand: Stand, image: Descriptor) -> None:
    """A signature by nobody trusted, with a timestamp nobody can read."""
    stand.attach(image, by="Stranger", timestamp=b"\x30\x03\x02\x01\x00")


def _private_responder(stand: Stand, image: Descriptor) -> None:
    """A stranger's chain that names a responder at the metadata service."""
    stranger = forge.chain(subject="Stranger", ocsp="http://169.254.169.254/latest")
    stand.attach(image, forge.sign(image, stranger))


def _revoked_key_and_blocked_crl(stand: Stand, image: Descriptor) -> None:
    """A key that is trusted, whose responder answers nobody (``_strict``)."""
    stand.attach(image, revocable=True)


def _denying_policy(stand: Stand, _image: Descriptor) -> None:
    for operation in ("BatchGetImage", "DescribeImages", "ListImageReferrers"):
        stand.aws.faults.add(Fault(operation=operation, error=DENIED))


def _unreadable_list(stand: Stand, _image: Descriptor) -> None:
    stand.aws.faults.add(Fault(operation="ListImageReferrers", error=DENIED))


def _nested_indexes(stand: Stand, image: Descriptor) -> None:
    child = image
    for _ in range(10):
        child = _index(stand, as_json(child))


def _index_of_missing_children(stand: Stand, image: Descriptor) -> None:
    lost = stand.push("lost")
    _index(stand, as_json(image), as_json(lost))
    stand.delete(lost)


def _deleted_index(stand: Stand, image: Descriptor) -> None:
    stand.delete(_index(stand, as_json(image)))


def _cyclic_claim(stand: Stand, image: Descriptor) -> None:
    """An index that refers to the image it lists, and calls itself its signature."""
    _index(stand, as_json(image), subject=as_json(image), artifactType=NOTARY_SIGNATURE)


def _index(stand: Stand, *entries: dict[str, Any], **members: Any) -> Descriptor:
    return stand.push_document({"mediaType": INDEX, "manifests": entries, **members})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """What a pusher does beside the image, and under which policy."""

    made: Callable[[Stand, Descriptor], None]
    strict: bool = False
    """Whether revocation is enforced; nothing on the web answers."""


ATTACKS = [
    Attack(made=_junk_beyond_the_bound),
    Attack(made=_unfetchable_envelope),
    Attack(made=_deep_referrer),
    Attack(made=_wide_referrer),
    Attack(made=_odd_envelope_type),
    Attack(made=_critical_attribute),
    Attack(made=_dead_authority),
    Attack(made=_private_responder, strict=True),
    Attack(made=_revoked_key_and_blocked_crl, strict=True),
    Attack(made=_denying_policy),
    Attack(made=_unreadable_list),
    Attack(made=_nested_indexes),
    Attack(made=_index_of_missing_children),
    Attack(made=_deleted_index),
    Attack(made=_cyclic_claim),
]
each_attack = pytest.mark.parametrize(
    "attack", ATTACKS, ids=lambda attack: attack.made.__name__.strip("_")
)


def production(*, strict: bool = False) -> PolicyBundle:
    """Return what production asks for: held, also where nobody can tell."""
    level = {"level": "strict"} if strict else None
    return bundle(
        level=level,
        grace="10m",
        untaggedGrace="30m",
        unknownFor="1h",
        holdUnknown=True,
    )


def stand_of(attack: Attack) -> Stand:
    silent = Revocations(WebSources, InProcessRevocationLedger())
    return Stand(
        current=production(strict=attack.strict),
        revocations=silent if attack.strict else None,
    )


def pullable(stand: Stand, image: Descriptor) -> bool:
    stand.aws.faults.clear()
    return stand.status(image) == "ACTIVE"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is resolved: every server is silent."""

    def nowhere(*_: object, **__: object) -> Any:
        raise OSError("no such host")

    monkeypatch.setattr("socket.getaddrinfo", nowhere)


@each_attack
def test_what_was_never_trusted_is_held_within_unknown_for(attack: Attack) -> None:
    stand = stand_of(attack)
    image = stand.push()
    attack.made(stand, image)
    stand.deliver()
    stand.look(image)
    stand.pass_time(GRACE + UNKNOWN_FOR + MINUTE)
    assert not pullable(stand, image)
    assert {
        each["Severity"]["Label"] for each in stand.findings if _about(each, image)
    } <= {"HIGH", "CRITICAL"}


@each_attack
def test_what_was_trusted_before_stays_where_it_is(attack: Attack) -> None:
    stand = stand_of(Attack(made=attack.made))
    image = stand.push()
    stand.attach(image)
    assert stand.look(image).verdict is Verdict.TRUSTED
    stand.deliver()
    attack.made(stand, image)
    stand.deliver()
    stand.pass_time(GRACE + UNKNOWN_FOR + MINUTE)
    assert pullable(stand, image)
    assert stand.record(image).hold is None
    assert stand.look(image).verdict is Verdict.TRUSTED


def _about(finding: Any, image: Descriptor) -> bool:
    return image.digest in str(finding["Resources"])


@pytest.mark.parametrize("trusted", [True, False])
def test_a_quota_of_signer_that_others_use_up(*, trusted: bool) -> None:
    stand = SignerStand(hold_unknown=True)
    image, _ = stand.signed()
    if trusted:
        assert stand.look(image).verdict is Verdict.TRUSTED
    throttled = ServiceError("ThrottlingException", "Rate exceeded")
    stand.aws.faults.add(Fault(operation="GetRevocationStatus", error=throttled))
    stand.deliver()
    stand.pass_time(2 * HOUR)
    assert pullable(stand, image) is trusted
    stand.pass_time(2 * HOUR)
    if trusted:
        assert stand.look(image).verdict is Verdict.TRUSTED


class TestTheImageItself:
    """Attacks in the manifest: another digest is another image, never trusted."""

    @pytest.mark.parametrize(
        "content",
        [
            b'{"schemaVersion": 2, "deep": ' + b"[" * 300 + b"]" * 300 + b"}",
            b'{"schemaVersion": 2, "manifests": [], "config": {}, "layers": []}',
            b'{"schemaVersion": 2, "config": "text", "layers": 7}',
            b'{"schemaVersion": 2, "schemaVersion": 1}',
        ],
        ids=["deep", "two-readings", "no-objects", "twice"],
    )
    def test_it_is_held(self, content: bytes) -> None:
        stand = Stand(current=production())
        image = described(stand.pusher().manifest(content, IMAGE_MANIFEST))
        stand.deliver()
        stand.pass_time(GRACE + UNKNOWN_FOR + MINUTE)
        assert not pullable(stand, image)

    def test_one_that_crashes_every_look_is_held(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A poison message has a verdict, not a dead letter alone."""
        stand = Stand(current=production())
        image = stand.push()
        monkeypatch.setattr("sealward.look.reading.hints.classify", crash)
        for _ in range(10):
            with suppress(Crash):  # once it is held its manifest is not read
                stand.look(image)
            stand.clock.advance(10 * MINUTE)
        assert not pullable(stand, image)

    def test_one_that_is_only_being_restored_is_held_once_it_is_there(self) -> None:
        stand = Stand(current=production())
        image = stand.push()
        stand.deliver()
        for target in ("ARCHIVE", "STANDARD"):
            stand.aws.call(
                "ecr",
                "UpdateImageStorageClass",
                {
                    "repositoryName": REPOSITORY,
                    "imageId": {"imageDigest": image.digest},
                    "targetStorageClass": target,
                },
                place=stand.place,
            )
        stand.pass_time(GRACE + UNKNOWN_FOR + MINUTE)
        assert not pullable(stand, image)
        assert stand.status(image) == "ARCHIVED"


def test_an_outage_that_no_pusher_made_ends_as_the_policy_says() -> None:
    """The same rule for what is AWS's own: never trusted is held, once trusted not."""
    stand = Stand(current=production())
    good, new = stand.push("good"), stand.push("new")
    stand.attach(good)
    stand.look(good)
    stand.aws.faults.add(Fault(operation="ListImageReferrers", error=internal_error()))
    stand.deliver()
    stand.pass_time(2 * HOUR)
    assert (pullable(stand, good), pullable(stand, new)) == (True, False)
