"""The HTTP face inside ministack, in place of its ECR, Signer and Security Hub.

The only module that imports ministack, and part of its private face with it: what is
used is named in ``REQUIRED`` and looked for at start, so that a version that lacks some
of it fails with a list. Run as ``python -m simulator.mount`` by ``simulator.launch``,
which sets the environment ministack reads at import.
"""

import asyncio
import contextlib
import importlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from simulator.behaviours import Behaviours
from simulator.errors import ServiceError
from simulator.event_log import Event
from simulator.local_aws import LocalAws
from simulator.operations import Operation, OperationLog
from simulator.own_paths import with_own_paths
from simulator.places import place
from simulator.wire import (
    HttpFace,
    LayerUrls,
    ecr_resource,
    security_hub_operation,
    security_hub_resource,
)

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "ministack.app": ("SERVICE_HANDLERS", "AUTH", "app", "main"),
    "ministack.core.iam_actions": (
        "SERVICE_TO_IAM_NAMESPACE",
        "extract_iam_action",
        "extract_resource_arn",
    ),
    "ministack.core.iam_evaluator": (
        "enforce",
        "caller_arn",
        "_resolve_condition_key",
    ),
    "ministack.core.router": ("_KNOWN_AWS_SERVICE_NAMES",),
    "ministack.core.responses": (
        "get_account_id",
        "get_region",
        "set_request_account_id",
        "set_request_region",
    ),
    "ministack.services.eventbridge": ("_put_events",),
}
"""What is used of ministack 1.5.33, module by module."""
_SETTLE_SECONDS = 0.5


class Incompatible(Exception):  # noqa: N818 - says what the installed ministack is
    """The installed ministack lacks something ``REQUIRED``."""


def _module(name: str) -> Any:  # noqa: ANN401 - an untyped module of ministack's
    return importlib.import_module(name)


def missing() -> list[str]:
    """Return what of ``REQUIRED`` the installed ministack lacks."""
    absent = []
    for name, attributes in REQUIRED.items():
        try:
            module = _module(name)
        except ImportError:
            absent.append(name)
            continue
        absent += [f"{name}.{x}" for x in attributes if not hasattr(module, x)]
    return absent


def mount(
    base_url: str, *, behaviours: Behaviours, enable_security_hub: bool = True
) -> LocalAws:
    """Put the simulator in ministack's place for ECR, Signer and Security Hub.

    Args:
        base_url: where ministack will listen, for clients that send no Host.
        behaviours: the positions of the simulator's switches.
        enable_security_hub: whether Security Hub starts enabled in the default account
            and Region.

    Raises:
        Incompatible: the installed ministack is not the one this was written for.
    """
    absent = missing()
    if absent:
        raise Incompatible(
            f"ministack lacks {', '.join(absent)}: install the version that "
            "requirements/local-aws.txt pins"
        )
    urls = LayerUrls(base_url)
    aws = LocalAws(
        clock=_now,
        behaviours=behaviours,
        sleep=time.sleep,
        events=_put_event,
        layer_url=urls,
    )
    performed, denied = OperationLog(), OperationLog()
    _record_actions(performed, denied)
    face = HttpFace(aws, urls, operations=performed, denials=denied)
    app = _module("ministack.app")
    for service in ("ecr", "securityhub", "signer"):
        app.SERVICE_HANDLERS[service] = _handler(face)
    # Else the first request for a service ministack does not know reads the models of
    # all of AWS to find out whether it exists: seven seconds in which nothing answers.
    router = _module("ministack.core.router")
    router._KNOWN_AWS_SERVICE_NAMES = frozenset({"securityhub"})  # noqa: SLF001
    _authorise()
    _name_roles()
    app.app = with_own_paths(app.app, face)
    if enable_security_hub:
        responses = _module("ministack.core.responses")
        where = place(responses.get_account_id(), responses.get_region())
        aws.hub(where).enabled_at = _now()
    return aws


def _handler(
    face: HttpFace,
) -> Callable[..., Awaitable[tuple[int, dict[str, str], bytes]]]:
    responses = _module("ministack.core.responses")
    evaluator = _module("ministack.core.iam_evaluator")

    async def handle(
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, list[str]],
    ) -> tuple[int, dict[str, str], bytes]:
        full = f"{path}?{urlencode(query, doseq=True)}" if query else path
        answer = partial(
            face.handle,
            method,
            full,
            headers,
            body,
            account=responses.get_account_id(),
            region=responses.get_region(),
            caller=evaluator.caller_arn(),
        )
        # Only what waits leaves the loop: the others answer in the order they came.
        slow = face.aws.faults.are_slow()
        response = await asyncio.to_thread(answer) if slow else answer()
        return response.status, dict(response.headers), response.body

    return handle


