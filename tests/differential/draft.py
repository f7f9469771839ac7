"""A draft: everything a case is made of, still open to a rule's change."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from typing import Any

from tests.differential import encoding, names
from tests.differential.case import Case, Entry
from tests.differential.certificates import CertificateMaker, Template
from tests.differential.encoding import Pairs, Tag
from tests.differential.keys import ALGORITHM_OF_KEY, KeyPool
from tests.differential.services import Services

SIGNING_SCHEME = "io.cncf.notary.signingScheme"
SIGNING_TIME = "io.cncf.notary.signingTime"
AUTHENTIC_SIGNING_TIME = "io.cncf.notary.authenticSigningTime"
EXPIRY = "io.cncf.notary.expiry"
PAYLOAD_CONTENT_TYPE = "application/vnd.cncf.notary.payload.v1+json"
JWS, COSE = "application/jose+json", "application/cose"
X509, SIGNING_AUTHORITY = "notary.x509", "notary.x509.signingAuthority"
COSE_ALGORITHMS = {
    "PS256": -37,
    "PS384": -38,
    "PS512": -39,
    "ES256": -7,
    "ES384": -35,
    "ES512": -36,
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Material:
    """What all cases of a run share."""

    keys: KeyPool
    certificates: CertificateMaker
    now: datetime
    """The run's beginning, whole seconds; both verifiers use their own clocks."""
    services: Services = field(default_factory=Services)
    """Who answers questions about revocation."""


def unchanged(value: Any) -> Any:
    """Leave a part of the case as it is."""
    return value


