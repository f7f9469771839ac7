"""OCSP responses and CRLs, right ones and wrong ones, encoded by hand.

``cryptography`` builds neither single extensions nor two answers to one question, nor a
CRL of version 1; and what reads them should not be tested with itself.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
)

from notation_verifier import FetchError
from tests.forge.certificates import CertificateAuthority, Signer
from tests.forge.keys import PrivateKey

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

SHA1, SHA256, SHA512 = (
    "1.3.14.3.2.26",
    "2.16.840.1.101.3.4.2.1",
    "2.16.840.1.101.3.4.2.3",
)
MD5 = "1.2.840.113549.2.5"
ECDSA_SHA1, ECDSA_SHA256 = "1.2.840.10045.4.1", "1.2.840.10045.4.3.2"
RSA_SHA1, RSA_SHA256 = "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.11"
ED25519 = "1.3.101.112"
_HASHLIB = {SHA1: "sha1", SHA256: "sha256", SHA512: "sha512", MD5: "md5"}

KEY_COMPROMISE, HOLD, REMOVED = 1, 6, 8


# DER, as little of it as is needed


def tlv(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    if len(body) < 128:
        return bytes((tag, len(body))) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes((tag, 128 + size)) + len(body).to_bytes(size) + body


def sequence(*content: bytes) -> bytes:
    return tlv(0x30, *content)


def integer(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    body = b""
    for arc in (40 * first + second, *rest):
        groups = [arc & 127]
        while arc := arc >> 7:
            groups.append(arc & 127 | 128)
        body += bytes(reversed(groups))
    return tlv(6, body)


def generalized(time: datetime) -> bytes:
    return tlv(0x18, f"{time:%Y%m%d%H%M%SZ}".encode())


def crl_time(time: datetime) -> bytes:
    if time.year < 2050:
        return tlv(0x17, f"{time:%y%m%d%H%M%SZ}".encode())
    return generalized(time)


def enumerated(value: int) -> bytes:
    return tlv(10, bytes((value,)))


def extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    marked = (tlv(1, b"\xff"),) if critical else ()
    return sequence(oid(dotted), *marked, tlv(4, value))


def invalidity_date(time: datetime, *, critical: bool = False) -> bytes:
    return extension("2.5.29.24", generalized(time), critical=critical)


def algorithm_identifier(dotted: str) -> bytes:
    null = (tlv(5),) if dotted.startswith("1.2.840.113549") or dotted == SHA1 else ()
    return sequence(oid(dotted), *null)


def signed_with(key: PrivateKey) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return ECDSA_SHA256
    return RSA_SHA256 if isinstance(key, rsa.RSAPrivateKey) else ED25519


def sign(key: PrivateKey, dotted: str, message: bytes) -> bytes:
    hash_: Any = hashes.SHA1() if dotted in (RSA_SHA1, ECDSA_SHA1) else hashes.SHA256()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(message, ec.ECDSA(hash_, deterministic_signing=True))
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hash_)
    return key.sign(message)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def key_bits(certificate: x509.Certificate) -> bytes:
    """Return the key's bits as OCSP hashes them, by another way than the verifier's."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.PKCS1
        )
    assert isinstance(key, ed25519.Ed25519PublicKey)
    return key.public_bytes_raw()


# OCSP


@dataclass(frozen=True, kw_only=True)
class Single:
    """One answer of an OCSP response; a right, good one unless changed."""

    serial: int
    issuer: x509.Certificate
    status: str = "good"
    reason: int | None = None
    revoked_at: datetime = NOW - DAY
    this_update: datetime = NOW - HOUR
    next_update: datetime | None = NOW + DAY
    hash: str = SHA1
    extensions: Sequence[bytes] = ()

    def der(self) -> bytes:
        name = self.issuer.subject.public_bytes()
        digest = _HASHLIB[self.hash]
        certificate_id = sequence(
            algorithm_identifier(self.hash),
            tlv(4, hashlib.new(digest, name).digest()),
            tlv(4, hashlib.new(digest, key_bits(self.issuer)).digest()),
            integer(self.serial),
        )
        match self.status:
            case "good":
                status = tlv(0x80)
            case "unknown":
                status = tlv(0x82)
            case _:
                reason = (
                    () if self.reason is None else (tlv(0xA0, enumerated(self.reason)),)
                )
                status = tlv(0xA1, generalized(self.revoked_at), *reason)
        until = (
            ()
            if self.next_update is None
            else (tlv(0xA0, generalized(self.next_update)),)
        )
        added = (tlv(0xA1, sequence(*self.extensions)),) if self.extensions else ()
        return sequence(
            certificate_id, status, generalized(self.this_update), *until, *added
        )


