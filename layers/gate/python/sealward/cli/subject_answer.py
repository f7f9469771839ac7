"""What the ledger holds of an image, as a developer reads it: a few lines, or JSON.

Texts come from registries, certificates, policies and events: printable, and cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Final

from sealward.cli.output import printable
from sealward.decisions.judgement import GONE
from sealward.findings.remedies import DOCUMENT, remedy
from sealward.findings.steps import done, mend
from sealward.ledger import Hold, HoldState, Record, Verdict
from sealward.ports.ledger import HistoryEntry

_TEXT: Final = 600
"""Characters of one text."""
_TAGS: Final = 5
"""Tags that are named; ``--json`` has all."""
_SHORT: Final = 8
"""Of a bundle's digest."""
_NEVER_SEEN: Final = (
    "why   no look has been at it: it was pushed this moment, its event was lost (the "
    "daily sweep finds it), or it is in another account or Region"
)
_ACCEPTED: Final = frozenset({Verdict.TRUSTED, Verdict.COVERED, Verdict.EXEMPT})
_REFUSED: Final = frozenset({Verdict.UNSIGNED, Verdict.UNTRUSTED})


class Word(StrEnum):
    """What it comes to."""

    TRUSTED = "TRUSTED"
    REFUSED = "REFUSED"
    UNDECIDED = "UNDECIDED"
    UNKNOWN = "UNKNOWN"


