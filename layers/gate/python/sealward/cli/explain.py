"""``sealward explain``: why an image is refused, who pushed it, how to mend it."""

import click

from sealward.cli.aws_options import REGION, TABLE
from sealward.cli.bundle_file import JSON
from sealward.cli.image_target import InvalidReference, RegistryUnanswered
from sealward.cli.named_subject import references_of
from sealward.cli.open_ledger import KEY, OpenLedger, open_ledger
from sealward.cli.output import as_json, printable
from sealward.cli.subject_answer import ExitCode, SubjectAnswer
from sealward.cli.subject_reference import host_of, subjects_of
from sealward.cli.unanswered import UNANSWERED, answered
from sealward.subjects import SubjectKey


@click.command()
@click.argument("what", metavar="IMAGE|DIGEST|FINDING|TASK")
@TABLE
@REGION
@KEY
@JSON
def explain(
    what: str,
    table_name: str,
    region: str | None,
    key_name: str,
    json_wanted: bool,  # noqa: FBT001 - click's way
) -> None:
    """Say why an image is refused or trusted, who pushed it, and how to mend it.

    Give what you have: HOST/REPOSITORY:TAG, REPOSITORY@DIGEST, a digest, a finding's
    Id, the ARN of an ECS task, or an image id of Kubernetes. A tag is resolved once.
    It is what Sealward last decided; 'sealward verify' verifies anew.

    Exit codes: 0 trusted, covered or exempt; 1 refused; 2 it cannot be told. Of
    several images the worst counts: refused before cannot be told.
    """
    with answered():
        opened = open_ledger(table_name, region, key_name)
        try:
            named = [
                (key, host_of(reference))
                for reference in references_of(what)
                for key in subjects_of(reference, opened, region)
            ]
        except (InvalidReference, RegistryUnanswered) as error:
            click.echo(f"sealward: {printable(str(error))}", err=True)
            raise click.exceptions.Exit(UNANSWERED) from error
        answers = [_answer(opened, key, host) for key, host in named] or [
            SubjectAnswer(name=what, record=None)
        ]
    opened.say_seal()
    if json_wanted:
        as_json({**opened.seal(), "images": [each.as_json() for each in answers]})
    for number, each in enumerate(answers if not json_wanted else ()):
        if number:
            click.echo()
        for line in each.lines():
            click.echo(line)
    codes = {each.exit_code for each in answers}
    raise click.exceptions.Exit(
        ExitCode.REFUSED if ExitCode.REFUSED in codes else max(codes)
    )


def _answer(opened: OpenLedger, key: SubjectKey, host: str) -> SubjectAnswer:
    record = opened.ledger.current(key)
    entries = opened.ledger.history(key) if record is not None else ()
    return SubjectAnswer(
        name=str(key),
        record=record,
        last=entries[-1] if entries else None,
        host=host,
    )
