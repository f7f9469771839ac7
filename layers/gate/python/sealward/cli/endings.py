"""How a command ends that comes to no answer: never with the code of one.

Click ends with 1 where a person interrupts or a pipe is closed, Python where something
nobody expected is raised; 1 is this program's no.
"""

import errno
import os
import sys
import traceback
from contextlib import suppress
from typing import Final

import click

from sealward.cli.output import printable
from sealward.cli.unanswered import UNANSWERED, say_unanswered
from sealward.ports.failures import PortError
from sealward.version import VERSION

INTERRUPTED: Final = 130
"""Exit code: Ctrl-C, as shells have it."""
UNREAD: Final = 141
"""Exit code: nobody reads what is printed any more, as shells have it."""


class EndingGroup(click.Group):
    """A group whose commands end with 0 or 1 only where that is their answer."""

    def invoke(self, ctx: click.Context) -> object:
        """As click's; what breaks a command off ends with a sentence, from 2 on."""
        try:
            answer: object = super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException):
            raise
        except (KeyboardInterrupt, click.Abort) as error:
            click.echo("sealward: interrupted: nothing is said of it", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from error
        except PortError as error:
            say_unanswered(error)
            raise click.exceptions.Exit(UNANSWERED) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                _quiet()
                raise click.exceptions.Exit(UNREAD) from error
            # A disk that is full, a file that may not be written.
            say_unanswered(error)
            raise click.exceptions.Exit(UNANSWERED) from error
        except Exception as error:  # noqa: BLE001 - or Python would end with 1
            _defect(error)
        return answer


def _quiet() -> None:
    """Let go of what is left to print: Python would complain of it at its exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError, ValueError):  # of a test there is no file
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _defect(error: Exception) -> None:
    """Say what nobody expected, with its trace: it is to be reported."""
    # Its text may come from a registry, a policy or an event: no terminal obeys it.
    for line in "".join(traceback.format_exception(error)).splitlines():
        click.echo(printable(line), err=True)
    click.echo(
        f"sealward {VERSION}: that is a defect, please report it with the lines above. "
        "Nothing is said of what was asked",
        err=True,
    )
    raise click.exceptions.Exit(UNANSWERED) from error
