"""Judged referrers: which candidates of a subject were refused for good.

A digest stands for its bytes, so what was refused under some trust material is refused
under the same one again, whenever it is asked. This memory saves reading it. It is
never a source of trust: losing it costs calls and changes no verdict
(docs/threat-model.md, 24).
"""

from collections.abc import Mapping
from typing import Any, Final

from notation_verifier.values import dataclass

REFUSED_LIMIT: Final = 1_000
"""Refusals kept of one subject; as many as referrers are listed."""
_DETAIL: Final = 300
"""Characters of a detail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """A candidate refused before under the same trust material: not read again."""

    digest: str
    """Of the signature manifest."""
    reason: str
    """The reason it was refused for, of docs/findings.md."""
    detail: str
    place: int
    """How far it came: the place of the check that failed; -1 before any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedReferrers:
    """The refusals of one subject under one trust material."""

    material: str
    """Hash of what they were held against; under another they mean nothing."""
    refused: tuple[Recalled, ...] = ()


def judged_item(judged: JudgedReferrers) -> dict[str, Any]:
    """Return ``judged`` in plain JSON types; equal reasons and details stand once."""
    why: dict[tuple[str, str, int], int] = {}
    refused = [
        [
            each.digest,
            why.setdefault((each.reason, each.detail[:_DETAIL], each.place), len(why)),
        ]
        for each in judged.refused[:REFUSED_LIMIT]
    ]
    return {
        "material": judged.material,
        "refused": refused,
        "why": [list(each) for each in why],
    }


def judged_from(item: Mapping[str, Any]) -> JudgedReferrers:
    """Return what ``judged_item`` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        why = [(str(word), str(detail), int(at)) for word, detail, at in item["why"]]
        return JudgedReferrers(
            material=str(item["material"]),
            refused=tuple(
                Recalled(
                    digest=str(digest),
                    reason=why[index][0],
                    detail=why[index][1],
                    place=why[index][2],
                )
                for digest, index in item["refused"]
            ),
        )
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise ValueError(f"not the referrers judged before: {error!r}") from error
