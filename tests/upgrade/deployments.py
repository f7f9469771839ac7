"""Deployments: releases, each over the one that is there, and who operates them."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from demo.stack import (
    ACCOUNT,
    BUILD,
    REGION,
    ROOT,
    STACK,
    LocalAws,
    bundle_bucket,
    put_bundle,
    run,
    sam,
)
from tests.upgrade.pushes import REPOSITORIES

_KEY: Final = "bundle.json"
OPERATOR: Final = "upgrade-operator"


def publish(aws: LocalAws) -> str:
    """Publish the demo's bundle for what is pushed here; return where it lies."""
    document = json.loads((ROOT / "demo/policy/bundle.json").read_text())
    host = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    document["policies"] = [
        policy
        for policy in document["policies"]
        if policy["statement"]["name"] == "payments"
    ]
    (policy,) = document["policies"]
    policy["statement"]["registryScopes"] = [f"{host}/{REPOSITORIES}/*"]
    policy["grace"] = "2s"
    bucket = bundle_bucket(ACCOUNT)
    put_bundle(aws, bucket, _KEY, json.dumps(document).encode())
    return f"s3://{bucket}/{_KEY}"


def operator(aws: LocalAws) -> dict[str, str]:
    """Make the role that may redrive dead letters; return its environment."""
    iam = aws.client("iam")

    def policy(action: str, **more: object) -> str:
        statement = {"Effect": "Allow", "Action": action, **more}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    role = iam.create_role(
        RoleName=OPERATOR,
        AssumeRolePolicyDocument=policy("sts:AssumeRole", Principal={"AWS": "*"}),
    )["Role"]
    iam.put_role_policy(
        RoleName=OPERATOR,
        PolicyName="operator",
        PolicyDocument=policy("*", Resource="*"),
    )
    session = aws.client("sts").assume_role(
        RoleArn=role["Arn"], RoleSessionName="operator"
    )["Credentials"]
    return {
        **aws.environment,
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
        "NO_PROXY": "127.0.0.1",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "SEALWARD_STACK": STACK,
    }


class Deployments:
    """Deploys releases, each over the one that is there."""

    def __init__(self, aws: LocalAws, bundle: str) -> None:
        self._aws = aws
        self._given = {
            "EndpointUrl": aws.endpoint,
            "PolicyBundle": bundle,
            "OperatorRoleArn": f"arn:aws:iam::{ACCOUNT}:role/{OPERATOR}",
        }
        self._uploaded: dict[Path, str] = {}
        """Keys of templates by the releases deployed before: their code is there."""

    def deploy(self, release: Path, capability: str) -> None:
        """Deploy ``release`` with ``capability``.

        Raises:
            demo.stack.DemoError: it was not deployed.
        """
        given = {**self._given, "Capability": capability}
        key = self._uploaded.get(release)
        if key is None:
            self._by_sam(release, given)
        else:
            self._by_cloudformation(key, given)

    def _by_sam(self, release: Path, given: Mapping[str, str]) -> None:
        run(
            [
                *(sam(), "deploy", "--template-file", str(release / "template.yaml")),
                *("--stack-name", STACK, "--resolve-s3", "--no-progressbar"),
                *("--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"),
                "--parameter-overrides",
                *(f"{name}={value}" for name, value in given.items()),
            ],
            log=BUILD / "upgrade-deploy.log",
            environment=self._aws.environment,
        )
        answer = self._aws.client("cloudformation").get_template(
            StackName=STACK, TemplateStage="Original"
        )
        body = answer["TemplateBody"]
        text = body if isinstance(body, str) else json.dumps(body)
        key = f"{release.name}.yaml"
        self._aws.client("s3").put_object(
            Bucket=bundle_bucket(ACCOUNT), Key=key, Body=text.encode()
        )
        self._uploaded[release] = key

    def _by_cloudformation(self, key: str, given: Mapping[str, str]) -> None:
        formation = self._aws.client("cloudformation")
        formation.update_stack(
            StackName=STACK,
            TemplateURL=f"{self._aws.endpoint}/{bundle_bucket(ACCOUNT)}/{key}",
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in given.items()
            ],
        )
        waiter = formation.get_waiter("stack_update_complete")
        waiter.wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