def _authorise() -> None:
    """Give operations the IAM actions AWS authorises them by."""
    iam_actions = _module("ministack.core.iam_actions")
    iam_actions.SERVICE_TO_IAM_NAMESPACE["securityhub"] = "securityhub"
    original = iam_actions.extract_iam_action

    def extract(
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, Any],
    ) -> str | None:
        if service == "securityhub":
            with contextlib.suppress(ServiceError):
                name = security_hub_operation(method, path).name
                return f"securityhub:{name}"
        action: str | None = original(service, method, path, headers, body, query)
        if action is None:
            return None
        namespace, _, operation = action.partition(":")
        return Operation(service=namespace, operation=operation, caller="").action

    iam_actions.extract_iam_action = extract
    resource_of = iam_actions.extract_resource_arn

    def resource_arn(
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, Any],
        region: str,
        account: str,
    ) -> str:
        if service == "securityhub":
            return security_hub_resource(method, path, body, place(account, region))
        if service == "ecr" and (
            arn := ecr_resource(headers, body, place(account, region))
        ):
            return arn
        found: str = resource_of(
            service, method, path, headers, body, query, region, account
        )
        return found

    iam_actions.extract_resource_arn = resource_arn


def _name_roles() -> None:
    """Let ``aws:PrincipalArn`` be the role's ARN in a role's session, as on AWS."""
    evaluator = _module("ministack.core.iam_evaluator")
    original = evaluator._resolve_condition_key  # noqa: SLF001 - named in REQUIRED

    def resolve(key: str, context: Any) -> object:  # noqa: ANN401 - ministack's
        value: object = original(key, context)
        if key.lower() != "aws:principalarn" or not isinstance(value, str):
            return value
        return role_of_session(value)

    evaluator._resolve_condition_key = resolve  # noqa: SLF001


def role_of_session(arn: str) -> str:
    """Return the ARN of the role (of path ``/``) of a session; any other as it is."""
    before, found, after = arn.partition(":assumed-role/")
    if not found:
        return arn
    name = after.partition("/")[0]
    return f"{before.replace(':sts:', ':iam:', 1)}:role/{name}"


def _record_actions(performed: OperationLog, denied: OperationLog) -> None:
    """Record each action that is asked for, of every service, with its caller."""
    evaluator = _module("ministack.core.iam_evaluator")
    original = evaluator.enforce

    def enforce(access_key: str, action: str, *rest: object, **named: object) -> object:
        why: object = original(access_key, action, *rest, **named)
        service, _, operation = action.partition(":")
        (performed if why is None else denied).record(
            Operation(
                service=service,
                operation=operation,
                caller=evaluator.caller_arn(),
                resource=str(named.get("resource_arn", "")),
            )
        )
        return why

    evaluator.enforce = enforce


def _put_event(event: Event) -> None:
    """Put an event on the default bus of its account and Region, as AWS does."""
    responses = _module("ministack.core.responses")
    eventbridge = _module("ministack.services.eventbridge")
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Resources": event["resources"],
    }

    def put() -> None:
        responses.set_request_account_id(event["account"])
        responses.set_request_region(event["region"])
        eventbridge._put_events(  # noqa: SLF001 - named in REQUIRED
            {"Entries": [entry]}, allow_aws_source=True
        )

    # In a context of its own: the request goes on as whoever made it.
    copy_context().run(put)


def _settle_for_ever(aws: LocalAws, parent: int) -> None:
    """Complete what is due; end when whoever started this process is gone."""
    while True:
        time.sleep(_SETTLE_SECONDS)
        aws.settle()
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return


def _now() -> datetime:
    return datetime.now(UTC)


def _main() -> None:
    given = os.environ
    # The functions bring their bytecode along; with a prefix they would not look there.
    given.pop("PYTHONPYCACHEPREFIX", None)
    copied = timedelta(seconds=float(given["SIMULATOR_REPLICATION_SECONDS"]))
    aws = mount(
        f"http://{given['BIND_HOST']}:{given['GATEWAY_PORT']}",
        behaviours=Behaviours(
            archive_delay=timedelta(seconds=float(given["SIMULATOR_ARCHIVE_SECONDS"])),
            restore_delay=timedelta(seconds=float(given["SIMULATOR_RESTORE_SECONDS"])),
            replication_delay=copied,
            referrer_replication_delay=copied,
        ),
        enable_security_hub=given["SIMULATOR_SECURITY_HUB"] == "on",
    )
    threading.Thread(
        target=_settle_for_ever, args=(aws, os.getppid()), daemon=True
    ).start()
    sys.argv = sys.argv[:1]  # ministack reads arguments of its own
    _module("ministack.app").main()


if __name__ == "__main__":
    _main()
