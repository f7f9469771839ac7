"""The ground: a local AWS with enforced IAM, and a stack in each of three accounts."""

import contextlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final

from demo.stack import (
    BUILD,
    REGION,
    ROOT,
    SOURCE,
    STACK,
    DemoError,
    LocalAws,
    deploy,
)
from sealward.policy.bundle import Capability
from simulator.managed_signing import let_signing_end, sign_by_profile
from tests.capabilities.account import Account
from tests.capabilities.expected import EXPECTED
from tests.capabilities.letters import fail_five_times
from tests.capabilities.people import administrator, allow, holder, make_role
from tests.capabilities.policy import (
    CANARY,
    RELEASE,
    TOPIC,
    bundle,
    repository,
    source_bundle,
)
from tests.capabilities.replicas import (
    COPIED,
    EXTERNAL_ID,
    PROMOTER,
    let_replicate,
    push_at_the_source,
)
from tests.capabilities.shelf import Shelf
from tests.capabilities.story import BEFORE

ACCOUNTS: Final[Mapping[Capability, str]] = {
    Capability.OBSERVE: "333344445555",
    Capability.QUARANTINE: "222233334444",
    Capability.DELETE: "123456789012",
}
PYTHON: Final = ROOT / ".venv-local-aws/bin/python"
_STATE: Final = BUILD / "capabilities"
_ON_CALL: Final = "on-call"
_OPERATOR: Final = "operator"


@contextlib.contextmanager
def local_aws() -> Iterator[LocalAws]:
    """Run a local AWS.

    Raises:
        DemoError: it did not come up.
    """
    command = [str(PYTHON), "-m", "simulator"]
    state = ["--state", str(_STATE)]
    endpoint = _run([*command, "up", "--background", *state]).strip()
    try:
        yield LocalAws(endpoint=endpoint)
    finally:
        _run([*command, "down", *state, "--port", endpoint.rpartition(":")[2]])


def _run(command: list[str]) -> str:
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DemoError(f"{' '.join(command[1:4])}: {done.stderr}")
    return done.stdout


def deployed(aws: LocalAws, proxy: str) -> list[Account]:
    """Prepare three accounts, deploy a stack of another capability in each.

    Args:
        aws: the local AWS.
        proxy: what the stacks ask about revocation.

    Raises:
        DemoError: one was not deployed.
    """
    let_replicate(aws, list(ACCOUNTS.values()))
    make_role(aws.of(SOURCE), PROMOTER, [])
    with ThreadPoolExecutor(len(ACCOUNTS)) as beside:
        accounts = list(
            beside.map(lambda each: _account(aws, each, proxy), list(Capability))
        )
    roles = [each.outputs["VerdictRole"] for each in accounts]
    _let_ask(aws.of(SOURCE), roles)
    copied = push_at_the_source(aws)
    for each in accounts:
        each.kept |= {name: copied[name] for name in COPIED}
        each.kept["source bundle"] = source_bundle(each.aws, each.outputs, EXTERNAL_ID)
        at_source = administrator(aws.of(SOURCE), each.outputs)
        each.kept["promoter"] = holder(
            at_source, aws.of(SOURCE), _role(SOURCE, PROMOTER), "pipeline"
        )
    return accounts


def _account(aws: LocalAws, capability: Capability, proxy: str) -> Account:
    mine = aws.of(ACCOUNTS[capability])
    hub = mine.client("securityhub")
    with contextlib.suppress(hub.exceptions.ResourceConflictException):
        hub.enable_security_hub()
    topic = _listeners(mine)
    _let_sign(mine)
    for role in (_ON_CALL, _OPERATOR):
        make_role(mine, role, [])
    put = {name: each(Shelf(mine, repository(name))) for name, each in BEFORE.items()}
    since = datetime.now(UTC)
    content = bundle(mine, EXPECTED, since=since)
    stack = deploy(
        mine,
        content,
        {
            "Capability": capability.value,
            "CanaryRepository": CANARY,
            "HttpProxy": proxy,
            "KeepSignatures": "yes",
            "MayDenyPulls": "yes",
            "OperatorRoleArn": _role(mine.account, _OPERATOR),
            "OwnerTopicArns": topic,
            "VerdictCallerArn": _role(SOURCE, PROMOTER),
            "VerdictExternalId": EXTERNAL_ID,
            "VerdictRepositories": ",".join(repository(each) for each in COPIED),
            "WhoPushed": "yes",
        },
    )
    everything = administrator(mine, stack.outputs)
    _let_people(mine, stack.outputs)
    account = Account(
        capability,
        stack,
        administrator=everything,
        on_call=holder(everything, mine, _role(mine.account, _ON_CALL), "alice"),
        operator=holder(everything, mine, _role(mine.account, _OPERATOR), "bob"),
    )
    failed = fail_five_times(mine, stack.outputs)
    account.kept |= {**put, "bundle": content, "since": since, "redriven": failed}
    return account


