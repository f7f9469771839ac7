"""Worlds: a chain, and servers that answer rightly, wrongly, late, or not at all.

Everything is drawn from one source of randomness and dated around one moment, so a seed
says it all but the moment and the signatures.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.forge import revocation as forge

DAY, HOUR = forge.DAY, forge.HOUR
SECOND_OCSP = "http://second.test"
SECOND_CRL = "http://crl2.test/ca.crl"
COPY = "http://copy.test/delta.crl"
DIRECTORY = "ldap://directory.test/cn=crl"
_RESPONDERS: tuple[tuple[str, ...], ...] = (
    (),
    (),
    (forge.OCSP_URL,),
    (forge.OCSP_URL,),
    (forge.OCSP_URL, SECOND_OCSP),
    ("https://tls.test", forge.OCSP_URL),
)
_LISTS: tuple[tuple[str, ...], ...] = (
    (),
    (forge.CRL_URL,),
    (forge.CRL_URL,),
    (forge.CRL_URL,),
    (forge.CRL_URL, SECOND_CRL),
    (DIRECTORY, forge.CRL_URL),
)
_FRESHEST: tuple[tuple[str, ...], ...] = (
    (forge.DELTA_URL,),
    (forge.DELTA_URL,),
    (COPY, forge.DELTA_URL),
    (DIRECTORY, forge.DELTA_URL),
    (DIRECTORY,),
)
_REASONS = (None, 0, 1, forge.HOLD, forge.HOLD, forge.REMOVED, forge.REMOVED, 9)


@dataclass(frozen=True)
class World:
    """One chain, what its servers answer, and when it signed."""

    id: str
    chain: Sequence[bytes] = field(repr=False)
    answers: dict[str, bytes] = field(repr=False)
    signed_at: datetime | None

    def to_json(self) -> str:
        """Return the line that tests/oracle/revocation reads."""
        signed = self.signed_at and f"{self.signed_at:%Y-%m-%dT%H:%M:%SZ}"
        return json.dumps(
            {
                "id": self.id,
                "chain": [base64.b64encode(der).decode() for der in self.chain],
                "answers": {
                    url: base64.b64encode(body).decode()
                    for url, body in self.answers.items()
                },
                "signedAt": signed,
            }
        )


class Maker:
    """Draws worlds that are dated around ``now``."""

    def __init__(self, seed: int, now: datetime) -> None:
        self._random = Random(seed)
        self._now = now
        self._scenes: dict[tuple[object, ...], forge.Scene] = {}

    def world(self, number: int) -> World:
        """Return the next world."""
        chance = self._random
        scene = self._scene(
            chance.choice(_RESPONDERS), chance.choice(_LISTS), freshest=self._one_in(8)
        )
        answers = {
            forge.OCSP_URL: self._ocsp(scene),
            SECOND_OCSP: self._ocsp(scene),
            forge.CRL_URL: self._crl(scene),
            SECOND_CRL: self._crl(scene),
            forge.DELTA_URL: self._crl(scene, delta=True),
            COPY: self._crl(scene, delta=True),
        }
        signed = (None, None, -3 * DAY + HOUR, -DAY, timedelta(0))
        ago = chance.choice(signed)
        return World(
            id=str(number),
            chain=scene.signer.ders,
            answers={url: body for url, body in answers.items() if body is not None},
            signed_at=None if ago is None else self._now + ago,
        )

    def _one_in(self, number: int) -> bool:
        return self._random.randrange(number) == 0

    def _days(self, least: int, most: int) -> datetime:
        return self._now + self._random.randint(least, most) * DAY

    def _scene(
        self, ocsp: tuple[str, ...], crl: tuple[str, ...], *, freshest: bool
    ) -> forge.Scene:
        key = (ocsp, crl, freshest)
        if key not in self._scenes:
            named = (forge.DELTA_URL,) if freshest else ()
            self._scenes[key] = forge.scene(ocsp=ocsp, crl=crl, freshest=named)
        return self._scenes[key]

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

    def _ocsp(self, scene: forge.Scene) -> bytes | None:
        chance = self._random
        if self._one_in(10):
            return None
        if self._one_in(16):
            return b"junk"
        if self._one_in(25):
            return forge.ocsp_error(chance.choice((1, 2, 3, 5, 6)))
        status = chance.choice(("good", "good", "revoked", "revoked", "unknown"))
        response = self._signed(scene, status, self._single(scene))
        if self._one_in(20):
            response = replace(response, key=scene.signer.key)
        if self._one_in(8):
            other = chance.choice(("good", "revoked", "unknown"))
            added = scene.single(status=other, **self._times())
            response = replace(response, singles=(*response.singles, added))
        return response.der()

    def _single(self, scene: forge.Scene) -> dict[str, Any]:
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
            changes["serial"] = scene.leaf.serial_number + 1
        if self._one_in(12):
            changes["issuer"] = scene.leaf
        if self._one_in(10):
            changes["by_name"] = False
        if self._one_in(12):
            changes["algorithm"] = forge.ECDSA_SHA1
        return changes

    def _signed(
        self, scene: forge.Scene, status: str, changes: dict[str, Any]
    ) -> forge.Response:
        """Return the response as signed by the issuer, or by who comes along."""
        lives = {"not_before": self._now - DAY, "not_after": self._now + 60 * DAY}
        match self._random.randrange(10):
            case 0 | 1 | 2 | 3 | 4:
                return scene.ocsp(status, **changes)
            case 5:
                own = (forge.der(scene.issuer),)
                return scene.ocsp(status, **changes, certificates=own)
            case 6 | 7:
                by = scene.responder(**lives)
            case 8:
                by = scene.responder(**lives, extensions=())
            case _:
                by = scene.signer
        return scene.delegated(status, by=by, **changes)

    def _crl(self, scene: forge.Scene, *, delta: bool = False) -> bytes | None:
        chance = self._random
        if self._one_in(16):
            return None
        if self._one_in(30):
            return b"junk"
        entries = [
            scene.listed(
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
            if self._one_in(3):
                changes["freshest"] = chance.choice(_FRESHEST)
        if self._one_in(16):
            flags = ("user", "ca", "reasons", "indirect", "attribute")
            changes["scope"] = forge.scope(**{chance.choice(flags): True})
        if self._one_in(25):
            changes["algorithm"] = forge.ECDSA_SHA1
        if self._one_in(30):
            changes["key"] = scene.signer.key
        if self._one_in(30):
            changes["issuer"] = scene.leaf.subject
        if self._one_in(30):
            critical = self._one_in(2)
            changes["extensions"] = (
                forge.extension("1.2.3.4", b"\x05\0", critical=critical),
            )
        return scene.crl(*entries, **changes).der()
