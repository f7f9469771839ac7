"""Signed attributes in either format: schemes, times, ``crit``, algorithms, plugins.

Signature-specification, Signed Attributes; signature-envelope-jws and -cose, Headers.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.differential import good
from tests.differential.draft import (
    AUTHENTIC_SIGNING_TIME,
    COSE,
    EXPIRY,
    JWS,
    SIGNING_AUTHORITY,
    SIGNING_SCHEME,
    SIGNING_TIME,
    X509,
    Draft,
)
from tests.differential.encoding import Pairs
from tests.differential.keys import ALGORITHM_OF_KEY
from tests.differential.rules import rule

_PLUGIN = "io.cncf.notary.verificationPlugin"
_MIN_VERSION = "io.cncf.notary.verificationPluginMinVersion"
_SIGNER_PLUGIN = "com.amazonaws.signer.notation.plugin"


def _time(draft: Draft, value: datetime) -> object:
    return (draft.time_text if draft.format == JWS else draft.time_item)(value)


@rule("good-envelope")
def _good(_: Draft) -> None:
    """Nothing is wrong."""


@rule("scheme-unknown")
def _scheme_unknown(draft: Draft) -> None:
    value: Any = draft.rng.choice(
        (
            "notary.X509",
            "notary.x509.other",
            "",
            " notary.x509",
            "notary.x509\0",
            7,
            None,
        )
    )
    draft.on_protected = lambda header: header.put(SIGNING_SCHEME, value)


@rule("scheme-absent")
def _scheme_absent(draft: Draft) -> None:
    draft.on_protected = lambda header: header.drop(SIGNING_SCHEME)
    if draft.rng.random() < 0.5:
        draft.critical = [draft.time_name]


@rule("scheme-of-the-other-store")
def _scheme_swapped(draft: Draft) -> None:
    """The other scheme, consistently: the statement's stores are of another type."""
    draft.scheme = SIGNING_AUTHORITY if draft.scheme == X509 else X509


@rule("signing-time-absent")
def _time_absent(draft: Draft) -> None:
    draft.on_protected = lambda header: header.drop(draft.time_name)
    if draft.rng.random() < 0.5:
        draft.critical = [SIGNING_SCHEME] + ([EXPIRY] if draft.expiry else [])


@rule("signing-time-of-the-other-scheme-beside")
def _both_times(draft: Draft) -> None:
    other = AUTHENTIC_SIGNING_TIME if draft.scheme == X509 else SIGNING_TIME
    draft.extended.append((other, _time(draft, draft.signing_time)))
    if draft.rng.random() < 0.3:
        draft.critical_extended.append(other)


@rule("signing-time-of-the-other-scheme-instead")
def _other_time(draft: Draft) -> None:
    other = AUTHENTIC_SIGNING_TIME if draft.scheme == X509 else SIGNING_TIME
    draft.on_protected = lambda header: header.rename(draft.time_name, other)


@rule("signing-time-far-away")
def _far(draft: Draft) -> None:
    draft.expiry = None
    draft.signing_time = draft.rng.choice(
        (
            datetime(1, 1, 1, tzinfo=UTC),
            datetime(1, 1, 1, 0, 0, 1, tzinfo=UTC),
            datetime(1969, 12, 31, tzinfo=UTC),
            datetime(1970, 1, 1, tzinfo=UTC),
            datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
            good.moment(draft, days=30),
        )
    )


@rule("expiry-past")
def _expired(draft: Draft) -> None:
    draft.signing_time = good.moment(draft, days=-20)
    draft.expiry = good.moment(draft, seconds=-draft.rng.choice((60, 86400, 10**6)))


@rule("expiry-before-signing")
def _expiry_before_signing(draft: Draft) -> None:
    draft.expiry = draft.signing_time - timedelta(
        seconds=draft.rng.choice((0, 0, 1, 86400))
    )


@rule("expiry-just-after-signing")
def _expiry_after_signing(draft: Draft) -> None:
    draft.signing_time = good.moment(draft, days=3)
    draft.expiry = draft.signing_time + timedelta(seconds=1)


@rule("expiry-not-critical")
def _expiry_not_critical(draft: Draft) -> None:
    draft.expiry = good.moment(draft, days=5)
    draft.critical = [SIGNING_SCHEME]
    if draft.scheme == SIGNING_AUTHORITY:
        draft.critical.append(AUTHENTIC_SIGNING_TIME)


