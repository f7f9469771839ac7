"""The reference's own error classes that a verification can come to.

Types of notation-go 1.3.2, notation-core-go 1.3.0 and tspclient-go, written as
``package.Type``. A full run sees each. Not here, as no verification of an envelope can
come to them:

- ``notation.PushSignatureFailedError``, ``SignatureRetrievalFailedError``,
  ``VerificationFailedError``: of the loop over a registry, around the verifier;
- ``signature.InvalidSignRequestError``, ``TimestampError``,
  ``tspclient.InvalidResponseError``, ``MalformedRequestError``,
  ``pki.FailureInfoError``: of signing;
- ``signature.InvalidArgumentError``, ``SignatureEnvelopeNotFoundError``,
  ``SignatureNotFoundError``, ``DuplicateKeyError``, ``UnsupportedSignatureAlgoError``,
  ``result.InvalidChainError``, ``ocsp.NoServerError``: behind an earlier check of the
  verifier, which says so in another class;
- ``ocsp.TimeoutError``: nothing here makes anybody wait;
- ``plugin.*``, ``proto.RequestError``: no plugin is installed here.
"""

import re
from collections.abc import Iterable

# Wrapped as text, so that only their words are left.
_WORDS = {
    "signature.UnsupportedSignatureFormatError": re.compile(
        "signature envelope format with media type .* is not supported"
    ),
    "signature.UnsupportedSigningKeyError": re.compile(
        "(rsa|ecdsa) key size [0-9]+ bits is not supported|unsupported public key type"
    ),
}

POSSIBLE = frozenset(
    (
        *_WORDS,
        "cms.SyntaxError",
        "cms.VerificationError",
        "notation.NoApplicableTrustPolicyError",
        "notation.UserMetadataVerificationFailedError",
        "notation.VerificationInconclusiveError",
        "ocsp.GenericError",
        "ocsp.RevokedError",
        "ocsp.UnknownStatusError",
        "signature.InvalidSignatureError",
        "signature.SignatureAuthenticityError",
        "signature.SignatureIntegrityError",
        "truststore.CertificateError",
        "truststore.TrustStoreError",
        "tspclient.SignedTokenVerificationError",
        "tspclient.TSTInfoError",
    )
)


def in_words(texts: Iterable[str]) -> set[str]:
    """Return the classes that these texts of the reference's come from."""
    said = list(texts)
    return {
        name
        for name, words in _WORDS.items()
        if any(words.search(text) for text in said)
    }
