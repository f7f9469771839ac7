"""Reading the certificates of an envelope's chain, none of them twice.

Spec: signature-specification, Certificate Chain.
"""

from collections.abc import Mapping, Sequence

from notation_verifier._strict import base64_standard
from notation_verifier.certificate import Certificate, read_certificate
from notation_verifier.chain import MAX_CHAIN_LENGTH
from notation_verifier.errors import InvalidCertificate, MalformedEnvelope
from notation_verifier.seen_chains import SeenChains
from notation_verifier.values import dataclass


@dataclass(frozen=True, slots=True)
class ChainReader:
    """Reads chains; knows what was read before, which changes nothing that it says."""

    known: Mapping[bytes, Certificate]
    """Certificates by their bytes: an anchor is not read twice."""
    seen: SeenChains | None = None
    """Whole chains."""

    def read_base64(self, texts: Sequence[str]) -> tuple[Certificate, ...]:
        """Return the certificates that ``texts`` are the base64 of, leaf first.

        Raises:
            StrictError: one is not canonical standard base64.
            MalformedEnvelope: as ``read``.
        """
        ders = self.seen.decoded(tuple(texts)) if self.seen is not None else None
        return self.read(ders or [base64_standard(text) for text in texts])

    def read(self, ders: Sequence[bytes]) -> tuple[Certificate, ...]:
        """Return the certificates of a chain, leaf first as sent.

        Raises:
            MalformedEnvelope: none, more than ``MAX_CHAIN_LENGTH``, or one is none.
        """
        if not 1 <= len(ders) <= MAX_CHAIN_LENGTH:  # (E10)
            raise MalformedEnvelope(
                f"the chain has {len(ders)} certificates; 1 to {MAX_CHAIN_LENGTH} are"
                " read"
            )
        if self.seen is not None:
            found = self.seen.find(tuple(ders))
            if found is not None:
                return found
        chain: list[Certificate] = []
        # From the root: an issuer's name is the next certificate's subject, read there.
        names_read: set[bytes] = set()
        for index in reversed(range(len(ders))):
            der = ders[index]
            try:
                certificate = self.known.get(der) or read_certificate(
                    der, names_read=names_read
                )
            except InvalidCertificate as error:
                raise MalformedEnvelope(f"certificate {index}: {error}") from None
            names_read.add(certificate.subject)
            chain.append(certificate)
        return tuple(reversed(chain))