@rule("expiry-zero-time")
def _expiry_zero(draft: Draft) -> None:
    """Go's zero time counts as no expiry."""
    draft.expiry = None
    zero = _time(draft, datetime(1, 1, 1, tzinfo=UTC))
    draft.extended.append((EXPIRY, zero))
    if draft.rng.random() < 0.5:
        draft.critical_extended.append(EXPIRY)


@rule("expiry-null")
def _expiry_null(draft: Draft) -> None:
    draft.expiry = None
    draft.extended.append((EXPIRY, draft.rng.choice((None, "", 0, False))))
    if draft.rng.random() < 0.5:
        draft.critical_extended.append(EXPIRY)


@rule("critical-absent")
def _critical_absent(draft: Draft) -> None:
    draft.on_protected = lambda header: header.drop(
        "crit" if draft.format == JWS else 2
    )


@rule("critical-empty")
def _critical_empty(draft: Draft) -> None:
    draft.critical = []


@rule("critical-no-list")
def _critical_no_list(draft: Draft) -> None:
    value: Any = draft.rng.choice(
        (SIGNING_SCHEME, 1, None, {SIGNING_SCHEME: 1}, [None], [[]])
    )
    draft.on_protected = lambda header: header.put(
        "crit" if draft.format == JWS else 2, value
    )


@rule("critical-misses-scheme")
def _misses_scheme(draft: Draft) -> None:
    draft.extended.append(("example.attribute", "x"))
    draft.critical = ["example.attribute"]
    if draft.scheme == SIGNING_AUTHORITY:
        draft.critical.append(AUTHENTIC_SIGNING_TIME)


@rule("critical-misses-authentic-time", scheme=SIGNING_AUTHORITY)
def _misses_time(draft: Draft) -> None:
    draft.critical = [SIGNING_SCHEME] + ([EXPIRY] if draft.expiry else [])


@rule("critical-lists-system-header")
def _lists_system(draft: Draft) -> None:
    names = ("alg", "cty", "crit") if draft.format == JWS else (1, 2, 3)
    draft.critical_extended = [draft.rng.choice((*names, SIGNING_TIME))]


@rule("critical-lists-a-name-twice")
def _lists_twice(draft: Draft) -> None:
    if draft.rng.random() < 0.5:
        draft.critical_extended = [SIGNING_SCHEME]
    else:
        draft.extended.append(("example.attribute", "x"))
        draft.critical_extended = ["example.attribute", "example.attribute"]


@rule("critical-lists-what-is-absent")
def _lists_absent(draft: Draft) -> None:
    draft.critical_extended = [
        draft.rng.choice(
            ("example.attribute", EXPIRY, "x5c", "b64", "")
            if draft.expiry is None
            else ("example.attribute", "Alg", 7 if draft.format == COSE else "")
        )
    ]


@rule("attribute-extended")
def _extended(draft: Draft) -> None:
    value: Any = draft.rng.choice(
        ("text", 7, -7, True, None, ["a", 1], {"a": {"b": [1]}}, "\u00e9\U0001f512", "")
    )
    draft.extended.append((draft.rng.choice(("example.attribute", "kid2", "é")), value))


@rule("attribute-unknown-critical")
def _unknown_critical(draft: Draft) -> None:
    draft.extended.append(("example.attribute", draft.rng.choice(("x", 7, None))))
    draft.critical_extended.append("example.attribute")


@rule("plugin-named")
def _plugin(draft: Draft) -> None:
    name = draft.rng.choice(
        ("example.plugin", _SIGNER_PLUGIN, "../../bin/sh", "x" * 300)
    )
    draft.extended.append((_PLUGIN, name))
    draft.critical_extended.append(_PLUGIN)
    if draft.rng.random() < 0.5:
        draft.extended.append((_MIN_VERSION, draft.rng.choice(("1.0.0", "latest", ""))))
        draft.critical_extended.append(_MIN_VERSION)


@rule("plugin-not-critical")
def _plugin_not_critical(draft: Draft) -> None:
    draft.extended.append(
        (_PLUGIN, draft.rng.choice(("example.plugin", _SIGNER_PLUGIN)))
    )