class ExitCode(IntEnum):
    """What a command ends with."""

    TRUSTED = 0
    REFUSED = 1
    CANNOT_TELL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectAnswer:
    """One image as the ledger holds it."""

    name: str
    """``repository@digest``: what the answer is about, whatever was asked for."""
    record: Record | None
    """None where nothing is known of it."""
    last: HistoryEntry | None = None
    """What made the verdict, where it was read."""
    host: str = ""
    """Of its registry, where it was said: commands name the image with it."""

    @property
    def word(self) -> Word:
        """Return the answer in one word."""
        if self.record is None:
            return Word.UNKNOWN
        if self.record.verdict in _ACCEPTED:
            return Word.TRUSTED
        return Word.REFUSED if self.record.verdict in _REFUSED else Word.UNDECIDED

    @property
    def exit_code(self) -> ExitCode:
        """Return 0 trusted, covered or exempt; 1 refused; 2 cannot tell."""
        match self.word:
            case Word.TRUSTED:
                return ExitCode.TRUSTED
            case Word.REFUSED:
                return ExitCode.REFUSED
            case _:
                return ExitCode.CANNOT_TELL

    def sentence(self) -> str:
        """Return the first line: what it comes to, and of what."""
        record = self.record
        if record is None:
            return f"{self.word}  nothing is known of {_clean(self.name)}"
        parts = [record.verdict.value]
        if record.hold is not None:
            parts.append(_held(record, record.hold))
        if self.word is Word.REFUSED:
            parts.append(_pulled(record))
        tags = f" ({', '.join(_clean(tag) for tag in record.tags[:_TAGS])})"
        named = f"{_clean(self.name)}{tags if record.tags else ''}"
        return f"{self.word}  {' - '.join([*parts, named])}"

    def lines(self) -> list[str]:
        """Return the answer for a reader: what, why, what was done, who, the remedy."""
        record = self.record
        if record is None:
            return [
                self.sentence(),
                _NEVER_SEEN,
            ]
        reason = self._reason(record)
        rows = [self.sentence(), f"why   {self._why(record)}"]
        if self._acted(record):
            rows.append(f"done  {_clean(done(record))}")
        if who := _who(record):
            rows.append(f"who   {who}")
        if self.word is not Word.TRUSTED:
            rows.append(f"mend  {self._mend(record)}")
        return [*rows, f"more  {DOCUMENT}#{reason}"]

    def as_json(self) -> dict[str, Any]:
        """Return the answer in plain JSON types."""
        record = self.record
        said: dict[str, Any] = {
            "schema": 1,
            "image": _clean(self.name),
            "answer": self.word.value.lower(),
            "sentence": self.sentence(),
            "exitCode": int(self.exit_code),
        }
        if record is None:
            return said
        reason = self._reason(record)
        return said | {
            "verdict": record.verdict.value,
            "reason": reason,
            "why": self._why(record),
            "signedBy": [_clean(each) for each in self._signers()],
            "tags": [_clean(tag) for tag in record.tags],
            "pushedBy": _clean(record.pushed_by) or None,
            "removedBy": _clean(record.removed_by) or None,
            "owner": _clean(record.owner) or None,
            "hold": record.hold.state.value if record.hold else None,
            "done": _clean(done(record)) if self._acted(record) else None,
            "lastTrusted": _clean(record.last_trusted) or None,
            "exposureSeconds": round(record.exposure.total(record.updated_at), 1),
            "lastPulledAt": record.pulled_at.isoformat() if record.pulled_at else None,
            "remedy": self._mend(record),
            "more": f"{DOCUMENT}#{reason}",
            "version": record.version,
            "decidedAt": record.updated_at.isoformat(),
        }

    def _reason(self, record: Record) -> str:
        return record.so_far or record.reason

    def _acted(self, record: Record) -> bool:
        """Return whether there is anything to say of what was done, or was not."""
        return self.word is Word.REFUSED or record.hold is not None

    def _mend(self, record: Record) -> str:
        told = remedy(self._reason(record))
        return _clean(mend(record, told.remedy, host=self.host))

    def _asked(self, record: Record) -> str:
        """Return what the policy that refused it asks for, if that still governs."""
        entry = self.last.report if self.last is not None else {}
        same = entry.get("statement_hash") == record.statement_hash
        return str(entry.get("asked", "")) if same else ""

    def _why(self, record: Record) -> str:
        # As a finding has it: what is asked for, then what was found.
        asked = self._asked(record) if self.word is Word.REFUSED else ""
        found = "; ".join(_clean(each) for each in (asked, record.detail) if each)
        parts = [f"{self._reason(record)}: {found}"]
        if signers := self._signers():
            parts.append(f"signed by {', '.join(_clean(each) for each in signers)}")
        if passed := self._passed():
            parts.append(passed)
        statement = _clean(record.statement) or "none"
        bundle = record.bundle_digest.removeprefix("sha256:")[:_SHORT] or "no bundle"
        parts.append(f"policy {statement} @{bundle}")
        return "; ".join(parts)

    def _signers(self) -> list[str]:
        """Return who signed it, as far as a signature satisfied."""
        record = self.record
        if record is None or record.verdict is not Verdict.TRUSTED:
            return []
        return [each for each in (record.signer, *record.further_signers) if each]

    def _passed(self) -> str:
        """Return how far the signature came that came furthest, if one was read."""
        counts = [
            (_passes(checks), len(checks))
            for each in self._candidates()
            if (checks := each.get("checks"))
        ]
        if not counts or self.word is Word.TRUSTED:
            return ""
        passed, made = max(counts)
        return f"{passed} of {made} checks passed"

    def _candidates(self) -> list[Mapping[str, Any]]:
        if self.last is None:
            return []
        found = self.last.report.get("candidates", [])
        return [each for each in found if isinstance(each, dict)]


def _passes(checks: list[Mapping[str, Any]]) -> int:
    return sum(each.get("outcome") == "passed" for each in checks)


def _held(record: Record, hold: Hold) -> str:
    match hold.state:
        case HoldState.HELD:
            return f"held {_seconds(record)} after it could be pulled"
        case HoldState.REFUSED:
            return f"not held: the registry refuses ({_clean(hold.detail)})"
        case state:
            return state.value


def _seconds(record: Record) -> str:
    return f"{record.exposure.total(record.updated_at):.1f} s"


def _pulled(record: Record) -> str:
    if record.pulled_at is None:
        return "no pull recorded"
    return f"last pulled {record.pulled_at:%Y-%m-%d %H:%M} UTC"


def _who(record: Record) -> str:
    said = []
    if record.pushed_by:
        said.append(f"pushed by {_clean(record.pushed_by)}")
    if record.removed_by:
        what = "deleted" if record.reason == GONE else "its signature deleted"
        said.append(f"{what} by {_clean(record.removed_by)}")
    if record.owner:
        said.append(f"owner {_clean(record.owner)}")
    return " - ".join(said)


def _clean(text: str) -> str:
    short = text if len(text) <= _TEXT else f"{text[: _TEXT - 3]}..."
    return printable(short)
