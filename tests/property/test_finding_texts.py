"""Whatever texts a record and its policy hold, Security Hub takes what is said."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sealward.decisions import Severity
from sealward.findings import Place, dated, next_state
from sealward.findings.image import raised, resolved
from sealward.ledger import FindingStatus, Hold, HoldState, Verdict
from sealward.policy.bundle import Policy
from simulator.clock import ManualClock
from simulator.local_aws import LocalAws
from simulator.places import place
from tests.ledger_records import NOW, plain_record
from tests.unit.sealward.stand import bundle

HERE = Place(partition="aws", account="123456789012", region="us-east-1")
WHERE = place(HERE.account, HERE.region)
POLICY = bundle().policies[0]
texts = st.text(max_size=40) | st.builds(
    lambda part, times: part * times,
    st.text(min_size=1, max_size=4),
    st.integers(1, 900),
)
"""Any text; half of them long."""
holds = st.builds(
    Hold,
    state=st.sampled_from(HoldState),
    since=st.just(NOW),
    applied=st.integers(0, 9),
    detail=texts,
    unkept=texts,
)
records = st.builds(
    lambda changes: plain_record(**changes),
    st.fixed_dictionaries(
        {},
        optional={
            "verdict": st.sampled_from(Verdict),
            "reason": st.sampled_from(
                ["limit", "gone", "no-signature", "identity-not-allowed"]
            ),
            "detail": texts,
            "statement": texts,
            "tags": st.lists(texts, max_size=20).map(tuple),
            "signer": st.none() | texts,
            "owner": texts,
            "pushed_by": texts,
            "removed_by": texts,
            "last_trusted": texts,
            "covered_by": st.none() | texts,
            "hold": st.none() | holds,
        },
    ),
)


def policy_of(text: str) -> Policy:
    """Return a policy whose texts are ``text``, however it came to be."""
    return replace(
        POLICY,
        statement=replace(POLICY.statement, name=text, trusted_identities=(text,)),
        environment=text,
        owner={"team": text, "contact": text},
    )


def said(document: object) -> list[str]:
    """Return every text in ``document``."""
    if isinstance(document, Mapping):
        return [
            text for pair in document.items() for each in pair for text in said(each)
        ]
    if isinstance(document, list | tuple):
        return [text for each in document for text in said(each)]
    return [document] if isinstance(document, str) else []


def taken(document: dict[str, Any]) -> bool:
    """Return whether Security Hub takes ``document`` as a finding."""
    aws = LocalAws(clock=ManualClock(NOW))
    aws.hub(WHERE).enabled_at = NOW - timedelta(days=1)
    state = next_state(None, document, FindingStatus.OPEN, now=NOW)
    answer = aws.call(
        "securityhub",
        "BatchImportFindings",
        {"Findings": [dated(document, state)]},
        place=WHERE,
    )
    return not answer["FailedFindings"]


@settings(max_examples=40, deadline=None)
@given(records, st.none() | texts.map(policy_of), st.sampled_from(Severity))
def test_any_texts_make_a_finding_that_is_taken(
    record: Any, policy: Policy | None, severity: Severity
) -> None:
    for document in (
        raised(HERE, record, severity=severity, policy=policy),
        resolved(HERE, record, policy=policy),
    ):
        assert all(text.isprintable() for text in said(document))
        assert taken(document)
