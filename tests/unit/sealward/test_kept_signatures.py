"""Signatures of trusted images are kept where the stack says so (threat 8)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sealward.evidence.kept_signatures import (
    InvalidSignatureCopy,
    SignatureCopy,
    sha256,
    signature_key,
)
from sealward.ledger import Verdict
from sealward.ports.failures import Denied, Unavailable
from tests import forge
from tests.unit.sealward.stand import Stand

MINUTE = timedelta(minutes=1)


@pytest.fixture
def keeping(at_once: Stand) -> Stand:
    at_once.gate = replace(at_once.gate, keep_signatures=True)
    return at_once


def test_what_makes_an_image_trusted_is_kept_byte_for_byte(keeping: Stand) -> None:
    image = keeping.push()
    signature = keeping.attach(image)
    assert keeping.look(signature).verdict is Verdict.TRUSTED
    ((key, content),) = keeping.evidence.objects.items()
    assert key == signature_key(signature.digest)
    copy = SignatureCopy.read(signature.digest, content)
    assert copy.subject_digest == image.digest
    there = keeping.gate.registry.manifests("prod/app", [signature.digest])
    assert copy.manifest == there[signature.digest].content
    assert copy.config == b"{}"


def test_it_is_put_once_however_often_the_image_is_looked_at(keeping: Stand) -> None:
    image = keeping.push()
    keeping.look(keeping.attach(image))
    keeping.evidence.objects.clear()
    keeping.look(image)
    keeping.pass_time(timedelta(hours=2))
    assert keeping.evidence.objects == {}


def test_another_signature_that_makes_it_trusted_is_kept_as_well(
    keeping: Stand,
) -> None:
    image = keeping.push()
    first = keeping.attach(image)
    keeping.look(first)
    keeping.delete(first)
    keeping.clock.advance(MINUTE)
    second = keeping.attach(image, media_type=forge.COSE)
    keeping.look(second)
    assert set(keeping.evidence.objects) == {
        signature_key(each.digest) for each in (first, second)
    }


def test_it_is_kept_of_nothing_else(at_once: Stand, keeping: Stand) -> None:
    image = keeping.push()
    keeping.look(keeping.junk(image))
    assert not [each for each in keeping.evidence.objects if "signatures/" in each]
    at_once.gate = replace(at_once.gate, keep_signatures=False)
    other = at_once.push("other")
    at_once.look(at_once.attach(other))
    assert not [each for each in at_once.evidence.objects if "signatures/" in each]


@pytest.mark.parametrize("error", [Denied("PutObject"), Unavailable("503")])
def test_a_verdict_waits_for_none_of_it_and_what_failed_is_kept_later(
    keeping: Stand, error: Denied | Unavailable
) -> None:
    image = keeping.push()
    signature = keeping.attach(image)
    keeping.evidence.refuse = error
    result = keeping.look(signature)
    assert (result.verdict, result.unkept) == (Verdict.TRUSTED, str(error))
    assert keeping.record(image).unkept_signature

    keeping.evidence.refuse = None
    keeping.pass_time(timedelta(hours=1, minutes=2))
    assert list(keeping.evidence.objects) == [signature_key(signature.digest)]
    assert not keeping.record(image).unkept_signature


def test_a_look_that_died_in_between_puts_it_again(keeping: Stand) -> None:
    image = keeping.push()
    signature = keeping.attach(image)
    keeping.look(signature)
    keeping.evidence.objects.clear()
    keeping.gate.look(replace(keeping.hint(signature.digest), again=True))
    assert list(keeping.evidence.objects) == [signature_key(signature.digest)]


@pytest.mark.parametrize("part", ["manifest", "config", "envelope"])
def test_what_was_exchanged_is_no_copy(keeping: Stand, part: str) -> None:
    signature = keeping.attach(keeping.push())
    keeping.look(signature)
    (content,) = keeping.evidence.objects.values()
    copy = SignatureCopy.read(signature.digest, content)
    other = replace(copy, **{part: getattr(copy, part) + b" "})
    with pytest.raises(InvalidSignatureCopy, match=part):
        SignatureCopy.read(signature.digest, other.content())


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"schema":2}', b'{"schema":1}', b"[" * 100_000],
)
def test_what_is_no_copy_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(InvalidSignatureCopy):
        SignatureCopy.read(sha256(content), content)
