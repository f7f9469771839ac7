"""Where the bundle comes from: S3 (on moto) and a file, under one port."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import botocore.session
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from sealward.aws.bundle_source import (
    FRESH_FOR,
    FileBundleSource,
    S3BundleSource,
    bundle_source,
)
from sealward.policy.bundle import InvalidBundle
from sealward.ports.failures import NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def _document(serial: int, **members: Any) -> bytes:
    return json.dumps(
        {
            "schema": 1,
            "serial": serial,
            "audience": ["*"],
            "policies": [
                {
                    "statement": {
                        "name": "all",
                        "registryScopes": ["*"],
                        "signatureVerification": {"level": "skip"},
                    }
                }
            ],
            "trustStores": {},
            **members,
        }
    ).encode()


class _Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def a_minute_later(self) -> None:
        self.now += FRESH_FOR


class _Bucket:
    """The object, and what was asked of S3."""

    def __init__(self, client: "S3Client") -> None:
        self.client = client
        self.answers: list[int] = []
        client.create_bucket(Bucket="policy")
        client.meta.events.register("after-call.s3.GetObject", self._count)

    def _count(self, http_response: Any, **_: Any) -> None:
        self.answers.append(http_response.status_code)

    def publish(self, content: bytes) -> None:
        self.client.put_object(Bucket="policy", Key="b.json", Body=content)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Bucket]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client: Any = botocore.session.Session().create_client(
            "s3", region_name="us-east-1"
        )
        yield _Bucket(client)


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def source(bucket: _Bucket, clock: _Clock) -> S3BundleSource:
    return S3BundleSource(bucket.client, "policy", "b.json", clock)


def test_s3_is_asked_once_a_minute_and_then_only_whether_it_changed(
    bucket: _Bucket, clock: _Clock, source: S3BundleSource
) -> None:
    bucket.publish(_document(7))
    first = source.bundle()
    clock.now += FRESH_FOR - timedelta(microseconds=1)
    assert source.bundle() is first
    assert bucket.answers == [200]
    clock.a_minute_later()
    assert source.bundle() is first
    assert bucket.answers == [200, 304]
    assert first.serial == 7


def test_a_newer_bundle_is_in_force_within_a_minute(
    bucket: _Bucket, clock: _Clock, source: S3BundleSource
) -> None:
    bucket.publish(_document(7))
    source.bundle()
    bucket.publish(_document(8))
    assert source.bundle().serial == 7
    clock.a_minute_later()
    assert source.bundle().serial == 8


def test_a_bad_newer_bundle_leaves_the_good_one_in_force_and_is_reported(
    bucket: _Bucket, clock: _Clock, source: S3BundleSource
) -> None:
    bucket.publish(_document(7))
    source.bundle()
    assert source.rejected is None
    bucket.publish(b'{"schema": 1}')
    for _ in range(3):  # also where S3 says that nothing changed since
        clock.a_minute_later()
        assert source.bundle().serial == 7
        assert isinstance(source.rejected, InvalidBundle)
    assert bucket.answers == [200, 200, 304, 304]
    bucket.publish(_document(8))
    clock.a_minute_later()
    assert source.bundle().serial == 8
    assert source.rejected is None


def test_a_bad_bundle_is_still_bad_after_s3_failed_in_between(
    bucket: _Bucket, clock: _Clock, source: S3BundleSource
) -> None:
    bucket.publish(_document(7))
    source.bundle()
    bucket.publish(b'{"schema": 1}')
    clock.a_minute_later()
    source.bundle()
    with mock.patch.object(bucket.client, "get_object", side_effect=_unreachable()):
        clock.a_minute_later()
        source.bundle()
        assert isinstance(source.rejected, Unavailable)
    clock.a_minute_later()
    assert source.bundle().serial == 7
    assert isinstance(source.rejected, InvalidBundle)


def test_with_nothing_good_before_it_stays_named_after_s3_failed_in_between(
    bucket: _Bucket, clock: _Clock, source: S3BundleSource
) -> None:
    bucket.publish(b"not json")
    with pytest.raises(InvalidBundle):
        source.bundle()
    with mock.patch.object(bucket.client, "get_object", side_effect=_unreachable()):
        clock.a_minute_later()
        with pytest.raises(Unavailable):
            source.bundle()
    clock.a_minute_later()
    with pytest.raises(InvalidBundle, match="not a JSON document"):
        source.bundle()


def _unreachable() -> EndpointConnectionError:
    return EndpointConnectionError(endpoint_url="s3")


def test_with_nothing_good_before_a_bad_bundle_decides_nothing(
    bucket: _Bucket, clock: _Clock, source: S3BundleSource
) -> None:
    bucket.publish(b"not json")
    for _ in range(2):
        with pytest.raises(InvalidBundle, match="not a JSON document"):
            source.bundle()
    assert bucket.answers == [200]
    bucket.publish(_document(8))
    clock.a_minute_later()
    assert source.bundle().serial == 8


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"expires": "2026-11-21T12:00:30Z"}, "expired 2026-11-21T12:00:30Z"),
        ({"notBefore": "2026-11-22T12:00:00Z"}, "begins 2026-11-22T12:00:00Z"),
        ({"audience": ["210987654321"]}, "not meant for account 123456789012"),
    ],
    ids=["expired", "not yet in force", "another account's"],
)
def test_one_that_does_not_decide_now_is_told_of_each_minute(
    bucket: _Bucket, clock: _Clock, members: dict[str, Any], said: str
) -> None:
    """Its finding may reach nobody; the alarm does."""
    told: list[Exception] = []
    bucket.publish(_document(1, **members))
    source = S3BundleSource(
        bucket.client, "policy", "b.json", clock, told.append, "123456789012"
    )
    clock.a_minute_later()
    for _ in range(3):
        assert source.bundle().serial == 1
    assert [said in str(each) for each in told] == [True]
    clock.a_minute_later()
    source.bundle()
    assert len(told) == 2
    bucket.publish(_document(2))
    clock.a_minute_later()
    source.bundle()
    assert len(told) == 2


def test_a_bundle_that_is_missing_is_looked_for_again_at_once(
    bucket: _Bucket, source: S3BundleSource
) -> None:
    with pytest.raises(NotFound, match=r"s3://policy/b\.json"):
        source.bundle()
    bucket.publish(_document(7))
    assert source.bundle().serial == 7


def test_a_bundle_that_goes_away_stays_in_force_and_is_reported(
    bucket: _Bucket, clock: _Clock, source: S3BundleSource
) -> None:
    bucket.publish(_document(7))
    source.bundle()
    bucket.client.delete_object(Bucket="policy", Key="b.json")
    clock.a_minute_later()
    assert source.bundle().serial == 7
    assert isinstance(source.rejected, NotFound)
    bucket.publish(_document(7))
    clock.a_minute_later()
    assert source.bundle().serial == 7
    assert source.rejected is None


def test_a_bundle_that_breaks_off_is_unavailable(
    bucket: _Bucket, clock: _Clock, source: S3BundleSource
) -> None:
    bucket.publish(_document(7))

    class _Broken:
        def read(self, _size: int) -> bytes:
            raise ConnectionResetError("reset by peer")

    def broken(parsed: dict[str, Any], **_: Any) -> None:
        parsed["Body"] = _Broken()

    bucket.client.meta.events.register("after-call.s3.GetObject", broken)
    with pytest.raises(Unavailable, match="reset by peer"):
        source.bundle()
    bucket.client.meta.events.unregister("after-call.s3.GetObject", broken)
    assert source.bundle().serial == 7
    assert clock.now == START


# -- a file ----------------------------------------------------------------------------


def test_a_file_is_read_again_when_it_changed(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    source = FileBundleSource(file)
    with pytest.raises(NotFound, match=r"b\.json"):
        source.bundle()
    file.write_bytes(_document(7))
    first = source.bundle()
    assert source.bundle() is first
    file.write_bytes(b"{}")
    assert source.bundle() is first
    assert isinstance(source.rejected, InvalidBundle)
    file.write_bytes(_document(123))
    assert source.bundle().serial == 123
    assert source.rejected is None


def test_a_bad_file_with_none_before_decides_nothing(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    file.write_bytes(b"{}")
    source = FileBundleSource(file)
    for _ in range(2):
        with pytest.raises(InvalidBundle):
            source.bundle()


def test_a_directory_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=os.path.basename(tmp_path)):  # noqa: PTH119
        FileBundleSource(tmp_path).bundle()


# -- the setting -----------------------------------------------------------------------


def test_a_location_names_a_bucket_or_a_path(bucket: _Bucket, clock: _Clock) -> None:
    bucket.publish(_document(7))
    found = bundle_source("s3://policy/b.json", bucket.client, clock)
    assert found.bundle().serial == 7
    assert isinstance(
        bundle_source("/tmp/b.json", bucket.client, clock), FileBundleSource
    )


@pytest.mark.parametrize(
    "location", ["s3://", "s3://bucket", "s3://bucket/", "s3:///k"]
)
def test_half_a_location_is_refused_with_what_to_write(
    bucket: _Bucket, clock: _Clock, location: str
) -> None:
    with pytest.raises(ValueError, match="write s3://<bucket>/<key>"):
        bundle_source(location, bucket.client, clock)
