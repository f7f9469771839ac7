"""Certificates whose encoding is odd: what the readers of X.509 must agree on.

RFC 5280; what Go's reader refuses is part of the reference's behaviour.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.differential import certificates, der, good
from tests.differential.certificates import Extension, Template
from tests.differential.draft import Draft
from tests.differential.rules import rule

_SUBJECT_KEY, _AUTHORITY_KEY = "2.5.29.14", "2.5.29.35"
_ALTERNATIVE_NAME, _NAME_CONSTRAINTS = "2.5.29.17", "2.5.29.30"
_POLICIES, _AUTHORITY_INFORMATION = "2.5.29.32", "1.3.6.1.5.5.7.1.1"
_INHIBIT_ANY, _POLICY_CONSTRAINTS, _MAPPINGS = "2.5.29.54", "2.5.29.36", "2.5.29.33"
_CRL_POINTS, _ISSUER_ALTERNATIVE = "2.5.29.31", "2.5.29.18"
_KNOWN = (
    _SUBJECT_KEY,
    _AUTHORITY_KEY,
    _ALTERNATIVE_NAME,
    _NAME_CONSTRAINTS,
    _POLICIES,
    _AUTHORITY_INFORMATION,
    _INHIBIT_ANY,
    _POLICY_CONSTRAINTS,
    _MAPPINGS,
    _CRL_POINTS,
    _ISSUER_ALTERNATIVE,
    "2.5.29.15",
    "2.5.29.19",
    "2.5.29.37",
    "2.5.29.46",
)


def change(draft: Draft, index: int, alter: Callable[[Template], Template]) -> None:
    """Change one certificate; the anchor is the chain's last one, as it then is."""
    draft.chain[index] = alter(draft.chain[index])
    good.reanchor(draft)


def add(draft: Draft, *extensions: Extension, index: int | None = None) -> None:
    """Add extensions to a certificate, any one unless ``index`` is given."""
    place = draft.rng.randrange(len(draft.chain)) if index is None else index
    kinds = {each.oid for each in extensions}
    change(
        draft,
        place,
        lambda each: replace(
            each,
            extensions=(
                *(kept for kept in each.extensions if kept.oid not in kinds),
                *extensions,
            ),
        ),
    )


def _any(draft: Draft) -> int:
    return draft.rng.randrange(len(draft.chain))


@rule("certificate-serial-number")
def _serial(draft: Draft) -> None:
    number = draft.rng.choice((0, -1, -(2**70), 2**159, 2**200, 2**400))
    change(draft, _any(draft), lambda each: replace(each, serial=number))


@rule("certificate-version")
def _version(draft: Draft) -> None:
    version = draft.rng.choice((0, 1, 3, 4, -1))
    bare = draft.rng.random() < 0.5
    change(
        draft,
        _any(draft),
        lambda each: replace(
            each, version=version, extensions=() if bare else each.extensions
        ),
    )


@rule("certificate-followed-by-bytes")
def _tail(draft: Draft) -> None:
    tail = draft.rng.choice((b"\0", b"\x05\0", b"\x30\0"))
    if draft.rng.random() < 0.5:
        change(draft, _any(draft), lambda each: replace(each, tail=tail))
    else:
        change(draft, _any(draft), lambda each: replace(each, tbs_tail=tail))


@rule("certificate-two-algorithms")
def _two_algorithms(draft: Draft) -> None:
    inner = draft.rng.choice(
        (
            "300d06092a864886f70d01010b0500",
            "300a06082a8648ce3d040302",
            "300a06082a8648ce3d040303",
            "300c06082a8648ce3d0403020500",
            "300b06092a864886f70d01010b",
        )
    )
    change(
        draft,
        _any(draft),
        lambda each: replace(each, inner_algorithm=bytes.fromhex(inner)),
    )


