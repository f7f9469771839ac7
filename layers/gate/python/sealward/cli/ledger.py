"""``sealward ledger``: what Sealward remembers, asked by indexes and by key."""

import click

from sealward.cli.ledger_lists import exposed, held, pending, signed_by
from sealward.cli.ledger_subject import history, verdict


@click.group()
def ledger() -> None:
    """Ask the ledger: verdicts, history, who signed what, what waits or is held."""


for _command in (verdict, history, signed_by, pending, held, exposed):
    ledger.add_command(_command)
