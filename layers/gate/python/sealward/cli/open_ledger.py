"""The stack's ledger as commands read it: its seal checked where the key may be read.

Only VerifyPushRole may read the key as the template has it. Whoever else asks gets the
answer all the same, and is told that nobody vouches for it.
"""

from dataclasses import dataclass, field
from typing import Any

import click

from sealward.aws.errors import translated
from sealward.aws.ledger.ledger_key import LedgerKey
from sealward.aws.ledger.ledger_pages import LedgerPages
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.sealed_items import sealed
from sealward.cli.command_clients import CommandClients
from sealward.cli.output import printable
from sealward.ports.failures import PortError

KEY = click.option(
    "--key",
    "key_name",
    envvar="SEALWARD_LEDGER_KEY",
    default="",
    help="Secret that seals the ledger (the stack's resource LedgerKey), to check it.",
)
_NO_KEY = "no --key was given"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLedger:
    """The ledger, and whether what is read of it is vouched for."""

    table_name: str
    ledger: LedgerTable
    pages: LedgerPages
    client: Any
    """What both read by; it checks the seal where it can be checked."""
    plain: Any
    """DynamoDB's own client: what is read by it nobody vouches for."""
    unsealed: str
    """Why the seal is not checked; empty where it is."""
    forged: list[str] = field(default_factory=list)
    """Items that Sealward did not write, met so far: they count as absent."""

    def seal(self) -> dict[str, object]:
        """Return in plain JSON types what a reader must know of the answer's worth."""
        if self.unsealed:
            return {"sealChecked": False, "whyNot": self.unsealed}
        return {"sealChecked": True, "forged": [printable(one) for one in self.forged]}

    def say_seal(self) -> None:
        """Say on standard error what a reader must know of the answer's worth."""
        if self.unsealed:
            said = f"the seal was not checked: {self.unsealed}"
            click.echo(f"sealward: {printable(said)}", err=True)
        for item in self.forged:
            click.echo(
                f"sealward: not written by Sealward, and left out: {printable(item)}",
                err=True,
            )


def open_ledger(table_name: str, region: str | None, key_name: str) -> OpenLedger:
    """Return the ledger in ``table_name``.

    Args:
        table_name: the table's name.
        region: of the stack; None for the profile's.
        key_name: name or ARN of the secret; empty for none.

    Raises:
        PortError: there is no client, as named in ``sealward.ports.failures``.
    """
    with translated("a client of DynamoDB"):
        clients = CommandClients()
        client = plain = clients.client("dynamodb", region)
        secrets = clients.client("secretsmanager", region) if key_name else None
    forged: list[str] = []
    unsealed = _NO_KEY
    if key_name:
        key = LedgerKey(key_name, secrets)
        try:
            key()
        except PortError as error:
            unsealed = str(error)
        else:
            unsealed = ""
            client = sealed(client, key, lambda pk, sk: forged.append(f"{pk} {sk}"))
    return OpenLedger(
        table_name=table_name,
        ledger=LedgerTable(table_name, client),
        pages=LedgerPages(table_name, client),
        client=client,
        plain=plain,
        unsealed=unsealed,
        forged=forged,
    )
