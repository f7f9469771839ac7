"""``sealward policy compile``: Notation's own files into a policy bundle."""

from collections.abc import Sequence
from pathlib import Path

import click

from sealward.cli.bundle_advice import advice
from sealward.cli.bundle_file import UnreadableFile, read_file
from sealward.cli.crl_files import read_crls
from sealward.cli.output import printable, refuse
from sealward.cli.trust_store_folder import read_trust_stores
from sealward.policy.bundle import load_bundle
from sealward.policy.compile import Settings, compile_bundle, read_trust_policy
from sealward.policy.problems import InvalidBundle
from sealward.policy.settings_file import read_settings


@click.command("compile")
@click.option(
    "--trust-policy",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Notation's trustpolicy.json.",
)
@click.option(
    "--trust-store",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Notation's truststore folder: DIR/x509/{ca,signingAuthority,tsa}/<name>/.",
)
@click.option(
    "--enforcement",
    multiple=True,
    metavar="[STATEMENT=]report|quarantine",
    help="For one statement, or for all others. Default: report.",
)
@click.option(
    "--grace",
    multiple=True,
    metavar="[STATEMENT=]DURATION",
    help="How long a signature may arrive after its image. Default: 10m.",
)
@click.option(
    "--untagged-grace",
    multiple=True,
    metavar="[STATEMENT=]DURATION",
    help="How long an index may arrive after an image without a tag. Default: 1h.",
)
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON: further settings by statement (docs/policy.md). Options go before.",
)
@click.option("--serial", type=click.IntRange(min=1), default=1, show_default=True)
@click.option(
    "--audience",
    multiple=True,
    metavar="ACCOUNT",
    help="An account the bundle is meant for. Default: any.",
)
@click.option(
    "--signer-root",
    multiple=True,
    metavar="NAME=SHA256",
    help="Trust this root for AWS Signer's ARNs instead of the published ones.",
)
@click.option(
    "--signer-revocation",
    multiple=True,
    metavar="[STATEMENT=]effective|all",
    help="Whether a profile's revocation by AWS Signer reaches what it signed before. "
    "Default: effective.",
)
@click.option(
    "--crl",
    "crls",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A CRL, DER or PEM, used instead of fetching it; or a folder of .crl files.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the bundle is written.",
)
def compile_(  # noqa: PLR0913 - the options of a command
    *,
    trust_policy: Path,
    trust_store: Path,
    enforcement: Sequence[str],
    grace: Sequence[str],
    untagged_grace: Sequence[str],
    settings_file: Path | None,
    serial: int,
    audience: Sequence[str],
    signer_root: Sequence[str],
    signer_revocation: Sequence[str],
    crls: Sequence[Path],
    output: Path,
) -> None:
    """Compile a trust policy and its trust stores into a policy bundle.

    The same input gives the same bytes. Exit codes: 0 written, 1 refused (nothing is
    written), 2 a file cannot be read or written.
    """
    try:
        fields = read_settings(read_file(settings_file)) if settings_file else {}
    except InvalidBundle as error:
        refuse(error, what=str(settings_file))
    settings = Settings(
        policies=fields,
        serial=serial,
        audience=tuple(audience) or ("*",),
        enforcement=_by_statement(enforcement, "--enforcement"),
        grace=_by_statement(grace, "--grace"),
        untagged_grace=_by_statement(untagged_grace, "--untagged-grace"),
        signer_roots=_by_statement(signer_root, "--signer-root", named=True),
        signer_reach=_by_statement(signer_revocation, "--signer-revocation"),
        crls=read_crls(crls),
    )
    try:
        source = read_trust_policy(read_file(trust_policy))
        stores = read_trust_stores(trust_store, source.stores)
        document = compile_bundle(source, stores, settings)
    except InvalidBundle as error:
        refuse(error, what=str(trust_policy))
    try:
        output.write_bytes(document)
    except OSError as error:
        raise UnreadableFile(f"{output}: {error.strerror}") from error
    for sentence in advice(load_bundle(document)):
        click.echo(f"advice: {printable(sentence)}", err=True)
    for scope in source.left_out:
        click.echo(
            f"left out {printable(scope)}: not a repository of Amazon ECR", err=True
        )


def _by_statement(
    values: Sequence[str], option: str, *, named: bool = False
) -> dict[str, str]:
    """Return ``[NAME=]VALUE`` options as a mapping; without a name under ``""``."""
    found: dict[str, str] = {}
    for text in values:
        name, _, value = text.rpartition("=")
        if named and not name:
            raise click.BadParameter(f"{text!a} lacks its NAME=", param_hint=option)
        if name in found:
            raise click.BadParameter(
                f"{name!a} is given twice" if name else "given twice", param_hint=option
            )
        found[name] = value
    return found
