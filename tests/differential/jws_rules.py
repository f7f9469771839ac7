"""JWS spelled oddly: members, base64, JSON, times. Go's readers forgive much of it.

Signature-envelope-jws; RFC 7515, RFC 3339.
"""

from datetime import datetime, timedelta, timezone
from typing import Any

from tests.differential.draft import EXPIRY, JWS, SIGNING_SCHEME, Draft, rfc3339
from tests.differential.encoding import Pairs, Text, base64_standard, json_text
from tests.differential.rules import rule


@rule("jws-member-twice", format_=JWS)
def _member_twice(draft: Draft) -> None:
    name = draft.rng.choice(("payload", "protected", "header", "signature"))
    last = draft.rng.random() < 0.5
    other = draft.rng.choice(("same", "", "e30"))

    def twice(outer: Pairs) -> None:
        value: Any = outer.get(name)
        if other != "same" and name != "header":
            value = other
        outer.insert(0, (name, value))
        if not last:
            outer.append(outer.pop(0))

    draft.on_outer = twice


@rule("jws-header-twice", format_=JWS)
def _header_twice(draft: Draft) -> None:
    """One protected header twice: which of the two counts?"""
    name = draft.rng.choice(("alg", "cty", "crit", SIGNING_SCHEME, draft.time_name))
    value: Any = draft.rng.choice(("same", "PS256", "ES256", "x", ["x"], None))
    first = draft.rng.random() < 0.5

    def twice(header: Pairs) -> None:
        pair = (name, header.get(name) if value == "same" else value)
        header.insert(0 if first else len(header), pair)

    draft.on_protected = twice


@rule("jws-member-case", format_=JWS)
def _member_case(draft: Draft) -> None:
    name = draft.rng.choice(("payload", "protected", "header", "signature"))
    draft.on_outer = lambda outer: outer.rename(
        name, draft.rng.choice((name.upper(), name.title()))
    )


@rule("jws-header-case", format_=JWS)
def _header_case(draft: Draft) -> None:
    name = draft.rng.choice(
        ("alg", "cty", "crit", SIGNING_SCHEME, draft.time_name, EXPIRY)
    )
    beside = draft.rng.random() < 0.5
    variant = draft.rng.choice(
        (name.upper(), name.title(), name.replace("s", "\u017f"))
    )

    def vary(header: Pairs) -> None:
        if beside:
            header.append((variant, header.get(name)))
        else:
            header.rename(name, variant)

    draft.on_protected = vary


@rule("jws-x5c-case", format_=JWS)
def _x5c_case(draft: Draft) -> None:
    variant = draft.rng.choice(("X5C", "x5C"))
    beside = draft.rng.random() < 0.5

    def vary(header: Pairs) -> None:
        if beside:
            header.append((variant, []))
        else:
            header.rename("x5c", variant)

    draft.on_unprotected = vary


@rule("jws-extra-member", format_=JWS)
def _extra_member(draft: Draft) -> None:
    extra: Any = draft.rng.choice(
        (("extra", 1), ("signatures", []), ("", ""), ("Payloads", None))
    )
    draft.on_outer = lambda outer: outer.append(extra)


@rule("jws-extra-unprotected", format_=JWS)
def _extra_unprotected(draft: Draft) -> None:
    extra: Any = draft.rng.choice(
        (
            ("kid", "1"),
            ("alg", "none"),
            ("crit", ["exp"]),
            ("io.cncf.notary.timestampSignature", "AAAA"),
            ("io.cncf.notary.timestampSignature", "not base64"),
            ("io.cncf.notary.timestampSignature", None),
            ("io.cncf.notary.timestampSignature", ""),
            ("io.cncf.notary.signingAgent", 7),
            ("x5u", "http://registry.example/"),
        )
    )
    draft.on_unprotected = lambda header: header.append(extra)


@rule("jws-member-absent", format_=JWS)
def _member_absent(draft: Draft) -> None:
    name = draft.rng.choice(("payload", "protected", "header", "signature"))
    draft.on_outer = lambda outer: outer.drop(name)


@rule("jws-member-of-another-type", format_=JWS)
def _member_type(draft: Draft) -> None:
    name = draft.rng.choice(("payload", "protected", "header", "signature"))
    value: Any = draft.rng.choice((None, 7, [], "", {}))
    draft.on_outer = lambda outer: outer.put(name, value)


