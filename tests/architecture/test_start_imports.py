"""What a start of verify_push may not import: the budget of a cold start.

Counted here because it can be: times are measured by ``make bench``. What is imported
at every start and needed by few looks is paid by all (docs/performance.md).
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.cold_start import environment

ROOT = Path(__file__).parents[2]
LATER = {
    "notation_verifier._cbor": "COSE envelopes",
    "notation_verifier._cose": "COSE envelopes",
    "notation_verifier.blob_trust_policy": "blobs",
    "notation_verifier.explanation": "sealward explain",
    "notation_verifier.revocation": "chains that name a service",
    "notation_verifier.signer_revocation": "AWS Signer's signatures",
    "notation_verifier.timestamp": "timestamped signatures",
    "sealward.actions.pulls": "images to which something is done",
    "sealward.actions.steps": "images to which something is done",
    "sealward.audit": "sealward redo",
    "sealward.aws.ledger.flood_table": "floods",
    "sealward.cli": "the command line",
    "sealward.findings.breaker": "a tripped breaker",
    "sealward.findings.bundle": "a bundle that is new, or not in force",
    "sealward.findings.flood": "floods",
    "sealward.findings.image": "images that Security Hub hears of",
    "sealward.findings.ledger": "forged items",
    "sealward.findings.pause": "pauses, told by operate",
    "sealward.findings.repository": "repositories that are counted",
    "sealward.look.indexes.listings": "images whose grace ends unsigned",
    "sealward.look.indexes.parents": "images that an index lists",
    "sealward.look.indexes.shields": "images that an index keeps",
    "sealward.look.judging.replicas": "images that came by replication",
    "sealward.look.settling.breaker": "reversals",
    "sealward.look.settling.kept_signatures": "stacks that keep signatures",
    "sealward.look.telling.floods": "floods",
    "sealward.operate": "operate",
    "sealward.sweep": "sweep",
    "sealward.web": "chains that name a service",
    "aws_lambda_powertools.event_handler": "nothing here",
    "aws_lambda_powertools.utilities.parser": "nothing here",
    "boto3": "nothing here: botocore's own clients",
    "pydantic": "nothing here",
    "s3transfer": "nothing here",
    "unittest": "tests",
}
"""Modules, packages with all that is in them, and what alone needs them."""
OURS = 215
"""How many modules of ours a start may import; each is about a third of a
millisecond. 199 were on 22 November 2026."""
STARTED = """
import sys
sys.path[:0] = {folders!r}
before = set(sys.modules)
import app
print(*sorted(set(sys.modules) - before))
"""


@pytest.fixture(scope="module")
def imported() -> frozenset[str]:
    folders = ("functions/verify_push", "layers/gate/python", "layers/notation/python")
    script = STARTED.format(folders=[str(ROOT / folder) for folder in folders])
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(POLICY_BUNDLE="s3://policy/bundle.json")
        | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return frozenset(run.stdout.split())


def test_what_few_looks_need_is_not_imported_at_a_start(
    imported: frozenset[str],
) -> None:
    too_early = {
        module: f"only for {wanted}"
        for module in imported
        for name, wanted in LATER.items()
        if module == name or module.startswith(f"{name}.")
    }
    assert too_early == {}


def test_every_module_named_here_is_one(imported: frozenset[str]) -> None:
    layers = ROOT / "layers"
    missing = [
        name
        for name in LATER
        if name.startswith(("sealward", "notation_verifier"))
        and not list(layers.glob(f"*/python/{name.replace('.', '/')}*"))
    ]
    assert missing == []
    assert "sealward.look.gate" in imported


def test_a_start_stays_within_its_modules(imported: frozenset[str]) -> None:
    ours = [
        each for each in imported if each.startswith(("sealward", "notation_verifier"))
    ]
    assert len(ours) <= OURS
