"""Crashes: what nobody expected of one step of a look, kept until the look is done.

An exception never decides a verdict, nor keeps one from being remembered: what stands
without the failed step is written, and the error is raised at the end of the look. It
is logged, counted and a dead letter (docs/threat-model.md, 2).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sealward.decisions import Seen, Unseen
from sealward.look.reading.sightings import unjudged
from sealward.ports.failures import PortError

T = TypeVar("T")


def kept(
    step: Callable[[], T],
    otherwise: Callable[[], T],
    crashes: list[Exception],
) -> T:
    """Return what ``step`` gives, or ``otherwise`` where it fails as nobody expected.

    Args:
        step: to be done.
        otherwise: gives what stands without it.
        crashes: takes the error.

    Raises:
        PortError: as ``step`` raises it: somebody expects those.
    """
    try:
        return step()
    except PortError:
        raise
    except Exception as error:  # noqa: BLE001 - kept: the look raises it at its end
        crashes.append(error)
        return otherwise()


def undecided(error: Exception, sight: Seen | Unseen) -> Unseen:
    """Return what is left of a sight that ``decide`` failed over."""
    status = sight.detail.status if isinstance(sight, Seen) else sight.status
    return replace(unjudged(error), descriptor=sight.descriptor, status=status)
