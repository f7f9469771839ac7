"""What Git publishes is read by one role, one object, only where it is named."""

from typing import Any

from tests.template.rendering import load, render

BUNDLE = {"PolicyBundle": "s3://policy/bundle.json"}
PUBLISHED = {**BUNDLE, "PublishedBundle": "s3://organisation/123456789012.json"}
ROLES = ("VerifyPushRole", "TickRole", "SweepRole")


def readable(parameters: dict[str, str], role: str) -> list[Any]:
    properties = render(load(), parameters)[role]["Properties"]
    return [
        resource
        for policy in properties["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "s3:GetObject" in statement["Action"]
        for resource in listed(statement["Resource"])
        if resource != "arn:aws:s3:::policy/bundle.json"
    ]


def listed(resource: Any) -> list[Any]:
    return [resource] if isinstance(resource, str) else list(resource)


def test_no_role_reads_it_where_no_parameter_names_it() -> None:
    assert [found for role in ROLES for found in readable(BUNDLE, role)] == []


def test_the_one_that_verifies_reads_that_object_and_no_other() -> None:
    assert readable(PUBLISHED, "VerifyPushRole") == [
        "arn:aws:s3:::organisation/123456789012.json"
    ]
    assert [found for role in ROLES[1:] for found in readable(PUBLISHED, role)] == []


def test_the_function_is_told_where_it_lies() -> None:
    for parameters, said in ((BUNDLE, ""), (PUBLISHED, PUBLISHED["PublishedBundle"])):
        function = render(load(), parameters)["VerifyPushFunction"]["Properties"]
        assert function["Environment"]["Variables"]["PUBLISHED_BUNDLE"] == said
