"""The HTTP face inside ministack, in place of its ECR, Signer and Security Hub.

With ``ministack`` and its neighbours ``ministack_*`` all that knows its private face.
Run as ``python -m simulator.mount`` by ``simulator.launch``, which sets the environment
ministack reads at import.
"""

import asyncio
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
from urllib.parse import urlencode

from simulator.behaviours import Behaviours
from simulator.event_log import Event
from simulator.local_aws import LocalAws
from simulator.ministack import Incompatible, missing, module
from simulator.ministack_archives import share_archives
from simulator.ministack_iam import authorise, name_roles, record_actions
from simulator.operations import OperationLog
from simulator.own_paths import with_own_paths
from simulator.places import place
from simulator.wire import HttpFace, LayerUrls

_SETTLE_SECONDS = 0.5


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
    record_actions(performed, denied)
    face = HttpFace(aws, urls, operations=performed, denials=denied)
    app = module("ministack.app")
    for service in ("ecr", "securityhub", "signer"):
        app.SERVICE_HANDLERS[service] = _handler(face)
    # Else the first request for a service ministack does not know reads the models of
    # all of AWS to find out whether it exists: seven seconds in which nothing answers.
    router = module("ministack.core.router")
    router._KNOWN_AWS_SERVICE_NAMES = frozenset({"securityhub"})  # noqa: SLF001
    authorise()
    name_roles()
    share_archives()
    app.app = with_own_paths(app.app, face)
    if enable_security_hub:
        responses = module("ministack.core.responses")
        where = place(responses.get_account_id(), responses.get_region())
        aws.hub(where).enabled_at = _now()
    return aws


def _handler(
    face: HttpFace,
) -> Callable[..., Awaitable[tuple[int, dict[str, str], bytes]]]:
    responses = module("ministack.core.responses")
    evaluator = module("ministack.core.iam_evaluator")

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


def _put_event(event: Event) -> None:
    """Put an event on the default bus of its account and Region, as AWS does."""
    responses = module("ministack.core.responses")
    eventbridge = module("ministack.services.eventbridge")
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
    module("ministack.app").main()


if __name__ == "__main__":
    _main()
