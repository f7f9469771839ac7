"""A check of the doctor: what was looked at, how it stands, what mends it."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Final

from notation_verifier.values import dataclass
from sealward.cli.stack import Stack
from sealward.ports.failures import Denied, NotFound, PortError

AFTER_UNINSTALLING: Final = (
    "After 'sealward uninstall --apply' that is as it should be; to go on with the "
    "stack: sealward uninstall --undo"
)
"""Of what an uninstallation switches off."""


class Health(StrEnum):
    """How what was looked at stands."""

    WELL = "well"
    NOTE = "note"
    """Worth knowing; the stack does its work."""
    ILL = "ill"
    UNKNOWN = "unknown"
    """It could not be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding of the doctor."""

    what: str
    health: Health
    said: str
    remedy: str = ""


Examination = Callable[[Stack], Iterable[Check]]


def well(what: str, said: str) -> Check:
    """Return that ``what`` is as it should be."""
    return Check(what=what, health=Health.WELL, said=said)


def note(what: str, said: str, remedy: str) -> Check:
    """Return what is worth knowing."""
    return Check(what=what, health=Health.NOTE, said=said, remedy=remedy)


def ill(what: str, said: str, remedy: str) -> Check:
    """Return what keeps the stack from its work."""
    return Check(what=what, health=Health.ILL, said=said, remedy=remedy)


def examined(stack: Stack, examinations: Iterable[Examination]) -> Iterator[Check]:
    """Yield what each of ``examinations`` finds; one that fails keeps no other."""
    for examine in examinations:
        what = examine.__name__.replace("_", " ")
        try:
            yield from examine(stack)
        except NotFound as error:
            yield ill(what, str(error), "deploy the stack's template again")
        except PortError as error:
            remedy = "ask somebody with that right" if isinstance(error, Denied) else ""
            yield Check(
                what=what, health=Health.UNKNOWN, said=str(error), remedy=remedy
            )
