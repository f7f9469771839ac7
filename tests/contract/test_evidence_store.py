"""One suite for the evidence store: S3 with Object Lock (on moto), and in process."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from sealward.aws.evidence_bucket import EvidenceBucket
from sealward.aws.ledger.evidence_quota import EvidenceQuotaTable
from sealward.ports.evidence_store import EvidenceQuota, EvidenceStore
from sealward.ports.failures import NotFound
from simulator.in_process.evidence import InProcessEvidence
from tests.ledger_on_moto import ledger_on_moto

BUCKET = "evidence"
TODAY = date(2027, 1, 15)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client: Any = botocore.session.Session().create_client(
            "s3", region_name="us-east-1"
        )
        client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        client.put_object_lock_configuration(
            Bucket=BUCKET,
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}},
            },
        )
        yield client


@pytest.fixture(params=["bucket", "memory"])
def store(request: pytest.FixtureRequest) -> EvidenceStore:
    if request.param == "memory":
        return InProcessEvidence()
    return EvidenceBucket(request.getfixturevalue("s3"), BUCKET)


@pytest.fixture(params=["table", "memory"])
def quota(request: pytest.FixtureRequest) -> Iterator[EvidenceQuota]:
    if request.param == "memory":
        yield InProcessEvidence()
        return
    with ledger_on_moto() as client:
        yield EvidenceQuotaTable("ledger", client)


def test_what_was_kept_is_read_back(store: EvidenceStore) -> None:
    store.keep("objects/1", b"bytes")
    assert store.read("objects/1", limit=5) == b"bytes"


def test_what_is_there_is_never_written_over(store: EvidenceStore) -> None:
    store.keep("objects/1", b"first")
    store.keep("objects/1", b"second")
    assert store.read("objects/1", limit=10) == b"first"


@pytest.mark.parametrize(("key", "limit"), [("objects/2", 10), ("objects/1", 4)])
def test_what_is_missing_or_too_large_is_not_found(
    store: EvidenceStore, key: str, limit: int
) -> None:
    store.keep("objects/1", b"bytes")
    with pytest.raises(NotFound):
        store.read(key, limit=limit)


def test_keys_are_listed_by_prefix(store: EvidenceStore) -> None:
    for key in ("dossiers/a/1", "dossiers/a/2", "dossiers/b/1"):
        store.keep(key, key.encode())
    assert sorted(store.keys("dossiers/a/")) == ["dossiers/a/1", "dossiers/a/2"]
    assert store.keys("dossiers/c/") == []


def test_a_version_that_is_locked_cannot_be_deleted(s3: Any) -> None:
    EvidenceBucket(s3, BUCKET).keep("objects/1", b"bytes")
    (version,) = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=BUCKET, Key="objects/1", VersionId=version["VersionId"])


def test_a_quota_is_of_one_repository_and_day(quota: EvidenceQuota) -> None:
    quota.take("prod/app", TODAY, 10)
    quota.take("prod/app", TODAY, 5)
    assert quota.spent("prod/app", TODAY) == 15
    assert quota.spent("prod/other", TODAY) == 0
    assert quota.spent("prod/app", TODAY + timedelta(days=1)) == 0
