"""COSE spelled oddly: tags, lengths, labels, types, times.

Signature-envelope-cose; RFC 9052, RFC 8949.
"""

import struct
from datetime import datetime, timedelta
from typing import Any

from tests.differential.draft import (
    COSE,
    EPOCH,
    EXPIRY,
    SIGNING_SCHEME,
    Draft,
    rfc3339,
)
from tests.differential.encoding import Item, Pairs, Tag, cbor, cbor_head
from tests.differential.rules import rule


@rule("cose-outer-tag", format_=COSE)
def _outer_tag(draft: Draft) -> None:
    head = draft.rng.choice(
        (
            b"",
            b"\xd1",
            b"\xd8\x12",
            b"\xd9\x00\x12",
            b"\xd2\xd2",
            b"\xd9\xd9\xf7\xd2",
            b"\xd8\x62",
            b"\xc1",
        )
    )
    draft.on_outer = lambda outer: head + cbor(outer)


@rule("cose-outer-length", format_=COSE)
def _outer_length(draft: Draft) -> None:
    rng = draft.rng

    def change(outer: list[Any]) -> bytes:
        items = b"".join(map(cbor, outer))
        return rng.choice(
            (
                b"\xd2\x9f" + items + b"\xff",
                b"\xd2\x98\x04" + items,
                b"\xd2\x85" + items + b"\xf6",
                b"\xd2\x83" + b"".join(map(cbor, outer[:3])),
                b"\xd2\xa2" + items,
            )
        )

    draft.on_outer = change


@rule("cose-bytes-after", format_=COSE)
def _bytes_after(draft: Draft) -> None:
    tail = draft.rng.choice((b"\0", b"\xf6", b"\n", b"\xff"))
    draft.on_envelope = lambda envelope: envelope + tail


@rule("cose-cut-short", format_=COSE)
def _cut(draft: Draft) -> None:
    draft.on_envelope = lambda envelope: envelope[: draft.rng.randrange(len(envelope))]


@rule("cose-item-of-another-type", format_=COSE)
def _item_type(draft: Draft) -> None:
    place = draft.rng.randrange(4)
    value: Any = draft.rng.choice((None, b"", "", {}, [], 0, False, 1.5, Tag(24, b"x")))

    def change(outer: list[Any]) -> list[Any]:
        outer[place] = value
        return outer

    draft.on_outer = change


@rule("cose-indefinite-length", format_=COSE)
def _indefinite(draft: Draft) -> None:
    rng = draft.rng
    where = rng.randrange(5)

    def protected(header: Pairs) -> Any:
        body = b"".join(cbor(label) + cbor(value) for label, value in header)
        return Item(b"\xbf" + body + b"\xff")

    def outer(items: list[Any]) -> list[Any]:
        place = {1: 0, 2: 2, 3: 3}.get(where)
        if place is not None:
            items[place] = Item(b"\x5f" + cbor(items[place]) + b"\xff")
        else:
            body = b"".join(cbor(label) + cbor(value) for label, value in items[1])
            items[1] = Item(b"\xbf" + body + b"\xff")
        return items

    if where == 0:
        draft.on_protected = protected
    else:
        draft.on_outer = outer


@rule("cose-long-lengths", format_=COSE)
def _long_lengths(draft: Draft) -> None:
    """Heads longer than needed; the reference does not ask for the shortest."""
    size = draft.rng.choice((1, 2, 4, 8))
    where = draft.rng.randrange(5)

    def protected(header: Pairs) -> Any:
        body = b"".join(cbor(label) + cbor(value) for label, value in header)
        return Item(cbor_head(5, len(header), size) + body)

    def label(header: Pairs) -> None:
        header.rename(1, Item(cbor_head(0, 1, size)))

    def text(header: Pairs) -> None:
        value = draft.scheme.encode()
        header.put(SIGNING_SCHEME, Item(cbor_head(3, len(value), size) + value))

    def outer(items: list[Any]) -> list[Any]:
        place = draft.rng.choice((0, 2, 3))
        if len(items[place]) < 1 << 8 * max(size, 2):
            head = cbor_head(2, len(items[place]), max(size, 2))
            items[place] = Item(head + items[place])
        return items

    match where:
        case 0:
            draft.on_protected = protected
        case 1:
            draft.on_protected = label
        case 2:
            draft.on_protected = text
        case _:
            draft.on_outer = outer


