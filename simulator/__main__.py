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
    LaunchFailed,
    Settings,
    down,
    the_one_running,
    up,
    up_in_background,
)
from simulator.layouts import InvalidLayout
from simulator.managed_signing import (
    NotAccepted,
    let_signing_end,
    sign_by_profile,
)
from simulator.push import push_layout
from simulator.running import STATE
from simulator.tables import findings_table, images_table, table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 misused."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except (
        BotoCoreError,
        ClientError,
        InvalidLayout,
        LaunchFailed,
        NotAccepted,
    ) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 1
    return status


def _up(options: argparse.Namespace) -> int:
    settings = Settings(
        host=options.host,
        port=options.port,
        security_hub=not options.security_hub_off,
        archive_seconds=options.archive_seconds,
        restore_seconds=options.restore_seconds,
        replication_seconds=options.replication_seconds,
    )
    if not options.background:
        return up(settings, state=options.state)
    print(up_in_background(settings, state=options.state).url)
    return 0


def _down(options: argparse.Namespace) -> int:
    ended = down(port=options.port, state=options.state)
    print(f"ended {ended.url}" if ended else "none was running")
    return 0


def _push(options: argparse.Namespace) -> int:
    pushed = push_layout(
        _client("ecr", options),
        layout=options.layout,
        repository=options.repository,
        tag=options.tag,
        digests=options.manifest,
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


def _managed_signing(options: argparse.Namespace) -> int:
    if options.profile:
        sign_by_profile(
            _client("signer", options),
            _client("ecr", options),
            profile=options.profile,
            repositories=options.repositories,
        )
    let_signing_end(
        _endpoint(options),
        repositories=options.repositories,
        failure_code=options.fail or "",
        failure_reason=options.reason,
        seconds=options.seconds,
    )
    ends = f"fails with {options.fail}" if options.fail else "completes"
    print(
        f"managed signing of what is pushed to {options.repositories} from now on "
        f"{ends} after {options.seconds:g} s"
    )
    return 0


def _endpoint(options: argparse.Namespace) -> str:
    url = options.endpoint_url or os.environ.get("AWS_ENDPOINT_URL")
    if not url and (found := the_one_running(state=options.state)):
        url = found.url
    if not url:
        raise LaunchFailed(
            "no local AWS is running; start one with `python -m simulator up`, or name "
            "one with --endpoint-url"
        )
    return str(url)


def _client(service: str, options: argparse.Namespace) -> Any:  # noqa: ANN401 - botocore's
    environment = os.environ
    return botocore.session.get_session().create_client(
        service,
        endpoint_url=_endpoint(options),
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
    command.add_argument(
        "--security-hub-off", action="store_true", help="as where it is not enabled"
    )
    for name, told in (("archive", 0.0), ("restore", 2.0)):
        command.add_argument(
            f"--{name}-seconds",
            type=float,
            default=told,
            help=f"how long it takes to {name} an image (default: {told:g})",
        )
    command.add_argument(
        "--replication-seconds",
        type=float,
        default=1.0,
        help="how long a copy takes to another account or Region (default: 1)",
    )
    _add_state(command)
    command.set_defaults(run=_up)

    command = commands.add_parser("down", help="end the local AWS")
    command.add_argument("--port", type=int, help="which, where several run")
    _add_state(command)
    command.set_defaults(run=_down)

    command = commands.add_parser("push", help="push an OCI image layout")
    command.add_argument("layout", type=Path, help="folder with index.json")
    command.add_argument("repository")
    command.add_argument("--tag")
    command.add_argument(
        "--manifest",
        metavar="DIGEST",
        action="append",
        help="only this one and its children; may be repeated",
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

    command = commands.add_parser(
        "managed-signing", help="say how ECR's managed signing ends"
    )
    command.add_argument("repositories", help="a name, or a pattern with *")
    command.add_argument(
        "--profile",
        help="have ECR sign there by this profile of AWS Signer, made if need be",
    )
    command.add_argument(
        "--fail",
        metavar="CODE",
        help="it fails with this code; it completes if left out",
    )
    command.add_argument(
        "--reason", default="asked for on the command line", help="why it fails"
    )
    command.add_argument(
        "--seconds", type=float, default=0.0, help="after this long (default: at once)"
    )
    _add_client(command)
    command.set_defaults(run=_managed_signing)
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
