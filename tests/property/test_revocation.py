"""Revocation under any bytes: an answer is believed or it is not; nothing escapes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from notation_verifier.certificate import read_certificate
from notation_verifier.revocation import (
    ChainRevocation,
    Revocation,
    RevocationMemory,
    RevocationStatus,
    SeenCrl,
    Standing,
    check_revocation,
)
from tests.forge import revocation as forge

NOW, HOUR = forge.NOW, forge.HOUR
# Each example signs and verifies; how long that takes says nothing on a busy machine.
unhurried = settings(deadline=None, max_examples=200)
SCENE = forge.scene(ocsp=[forge.OCSP_URL], crl=[forge.CRL_URL])
BY_CRL = forge.scene(crl=[forge.CRL_URL])
KEYS = tuple(map(read_certificate, SCENE.signer.ders))
CRL_KEYS = tuple(map(read_certificate, BY_CRL.signer.ders))
REVOKED_BY_OCSP = SCENE.delegated("revoked", reason=1).der()
GOOD_BY_OCSP = SCENE.delegated(
    extensions=(forge.invalidity_date(NOW),), by_name=False
).der()
COMPLETE = BY_CRL.crl(
    BY_CRL.listed(reason=1), freshest=[forge.DELTA_URL], scope=forge.scope(user=True)
).der()
DELTA = BY_CRL.crl(
    BY_CRL.listed(reason=forge.HOLD),
    number=12,
    base=10,
    scope=forge.scope(user=True),
).der()


def ask(chain: Any, answers: dict[str, bytes], **changes: Any) -> ChainRevocation:
    return check_revocation(
        chain, fetch=forge.Servers(dict(answers)), now=NOW, **changes
    )


def mutated(whole: bytes) -> st.SearchStrategy[bytes]:
    """Return bytes near ``whole``: changed, cut, doubled or with some put in."""
    at = st.integers(0, len(whole) - 1)
    return st.one_of(
        st.builds(
            lambda n, b: whole[:n] + bytes((b,)) + whole[n + 1 :],
            at,
            st.integers(0, 255),
        ),
        st.builds(lambda n: whole[:n], at),
        st.builds(lambda n, m: whole[:n] + whole[m:], at, at),
        st.builds(
            lambda n, more: whole[:n] + more + whole[n:], at, st.binary(max_size=9)
        ),
    )


@unhurried
@given(body=st.binary(max_size=300))
def test_no_bytes_clear_a_certificate(body: bytes) -> None:
    found = ask(KEYS, {forge.OCSP_URL: body, forge.CRL_URL: body})
    assert found.status is RevocationStatus.UNKNOWN
    assert found.memory == RevocationMemory()


@unhurried
@given(body=mutated(REVOKED_BY_OCSP))
def test_no_change_to_a_revoking_answer_makes_it_good(body: bytes) -> None:
    found = ask(KEYS, {forge.OCSP_URL: body})
    assert found.status is not RevocationStatus.GOOD


@unhurried
@given(body=mutated(GOOD_BY_OCSP))
def test_changes_to_a_good_answer_revoke_nothing(body: bytes) -> None:
    found = ask(KEYS, {forge.OCSP_URL: body})
    assert found.status is not RevocationStatus.REVOKED
    if found.status is RevocationStatus.GOOD:  # bytes outside what is signed
        assert ask(KEYS, {forge.OCSP_URL: GOOD_BY_OCSP}).memory == found.memory


@unhurried
@given(complete=mutated(COMPLETE), delta=st.just(DELTA) | mutated(DELTA))
def test_no_change_to_a_revoking_crl_makes_it_good(
    complete: bytes, delta: bytes
) -> None:
    answers = {forge.CRL_URL: complete, forge.DELTA_URL: delta}
    assert ask(CRL_KEYS, answers).status is not RevocationStatus.GOOD


def resigned(change: Callable[[bytes], bytes]) -> bytes:
    """Return the CRL with its signed part changed and signed anew by the issuer."""
    whole = BY_CRL.crl(BY_CRL.listed(reason=1))
    caught: list[bytes] = []

    def catch(tbs: bytes) -> bytes:
        caught.append(tbs)
        return tbs

    replace(whole, tamper=catch).der()
    tbs = change(caught[0])
    algorithm = forge.signed_with(whole.key)
    return forge.sequence(
        tbs,
        forge.algorithm_identifier(algorithm),
        forge.tlv(3, b"\0", forge.sign(whole.key, algorithm, tbs)),
    )


@unhurried
@given(at=st.integers(0, 400), byte=st.integers(0, 255))
def test_an_issuer_may_sign_anything(at: int, byte: int) -> None:
    """Past the signature the parsers see it all: a status, never an exception."""

    def change(tbs: bytes) -> bytes:
        n = at % len(tbs)
        return tbs[:n] + bytes((byte,)) + tbs[n + 1 :]

    found = ask(CRL_KEYS, {forge.CRL_URL: resigned(change)})
    assert found.status in RevocationStatus


@unhurried
@given(
    at=st.integers(0, 400),
    byte=st.integers(0, 255),
    status=st.sampled_from(("good", "revoked")),
)
def test_so_may_a_responder(at: int, byte: int, status: str) -> None:
    response = SCENE.ocsp(status, extensions=(forge.invalidity_date(NOW),))
    single = response.singles[0].der()
    n = at % len(single)

    class Changed(forge.Single):
        def der(self) -> bytes:
            return single[:n] + bytes((byte,)) + single[n + 1 :]

    changed = Changed(serial=1, issuer=SCENE.issuer)
    body = replace(response, singles=(changed,)).der()
    found = ask(KEYS, {forge.OCSP_URL: body})
    assert found.status in RevocationStatus


moments = st.integers(-50, 50).map(lambda n: NOW + n * HOUR)
revocations = st.builds(
    Revocation,
    standing=st.sampled_from(Standing),
    this_update=moments,
    revoked_at=moments,
    reason=st.sampled_from(("unspecified", "keyCompromise")),
    invalidity_date=st.none() | moments,
)
names = st.sampled_from("abc")
memories = st.builds(
    RevocationMemory,
    crls=st.dictionaries(
        names,
        st.builds(SeenCrl, number=st.none() | st.integers(0, 9), this_update=moments),
    ),
    ocsp=st.dictionaries(names, moments),
    revocations=st.dictionaries(names, revocations),
)


@unhurried
@given(memories, memories, memories)
def test_memories_merge_to_one_in_any_order(
    one: RevocationMemory, two: RevocationMemory, three: RevocationMemory
) -> None:
    whole = one.merged(two).merged(three)
    assert whole.merged(whole) == whole
    assert whole.merged(one) == whole
    for first, second, third in permutations((one, two, three)):
        assert first.merged(second).merged(third) == whole
        assert first.merged(second.merged(third)) == whole


@unhurried
@given(memories, memories, st.none() | moments)
def test_no_merging_takes_back_a_revocation_for_good(
    one: RevocationMemory, two: RevocationMemory, signed: Any
) -> None:
    merged = one.merged(two)
    for key, revocation in one.revocations.items():
        if revocation.standing is Standing.REVOKED and revocation.reaches(signed):
            assert merged.revocations[key].standing is Standing.REVOKED
            assert merged.revocations[key].reaches(signed)


@unhurried
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(("good", "hold", "revoked")),
            st.integers(0, 6),
            st.integers(0, 6),
        ),
        max_size=8,
    )
)
def test_history_of_crls_never_goes_backwards(
    steps: list[tuple[str, int, int]],
) -> None:
    """Served in any order: no older list is good, no revocation is taken back."""
    memory = RevocationMemory()
    highest, latest = -1, NOW - timedelta(days=2)
    revoked = False
    for says, number, age in steps:
        listed = {
            "good": (),
            "hold": (BY_CRL.listed(reason=forge.HOLD),),
            "revoked": (BY_CRL.listed(reason=1),),
        }[says]
        this_update = NOW - timedelta(hours=6) + age * HOUR
        crl = BY_CRL.crl(*listed, number=number, this_update=this_update)
        found = ask(CRL_KEYS, {forge.CRL_URL: crl.der()}, memory=memory)
        memory = found.memory
        older = number < highest or this_update < latest
        revoked = revoked or says == "revoked"
        if revoked:
            assert found.status is RevocationStatus.REVOKED
        elif older or says == "hold":
            assert found.status is not RevocationStatus.GOOD
        if not older and says != "revoked":
            highest, latest = number, this_update
