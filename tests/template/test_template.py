"""The template: what is in it hangs together, and nothing is where it must not be."""

import json
import re
from typing import Any

import pytest

from sealward.sweep.progress import SAVED_UP
from sealward.version import VERSION
from tests.functions.event_files import EVENTS, ROOT
from tests.template.event_patterns import matches
from tests.template.rendering import PSEUDO, TEMPLATE, load, render
from tests.template.resources import FUNCTION, PARAMETERS, QUEUE_ARN, RULE, of_type

LOCAL = {**PARAMETERS, "EndpointUrl": "http://127.0.0.1:4566"}


# -- functions and layers --------------------------------------------------------------


def test_every_function_has_the_three_layers(
    resources: dict[str, dict[str, Any]],
) -> None:
    functions = of_type(resources, FUNCTION)
    assert functions.keys() == {
        "OperateFunction",
        "SweepFunction",
        "TickFunction",
        "VerifyPushFunction",
    }
    for properties in functions.values():
        assert properties["Layers"] == [
            "<DependenciesLayer>",
            "<NotationLayer>",
            "<GateLayer>",
        ]
        assert properties["Runtime"] == "python3.13"
        assert properties["Architectures"] == ["arm64"]


def test_every_handler_exists(resources: dict[str, dict[str, Any]]) -> None:
    for properties in of_type(resources, FUNCTION).values():
        module, _, name = properties["Handler"].partition(".")
        source = (ROOT / properties["CodeUri"] / f"{module}.py").read_text()
        assert f"\ndef {name}(" in source


@pytest.mark.parametrize("kind", [FUNCTION, "AWS::Serverless::LayerVersion"])
def test_everything_built_has_its_target(kind: str) -> None:
    for name, resource in load()["Resources"].items():
        if resource["Type"] == kind:
            assert resource["Metadata"]["BuildMethod"] == "makefile"
            properties = resource["Properties"]
            folder = properties.get("CodeUri") or properties.get("ContentUri")
            makefile = (ROOT / folder / "Makefile").read_text()
            assert f"\nbuild-{name}:\n" in makefile


def test_the_layer_holds_what_is_locked_for_the_functions() -> None:
    locked = (ROOT / "requirements/runtime.txt").read_bytes()
    layer = (ROOT / "layers/dependencies/requirements.txt").read_bytes()
    assert layer == locked, (
        "cp requirements/runtime.txt layers/dependencies/requirements.txt"
    )


def test_the_functions_environment_is_what_settings_read(
    resources: dict[str, dict[str, Any]],
) -> None:
    settings = (ROOT / "layers/gate/python/sealward/settings.py").read_text()
    read = set(re.findall(r'(?:read|optional)\("(\w+)"\)', settings)) - {"AWS_REGION"}
    # Read by botocore, which ignores empty ones.
    botocore = {"AWS_ENDPOINT_URL", "HTTPS_PROXY", "NO_PROXY"}
    powertools = {"POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_SERVICE_NAME"}
    for properties in of_type(resources, FUNCTION).values():
        variables = properties["Environment"]["Variables"]
        assert variables.keys() == read | powertools | botocore
        assert {variables[name] for name in botocore} == {""}


def test_the_functions_run_in_a_vpc_only_where_subnets_are_given() -> None:
    for properties in of_type(render(load()), FUNCTION).values():
        assert "VpcConfig" not in properties
    network = {"SubnetIds": "subnet-1,subnet-2", "SecurityGroupIds": "sg-1"}
    for properties in of_type(render(load(), network), FUNCTION).values():
        assert properties["VpcConfig"] == {
            "SubnetIds": ["subnet-1", "subnet-2"],
            "SecurityGroupIds": ["sg-1"],
        }


def test_proxies_reach_the_functions() -> None:
    given = {
        "HttpsProxy": "http://proxy:3128",
        "NoProxy": "ecr.example",
        "HttpProxy": "http://proxy:3129",
    }
    for properties in of_type(render(load(), given), FUNCTION).values():
        variables = properties["Environment"]["Variables"]
        assert variables["HTTPS_PROXY"] == given["HttpsProxy"]
        assert variables["NO_PROXY"] == given["NoProxy"]
        assert variables["SEALWARD_HTTP_PROXY"] == given["HttpProxy"]


