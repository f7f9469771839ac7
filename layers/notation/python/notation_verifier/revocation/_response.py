"""The exact bytes of an OCSP response: slices of what ``cryptography`` encodes again.

What was signed must be what was sent, and ``cryptography`` shows single extensions only
of responses with one answer. It still parses the whole response itself, strictly.
"""

from datetime import UTC, datetime

from notation_verifier import _der
from notation_verifier.values import dataclass

_ENUMERATED = 0x0A
_BOOLEAN = 0x01
_OCTET_STRING = 0x04
_GENERALIZED_TIME = 0x18
_EXPLICIT_1 = 0xA1


@dataclass(frozen=True, slots=True)
class Response:
    """The exact bytes of a response that ``cryptography`` would encode again."""

    tbs: bytes
    algorithm: bytes
    signature: bytes
    certificate: bytes | None
    """The first embedded one; the reference looks at no other."""
    singles: tuple[bytes, ...]
    critical_extension: str | None
    """One of the whole response that is marked critical."""

    def single_extensions(self, number: int) -> dict[str, tuple[bool, bytes]]:
        """Return the extensions of one single response: critical or not, and value.

        Raises:
            DerError: they do not parse, or one is there twice.
        """
        single = self.singles[number]
        whole = _der.element(single, 0, len(single), _der.SEQUENCE)
        last = _children(single, whole.content, whole.end)[-1]
        return _read_extensions(single, last) if last.tag == _EXPLICIT_1 else {}


def _children(data: bytes, start: int, limit: int) -> list[_der.Element]:
    found = []
    while start < limit:
        found.append(_der.element(data, start, limit))
        start = found[-1].end
    return found


def read_response(body: bytes) -> Response:
    """Cut a successful response along RFC 6960 section 4.2.1.

    Raises:
        DerError: not that structure, or not DER.
    """
    element = _der.element
    outer = element(body, 0, len(body), _der.SEQUENCE)
    status = element(body, outer.content, outer.end, _ENUMERATED)
    wrapped = element(body, status.end, outer.end, _der.EXPLICIT_0)
    typed = element(body, wrapped.content, wrapped.end, _der.SEQUENCE)
    kind = element(body, typed.content, typed.end, _der.OBJECT_IDENTIFIER)
    octets = element(body, kind.end, typed.end, _OCTET_STRING)
    basic = element(body, octets.content, octets.end, _der.SEQUENCE)
    if not outer.end == len(body) == basic.end:
        raise _der.DerError("bytes follow the response")
    tbs = element(body, basic.content, basic.end, _der.SEQUENCE)
    algorithm = element(body, tbs.end, basic.end, _der.SEQUENCE)
    signature = element(body, algorithm.end, basic.end, _der.BIT_STRING)
    if body[signature.content : signature.content + 1] != b"\0":
        raise _der.DerError("the signature is not a string of whole bytes")
    certificate = None
    if signature.end < basic.end:
        tagged = element(body, signature.end, basic.end, _der.EXPLICIT_0)
        listed = element(body, tagged.content, tagged.end, _der.SEQUENCE)
        if listed.content < listed.end:
            first = element(body, listed.content, listed.end, _der.SEQUENCE)
            certificate = body[first.start : first.end]
    within = _children(body, tbs.content, tbs.end)
    if within and within[0].tag == _der.EXPLICIT_0:
        del within[0]  # the version
    if len(within) not in (3, 4):
        raise _der.DerError("response data of another shape")
    responses = within[2]
    critical = None
    if len(within) > 3:  # noqa: PLR2004 - extensions follow the three
        extensions = _read_extensions(body, within[3])
        critical = next(
            (oid for oid, (marked, _) in extensions.items() if marked), None
        )
    return Response(
        tbs=body[tbs.start : tbs.end],
        algorithm=body[algorithm.start : algorithm.end],
        signature=body[signature.content + 1 : signature.end],
        certificate=certificate,
        singles=tuple(
            body[one.start : one.end]
            for one in _children(body, responses.content, responses.end)
        ),
        critical_extension=critical,
    )


def _read_extensions(
    data: bytes, tagged: _der.Element
) -> dict[str, tuple[bool, bytes]]:
    """Return extensions by identifier: critical or not, and their value."""
    found: dict[str, tuple[bool, bytes]] = {}
    listed = _der.element(data, tagged.content, tagged.end, _der.SEQUENCE)
    for one in _children(data, listed.content, listed.end):
        fields = _children(data, one.content, one.end)
        critical = len(fields) == 3  # noqa: PLR2004 - identifier, critical, value
        if not 2 <= len(fields) <= 3 or [f.tag for f in fields] != (  # noqa: PLR2004
            [_der.OBJECT_IDENTIFIER] + [_BOOLEAN] * critical + [_OCTET_STRING]
        ):
            raise _der.DerError("an extension of another shape")
        if critical:
            critical = data[fields[1].content : fields[1].end] != b"\0"
        oid = _der.object_identifier(data[fields[0].content : fields[0].end])
        if oid in found:
            raise _der.DerError(f"extension {oid} twice")
        found[oid] = (critical, data[fields[-1].content : fields[-1].end])
    return found


def generalized_time(value: bytes) -> datetime:
    """Return a DER GeneralizedTime, to the second (RFC 5280 section 4.1.2.5.2).

    Raises:
        DerError: anything else.
    """
    time = _der.element(value, 0, len(value), _GENERALIZED_TIME)
    text = value[time.content : time.end]
    if time.end != len(value) or len(text) != 15 or not text[:14].isdigit():  # noqa: PLR2004
        raise _der.DerError("not a time of the form YYYYMMDDHHMMSSZ")
    try:
        return datetime.strptime(
            text.decode("ascii") + "+0000", "%Y%m%d%H%M%SZ%z"
        ).astimezone(UTC)
    except ValueError:
        raise _der.DerError("not a time of the form YYYYMMDDHHMMSSZ") from None
