"""Distinguished names: of a certificate's subject, and as a trust policy writes them.

The reference turns a leaf's subject into text and reads that text with the parser it
uses for policies. Both ends meet here in one form: attribute type to value.

Spec: trust-store-trust-policy, Trusted Identities Constraints; RFC 4514.
"""

import re
from collections.abc import Mapping

from notation_verifier import _der
from notation_verifier.errors import NotationError

MAX_NAME_LENGTH = 4096
"""Characters of a policy's name, bytes of a certificate's."""

_SHORT_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.17": "POSTALCODE",
}
_MANDATORY = ("C", "ST", "O")
_PRINTABLE = re.compile(rb"[A-Za-z0-9 '()+,\-./:=?*&]*")
_SPECIAL = tuple(bytes((byte,)) for byte in b' "#+,;<=>\\')
_ESCAPED = re.compile(r"[,+\"\\<>;\0]")
_ESCAPE = re.compile(rb"\\([0-9a-fA-F]{2}|.?)", re.DOTALL)
_HEX_DIGITS = 2
# What ends a type or a value, and what escapes the next character.
_DELIMITER = re.compile(r"\\.?|[=,;+]", re.DOTALL)
_GO_SPACE = " \t\n\v\f\r\x85\xa0"


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
    if "\\" not in stripped:
        return stripped
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
    text = text.strip(_GO_SPACE)
    attributes: dict[str, str] = {}
    for kind, value in _pairs(text) if text else ():
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


def _value(tag: int, content: bytes) -> str:
    """Return an attribute's text.

    Raises:
        UnreadableName: neither UTF8String nor PrintableString, or not valid as such.
    """
    if tag == _der.PRINTABLE_STRING and _PRINTABLE.fullmatch(content):
        return content.decode("ascii")
    if tag == _der.UTF8_STRING:
        try:
            return content.decode()
        except UnicodeDecodeError:
            pass
    raise UnreadableName(
        "it has a value that is no valid UTF8String or PrintableString"
    )


def read_name(der: bytes) -> tuple[tuple[str, int, bytes], ...]:
    """Return a DER name as dotted type, string tag and content, in its own order.

    RDNs of several attributes are flattened, as the reference does.

    Raises:
        DerError: not a Name of X.501 in DER.
    """
    element = _der.element
    if len(der) > MAX_NAME_LENGTH:
        raise _der.DerError(f"a name of more than {MAX_NAME_LENGTH} bytes")
    outer = element(der, 0, len(der), _der.SEQUENCE)
    found: list[tuple[str, int, bytes]] = []
    at = outer.content
    while at < outer.end:
        rdn = element(der, at, outer.end, _der.SET)
        at = rdn.content
        while at < rdn.end:
            attribute = element(der, at, rdn.end, _der.SEQUENCE)
            kind = element(
                der, attribute.content, attribute.end, _der.OBJECT_IDENTIFIER
            )
            value = element(der, kind.end, attribute.end)
            if value.end != attribute.end:
                raise _der.DerError("a name's attribute has more than a type and value")
            found.append(
                (
                    _der.object_identifier(der[kind.content : kind.end]),
                    value.tag,
                    der[value.content : value.end],
                )
            )
            at = attribute.end
    return tuple(found)


def subject_attributes(der: bytes) -> Mapping[str, str]:
    """Return a leaf's subject in the form policies are matched against.

    Raises:
        UnreadableName: a type other than C, ST, L, O, OU, CN, STREET, POSTALCODE and
            SERIALNUMBER, a type twice, a value with ``=#``, or no C, ST or O.
    """
    attributes: dict[str, str] = {}
    try:
        entries = read_name(der)
    except _der.DerError as error:
        raise UnreadableName(str(error)) from None
    for oid, tag, content in entries:
        name = _SHORT_NAMES.get(oid)
        if name is None:
            raise UnreadableName(f"it has an attribute of type {oid}")
        if name in attributes:
            raise UnreadableName(f"it has two attributes {name}")
        value = _value(tag, content)
        if "=#" in value:
            raise UnreadableName(f'its attribute {name} holds "=#"')
        attributes[name] = value
    _require_mandatory(attributes)
    return attributes


def name_text(der: bytes) -> str:
    """Return a DER name as RFC 4514 text, for people; never fails.

    What cannot be read as text is shown as its hexadecimal value.
    """
    try:
        entries = read_name(der)
    except _der.DerError:
        return "(a name that cannot be read)"
    parts: list[str] = []
    for oid, tag, content in reversed(entries):
        try:
            value = _escaped(_value(tag, content))
        except UnreadableName:
            value = "#" + content.hex()
        parts.append(f"{_SHORT_NAMES.get(oid, oid)}={value}")
    return ",".join(parts)


def _escaped(value: str) -> str:
    """Return ``value`` with RFC 4514's escapes."""
    text = _ESCAPED.sub(
        lambda match: "\\00" if match.group() == "\0" else "\\" + match.group(), value
    )
    if text.startswith((" ", "#")):
        text = "\\" + text
    if len(text) > 1 and text.endswith(" "):
        text = text[:-1] + "\\ "
    return text
