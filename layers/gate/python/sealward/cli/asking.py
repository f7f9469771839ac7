"""Asking a running stack: one request, proven by the credentials in use, answered.

The one right that is needed is ``lambda:InvokeFunction`` on the stack's function
``operate`` (its output ``OperateFunction``).
"""

import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import botocore.session
import click
from botocore.config import Config
from botocore.exceptions import NoRegionError

from sealward.aws.caller_identity import prove
from sealward.aws.errors import translated
from sealward.cli.command_clients import CommandClients
from sealward.cli.output import as_json, printable
from sealward.cli.unanswered import UNANSWERED, say_unanswered
from sealward.operate.proofs import payload_of
from sealward.operate.requests import Command, request_text
from sealward.ports.failures import PortError

REFUSED = 1
"""Exit code: the stack refused."""
NO_REGION: Final = "aws-global"
"""What botocore asks AWS STS by where no Region is set."""
_PATIENCE: Final = 60.0
"""Seconds to wait for the function's answer."""
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

FUNCTION = click.option(
    "--function",
    "function_name",
    envvar="SEALWARD_OPERATE_FUNCTION",
    required=True,
    help="Name of the stack's function (its output OperateFunction).",
)
REASON = click.option("--reason", required=True, help="Why; kept, and told.")


class Duration(click.ParamType[int]):
    """``90s``, ``15m``, ``8h`` or ``2d``, as seconds."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the seconds."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"([1-9][0-9]{0,3})([smhd])", str(value))
        if match is None:
            self.fail("write it as 90s, 15m, 8h or 2d", param, ctx)
        unit = {_UNITS[match[2]]: int(match[1])}
        return int(timedelta(**unit).total_seconds())


DURATION = Duration()


def ask(
    command: Command,
    members: Mapping[str, Any],
    *,
    function_name: str,
    region: str | None,
    json_wanted: bool,
) -> None:
    """Send one request and print what is said of it; end with 1 where it is refused.

    Args:
        command: what is asked.
        members: of the request, beside its frame.
        function_name: the function's name or ARN.
        region: of the stack; None for the profile's.
        json_wanted: whether to print JSON.
    """
    try:
        answer = _answer(command, members, function_name, region)
    except PortError as error:
        say_unanswered(error)
        raise click.exceptions.Exit(UNANSWERED) from error
    said = printable(str(answer.get("said", "")))
    if json_wanted:
        as_json(answer)
    elif answer.get("done") is True:
        click.echo(f"{said}\nasked by {printable(str(answer.get('by', '')))}")
    else:
        code = printable(str(answer.get("code", "failed")))
        click.echo(f"sealward: refused ({code}): {said}", err=True)
    if answer.get("done") is not True:
        raise click.exceptions.Exit(REFUSED)


def _answer(
    command: Command,
    members: Mapping[str, Any],
    function_name: str,
    region: str | None,
) -> Mapping[str, Any]:
    clients = CommandClients()
    with translated("AWS STS"):
        sts = clients.client("sts", region)
        where = str(sts.meta.region_name)
        if where == NO_REGION:
            raise NoRegionError
        me = str(sts.get_caller_identity()["Arn"])
    now = datetime.now(UTC)
    _, partition, _, _, account, _ = me.split(":", 5)
    name = function_name.rpartition(":")[2]
    function = f"arn:{partition}:lambda:{where}:{account}:function:{name}"
    text = request_text(
        command, members, function=function, nonce=secrets.token_hex(16), now=now
    )
    payload = payload_of(text, prove(text, clients, where))
    with translated(f"invoking {name}"):
        answer = _lambda(where).invoke(
            FunctionName=name, Payload=json.dumps(payload).encode()
        )
        content = answer["Payload"].read()
    if answer.get("FunctionError"):
        return {
            "done": False,
            "code": "failed",
            "said": f"{name} failed: its log says why. Whether it was done is not "
            "known: look, then ask again",
        }
    said = json.loads(content)
    return said if isinstance(said, dict) else {}


def _lambda(region: str) -> Any:  # noqa: ANN401 (botocore makes its classes at run time)
    # Asked once: a request is taken once.
    config = Config(read_timeout=_PATIENCE, retries={"total_max_attempts": 1})
    return botocore.session.Session().create_client(
        "lambda", region_name=region, config=config
    )
