"""Managed signing as it is remembered: what ECR said of the signing that it does.

It is a hint for a reader. Whether an image is signed is what its signatures say.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from notation_verifier.values import dataclass

_TEXT: Final = 160
"""Characters of each text that are remembered."""


class SigningState(StrEnum):
    """ECR's word for how far it is."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedSigning:
    """The signing of one image by one profile."""

    state: SigningState
    profile: str = ""
    """The signing profile's ARN."""
    failure_code: str = ""
    """ECR's, where it failed."""
    failure_reason: str = ""


_TELLING: Final = (SigningState.FAILED, SigningState.IN_PROGRESS)


def worth_remembering(statuses: Sequence[ManagedSigning]) -> ManagedSigning | None:
    """Return the status that explains a missing signature: the first that failed.

    Else the first in progress; None where all are complete or there is none.
    """
    for state in _TELLING:
        for each in statuses:
            if each.state is state:
                return each
    return None


def signing_item(signing: ManagedSigning | None) -> dict[str, Any] | None:
    """Return ``signing`` in plain JSON types, its texts cut to size."""
    if signing is None:
        return None
    texts = {
        "profile": signing.profile,
        "code": signing.failure_code,
        "reason": signing.failure_reason,
    }
    return {
        "state": signing.state.value,
        **{name: text[:_TEXT] for name, text in texts.items() if text},
    }


def signing_from(item: Mapping[str, Any] | None) -> ManagedSigning | None:
    """Return what ``signing_item`` wrote.

    Raises:
        KeyError, ValueError: it is something else.
    """
    if item is None:
        return None
    return ManagedSigning(
        state=SigningState(item["state"]),
        profile=item.get("profile", ""),
        failure_code=item.get("code", ""),
        failure_reason=item.get("reason", ""),
    )