@rule("jws-x5c-of-another-type", format_=JWS)
def _x5c_type(draft: Draft) -> None:
    value: Any = draft.rng.choice((None, "x", [None], [7], {}, [[]], [""]))
    draft.on_unprotected = lambda header: header.put("x5c", value)


@rule("jws-general-serialisation", format_=JWS)
def _general(draft: Draft) -> None:
    def general(outer: Pairs) -> Pairs:
        signature = Pairs(pair for pair in outer if pair[0] != "payload")
        return Pairs([("payload", outer.get("payload")), ("signatures", [signature])])

    draft.on_outer = general


@rule("jws-compact", format_=JWS)
def _compact(draft: Draft) -> None:
    draft.on_outer = lambda outer: Text(
        json_text(f"{outer.get('protected')}.{outer.get('payload')}.x")
    )


@rule("jws-bytes-around", format_=JWS)
def _bytes_around(draft: Draft) -> None:
    before, after = draft.rng.choice(
        (
            (b"", b"\n"),
            (b" \t\r\n", b""),
            (b"", b"x"),
            (b"", b"{}"),
            (b"\xef\xbb\xbf", b""),
            (b"", b"\0"),
            (b"[", b"]"),
            (b"", b"\x0b"),
            (b"\xc2\xa0", b""),
        )
    )
    draft.on_envelope = lambda envelope: before + envelope + after


@rule("jws-white-space-inside", format_=JWS)
def _white_space(draft: Draft) -> None:
    draft.on_envelope = lambda envelope: envelope.replace(b":", b" : \n", 3)


def _vary_base64(draft: Draft, text: str) -> str:  # noqa: PLR0911 - seven ways
    """Return text most base64 readers would read as the same bytes."""
    place = draft.rng.randrange(1, max(2, len(text)))
    match draft.rng.randrange(7):
        case 0:
            return text + "=" * (-len(text) % 4 or 1)
        case 1:
            return text[:place] + draft.rng.choice(("\n", "\r\n", "\r")) + text[place:]
        case 2:
            return text[:place] + draft.rng.choice((" ", "\t", "*", ".")) + text[place:]
        case 3:
            return text.replace("-", "+").replace("_", "/")
        case 4:
            # Bits after the last byte that are not zero.
            alphabet = (
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            )
            if len(text) % 4 in (2, 3):
                return text[:-1] + alphabet[alphabet.index(text[-1]) | 1]
            return text
        case 5:
            return text + "A"
        case _:
            return text + draft.rng.choice(("\n", "==", "é"))


@rule("jws-base64-protected", format_=JWS)
def _base64_protected(draft: Draft) -> None:
    draft.on_protected_text = lambda text: _vary_base64(draft, text)


@rule("jws-base64-payload", format_=JWS)
def _base64_payload(draft: Draft) -> None:
    draft.on_payload_text = lambda text: _vary_base64(draft, text)


@rule("jws-base64-signature", format_=JWS)
def _base64_signature(draft: Draft) -> None:
    draft.on_signature_text = lambda text: _vary_base64(draft, text)


@rule("jws-base64-certificate", format_=JWS)
def _base64_certificate(draft: Draft) -> None:
    rng = draft.rng

    def vary(header: Pairs) -> None:
        chain = list(header.get("x5c"))
        place = rng.randrange(len(chain))
        text = chain[place]
        middle = rng.randrange(1, len(text) - 3)
        chain[place] = rng.choice(
            (
                text.rstrip("="),
                text.replace("+", "-").replace("/", "_"),
                text[:middle] + "\n" + text[middle:],
                text[:middle] + "\r\n" + text[middle:] + "\n",
                text[:middle] + " " + text[middle:],
                text + "=",
                text + base64_standard(b"\0"),
            )
        )
        header.put("x5c", chain)

    draft.on_unprotected = vary


@rule("jws-dots-in-parts", format_=JWS)
def _dots(draft: Draft) -> None:
    if draft.rng.random() < 0.5:
        draft.on_payload_text = lambda text: text + "."
    else:
        draft.on_protected_text = lambda text: text + "."


