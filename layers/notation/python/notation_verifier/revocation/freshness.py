"""Whether an answer is of its time: not from the future, not past, not too old."""

from datetime import datetime, timedelta

from notation_verifier.revocation.status import Cause, Refused
from notation_verifier.values import dataclass

CLOCK_SKEW = timedelta(minutes=5)
"""How far an issuer's clock may run ahead of ours. Nothing is added to an expiry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time of a check, and how old an answer may be at it."""

    now: datetime
    max_age: timedelta | None
    """The policy's maximum, counted from ``thisUpdate``; None leaves ``nextUpdate``."""

    def until(self, this_update: datetime, next_update: datetime) -> datetime:
        """Return until when an answer may be used."""
        if self.max_age is None:
            return next_update
        try:
            return min(next_update, this_update + self.max_age)
        except OverflowError:
            return next_update

    def refuse_future(self, moment: datetime, what: str) -> None:
        """(R30) Refuse what is dated later than now.

        Raises:
            Refused: ``moment`` is more than ``CLOCK_SKEW`` ahead.
        """
        if moment - self.now > CLOCK_SKEW:
            raise Refused(
                Cause.FROM_THE_FUTURE, f"{what} {moment:%FT%TZ} lies in the future"
            )

    def staleness(
        self, this_update: datetime, next_update: datetime | None
    ) -> Refused | None:
        """(R31, R32) Return why an answer is no longer current, or None.

        ``nextUpdate`` itself is still in time, as with the reference.
        """
        if next_update is None:
            return Refused(Cause.NO_NEXT_UPDATE, "no nextUpdate, so never current")
        if self.now > next_update:
            return Refused(Cause.EXPIRED, f"expired {next_update:%FT%TZ}")
        if self.max_age is not None and self.now - this_update > self.max_age:
            return Refused(
                Cause.TOO_OLD,
                f"of {this_update:%FT%TZ}, older than the policy's {self.max_age}",
            )
        return None
