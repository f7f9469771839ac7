"""Denying pulls needs rights of its own, and a stack has them only where it asks."""

import json
import os

from tests.functions.event_files import CASES, files
from tests.functions.world import world
from tests.template.iam_actions import actions
from tests.template.test_permissions import CAPABILITIES, _actions, _statements


def test_denying_pulls_adds_what_it_calls_and_only_where_it_is_asked_for() -> None:
    bundle = json.loads((CASES.parents[1] / "policy/bundle.json").read_text())
    for policy in bundle["policies"]:
        policy["escalation"] = "deny-pulls"
        policy["grace"] = "0s"  # else the first push again opens it to be signed
    event = files()["ecr-push-unsigned.json"]
    digest = event["detail"]["image-digest"]
    with world("quarantine") as made:
        os.environ["SEALWARD_ROLE"] = "arn:aws:iam::123456789012:role/VerifyPush"
        made.publish(json.dumps(bundle).encode())
        for _ in range(5):
            made.push("unsigned")
            made.look(event)
        made.ecr.batch_delete_image(
            repositoryName="demo/unsigned", imageIds=[{"imageDigest": digest}]
        )
        made.look(event)
        called = {
            action
            for action in actions(made.operations["verify_push"])
            if action.endswith("RepositoryPolicy")
        }
    plain, _ = _statements("VerifyPushRole", {"Capability": "quarantine"})
    for capability in CAPABILITIES:
        asked = {"Capability": capability, "MayDenyPulls": "yes"}
        granted, _ = _statements("VerifyPushRole", asked)
        more = {
            action
            for action in _actions(granted)
            if action.endswith("RepositoryPolicy")
        }
        assert more == (set() if capability == "observe" else called)
    assert called == {
        "ecr:DeleteRepositoryPolicy",
        "ecr:GetRepositoryPolicy",
        "ecr:SetRepositoryPolicy",
    }
    assert not called.intersection(_actions(plain))
