"""``sealward verify-blob``: whether a file is trusted, and why."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from sealward.cli.answering_command import AnsweringCommand, answer
from sealward.cli.blob_target import open_blob
from sealward.cli.blob_verification import judged_blob, required_by
from sealward.cli.judges import Asking
from sealward.cli.progress import Progress
from sealward.cli.verify_options import configuration, verify_options

_INSTEAD = "--policy and --trust-store"
_PERCENT = 100
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify-blob", cls=AnsweringCommand)
@click.argument("blob", type=_FILE)
@click.option(
    "--signature",
    "-s",
    required=True,
    type=_FILE,
    help="The file that notation blob sign wrote: BLOB.jws.sig or BLOB.cose.sig.",
)
@click.option(
    "--policy-name",
    metavar="NAME",
    help="The statement of the trust policy. Default: the global one.",
)
@click.option(
    "--media-type",
    metavar="TYPE",
    help="Must be the media type that was signed. Default: any.",
)
@verify_options("trustpolicy.blob.json")
@click.pass_context
def verify_blob(  # noqa: PLR0913 - the options of a command
    context: click.Context,
    *,
    blob: Path,
    signature: Path,
    policy_name: str | None,
    media_type: str | None,
    policy: Path | None,
    trust_store: Path | None,
    user_metadata: dict[str, str],
    at: datetime | None,
    offline: bool,
    signer_roots: frozenset[str],
    json_wanted: bool,
    quiet: bool,
) -> None:
    """Say whether a file is trusted, and why.

    BLOB is any file that notation blob sign has signed. It is read in pieces, so its
    size does not matter. OCSP responders, CRL servers and AWS Signer are asked where
    the statement needs it.

    Exit codes: 0 trusted; 1 not trusted: untrusted, level skip, or no such statement;
    2 it cannot be told; 3 wrong usage, or a file that cannot be used.
    """
    if media_type == "":
        raise click.UsageError("--media-type is empty; leave it out for any")
    now = at or datetime.now(UTC)
    target = open_blob(blob, signature)
    requirement = required_by(
        policy or configuration(_INSTEAD).blob_trust_policy,
        lambda: trust_store or configuration(_INSTEAD).trust_store,
        name=policy_name,
        signer_roots=signer_roots,
        user_metadata=user_metadata,
        media_type=media_type,
    )
    with Progress(wanted=not (json_wanted or quiet)) as progress:

        def read(count: int) -> None:
            part = _PERCENT * count // max(target.size, count)
            progress.say(f"reading {os.fspath(blob)}: {part} %")

        report = judged_blob(
            target,
            requirement,
            asking=Asking.of(offline=offline or at is not None, now=now),
            now=now,
            progress=read,
        )
    answer(context, report, json_wanted=json_wanted)
