"""Bytes changed at random: in the envelope, and before they are signed.

What is changed after signing tests that nothing is accepted; what is changed before
tests the readers, because the signature is good.
"""

from dataclasses import replace
from random import Random

from tests.differential import good
from tests.differential.draft import COSE, JWS, Draft
from tests.differential.rules import rule


def mutated(rng: Random, data: bytes) -> bytes:
    """Return ``data`` with one to three changes."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if not data:
            return data
        place = rng.randrange(len(data))
        match rng.randrange(6):
            case 0:
                changed = bytes((data[place] ^ 1 << rng.randrange(8),))
                data = data[:place] + changed + data[place + 1 :]
            case 1:
                data = data[:place] + bytes((rng.randrange(256),)) + data[place + 1 :]
            case 2:
                data = data[:place] + data[place + rng.choice((1, 1, 4)) :]
            case 3:
                data = data[:place] + bytes((rng.randrange(256),)) + data[place:]
            case 4:
                piece = data[place : place + rng.randrange(1, 30)]
                data = data[:place] + piece + data[place:]
            case _:
                data = (
                    data[:place] + rng.choice((b"\0", b"\xff", b"")) + data[place + 1 :]
                )
    return data


def _text_mutated(rng: Random, data: bytes) -> bytes:
    """Return JSON with changes likelier to stay JSON."""
    place = rng.randrange(len(data))
    piece = rng.choice(
        (
            b" ",
            b"\n",
            b",",
            b'"',
            b":",
            b"{",
            b"}",
            b"[",
            b"]",
            b"0",
            b"null",
            b"\\",
            b"a",
        )
    )
    match rng.randrange(4):
        case 0:
            return data[:place] + piece + data[place:]
        case 1:
            return data[:place] + piece + data[place + 1 :]
        case 2:
            return data[:place] + bytes((data[place] ^ 0x20,)) + data[place + 1 :]
        case _:
            return mutated(rng, data)


@rule("mutated-envelope-jws", format_=JWS)
def _envelope_jws(draft: Draft) -> None:
    draft.on_envelope = lambda data: _text_mutated(draft.rng, data)


@rule("mutated-envelope-cose", format_=COSE)
def _envelope_cose(draft: Draft) -> None:
    draft.on_envelope = lambda data: mutated(draft.rng, data)


@rule("mutated-headers-signed-jws", format_=JWS)
def _headers_jws(draft: Draft) -> None:
    draft.on_protected_bytes = lambda data: _text_mutated(draft.rng, data)


@rule("mutated-headers-signed-cose", format_=COSE)
def _headers_cose(draft: Draft) -> None:
    draft.on_protected_bytes = lambda data: mutated(draft.rng, data)


@rule("mutated-payload-signed")
def _payload(draft: Draft) -> None:
    body = (
        f'{{"targetArtifact":{{"mediaType":"{draft.subject_media_type}","digest":"'
        f'{draft.subject_digest}","size":{draft.subject_size}}}}}'
    ).encode()
    draft.payload = _text_mutated(draft.rng, body)


@rule("mutated-certificate-signed")
def _certificate(draft: Draft) -> None:
    """One byte of a certificate changed, then signed by its issuer."""
    index = draft.rng.randrange(len(draft.chain))
    mask = draft.rng.choice((1, 2, 4, 8, 16, 32, 64, 128, 3, 0x80, 0xFF))
    draft.chain[index] = replace(
        draft.chain[index], mutation=(draft.rng.randrange(2000), mask)
    )
    if draft.rng.random() < 0.5:
        draft.statement["trustedIdentities"] = ["*"]
    der = draft.material.certificates.certificate(draft.chain[-1])
    last = len(draft.chain) - 1
    if index == last:
        # Made anew each time, so that the same bytes are in the store and the chain.
        draft.on_chain = lambda chain: [*chain[:-1], der]
        draft.stores = {f"{draft.store_type}:acme": [der]}
    else:
        good.reanchor(draft)