# -- events ----------------------------------------------------------------------------


def _events() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in sorted(EVENTS.glob("*.json")):
        content = json.loads(path.read_text())
        bodies = [json.loads(each["body"]) for each in content.get("Records", [])]
        found += [(path.name, event) for event in bodies or [content]]
    return found


def test_every_event_matches_one_rule(resources: dict[str, dict[str, Any]]) -> None:
    rules = of_type(resources, RULE)
    used = set()
    for name, event in _events():
        matching = {
            rule
            for rule, properties in rules.items()
            if matches(properties["EventPattern"], event)
        }
        assert len(matching) == 1, name
        used |= matching
    assert used == rules.keys()


@pytest.mark.parametrize(
    "change",
    [
        {"source": "demo.ecr"},
        {"source": "aws.ecr.evil"},
        {"detail-type": "ECR Image Scan"},
        {"detail": {"action-type": "DELETE", "result": "FAILED"}},
        {"detail": {"action-type": "PUSH", "result": "FAILED"}},
        {"source": "aws.signer"},
        {"detail": {"eventName": "RevokeSignature"}},
        {"detail": {}},
    ],
)
def test_no_rule_forwards_anything_else(
    resources: dict[str, dict[str, Any]], change: dict[str, Any]
) -> None:
    _, event = _events()[0]
    for properties in of_type(resources, RULE).values():
        assert not matches(properties["EventPattern"], {**event, **change})


@pytest.mark.parametrize("parameters", [PARAMETERS, LOCAL])
def test_production_and_a_local_aws_have_no_other_source(
    parameters: dict[str, str],
) -> None:
    resources = render(load(), parameters)
    for name, properties in of_type(resources, RULE).items():
        signer = name == "SignerRevocationRule"
        source, arn = ("aws.ecr", QUEUE_ARN)
        if signer:
            source, arn = "aws.signer", "<SweepFunction.Arn>"
        assert properties["EventPattern"]["source"] == [source]
        assert [target["Arn"] for target in properties["Targets"]] == [arn]
    sources = {
        name: [event["Type"] for event in properties["Events"].values()]
        for name, properties in of_type(resources, FUNCTION).items()
    }
    assert sources == {
        "VerifyPushFunction": ["SQS"],
        "OperateFunction": ["Schedule"],
        "TickFunction": ["Schedule"],
        "SweepFunction": ["Schedule"],
    }
    assert list(of_type(resources, "AWS::Lambda::Permission").values()) == [
        {
            "Action": "lambda:InvokeFunction",
            "FunctionName": "<SweepFunction>",
            "Principal": "events.amazonaws.com",
            "SourceArn": "<SignerRevocationRule.Arn>",
        }
    ]
    assert not of_type(resources, "AWS::Lambda::EventSourceMapping")


def test_what_eventbridge_cannot_deliver_is_kept(
    resources: dict[str, dict[str, Any]],
) -> None:
    for properties in of_type(resources, RULE).values():
        for target in properties["Targets"]:
            assert target["DeadLetterConfig"] == {"Arn": "<LookDeadLetterQueue.Arn>"}


def test_a_step_of_the_sweep_ends_before_the_next_one(
    resources: dict[str, dict[str, Any]],
) -> None:
    sweep = resources["SweepFunction"]["Properties"]
    schedule = sweep["Events"]["EachFiveMinutes"]["Properties"]["Schedule"]
    assert schedule == "rate(5 minutes)"
    assert sweep["Timeout"] < SAVED_UP.total_seconds() == 300


def test_a_message_is_hidden_for_six_timeouts_and_then_a_dead_letter(
    resources: dict[str, dict[str, Any]],
) -> None:
    queue = resources["LookQueue"]["Properties"]
    function = resources["VerifyPushFunction"]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == "<LookDeadLetterQueue.Arn>"
    event = function["Events"]["Looks"]["Properties"]
    assert event["Queue"] == QUEUE_ARN
    assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


# -- storage ---------------------------------------------------------------------------


def test_the_ledger_outlives_the_stack(resources: dict[str, dict[str, Any]]) -> None:
    table = resources["LedgerTable"]
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    properties = table["Properties"]
    assert properties["PointInTimeRecoverySpecification"] == {
        "PointInTimeRecoveryEnabled": True
    }
    names = [index["IndexName"] for index in properties["GlobalSecondaryIndexes"]]
    assert names == ["due", "signer", "statement", "state"]


def test_a_key_of_ones_own_encrypts_everything_kept() -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/1"
    resources = render(load(), {**PARAMETERS, "KmsKeyArn": key})
    queues = of_type(resources, "AWS::SQS::Queue")
    assert {queue["KmsMasterKeyId"] for queue in queues.values()} == {key}
    groups = of_type(resources, "AWS::Logs::LogGroup")
    assert {group["KmsKeyId"] for group in groups.values()} == {key}
    table = resources["LedgerTable"]["Properties"]
    assert table["SSESpecification"]["KMSMasterKeyId"] == key


def test_logs_go_to_groups_of_the_stack_and_end(
    resources: dict[str, dict[str, Any]],
) -> None:
    groups = of_type(resources, "AWS::Logs::LogGroup")
    assert all(group["RetentionInDays"] for group in groups.values())
    used = {
        properties["LoggingConfig"]["LogGroup"]
        for properties in of_type(resources, FUNCTION).values()
    }
    assert used == {f"<{name}>" for name in groups}


def test_reads_stay_out_of_the_last_pulled_time_on_aws() -> None:
    kind = "AWS::ECR::PullTimeUpdateExclusion"
    assert list(of_type(render(load(), PARAMETERS), kind).values()) == [
        {"PrincipalArn": "<SweepRole.Arn>"},
        {"PrincipalArn": "<VerifyPushRole.Arn>"},
    ]
    assert not of_type(render(load(), LOCAL), kind)


# -- portability -----------------------------------------------------------------------

_LITERALS = re.compile(
    r"amazonaws\.com|arn:aws|\b(?:us|eu|ap|sa|ca|me|af|il|mx|cn)-(?:gov-)?[a-z]+-\d\b"
)
_CODE = [
    TEMPLATE,
    ROOT / "samconfig.toml",
    *sorted((ROOT / "functions").rglob("*.py")),
    *sorted((ROOT / "layers").glob("*/python/**/*.py")),
]


@pytest.mark.parametrize("path", _CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_partition_region_or_suffix_is_written_down(path: Any) -> None:
    assert _LITERALS.findall(path.read_text()) == []


@pytest.mark.parametrize(
    ("partition", "suffix", "override", "principal"),
    [
        ("aws", "amazonaws.com", "", "events.amazonaws.com"),
        ("aws-cn", "amazonaws.com.cn", "", "events.amazonaws.com"),
        ("aws-us-gov", "amazonaws.com", "", "events.amazonaws.com"),
        ("aws-iso", "c2s.ic.gov", "amazonaws.com", "events.amazonaws.com"),
    ],
)
def test_service_principals_are_those_of_the_partition(
    partition: str, suffix: str, override: str, principal: str
) -> None:
    pseudo = {**PSEUDO, "AWS::Partition": partition, "AWS::URLSuffix": suffix}
    parameters = {**PARAMETERS, "ServicePrincipalSuffix": override}
    resources = render(load(), parameters, pseudo)
    (allow, *_) = resources["LookQueuePolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    assert allow["Principal"] == {"Service": principal}
    text = json.dumps(resources)
    assert f"arn:{partition}:ecr:" in text
    assert partition == "aws" or "arn:aws:" not in text


@pytest.mark.parametrize("key", ["bundle.json", "a/b/c.json"])
def test_the_bundles_place_is_one_object(key: str) -> None:
    pattern = load()["Parameters"]["PolicyBundle"]["AllowedPattern"]
    assert re.fullmatch(pattern, f"s3://a-bucket/{key}")
    for wild in (f"s3://a-bucket/{key}*", f"s3://a-bucket/?{key}", "s3://a-bucket/"):
        assert not re.fullmatch(pattern, wild)


def test_the_stack_says_which_version_it_is() -> None:
    """``sealward doctor`` compares it with its own."""
    assert load()["Outputs"]["Version"]["Value"] == VERSION
