"""Distinguished names: of a certificate's subject, and as a trust policy writes them.

The reference turns a leaf's subject into text and reads that text with the parser it
uses for policies. Both ends meet here in one form: attribute type to value.

Spec: trust-store-trust-policy, Trusted Identities Constraints; RFC 4514.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from notation_verifier import _der
from notation_verifier.errors import NotationError

MAX_NAME_LENGTH = 4096
"""Characters of a policy's name, bytes of a certificate's."""

# The attribute types that the reference writes by name, by the bytes of their OID.
_SHORT_NAMES = {
    bytes((0x55, 0x04, last)): name
    for last, name in (
        (3, "CN"),
        (5, "SERIALNUMBER"),
        (6, "C"),
        (7, "L"),
        (8, "ST"),
        (9, "STREET"),
        (10, "O"),
        (11, "OU"),
        (17, "POSTALCODE"),
    )
}
_MATCHABLE = frozenset(_SHORT_NAMES.values())
_MANDATORY = ("C", "ST", "O")
# "*" and "&" are no PrintableString, but common in one; the reference takes them.
_CHARACTERS = {
    _der.PRINTABLE_STRING: re.compile(rb"[A-Za-z0-9 '()+,\-./:=?*&]*"),
    _der.NUMERIC_STRING: re.compile(rb"[0-9 ]*"),
    _der.IA5_STRING: re.compile(rb"[\x00-\x7f]*"),
}
# Of an attribute in its RDN: tags, lengths and type; and a value's length so that every
# length fits in seven bits.
_SHORTEST, _LONGEST = 11, 118
_PLAIN = re.compile(r"[A-Za-z0-9.'-][A-Za-z0-9.' -]*(?<! )", re.ASCII)
_SPECIAL = tuple(bytes((byte,)) for byte in b' "#+,;<=>\\')
_NO_CHARACTER = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_ESCAPED = re.compile(r"[,+\"\\<>;\0]")
_ESCAPE = re.compile(rb"\\([0-9a-fA-F]{2}|.?)", re.DOTALL)
_HEX_DIGITS = 2
# What ends a type or a value, and what escapes the next character.
_DELIMITER = re.compile(r"\\.?|[=,;+]", re.DOTALL)


class UnreadableName(NotationError):  # noqa: N818 - named by what is wrong
    """A distinguished name that cannot be matched; says why."""


def _unescaped(match: re.Match[bytes]) -> bytes:
    escaped = match.group(1)
    if len(escaped) == _HEX_DIGITS:
        return bytes((int(escaped, 16),))
    if escaped not in _SPECIAL:
        raise UnreadableName("a backslash escapes nothing that may be escaped")
    return escaped


def _decoded(text: str) -> str:
    """Return an attribute type or value without its escapes.

    Raises:
        UnreadableName: a backslash before neither a special character nor two hex
            digits, or text that is not UTF-8.
    """
    stripped = text.strip(" ")
    if stripped.endswith("\\") and text.endswith(" "):
        # The last space may be an escaped one; a backslash that is itself escaped
        # makes it a plain one, which the loop below then keeps, as the reference does.
        stripped += " "
    try:
        return _ESCAPE.sub(_unescaped, stripped.encode()).decode()
    except UnicodeError:
        raise UnreadableName("its escaped bytes are not UTF-8") from None


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return the types and values of a name, one attribute to each RDN.

    Raises:
        UnreadableName: an attribute without type, several in one RDN, or a bad escape.
    """
    found: list[tuple[str, str]] = []
    kind: str | None = None
    start = 0
    for match in _DELIMITER.finditer(text):
        delimiter = match.group()
        if delimiter == "=" and kind is None:
            kind = _decoded(text[start : match.start()])
            start = match.end()
        elif delimiter in (",", ";", "+"):
            if not kind:
                raise UnreadableName("it has an attribute without a type")
            if delimiter == "+":
                raise UnreadableName("it has an RDN of several attributes")
            found.append((kind, _decoded(text[start : match.start()])))
            kind = None
            start = match.end()
    if not kind:
        raise UnreadableName("it has an attribute without a type")
    found.append((kind, _decoded(text[start:])))
    return found


def parse_name(text: str) -> Mapping[str, str]:
    """Return a name in RFC 4514 text as attribute types to values; ``S`` is ``ST``.

    Takes time linear in the text.

    Raises:
        UnreadableName: empty, holds ``=#``, an RDN of several attributes, a type
            twice, an empty value, or lacks one of C, ST and O.
    """
    if len(text) > MAX_NAME_LENGTH:
        raise UnreadableName(f"it is longer than {MAX_NAME_LENGTH} characters")
    if "=#" in text:
        raise UnreadableName('it holds "=#", which is never decoded')
    attributes: dict[str, str] = {}
    for kind, value in _pairs(text) if text.strip() else ():
        name = "ST" if kind == "S" else kind
        if name in attributes:
            raise UnreadableName(f"it has two attributes {name}")
        if not value:
            raise UnreadableName(f"its attribute {name} is empty")
        attributes[name] = value
    _require_mandatory(attributes)
    return attributes


