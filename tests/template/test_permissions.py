"""Each role holds the actions its function's code calls, and no other."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

import pytest

from functions.verify_push import app as verify_push
from sealward.aws.ledger.sweep_table import PARTITION
from sealward.operate.requests import Command
from sealward.subjects import SubjectKey
from tests.functions.event_files import CASES, batch, files, function_of, push, referrer
from tests.functions.signer_images import SignerImages
from tests.functions.world import BUNDLE as BUNDLE_FILE
from tests.functions.world import World, world
from tests.template.iam_actions import ECR_WRITES, LOG, NO_RESOURCE, POLL, actions
from tests.template.rendering import load, render

CAPABILITIES = ("observe", "quarantine", "delete")
ROLES = {
    "operate": "OperateRole",
    "verify_push": "VerifyPushRole",
    "tick": "TickRole",
    "sweep": "SweepRole",
}
BUNDLE = {"PolicyBundle": "s3://policy/bundle.json"}
PATTERNS = (":repository/*", "/dossiers/*", "/objects/*", "/signatures/*")


@pytest.fixture(scope="module", params=CAPABILITIES)
def performed(request: pytest.FixtureRequest) -> Iterator[tuple[str, World]]:
    """All that the functions can be brought to do, under one capability."""
    with world(request.param) as made:
        _play(made)
        if request.param == "delete":
            made.publish(BUNDLE_FILE.read_bytes().replace(b'"quarantine"', b'"delete"'))
            verify_push.environment.cache_clear()  # or the bundle is a minute old
        _rest_a_day(made)
        yield request.param, made


def _rest_a_day(made: World) -> None:
    """Have an image held, and looked at after a day in quarantine."""
    digest = made.push_unseen("demo/unsigned", name="rests")
    made.look(push("demo/unsigned", digest, tag=""))
    key = SubjectKey(repository="demo/unsigned", digest=digest)
    record = made.ledger.current(key)
    assert record is not None
    if record.hold is not None:
        before = record.hold.since - timedelta(days=2)
        deletable = before if record.hold.deletable_since else None
        hold = replace(record.hold, since=before, deletable_since=deletable)
        made.ledger.write(
            replace(record, version=record.version + 1, hold=hold),
            expected=record.version,
        )
    made.look(push("demo/unsigned", digest, tag=""))


def _play(made: World) -> None:
    made.look(SignerImages(made).signed().event)
    cases = {case["name"]: case for case in json.loads(CASES.read_text())["cases"]}
    for name in cases:
        made.push(name, referrers=name != "held-then-signed")
    events = files()
    for name, event in events.items():
        if function_of(name) == "VerifyPushFunction":
            made.look(event)
    made.push("held-then-signed", images=False)
    signature = cases["held-then-signed"]["signatures"][0]
    made.look(referrer("demo/held-then-signed", signature))
    made.look(batch("not an event"))
    unsigned = cases["unsigned"]
    made.look(push("demo/unsigned", _index_of(made, unsigned["images"][0]), tag=""))
    table = made.ledger
    key = SubjectKey(
        repository=unsigned["repository"], digest=unsigned["images"][0]["digest"]
    )
    record = table.current(key)
    assert record is not None
    due = record.updated_at - timedelta(days=1)
    table.write(
        replace(record, version=record.version + 1, due=due, looks=0),
        expected=record.version,
    )
    made.messages("looks")
    pending = made.push_unseen("demo/unsigned", ago=timedelta(0))
    made.look(push("demo/unsigned", pending, tag=""))
    asked = made.ask(
        Command.BREAK_GLASS,
        repository="demo/unsigned",
        digest=pending,
        seconds=60,
        reason="the roles must allow it",
    )
    assert asked["done"], asked
    assert made.ask(Command.PAUSE, repository="", seconds=60, reason="likewise")["done"]
    assert made.ask(Command.RESUME, repository="")["done"]
    assert made.tick()["sent"] >= 1
    # A look-again: that is what asks ECR about its managed signing.
    made.look(batch(*(body for body, _ in made.messages("looks"))))
    made.push_unseen()
    made.sweep({"walk": True})
    for name in ("signer-revoked-profile.json", "signer-revoked-signature.json"):
        made.sweep(events[name])


def _index_of(made: World, image: Mapping[str, Any]) -> str:
    """Push an index of ``image`` beside it; return its digest."""
    entry = {name: image[name] for name in ("mediaType", "digest", "size")}
    media_type = "application/vnd.oci.image.index.v1+json"
    index = {"schemaVersion": 2, "mediaType": media_type, "manifests": [entry]}
    answer = made.ecr.put_image(
        repositoryName="demo/unsigned", imageManifest=json.dumps(index)
    )
    return str(answer["image"]["imageId"]["imageDigest"])


def _statements(
    role: str, parameters: Mapping[str, str]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    properties = render(load(), {**BUNDLE, **parameters})[role]["Properties"]
    documents = [policy["PolicyDocument"] for policy in properties["Policies"]]
    return [
        each for document in documents for each in document["Statement"]
    ], properties


def _actions(statements: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for statement in statements:
        assert statement["Effect"] == "Allow"
        action = statement["Action"]
        found += [action] if isinstance(action, str) else action
    return found


@pytest.mark.parametrize("function", ROLES)
def test_a_role_holds_exactly_what_its_function_calls(
    performed: tuple[str, World], function: str
) -> None:
    capability, made = performed
    statements, _ = _statements(ROLES[function], {"Capability": capability})
    granted = _actions(statements)
    platform = LOG | (POLL if function == "verify_push" else frozenset())
    assert len(granted) == len(set(granted)), "granted twice"
    assert set(granted) == actions(made.operations[function]) | platform


def test_observing_no_role_holds_an_ecr_write_action() -> None:
    for name, resource in render(load(), {**BUNDLE, "Capability": "observe"}).items():
        if resource["Type"] == "AWS::IAM::Role":
            statements, _ = _statements(name, {"Capability": "observe"})
            for action in _actions(statements):
                assert not any(fnmatchcase(write, action) for write in ECR_WRITES), name


def test_delete_lets_one_role_delete_images_and_read_evidence() -> None:
    for role in ROLES.values():
        quarantine, _ = _statements(role, {"Capability": "quarantine"})
        delete, _ = _statements(role, {"Capability": "delete"})
        added = set(_actions(delete)) - set(_actions(quarantine))
        assert added == (
            {"ecr:BatchDeleteImage"} if role == "VerifyPushRole" else set()
        )
        if role != "VerifyPushRole":
            assert quarantine == delete
    (read,) = [
        each
        for each in _statements("VerifyPushRole", {"Capability": "delete"})[0]
        if each["Action"] == "s3:GetObject"
    ]
    assert read["Resource"][1:] == [
        "arn:aws:s3:::<EvidenceStore>/dossiers/*",
        "arn:aws:s3:::<EvidenceStore>/objects/*",
    ]


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_keeping_signatures_lets_one_role_create_them_and_nothing_else(
    capability: str,
) -> None:
    keeps = {"Capability": capability, "KeepSignatures": "yes"}
    for role in ROLES.values():
        plain, _ = _statements(role, {"Capability": capability})
        kept, _ = _statements(role, keeps)
        added = [each for each in kept if each not in plain]
        assert [each for each in kept if each in plain] == plain
        if role != "VerifyPushRole":
            assert added == []
            continue
        (put,) = added
        assert put["Action"] == "s3:PutObject"
        assert put["Resource"] == "arn:aws:s3:::<EvidenceStore>/signatures/*"


def test_the_default_capability_is_observe() -> None:
    for role in ROLES.values():
        assert _statements(role, {}) == _statements(role, {"Capability": "observe"})


@pytest.mark.parametrize("role", ROLES.values())
def test_a_role_has_no_wildcards_and_no_managed_policies(role: str) -> None:
    statements, properties = _statements(role, {"Capability": "quarantine"})
    assert properties.keys() - {"Tags"} == {
        "Path",
        "AssumeRolePolicyDocument",
        "Policies",
    }
    assert not any("*" in action for action in _actions(statements))
    for statement in statements:
        resources = statement["Resource"]
        if NO_RESOURCE.issuperset(_actions([statement])):
            assert resources == "*"
            continue
        for resource in [resources] if isinstance(resources, str) else resources:
            assert resource != "*"
            # All repositories of the account are a pattern, and what evidence is.
            assert "*" not in resource or resource.endswith(PATTERNS)


def test_the_sweep_writes_its_own_item_and_no_verdict() -> None:
    statements, _ = _statements("SweepRole", {})
    (write,) = [each for each in statements if "dynamodb:PutItem" in each["Action"]]
    assert write["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [PARTITION]}
    }


def test_only_lambda_assumes_the_roles() -> None:
    for role in ROLES.values():
        _, properties = _statements(role, {})
        (statement,) = properties["AssumeRolePolicyDocument"]["Statement"]
        assert statement == {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }


def test_a_key_of_ones_own_is_all_that_it_adds() -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/1"
    for role in ROLES.values():
        plain, _ = _statements(role, {})
        with_key, _ = _statements(role, {"KmsKeyArn": key})
        assert with_key[:-1] == plain
        assert with_key[-1]["Resource"] == key
        assert with_key[-1]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]


def test_a_vpc_adds_what_lambda_needs_for_its_interfaces() -> None:
    for role in ROLES.values():
        plain, _ = _statements(role, {})
        in_vpc, _ = _statements(role, {"SubnetIds": "subnet-1"})
        (added,) = [each for each in in_vpc if each not in plain]
        assert [each for each in in_vpc if each != added] == plain
        assert all(action.startswith("ec2:") for action in added["Action"])


def test_what_an_organisation_requires_reaches_all_roles() -> None:
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    for role in ROLES.values():
        _, properties = _statements(
            role, {"PermissionsBoundaryArn": boundary, "RolePath": "/platform/"}
        )
        assert properties["PermissionsBoundary"] == boundary
        assert properties["Path"] == "/platform/"