@dataclass(frozen=True, kw_only=True)
class Response:
    """An OCSP response; signed by ``key``, saying it is by ``responder``."""

    singles: Sequence[Single]
    key: PrivateKey = field(repr=False)
    responder: x509.Certificate
    certificates: Sequence[bytes] = ()
    by_name: bool = True
    produced_at: datetime = NOW - HOUR
    algorithm: str | None = None
    extensions: Sequence[bytes] = ()
    tamper: Callable[[bytes], bytes] = bytes
    """Changes what was signed, after it was signed."""

    def der(self) -> bytes:
        named = (
            tlv(0xA1, self.responder.subject.public_bytes())
            if self.by_name
            else tlv(0xA2, tlv(4, hashlib.sha1(key_bits(self.responder)).digest()))
        )
        added = (tlv(0xA1, sequence(*self.extensions)),) if self.extensions else ()
        tbs = sequence(
            named,
            generalized(self.produced_at),
            sequence(*(single.der() for single in self.singles)),
            *added,
        )
        algorithm = self.algorithm or signed_with(self.key)
        signature = sign(self.key, algorithm, tbs)
        carried = (
            (tlv(0xA0, sequence(*self.certificates)),) if self.certificates else ()
        )
        basic = sequence(
            self.tamper(tbs),
            algorithm_identifier(algorithm),
            tlv(3, b"\0", signature),
            *carried,
        )
        return sequence(
            enumerated(0),
            tlv(0xA0, sequence(oid("1.3.6.1.5.5.7.48.1.1"), tlv(4, basic))),
        )


def ocsp_error(status: int) -> bytes:
    """Return a response that is no answer: 1 malformed, 3 try later, 6 unauthorised."""
    return sequence(enumerated(status))


# CRL


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One entry of a CRL."""

    serial: int
    reason: int | None = None
    revoked_at: datetime = NOW - DAY
    extensions: Sequence[bytes] = ()

    def der(self) -> bytes:
        added = list(self.extensions)
        if self.reason is not None:
            added.append(extension("2.5.29.21", enumerated(self.reason)))
        return sequence(
            integer(self.serial),
            crl_time(self.revoked_at),
            *((sequence(*added),) if added else ()),
        )


@dataclass(frozen=True, kw_only=True)
class Crl:
    """A CRL, complete or delta; a right, empty one unless changed."""

    key: PrivateKey = field(repr=False)
    issuer: x509.Name
    listed: Sequence[Listed] = ()
    number: int | None = 10
    base: int | None = None
    this_update: datetime = NOW - HOUR
    next_update: datetime | None = NOW + DAY
    version: int | None = 1
    algorithm: str | None = None
    inner_algorithm: str | None = None
    scope: bytes | None = None
    freshest: Sequence[str] | None = None
    extensions: Sequence[bytes] = ()
    tamper: Callable[[bytes], bytes] = bytes

    def der(self) -> bytes:
        algorithm = self.algorithm or signed_with(self.key)
        added = list(self.extensions)
        if self.number is not None:
            added.append(extension("2.5.29.20", integer(self.number)))
        if self.base is not None:
            added.append(extension("2.5.29.27", integer(self.base), critical=True))
        if self.scope is not None:
            added.append(extension("2.5.29.28", self.scope, critical=True))
        if self.freshest is not None:
            added.append(extension("2.5.29.46", points(*self.freshest)))
        tbs = sequence(
            *(() if self.version is None else (integer(self.version),)),
            algorithm_identifier(self.inner_algorithm or algorithm),
            self.issuer.public_bytes(),
            crl_time(self.this_update),
            *(() if self.next_update is None else (crl_time(self.next_update),)),
            *((sequence(*(e.der() for e in self.listed)),) if self.listed else ()),
            *((tlv(0xA0, sequence(*added)),) if added else ()),
        )
        signature = sign(self.key, algorithm, tbs)
        return sequence(
            self.tamper(tbs), algorithm_identifier(algorithm), tlv(3, b"\0", signature)
        )


def points(*urls: str) -> bytes:
    """Return distribution points, one per URL."""
    return sequence(*(sequence(_full_name(url)) for url in urls))


def _full_name(*urls: str) -> bytes:
    return tlv(0xA0, tlv(0xA0, *(tlv(0x86, url.encode()) for url in urls)))


def scope(*urls: str, **flags: bool) -> bytes:
    """Return an IssuingDistributionPoint: user, ca, reasons, indirect, attribute."""
    tags = {"user": 1, "ca": 2, "indirect": 4, "attribute": 5}
    parts = {
        number: tlv(0x80 + number, b"\xff")
        for name, number in tags.items()
        if flags.get(name)
    }
    if flags.get("reasons"):
        parts[3] = tlv(0x83, b"\x06\x40")  # keyCompromise
    named = (_full_name(*urls),) if urls else ()
    return sequence(*named, *(parts[number] for number in sorted(parts)))


# A CA with something to ask about


@dataclass(frozen=True)
class Scene:
    """A root, a leaf it issued, and answers about the leaf."""

    authority: CertificateAuthority
    signer: Signer

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        return self.signer.chain

    @property
    def leaf(self) -> x509.Certificate:
        return self.signer.chain[0]

    @property
    def issuer(self) -> x509.Certificate:
        return self.authority.certificate

    def single(self, **changes: Any) -> Single:
        return replace(
            Single(serial=self.leaf.serial_number, issuer=self.issuer), **changes
        )

    def ocsp(self, status: str = "good", **changes: Any) -> Response:
        """Return a response; changes go to the single answer or to the response."""
        mine = {k: v for k, v in changes.items() if k in Single.__dataclass_fields__}
        rest = {k: v for k, v in changes.items() if k not in mine}
        if "response_extensions" in rest:
            rest["extensions"] = rest.pop("response_extensions")
        response = Response(
            singles=(self.single(status=status, **mine),),
            key=self.authority.key,
            responder=self.issuer,
        )
        return replace(response, **rest)

    def responder(self, **changes: Any) -> Signer:
        """Return a responder of the issuer's, right unless changed."""
        right: dict[str, Any] = {
            "extended_key_usage": (ExtendedKeyUsageOID.OCSP_SIGNING,),
            "extensions": ((x509.OCSPNoCheck(), False),),
            "not_before": NOW - DAY,
            "not_after": NOW + 60 * DAY,
        }
        return self.authority.leaf(
            changes.pop("subject", "Responder"), algorithm="ES256", **right | changes
        )

    def delegated(
        self, status: str = "good", by: Signer | None = None, **changes: Any
    ) -> Response:
        """Return a response that a responder signs, its certificate embedded."""
        by = by or self.responder()
        right = {
            "key": by.key,
            "responder": by.chain[0],
            "certificates": (der(by.chain[0]),),
        }
        return self.ocsp(status, **right | changes)

    def listed(self, **changes: Any) -> Listed:
        return replace(Listed(serial=self.leaf.serial_number), **changes)

    def crl(self, *listed: Listed, **changes: Any) -> Crl:
        crl = Crl(key=self.authority.key, issuer=self.issuer.subject, listed=listed)
        return replace(crl, **changes)


OCSP_URL = "http://ocsp.test"
CRL_URL = "http://crl.test/ca.crl"
DELTA_URL = "http://crl.test/delta.crl"


def access(*urls: str) -> tuple[x509.ExtensionType, bool]:
    """Return the extension that names OCSP responders."""
    return (
        x509.AuthorityInformationAccess(
            x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url)
            )
            for url in urls
        ),
        False,
    )


def point(
    *urls: str,
    reasons: frozenset[x509.ReasonFlags] | None = None,
    crl_issuer: x509.Name | None = None,
) -> x509.DistributionPoint:
    """Return a CRL distribution point of a certificate."""
    return x509.DistributionPoint(
        full_name=[x509.UniformResourceIdentifier(url) for url in urls] or None,
        relative_name=None,
        reasons=reasons,
        crl_issuer=None if crl_issuer is None else [x509.DirectoryName(crl_issuer)],
    )


def scene(
    *,
    ocsp: Sequence[str] = (),
    crl: Sequence[str | x509.DistributionPoint] = (),
    freshest: Sequence[str] = (),
    root: dict[str, Any] | None = None,
    algorithm: str = "ES256",
    **changes: Any,
) -> Scene:
    """Return a CA and a leaf that names these responders and CRLs."""
    authority = CertificateAuthority.root(
        "Issuing CA", algorithm=algorithm, **root or {}
    )
    extensions = list(changes.pop("extensions", ()))
    if ocsp:
        extensions.append(access(*ocsp))
    if crl:
        listed = [point(one) if isinstance(one, str) else one for one in crl]
        extensions.append((x509.CRLDistributionPoints(listed), False))
    if freshest:
        extensions.append((x509.FreshestCRL([point(*freshest)]), False))
    signer = authority.leaf(
        "Build", algorithm="ES256", extensions=extensions, **changes
    )
    return Scene(authority, signer)


class Servers:
    """Answers by URL, as a ``Fetch``; remembers what was asked.

    A URL is answered by the longest key it starts with: OCSP requests made with GET add
    to their responder's URL.
    """

    def __init__(self, answers: dict[str, bytes | Exception] | None = None) -> None:
        self.answers = dict(answers or {})
        self.asked: list[tuple[str, bytes | None]] = []

    def __call__(self, url: str, *, body: bytes | None = None) -> bytes:
        self.asked.append((url, body))
        found = [one for one in self.answers if url == one or url.startswith(f"{one}/")]
        if not found:
            raise FetchError("connection refused")
        answer = self.answers[max(found, key=len)]
        if isinstance(answer, Exception):
            raise answer
        return answer
