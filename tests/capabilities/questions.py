"""What people ask a deployed stack, and how each command must end."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from demo.stack import REGION, STACK
from tests.capabilities.account import Account

ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "ledger verdict": ("ledger", "verdict", "<signed>", "<table>"),
    "ledger history": ("ledger", "history", "<signed>", "<table>"),
    "ledger signed-by": (
        *("ledger", "signed-by", "x509.subject: CN=Leaf,O=acme,ST=WA,C=US"),
        "<table>",
    ),
    "ledger pending": ("ledger", "pending", "<table>"),
    "ledger held": ("ledger", "held", "<table>"),
    "ledger exposed": ("ledger", "exposed", "<table>"),
    "proposals list": ("proposals", "list", "<table>"),
    "explain": ("explain", "<signed>", "<table>"),
    "wait": ("wait", "<signed>", "<table>"),
    "verify": ("verify", "<signed on host>", "--bundle", "<bundle>"),
    "cost": ("cost", "<stack>"),
    "redrive": ("redrive", "--discard", "<stack>"),
    "status": ("status", "<stack>"),
    "doctor": ("doctor", "<stack>"),
    "export month": ("export", "month", "<month>", "--to", "<file>", "<table>"),
    "export verify": ("export", "verify", "<file>"),
}
"""By name, in the order they are asked. Every one is to end with 0, but for:"""
ILL: Final = 1
"""``doctor``: the local AWS has no policy of tables and secrets, and no backups.
``status``: where the stack acts, the breaker has tripped."""


def unexpected(here: Account) -> list[str]:
    """Ask everything; return the commands that did not end as they should."""
    key = here.kept["judged"]["signed"]
    name = f"{key.repository}@{key.digest}"
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "bundle.json"
        bundle.write_bytes(here.kept["bundle"])
        words = {
            "<signed>": [name],
            "<signed on host>": [
                f"{here.aws.account}.dkr.ecr.{REGION}.amazonaws.com/{name}"
            ],
            "<table>": ["--table", here.outputs["LedgerTable"]],
            "<stack>": ["--stack", STACK],
            "<bundle>": [str(bundle)],
            "<month>": [f"{datetime.now(UTC):%Y-%m}"],
            "<file>": [f"{folder}/month.jsonl"],
        }
        wrong = []
        for command, said in ASKED.items():
            arguments = [word for each in said for word in words.get(each, [each])]
            who = here.operator if command == "redrive" else here.administrator
            ran = who.ask(*arguments)
            ill = command == "doctor" or (command == "status" and here.acts)
            if ran.exit_code != (ILL if ill else 0):
                print(f"{here.capability}: sealward {' '.join(arguments)}: {ran}")
                wrong.append(command)
    return wrong
