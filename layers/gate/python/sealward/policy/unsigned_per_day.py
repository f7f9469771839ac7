"""Unsigned per day: after how many bad digests a repository has spent its grace."""

from typing import Final

from sealward.policy.document import Fields, Problems

UNSIGNED_PER_DAY: Final = 100
_MOST: Final = 100_000
_REMEDY: Final = f"write a whole number from 1 to {_MOST}"


def read_unsigned_per_day(fields: Fields, problems: Problems) -> int:
    """Return ``unsignedPerDay`` of a policy; report what is no such number."""
    number = fields.take("unsignedPerDay", int, _REMEDY)
    if number is None:
        return UNSIGNED_PER_DAY
    if not 1 <= number <= _MOST:
        at = f"{fields.where}/unsignedPerDay"
        problems.add(at, f"{number} is out of range", _REMEDY)
        return UNSIGNED_PER_DAY
    return number
