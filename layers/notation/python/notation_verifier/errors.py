"""What can be wrong with the bytes a verifier is given.

One family: whatever a caller passes in, ``verify`` and the parsers of this package end
in a value or in a :class:`NotationError`; nothing else escapes.
"""


class NotationError(Exception):
    """Bytes that are not what they claim to be; ``str()`` says what, where and why."""


class MalformedEnvelope(NotationError):  # noqa: N818 - named by what is wrong
    """A signature envelope that is not a JWS or COSE envelope of the Notary Project."""


class UnsupportedEnvelope(NotationError):  # noqa: N818
    """An envelope media type, signing scheme or algorithm outside the specification."""


class InvalidTrustPolicy(NotationError):  # noqa: N818
    """A trust policy document or statement that ``notation`` would refuse."""


class InvalidTrustStore(NotationError):  # noqa: N818
    """A trust store whose certificates cannot serve as anchors."""


class InvalidCertificate(NotationError):  # noqa: N818
    """Bytes that are not an X.509 certificate a chain or a trust store may hold."""