@rule("cose-label-twice", format_=COSE)
def _label_twice(draft: Draft) -> None:
    rng = draft.rng
    if rng.random() < 0.7:
        label = rng.choice((1, 2, 3, SIGNING_SCHEME, draft.time_name))
        again: Any = label
        if isinstance(label, int) and rng.random() < 0.5:
            again = Item(cbor_head(0, label, 1))
        draft.on_protected = lambda header: header.append((again, header.get(label)))
    else:
        draft.on_unprotected = lambda header: header.append((33, header.get(33)))


@rule("cose-label-of-another-type", format_=COSE)
def _label_type(draft: Draft) -> None:
    label = draft.rng.choice(
        (
            Item(b"\xf6"),
            Item(b"\xf5"),
            Item(b"\xf9\x3c\x00"),
            Item(b"\x41x"),
            Item(b"\x80"),
            Item(b"\x1b" + b"\xff" * 8),
            Item(b"\x3b" + b"\xff" * 8),
            Item(b"\xc2\x41\x01"),
        )
    )
    if draft.rng.random() < 0.5:
        draft.extended.append((label, 1))
    else:
        draft.on_unprotected = lambda header: header.append((label, 1))


@rule("cose-integer-label", format_=COSE)
def _integer_label(draft: Draft) -> None:
    """Labels of RFC 9052 and private ones, well and badly typed, in either map."""
    rng = draft.rng
    label, value = rng.choice(
        (
            (4, b"key"),
            (4, "key"),
            (5, b"iv"),
            (6, b"partial"),
            (16, "application/example"),
            (16, 7),
            (7, b"x"),
            (9, b"x"),
            (11, b"x"),
            (12, b"x"),
            (15, {1: "x"}),
            (33, [b"x"]),
            (34, [-16, b"x"]),
            (35, "http://registry.example/"),
            (-70001, "private"),
            (2**40, "private"),
            (1, -7),
            (2, ["x"]),
            (3, "application/json"),
        )
    )
    if rng.random() < 0.5 and label not in (1, 2, 3):
        draft.extended.append((label, value))
        if rng.random() < 0.3:
            draft.critical_extended.append(label)
    else:
        draft.on_unprotected = lambda header: header.append((label, value))


@rule("cose-both-initialisation-vectors", format_=COSE)
def _both_vectors(draft: Draft) -> None:
    pairs = [(5, b"iv"), (6, b"partial")]
    if draft.rng.random() < 0.5:
        draft.extended.extend(pairs)
    else:
        draft.on_unprotected = lambda header: header.extend(pairs)


@rule("cose-chain-shape", format_=COSE)
def _chain_shape(draft: Draft) -> None:
    rng = draft.rng
    where = rng.randrange(5)

    def change(header: Pairs) -> None:
        chain = header.get(33)
        match where:
            case 0:
                header.put(33, chain[0])
            case 1:
                header.put(33, [each.hex() for each in chain])
            case 2:
                header.put(33, [*chain, None])
            case 3:
                header.put(33, [Tag(24, each) for each in chain])
            case _:
                header.rename(33, "x5chain")

    draft.on_unprotected = change


@rule("cose-chain-protected", format_=COSE)
def _chain_protected(draft: Draft) -> None:
    keep = draft.rng.random() < 0.5

    def move(header: Pairs) -> None:
        if not keep:
            header.drop(33)

    draft.extended.append((33, [draft.certificate(i) for i in range(len(draft.chain))]))
    draft.on_unprotected = move


@rule("cose-unprotected-extra", format_=COSE)
def _unprotected_extra(draft: Draft) -> None:
    pair: tuple[Any, Any] = draft.rng.choice(
        (
            ("example", 1),
            ("example", Tag(1, 5)),
            ("example", 1.5),
            ("io.cncf.notary.timestampSignature", b"x"),
            ("io.cncf.notary.timestampSignature", "x"),
            ("io.cncf.notary.timestampSignature", None),
            ("IO.cncf.notary.timestampSignature", b"x"),
            ("io.cncf.notary.signingAgent", 7),
            (SIGNING_SCHEME, "notary.x509"),
            ("", b""),
        )
    )
    draft.on_unprotected = lambda header: header.append(pair)


@rule("cose-label-case", format_=COSE)
def _label_case(draft: Draft) -> None:
    name = draft.rng.choice((SIGNING_SCHEME, draft.time_name, EXPIRY))
    variant = draft.rng.choice((name.upper(), name.lower()))
    beside = draft.rng.random() < 0.5

    def vary(header: Pairs) -> None:
        if beside:
            header.append((variant, "x"))
        else:
            header.rename(name, variant)

    draft.on_protected = vary


