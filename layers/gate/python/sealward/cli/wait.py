"""``sealward wait``: in a pipeline, until an image has a verdict.

The tag is resolved once; what is waited for is that digest's verdict, whatever the tag
becomes meanwhile. Needs ``ecr:DescribeImages`` for a tag and ``dynamodb:GetItem``; with
``dynamodb:Query`` as well it says what the policy asked for.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import click

from sealward.cli.aws_options import REGION, TABLE
from sealward.cli.bundle_file import JSON
from sealward.cli.image_target import InvalidReference, RegistryUnanswered
from sealward.cli.named_subject import references_of
from sealward.cli.open_ledger import KEY, OpenLedger, open_ledger
from sealward.cli.output import as_json, printable
from sealward.cli.subject_answer import ExitCode, SubjectAnswer, Word
from sealward.cli.subject_reference import host_of, subjects_of
from sealward.cli.unanswered import answered
from sealward.ledger import Record, Verdict
from sealward.policy.document import duration
from sealward.ports.failures import Denied, PortError, Unavailable
from sealward.ports.ledger import HistoryEntry
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

    While it waits it says on standard error how things stand, whenever that changes:
    a wrong signature is said at once, though a good one may still come.

    Exit codes: 0 trusted, covered or exempt; 1 refused; 2 it cannot be told: no
    verdict within the time, no policy names the repository, or AWS did not answer.
    """
    with answered():
        opened = open_ledger(table_name, region, key_name)
        try:
            named = [
                (key, host_of(reference))
                for reference in references_of(image)
                for key in subjects_of(reference, opened, region)
            ]
        except (InvalidReference, RegistryUnanswered) as error:
            click.echo(f"sealward: {printable(str(error))}", err=True)
            raise click.exceptions.Exit(ExitCode.CANNOT_TELL) from error
        if len(named) != 1:
            click.echo("sealward: write REPOSITORY@DIGEST or a tag", err=True)
            raise click.exceptions.Exit(ExitCode.CANNOT_TELL)
        ((key, host),) = named
        answer = settled(
            opened.ledger.current,
            key,
            timeout=timeout.total_seconds(),
            clock=time.monotonic,
            sleep=time.sleep,
            meanwhile=_say,
        )
        answer = replace(answer, host=host, last=_last(opened, answer))
    opened.say_seal()
    if json_wanted:
        as_json({**opened.seal(), **answer.as_json()})
    for line in answer.lines() if not json_wanted else ():
        click.echo(line)
    raise click.exceptions.Exit(answer.exit_code)


def _say(answer: SubjectAnswer) -> None:
    """Say on standard error how it stands, while it is waited for."""
    for line in answer.lines()[:2]:
        click.echo(f"sealward: {line}", err=True)


def _last(opened: OpenLedger, answer: SubjectAnswer) -> HistoryEntry | None:
    """Return what made the verdict; None also for who may not read the history."""
    if answer.record is None:
        return None
    try:
        entries = opened.ledger.history(answer.record.key)
    except PortError:
        return None
    return entries[-1] if entries else None


def settled(
    current: Callable[[SubjectKey], Record | None],
    key: SubjectKey,
    *,
    timeout: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    meanwhile: Callable[[SubjectAnswer], None] = lambda _: None,
) -> SubjectAnswer:
    """Return the verdict of ``key`` once it is settled, or what is known at the end.

    Args:
        current: reads the ledger.
        key: of the image.
        timeout: seconds.
        clock: monotonic, in seconds.
        sleep: waits for so many seconds.
        meanwhile: told how it stands, each time that this is new.

    Raises:
        Denied: the ledger may not be read.
        Unavailable: it never answered.
    """
    end, pause = clock() + timeout, FIRST
    told: tuple[str, ...] = ()
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
        if failure is None and (stands := _stands(record)) != told:
            meanwhile(answer)
            told = stands
        sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST)


def _stands(record: Record | None) -> tuple[str, ...]:
    """Return what makes a difference to who waits."""
    if record is None:
        return ("",)
    return (record.verdict.value, record.so_far or record.reason)
