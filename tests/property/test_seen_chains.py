"""Verifying with seen chains and without gives equal reports, whatever came before."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509

from notation_verifier import (
    Conclusion,
    NotationError,
    SeenChains,
    Verification,
    verify,
)
from notation_verifier.seen_chains import SeenChain
from tests import forge
from tests.forge.revocation import der

CASES = 2500
"""Verifications in one life of a memory."""
CA = x509.BasicConstraints(ca=True, path_length=None)
ACME = "x509.subject: C=US, ST=WA, O=acme"


class Counted(SeenChains):
    """Says how much of its work was done for it."""

    __slots__ = ("found",)

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.found = 0

    def find(self, ders: tuple[bytes, ...]) -> SeenChain | None:
        chain = super().find(ders)
        self.found += chain is not None
        return chain


@cache
def authority() -> forge.CertificateAuthority:
    return forge.CertificateAuthority.root(algorithm="ES256").authority(
        algorithm="ES256"
    )


@cache
def signers() -> tuple[forge.Signer, ...]:
    """Return signers whose chains share certificates, right ones and wrong ones."""
    ca, stranger = authority(), forge.CertificateAuthority.root("Stranger")
    right = [
        ca.leaf("Leaf", algorithm="ES256"),
        ca.leaf("Other leaf", algorithm="ES256"),
        ca.leaf("CN=Foe,O=foe,ST=WA,C=US", algorithm="ES256"),
        ca.leaf("Soon over", algorithm="ES256", not_after=forge.NOW),
        ca.leaf("Asked about", algorithm="ES256", ocsp="http://ocsp.example/"),
        forge.chain(1, algorithm="ES256"),
        forge.chain(2, algorithm="ES256"),
        forge.chain(4, algorithm="ES384"),
        stranger.leaf("Leaf", algorithm="ES256"),
    ]
    wrong = [
        ca.leaf("CA", algorithm="ES256", basic_constraints=CA),
        ca.leaf("No usage", algorithm="ES256", key_usage=None),
    ]
    first, second = right[0], right[1]
    shuffled = [
        # Each certificate is good; the chains are not, or not of this key.
        replace(first, chain=(first.chain[0], *reversed(first.chain[1:]))),
        replace(first, chain=first.chain[:-1]),
        replace(first, chain=(*first.chain, first.chain[-1])),
        replace(first, chain=(first.chain[0], *stranger.chain)),
        replace(first, chain=second.chain),
    ]
    return (*right, *wrong, *shuffled)


@cache
def envelopes() -> tuple[tuple[bytes, str], ...]:
    service = forge.SignerService()
    found = [
        (forge.sign(subject, signer, name), media_type)
        for signer in signers()
        for subject in (forge.descriptor(), forge.descriptor(b"another"))
        for name, media_type in (("jws", forge.JWS), ("cose", forge.COSE))
    ]
    found.append((service.sign(forge.descriptor()), forge.JWS))
    return tuple(found)


def mutated(envelope: bytes, choose: random.Random) -> bytes:
    """Return an envelope of which one byte is another."""
    at = choose.randrange(len(envelope))
    return envelope[:at] + bytes((choose.randrange(256),)) + envelope[at + 1 :]


@cache
def circumstances() -> tuple[dict[str, Any], ...]:
    """Return what an envelope is held against: statements, stores, times."""
    service = forge.SignerService()
    ca = authority()
    stores = {
        "root": [ca.chain[-1], forge.chain(1, algorithm="ES256").chain[0]],
        "intermediate": [ca.certificate],
        "another": [forge.CertificateAuthority.root("Another").certificate],
    }
    anchors = {name: [der(each) for each in held] for name, held in stores.items()}
    anchors["root"].append(service.root_der)
    return tuple(
        {
            **forge.case(b"", policy=statement, anchors=held, now=forge.NOW + later),
            "signer_roots": frozenset(roots),
        }
        for statement in (
            forge.statement(),
            forge.statement(identities=[ACME]),
            forge.statement(identities=["x509.subject: C=US, ST=WA, O=foe"]),
            forge.statement(identities=[service.profile_arn("payments")]),
            forge.statement(level="audit", identities=[ACME]),
            forge.statement(stores=["signingAuthority:acme"]),
        )
        for held in anchors.values()
        for later in (timedelta(0), timedelta(seconds=1), timedelta(days=40_000))
        for roots in ((), (service.root_fingerprint,))
    )


def told(arguments: dict[str, Any], seen: SeenChains | None) -> Verification | str:
    """Return the report, or the error in words."""
    try:
        return verify(**arguments, seen=seen)
    except NotationError as error:
        return repr(error)


def cases(choose: random.Random) -> Iterator[dict[str, Any]]:
    """Give calls of ``verify`` in any order, a third of them of changed bytes."""
    for _ in range(CASES):
        envelope, media_type = choose.choice(envelopes())
        if not choose.randrange(3):
            envelope = mutated(envelope, choose)
        # Half of them under the first: a statement and stores that most satisfy.
        against = circumstances()[: choose.choice((1, None))]
        yield {
            **choose.choice(against),
            "envelope": envelope,
            "media_type": media_type,
        }


@pytest.mark.parametrize("limit", [2, 256])
def test_no_report_depends_on_what_was_seen(limit: int) -> None:
    seen = Counted(limit)
    ends: Counter[Conclusion | None] = Counter()
    for number, arguments in enumerate(cases(random.Random(limit))):
        plain = told(arguments, None)
        assert told(arguments, seen) == plain, number
        ends[None if isinstance(plain, str) else plain.conclusion()] += 1
        assert len(seen) <= limit
    # The memory was of use, and there was something to be wrong about.
    assert seen.found > CASES / 20
    for end in (Conclusion.SATISFIED, Conclusion.REFUSED, None):
        assert ends[end] > CASES / 20
