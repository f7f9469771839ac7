"""What is fuzzed: bytes in, whether they were accepted out.

The errors that a function documents are caught here, each by its name, and must say
something that can be written anywhere. Any other exception is a finding.
"""

import hashlib
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

from notation_verifier import (
    COSE_MEDIA_TYPE,
    JWS_MEDIA_TYPE,
    BlobTrustPolicyDocument,
    Conclusion,
    Descriptor,
    InvalidCertificate,
    InvalidTrustPolicy,
    InvalidTrustStore,
    NotationError,
    Passed,
    TrustPolicyDocument,
    TrustStoreName,
    TrustStores,
    TrustStoreType,
    check_registry_scope,
    parse_statement,
    verify,
)
from notation_verifier.certificate import read_certificate
from notation_verifier.explanation import Explanation
from notation_verifier.names import UnreadableName, parse_name
from notation_verifier.payload import PayloadError, read_payload
from notation_verifier.revocation import (
    RevocationStatus,
    check_revocation,
    outcome,  # noqa: F401 - verify imports it late, when nothing is instrumented
)
from notation_verifier.revocation.pointers import identity, is_http
from notation_verifier.timestamp import check_timestamp
from sealward.events import MalformedEvent, look_again, parse_events
from sealward.policy.bundle import InvalidBundle, load_bundle
from sealward.policy.compile import Settings, compile_bundle, read_trust_policy
from sealward.policy.problems import Problem
from sealward.policy.scopes import InvalidScope, parse_repository, parse_scope
from sealward.subjects import SignatureManifest, classify
from tests.fuzz import material

ACCOUNT, REGION = "123456789012", "us-east-1"
STATEMENT: Final = parse_statement(
    {
        "name": "fuzzed",
        "registryScopes": ["*"],
        "signatureVerification": {"level": "strict"},
        "trustStores": ["ca:acme", "signingAuthority:acme", "tsa:clock"],
        "trustedIdentities": [
            "x509.subject: C=US, ST=WA, O=acme",
            material.PROFILE,
        ],
    }
)
SUBJECT: Final = Descriptor(
    media_type="application/vnd.oci.image.manifest.v1+json",
    digest="sha256:" + hashlib.sha256(material.IMAGE).hexdigest(),
    size=len(material.IMAGE),
)
STORES: Final = TrustStores(
    {
        TrustStoreName.parse("ca:acme"): [material.ders("envelope")[-1]],
        TrustStoreName.parse("signingAuthority:acme"): [
            material.ders("envelope")[-1],
            material.ders("signer")[-1],
        ],
        TrustStoreName.parse("tsa:clock"): [material.ders("tsa")[-1]],
    }
)
SIGNER_ROOTS: Final = frozenset(
    {hashlib.sha256(material.ders("signer")[-1]).hexdigest()}
)
MANIFEST_TYPES: Final = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
)


def _says(error: Exception) -> bool:
    """Return False, for a refusal that says what is wrong, in text."""
    text = str(error)
    assert text
    text.encode()
    return False


def _explained(problem: Problem) -> bool:
    assert problem.message
    assert problem.remedy
    return True


def _judge(envelope: bytes, media_type: str) -> bool:
    def fetch(url: str, *, body: bytes | None = None) -> bytes:
        assert is_http(url)
        return body or envelope[:300]  # any bytes as an answer

    try:
        found = verify(
            envelope=envelope,
            media_type=media_type,
            subject=SUBJECT,
            statement=STATEMENT,
            trust_stores=STORES,
            signer_roots=SIGNER_ROOTS,
            fetch=fetch,
            now=material.NOW,
        )
    except NotationError as error:
        return _says(error)
    explained = Explanation(
        verification=found, statement=STATEMENT, subject=SUBJECT, at=material.NOW
    )
    for text in [*explained.as_lines(), explained.sentence]:
        assert text.isascii()
    json.dumps(explained.as_json(), allow_nan=False).encode()
    return found.conclusion() is Conclusion.SATISFIED


def jws(data: bytes) -> bool:
    """Verify a JWS envelope."""
    return _judge(data, JWS_MEDIA_TYPE)


def cose(data: bytes) -> bool:
    """Verify a COSE envelope."""
    return _judge(data, COSE_MEDIA_TYPE)


def jws_parts(data: bytes) -> bool:
    """Verify a JWS of a protected header, zero, payload: base64 hides both above."""
    protected, _, payload = data.partition(b"\0")
    envelope = {
        "payload": urlsafe_b64encode(payload).rstrip(b"=").decode(),
        "protected": urlsafe_b64encode(protected).rstrip(b"=").decode(),
        "header": {
            "x5c": [b64encode(der).decode() for der in material.ders("envelope")],
        },
        "signature": "A" * 86,
    }
    return jws(json.dumps(envelope).encode())