def rfc3339(time: datetime) -> str:
    """Return a time the way the reference writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


@dataclass
class Draft:
    """A case in the making; rules change its fields, ``case`` builds it."""

    rng: Random
    material: Material
    format: str
    chain: list[Template]
    scheme: str
    signing_time: datetime
    expiry: datetime | None
    statement: dict[str, Any]
    stores: dict[str, list[bytes]]
    reference: str
    subject_digest: str
    subject_size: int
    subject_media_type: str
    metadata: dict[str, str] = field(default_factory=dict)
    """User metadata that must have been signed."""
    identifier: str = "draft"
    """The case's: its revocation services are found by it."""
    folder: list[Entry] | None = None
    """Trust stores on disk, instead of ``stores``."""
    answers: dict[str, bytes] = field(default_factory=dict)
    """What revocation services answer, by the name that ``url`` was given."""
    other_statements: list[dict[str, Any]] = field(default_factory=list)
    content_type: str = PAYLOAD_CONTENT_TYPE
    algorithm: str | None = None
    """None for the leaf key's."""
    salt: int | None = None
    extended: Pairs = field(default_factory=Pairs)
    critical: list[Any] | None = None
    """None for exactly what must be listed, and the extended attributes below."""
    critical_extended: list[Any] = field(default_factory=list)
    payload: bytes | None = None
    """None for the subject's descriptor."""
    policy: bytes | None = None
    """None for the statements' document."""
    with_envelope: bool = True
    media_type: str | None = None
    """The media type declared for the envelope; None for its own."""

    # Changes to parts as they are made, in this order.
    on_chain: Callable[[list[bytes]], list[bytes]] = unchanged
    on_target: Callable[[Pairs], Any] = unchanged
    on_protected: Callable[[Pairs], Any] = unchanged
    on_protected_bytes: Callable[[bytes], bytes] = unchanged
    on_protected_text: Callable[[str], str] = unchanged
    on_payload_text: Callable[[str], str] = unchanged
    on_signature: Callable[[bytes], bytes] = unchanged
    on_signature_text: Callable[[str], str] = unchanged
    on_unprotected: Callable[[Pairs], Any] = unchanged
    on_outer: Callable[[Any], Any] = unchanged
    """JWS: the envelope's members; COSE: its four items."""
    on_envelope: Callable[[bytes], bytes] = unchanged
    on_document: Callable[[Pairs], Any] = unchanged
    on_policy: Callable[[bytes], bytes] = unchanged
    time_text: Callable[[datetime], Any] = rfc3339
    """How JWS writes a time."""
    time_item: Callable[[datetime], Any] = lambda time: Tag(
        1, int((time - EPOCH).total_seconds())
    )
    """How COSE writes a time."""

    @property
    def leaf(self) -> Template:
        """The chain's first certificate."""
        return self.chain[0]

    @property
    def time_name(self) -> str:
        """The header of the scheme's signing time."""
        return SIGNING_TIME if self.scheme == X509 else AUTHENTIC_SIGNING_TIME

    @property
    def store_type(self) -> str:
        """The type of trust store the scheme is looked up in."""
        return "ca" if self.scheme == X509 else "signingAuthority"

    def url(self, name: str, *, status: int = 200) -> str:
        """Return where the answer ``name`` is served, with a status of HTTP."""
        return self.material.services.url(self.identifier, name, status=status)

    def certificate(self, index: int) -> bytes:
        """Return the DER of one certificate of the chain."""
        return self.material.certificates.certificate(self.chain[index])

    def case(self, rule: str) -> Case:
        """Build the case."""
        return Case(
            id=self.identifier,
            rule=rule,
            policy=self._policy(),
            stores=self.stores,
            reference=self.reference,
            subject_media_type=self.subject_media_type,
            subject_digest=self.subject_digest,
            subject_size=self.subject_size,
            media_type=self.format if self.media_type is None else self.media_type,
            envelope=self.on_envelope(self._envelope()) if self.with_envelope else None,
            metadata=self.metadata,
            folder=None if self.folder is None else tuple(self.folder),
            answers=self.answers,
            service=self.material.services.base,
        )

    def _policy(self) -> bytes:
        if self.policy is not None:
            return self.on_policy(self.policy)
        statements = [*self.other_statements, self.statement]
        document = Pairs([("version", "1.0"), ("trustPolicies", statements)])
        changed = self.on_document(document)
        if changed is None:
            changed = document
        return self.on_policy(encoding.json_text(changed).encode())

    def _payload(self) -> bytes:
        if self.payload is not None:
            return self.payload
        target = Pairs(
            [
                ("mediaType", self.subject_media_type),
                ("digest", self.subject_digest),
                ("size", self.subject_size),
            ]
        )
        changed = self.on_target(target)
        if changed is None:
            changed = target
        if not isinstance(changed, bytes):
            changed = encoding.json_text(Pairs([("targetArtifact", changed)])).encode()
        return bytes(changed)

    def _critical(self) -> list[Any]:
        if self.critical is not None:
            return self.critical
        names_ = [SIGNING_SCHEME]
        if self.scheme == SIGNING_AUTHORITY:
            names_.append(AUTHENTIC_SIGNING_TIME)
        if self.expiry is not None:
            names_.append(EXPIRY)
        return [*names_, *self.critical_extended]

    def _envelope(self) -> bytes:
        chain = self.on_chain(
            [self.material.certificates.certificate(each) for each in self.chain]
        )
        algorithm = self.algorithm or ALGORITHM_OF_KEY.get(self.leaf.key.kind, "ES256")
        if self.format == JWS:
            return self._jws(chain, algorithm)
        return self._cose(chain, algorithm)

    def _sign(self, algorithm: str, message: bytes) -> bytes:
        key = self.leaf.key
        return self.on_signature(key.sign_envelope(algorithm, message, salt=self.salt))

    def _protected(self, algorithm: str) -> Pairs:
        jws = self.format == JWS
        time = self.time_text if jws else self.time_item
        header = Pairs(
            [
                ("alg" if jws else 1, algorithm if jws else COSE_ALGORITHMS[algorithm]),
                ("crit" if jws else 2, self._critical()),
                ("cty" if jws else 3, self.content_type),
                (SIGNING_SCHEME, self.scheme),
                (self.time_name, time(self.signing_time)),
            ]
        )
        if self.expiry is not None:
            header.append((EXPIRY, time(self.expiry)))
        header += self.extended
        changed = self.on_protected(header)
        return header if changed is None else changed

    def _jws(self, chain: list[bytes], algorithm: str) -> bytes:
        header = encoding.json_text(self._protected(algorithm)).encode()
        protected = self.on_protected_text(
            encoding.base64_url(self.on_protected_bytes(header))
        )
        payload = self.on_payload_text(encoding.base64_url(self._payload()))
        signature = self._sign(algorithm, f"{protected}.{payload}".encode())
        unprotected = Pairs(
            [
                ("x5c", [encoding.base64_standard(each) for each in chain]),
                ("io.cncf.notary.signingAgent", "differential/1"),
            ]
        )
        changed = self.on_unprotected(unprotected)
        outer = Pairs(
            [
                ("payload", payload),
                ("protected", protected),
                ("header", unprotected if changed is None else changed),
                (
                    "signature",
                    self.on_signature_text(encoding.base64_url(signature)),
                ),
            ]
        )
        changed = self.on_outer(outer)
        return encoding.json_text(outer if changed is None else changed).encode()

    def _cose(self, chain: list[bytes], algorithm: str) -> bytes:
        header = self._protected(algorithm)
        protected = self.on_protected_bytes(encoding.cbor(header))
        payload = self._payload()
        structure = encoding.cbor(["Signature1", protected, b"", payload])
        signature = self._sign(algorithm, structure)
        unprotected = Pairs(
            [(33, chain), ("io.cncf.notary.signingAgent", "differential/1")]
        )
        changed = self.on_unprotected(unprotected)
        outer: Any = [
            protected,
            unprotected if changed is None else changed,
            payload,
            signature,
        ]
        changed = self.on_outer(outer)
        if changed is not None:
            outer = changed
        return (
            bytes(outer) if isinstance(outer, bytes) else b"\xd2" + encoding.cbor(outer)
        )


def digest(data: bytes) -> str:
    """Return an OCI digest."""
    return f"sha256:{sha256(data).hexdigest()}"


def subject_text(name: names.Name) -> str:
    """Return a name as a policy would write it, for names without specials."""
    return ", ".join(
        f"{attribute.type}={attribute.value!s}" for rdn in name for attribute in rdn
    )
