"""The authority of the simulated Signer: a root of its own, and AWS's four levels.

Every account and Region of one local AWS shares the root, as on AWS a partition does.
The leaf is made for each signature and lives three days; the Region's CA a year.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_NAME = "Simulated Signer Code Signing Root CA"
_HUNDRED_YEARS = timedelta(days=36_524)
_EARLIER = timedelta(hours=1)
_LEAF = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """A CA: its key, and its chain up to the root."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...]


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A signing key of one signature, with its chain."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...]

    @property
    def ders(self) -> list[bytes]:
        """The chain's bytes, leaf first."""
        return [one.public_bytes(Encoding.DER) for one in self.chain]


class Authority:
    """A root made at its first use, and what is below it."""

    def __init__(self, started: datetime) -> None:
        """``started``: the root and the CA under it are valid from a year before."""
        self._started = started - timedelta(days=365)
        self._regions: dict[str, Issuer] = {}
        self.revoked_certificates: set[str] = set()
        """Hashes, as GetRevocationStatus writes them, that AWS has revoked."""

    @property
    def root_der(self) -> bytes:
        """The root's bytes, for a ``signingAuthority`` store."""
        return self._upper.chain[-1].public_bytes(Encoding.DER)

    @property
    def root_pem(self) -> bytes:
        """The root as a file of a trust store holds it."""
        return self._upper.chain[-1].public_bytes(Encoding.PEM)

    @property
    def root_sha256(self) -> str:
        """Lower-case hex over the root's bytes: how ``signer_roots`` names it."""
        return self._upper.chain[-1].fingerprint(hashes.SHA256()).hex()

    @cached_property
    def _upper(self) -> Issuer:
        end = self._started + _HUNDRED_YEARS
        root = _issue(None, _name(ROOT_NAME), self._started, end, path_length=2)
        return _issue(
            root,
            _name("Simulated Signer Code Signing Int CA"),
            self._started,
            end,
            path_length=1,
        )

    def leaf(self, region: str, at: datetime) -> Leaf:
        """Return a new key for a signature made in ``region`` at an instant."""
        issuer = self._regions.get(region)
        if issuer is None or issuer.chain[0].not_valid_after_utc < at + _LEAF:
            issuer = self._regions[region] = _issue(
                self._upper,
                _name(f"Simulated Signer {region} Code Signing CA"),
                at - _EARLIER,
                at + timedelta(days=365),
                path_length=0,
            )
        signing = _issue(
            issuer, _name("AWS Signer"), at - _EARLIER, at + _LEAF, path_length=None
        )
        return Leaf(key=signing.key, chain=signing.chain)


def _name(common: str) -> x509.Name:
    pairs = (
        (NameOID.COUNTRY_NAME, "US"),
        (NameOID.STATE_OR_PROVINCE_NAME, "WA"),
        (NameOID.LOCALITY_NAME, "Seattle"),
        (NameOID.ORGANIZATION_NAME, "AWS"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "AWS Cryptography"),
        (NameOID.COMMON_NAME, common),
    )
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in pairs])


def _issue(
    issuer: Issuer | None,
    subject: x509.Name,
    start: datetime,
    end: datetime,
    *,
    path_length: int | None,
) -> Issuer:
    """Return a new certificate with its key; ``path_length`` None makes a leaf."""
    key = ec.generate_private_key(ec.SECP384R1())
    is_ca = path_length is not None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.chain[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start.replace(microsecond=0))
        .not_valid_after(end.replace(microsecond=0))
        .add_extension(
            x509.BasicConstraints(ca=is_ca, path_length=path_length), critical=True
        )
        .add_extension(_usage(is_ca=is_ca), critical=True)
    )
    if not is_ca:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False
        )
    certificate = builder.sign(issuer.key if issuer else key, hashes.SHA384())
    return Issuer(key=key, chain=(certificate, *(issuer.chain if issuer else ())))


def _usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )
