"""``sealward verify``: whether an image of a layout is trusted, and why.

It judges as the functions do, by the same code; only nothing is waited for and nothing
done about it. No network is asked.
"""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from notation_verifier import SIGNER_ROOTS
from sealward.cli.answering_command import AnsweringCommand
from sealward.cli.governing_statement import of_bundle, of_trust_policy
from sealward.cli.layout_target import open_target
from sealward.cli.layout_verification import judged
from sealward.cli.notation_configuration import NoConfiguration, NotationConfiguration
from sealward.cli.output import as_json
from sealward.ledger.records import Verdict
from sealward.policy.document import instant
from sealward.policy.trust_material import is_fingerprint

NOT_TRUSTED: Final = 1
CANNOT_TELL: Final = 2


def _configuration() -> NotationConfiguration:
    try:
        home = Path.home()
    except RuntimeError as error:  # a container's user often has none
        raise NoConfiguration(
            f"{error} Give --policy and --trust-store, or --bundle."
        ) from error
    return NotationConfiguration.of(os.environ, platform=sys.platform, home=home)


def _instant(
    _context: click.Context, _parameter: click.Parameter, text: str | None
) -> datetime | None:
    try:
        return None if text is None else instant(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{error}; write as in 2027-01-15T00:00:00Z"
        ) from error


def _roots(
    _context: click.Context, _parameter: click.Parameter, values: Sequence[str]
) -> frozenset[str]:
    for text in values:
        name, _, fingerprint = text.rpartition("=")
        if not name or not is_fingerprint(fingerprint):
            raise click.BadParameter(
                f"{text!a} is not NAME= and the SHA-256 of the root in lower-case hex"
            )
    return frozenset(text.rpartition("=")[2] for text in values) or SIGNER_ROOTS


@click.command(cls=AnsweringCommand)
@click.argument("target", metavar="LAYOUT[@DIGEST|:TAG]")
@click.option(
    "--policy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Notation's trustpolicy.json. Default: of Notation's configuration folder.",
)
@click.option(
    "--trust-store",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Notation's truststore folder. Default: of Notation's configuration folder.",
)
@click.option(
    "--bundle",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A policy bundle, instead of --policy and --trust-store.",
)
@click.option(
    "--scope",
    metavar="HOST/REPOSITORY",
    help="The repository the image is meant for. Default: the statement of *.",
)
@click.option(
    "--at",
    metavar="TIME",
    callback=_instant,
    help="Verify as of this time, as in 2027-01-15T00:00:00Z. Default: now.",
)
@click.option(
    "--signer-root",
    "signer_roots",
    multiple=True,
    metavar="NAME=SHA256",
    callback=_roots,
    help="Trust this root for AWS Signer's ARNs instead of the published ones.",
)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def verify(  # noqa: PLR0913 - the options of a command
    context: click.Context,
    *,
    target: str,
    policy: Path | None,
    trust_store: Path | None,
    bundle: Path | None,
    scope: str | None,
    at: datetime | None,
    signer_roots: frozenset[str],
    json_wanted: bool,
) -> None:
    """Say whether an image of an OCI layout is trusted, and why.

    LAYOUT is the folder of an OCI image layout. Without @DIGEST or :TAG it must list
    one artifact that is no signature. Every signature of the layout is tried until one
    satisfies the statement. No network is asked: where the statement needs an answer
    of OCSP, a CRL or AWS Signer, it cannot be told.

    Exit codes: 0 trusted; 1 not trusted: unsigned, untrusted, level skip, or no
    statement for the repository; 2 it cannot be told; 3 wrong usage, or a file that
    cannot be used.
    """
    if bundle and (policy or trust_store):
        raise click.UsageError("--bundle stands instead of --policy and --trust-store")
    if bundle and signer_roots is not SIGNER_ROOTS:
        raise click.UsageError("a bundle has its Signer roots; leave --signer-root out")
    now = at or datetime.now(UTC)
    found = open_target(target)
    if bundle:
        governing = of_bundle(bundle, repository=scope)
    else:
        governing = of_trust_policy(
            policy or _configuration().trust_policy,
            trust_store or _configuration().trust_store,
            repository=scope,
            signer_roots=signer_roots,
        )
    if governing is None and scope is None:
        raise click.UsageError(
            "no statement is for *; say with --scope which repository the image is for"
        )
    report = judged(found, governing, repository=scope, now=now)
    if json_wanted:
        as_json(report.as_json())
    else:
        for line in report.as_lines():
            click.echo(line)
    match report.judgement.verdict:
        case Verdict.TRUSTED:
            return
        case Verdict.INCONCLUSIVE:
            context.exit(CANNOT_TELL)
        case _:
            context.exit(NOT_TRUSTED)
