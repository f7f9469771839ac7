"""Trusted identities: what a statement writes, and whether a leaf or an ARN matches.

Spec: trust-store-trust-policy, Trusted Identities.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from notation_verifier.errors import InvalidTrustPolicy
from notation_verifier.names import UnreadableName, parse_name
from notation_verifier.values import dataclass

ANY = "*"
_X509_SUBJECT = "x509.subject"


@dataclass(frozen=True, slots=True)
class AnyIdentity:
    """``*``: whoever the trust store admits."""


@dataclass(frozen=True, slots=True)
class SubjectIdentity:
    """``x509.subject: …``: a leaf whose subject has all these attributes."""

    attributes: Mapping[str, str]

    def matches(self, subject: Mapping[str, str]) -> bool:
        """Return whether a leaf's subject has every attribute, exactly."""
        return self.attributes.items() <= subject.items()


@dataclass(frozen=True, slots=True)
class OtherIdentity:
    """An identity of another kind: AWS Signer's ARNs are, the rest matches nothing."""

    text: str


Identity = AnyIdentity | SubjectIdentity | OtherIdentity


@lru_cache(maxsize=4096)
def parse_identity(text: str) -> Identity:
    """Return what a trusted identity means.

    Remembered by its text: statements are verified against far more often than read.

    Raises:
        InvalidTrustPolicy: empty, without ``:``, or an ``x509.subject`` whose name the
            specification does not allow.
    """
    if text == ANY:
        return AnyIdentity()
    if not text:
        raise InvalidTrustPolicy("an identity is empty")
    prefix, separator, value = text.partition(":")
    if not separator:
        raise InvalidTrustPolicy(
            f"identity {text[:200]!r} has no ':'; write 'x509.subject: C=…, ST=…, O=…',"
            " an AWS Signer ARN, or '*'"
        )
    if prefix != _X509_SUBJECT:
        return OtherIdentity(text)
    try:
        return SubjectIdentity(parse_name(value))  # (D12)
    except UnreadableName as error:
        raise InvalidTrustPolicy(
            f"identity {text[:200]!r} is no usable name: {error}"
        ) from None


def check_identities(identities: Sequence[str]) -> None:
    """Check a statement's identities together.

    Raises:
        InvalidTrustPolicy: one does not parse, ``*`` beside others, or two
            ``x509.subject`` of which one matches whatever the other does.
    """
    if ANY in identities and len(identities) > 1:  # (D11)
        raise InvalidTrustPolicy("'*' stands beside other identities; it must be alone")
    subjects = [
        (text, identity.attributes)
        for text in identities
        if isinstance(identity := parse_identity(text), SubjectIdentity)
    ]
    # One subset check per distinct set of types: linear in practice, never quadratic in
    # identities that differ in their values alone.
    by_attributes = {frozenset(names.items()): text for text, names in subjects}
    if len(by_attributes) != len(subjects):  # (D13)
        raise InvalidTrustPolicy("two x509.subject identities are the same name")
    shapes = {frozenset(names) for _, names in subjects}
    for text, names in subjects:
        for shape in shapes:
            if shape < names.keys():
                general = by_attributes.get(
                    frozenset((name, names[name]) for name in shape)
                )
                if general is not None:  # (D13)
                    raise InvalidTrustPolicy(
                        f"identities overlap: {general[:200]!r} matches whatever"
                        f" {text[:200]!r} does; keep one"
                    )