def certificate(data: bytes) -> bool:
    """Read a certificate; as a leaf of an envelope, and as a trust store's file."""
    try:
        read = read_certificate(data)
    except InvalidCertificate as error:
        _says(error)
    else:
        assert identity(read).name == read.subject
        envelope = json.loads(material.seeds("jws")["good-timestamped"])
        root = material.ders("envelope")[-1]
        envelope["header"]["x5c"] = [b64encode(der).decode() for der in (data, root)]
        jws(json.dumps(envelope).encode())
    try:
        TrustStores({TrustStoreName.parse("ca:any"): [data]})
    except InvalidTrustStore as error:
        return _says(error)
    return True


def timestamp(data: bytes) -> bool:
    """Check a timestamp token."""
    roots = STORES[TrustStoreName.parse("tsa:clock")]
    found, _ = check_timestamp(
        data,
        material.MESSAGE,
        material.chain("envelope"),
        roots,
        now=material.NOW,
        fetch=None,
        settings=None,
    )
    assert found.detail
    return isinstance(found, Passed)


def _revocation(chain: str, data: bytes) -> bool:
    def fetch(url: str, *, body: bytes | None = None) -> bytes:
        del body
        assert is_http(url)
        return data

    found = check_revocation(material.chain(chain), fetch=fetch, now=material.NOW)
    return found.status is RevocationStatus.GOOD


def ocsp(data: bytes) -> bool:
    """Ask after a chain; ``data`` is the responder's answer."""
    return _revocation("ocsp", data)


def crl(data: bytes) -> bool:
    """Ask after a chain; ``data`` is the CRL, and the delta CRL it names."""
    return _revocation("crl", data)


def trust_policy(data: bytes) -> bool:
    """Read a trust policy document, as the verifier does and as the gate does."""
    try:
        source = read_trust_policy(data)
        compile_bundle(source, {"ca:acme": [material.ders("envelope")[-1]]}, Settings())
    except InvalidBundle as error:
        _says(error)
    try:
        TrustPolicyDocument.parse(data)
    except InvalidTrustPolicy as error:
        return _says(error)
    return True


def blob_policy(data: bytes) -> bool:
    """Read a trust policy document for blobs."""
    try:
        BlobTrustPolicyDocument.parse(data)
    except InvalidTrustPolicy as error:
        return _says(error)
    return True


def trust_store(data: bytes) -> bool:
    """Read a file of a trust store, for each type of store."""
    read = False
    for type_ in TrustStoreType:
        name = TrustStoreName(type_, "any")
        try:
            held = TrustStores({name: [data]})[name]
        except InvalidTrustStore as error:
            _says(error)
            continue
        assert held
        read = True
    return read


def payload(data: bytes) -> bool:
    """Read what a signature signs: a descriptor, and the user metadata beside it."""
    try:
        found = read_payload(data)
    except PayloadError as error:
        return _says(error)
    for name, value in found.annotations.items():
        f"{name}{value}".encode()
    return True


def statement(data: bytes) -> bool:
    """Read one statement of a trust policy, of any JSON."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return False
    try:
        parse_statement(value)
    except InvalidTrustPolicy as error:
        return _says(error)
    return True


def scope(data: bytes) -> bool:
    """Read a registry scope, as Notation has them and as the gate has them."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        parse_repository(text)
    except InvalidScope as error:
        _says(error)
    try:
        check_registry_scope(text)
    except InvalidTrustPolicy as error:
        _says(error)
    try:
        parse_scope(text)
    except InvalidScope as error:
        return _says(error)
    return True


def name(data: bytes) -> bool:
    """Read a distinguished name as a trusted identity writes it."""
    try:
        parse_name(data.decode("utf-8", "surrogateescape"))
    except UnreadableName as error:
        return _says(error)
    return True


def manifest(data: bytes) -> bool:
    """Say what a manifest is, whatever type the registry declares."""
    found = [classify(data, media_type) for media_type in MANIFEST_TYPES]
    return any(isinstance(each, SignatureManifest) for each in found)


def bundle(data: bytes) -> bool:
    """Load a policy bundle."""
    try:
        load_bundle(data)
    except InvalidBundle as error:
        return all(map(_explained, error.problems)) and _says(error)
    return True


def event(data: bytes) -> bool:
    """Read an event of any JSON; what it hints at can be asked for again."""
    try:
        payload: Any = json.loads(data)
    except (ValueError, RecursionError):
        return False
    try:
        hints = parse_events(payload, account=ACCOUNT, region=REGION)
    except MalformedEvent as error:
        return _says(error)
    for hint in hints:
        again = parse_events(look_again(hint), account=ACCOUNT, region=REGION)
        assert again == (hint,)
    return bool(hints)


TARGETS: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "jws": jws,
    "jws-parts": jws_parts,
    "cose": cose,
    "certificate": certificate,
    "timestamp": timestamp,
    "ocsp": ocsp,
    "crl": crl,
    "trust-policy": trust_policy,
    "blob-policy": blob_policy,
    "trust-store": trust_store,
    "payload": payload,
    "statement": statement,
    "scope": scope,
    "name": name,
    "manifest": manifest,
    "bundle": bundle,
    "event": event,
}