def _odd_time(draft: Draft, time: datetime) -> Any:
    rng = draft.rng
    plain = rfc3339(time)
    zone = timezone(timedelta(hours=rng.choice((-7, 2, 14)), minutes=30))
    return rng.choice(
        (
            time.astimezone(zone).isoformat(),
            plain.replace("Z", "+00:00"),
            plain.replace("Z", "-00:00"),
            plain.replace("Z", ".5Z"),
            plain.replace("Z", ".123456789Z"),
            plain.replace("Z", ".1234567891234Z"),
            plain.replace("Z", ",5Z"),
            plain.replace("Z", "+24:00"),
            plain.replace("Z", "+05:60"),
            plain.replace("Z", "+0500"),
            plain.replace("Z", ".Z"),
            plain.replace("Z", "z"),
            plain.replace("T", "t"),
            plain.replace("T", " "),
            plain.replace("Z", ""),
            plain[:11] + "7:04:05Z",
            plain[:17] + "60Z",
            plain[:11] + "24:00:00Z",
            plain[:8] + "31T00:00:00Z",
            "2025-02-29T00:00:00Z",
            "02025-02-28T00:00:00Z",
            "+2025-02-28T00:00:00Z",
            "2025-2-28T00:00:00Z",
            " " + plain,
            plain + "\n",
            "",
            "now",
            None,
            int(time.timestamp()),
            [plain],
            Text(json_text(plain).replace("2", "\\u0032", 1)),
            "٢" + plain[1:],
        )
    )


@rule("jws-signing-time-spelling", format_=JWS)
def _time_spelling(draft: Draft) -> None:
    draft.expiry = None
    draft.time_text = lambda time: _odd_time(draft, time)


@rule("jws-expiry-spelling", format_=JWS)
def _expiry_spelling(draft: Draft) -> None:
    draft.expiry = draft.material.now + timedelta(days=100)
    odd = _odd_time(draft, draft.expiry)
    draft.on_protected = lambda header: header.put(EXPIRY, odd)


@rule("jws-json-spelling", format_=JWS)
def _json_spelling(draft: Draft) -> None:
    """Escapes, numbers and depth a JSON reader may refuse, in a protected header."""
    rng = draft.rng
    value = rng.choice(
        (
            Text('"\\u00e9"'),
            Text('"\\ud83d\\ude00"'),
            Text('"\\ud83d"'),
            Text('"\\x41"'),
            Text('"a\tb"'),
            Text("1e400"),
            Text("1E5"),
            Text("-0"),
            Text("01"),
            Text("1."),
            Text("0x10"),
            Text("NaN"),
            Text("Infinity"),
            Text("-Infinity"),
            Text("123456789012345678901234567890"),
            Text("true "),
            Text("True"),
            Text("[1,]"),
            Text("{}"),
            Text('{"a":1,"a":2}'),
            Text("[" * 40 + "]" * 40),
            Text("[" * 10001 + "]" * 10001),
            Text("'x'"),
            Text("/**/1"),
        )
    )
    draft.extended.append(("example.attribute", value))


@rule("jws-json-bytes", format_=JWS)
def _json_bytes(draft: Draft) -> None:
    rng = draft.rng
    draft.extended.append(("example.attribute", "MARK"))
    replacement = rng.choice(
        (
            b"\xff",
            b"\xc0\x80",
            b"\xed\xa0\x80",
            b"\0",
            b"\xe2\x80\xa8",
            b"\x7f",
            b"\x1f",
        )
    )
    around = rng.choice(
        ((b"", b""), (b" ", b"\n"), (b"", b"x"), (b"\xef\xbb\xbf", b""))
    )
    draft.on_protected_bytes = lambda header: (
        around[0] + header.replace(b"MARK", replacement) + around[1]
    )


@rule("jws-header-name-escaped", format_=JWS)
def _name_escaped(draft: Draft) -> None:
    """A header's name with an escape in it: the same name, in other bytes."""
    name = draft.rng.choice(("alg", "cty", "crit"))
    draft.on_protected = lambda header: header.rename(
        name, Text(f'"\\u{ord(name[0]):04x}{name[1:]}"')
    )


@rule("jws-protected-no-object", format_=JWS)
def _no_object(draft: Draft) -> None:
    value: Any = draft.rng.choice((b"null", b"[]", b"1", b'"x"', b"", b"{}", b"{"))
    draft.on_protected_bytes = lambda _: value
