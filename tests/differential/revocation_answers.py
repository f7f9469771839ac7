"""What revocation services answer: rightly, wrongly, late, or not at all.

Everything is drawn from the case's randomness and dated around the run's beginning.
"""

from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from tests.forge import revocation as forge

DAY, HOUR = forge.DAY, forge.HOUR
_REASONS = (None, 0, 1, forge.HOLD, forge.HOLD, forge.REMOVED, forge.REMOVED, 9)


class Answers:
    """Draws answers about a scene's leaf."""

    def __init__(
        self,
        rng: Random,
        now: datetime,
        scene: forge.Scene,
        *,
        freshest: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        """Draw by ``rng``; CRLs point to one of ``freshest``, where there are any."""
        self._random = rng
        self._now = now
        self._scene = scene
        self._freshest = freshest

    def right(self) -> tuple[bytes, bytes]:
        """Return a good OCSP response and an empty CRL, current and well signed."""
        times: dict[str, Any] = {
            "this_update": self._now - HOUR,
            "next_update": self._now + DAY,
        }
        response = self._scene.ocsp("good", **times, produced_at=self._now - HOUR)
        return response.der(), self._scene.crl(**times).der()

    def right_delta(self) -> bytes:
        """Return a delta CRL that goes with the CRL of ``right``."""
        return self._scene.crl(
            this_update=self._now - HOUR,
            next_update=self._now + DAY,
            number=12,
            base=10,
        ).der()

    def _one_in(self, number: int) -> bool:
        return self._random.randrange(number) == 0

    def _days(self, least: int, most: int) -> datetime:
        return self._now + self._random.randint(least, most) * DAY

    def _extensions(self) -> list[bytes]:
        found = []
        if self._one_in(4):
            date, critical = self._days(-6, 3), self._one_in(10)
            found.append(forge.invalidity_date(date, critical=critical))
        if self._one_in(12):
            critical = self._one_in(2)
            found.append(forge.extension("1.2.3.4", b"\x05\0", critical=critical))
        return found

    def _times(self) -> dict[str, Any]:
        times: dict[str, Any] = {
            "this_update": self._now - HOUR,
            "next_update": self._now + DAY,
        }
        if self._one_in(6):
            times["this_update"] = self._days(-4, 2)
        if self._one_in(6):
            ends = (None, self._now - DAY, self._now + 9 * DAY)
            times["next_update"] = self._random.choice(ends)
        return times

    def ocsp(self) -> bytes | None:
        """Return an OCSP responder's answer; None for none."""
        chance = self._random
        if self._one_in(10):
            return None
        if self._one_in(16):
            return b"junk"
        if self._one_in(25):
            return forge.ocsp_error(chance.choice((1, 2, 3, 5, 6)))
        status = chance.choice(("good", "good", "revoked", "revoked", "unknown"))
        response = self._signed(status, self._single())
        if self._one_in(20):
            response = replace(response, key=self._scene.signer.key)
        if self._one_in(8):
            other = chance.choice(("good", "revoked", "unknown"))
            added = self._scene.single(status=other, **self._times())
            response = replace(response, singles=(*response.singles, added))
        return response.der()

    def _single(self) -> dict[str, Any]:
        """Return how an OCSP answer differs from a right one."""
        changes: dict[str, Any] = self._times() | {
            "reason": self._random.choice(_REASONS),
            "extensions": self._extensions(),
            "revoked_at": self._days(-4, 0),
            "produced_at": self._now - HOUR,
        }
        if self._one_in(10):
            changes["hash"] = self._random.choice((forge.SHA256, forge.SHA512))
        if self._one_in(12):
            changes["serial"] = self._scene.leaf.serial_number + 1
        if self._one_in(12):
            changes["issuer"] = self._scene.leaf
        if self._one_in(10):
            changes["by_name"] = False
        if self._one_in(12):
            changes["algorithm"] = forge.ECDSA_SHA1
        return changes

    def _signed(self, status: str, changes: dict[str, Any]) -> forge.Response:
        """Return the response as signed by the issuer, or by who comes along."""
        lives = {"not_before": self._now - DAY, "not_after": self._now + 60 * DAY}
        match self._random.randrange(10):
            case 0 | 1 | 2 | 3 | 4:
                return self._scene.ocsp(status, **changes)
            case 5:
                own = (forge.der(self._scene.issuer),)
                return self._scene.ocsp(status, **changes, certificates=own)
            case 6 | 7:
                by = self._scene.responder(**lives)
            case 8:
                by = self._scene.responder(**lives, extensions=())
            case _:
                by = self._scene.signer
        return self._scene.delegated(status, by=by, **changes)

    def crl(self, *, delta: bool = False) -> bytes | None:
        """Return a CRL, or a delta CRL; None for none."""
        chance = self._random
        if self._one_in(16):
            return None
        if self._one_in(30):
            return b"junk"
        entries = [
            self._scene.listed(
                reason=chance.choice(_REASONS),
                revoked_at=self._days(-4, 0),
                extensions=self._extensions(),
            )
            for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 3)))
        ]
        changes: dict[str, Any] = self._times()
        if delta:
            changes["number"] = chance.choice((12, 12, 12, 12, 10, 9, None))
            changes["base"] = chance.choice((10, 10, 10, 8, 11, 12, None))
        else:
            changes["number"] = chance.choice((10, 10, 10, 10, 11, None))
            if self._freshest and self._one_in(2):
                changes["freshest"] = chance.choice(self._freshest)
        if self._one_in(16):
            flags = ("user", "ca", "reasons", "indirect", "attribute")
            changes["scope"] = forge.scope(**{chance.choice(flags): True})
        if self._one_in(25):
            changes["algorithm"] = forge.ECDSA_SHA1
        if self._one_in(30):
            changes["key"] = self._scene.signer.key
        if self._one_in(30):
            changes["issuer"] = self._scene.leaf.subject
        if self._one_in(30):
            critical = self._one_in(2)
            changes["extensions"] = (
                forge.extension("1.2.3.4", b"\x05\0", critical=critical),
            )
        return self._scene.crl(*entries, **changes).der()
