"""Distinguished names in DER: any attribute, any string type, any grouping."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.differential import der

TYPES = {
    "CN": "2.5.4.3",
    "SERIALNUMBER": "2.5.4.5",
    "C": "2.5.4.6",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "STREET": "2.5.4.9",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "TITLE": "2.5.4.12",
    "POSTALCODE": "2.5.4.17",
    "GIVENNAME": "2.5.4.42",
    "EMAIL": "1.2.840.113549.1.9.1",
    "UID": "0.9.2342.19200300.100.1.1",
    "DC": "0.9.2342.19200300.100.1.25",
    "PRIVATE": "1.3.6.1.4.1.55555.1",
}


@dataclass(frozen=True)
class Attribute:
    """One attribute of a name, with the string type it is written in."""

    type: str
    """A key of ``TYPES``."""
    value: str | bytes
    tag: int = der.UTF8_STRING

    def encoded(self) -> bytes:
        """Return the AttributeTypeAndValue."""
        value = self.value
        if isinstance(value, str):
            value = value.encode("utf-16-be" if self.tag == der.BMP_STRING else "utf-8")
        return der.sequence(der.oid(TYPES[self.type]), der.tlv(self.tag, value))


Name = tuple[tuple[Attribute, ...], ...]
"""RDNs in order; each of one attribute or more."""


def name(*attributes: Attribute) -> Name:
    """Return a name with one RDN for each attribute."""
    return tuple((attribute,) for attribute in attributes)


def plain(common_name: str, *, organization: str = "Acme") -> Name:
    """Return the name the good cases use."""
    return name(
        Attribute("C", "US", der.PRINTABLE_STRING),
        Attribute("ST", "WA"),
        Attribute("L", "Seattle"),
        Attribute("O", organization),
        Attribute("CN", common_name),
    )


def encoded(rdns: Sequence[Sequence[Attribute]]) -> bytes:
    """Return the Name, DER."""
    return der.sequence(
        *(der.set_of(*(each.encoded() for each in rdn)) for rdn in rdns)
    )
