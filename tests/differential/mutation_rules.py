"""Bytes changed at random: in the envelope, and before they are signed.

What is changed after signing tests that nothing is accepted; what is changed before
tests the readers, because the signature is good.
"""

from dataclasses import replace
from random import Random

from tests.differential import certificates, der, good
from tests.differential.certificates import Extension
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


_EXTENSIONS = (
    certificates.key_usage([certificates.DIGITAL_SIGNATURE]),
    certificates.basic_constraints(ca=True, path_length=3),
    certificates.extended_key_usage([certificates.CODE_SIGNING]),
    Extension("2.5.29.14", der.octet_string(b"k" * 20)),
    Extension("2.5.29.35", der.sequence(der.implicit(0, b"k" * 20))),
    Extension(
        "2.5.29.17",
        der.sequence(
            der.implicit(1, b"a@b.example"),
            der.implicit(2, b"a.example"),
            der.implicit(6, b"https://a.example:1/b?c#d"),
            der.implicit(7, b"\x7f\0\0\1"),
        ),
    ),
    Extension(
        "2.5.29.30",
        der.sequence(
            der.explicit(0, der.sequence(der.implicit(2, b"a.example"))),
            der.explicit(1, der.sequence(der.implicit(7, b"\x7f\0\0\0\xff\0\0\0"))),
        ),
    ),
    Extension(
        "2.5.29.32",
        der.sequence(
            der.sequence(der.oid("1.2.3.4")), der.sequence(der.oid("1.2.3.5"))
        ),
    ),
    Extension(
        "2.5.29.33",
        der.sequence(der.sequence(der.oid("1.2.3.4"), der.oid("1.2.3.5"))),
    ),
    Extension(
        "2.5.29.36", der.sequence(der.implicit(0, b"\1"), der.implicit(1, b"\2"))
    ),
    Extension("2.5.29.54", der.integer(5)),
    Extension(
        "1.3.6.1.5.5.7.1.1",
        der.sequence(
            der.sequence(
                der.oid("1.3.6.1.5.5.7.48.2"), der.implicit(6, b"http://a.example/c")
            )
        ),
    ),
)


@rule("mutated-extension-signed")
def _extension(draft: Draft) -> None:
    """A well-formed extension with bytes changed, in a certificate that is signed."""
    rng = draft.rng
    chosen = rng.choice(_EXTENSIONS)
    value = chosen.value if rng.random() < 0.1 else mutated(rng, chosen.value)
    index = rng.randrange(len(draft.chain))
    template = draft.chain[index]
    kept = tuple(each for each in template.extensions if each.oid != chosen.oid)
    draft.chain[index] = replace(
        template, extensions=(*kept, replace(chosen, value=value))
    )
    good.reanchor(draft)


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
