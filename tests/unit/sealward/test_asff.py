"""Every finding is one that Security Hub takes, whatever texts went into it.

Held against botocore's model, and against the limits that its documentation states
beside the model and no client enforces.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator

import sealward.findings
from sealward.decisions import Severity
from sealward.findings import Place, dated, next_state
from sealward.findings.breaker import breaker_tripped
from sealward.findings.bundle import bundle_raised, bundle_resolved
from sealward.findings.flood import flood_ended, flooding
from sealward.findings.image import raised, resolved
from sealward.findings.ledger import ledger_forged
from sealward.findings.pause import pause_ended, paused
from sealward.findings.remedies import REMEDIES
from sealward.findings.repository import (
    REPORTED,
    Counted,
    repository_raised,
    repository_resolved,
)
from sealward.ledger import FindingStatus, Hold, HoldState, Record, Verdict
from sealward.ledger.floods import Flood
from sealward.ledger.releases import Release, ReleaseKind
from sealward.ledger.replicas import Replica, ReplicaCause
from sealward.overrides import Pause
from sealward.proposals import Newest, Trip
from tests.hostile_strings import HOSTILE
from tests.ledger_records import NOW, plain_record, subject_key
from tests.unit.sealward.stand import bundle

MODEL = botocore.session.Session().get_service_model("securityhub")
IMPORT = MODEL.operation_model("BatchImportFindings").input_shape
HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
HERE = Place(partition="aws", account="123456789012", region="us-east-1", registry=HOST)
LONG = "x" * 5_000
NAME = f"{'long/' * 50}name12"
"""As long as a repository's name may be: 256 characters."""
TYPE: Final = re.compile(
    r"(Software and Configuration Checks|TTPs|Effects|Unusual Behaviors"
    r"|Sensitive Data Identifications)/[^/]+/[^/]+"
)
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_MAXIMUM: Final = re.compile(r"[Mm]aximum(?: length)? of (\d+)")
_MEMBERS: Final = re.compile(r"Maximum number of (\d+) items?")
_BYTES = 240 * 1024
_MAKERS: Final = {"frame", "dated", "stands", "ended", "of_replica"}
"""What findings are made of, and none by itself."""
TEXTS: Final = {"plain": "why", "empty": "", "blank": " \t", "longest": LONG, **HOSTILE}