def _odd_time(draft: Draft, time: datetime) -> Any:
    seconds = int((time - EPOCH).total_seconds())
    return draft.rng.choice(
        (
            seconds,
            Tag(0, rfc3339(time)),
            Tag(1, float(seconds)),
            Tag(1, seconds + 0.5),
            Tag(1, Item(b"\xfa" + struct.pack(">f", 1.7e9))),
            Tag(1, Item(b"\xf9\x7c\x00")),
            Tag(1, Item(b"\xf9\x7e\x00")),
            Tag(1, Item(b"\xf9\xfc\x00")),
            Tag(1, float("1e300")),
            Tag(1, str(seconds)),
            Tag(1, rfc3339(time)),
            Tag(1, None),
            Tag(1, Tag(1, seconds)),
            Tag(2, seconds.to_bytes(8)),
            Tag(100, seconds),
            Tag(1, 2**62),
            Tag(1, -(2**62)),
            Tag(1, Item(b"\x1b" + b"\xff" * 8)),
            Tag(1, 253402300800),
            Tag(1, -62135596800),
            Tag(1, -62135596801),
            Tag(1, Item(cbor_head(0, seconds, 8))),
            Item(b"\xd8\x01" + cbor(seconds)),
            Item(b"\xd9\x00\x01" + cbor(seconds)),
            rfc3339(time),
            None,
        )
    )


@rule("cose-signing-time-spelling", format_=COSE)
def _time_spelling(draft: Draft) -> None:
    draft.expiry = None
    draft.time_item = lambda time: _odd_time(draft, time)


@rule("cose-expiry-spelling", format_=COSE)
def _expiry_spelling(draft: Draft) -> None:
    draft.expiry = draft.material.now + timedelta(days=100)
    odd = _odd_time(draft, draft.expiry)
    draft.on_protected = lambda header: header.put(EXPIRY, odd)


@rule("cose-value-spelling", format_=COSE)
def _value_spelling(draft: Draft) -> None:
    """Values of an extended attribute that a CBOR reader may refuse."""
    rng = draft.rng
    value: Any = rng.choice(
        (
            1.5,
            float("nan"),
            Item(b"\xf9\x7e\x00"),
            Item(b"\xf7"),
            Item(b"\xe0"),
            Item(b"\xf8\x20"),
            Item(b"\xf8\x18"),
            Item(b"\xfc"),
            Item(b"\xff"),
            Item(b"\x62\xff\xfe"),
            Item(b"\x62\xc0\x80"),
            Item(b"\x1b" + b"\xff" * 8),
            Item(b"\x3b" + b"\xff" * 8),
            Tag(0, "2025-01-01T00:00:00Z"),
            Tag(0, "not a time"),
            Tag(1, 5),
            Tag(2, b"\x01" * 20),
            Tag(3, b"\x01"),
            Tag(24, b"\x01"),
            Tag(55799, 1),
            Item(b"\xa2\x01\x01\x01\x01"),
            Item(b"\xa1\x80\x01"),
            Item(b"\xa1\xf6\x01"),
            [[[[[[]]]]]],
            Item(b"\x81" * 9 + b"\x01"),
            Item(b"\x81" * 31 + b"\x01"),
            Item(b"\x81" * 40 + b"\x01"),
            list(range(5000)),
            Item(b"\x9a\xff\xff\xff\xff"),
            Item(b"\x5b" + b"\x7f" + b"\xff" * 7),
        )
    )
    if rng.random() < 0.7:
        draft.extended.append(("example.attribute", value))
    else:
        draft.on_unprotected = lambda header: header.append(("example", value))


@rule("cose-protected-no-map", format_=COSE)
def _no_map(draft: Draft) -> None:
    value: Any = draft.rng.choice(
        (b"", b"\xa0", b"\x80", b"\xf6", b"\x01", b"\xa1\x01")
    )
    draft.on_protected_bytes = lambda header: (
        value
        if draft.rng.random() < 0.6
        else header + draft.rng.choice((b"\0", b"\xf6"))
    )


@rule("media-type-declared")
def _other_format(draft: Draft) -> None:
    """The bytes of one format under the media type of the other, or of neither."""
    media_type = draft.rng.choice(
        (
            "application/cose",
            "application/jose+json",
            "application/jose",
            "application/JOSE+json",
            "application/cose; cose-type=cose-sign1",
            "",
        )
    )
    draft.media_type = media_type