@rule("certificate-algorithm-parameters")
def _algorithm_parameters(draft: Draft) -> None:
    def odd(each: Template) -> Template:
        if each.signer.kind.startswith("rsa"):
            identifier = der.sequence(der.oid("1.2.840.113549.1.1.11"))
        else:
            identifier = der.sequence(der.oid("1.2.840.10045.4.3.2"), b"\x05\0")
        return replace(each, outer_algorithm=identifier, hash="sha256", padding="pkcs1")

    change(draft, _any(draft), odd)


@rule("certificate-key-parameters")
def _key_parameters(draft: Draft) -> None:
    """A SubjectPublicKeyInfo with other parameters than the standard's."""
    index = _any(draft)
    info = draft.chain[index].key.public_info
    rng = draft.rng
    if draft.chain[index].key.kind.startswith("rsa"):
        null = bytes.fromhex("300d06092a864886f70d0101010500")
        other = rng.choice(
            (
                "300b06092a864886f70d010101",
                "300b06092a864886f70d01010a",
                "300d06092a864886f70d01010a0500",
                "300f06092a864886f70d01010104020500",
            )
        )
        position = info.index(null)
        bits = info[position + len(null) :]
        changed = der.sequence(bytes.fromhex(other), bits)
    else:
        # An unknown curve, no curve, or the curve beside another.
        algorithm = rng.choice(
            (
                der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.3.132.0.10")),
                der.sequence(der.oid("1.2.840.10045.2.1"), b"\x05\0"),
                der.sequence(der.oid("1.2.840.10045.2.1")),
                der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.3.132.0.34")),
            )
        )
        start = 3 if info[1] & 0x80 else 2
        length = info[start + 1]
        changed = der.sequence(algorithm, info[start + 2 + length :])
    change(draft, index, lambda each: replace(each, public_info=changed))


@rule("certificate-key-bits")
def _key_bits(draft: Draft) -> None:
    """A public key that is cut, lengthened or no point of its curve."""
    index = _any(draft)
    info = bytearray(draft.chain[index].key.public_info)
    place = draft.rng.randrange(len(info) - 20, len(info))
    match draft.rng.randrange(3):
        case 0:
            info[place] ^= 1 << draft.rng.randrange(8)
        case 1:
            info += b"\0"
        case _:
            info[-1:] = b""
    change(draft, index, lambda each: replace(each, public_info=bytes(info)))


@rule("certificate-extension-twice")
def _twice(draft: Draft) -> None:
    change(
        draft,
        _any(draft),
        lambda each: replace(
            each,
            extensions=(*each.extensions, draft.rng.choice(each.extensions)),
        ),
    )


@rule("certificate-unknown-extension")
def _unknown(draft: Draft) -> None:
    value = draft.rng.choice((b"", b"\x05\0", b"anything", b"\x30\x80\0\0"))
    add(
        draft,
        Extension("1.3.6.1.4.1.55555.7", value, critical=draft.rng.random() < 0.5),
    )


@rule("certificate-extension-criticality")
def _criticality(draft: Draft) -> None:
    extension = draft.rng.choice(
        (
            Extension(_SUBJECT_KEY, der.octet_string(b"k" * 20), critical=True),
            Extension(
                _AUTHORITY_KEY, der.sequence(der.implicit(0, b"k" * 20)), critical=True
            ),
            Extension(
                _AUTHORITY_INFORMATION,
                der.sequence(
                    der.sequence(
                        der.oid("1.3.6.1.5.5.7.48.2"),
                        der.implicit(6, b"http://ca.example/ca.cer"),
                    )
                ),
                critical=True,
            ),
            Extension(_SUBJECT_KEY, der.octet_string(b"k" * 20)),
            Extension(_AUTHORITY_KEY, der.sequence(der.implicit(0, b"k" * 20))),
        )
    )
    add(draft, extension)


@rule("certificate-boolean-encoding")
def _boolean(draft: Draft) -> None:
    """A DEFAULT FALSE written out, and a TRUE that is not 0xff."""
    value = draft.rng.choice((b"\x01\x01\0", b"\x01\x01\x01", b"\x01\x02\xff\xff"))
    index = draft.rng.randrange(len(draft.chain))
    add(
        draft,
        Extension("2.5.29.19", der.sequence(value), critical=True),
        index=index,
    )