@pytest.fixture(params=list(TEXTS.values()), ids=list(TEXTS))
def text(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def records(text: str, repository: str) -> Iterator[Record]:
    """Yield a record for each of what an image's finding tells apart."""
    plain = plain_record(
        key=subject_key(repository),
        verdict=Verdict.UNTRUSTED,
        reason="identity-not-allowed",
        detail=text,
        statement=text,
        tags=(text or "1.42",),
        owner=text,
        pushed_by=text,
        pushed_at=NOW,
        last_trusted=text,
    )
    yield plain
    yield replace(plain, proposal="quarantine")
    yield replace(plain, verdict=Verdict.INCONCLUSIVE, reason="access-denied")
    yield replace(plain, verdict=Verdict.INCONCLUSIVE, reason="gone", removed_by=text)
    hold = Hold(state=HoldState.HELD, since=NOW, applied=1, detail=text, unkept=text)
    for state in HoldState:
        yield replace(plain, hold=replace(hold, state=state), pulled_at=NOW)
    for kind in ReleaseKind:
        release = Release(
            kind=kind,
            at=NOW,
            lasts=timedelta(hours=1),
            until=NOW + timedelta(hours=1),
            by=text,
            reason=text,
        )
        released = replace(hold, state=HoldState.RELEASED)
        yield replace(plain, hold=released, release=release)
    for cause in ReplicaCause:
        replica = Replica(source="123456789012/us-east-1", cause=cause, detail=text)
        yield replace(plain, replica=replica, hold=hold)


def held_for_each_reason(text: str, repository: str) -> Iterator[Record]:
    """Yield a held image for every reason there is."""
    (plain, *_) = records(text, repository)
    hold = Hold(state=HoldState.HELD, since=NOW, applied=1)
    for reason in REMEDIES:
        yield replace(plain, reason=reason, hold=hold)


def findings(text: str, repository: str = "prod/app") -> Iterator[Mapping[str, Any]]:
    """Yield every kind of finding with ``text`` wherever a text goes in."""
    policy = replace(
        bundle().policies[0],
        environment=text,
        owner={"team": text, "contact": text},
        statement=replace(
            bundle().policies[0].statement, name=text, trusted_identities=(text,) * 9
        ),
    )
    for record in records(text, repository):
        yield raised(HERE, record, severity=Severity.HIGH, policy=policy)
        yield resolved(HERE, record, policy=policy)
        yield resolved(HERE, record, policy=None, counted=True)
    for severity in Severity:
        yield raised(HERE, record, severity=severity, policy=policy)
    newest = Newest(
        digest=subject_key().digest, tag=text, reason="identity-not-allowed", at=NOW
    )
    counted = Counted(
        reported=dict.fromkeys(REPORTED, 10**6),
        proposed=dict.fromkeys((f"p-{number}" for number in range(40)), 10**6),
        newest=(newest,) * 5,
    )
    yield repository_raised(HERE, repository, counted, policy=policy, acts=True)
    yield repository_raised(HERE, repository, Counted(), policy=None, acts=False)
    yield repository_resolved(HERE, repository)
    yield bundle_raised(HERE, reason="bundle-invalid", detail=text)
    yield bundle_resolved(HERE, serial=10**9)
    yield ledger_forged(HERE, item=text, now=NOW)
    trip = Trip(
        at=NOW, reversals=20, repositories=(repository, text) * 9, proposals=(text,)
    )
    yield breaker_tripped(HERE, trip)
    for where in ("", repository):
        pause = Pause(
            repository=where, by=text, reason=text, at=NOW, until=NOW, request="n"
        )
        yield paused(HERE, pause)
        yield pause_ended(HERE, pause)
    flood = Flood(repository=repository, since=NOW, at=NOW)
    yield flooding(HERE, flood)
    yield flood_ended(HERE, flood)


def problems(finding: Mapping[str, Any]) -> list[str]:
    """Return what Security Hub would not take."""
    assert IMPORT is not None
    asked = {"Findings": [finding]}
    report = ParamValidator().validate(asked, IMPORT)
    found = [report.generate_report()] if report.has_errors() else []
    found += [*_beyond(asked, IMPORT, "")]
    found += [
        f"{name} is no instant of the form that is sorted by"
        for name in ("CreatedAt", "UpdatedAt")
        if not INSTANT.fullmatch(finding[name])
    ]
    types = finding["FindingProviderFields"]["Types"]
    found += [f"type {each}" for each in types if not TYPE.fullmatch(each)]
    fields = finding.get("ProductFields", {})
    found += [
        f"ProductFields {name}"
        for name, value in fields.items()
        if not 1 <= len(name) <= 128 or not 1 <= len(value) <= 2048
    ]
    if len(fields) > 50:
        found.append("too many ProductFields")
    if len(str(finding).encode()) > _BYTES:
        found.append("too large")
    return found


def _beyond(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """Yield where ``value`` is beyond what the documentation of the model states."""
    if isinstance(shape, StructureShape):
        for name, each in value.items():
            yield from _beyond_member(each, shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for number, each in enumerate(value):
            yield from _beyond(each, shape.member, f"{path}[{number}]")
    elif isinstance(shape, MapShape):
        for name, each in value.items():
            yield from _beyond(each, shape.value, f"{path}[{name}]")
    elif isinstance(value, str):
        allowed = shape.metadata.get("enum", [value])
        if not value.strip():
            yield f"{path} is blank"
        elif value not in allowed:
            yield f"{path} is {value}, none of {allowed}"


def _beyond_member(value: Any, shape: Shape, path: str) -> Iterator[str]:
    said = shape.documentation or ""
    limit, items = _MAXIMUM.search(said), _MEMBERS.search(said)
    if limit and isinstance(value, str) and len(value) > int(limit[1]):
        yield f"{path} has {len(value)} characters, {limit[1]} are taken"
    if items and len(value) > int(items[1]):
        yield f"{path} has {len(value)} items, {items[1]} are taken"
    yield from _beyond(value, shape, path)


def sent(finding: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return ``finding`` with its times, as it is imported."""
    if "UpdatedAt" in finding:
        return finding
    return dated(finding, next_state(None, finding, FindingStatus.OPEN, now=NOW))


@pytest.mark.parametrize("repository", ["prod/app", NAME], ids=["short", "longest"])
def test_security_hub_takes_every_finding_whatever_its_texts(
    text: str, repository: str
) -> None:
    for finding in findings(text, repository):
        assert problems(sent(finding)) == []


@pytest.mark.parametrize("repository", ["prod/app", NAME], ids=["short", "longest"])
def test_so_it_does_for_every_reason(repository: str) -> None:
    for record in held_for_each_reason(LONG, repository):
        finding = raised(HERE, record, severity=Severity.HIGH, policy=None)
        assert problems(sent(finding)) == []


def test_every_kind_of_finding_is_held_against_it() -> None:
    made = {
        name
        for module in pkgutil.iter_modules(sealward.findings.__path__)
        for name, each in vars(
            importlib.import_module(f"sealward.findings.{module.name}")
        ).items()
        if not name.startswith("_")
        and getattr(each, "__module__", "").startswith("sealward.findings")
        and str(getattr(each, "__annotations__", {}).get("return")).startswith("dict")
    }
    here = vars(importlib.import_module(__name__))
    assert {name for name in made - _MAKERS if name not in here} == set()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"Title": "x" * 257}, ".Findings[0].Title has 257 characters, 256 are taken"),
        ({"Description": " "}, ".Findings[0].Description is blank"),
        ({"Id": "x" * 513}, ".Findings[0].Id has 513 characters, 512 are taken"),
        ({"RecordState": "OPEN"}, ".Findings[0].RecordState is OPEN"),
        ({"UpdatedAt": "2026-11-21 12:00"}, "UpdatedAt is no instant"),
        ({"ProductFields": {"a": "x" * 2049}}, "ProductFields a"),
        (
            {"Remediation": {"Recommendation": {"Text": "x" * 513}}},
            ".Findings[0].Remediation.Recommendation.Text has 513 characters",
        ),
        (
            {"FindingProviderFields": {"Types": ["Supply Chain/Signature"]}},
            "type Supply Chain/Signature",
        ),
    ],
)
def test_what_it_would_not_take_is_noticed(
    changes: Mapping[str, Any], problem: str
) -> None:
    finding = {**sent(bundle_resolved(HERE, serial=1)), **changes}
    (found,) = problems(finding)
    assert found.startswith(problem)


@pytest.mark.parametrize("repository", ["prod/app", NAME], ids=["short", "longest"])
def test_no_command_and_no_link_is_cut(repository: str) -> None:
    for record in (
        *records("why", repository),
        *held_for_each_reason("why", repository),
    ):
        finding = raised(HERE, record, severity=Severity.HIGH, policy=None)
        said = finding["Remediation"]["Recommendation"]["Text"]
        assert re.search(r" More: docs/findings\.md#[a-z-]+$", said), said
        assert "..." not in said


def test_what_was_done_is_said_however_long_the_rest_is() -> None:
    hold = Hold(state=HoldState.HELD, since=NOW, applied=1)
    record = plain_record(
        key=subject_key(NAME),
        verdict=Verdict.UNTRUSTED,
        reason="identity-not-allowed",
        detail=LONG,
        hold=hold,
        pushed_by="role ci-billing",
    )
    finding = raised(HERE, record, severity=Severity.HIGH, policy=bundle().policies[0])
    said = finding["Description"]
    assert "It was taken out of reach and cannot be pulled" in said
    assert "Pushed by role ci-billing. No pull of it is recorded." in said
    assert said.endswith("The chain is trusted, this signer is not.")
