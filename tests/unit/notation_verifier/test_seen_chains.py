"""Seen chains: what is kept, for whom, and what it saves."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import pytest
from cryptography import x509

from notation_verifier import Conclusion, Reason, SeenChains, verify
from notation_verifier.seen_chains import MAX_CHAIN_BYTES
from tests import forge

ACME = "x509.subject: C=US, ST=WA, O=acme"


def case(signer: forge.Signer, envelope: bytes | None = None) -> dict[str, Any]:
    return forge.case(
        envelope or forge.sign(forge.descriptor(), signer),
        signer,
        policy=forge.statement(identities=[ACME]),
    )


def test_a_seen_chain_costs_one_signature_verification() -> None:
    seen = SeenChains()
    signer = forge.chain(3)
    assert verify(**case(signer), seen=seen).conclusion() is Conclusion.SATISFIED
    another = forge.descriptor(b"another image")
    again = {**case(signer, forge.sign(another, signer)), "subject": another}
    with (
        patch("notation_verifier.certificate.issued") as issued,
        patch("notation_verifier.chain_reader.read_certificate") as read,
    ):
        report = verify(**again, seen=seen)
    assert report.conclusion() is Conclusion.SATISFIED
    assert not issued.called
    assert not read.called


def test_no_trust_is_remembered() -> None:
    seen = SeenChains()
    signer = forge.chain(3)
    verify(**case(signer), seen=seen)
    elsewhere = forge.case(
        forge.sign(forge.descriptor(), signer),
        policy=forge.statement(identities=[ACME]),
        anchors=[forge.chain(2, subject="Other", ca_algorithm="ES256").root_der],
    )
    assert [failed.reason for _, failed in verify(**elsewhere, seen=seen).failures] == [
        Reason.NOT_ANCHORED
    ]
    late = {**case(signer), "now": forge.NOT_AFTER.replace(year=2121)}
    assert [failed.reason for _, failed in verify(**late, seen=seen).failures] == [
        Reason.CERTIFICATE_NOT_VALID
    ]


def stranger(number: int) -> dict[str, Any]:
    """Return a case of a chain that holds together and is anchored nowhere."""
    signer = forge.chain(2, algorithm="ES256", subject=f"Stranger {number}")
    policy = forge.statement(identities=[ACME])
    return {
        **case(forge.chain(3)),
        **forge.case(b"", policy=policy, anchors=[forge.chain(3).root_der]),
        "envelope": forge.sign(forge.descriptor(), signer),
    }


def not_allowed(number: int) -> dict[str, Any]:
    """Return a case of an anchored chain whose identity no statement trusts."""
    signer = forge.chain(2, algorithm="ES256", subject=f"CN={number},O=foe,ST=WA,C=US")
    return case(signer)


def stolen(_: int) -> dict[str, Any]:
    """Return a case of a trusted chain over a signature that its leaf never made."""
    signer = forge.chain(3, subject="Victim")
    thief = forge.private_key("ES384", "thief")
    return case(
        signer,
        forge.sign(forge.descriptor(), forge.Signer(key=thief, chain=signer.chain)),
    )


@pytest.mark.parametrize("attack", [stranger, not_allowed, stolen])
def test_no_attacker_drives_out_a_trusted_chain(attack: Any) -> None:
    seen = SeenChains(limit=1)
    signer = forge.chain(3)
    verify(**case(signer), seen=seen)
    for number in range(3):
        refused = verify(**attack(number), seen=seen)
        assert refused.conclusion() is Conclusion.REFUSED
    assert seen.find(tuple(signer.ders)) is not None


def test_the_chain_not_used_for_longest_goes() -> None:
    seen = SeenChains(limit=2)
    first, second, third = (
        forge.chain(2, algorithm="ES256", subject=name) for name in ("1", "2", "3")
    )
    for signer in (first, second, first, third):
        verify(**case(signer), seen=seen)
    assert len(seen) == 2
    assert seen.find(tuple(first.ders)) is not None
    assert seen.find(tuple(second.ders)) is None


def test_a_very_large_chain_is_not_kept() -> None:
    def signer(size: int) -> forge.Signer:
        octets = b"\4\x82" + size.to_bytes(2) + bytes(size)
        bulk = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), octets)
        return forge.chain(2, extensions=[(bulk, False)])

    large, larger = signer(60_000), signer(64_800)
    assert sum(map(len, large.ders)) <= MAX_CHAIN_BYTES < sum(map(len, larger.ders))
    seen = SeenChains()
    for each, kept in ((larger, 0), (large, 1)):
        assert verify(**case(each), seen=seen).conclusion() is Conclusion.SATISFIED
        assert len(seen) == kept


def test_threads_share_one_memory() -> None:
    seen = SeenChains(limit=2)
    calls = [
        case(forge.chain(2, algorithm="ES256", subject=str(number % 4)))
        for number in range(200)
    ]
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda each: verify(**each, seen=seen), calls))
    assert reports == [verify(**each) for each in calls]
    assert len(seen) == 2


def test_a_memory_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one chain"):
        SeenChains(limit=0)
