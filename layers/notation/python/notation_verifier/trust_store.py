"""Trust stores: named sets of certificates a chain may be anchored in.

Spec: trust-store-trust-policy, Trust Store.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from notation_verifier import _der
from notation_verifier._strict import StrictError, base64_standard
from notation_verifier.certificate import Certificate, read_certificate
from notation_verifier.errors import InvalidCertificate, InvalidTrustStore
from notation_verifier.values import dataclass

MAX_STORE_FILE_BYTES = 4 * 1024 * 1024
_NAME = re.compile(r"[a-zA-Z0-9_.-]+", re.ASCII)
_PEM_BEGIN = b"-----BEGIN "
# Both lines stand alone, as the reference's reader wants them.
_PEM_CERTIFICATE = re.compile(
    rb"^-----BEGIN CERTIFICATE-----[ \t]*\r?\n([A-Za-z0-9+/=\r\n \t]+)"
    rb"\n-----END CERTIFICATE-----[ \t]*(?:\r?\n|\Z)",
    re.MULTILINE,
)
_PEM_SPACE = b" \t\r\n"


class TrustStoreType(StrEnum):
    """What a store's certificates are trusted for."""

    CA = "ca"
    SIGNING_AUTHORITY = "signingAuthority"
    TSA = "tsa"


@dataclass(frozen=True, slots=True, order=True)
class TrustStoreName:
    """A store as statements write it: ``ca:payments-build``."""

    type: TrustStoreType
    name: str

    def __str__(self) -> str:
        return f"{self.type}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> "TrustStoreName":
        """Return the store that ``<type>:<name>`` names.

        Raises:
            InvalidTrustStore: no ``:``, another type, or a name that is ``.``, ``..``
                or holds anything but ASCII letters, digits, ``_``, ``.`` and ``-``.
        """
        kind, separator, name = text.partition(":")
        if not separator:
            raise InvalidTrustStore(
                f"{text[:200]!r} is no trust store; write <type>:<name>, as ca:payments"
            )
        try:
            type_ = TrustStoreType(kind)
        except ValueError:
            raise InvalidTrustStore(
                f"{text[:200]!r}: there is no trust store type {kind[:80]!r}; there are"
                f" {', '.join(TrustStoreType)}"
            ) from None
        if not _NAME.fullmatch(name) or name in (".", ".."):  # (S1)
            raise InvalidTrustStore(
                f"{text[:200]!r}: a name is of letters, digits, '_', '.' and '-', and"
                " neither '.' nor '..'"
            )
        return cls(type_, name)


class TrustStores(Mapping[TrustStoreName, tuple[Certificate, ...]]):
    """The stores a verification may use; read-only, made once and shared."""

    __slots__ = ("_certificates", "_ders", "by_der")

    def __init__(
        self, stores: Mapping[TrustStoreName, Iterable[bytes]] | None = None
    ) -> None:
        """Read each store's files: PEM, or DER certificates one after another.

        Raises:
            InvalidTrustStore: a file holds anything else, a store is empty, or a
                certificate may be no anchor.
        """
        self._certificates: dict[TrustStoreName, tuple[Certificate, ...]] = {}
        self._ders: dict[TrustStoreName, frozenset[bytes]] = {}
        for name, files in (stores or {}).items():
            certificates = tuple(
                certificate
                for content in files
                for certificate in _read_file(name, content)
            )
            if not certificates:  # (S3)
                raise InvalidTrustStore(f"trust store {name} has no certificate")
            for certificate in certificates:
                _check_anchor(name, certificate)
            self._certificates[name] = certificates
            self._ders[name] = frozenset(each.der for each in certificates)
        self.by_der: Mapping[bytes, Certificate] = MappingProxyType(
            {each.der: each for held in self._certificates.values() for each in held}
        )
        """Every certificate of every store, by its bytes."""

    def __getitem__(self, name: TrustStoreName) -> tuple[Certificate, ...]:
        return self._certificates[name]

    def __iter__(self) -> Iterator[TrustStoreName]:
        return iter(self._certificates)

    def __len__(self) -> int:
        return len(self._certificates)

    def __contains__(self, name: object) -> bool:
        return name in self._certificates

    def anchor(
        self, name: TrustStoreName, chain: Iterable[Certificate]
    ) -> Certificate | None:
        """Return the first of ``chain`` that the store has, byte for byte, if any."""
        held = self._ders.get(name, frozenset())
        return next((each for each in chain if each.der in held), None)


def _check_anchor(name: TrustStoreName, certificate: Certificate) -> None:
    """Check that a certificate may be in a store of this type.

    Raises:
        InvalidTrustStore: neither a CA nor self-signed; for ``tsa``, no self-signed
            root CA.
    """
    if name.type is TrustStoreType.TSA:  # (S5)
        usage = certificate.key_usage
        if (
            not certificate.is_ca
            or (usage is not None and not usage.key_cert_sign)
            or not certificate.self_signed
        ):
            raise InvalidTrustStore(
                f"trust store {name}: certificate {certificate.sha256} is no"
                " self-signed root CA"
            )
    elif not certificate.is_ca and not certificate.self_signed:  # (S4)
        raise InvalidTrustStore(
            f"trust store {name}: certificate {certificate.sha256} is neither a CA nor"
            " self-signed; put the CA that issued it there instead"
        )


def _read_file(name: TrustStoreName, content: bytes) -> list[Certificate]:
    if len(content) > MAX_STORE_FILE_BYTES:
        raise InvalidTrustStore(
            f"trust store {name}: a file of {len(content)} bytes; at most"
            f" {MAX_STORE_FILE_BYTES} are read"
        )
    try:
        # (S2) PEM, or DER certificates one after another
        ders = _pem(content) if _PEM_BEGIN in content else _concatenated(content)
        if not ders:
            raise InvalidTrustStore(f"trust store {name}: a file holds no certificate")
        return [read_certificate(der) for der in ders]
    except (InvalidCertificate, StrictError, _der.DerError) as error:
        raise InvalidTrustStore(f"trust store {name}: {error}") from None


def _pem(content: bytes) -> list[bytes]:
    """Return the DER of every PEM block.

    Raises:
        InvalidCertificate: a block that is no whole certificate.
        StrictError: a block's base64 is not canonical.
    """
    blocks = _PEM_CERTIFICATE.findall(content)
    if len(blocks) != content.count(_PEM_BEGIN):
        raise InvalidCertificate("a PEM block is not a whole CERTIFICATE")
    return [
        base64_standard(block.translate(None, _PEM_SPACE).decode("ascii"))
        for block in blocks
    ]


def _concatenated(content: bytes) -> list[bytes]:
    """Return the DER certificates that follow one another in ``content``.

    Raises:
        DerError: something else is there.
    """
    found: list[bytes] = []
    at = 0
    while at < len(content):
        end = _der.element(content, at, len(content), _der.SEQUENCE).end
        found.append(content[at:end])
        at = end
    return found