@rule("certificate-key-usage-encoding")
def _key_usage_encoding(draft: Draft) -> None:
    value = draft.rng.choice(
        (
            bytes.fromhex("03020080"),  # unused bits not counted
            bytes.fromhex("0303078000"),
            bytes.fromhex("03020780") + b"\0",
            bytes.fromhex("030107"),
            bytes.fromhex("0300"),
            bytes.fromhex("03020880"),
            bytes.fromhex("03020781"),
            bytes.fromhex("0304078000ff"),
            bytes.fromhex("0403020780"),
        )
    )
    add(draft, Extension("2.5.29.15", value, critical=True))


@rule("certificate-known-extension-garbled")
def _garbled(draft: Draft) -> None:
    value = draft.rng.choice(
        (
            b"",
            b"\0",
            b"\x30\0",
            b"\x05\0",
            b"\x30\x03\x02\x01",
            b"\x04\x02\x04\0",
            b"\xff" * 9,
        )
    )
    oid = draft.rng.choice(_KNOWN)
    add(draft, Extension(oid, value, critical=draft.rng.random() < 0.3))


@rule("certificate-alternative-name")
def _alternative_name(draft: Draft) -> None:
    rng = draft.rng
    general = rng.choice(
        (
            der.implicit(2, b"host.example"),
            der.implicit(2, b"h\xc3\xb6st"),
            der.implicit(2, b""),
            der.implicit(1, b"a@b"),
            der.implicit(1, b"not an address"),
            der.implicit(6, b"https://host.example/x"),
            der.implicit(6, b"http://[::1"),
            der.implicit(6, b"%zz:/ /"),
            der.implicit(6, b"http://-bad-.example/"),
            der.implicit(7, b"\x7f\0\0\x01"),
            der.implicit(7, b"\x7f\0\0"),
            der.implicit(7, b"\0" * 16),
            der.explicit(0, der.oid("1.2.3.4") + der.explicit(0, b"\x0c\x01x")),
            der.explicit(4, der.sequence()),
            der.implicit(8, bytes.fromhex("2a0304")),
            der.implicit(9, b"x"),
        )
    )
    oid = rng.choice((_ALTERNATIVE_NAME, _ALTERNATIVE_NAME, _ISSUER_ALTERNATIVE))
    add(draft, Extension(oid, der.sequence(general), critical=rng.random() < 0.3))


@rule("certificate-name-constraints")
def _name_constraints(draft: Draft) -> None:
    """Never evaluated, but read: a constraint that forbids every name here."""
    rng = draft.rng
    base = rng.choice(
        (
            der.implicit(2, b"example"),
            der.implicit(2, b".example"),
            der.implicit(2, b"..bad"),
            der.implicit(1, b"other.example"),
            der.implicit(6, b"other.example"),
            der.implicit(7, b"\x0a\0\0\0\xff\0\0\0"),
            der.implicit(7, b"\x0a\0\0\0\xff\0\xff\0"),
            der.implicit(7, b"\x0a"),
            der.explicit(4, der.sequence()),
        )
    )
    trees = der.tlv(0xA0 | rng.randrange(2), der.sequence(base))
    value = rng.choice((der.sequence(trees), der.sequence(), trees))
    add(draft, Extension(_NAME_CONSTRAINTS, value, critical=rng.random() < 0.5))


