"""Options of every command that asks a stack: its table, its Region."""

import click

TABLE = click.option(
    "--table",
    "table_name",
    envvar="SEALWARD_LEDGER_TABLE",
    required=True,
    help="Name of the stack's ledger table (its output LedgerTable).",
)
REGION = click.option("--region", help="Region of the stack; default: your profile's.")
