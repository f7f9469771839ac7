"""``sealward policy check``: whether a bundle would be used."""

from pathlib import Path

import click

from sealward.cli.bundle_advice import advice
from sealward.cli.bundle_file import BUNDLE, JSON, read_bundle
from sealward.cli.output import as_json, printable, table


@click.command()
@BUNDLE
@JSON
def check(bundle_path: Path, json_wanted: bool) -> None:  # noqa: FBT001 - click's way
    """Say whether BUNDLE would be used, and if not, everything that is wrong.

    It is judged by the same code as in the functions. What would be used and still
    deserves a second look is said as advice. Exit codes: 0 it would be used, 1 it is
    refused, 2 it cannot be read.
    """
    bundle = read_bundle(bundle_path, json_wanted=json_wanted)
    scopes = sum(len(one.statement.registry_scopes) for one in bundle.policies)
    if json_wanted:
        as_json(
            {
                "problems": [],
                "digest": bundle.digest,
                "serial": bundle.serial,
                "audience": bundle.audience,
                "policies": len(bundle.policies),
                "scopes": scopes,
                "advice": advice(bundle),
            }
        )
        return
    table(
        [
            ("bundle", bundle.digest),
            ("serial", str(bundle.serial)),
            ("audience", ", ".join(bundle.audience)),
            ("not before", str(bundle.not_before or "at once")),
            ("expires", str(bundle.expires or "never")),
            ("policies", f"{len(bundle.policies)} with {scopes} scopes"),
            ("signer roots", f"{len(bundle.signer_roots)}"),
        ]
    )
    for sentence in advice(bundle):
        click.echo(f"advice: {printable(sentence)}", err=True)