@rule("plugin-no-name")
def _plugin_no_name(draft: Draft) -> None:
    draft.extended.append(
        (_PLUGIN, draft.rng.choice(("", "  ", 7, None, ["x"], False)))
    )
    draft.critical_extended.append(_PLUGIN)


@rule("plugin-version-without-plugin")
def _version_alone(draft: Draft) -> None:
    draft.extended.append((_MIN_VERSION, draft.rng.choice(("1.0.0", "latest", 1))))
    if draft.rng.random() < 0.7:
        draft.critical_extended.append(_MIN_VERSION)


@rule("algorithm-of-another-key")
def _another_algorithm(draft: Draft) -> None:
    """An algorithm the key can compute, and not the key's own."""
    kind = draft.leaf.key.kind
    family = "PS" if kind.startswith("rsa") else "ES"
    draft.algorithm = draft.rng.choice([f"{family}{bits}" for bits in (256, 384, 512)])


@rule("algorithm-only-named")
def _only_named(draft: Draft) -> None:
    """Another algorithm named than the signature is made with."""
    names = (
        ("PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "none", "NONE", "RS256")
        if draft.format == JWS
        else (-37, -38, -39, -7, -35, -36, -257, -8, 5, 0)
    )
    value: Any = draft.rng.choice((*names, "HS256", "ps256", "", None, 2**70))
    draft.on_protected = lambda header: header.put(
        "alg" if draft.format == JWS else 1, value
    )


@rule("algorithm-absent")
def _algorithm_absent(draft: Draft) -> None:
    draft.on_protected = lambda header: header.drop("alg" if draft.format == JWS else 1)


@rule("content-type-other")
def _content_type(draft: Draft) -> None:
    other = draft.rng.choice(
        (
            "application/vnd.cncf.notary.payload.v2+json",
            "application/vnd.cncf.notary.payload.v1+json; charset=utf-8",
            "Application/vnd.cncf.notary.payload.v1+json",
            " application/vnd.cncf.notary.payload.v1+json",
            "application/json",
            "json",
            "",
        )
    )
    draft.content_type = other


@rule("content-type-absent")
def _content_type_absent(draft: Draft) -> None:
    label = "cty" if draft.format == JWS else 3
    value: Any = draft.rng.choice((None, 50, ["application/json"], b"x"))
    if draft.format == JWS and isinstance(value, bytes):
        value = None

    def change(header: Pairs) -> None:
        if draft.rng.random() < 0.5:
            header.drop(label)
        else:
            header.put(label, value)

    draft.on_protected = change


@rule("signature-altered")
def _altered(draft: Draft) -> None:
    def alter(signature: bytes) -> bytes:
        match draft.rng.randrange(5):
            case 0:
                return b""
            case 1:
                return signature[:-1]
            case 2:
                return signature + b"\0"
            case 3:
                return bytes(len(signature))
            case _:
                place = draft.rng.randrange(len(signature))
                mask = 1 << draft.rng.randrange(8)
                changed = bytes((signature[place] ^ mask,))
                return signature[:place] + changed + signature[place + 1 :]

    draft.on_signature = alter


@rule("signature-by-another-key")
def _by_another_key(draft: Draft) -> None:
    """The chain is good, and not the signer's."""
    kind = draft.leaf.key.kind
    other = draft.material.keys.key(kind, 7)
    algorithm = draft.algorithm or ALGORITHM_OF_KEY[kind]
    draft.on_signature = lambda _: other.sign_envelope(algorithm, b"something else")


@rule("signature-ecdsa-in-der")
def _ecdsa_der(draft: Draft) -> None:
    def encode(signature: bytes) -> bytes:
        half = len(signature) // 2
        return encode_dss_signature(
            int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
        )

    draft.on_signature = encode


@rule("signature-pss-salt")
def _salt(draft: Draft) -> None:
    """Any salt length but the hash's own."""
    if draft.leaf.key.kind.startswith("rsa"):
        draft.salt = draft.rng.choice((0, 1, 20, 31, 33, 64))
        if draft.leaf.key.kind == "rsa4096" and draft.salt == 64:
            draft.salt = 63
    else:
        draft.on_signature = lambda signature: signature[: len(signature) // 2] * 2
