"""``sealward ledger signed-by``, ``pending``, ``held`` and ``exposed``.

Each goes by an index that holds only what is wanted, a page at a time; the table is
never read through.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, islice
from typing import Final

import click

from sealward.cli.aws_options import REGION, TABLE
from sealward.cli.bundle_file import JSON
from sealward.cli.ledger_subject import record_json
from sealward.cli.open_ledger import KEY, OpenLedger, open_ledger
from sealward.cli.output import as_json, printable, table
from sealward.cli.unanswered import answered
from sealward.ledger import (
    LOST,
    HoldState,
    Record,
    Verdict,
    from_text,
    proposal_state,
    reported_state,
    to_text,
)
from sealward.subjects import SubjectKey

PAGE: Final = 100
"""Images of a page unless told otherwise."""
LARGEST_PAGE: Final = 1_000
READ_LIMIT: Final = 5_000
"""Records read for one page, wanted or not."""
WITHIN: Final = timedelta(minutes=70)
"""What is pending is looked at again within the hour."""
_FAILING: Final = (Verdict.UNSIGNED, Verdict.UNTRUSTED, Verdict.INCONCLUSIVE)

LIMIT = click.option(
    "--limit",
    default=PAGE,
    show_default=True,
    type=click.IntRange(1, LARGEST_PAGE),
    help="Images of one page.",
)
AFTER = click.option(
    "--after", default="", help="Go on where the last page ended, as it says."
)
Marked = Iterator[tuple[str, SubjectKey]]
"""Subjects, each with the mark to go on after."""
Source = Callable[[str], Marked]
"""Returns what comes after a mark; an empty one stands before the first."""
Sources = Callable[[OpenLedger], Iterator[Source]]
Wanted = Callable[[Record], bool]


@click.command("signed-by")
@click.argument("identity", metavar="IDENTITY|PROFILE")
@TABLE
@REGION
@KEY
@LIMIT
@AFTER
@JSON
def signed_by(
    identity: str,
    table_name: str,
    region: str | None,
    key_name: str,
    limit: int,
    after: str,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """List the images that IDENTITY or a signing PROFILE made trusted.

    Write it as the policy's trustedIdentities does: an x509.subject, or the profile's
    ARN. Where a policy wants several identities, it is the first that counts here.
    Exit codes: 0 done, 2 AWS did not answer.
    """

    def sources(opened: OpenLedger) -> Iterator[Source]:
        yield lambda mark: _marked(opened.pages.signed_by(identity, after=mark))

    page = _page(sources, lambda record: record.signer == identity, limit, after)
    _print(page, table_name, region, key_name, json_wanted=json_wanted)


def _listing(name: str, text: str, sources: Sources, wanted: Wanted) -> click.Command:
    """Return a command that lists the images that ``sources`` lead to."""

    @click.command(name, help=f"{text}\n\nExit codes: 0 done, 2 AWS did not answer.")
    @TABLE
    @REGION
    @KEY
    @LIMIT
    @AFTER
    @JSON
    def command(
        table_name: str,
        region: str | None,
        key_name: str,
        limit: int,
        after: str,
        json_wanted: bool,  # noqa: FBT001 - click's way
    ) -> None:
        page = _page(sources, wanted, limit, after)
        _print(page, table_name, region, key_name, json_wanted=json_wanted)

    return command


def states_of(opened: OpenLedger, states: tuple[str, ...]) -> Iterator[Source]:
    """Return the subjects of ``states``, and of proposals: a record is found by those.

    Raises:
        Unavailable, Denied: as named in ``sealward.ports.failures``.
    """
    # Oldest first and never removed: their places do not change between two pages.
    proposals = (proposal_state(one.id) for one in opened.ledger.proposals())
    for state in chain(states, proposals):
        yield partial(_of_state, opened, state)


def held_sources(opened: OpenLedger) -> Iterator[Source]:
    """Return what may be held; the record says.

    Raises:
        Unavailable, Denied: as named.
    """
    return states_of(opened, tuple(state.value for state in HoldState))


def _exposed(opened: OpenLedger) -> Iterator[Source]:
    failing = [each.value for each in _FAILING]
    return states_of(
        opened,
        (
            *failing,
            *map(reported_state, (*failing, LOST)),
            *(state.value for state in HoldState if state is not HoldState.HELD),
        ),
    )


def _pending(opened: OpenLedger) -> Iterator[Source]:
    yield partial(_by_due_time, opened)
    yield partial(_of_state, opened, Verdict.INCONCLUSIVE.value)


def _of_state(opened: OpenLedger, state: str, mark: str) -> Marked:
    return _marked(opened.pages.in_state(state, after=mark))


def _marked(keys: Iterator[SubjectKey]) -> Marked:
    return ((str(key), key) for key in keys)


def _by_due_time(opened: OpenLedger, mark: str) -> Marked:
    since = from_text(mark) if mark else None
    end = datetime.now(UTC) + WITHIN
    while found := opened.ledger.due(end, after=since, limit=PAGE):
        for each in found:
            yield to_text(each.at), each.key
        since = found[-1].at


def walk(sources: Iterator[Source], after: str) -> Marked:
    """Yield the subjects of ``sources`` in order, each with the mark to go on after.

    Raises:
        ValueError: ``after`` is no mark.
        Unavailable, Denied: as named.
    """
    place, _, mark = after.partition("/")
    first = int(place or 0)
    for number, source in enumerate(sources):
        if number >= first:
            for each, key in source(mark if number == first else ""):
                yield f"{number}/{each}", key


def count_pending(opened: OpenLedger, *, reads: int) -> tuple[int, bool]:
    """Return how many have no verdict yet, and whether those were all.

    Args:
        opened: the ledger.
        reads: records read at most.

    Raises:
        Unavailable, Denied: as named in ``sealward.ports.failures``.
    """
    keys = dict.fromkeys(key for _, key in islice(walk(_pending(opened), ""), reads))
    records = map(opened.ledger.current, keys)
    return sum(map(_no_verdict, records)), len(keys) < reads


def _no_verdict(record: Record | None) -> bool:
    unsettled = (Verdict.PENDING, Verdict.INCONCLUSIVE)
    return record is not None and record.verdict in unsettled


pending = _listing(
    "pending",
    "List the images that have no verdict yet: pending and inconclusive.",
    _pending,
    _no_verdict,
)
held = _listing(
    "held",
    "List the images in quarantine, on their way there, or on their way out.",
    held_sources,
    lambda record: record.hold is not None,
)
exposed = _listing(
    "exposed",
    "List the refused images that can be pulled now, and since when.",
    _exposed,
    lambda record: record.exposure.open_since is not None,
)


def _page(
    sources: Sources, wanted: Wanted, limit: int, after: str
) -> Callable[[OpenLedger], tuple[list[Record], str]]:
    """Return what reads a page: its records, and what to go on after, if anything."""

    def read(opened: OpenLedger) -> tuple[list[Record], str]:
        found: dict[SubjectKey, Record] = {}
        last = ""
        for number, (mark, key) in enumerate(walk(sources(opened), after)):
            if len(found) == limit or number == READ_LIMIT:
                return list(found.values()), last
            last = mark
            record = opened.ledger.current(key) if key not in found else None
            if record is not None and wanted(record):
                found[key] = record
        return list(found.values()), ""

    return read


def _print(
    read: Callable[[OpenLedger], tuple[list[Record], str]],
    table_name: str,
    region: str | None,
    key_name: str,
    *,
    json_wanted: bool,
) -> None:
    with answered():
        opened = open_ledger(table_name, region, key_name)
        try:
            records, more = read(opened)
        except ValueError as error:
            raise click.BadParameter(
                "write what the last line of the page before says, or leave it out to "
                "begin anew",
                param_hint="--after",
            ) from error
    opened.say_seal()
    if json_wanted:
        as_json(
            {
                **opened.seal(),
                "images": [record_json(one) for one in records],
                "after": more or None,
            }
        )
        return
    if not records:
        click.echo("none" if not more else "none on this page")
    else:
        table([_HEAD, *map(_row, records)])
    if more:
        click.echo(f"there is more: --after {printable(more)}")


_HEAD: Final = ("IMAGE", "VERDICT", "REASON", "HOLD", "EXPOSED SINCE", "UPDATED")


def _row(record: Record) -> tuple[str, ...]:
    since = record.exposure.open_since
    return (
        str(record.key),
        record.verdict.value,
        record.reason,
        record.hold.state.value if record.hold else "-",
        f"{since:%Y-%m-%d %H:%M}Z" if since else "-",
        f"{record.updated_at:%Y-%m-%d %H:%M}Z",
    )
