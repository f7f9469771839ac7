"""The deployed stack, as commands for its operator find it: by CloudFormation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import click

from sealward.aws.clients import Clients
from sealward.aws.errors import translated
from sealward.cli.command_clients import CommandClients
from sealward.ports.failures import NotFound

STACK = click.option(
    "--stack",
    "stack_name",
    envvar="SEALWARD_STACK",
    required=True,
    help="Name of the deployed stack.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What CloudFormation says of the stack, and clients in its Region."""

    name: str
    status: str
    account: str
    region: str
    partition: str
    parameters: Mapping[str, str]
    resources: Mapping[str, str]
    """Physical ids by logical ones."""
    types: Mapping[str, str]
    """Types by logical ids."""
    clients: Clients
    outputs: Mapping[str, str] = field(default_factory=dict)

    def client(self, service: str) -> Any:  # noqa: ANN401 (botocore makes its classes at run time)
        """Return a client in the stack's Region."""
        with translated(f"a client of {service}"):
            return self.clients.client(service, self.region)

    def physical(self, logical: str) -> str:
        """Return a resource's physical id.

        Raises:
            NotFound: the stack has none of that name.
        """
        if logical not in self.resources:
            raise NotFound(f"stack {self.name} has no {logical}: is it Sealward's?")
        return self.resources[logical]

    def of_type(self, type_: str) -> dict[str, str]:
        """Return the physical ids of all resources of a type, by logical ones."""
        return {
            logical: self.resources[logical]
            for logical, its in self.types.items()
            if its == type_
        }


def find_stack(name: str, region: str | None) -> Stack:
    """Return the stack ``name``.

    Raises:
        NotFound: there is none.
        Denied, Unavailable: as named in ``sealward.ports.failures``.
    """
    clients = CommandClients()
    with translated("a client of CloudFormation"):
        client = clients.client("cloudformation", region)
    with translated(f"DescribeStacks {name}"):
        (described, *_) = client.describe_stacks(StackName=name)["Stacks"]
    resources: dict[str, str] = {}
    types: dict[str, str] = {}
    page: dict[str, Any] = {}
    while True:
        with translated(f"ListStackResources {name}"):
            answer = client.list_stack_resources(StackName=name, **page)
        for each in answer["StackResourceSummaries"]:
            resources[each["LogicalResourceId"]] = each.get("PhysicalResourceId", "")
            types[each["LogicalResourceId"]] = each["ResourceType"]
        if not answer.get("NextToken"):
            break
        page = {"NextToken": answer["NextToken"]}
    _, partition, _, its_region, account, *_ = described["StackId"].split(":")
    return Stack(
        name=name,
        status=described["StackStatus"],
        account=account,
        region=its_region,
        partition=partition,
        parameters={
            each["ParameterKey"]: each.get("ParameterValue", "")
            for each in described.get("Parameters", ())
        },
        resources=resources,
        types=types,
        clients=clients,
        outputs={
            each["OutputKey"]: each.get("OutputValue", "")
            for each in described.get("Outputs", ())
        },
    )
