"""The finding about the policy bundle: one for the stack, whatever is looked at."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.decisions import Unknown, Unseen, first_record
from sealward.findings import Place, dated, delivered, next_state
from sealward.ledger.records import FindingStatus, Record
from sealward.look.reading.sightings import InForce
from sealward.policy.bundle import UNKNOWN_FOR
from sealward.ports.delivery import Delivered
from sealward.ports.failures import PortError
from sealward.ports.ledger import Ledger
from sealward.ports.security_hub import SecurityHub
from sealward.subjects import SubjectKey

BUNDLE_KEY: Final = SubjectKey(repository="sealward", digest="policy-bundle")
"""Where the bundle's own finding is remembered: no digest looks like this."""
BUNDLE_EXPIRED: Final = "bundle-expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFinding:
    """Raises and resolves it, and keeps the ledger's word about it."""

    ledger: Ledger
    hub: SecurityHub
    place: Place
    now: Callable[[], datetime]

    def follow(self, force: InForce, known: Record | None) -> None:
        """Raise or resolve the one finding about the bundle; fail silently.

        Args:
            force: the bundle in force, or why there is none.
            known: the record of the subject looked at, as it was before: where an
                earlier bundle decided about it, an open finding may be resolved.
        """
        if not self._has_news(force, known):
            return
        # For looks only under a bundle that is new, or not in force.
        from sealward.findings.bundle import (  # noqa: PLC0415
            bundle_raised,
            bundle_resolved,
            describe_problems,
        )

        if force.invalid is not None:
            document = bundle_raised(
                self.place,
                reason=Unknown.BUNDLE_INVALID,
                detail=describe_problems(force.invalid),
            )
        elif force.bundle is not None and force.expired:
            document = bundle_raised(
                self.place,
                reason=BUNDLE_EXPIRED,
                detail=f"Bundle {force.bundle.serial} is past its expiry.",
            )
        elif force.failure is not None:
            document = bundle_raised(
                self.place,
                reason=Unknown.BUNDLE_UNAVAILABLE,
                detail=force.failure.detail,
            )
        elif force.bundle is not None:
            document = bundle_resolved(self.place, serial=force.bundle.serial)
        else:
            return
        try:
            self._tell_bundle(document)
        except PortError:
            # About the bundle only, and every look tries again: no look fails for it.
            return

    def _has_news(self, force: InForce, known: Record | None) -> bool:
        """Return whether there is anything to raise, or to take back."""
        if force.invalid is not None or (force.bundle is not None and force.expired):
            return True
        if force.failure is not None:
            return self._long_unknown(known)
        return (
            force.bundle is not None
            and known is not None
            # Where none was in force, the same one may be back.
            and (
                known.bundle_serial != force.bundle.serial
                or known.unknown_since is not None
            )
        )

    def _long_unknown(self, known: Record | None) -> bool:
        since = known.unknown_since if known else None
        return since is not None and self.now() - since >= UNKNOWN_FOR

    def _tell_bundle(self, document: Mapping[str, Any]) -> None:
        stored = self.ledger.current(BUNDLE_KEY)
        status = (
            FindingStatus.OPEN
            if document["RecordState"] == "ACTIVE"
            else FindingStatus.RESOLVED
        )
        state = stored.finding if stored else None
        if status is FindingStatus.RESOLVED and (
            state is None or (state.status is status and state.delivered)
        ):
            return
        now = self.now()
        state = next_state(state, document, status, now=now)
        record = stored or first_record(
            BUNDLE_KEY, Unseen(reason=Unknown.BUNDLE_INVALID, detail=""), now
        )
        record = replace(
            record, reason=document["FindingProviderFields"]["Severity"]["Original"]
        )
        if stored is None or stored.finding != state:
            stored = self._write(replace(record, finding=state), stored)
        if not state.delivered and isinstance(
            self.hub.publish(dated(document, state)), Delivered
        ):
            self._write(replace(stored, finding=delivered(state)), stored)

    def _write(self, record: Record, stored: Record | None) -> Record:
        expected = stored.version if stored else 0
        record = replace(record, version=expected + 1)
        self.ledger.write(record, expected=expected, report=None)
        return record
