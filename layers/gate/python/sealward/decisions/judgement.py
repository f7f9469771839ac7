"""A judgement: a verdict and why; the reasons that are ours, and the verdicts by kind.

What a check refused a signature for is the verifier's word, or ``candidates``'; the
reasons here are the gate's. docs/findings.md lists them all.
"""

from typing import Final

from notation_verifier.values import dataclass
from sealward.ledger.records import Verdict
from sealward.verifications import Examined

NO_POLICY: Final = "no-policy"
LEVEL_SKIP: Final = "level-skip"
BASELINE: Final = "baseline"
SATISFIED: Final = "satisfied"
COVERED: Final = "covered"
GRACE: Final = "grace"
NO_SIGNATURE: Final = "no-signature"
OTHER_SCHEME: Final = "other-scheme"
TOO_FEW_IDENTITIES: Final = "too-few-identities"
LIMIT: Final = "limit"
SIGNATURE_LOST: Final = "signature-lost"
SIGNATURE_UNREADABLE: Final = "signature-unreadable"
NOT_AN_IMAGE: Final = "not-an-image"
GONE: Final = "gone"
SHIELD: Final = "shield"

SETTLED_FAILURES: Final = frozenset({Verdict.UNSIGNED, Verdict.UNTRUSTED})
"""Verdicts an image is acted upon for."""
OPEN: Final = frozenset({Verdict.PENDING, Verdict.INCONCLUSIVE})
"""Verdicts that are none yet."""
ACCEPTED: Final = frozenset({Verdict.TRUSTED, Verdict.COVERED})
"""Verdicts by a signature, the subject's own or its index's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict and why."""

    verdict: Verdict
    reason: str
    """A reason of docs/findings.md."""
    detail: str
    trusted_by: tuple[Examined, ...] = ()
    """The candidates that satisfied the statement, one for each identity."""
    covered_by: str | None = None
    """Digest of the index that covers it."""
    so_far: str = ""
    """Why the best signature so far is refused, while another may arrive."""
