"""Where we are stricter on purpose: the classes docs/deviations.md lists.

A refusal is put into a class by what we say of the case: a new strictness has a message
of its own, and so belongs to no class until it is given one here and in the document.
Where our message says too little, the rule that the case is about must fit as well.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from notation_verifier.revocation import (
    Cause,
    CertificateRevocation,
    Method,
    RevocationStatus,
)
from tests.differential.ours import Refusal

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "deviations.md"
_LISTED = re.compile(r"^\| `([a-z0-9]+(?:-[a-z0-9]+)*)` \|", re.MULTILINE)


@dataclass(frozen=True)
class _Class:
    id: str
    message: re.Pattern[str]
    rules: frozenset[str]
    """The rules it may come up in; empty for any."""


def _class(id_: str, message: str, *rules: str) -> _Class:
    return _Class(id_, re.compile(message, re.DOTALL), frozenset(rules))


_TIMESTAMP_RULES = (
    "timestamp-bytes",
    "timestamp-elements",
    "timestamp-info",
    "timestamp-attribute",
    "timestamp-stricter-tsa-info",
)

# The first that matches counts.
_CLASSES = (
    _class("name-text", r"^InvalidTrustPolicy: ", "identity-stricter-name-text"),
    _class("critical-attributes", r"^unknown-critical-attribute: "),
    _class("plugins", r"^unknown-plugin: "),
    _class("crit-once", r"crit lists a (name|label) twice"),
    _class("pss-salt", r"^signature-mismatch: ", "signature-pss-salt"),
    _class("future-signing-time", r"^signing-time-in-future: "),
    _class("time-zero", r"io\.cncf\.notary\.expiry \(0001-01-01T00:00:00"),
    _class("time-text", r"is not an RFC 3339 time|has no such offset"),
    _class("cose-other-time", r"COSE: .* must not be present for"),
    _class(
        "cose-time", r"COSE: .* is (not an integer time|no instant of the calendar)"
    ),
    _class("cose-labels", r"COSE: (un)?protected label -?[0-9]+ is not expected"),
    _class("cose-labels", r"COSE: io\.cncf\.notary\.timestampSignature is not bytes"),
    _class("json-names", r"member .* occurs twice|member .* must be written"),
    _class(
        "json-values",
        r"not UTF-8|lone surrogate|more than 19|deeper than 32|written as an escape",
    ),
    _class("json-null", r"io\.cncf\.notary\.[A-Za-z]+ is missing or not text"),
    _class("jws-members", r"JWS: missing or unknown members"),
    _class("base64", r"JWS: (not |base64).*(canonical|base64)"),
    _class("cbor", r"COSE: CBOR (float|tag|label|integer|is nested deeper|container)"),
    _class("sizes", r"the chain has [0-9]+ certificates"),
    _class("any-eku", r"extended key usage holds anyExtendedKeyUsage"),
    _class("ca-keys", r"holds a key that may not issue certificates"),
    _class("sha1", r"algorithm that is not|nor self-signed", "chain-sha1"),
    _class(
        "algorithm-identifiers",
        r"algorithm that is not|nor self-signed|signature_alg",
        "certificate-algorithm-parameters",
        "certificate-two-algorithms",
    ),
    _class(
        "extension-contents", r"extension 2\.5\.29\.(17|30|33) holds what is not read"
    ),
    _class("certificates", r"certificate [0-9]+: (a name|DER)"),
    _class(
        "certificates",
        r"not a version 3 certificate|not a certificate: |is not positive",
    ),
    _class("subject-repeats", r"it has two attributes"),
    _class("subject-types", r"it has an attribute of type"),
    _class("subject-strings", r"it has a value that is no valid|no text that is read"),
    _class("store-names", r"neither '\.' nor '\.\.'"),
    _class("policy-members", r"^InvalidTrustPolicy: .*(unknown member|Extra data)"),
    _class(
        "revocation-pointers",
        r"^needs-revocation-service: ",
        "certificate-known-extension-garbled",
        "mutated-certificate-signed",
    ),
    _class(
        "tsa-encoding",
        r"^timestamp-malformed: .*(bytes too many|parameters with the hash|stands twice"
        r"|DER (tag|length)|integer is too large)",
        *_TIMESTAMP_RULES,
    ),
    _class(
        "tsa-info",
        r"^timestamp-malformed: .*(accuracy is out of range|critical extension"
        r"|time is not written|time is at an end)",
        *_TIMESTAMP_RULES,
    ),
    _class(
        "certificates",
        r"^timestamp-malformed: .*(a name's|string of whole bytes)",
        *_TIMESTAMP_RULES,
    ),
    _class("tsa-constraints", r"^tsa-chain-invalid: .*which is not applied here"),
    _class("tsa-paths", r"^tsa-chain-invalid: ", "timestamp-cross-signed"),
    _class("unanchored-revocation", r"^not-anchored: nothing is asked about"),
    _class("empty-values", r"^InvalidTrustPolicy: .*its attribute [^ ]+ is empty"),
    _class("name-text", r"^InvalidTrustPolicy: .*(escapes nothing|without a type)"),
    _class(
        "pem",
        r"^InvalidTrustStore: .*(PEM block is not a whole CERTIFICATE|base64)",
        "folder-pem-text",
    ),
    _class(
        "store-load",
        r"^InvalidTrustStore: ",
        "folder-absent-store",
        "folder-der-text",
        "folder-empty-file",
        "folder-empty-store",
        "folder-file-is-link",
        "folder-holds-folder",
        "folder-no-anchor",
        "folder-second-store",
        "folder-store-is-file",
        "folder-store-is-link",
        "folder-unreadable",
        "store-empty",
        "store-holds-issued-leaf",
        "store-of-another-type",
        "store-unreadable",
    ),
)


# The class by why an answer was refused; those of CRLs where they differ.
_OCSP_CLASSES = {
    Cause.RESPONDER_NOT_AUTHORISED: "ocsp-responder",
    Cause.OTHER_ISSUER: "ocsp-issuer",
    Cause.MALFORMED: "ocsp-single",
    Cause.CRITICAL_EXTENSION: "ocsp-single",
    Cause.UNSUPPORTED_ALGORITHM: "revocation-algorithms",
    Cause.FROM_THE_FUTURE: "revocation-future",
    Cause.EXPIRED: "refused-revocation",
    Cause.NO_NEXT_UPDATE: "refused-revocation",
    Cause.TOO_MANY_URLS: "revocation-urls",
}
_CRL_CLASSES = {
    Cause.OTHER_ISSUER: "crl-issuer",
    Cause.OUT_OF_SCOPE: "crl-scope",
    Cause.DELTA_MISMATCH: "crl-delta",
    Cause.MALFORMED: "revocation-encoding",
    Cause.CRITICAL_EXTENSION: "crl-entries",
    Cause.UNSUPPORTED_ALGORITHM: "revocation-algorithms",
    Cause.UNSUPPORTED_URL: "revocation-urls",
    Cause.TOO_MANY_URLS: "revocation-urls",
    Cause.FROM_THE_FUTURE: "revocation-future",
    Cause.EXPIRED: "refused-revocation",
    Cause.NO_NEXT_UPDATE: "refused-revocation",
}


def _class_of_revocation(found: CertificateRevocation) -> str | None:
    """Return the class of what was found of the certificate that decided."""
    if not found.attempts:
        return "revocation-pointers"
    for attempt in found.attempts:
        classes_ = _OCSP_CLASSES if attempt.method is Method.OCSP else _CRL_CLASSES
        if attempt.cause in classes_:
            return classes_[attempt.cause]
    last = found.attempts[-1]
    if last.status is not RevocationStatus.REVOKED:
        return None
    return "revoked-for-good" if last.fresh_until is None else "crl-entries"


def class_of(refusal: Refusal, rule: str) -> str | None:
    """Return the class of a refusal in a case about ``rule``; None for none."""
    if refusal.revocation is not None:
        return _class_of_revocation(refusal.revocation)
    text = str(refusal)
    for each in _CLASSES:
        if each.message.search(text) and (not each.rules or rule in each.rules):
            return each.id
    return None


ELSEWHERE = {
    "empty-values": "test_identities.py",
    "crl-in-hand": "test_revocation_crls_in_hand.py",
    "global-skip": "test_blob_trust_policy.py",
    "signer-roots-revocation": "test_signer_revocation.py",
    "store-names": "test_trust_store.py",
    "subject-repeats": "test_identities.py",
    "subject-strings": "test_identities.py",
    "extension-contents": "test_extension_contents.py",
    "json-null": "test_jws.py",
    "payload": "test_verification.py",
    "plugins": "test_signer.py",
    "revocation-age": "test_revocation_ocsp.py",
    "revocation-memory": "test_revocation_memory.py",
    "rsa-exact": "test_formats.py",
    "scope-length": "test_trust_policy.py",
    "self-signed-issuers": "test_chain.py",
    "signer-attributes": "test_signer.py",
    "signer-exact": "test_signer.py",
    "signer-roots": "test_signer.py",
    "subject-types": "test_identities.py",
    "tsa-bounds": "test_timestamp_authority.py",
    "tsa-paths": "test_timestamp_authority.py",
    "tsa-revocation-unknown": "test_timestamp_verification.py",
    "tsa-signers": "test_timestamp_token.py",
}
"""Classes that no run need show, by the file of tests/unit/notation_verifier that does.

They depend on the reference's build or on a service, or are too rare to wait for.
"""


def never_shown(seen: Iterable[str]) -> frozenset[str]:
    """Return what the document lists, no case was, and no other test is about."""
    return listed() - set(ELSEWHERE) - set(seen)


def classes() -> frozenset[str]:
    """Return the ids of all classes a refusal can be put into."""
    answers = (*_OCSP_CLASSES.values(), *_CRL_CLASSES.values())
    named = ("revocation-pointers", "revoked-for-good", *answers)
    return frozenset((*(each.id for each in _CLASSES), *named))


def listed(document: Path = DOCUMENT) -> frozenset[str]:
    """Return the ids in the first column of the document's tables."""
    if not document.exists():
        return frozenset()
    return frozenset(_LISTED.findall(document.read_text(encoding="utf-8")))


def first_class(
    refusals: Iterable[Refusal], rule: str
) -> tuple[str | None, Refusal | None]:
    """Return the first refusal without a class; the first class where all have one."""
    found: tuple[str | None, Refusal | None] = (None, None)
    for refusal in refusals:
        name = class_of(refusal, rule)
        if name is None:
            return None, refusal
        if found[0] is None:
            found = name, refusal
    return found