def _listeners(aws: LocalAws) -> str:
    """Let a queue hear the bus, another one the owners' topic; return the topic."""
    sqs, events, sns = aws.client("sqs"), aws.client("events"), aws.client("sns")
    arn = f"arn:aws:sqs:{REGION}:{aws.account}:"
    senders = ["events.amazonaws.com", "sns.amazonaws.com"]
    for name in ("heard", "told"):
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": senders},
            "Action": "sqs:SendMessage",
            "Resource": f"{arn}{name}",
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        sqs.create_queue(QueueName=name, Attributes={"Policy": json.dumps(policy)})
    events.put_rule(Name="heard", EventPattern=json.dumps({"source": ["sealward"]}))
    events.put_targets(Rule="heard", Targets=[{"Id": "heard", "Arn": f"{arn}heard"}])
    topic = str(sns.create_topic(Name=TOPIC)["TopicArn"])
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"{arn}told")
    return topic


def _let_sign(aws: LocalAws) -> None:
    """Have the signing profiles be there, and ECR sign for one repository, and fail."""
    name = repository("managed-signing-failed")
    sign_by_profile(
        aws.client("signer"), aws.client("ecr"), profile=RELEASE, repositories=name
    )
    let_signing_end(
        aws.endpoint,
        repositories=name,
        failure_code="ACCESS_DENIED",
        failure_reason="the pusher may not call signer:SignPayload",
        seconds=1.0,
    )


def _let_people(aws: LocalAws, outputs: Mapping[str, str]) -> None:
    """Give those who work with a stack the rights that the documents name."""
    function = f"arn:aws:lambda:{REGION}:{aws.account}:function:"
    allow(
        aws,
        _ON_CALL,
        [
            {
                "Action": "lambda:InvokeFunction",
                "Resource": f"{function}{outputs['OperateFunction']}",
            }
        ],
    )
    allow(
        aws,
        _OPERATOR,
        [
            {
                "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
                "Resource": _queue_arn(aws, outputs["LookDeadLetterQueue"]),
            },
            {
                "Action": "sqs:SendMessage",
                "Resource": _queue_arn(aws, outputs["LookQueue"]),
            },
            {
                "Action": "dynamodb:GetItem",
                "Resource": (
                    f"arn:aws:dynamodb:{REGION}:{aws.account}:table/"
                    f"{outputs['LedgerTable']}"
                ),
            },
            {
                "Action": [
                    "cloudformation:DescribeStacks",
                    "cloudformation:ListStackResources",
                ],
                "Resource": (
                    f"arn:aws:cloudformation:{REGION}:{aws.account}:stack/{STACK}/*"
                ),
            },
        ],
    )


def _let_ask(aws: LocalAws, roles: list[str]) -> None:
    """Give the source's role the rights of ``sealward replication``."""
    statements: list[Mapping[str, Any]] = [
        {"Action": "sts:AssumeRole", "Resource": roles},
        {
            "Action": [
                "ecr:BatchGetImage",
                "ecr:DescribeImageReplicationStatus",
                "ecr:DescribeImages",
                "ecr:DescribeRegistry",
            ],
            "Resource": "*",
        },
    ]
    allow(aws, PROMOTER, statements)


def _queue_arn(aws: LocalAws, url: str) -> str:
    return f"arn:aws:sqs:{REGION}:{aws.account}:{url.rpartition('/')[2]}"


def _role(account: str, name: str) -> str:
    return f"arn:aws:iam::{account}:role/{name}"
