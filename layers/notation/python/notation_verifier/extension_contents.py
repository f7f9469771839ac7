"""What no check evaluates inside extensions: alternative names, constraints, policies.

The specification says not to evaluate them. The reference's reader of certificates
refuses some of their contents all the same, and with them the certificate: whatever it
may refuse is refused here. docs/deviations.md, ``extension-contents``.
"""

import re
from collections.abc import Iterable
from ipaddress import ip_address

from cryptography import x509

from notation_verifier import _der
from notation_verifier.errors import InvalidCertificate

_LABEL = r"[A-Za-z0-9_-]{1,63}"
# Few certificates have such names: ``re`` compiles these when they are first matched.
_DOMAIN = rf"\.?{_LABEL}(?:\.{_LABEL})*|"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAILBOX = rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*"
# A scheme, an authority of host and port where there is one, and after it what may
# stand unescaped or as two hexadecimal digits.
_URI = (
    r"[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://(?:{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{0,5}})?)?(?=[/?#]|\Z))?"
    r"(?!//)(?:[A-Za-z0-9._~!$&'()*+,;=:@/?#-]|%[0-9A-Fa-f]{2})*"
)
_POLICY_MAPPINGS = x509.ObjectIdentifier("2.5.29.33")


def check_contents(extension: x509.Extension[x509.ExtensionType]) -> None:
    """Refuse an extension with contents that the reference's reader may refuse.

    Raises:
        InvalidCertificate: names the extension.
    """
    usable = True
    match extension.value:
        case x509.SubjectAlternativeName() as names:
            usable = all(map(_usable_name, names))
        case x509.NameConstraints() as constraints:
            usable = all(
                _usable_constraint(name)
                for names in (
                    constraints.permitted_subtrees,
                    constraints.excluded_subtrees,
                )
                for name in names or ()
            )
        case x509.CertificatePolicies() as policies:
            usable = _all_different(each.policy_identifier for each in policies)
        case x509.UnrecognizedExtension() as unknown:
            usable = unknown.oid != _POLICY_MAPPINGS or _are_mappings(unknown.value)
        case _:
            pass
    if not usable:
        raise InvalidCertificate(
            f"extension {extension.oid.dotted_string} holds what is not read"
        )


def _usable_name(name: x509.GeneralName) -> bool:
    value = name.value
    if isinstance(name, x509.UniformResourceIdentifier):
        return re.fullmatch(_URI, name.value, re.ASCII) is not None
    if isinstance(name, x509.DNSName | x509.RFC822Name):
        return isinstance(value, str) and value.isascii()
    return True


def _usable_constraint(name: x509.GeneralName) -> bool:
    if isinstance(name, x509.DNSName):
        return re.fullmatch(_DOMAIN, name.value, re.ASCII) is not None
    if isinstance(name, x509.RFC822Name):
        pattern = _MAILBOX if "@" in name.value else _DOMAIN
        return re.fullmatch(pattern, name.value, re.ASCII) is not None
    if isinstance(name, x509.UniformResourceIdentifier):
        return re.fullmatch(
            _DOMAIN, name.value, re.ASCII
        ) is not None and not _is_address(name.value)
    return True


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _are_mappings(der: bytes) -> bool:
    """Return whether bytes are a SEQUENCE of pairs of OIDs, in DER."""
    span = _der.span
    try:
        at, end = span(der, 0, len(der), _der.SEQUENCE)
        while at < end:
            first, at = span(der, at, end, _der.SEQUENCE)
            _, second = span(der, first, at, _der.OBJECT_IDENTIFIER)
            if span(der, second, at, _der.OBJECT_IDENTIFIER)[1] != at:
                return False
    except _der.DerError:
        return False
    return end == len(der)


def _all_different(values: Iterable[object]) -> bool:
    found = list(values)
    return len(set(found)) == len(found)
