"""verify_push: looks at the artifacts that events name.

Takes a batch of the look queue, or one EventBridge event for ``sam local invoke``.
"""

import gc

# What is imported stays. To look for garbage in it in between takes a tenth of a start.
gc.disable()

from sealward.cold_start import import_libraries

import_libraries()

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from notation_verifier import SeenChains
from sealward.aws.bundle_source import bundle_source
from sealward.aws.clients import Clients
from sealward.aws.event_bus import EventBridgeBus
from sealward.aws.evidence_bucket import EvidenceBucket
from sealward.aws.intake import Intake
from sealward.aws.ledger.evidence_quota import EvidenceQuotaTable
from sealward.aws.ledger.forged_items import ForgedItems
from sealward.aws.ledger.ledger_key import LedgerKey
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.message_counts import MessageCountTable
from sealward.aws.ledger.revocation_table import RevocationTable
from sealward.aws.ledger.sealed_items import sealed
from sealward.aws.look_queue import SqsLookQueue
from sealward.aws.owner_topics import SnsTopics
from sealward.aws.registry.ecr import EcrRegistry
from sealward.aws.registry.layer_download import LayerDownload
from sealward.aws.registry.repository_policy import RepositoryPolicies
from sealward.aws.security_hub import AsffSecurityHub
from sealward.aws.signer_data import SERVICE, SignerData
from sealward.aws.telemetry import Telemetry
from sealward.findings import Place
from sealward.look.gate import Gate
from sealward.ports.revocation import RevocationSources
from sealward.revocation import Revocations
from sealward.revocation.signer_answers import SignerAnswers
from sealward.settings import Settings
from sealward.subjects.turns import Shares

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from sealward.look.telling.floods import Floods


@cache
def environment() -> tuple[Intake, Telemetry]:
    """Return what one execution environment keeps, made at its first use."""
    settings, clients, telemetry = Settings.of(os.environ), Clients(), Telemetry()
    settings.require_evidence()
    now, pool = partial(datetime.now, UTC), ThreadPoolExecutor(12)
    ecr = clients.client("ecr")
    queue = SqsLookQueue(
        clients.lazily("sqs"), settings.look_queue_url, settings.dead_letter_queue_url
    )
    hub = AsffSecurityHub(clients.lazily("securityhub"))
    place = Place(
        partition=settings.partition, account=settings.account, region=settings.region
    )
    items = sealed(
        clients.client("dynamodb"),
        LedgerKey(settings.ledger_key, clients.lazily("secretsmanager")),
        ForgedItems(telemetry, hub, place, now),
    )
    gate = Gate(
        registry=EcrRegistry(
            settings.account,
            settings.region,
            ecr,
            LayerDownload(ecr.meta.endpoint_url),
        ),
        ledger=LedgerTable(settings.ledger_table, items),
        security_hub=hub,
        bus=EventBridgeBus(clients.lazily("events"), settings.event_bus)
        if settings.event_bus
        else None,
        topics=SnsTopics(partial(clients.client, "sns"), telemetry.owner_not_told),
        message_counts=MessageCountTable(settings.ledger_table, items),
        bundles=bundle_source(
            settings.policy_bundle,
            clients.lazily("s3"),
            now,
            telemetry.bundle_rejected,
            settings.account,
        ),
        published=bundle_source(settings.published_bundle, clients.lazily("s3"), now)
        if settings.published_bundle
        else None,
        queue=queue,
        evidence=EvidenceBucket(clients.lazily("s3"), settings.evidence_bucket)
        if settings.evidence_bucket
        else None,
        keep_signatures=settings.keep_signatures,
        evidence_quota=EvidenceQuotaTable(settings.ledger_table, items),
        pulls=RepositoryPolicies(settings.account, ecr, role=settings.own_role),
        capability=settings.capability,
        partition=settings.partition,
        host=settings.registry,
        now=now,
        run_beside=lambda calls: wait([pool.submit(call) for call in calls]),
        seen=SeenChains(),
        signer=SignerAnswers(
            SignerData(partial(clients.client, SERVICE), partition=settings.partition),
            now,
        ),
        revocations=Revocations(
            lambda: _web(settings.http_proxy),
            RevocationTable(settings.ledger_table, items),
            # Threads of its own: what runs on the other pool may wait for these.
            side_by_side=ThreadPoolExecutor(4).map,
        ),
    )
    intake = Intake(
        account=settings.account,
        region=settings.region,
        queue=queue,
        look=gate.look,
        telemetry=telemetry,
        shares=Shares(now),
        flooded=lambda repository: _floods(settings, items, hub, place, now).over(
            repository
        ),
    )
    return intake, telemetry


def _floods(
    settings: Settings,
    items: "DynamoDBClient",
    hub: AsffSecurityHub,
    place: Place,
    now: Callable[[], datetime],
) -> "Floods":
    # For floods only.
    from sealward.aws.ledger.flood_table import FloodTable  # noqa: PLC0415
    from sealward.look.telling.floods import Floods  # noqa: PLC0415

    ledger = FloodTable(settings.ledger_table, items)
    return Floods(ledger=ledger, hub=hub, place=place, now=now)


def _web(proxy: str) -> RevocationSources:
    # For looks only at chains that name a source.
    from sealward.web.fetch import WebSources  # noqa: PLC0415

    return WebSources(proxy=proxy)


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    # Lambda initialises on a whole processor, and invokes on the share that memory
    # buys.
    environment()
    gc.freeze()  # nor is any of it looked through again
gc.enable()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 (Lambda's)
    """Answer an SQS batch with its failures, an event with the look's result."""
    intake, telemetry = environment()
    try:
        return intake.take(event, context.get_remaining_time_in_millis)
    finally:
        telemetry.flush()
