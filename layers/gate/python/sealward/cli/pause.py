"""``sealward pause`` and ``sealward resume``: actions made to wait, and to go on."""

import click

from sealward.cli.asking import DURATION, FUNCTION, REASON, ask
from sealward.cli.aws_options import REGION
from sealward.cli.bundle_file import JSON
from sealward.operate.requests import Command

ACCOUNT = click.option(
    "--account", "whole", is_flag=True, help="All repositories of the stack."
)
REPOSITORY = click.option("--repository", default="", help="Only this repository.")


@click.command()
@FUNCTION
@REGION
@ACCOUNT
@REPOSITORY
@click.option("--for", "lasts", required=True, type=DURATION, help="At most 24h.")
@REASON
@JSON
def pause(
    function_name: str,
    region: str | None,
    whole: bool,  # noqa: FBT001 - click's way
    repository: str,
    lasts: int,
    reason: str,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Let all actions wait; verdicts and findings go on. Ends by itself.

    Exit codes: 0 done, 1 refused, 2 AWS did not answer.
    """
    _require_one(whole=whole, repository=repository)
    ask(
        Command.PAUSE,
        {"repository": repository, "seconds": lasts, "reason": reason},
        function_name=function_name,
        region=region,
        json_wanted=json_wanted,
    )


@click.command()
@FUNCTION
@REGION
@ACCOUNT
@REPOSITORY
@JSON
def resume(
    function_name: str,
    region: str | None,
    whole: bool,  # noqa: FBT001 - click's way
    repository: str,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """End a pause now; what waited is done.

    Exit codes: 0 done, 1 refused, 2 AWS did not answer.
    """
    _require_one(whole=whole, repository=repository)
    ask(
        Command.RESUME,
        {"repository": repository},
        function_name=function_name,
        region=region,
        json_wanted=json_wanted,
    )


def _require_one(*, whole: bool, repository: str) -> None:
    if whole == bool(repository):
        raise click.UsageError("say --account, or --repository NAME")
