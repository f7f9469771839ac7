"""Commands whose exit codes 1 and 2 are answers: what goes wrong ends with 3."""

import traceback
from collections.abc import MutableMapping
from typing import Any, ClassVar, Final, Protocol

import click

from notation_verifier import NotationError
from sealward.cli.blob_target import InvalidBlob
from sealward.cli.governing_statement import ConflictingMetadata
from sealward.cli.image_target import InvalidReference, RegistryUnanswered
from sealward.cli.notation_configuration import NoConfiguration
from sealward.cli.oci_layout import InvalidLayout
from sealward.cli.output import as_json, printable
from sealward.decisions.judgement import Judgement
from sealward.ledger.records import Verdict
from sealward.policy.problems import InvalidBundle
from sealward.policy.scopes import InvalidScope
from sealward.ports.failures import PortError

NOT_TRUSTED: Final = 1
"""Exit code: the answer is no."""
CANNOT_TELL: Final = 2
"""Exit code: nobody would say."""
BAD_INPUT: Final = 3
"""Exit code: wrong usage, or a file that cannot be used."""

_INPUT = (
    ConflictingMetadata,
    InvalidBlob,
    InvalidLayout,
    InvalidReference,
    NoConfiguration,
    InvalidBundle,
    InvalidScope,
    NotationError,
    click.ClickException,
)


class Report(Protocol):
    """What a command found."""

    @property
    def judgement(self) -> Judgement:
        """The verdict, with its reason."""
        ...

    def as_lines(self) -> list[str]:
        """Return it for a reader."""
        ...

    def as_json(self) -> dict[str, Any]:
        """Return it in plain JSON types."""
        ...


def answer(context: click.Context, report: Report, *, json_wanted: bool) -> None:
    """Print ``report`` and end with the exit code of its verdict."""
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


class WrongUsage(click.UsageError):
    """Click's own, with another exit code."""

    exit_code: ClassVar[Any] = BAD_INPUT


class AnsweringCommand(click.Command):
    """A command with ``--json`` (``json_wanted``) that answers by its exit code."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's signature
    ) -> click.Context:
        """As click's; wrong usage ends with 3."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise WrongUsage(error.format_message(), error.ctx) from error

    def invoke(self, ctx: click.Context) -> object:
        """As click's; what goes wrong ends with 3, and never looks like an answer."""
        try:
            answer: object = super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort, OSError, PortError):
            raise
        except RegistryUnanswered as error:
            _refuse(error, ctx.params)
            raise click.exceptions.Exit(CANNOT_TELL) from error
        except _INPUT as error:
            _refuse(error, ctx.params)
        except Exception:  # noqa: BLE001 - or Python would end with 1, an answer
            traceback.print_exc()
        else:
            return answer
        raise click.exceptions.Exit(BAD_INPUT)


def _refuse(error: Exception, parameters: MutableMapping[str, Any]) -> None:
    """Print what cannot be used."""
    if isinstance(error, click.ClickException):
        said = [error.format_message()]
    elif isinstance(error, InvalidBundle):
        said = [str(problem) for problem in error.problems]
    else:
        said = [str(error)]
    if parameters["json_wanted"]:
        as_json({"problems": [printable(text) for text in said]})
    else:
        for text in said:
            click.echo(f"Error: {printable(text)}", err=True)
