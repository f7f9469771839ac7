"""The local AWS on the command line: ``python -m simulator``."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from simulator.launch import (
    LOOPBACK,
    REGION,
    STATE,
    LaunchFailed,
    down,
    running,
    up,
    up_in_background,
)
from simulator.layouts import InvalidLayout, Layout, push_layout
from simulator.tables import findings_table, images_table, table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 misused."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except (BotoCoreError, ClientError, InvalidLayout, LaunchFailed) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 1
    return status


def _up(options: argparse.Namespace) -> int:
    if not options.background:
        return up(
            host=options.host,
            port=options.port,
            state=options.state,
            security_hub=not options.security_hub_off,
        )
    found = up_in_background(
        host=options.host,
        port=options.port,
        state=options.state,
        security_hub=not options.security_hub_off,
    )
    print(found.url)
    return 0


def _down(options: argparse.Namespace) -> int:
    ended = down(options.state)
    print("ended" if ended else "none was running")
    return 0


def _push(options: argparse.Namespace) -> int:
    pushed = push_layout(
        _client("ecr", options),
        Layout(options.layout),
        options.repository,
        tag=options.tag,
        manifest=options.manifest,
        images=not options.only_referrers,
        referrers=not options.without_referrers,
    )
    rows = [
        (
            entry.digest,
            entry.tag or "-",
            f"refers to {entry.subject}" if entry.subject else entry.media_type,
            "pushed" if entry.new else "was there",
        )
        for entry in pushed
    ]
    print(table(("digest", "tag", "kind", "outcome"), rows))
    return 0


def _findings(options: argparse.Namespace) -> int:
    print(findings_table(_client("securityhub", options)))
    return 0


def _images(options: argparse.Namespace) -> int:
    print(images_table(_client("ecr", options), options.repository))
    return 0


def _client(service: str, options: argparse.Namespace) -> Any:  # noqa: ANN401 - botocore's
    found = running(options.state)
    url = options.endpoint_url or os.environ.get("AWS_ENDPOINT_URL")
    url = url or (found.url if found else None)
    if not url:
        raise LaunchFailed(
            "no local AWS is running; start one with `python -m simulator up`, or name "
            "one with --endpoint-url"
        )
    environment = os.environ
    return botocore.session.get_session().create_client(
        service,
        endpoint_url=url,
        region_name=environment.get("AWS_DEFAULT_REGION", REGION),
        aws_access_key_id=environment.get("AWS_ACCESS_KEY_ID", "testing"),
        aws_secret_access_key=environment.get("AWS_SECRET_ACCESS_KEY", "testing"),
        aws_session_token=environment.get("AWS_SESSION_TOKEN"),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    command = commands.add_parser("up", help="start the local AWS")
    command.add_argument("--port", type=int, help="a free one by default")
    command.add_argument(
        "--host",
        default=LOOPBACK,
        help="address to listen on; for functions in containers one that they reach "
        f"(default: {LOOPBACK})",
    )
    command.add_argument("--background", action="store_true", help="return when up")
    command.add_argument("--security-hub-off", action="store_true")
    _add_state(command)
    command.set_defaults(run=_up)

    command = commands.add_parser("down", help="end the local AWS")
    _add_state(command)
    command.set_defaults(run=_down)

    command = commands.add_parser("push", help="push an OCI image layout")
    command.add_argument("layout", type=Path, help="folder with index.json")
    command.add_argument("repository")
    command.add_argument("--tag")
    command.add_argument(
        "--manifest", metavar="DIGEST", help="only this one, its children and referrers"
    )
    which = command.add_mutually_exclusive_group()
    which.add_argument("--without-referrers", action="store_true")
    which.add_argument("--only-referrers", action="store_true")
    _add_client(command)
    command.set_defaults(run=_push)

    command = commands.add_parser("findings", help="show Security Hub's findings")
    _add_client(command)
    command.set_defaults(run=_findings)

    command = commands.add_parser("images", help="show a repository's images")
    command.add_argument("repository")
    _add_client(command)
    command.set_defaults(run=_images)
    return parser


def _add_client(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--endpoint-url", help="default: AWS_ENDPOINT_URL, else the one that is up"
    )
    _add_state(command)


def _add_state(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--state", type=Path, default=STATE, help=f"its folder (default: {STATE})"
    )


if __name__ == "__main__":
    sys.exit(main())
