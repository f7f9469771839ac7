"""What a policy says of revocation: whom to ask, how old an answer may be. Pure."""

import base64
import binascii
import ipaddress
import re
from datetime import timedelta
from typing import Any, Final

from notation_verifier.signer import SignerReach
from notation_verifier.values import dataclass
from sealward.policy.document import Fields, duration, pointer, shown
from sealward.policy.problems import Problems

_PORT: Final = r"[1-9][0-9]{0,4}"
_MOST_PORT: Final = 65_535
_LABEL: Final = r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?"
_NAME: Final = rf"{_LABEL}(?:\.{_LABEL})*"
"""As ``_PORT`` compiled when first matched: few policies name hosts."""
_NAME_CHARACTERS: Final = 253
_MOST_CRLS: Final = 64
_DURATION: Final = 'write a whole number and s, m, h or d, as in "7d"'
_HOST: Final = 'write host and port, as in "crl.corp.example:80"'
_CRL: Final = "write a CRL's DER bytes in base64; sealward policy compile --crl does"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPort:
    """A host and a port: whom a question goes to."""

    host: str
    """Lower case: a name, or an IP address in its shortest spelling, no brackets."""
    port: int

    def __str__(self) -> str:
        """Return it as URLs write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> "HostPort":
        """Return what ``text`` writes: ``crl.corp.example:80``, ``[fd00::1]:80``.

        Raises:
            ValueError: it writes no host with a port.
        """
        host, colon, port = text.lower().rpartition(":")
        if not colon or not re.fullmatch(_PORT, port) or int(port) > _MOST_PORT:
            raise ValueError(f"{shown(text)} names no port")
        bracketed = host.startswith("[") and host.endswith("]")
        try:
            address = ipaddress.ip_address(host[1:-1] if bracketed else host)
        except ValueError:
            if (
                bracketed
                or len(host) > _NAME_CHARACTERS
                or not re.fullmatch(_NAME, host)
            ):
                raise ValueError(f"{shown(text)} names no host") from None
        else:
            if bracketed != (address.version == 6):  # noqa: PLR2004 - IPv6
                raise ValueError(f"{shown(text)}: IPv6 addresses stand in brackets")
            host = str(address)
        return cls(host=host, port=int(port))


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationPolicy:
    """How revocation is found out for a policy's images."""

    hosts: frozenset[HostPort] = frozenset()
    """May be asked though private, or at another port than 80."""
    max_age: timedelta | None = None
    """How old an answer may be, whatever its nextUpdate; None leaves that alone."""
    requires_information: bool = False
    """Whether a certificate that names no source fails."""
    crls: tuple[bytes, ...] = ()
    """In DER: used instead of fetching one, until their nextUpdate."""
    signer: SignerReach = SignerReach.EFFECTIVE
    """Which of AWS Signer's revocations count."""


NOTHING_SAID: Final = RevocationPolicy()
"""What holds where a policy does not speak of revocation."""


def read_revocation(
    value: dict[str, Any] | None, where: str, problems: Problems
) -> RevocationPolicy:
    """Return what a policy's ``revocation`` writes; report what is wrong with it."""
    if value is None:
        return NOTHING_SAID
    fields = Fields(value, where, problems)
    hosts = _hosts(
        fields.take("hosts", list, f"write a list: {_HOST}"), f"{where}/hosts", problems
    )
    max_age = fields.parsed("maxAge", duration, None, _DURATION)
    if max_age is not None and not max_age:
        problems.add(f"{where}/maxAge", "no time at all", "write at least 1s")
    without = fields.parsed(
        "withoutInformation", _word, "accept", 'write "accept" or "refuse"'
    )
    crls = _crls(
        fields.take("crls", list, f"write a list: {_CRL}"), f"{where}/crls", problems
    )
    signer = fields.parsed(
        "signer", _reach, SignerReach.EFFECTIVE, 'write "effective" or "all"'
    )
    fields.end()
    return RevocationPolicy(
        hosts=hosts,
        max_age=max_age,
        requires_information=without == "refuse",
        crls=crls,
        signer=signer,
    )


def _reach(text: str) -> SignerReach:
    try:
        return SignerReach(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is neither") from None


def _word(text: str) -> str:
    if text not in ("accept", "refuse"):
        raise ValueError(f"{shown(text)} is neither")
    return text


def _hosts(
    values: list[Any] | None, where: str, problems: Problems
) -> frozenset[HostPort]:
    hosts = set()
    for index, text in enumerate(values or ()):
        try:
            if not isinstance(text, str):
                raise ValueError(f"{shown(text)} is no text")  # noqa: TRY301, TRY004
            hosts.add(HostPort.parse(text))
        except ValueError as error:
            problems.add(where + pointer(index), str(error), _HOST)
    return frozenset(hosts)


def _crls(
    values: list[Any] | None, where: str, problems: Problems
) -> tuple[bytes, ...]:
    if values and len(values) > _MOST_CRLS:
        problems.add(
            where,
            f"{len(values)} CRLs; a policy carries at most {_MOST_CRLS}",
            "let the gate fetch them: name their hosts in revocation.hosts",
        )
        return ()
    crls = []
    for index, text in enumerate(values or ()):
        at = where + pointer(index)
        try:
            if not isinstance(text, str):
                raise ValueError("no text")  # noqa: TRY301, TRY004
            der = base64.b64decode(text, validate=True)
            _check_crl(der)
        except (ValueError, binascii.Error) as error:
            problems.add(at, f"no CRL: {error!s:.120}", _CRL)
            continue
        crls.append(der)
    return tuple(crls)


def _check_crl(der: bytes) -> None:
    """Accept a CRL that parses and ends; its signature and age are judged when used.

    Raises:
        ValueError: it is none, or would never be current.
    """
    # Few bundles carry one, and every cold start reads a bundle.
    from cryptography import x509  # noqa: PLC0415

    crl = x509.load_der_x509_crl(der)
    if crl.next_update_utc is None:
        raise ValueError("it has no nextUpdate, so it is never current")