def _require_mandatory(attributes: Mapping[str, str]) -> None:
    for name in _MANDATORY:
        if not attributes.get(name):
            raise UnreadableName(
                f"it has no {name}; C, ST and O are needed to match an identity"
            )


class Attribute(NamedTuple):
    """One attribute of a certificate's name."""

    type: str
    """``CN``, ``O`` and so on; dotted where it is none of those nine."""
    value: str | None
    """None for T61String and BMPString, which are not read as text."""
    content: bytes


def _value(tag: int, content: bytes) -> str | None:
    """Return an attribute's text, or None for T61String and BMPString.

    Raises:
        DerError: the content is not of its kind, or the kind is none of six.
    """
    valid = _CHARACTERS.get(tag)
    if valid is not None:
        if not valid.fullmatch(content):
            raise _der.DerError("a name's value has characters its type does not have")
        return content.decode("ascii")
    if tag == _der.T61_STRING:
        return None
    if tag == _der.BMP_STRING:
        if not _is_basic_plane(content):
            raise _der.DerError("a name's BMPString is none")
        return None
    if tag != _der.UTF8_STRING:
        raise _der.DerError(f"a name's value has tag {tag}, which is no string")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _der.DerError("a name's value is not UTF-8") from None


def _is_basic_plane(content: bytes) -> bool:
    """Return whether bytes are UCS-2 without surrogates and what is no character."""
    try:
        text = content.decode("utf-16-be")
    except UnicodeDecodeError:
        return False
    return len(text) * 2 == len(content) and not _NO_CHARACTER.search(text)


def read_name(der: bytes) -> tuple[Attribute, ...]:
    """Return a DER name's attributes in its own order.

    RDNs of several attributes are flattened, as the reference does.

    Raises:
        DerError: not a Name of X.501 in DER.
    """
    span = _der.span
    if len(der) > MAX_NAME_LENGTH:
        raise _der.DerError(f"a name of more than {MAX_NAME_LENGTH} bytes")
    at, end = span(der, 0, len(der), _der.SEQUENCE)
    found: list[Attribute] = []
    while at < end:
        # The common shape, one attribute with a type of three bytes and all lengths in
        # one byte, is cut out at once; whatever differs goes the long way below.
        if end - at >= _SHORTEST and der.startswith(b"\x06\x03", at + 4):
            size = der[at + 10]
            value_end = at + _SHORTEST + size
            if (
                value_end <= end
                and size < _LONGEST
                and der[at : at + 4] == bytes((0x31, size + 9, 0x30, size + 7))
            ):
                oid, value = der[at + 6 : at + 9], der[at + _SHORTEST : value_end]
                name = _SHORT_NAMES.get(oid) or _der.object_identifier(oid)
                found.append(Attribute(name, _value(der[at + 9], value), value))
                at = value_end
                continue
        at, rdn_end = span(der, at, end, _der.SET)
        while at < rdn_end:
            kind, attribute_end = span(der, at, rdn_end, _der.SEQUENCE)
            kind, kind_end = span(der, kind, attribute_end, _der.OBJECT_IDENTIFIER)
            if kind_end >= attribute_end:
                raise _der.DerError("a name's attribute has no value")
            tag = der[kind_end]
            content, at = span(der, kind_end, attribute_end, tag)
            if at != attribute_end:
                raise _der.DerError("a name's attribute has more than a type and value")
            oid = der[kind:kind_end]
            name = _SHORT_NAMES.get(oid) or _der.object_identifier(oid)
            value = der[content:at]
            found.append(Attribute(name, _value(tag, value), value))
    return tuple(found)


def subject_attributes(name: Iterable[Attribute]) -> Mapping[str, str]:
    """Return a leaf's subject in the form policies are matched against.

    Raises:
        UnreadableName: a type other than C, ST, L, O, OU, CN, STREET, POSTALCODE and
            SERIALNUMBER, a type twice, a value with ``=#``, or no C, ST or O.
    """
    attributes: dict[str, str] = {}
    for kind, value, _ in name:
        if kind not in _MATCHABLE:
            raise UnreadableName(f"it has an attribute of type {kind}")
        if kind in attributes:
            raise UnreadableName(f"it has two attributes {kind}")
        if value is None:
            raise UnreadableName(f"its attribute {kind} is no text that is read")
        if "=#" in value:
            raise UnreadableName(f'its attribute {kind} holds "=#"')
        attributes[kind] = value
    _require_mandatory(attributes)
    return attributes


def name_text(name: Sequence[Attribute]) -> str:
    """Return a name as RFC 4514 text, for people.

    What is not read as text is shown as its hexadecimal value.
    """
    return ",".join(
        [
            f"{kind}={'#' + content.hex() if value is None else _escaped(value)}"
            for kind, value, content in reversed(name)
        ]
    )


def _escaped(value: str) -> str:
    """Return ``value`` with RFC 4514's escapes."""
    if _PLAIN.fullmatch(value):
        return value
    text = _ESCAPED.sub(
        lambda match: "\\00" if match.group() == "\0" else "\\" + match.group(), value
    )
    if text.startswith((" ", "#")):
        text = "\\" + text
    if len(text) > 1 and text.endswith(" "):
        text = text[:-1] + "\\ "
    return text
