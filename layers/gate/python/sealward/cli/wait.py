"""``sealward wait``: in a pipeline, until an image has a verdict.

The tag is resolved once; what is waited for is that digest's verdict, whatever the tag
becomes meanwhile. Needs ``ecr:DescribeImages`` for a tag and ``dynamodb:GetItem``.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import click

from sealward.cli.aws_options import REGION, TABLE
from sealward.cli.bundle_file import JSON
from sealward.cli.image_target import InvalidReference, RegistryUnanswered
from sealward.cli.named_subject import references_of
from sealward.cli.open_ledger import KEY, open_ledger
from sealward.cli.output import as_json, printable
from sealward.cli.subject_answer import ExitCode, SubjectAnswer, Word
from sealward.cli.subject_reference import subjects_of
from sealward.cli.unanswered import answered
from sealward.ledger import Record, Verdict
from sealward.policy.document import duration
from sealward.ports.failures import Denied, PortError, Unavailable
from sealward.subjects import SubjectKey

FIRST: Final = 1.0
"""Seconds before the second question; each pause is half as long again."""
LONGEST: Final = 10.0
"""Seconds between two questions at most."""


def _timeout(_context: click.Context, _option: click.Parameter, said: str) -> timedelta:
    try:
        return duration(said)
    except ValueError as error:
        raise click.BadParameter(f"{error}; write as in 10m or 90s") from error


@click.command()
@click.argument("image", metavar="IMAGE")
@click.option(
    "--timeout",
    default="10m",
    callback=_timeout,
    metavar="DURATION",
    help="How long to wait, as in 90s or 10m (default).",
)
@TABLE
@REGION
@KEY
@JSON
def wait(
    image: str,
    timeout: timedelta,
    table_name: str,
    region: str | None,
    key_name: str,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Wait until IMAGE has a verdict, and say it; for pipelines.

    IMAGE is HOST/REPOSITORY:TAG or REPOSITORY@DIGEST. Give the digest that the build
    pushed: a tag is resolved once, at the beginning.

    Exit codes: 0 trusted, covered or exempt; 1 refused; 2 it cannot be told: no
    verdict within the time, no policy names the repository, or AWS did not answer.
    """
    with answered():
        opened = open_ledger(table_name, region, key_name)
        try:
            keys = [
                key
                for reference in references_of(image)
                for key in subjects_of(reference, opened, region)
            ]
        except (InvalidReference, RegistryUnanswered) as error:
            click.echo(f"sealward: {printable(str(error))}", err=True)
            raise click.exceptions.Exit(ExitCode.CANNOT_TELL) from error
        if len(keys) != 1:
            click.echo("sealward: write REPOSITORY@DIGEST or a tag", err=True)
            raise click.exceptions.Exit(ExitCode.CANNOT_TELL)
        answer = settled(
            opened.ledger.current,
            keys[0],
            timeout=timeout.total_seconds(),
            clock=time.monotonic,
            sleep=time.sleep,
        )
    opened.say_seal()
    if json_wanted:
        as_json({**opened.seal(), **answer.as_json()})
    for line in answer.lines() if not json_wanted else ():
        click.echo(line)
    raise click.exceptions.Exit(answer.exit_code)


def settled(
    current: Callable[[SubjectKey], Record | None],
    key: SubjectKey,
    *,
    timeout: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> SubjectAnswer:
    """Return the verdict of ``key`` once it is settled, or what is known at the end.

    Args:
        current: reads the ledger.
        key: of the image.
        timeout: seconds.
        clock: monotonic, in seconds.
        sleep: waits for so many seconds.

    Raises:
        Denied: the ledger may not be read.
        Unavailable: it never answered.
    """
    end, pause = clock() + timeout, FIRST
    record: Record | None = None
    failure: PortError | None = None
    while True:
        try:
            record, failure = current(key), None
        except Denied:
            raise
        except Unavailable as error:
            failure = error
        answer = SubjectAnswer(name=str(key), record=record)
        ungoverned = record is not None and record.verdict is Verdict.UNGOVERNED
        if failure is None and (
            ungoverned or answer.word in {Word.TRUSTED, Word.REFUSED}
        ):
            return answer
        left = end - clock()
        if left <= 0:
            if failure is not None:
                raise failure
            return answer
        sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST)
