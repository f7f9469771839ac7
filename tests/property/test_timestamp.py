"""Any bytes as a timestamp end in an outcome; changed ones never say anything new."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from notation_verifier import Failed, Outcome, TrustStoreName, TrustStores
from notation_verifier.certificate import read_certificate
from notation_verifier.timestamp import Timestamp, check_timestamp
from tests import forge
from tests.forge import timestamps as ts
from tests.forge.revocation import tlv

MORE = settings(max_examples=150, deadline=None)
MESSAGE = b"the signature of an envelope"
TSA = ts.authority(2)
STORE = TrustStoreName.parse("tsa:clock")
ROOTS = TrustStores({STORE: [TSA.root_der]})[STORE]
CHAIN = tuple(map(read_certificate, forge.chain(2).ders))
RIGHT = ts.Token(signer=TSA, message=MESSAGE, accuracy=ts.accuracy(1)).der()
KINDS = (ts.CONTENT_TYPE, ts.SIGNING_TIME, ts.MESSAGE_DIGEST, ts.SIGNING_CERTIFICATE_V2)


def judge(data: bytes) -> tuple[Outcome, Timestamp | None]:
    return check_timestamp(
        data, MESSAGE, CHAIN, ROOTS, now=forge.NOW, fetch=None, settings=None
    )


SAID = judge(RIGHT)[1]


def refused_or_the_same(data: bytes) -> bool:
    """Whether it is refused, or says what the right one says."""
    outcome, said = judge(data)
    if said is None:
        return isinstance(outcome, Failed) and bool(outcome.detail)
    return said == SAID


def test_the_token_is_right_before_it_is_changed() -> None:
    assert SAID is not None
    assert SAID.time == ts.TIME


@MORE
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    assert isinstance(judge(data)[0], Failed)
    assert isinstance(judge(tlv(0x30, data))[0], Failed)


@MORE
@given(st.data())
def test_changed_bytes(data: st.DataObject) -> None:
    changed = bytearray(RIGHT)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at] ^= data.draw(st.integers(1, 255))
    assert refused_or_the_same(bytes(changed))


@MORE
@given(st.data())
def test_cut_and_spliced(data: st.DataObject) -> None:
    places = st.integers(0, len(RIGHT))
    start, end = sorted(data.draw(st.tuples(places, places)))
    spliced = RIGHT[:start] + data.draw(st.binary(max_size=20)) + RIGHT[end:]
    assert refused_or_the_same(spliced)


@MORE
@given(st.binary(max_size=120), st.sampled_from(KINDS))
def test_any_value_of_a_signed_attribute(value: bytes, kind: str) -> None:
    """Signed by the authority itself, and still any bytes."""
    changes: dict[str, Any] = {"attributes": {kind: (value,)}}
    stamp = ts.Token(signer=TSA, message=MESSAGE, **changes)
    outcome, said = judge(stamp.der())
    assert said is None
    assert isinstance(outcome, Failed)


@MORE
@given(st.binary(max_size=120), st.binary(max_size=40))
def test_any_statement_the_authority_signs(info: bytes, tail: bytes) -> None:
    for content in (
        info,
        tlv(0x30, info),
        ts.Token(signer=TSA, message=b"").info()[:-9],
    ):
        stamp = ts.Token(signer=TSA, message=MESSAGE, tst_info=content + tail)
        assert isinstance(judge(stamp.der())[0], Failed)


@MORE
@given(st.binary(min_size=1, max_size=200))
def test_any_certificate_in_a_token(der: bytes) -> None:
    for certificates in ([der, *TSA.ders], [*TSA.ders[:1], tlv(0x30, der)]):
        stamp = ts.Token(signer=TSA, message=MESSAGE, certificates=certificates)
        assert isinstance(judge(stamp.der())[0], Failed)


def test_large_tokens_are_not_read() -> None:
    for bulk in (b"\x30\x84\x7f\xff\xff\xff" + bytes(70_000), b"\x30\x80" * 40_000):
        assert isinstance(judge(bulk)[0], Failed)
    nested = b""
    while len(nested) < 60_000:
        nested = tlv(0x30, nested)
    assert isinstance(judge(nested)[0], Failed)
