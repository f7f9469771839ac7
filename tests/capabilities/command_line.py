"""The ``sealward`` command in this process: what ``people`` forks."""

from collections.abc import Sequence

import botocore.session
from click.testing import CliRunner

from sealward.aws import clients as _clients
from sealward.cli.__main__ import main

__all__ = ["command_line"]

_LOADED = (botocore.session, _clients)


def command_line(arguments: Sequence[str]) -> tuple[int, str, str]:
    """Run it; return its exit code, standard output and standard error."""
    done = CliRunner().invoke(main, list(arguments), prog_name="sealward")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        return -1, done.stdout, repr(done.exception)
    return done.exit_code, done.stdout, done.stderr
