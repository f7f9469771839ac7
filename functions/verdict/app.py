"""verdict: tells the account that replicates here what became of its images."""

from sealward.cold_start import import_libraries

# First: what is imported before it compiles all its patterns.
import_libraries()

import os
from functools import cache
from typing import Any

from sealward.aws.clients import Clients
from sealward.aws.ledger.ledger_key import LedgerKey
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.sealed_items import sealed
from sealward.aws.telemetry import Telemetry
from sealward.notices.replica_answers import ReplicaAnswers
from sealward.settings import Settings


@cache
def environment() -> tuple[ReplicaAnswers, Telemetry]:
    """Return what one execution environment keeps, made at its first use."""
    settings, clients, telemetry = Settings.of(os.environ), Clients(), Telemetry()

    def forged(pk: str, sk: str) -> None:
        # It counts as absent; the next look tells Security Hub.
        telemetry.event("forged", count="LedgerForged", pk=pk, sk=sk)

    items = sealed(
        clients.client("dynamodb"),
        LedgerKey(settings.ledger_key, clients.lazily("secretsmanager")),
        forged,
    )
    answers = ReplicaAnswers(
        ledger=LedgerTable(settings.ledger_table, items),
        source=settings.verdict_source,
        repositories=settings.verdict_repositories,
    )
    return answers, telemetry


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:  # noqa: ANN401 (Lambda's)
    """Return what the ledger holds of the image that ``event`` names."""
    answers, telemetry = environment()
    try:
        answer = answers.of(event)
        telemetry.event(
            "verdict asked", count="VerdictsAsked", refused="refused" in answer
        )
        return answer
    finally:
        telemetry.flush()