@rule("certificate-policies")
def _policies(draft: Draft) -> None:
    rng = draft.rng
    policy = der.sequence(der.oid("1.2.3.4"))
    qualified = der.sequence(
        der.oid("2.5.29.32.0"),
        der.sequence(
            der.sequence(
                der.oid("1.3.6.1.5.5.7.2.1"),
                der.tlv(der.IA5_STRING, b"http://x.example"),
            )
        ),
    )
    extension = rng.choice(
        (
            Extension(_POLICIES, der.sequence(policy)),
            Extension(_POLICIES, der.sequence(qualified), critical=True),
            Extension(_POLICIES, der.sequence(policy, policy)),
            Extension(_POLICIES, der.sequence()),
            Extension(_INHIBIT_ANY, der.integer(0), critical=True),
            Extension(_INHIBIT_ANY, der.integer(-1), critical=True),
            Extension(
                _POLICY_CONSTRAINTS, der.sequence(der.implicit(0, b"\0")), critical=True
            ),
            Extension(
                _MAPPINGS,
                der.sequence(der.sequence(der.oid("1.2.3.4"), der.oid("1.2.3.5"))),
            ),
            Extension(
                _MAPPINGS,
                der.sequence(der.sequence(der.oid("2.5.29.32.0"), der.oid("1.2.3.5"))),
            ),
        )
    )
    add(draft, extension)


@rule("certificate-extended-usage-encoding")
def _extended_encoding(draft: Draft) -> None:
    code_signing = der.oid(certificates.CODE_SIGNING)
    value = draft.rng.choice(
        (
            der.sequence(),
            der.sequence(code_signing, code_signing),
            der.sequence(code_signing) + b"\0",
            der.sequence(b"\x06\0"),
            der.sequence(b"\x06\x01\x80"),
            der.sequence(b"\x05\0"),
            code_signing,
            der.tlv(der.SET, code_signing),
        )
    )
    add(draft, Extension("2.5.29.37", value))


@rule("certificate-validity-encoding")
def _validity(draft: Draft) -> None:
    """Far years: UTCTime becomes GeneralizedTime at 2050."""
    rng = draft.rng
    index = _any(draft)
    beginning = draft.material.now.replace(
        year=rng.choice((1950, 1970, 1999, 2000)), month=2, day=3
    )
    end = draft.material.now.replace(
        year=rng.choice((2049, 2050, 2262, 9999)), month=12, day=31
    )
    change(
        draft, index, lambda each: replace(each, not_before=beginning, not_after=end)
    )


@rule("certificate-validity-reversed")
def _reversed(draft: Draft) -> None:
    index = _any(draft)
    change(
        draft,
        index,
        lambda each: replace(
            each, not_before=each.not_after, not_after=each.not_before
        ),
    )


@rule("certificate-name-encoding")
def _name_encoding(draft: Draft) -> None:
    """Subjects a reader of names may refuse, on any certificate of the chain."""
    common_name = der.oid("2.5.4.3")
    value = draft.rng.choice(
        (
            der.tlv(der.PRINTABLE_STRING, b"under_score"),
            der.tlv(der.PRINTABLE_STRING, b"star*&"),
            der.tlv(der.UTF8_STRING, b"\xff\xfe"),
            der.tlv(der.UTF8_STRING, b""),
            der.tlv(der.IA5_STRING, b"caf\xe9"),
            der.tlv(der.T61_STRING, b"caf\xe9"),
            der.tlv(der.BMP_STRING, b"\0x\0"),
            der.tlv(der.BMP_STRING, "x".encode("utf-16-be")),
            der.tlv(18, b"123"),
            der.tlv(18, b"12a"),
            der.tlv(28, "x".encode("utf-32-be")),
            der.integer(7),
            der.sequence(),
            b"\x05\0",
            b"",
        )
    )
    names_ = der.sequence(der.set_of(der.sequence(common_name, value)))
    if draft.rng.random() < 0.2:
        names_ = draft.rng.choice((der.sequence(der.tlv(der.SET, b"")), der.sequence()))
    index = draft.rng.choice((0, 0, _any(draft)))
    if draft.rng.random() < 0.5:
        draft.statement["trustedIdentities"] = ["*"]
    if index and draft.rng.random() < 0.5:
        index = 0
    change(draft, index, lambda each: replace(each, subject_der=names_))
