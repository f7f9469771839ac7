"""Every reason has its remedy and its section in docs/findings.md."""

import re
from pathlib import Path

import pytest

from notation_verifier import Reason
from sealward.decisions import Unknown, judgement
from sealward.decisions.managed_signing import MANAGED_SIGNING_FAILED
from sealward.decisions.releases import BREAK_GLASS
from sealward.findings.flood import OVER_ITS_SHARE
from sealward.findings.ledger import LEDGER_FORGED
from sealward.findings.pause import PAUSED
from sealward.findings.remedies import DOCUMENT, REMEDIES
from sealward.ledger import Verdict
from sealward.ledger.replicas import ReplicaCause
from sealward.look.telling.bundle_finding import BUNDLE_EXPIRED
from sealward.signatures.candidates import Rejection
from sealward.subjects.manifests import ManifestProblem

ROOT = Path(__file__).parents[3]
VERDICT_REASONS = {
    judgement.NO_POLICY,
    judgement.LEVEL_SKIP,
    judgement.BASELINE,
    judgement.SATISFIED,
    judgement.GRACE,
    judgement.NO_SIGNATURE,
    judgement.OTHER_SCHEME,
    judgement.TOO_FEW_IDENTITIES,
    judgement.LIMIT,
    judgement.SIGNATURE_LOST,
    judgement.SIGNATURE_UNREADABLE,
    judgement.NOT_AN_IMAGE,
    judgement.GONE,
    judgement.COVERED,
    judgement.SHIELD,
    BUNDLE_EXPIRED,
    MANAGED_SIGNING_FAILED,
    LEDGER_FORGED,
    OVER_ITS_SHARE,
    BREAK_GLASS,
    PAUSED,
}
REASONS = sorted(
    VERDICT_REASONS.union(
        *(
            map(str, each)
            for each in (Reason, Rejection, Unknown, ManifestProblem, ReplicaCause)
        )
    )
)


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", (ROOT / DOCUMENT).read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_a_remedy_and_a_section(
    reason: str, sections: dict[str, str]
) -> None:
    told = REMEDIES[reason]
    assert told.meaning in sections[reason]
    assert told.remedy in sections[reason]


def test_no_remedy_is_for_a_reason_nobody_gives() -> None:
    assert sorted(REMEDIES) == REASONS


def test_every_verdict_is_explained(sections: dict[str, str]) -> None:
    for each in Verdict:
        assert f"| `{each}` |" in sections["Verdicts"]
