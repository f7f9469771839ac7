"""Signing with the real ``notation``: own long-lived certificates, a config of its own.

``notation cert generate-test`` makes certificates that live a day; these are valid
until 2120 and reach ``notation`` through ``signingkeys.json`` in a temporary
configuration. Nothing of a person's own ``notation`` configuration is read or written.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, assert_never

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2120, 1, 1, tzinfo=UTC)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class KeyKind(StrEnum):
    """The keys the Notary Project allows; each has one algorithm."""

    RSA_2048 = "rsa-2048"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"
    EC_256 = "ec-256"
    EC_384 = "ec-384"
    EC_521 = "ec-521"


def make_key(kind: KeyKind) -> PrivateKey:
    """Return a new private key."""
    match kind:
        case KeyKind.RSA_2048 | KeyKind.RSA_3072 | KeyKind.RSA_4096:
            size = int(kind.removeprefix("rsa-"))
            return rsa.generate_private_key(public_exponent=65537, key_size=size)
        case KeyKind.EC_256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyKind.EC_384:
            return ec.generate_private_key(ec.SECP384R1())
        case KeyKind.EC_521:
            return ec.generate_private_key(ec.SECP521R1())
        case _:
            assert_never(kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A certificate with its private key and the certificates above it."""

    key: PrivateKey
    certificate: x509.Certificate
    issuers: tuple[x509.Certificate, ...] = ()

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The chain, this certificate first."""
        return (self.certificate, *self.issuers)


def make_holder(
    common_name: str,
    *,
    issuer: Holder | None = None,
    authority: bool = False,
    kind: KeyKind = KeyKind.EC_256,
    validity: tuple[datetime, datetime] = (NOT_BEFORE, NOT_AFTER),
) -> Holder:
    """Return a new certificate, signed by ``issuer`` or by itself.

    An authority may issue; anything else may sign code and nothing more, as the
    signature specification's Certificate Requirements ask.
    """
    key = make_key(kind)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "Berlin"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    signer = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                key_cert_sign=authority,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if authority:
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
    else:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False
        )
    return Holder(
        key=key,
        certificate=builder.sign(signer, hashes.SHA384()),
        issuers=issuer.chain if issuer else (),
    )


def pem(certificates: Sequence[x509.Certificate]) -> bytes:
    """Return ``certificates`` as PEM, one after the other."""
    return b"".join(
        one.public_bytes(serialization.Encoding.PEM) for one in certificates
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What ``notation`` said."""

    accepted: bool
    text: str


class NotationFailed(Exception):  # noqa: N818 - named by what went wrong
    """``notation`` could not sign; says what it said."""


class Notation:
    """The real command with a configuration directory of its own."""

    def __init__(self, binary: Path, config: Path) -> None:
        self._binary = binary
        self.config = config
        self._keys: list[dict[str, str]] = []
        self._environment = {
            **os.environ,
            "NOTATION_CONFIG": str(config),
            "NOTATION_LIBEXEC": str(config),
            "NOTATION_CACHE": str(config / "cache"),
            "NOTATION_EXPERIMENTAL": "1",
        }
        config.mkdir(parents=True, exist_ok=True)

    def add_key(self, name: str, holder: Holder) -> None:
        """Let ``sign`` use ``holder`` as ``name``."""
        folder = self.config / "keys"
        folder.mkdir(exist_ok=True)
        key_file, chain_file = folder / f"{name}.key", folder / f"{name}.pem"
        key_file.touch(mode=0o600)
        key_file.write_bytes(
            holder.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        chain_file.write_bytes(pem(holder.chain))
        entry = {"name": name, "keyPath": str(key_file), "certPath": str(chain_file)}
        self._keys.append(entry)
        (self.config / "signingkeys.json").write_text(json.dumps({"keys": self._keys}))

    def trust(self, trust_policy: Mapping[str, Any], trust_store: Path | None) -> None:
        """Let ``verify`` use this document, and these stores if given."""
        (self.config / "trustpolicy.json").write_text(json.dumps(trust_policy))
        if trust_store is not None:
            target = self.config / "truststore"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(trust_store, target)

    def sign(
        self,
        layout: Path,
        digest: str,
        *,
        key: str,
        signature_format: str = "jws",
        expiry: str = "",
    ) -> None:
        """Sign a manifest of ``layout``; the signature lands in the same layout.

        Raises:
            NotationFailed: it would not.
        """
        extra = ["--expiry", expiry] if expiry else []
        answer = self._run(
            "sign",
            "--oci-layout",
            *("--key", key, "--signature-format", signature_format, *extra),
            f"{layout}@{digest}",
        )
        # An empty folder that the command leaves behind, no part of a layout.
        shutil.rmtree(layout / "ingest", ignore_errors=True)
        if not answer.accepted:
            raise NotationFailed(f"notation sign: {answer.text}")

    def verify(self, layout: Path, digest: str, *, scope: str) -> Answer:
        """Return what ``notation verify`` says of a manifest of ``layout``."""
        return self._run(
            "verify", "--oci-layout", "--scope", scope, f"{layout}@{digest}"
        )

    def _run(self, *arguments: str) -> Answer:
        done = subprocess.run(  # noqa: S603 - the command the caller named
            [str(self._binary), *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Answer(
            accepted=done.returncode == 0, text=(done.stdout + done.stderr).strip()
        )


def find_notation() -> Path | None:
    """Return the ``notation`` that $NOTATION names or that is on PATH, if any."""
    named = os.environ.get("NOTATION")
    found = named if named and Path(named).is_file() else shutil.which("notation")
    return Path(found).resolve() if found else None
