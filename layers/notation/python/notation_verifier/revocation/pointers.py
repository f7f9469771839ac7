"""Where a certificate says its revocation can be asked after, and which URLs are used.

Spec: trust-store-trust-policy, Certificate Revocation Evaluation; RFC 5280 sections
4.2.1.13, 4.2.1.15 and 4.2.2.1.
"""

import re
from collections.abc import Iterable
from hashlib import sha256

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from notation_verifier import _der
from notation_verifier.certificate import Certificate
from notation_verifier.revocation.status import PARSER_ERRORS, Bars, Cause, Refused
from notation_verifier.values import dataclass

MAX_OCSP_URLS = 4
"""(R5) Responders asked for one certificate; one that names more asks none."""
MAX_CRL_URLS = 8
"""CRLs fetched for one certificate; all must be, so one that names more is unknown."""
MAX_DELTA_URLS = 4
"""Copies of one delta CRL that are tried."""
_MAX_URL_CHARACTERS = 1024

# The reference follows plain http only: answers are signed, and TLS would need answers
# of its own. No user information, no fragment, nothing two readers could read two ways.
_HTTP = (
    r"http://(?:[a-z0-9][a-z0-9._-]*|\[[0-9a-f:.]+\])(?::[0-9]+)?"
    r"(?:/[a-z0-9._~%!$&'()*+,;=:@/-]*)?(?:\?[a-z0-9._~%!$&'()*+,;=:@/?-]*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionPoint:
    """One CRL distribution point of a certificate, as far as it can be used."""

    urls: tuple[str, ...]
    """URI names in order; empty for a point that names a directory only."""
    names: frozenset[x509.GeneralName]
    """Every name of the point, to be compared with the CRL's own."""
    some_reasons: bool
    """It covers certain reasons only, so its CRL can revoke but not clear."""
    indirect: bool
    """Another issuer than the certificate's is named for the CRL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointers:
    """What a certificate says about where to ask."""

    serial: int
    ca: bool
    ocsp: tuple[str, ...]
    points: tuple[DistributionPoint, ...]
    freshest: tuple[str, ...] | None
    """Delta CRLs the certificate itself names; None without that extension."""
    unusable: bool
    """(R4) It names a source, but none by a URI: an answer that cannot be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An issuer as OCSP and our memory name it."""

    name: bytes
    """DER of its subject."""
    key: bytes
    """The key's bits without tag, length and unused-bit count (RFC 6960 4.1.1)."""

    @property
    def id(self) -> str:
        """Lower-case hex over name and key: what a memory knows the issuer by."""
        length = len(self.name).to_bytes(4)
        return sha256(length + self.name + self.key).hexdigest()

    def certificate_id(self, serial: int) -> str:
        """Return what a memory knows a certificate of this issuer by."""
        return sha256(f"{self.id}:{serial:x}".encode()).hexdigest()


def identity(certificate: Certificate) -> Identity:
    """Return who ``certificate`` is as an issuer; slices, nothing re-encoded.

    Raises:
        DerError: not for a certificate that ``read_certificate`` returned.
    """
    der = certificate.der
    outer = _der.element(der, 0, len(der), _der.SEQUENCE)
    at = _der.element(der, outer.content, outer.end, _der.SEQUENCE)
    limit = at.end
    version = _der.element(der, at.content, limit, _der.EXPLICIT_0)
    serial = _der.element(der, version.end, limit, _der.INTEGER)
    end = serial.end
    for _ in ("signature", "issuer", "validity", "subject"):
        end = _der.element(der, end, limit, _der.SEQUENCE).end
    info = _der.element(der, end, limit, _der.SEQUENCE)
    algorithm = _der.element(der, info.content, info.end, _der.SEQUENCE)
    bits = _der.element(der, algorithm.end, info.end, _der.BIT_STRING)
    return Identity(name=certificate.subject, key=der[bits.content + 1 : bits.end])


def read_pointers(certificate: Certificate) -> Pointers:
    """Return where ``certificate`` says it can be asked after.

    Raises:
        Refused: an extension that names sources does not parse.
    """
    try:
        parsed = x509.load_der_x509_certificate(certificate.der)
        serial = parsed.serial_number
        ocsp: list[str] = []
        points: list[DistributionPoint] = []
        freshest: tuple[str, ...] | None = None
        other_access = False
        for extension in parsed.extensions:
            match extension.value:
                case x509.AuthorityInformationAccess() as access:
                    for description in access:
                        if description.access_method != (
                            AuthorityInformationAccessOID.OCSP
                        ):
                            continue
                        location = description.access_location
                        if isinstance(location, x509.UniformResourceIdentifier):
                            ocsp.append(location.value)
                        else:
                            other_access = True
                case x509.CRLDistributionPoints() as listed:
                    points += map(_point, listed)
                case x509.FreshestCRL() as listed:
                    freshest = tuple(
                        url for point in listed for url in _point(point).urls
                    )
                case _:
                    pass
    except PARSER_ERRORS as error:
        raise Refused(
            Cause.MALFORMED, f"the certificate's pointers do not parse: {error!s:.200}"
        ) from None
    usable = bool(ocsp) or any(point.urls for point in points)
    return Pointers(
        serial=serial,
        ca=bool(certificate.is_ca),
        ocsp=tuple(dict.fromkeys(ocsp)),
        points=tuple(points),
        freshest=freshest,
        unusable=not usable and (bool(points) or other_access or freshest is not None),
    )


def _point(point: x509.DistributionPoint) -> DistributionPoint:
    names = point.full_name or []
    return DistributionPoint(
        urls=uri_names(names),
        names=frozenset(names),
        some_reasons=point.reasons is not None,
        indirect=point.crl_issuer is not None,
    )


def uri_names(names: Iterable[x509.GeneralName]) -> tuple[str, ...]:
    """Return the URIs among ``names``, in order, each once."""
    return tuple(
        dict.fromkeys(
            name.value
            for name in names
            if isinstance(name, x509.UniformResourceIdentifier)
        )
    )


def is_http(url: str) -> bool:
    """Return whether the scheme is plain http; the rest may still be unusable."""
    return url[:5].lower() == "http:"


def check_url(url: str) -> None:
    """(R5) Accept a URL a revocation answer may be fetched from.

    Which addresses it may lead to is the business of the maker of ``Fetch``.

    Raises:
        Refused: not plain http, or not written plainly. One of http that we refuse
            bars ``good``: the reference would have asked there.
    """
    if not is_http(url):
        raise Refused(Cause.UNSUPPORTED_URL, "only http:// is asked")
    if len(url) > _MAX_URL_CHARACTERS or not re.fullmatch(
        _HTTP, url, re.IGNORECASE | re.ASCII
    ):
        raise Refused(
            Cause.UNSUPPORTED_URL,
            "not a plain http URL: host, port, path and query in ASCII, "
            f"at most {_MAX_URL_CHARACTERS} characters",
            bars=Bars.GOOD,
        )
