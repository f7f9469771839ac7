"""Where the policy bundle comes from: an S3 object or a file, behind one port.

A good bundle stays in force until a newer good one is read. A newer one that is bad
does not displace it: ``tell`` hears of it, which functions log as an error and count,
and for which the stack has an alarm. So it does of one that is another account's, not
yet in force or past its end. An environment that starts while the newest is bad has
nothing good to keep, so it decides nothing and raises ``InvalidBundle``, which becomes
a finding. Both are safe, and publishing a good bundle ends both within a minute.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from sealward.aws.errors import error_code, translated
from sealward.policy.bundle import (
    BUNDLE_LIMIT,
    InvalidBundle,
    PolicyBundle,
    Standing,
    load_bundle,
)
from sealward.ports.failures import NotFound, PortError, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FRESH_FOR: Final = timedelta(minutes=1)
"""How long what was read is used without asking S3 again."""
_SCHEME: Final = "s3://"


class Lapsed(Exception):  # noqa: N818 - what is the matter with it
    """A good bundle past its end, or before its begin; its text says what to do."""


class S3BundleSource:
    """The bundle in one S3 object, asked for conditionally at most once a minute.

    Args:
        client: a botocore client of ``s3``, or what defers to one.
        bucket: name of the versioned bucket.
        key: the object's key.
        now: returns the present instant, aware, UTC.
        tell: told why the newest is not in force, whenever that was found.
        account: that the bundle must be meant for and in force; empty: whatever it is.
    """

    def __init__(
        self,
        client: "S3Client",
        bucket: str,
        key: str,
        now: Callable[[], datetime],
        tell: Callable[[Exception], None] = lambda _error: None,
        account: str = "",
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._key = key
        self._now = now
        self._tell = tell
        self._account = account
        self._good: PolicyBundle | None = None
        self._etag = ""
        # Of the object with that ETag: S3 will not send it again, only say "unchanged".
        self._invalid: InvalidBundle | None = None
        self._asked: datetime | None = None
        self._rejected: InvalidBundle | PortError | None = None

    @property
    def rejected(self) -> InvalidBundle | PortError | None:
        """Why the newest is not in force, while it is not; None when all is well."""
        return self._rejected

    def bundle(self) -> PolicyBundle:
        """Return the bundle in force.

        Raises:
            InvalidBundle: the newest cannot be used and none was good before it.
            NotFound, Denied, Unavailable: none could be read, now or before.
        """
        now = self._now()
        if self._asked is None or now - self._asked >= FRESH_FOR:
            self._refresh(now)
            why = self._rejected or self._lapsed(now)
            if why is not None:
                self._tell(why)
        if self._good is None:
            raise self._rejected or NotFound(f"no policy bundle at {self._place}")
        return self._good

    @property
    def _place(self) -> str:
        return f"{_SCHEME}{self._bucket}/{self._key}"

    def _refresh(self, now: datetime) -> None:
        try:
            read = self._read()
        except PortError as error:
            # Nothing is remembered of when it was asked: the next look asks again.
            self._rejected = error
            self._asked = now if self._good else None
            return
        self._asked = now
        if read is not None:
            content, self._etag = read
            try:
                self._good = load_bundle(content)
                self._invalid = None
            except InvalidBundle as error:
                self._invalid = error
        self._rejected = self._invalid

    def _lapsed(self, now: datetime) -> Exception | None:
        """Return why the good one does not decide now, or only for want of another."""
        if self._good is None or not self._account:
            return None
        try:
            standing = self._good.in_force(self._account, now)
        except InvalidBundle as error:
            return error
        if standing is Standing.IN_FORCE:
            return None
        expired = standing is Standing.EXPIRED
        at = self._good.expires if expired else self._good.not_before
        return Lapsed(
            f"bundle {self._good.serial} is {standing.value}: it "
            f"{'expired' if expired else 'begins'} {at:%Y-%m-%dT%H:%M:%SZ}; compile "
            "and publish another under a higher serial"
        )

    def _read(self) -> tuple[bytes, str] | None:
        """Return the object and its ETag, or None where it is what was read last."""
        condition = {"IfNoneMatch": self._etag} if self._etag else {}
        with translated(f"GetObject {self._place}"):
            try:
                answer = self._client.get_object(
                    Bucket=self._bucket,
                    Key=self._key,
                    **condition,  # type: ignore[arg-type]  # one known key
                )
                content = answer["Body"].read(BUNDLE_LIMIT + 1)
            except ClientError as error:
                if error_code(error) in {"304", "NotModified"}:
                    return None
                raise
            except (HTTPClientError, OSError) as error:
                if isinstance(error, BotoCoreError):
                    raise
                raise Unavailable(f"GetObject {self._place}: {error}") from error
        return content, answer["ETag"]


class FileBundleSource:
    """The bundle in a file, read again whenever it changed.

    Args:
        path: where it lies.
        tell: told why the newest is not in force, whenever that was found.
    """

    def __init__(
        self,
        path: Path,
        tell: Callable[[Exception], None] = lambda _error: None,
    ) -> None:
        self._path = path
        self._tell = tell
        self._good: PolicyBundle | None = None
        self._seen: tuple[int, int] | None = None
        self._rejected: InvalidBundle | PortError | None = None

    @property
    def rejected(self) -> InvalidBundle | PortError | None:
        """Why the newest is not in force, while it is not; None when all is well."""
        return self._rejected

    def bundle(self) -> PolicyBundle:
        """Return the bundle in force.

        Raises:
            InvalidBundle: the newest cannot be used and none was good before it.
            NotFound, Unavailable: none could be read, now or before.
        """
        rejected = self._rejected
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._seen:
                with self._path.open("rb") as file:
                    content = file.read(BUNDLE_LIMIT + 1)
                self._seen = stamp
                self._good = load_bundle(content)
                self._rejected = None
        except FileNotFoundError:
            self._rejected = NotFound(f"no policy bundle at {self._path}")
            self._seen = None
        except OSError as error:
            self._rejected = Unavailable(f"{self._path}: {error.strerror}")
            self._seen = None
        except InvalidBundle as error:
            self._rejected = error
        if self._rejected is not None and self._rejected is not rejected:
            self._tell(self._rejected)
        if self._good is None:
            raise self._rejected or NotFound(f"no policy bundle at {self._path}")
        return self._good


def bundle_source(
    location: str,
    client: "S3Client",
    now: Callable[[], datetime],
    tell: Callable[[Exception], None] = lambda _error: None,
    account: str = "",
) -> S3BundleSource | FileBundleSource:
    """Return the source of ``location``: ``s3://bucket/key`` or a path.

    ``account`` and ``tell`` are as for ``S3BundleSource``.

    Raises:
        ValueError: an ``s3://`` location without bucket or key.
    """
    if not location.startswith(_SCHEME):
        return FileBundleSource(Path(location), tell)
    bucket, _, key = location.removeprefix(_SCHEME).partition("/")
    if not bucket or not key:
        raise ValueError(f"POLICY_BUNDLE {location!r}: write s3://<bucket>/<key>")
    return S3BundleSource(client, bucket, key, now, tell, account)
