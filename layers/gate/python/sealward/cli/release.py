"""``sealward release``: a held image let go, to be signed or to be used."""

import click

from sealward.cli.asking import DURATION, FUNCTION, ask
from sealward.cli.aws_options import REGION
from sealward.cli.bundle_file import JSON
from sealward.cli.image_target import InvalidReference, RegistryUnanswered
from sealward.cli.open_ledger import open_ledger
from sealward.cli.output import printable
from sealward.cli.subject_reference import subjects_of
from sealward.cli.unanswered import UNANSWERED, say_unanswered
from sealward.events import is_digest
from sealward.operate.requests import Command
from sealward.ports.failures import PortError
from sealward.subjects import SubjectKey


@click.command()
@click.argument("image", metavar="IMAGE|DIGEST")
@FUNCTION
@REGION
@click.option(
    "--to-sign", "window", type=DURATION, help="Bring it back to be signed: at most 1h."
)
@click.option(
    "--for",
    "lasts",
    type=DURATION,
    help="Break the glass: use it, 24h at most.",
)
@click.option("--reason", help="Why; needed with --for, kept, and told.")
@click.option(
    "--table",
    "table_name",
    envvar="SEALWARD_LEDGER_TABLE",
    help="Ledger table (output LedgerTable); only to find a digest's repository.",
)
@JSON
def release(
    image: str,
    function_name: str,
    region: str | None,
    window: int | None,
    lasts: int | None,
    reason: str | None,
    table_name: str | None,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Let go IMAGE, which Sealward holds: REPOSITORY@DIGEST, a tag, or a digest.

    Exit codes: 0 done, 1 refused, 2 AWS did not answer.
    """
    if (window is None) == (lasts is None):
        raise click.UsageError("say --to-sign 15m, or --for 8h with --reason")
    if lasts is not None and not reason:
        raise click.UsageError("--for needs --reason: it is kept, and told")
    key = _subject(image, table_name, region)
    members: dict[str, object] = {"repository": key.repository, "digest": key.digest}
    if window is not None:
        command = Command.SIGN
        members |= {"seconds": window}
    else:
        command = Command.BREAK_GLASS
        members |= {"seconds": lasts, "reason": reason}
    ask(
        command,
        members,
        function_name=function_name,
        region=region,
        json_wanted=json_wanted,
    )


def _subject(image: str, table_name: str | None, region: str | None) -> SubjectKey:
    """Return the one image that is named; a digest alone is looked for."""
    name, _, digest = image.rpartition("@")
    if is_digest(digest) and name and "." not in name.partition("/")[0]:
        # Nothing need be asked, and so nothing else need be allowed.
        return SubjectKey(repository=name.partition(":")[0], digest=digest)
    if is_digest(image) and not table_name:
        raise click.UsageError("write REPOSITORY@DIGEST, or say --table")
    try:
        found = subjects_of(image, open_ledger(table_name or "-", region, ""), region)
    except (InvalidReference, RegistryUnanswered, PortError) as error:
        say_unanswered(error)
        raise click.exceptions.Exit(UNANSWERED) from error
    if len(found) != 1:
        names = ", ".join(map(str, found)) or "no repository"
        raise click.UsageError(f"the digest is in {printable(names)}: write which")
    return found[0]
