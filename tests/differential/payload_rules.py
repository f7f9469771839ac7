"""Payloads: what is signed about the artifact, and how it is spelled.

Signature-specification, Payload.
"""

from typing import Any

from tests.differential.draft import Draft, digest
from tests.differential.encoding import Pairs, Text, json_text
from tests.differential.rules import rule


@rule("payload-of-another-artifact")
def _another(draft: Draft) -> None:
    name, value = draft.rng.choice(
        (
            ("digest", digest(b"another")),
            ("digest", draft.subject_digest.upper()),
            ("digest", draft.subject_digest.replace("sha256:", "sha512:")),
            ("digest", draft.subject_digest + " "),
            ("digest", ""),
            ("size", draft.subject_size + 1),
            ("size", 0),
            ("size", -draft.subject_size),
            ("mediaType", "application/vnd.oci.image.config.v1+json"),
            ("mediaType", draft.subject_media_type.upper()),
            ("mediaType", ""),
        )
    )
    draft.on_target = lambda target: target.put(name, value)


@rule("payload-size-spelling")
def _size(draft: Draft) -> None:
    size = draft.subject_size
    value: Any = draft.rng.choice(
        (
            Text(f"{size}.0"),
            Text(f"{size}e0"),
            Text(f"{size}E+0"),
            Text(f"0{size}"),
            Text(f"+{size}"),
            Text("-0"),
            str(size),
            True,
            None,
            Text("1e2"),
            2**63,
            2**64 + size,
            Text(f"{size} "),
        )
    )
    draft.on_target = lambda target: target.put("size", value)


@rule("payload-member-absent")
def _absent(draft: Draft) -> None:
    name = draft.rng.choice(("digest", "size", "mediaType"))
    if draft.rng.random() < 0.5:
        draft.on_target = lambda target: target.drop(name)
    else:
        draft.on_target = lambda target: target.put(name, None)


@rule("payload-member-twice")
def _twice(draft: Draft) -> None:
    name, other = draft.rng.choice(
        (("digest", digest(b"another")), ("size", 1), ("mediaType", "x"))
    )
    match draft.rng.randrange(3):
        case 0:
            draft.on_target = lambda target: target.append((name, other))
        case 1:
            draft.on_target = lambda target: target.insert(0, (name, other))
        case _:
            draft.on_target = lambda target: target.insert(0, target[0])


@rule("payload-member-case")
def _case(draft: Draft) -> None:
    name = draft.rng.choice(("digest", "size", "mediaType"))
    variant = draft.rng.choice((name.upper(), name.title(), name.lower()))
    if draft.rng.random() < 0.5:
        draft.on_target = lambda target: target.rename(name, variant)
    else:
        draft.on_target = lambda target: target.append((variant, "x"))


@rule("payload-extra-members")
def _extra(draft: Draft) -> None:
    pair: tuple[str, Any] = draft.rng.choice(
        (
            ("annotations", {"team": "payments"}),
            ("annotations", {"team": 7}),
            ("annotations", []),
            ("annotations", None),
            ("artifactType", "x"),
            ("artifactType", 7),
            ("urls", ["https://registry.example/"]),
            ("urls", "x"),
            ("data", "e30="),
            ("data", "not base64"),
            ("platform", {"os": "linux", "architecture": "arm64"}),
            ("platform", "linux"),
            ("anything", [1, {"b": None}]),
        )
    )
    draft.on_target = lambda target: target.append(pair)


@rule("payload-around-target")
def _around(draft: Draft) -> None:
    """Members beside ``targetArtifact``, another name for it, or another shape."""
    rng = draft.rng
    shape = rng.randrange(8)

    def change(target: Pairs) -> bytes:
        text = json_text(target)
        return {
            0: f'{{"targetArtifact":{text},"extra":1}}',
            1: f'{{"TargetArtifact":{text}}}',
            2: f'{{"targetArtifact":{text},"targetArtifact":{{}}}}',
            3: f'{{"targetArtifact":{{}},"targetArtifact":{text}}}',
            4: f'{{"targetArtifact":[{text}]}}',
            5: text,
            6: f'{{"targetArtifact":{text},"TARGETARTIFACT":{text}}}',
            7: f'{{"targetArtifact":null,"x":{text}}}',
        }[shape].encode()

    draft.on_target = change


@rule("payload-no-object")
def _no_object(draft: Draft) -> None:
    draft.payload = draft.rng.choice(
        (
            b"",
            b"{}",
            b"null",
            b"[]",
            b"1",
            b'"x"',
            b"{",
            b"\0",
            b'{"targetArtifact":{}}',
        )
    )


@rule("payload-bytes-around")
def _bytes_around(draft: Draft) -> None:
    before, after = draft.rng.choice(
        (
            (b" ", b"\n"),
            (b"", b"{}"),
            (b"", b"x"),
            (b"\xef\xbb\xbf", b""),
            (b"", b"\0"),
        )
    )

    def change(target: Pairs) -> bytes:
        body = json_text(Pairs([("targetArtifact", target)])).encode()
        return before + body + after

    draft.on_target = change


@rule("payload-bytes-inside")
def _bytes_inside(draft: Draft) -> None:
    piece = draft.rng.choice((b"\xff", b"\xed\xa0\x80", b"\\ud800", b"\\u0041", b"\0"))

    def change(target: Pairs) -> bytes:
        target.append(("annotations", {"note": "MARK"}))
        body = json_text(Pairs([("targetArtifact", target)])).encode()
        return body.replace(b"MARK", piece)

    draft.on_target = change


@rule("payload-user-metadata")
def _user_metadata(draft: Draft) -> None:
    """Annotations that are required: there, missing, other, of no text."""
    rng = draft.rng
    draft.metadata = (
        {"team": "payments", "": "x", "Ä": ""} if rng.random() < 0.2 else {}
    )
    draft.metadata["team"] = "payments"
    signed = rng.choice(
        (
            draft.metadata,
            draft.metadata | {"more": "y"},
            {**draft.metadata, "team": "Payments"},
            {**draft.metadata, "team": " payments"},
            {"Team": "payments"},
            {},
            None,
        )
    )
    if signed is not None:
        draft.on_target = lambda target: target.append(("annotations", signed))
