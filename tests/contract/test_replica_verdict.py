"""A destination's verdict, asked for by the clients of botocore."""

import io
import json
from typing import Any

import botocore.session
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from sealward.aws.registry.replication import AssumedVerdict
from sealward.cli.replication import asked_at
from sealward.policy.replication import ReplicaVerdicts
from sealward.ports.failures import Denied, NotFound, Unavailable
from tests.contract.faces import ACCOUNT, REGION
from tests.unit.sealward.policy.test_replication import VERDICTS
from tests.unit.sealward.stand import bundle

ENTRY = ReplicaVerdicts(
    place=VERDICTS["place"],
    role=VERDICTS["role"],
    external_id=VERDICTS["externalId"],
    function=VERDICTS["function"],
)
DIGEST = "sha256:" + "a" * 64
CREDENTIALS = {
    "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "SecretAccessKey": "secret",
    "SessionToken": "token",
    "Expiration": "2027-01-15T00:00:00Z",
}


def client(service: str) -> Any:
    return botocore.session.Session().create_client(
        service,
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


class Destination:
    """The clients, answering as told, and what they were asked."""

    def __init__(self) -> None:
        self.sts, self.function = client("sts"), client("lambda")
        self.at_sts, self.at_function = Stubber(self.sts), Stubber(self.function)
        self.at_sts.activate()
        self.at_function.activate()
        self.made_for: list[tuple[str, str]] = []

    def assumed(self) -> None:
        self.at_sts.add_response(
            "assume_role",
            {"Credentials": CREDENTIALS},
            {
                "RoleArn": ENTRY.role,
                "RoleSessionName": "sealward-replication",
                "ExternalId": ENTRY.external_id,
                "DurationSeconds": 900,
            },
        )

    def answers(self, content: bytes, **more: Any) -> None:
        self.at_function.add_response(
            "invoke",
            {"Payload": StreamingBody(io.BytesIO(content), len(content))} | more,
            {
                "FunctionName": ENTRY.function,
                "Payload": json.dumps(
                    {"repository": "prod/app", "digest": DIGEST}
                ).encode(),
            },
        )

    def client_for(self, region: str, credentials: dict[str, str]) -> Any:
        self.made_for.append((region, credentials["AccessKeyId"]))
        return self.function

    def ask(self) -> dict[str, Any]:
        asking = AssumedVerdict(ENTRY, self.sts, self.client_for)
        return asking.verdict("prod/app", DIGEST)


@pytest.fixture
def there() -> Destination:
    return Destination()


def test_the_role_is_assumed_and_the_function_asked_as_the_bundle_says(
    there: Destination,
) -> None:
    there.assumed()
    there.answers(b'{"verdict": "trusted"}')
    assert there.ask() == {"verdict": "trusted"}
    assert there.made_for == [("eu-west-1", CREDENTIALS["AccessKeyId"])]
    there.at_sts.assert_no_pending_responses()


def test_a_role_that_lets_nobody_in(there: Destination) -> None:
    there.at_sts.add_client_error("assume_role", "AccessDenied", "no", 403)
    with pytest.raises(Denied, match="VerdictRole"):
        there.ask()


def test_what_it_refuses_to_tell(there: Destination) -> None:
    there.assumed()
    there.answers(b'{"refused": "nothing is known"}')
    with pytest.raises(NotFound, match="nothing is known"):
        there.ask()


@pytest.mark.parametrize(
    ("content", "more"),
    [
        (b"[]", {}),
        (b"torn", {}),
        (b"[" * 60_000, {}),
        (b'{"errorMessage": "x"}', {"FunctionError": "Unhandled"}),
    ],
)
def test_what_is_no_answer(
    there: Destination, content: bytes, more: dict[str, str]
) -> None:
    there.assumed()
    there.answers(content, **more)
    with pytest.raises(Unavailable):
        there.ask()


def test_only_what_the_bundle_lists_is_assumed() -> None:
    held = bundle(replication={"verdicts": [VERDICTS]})
    here = (ACCOUNT, REGION)
    assert asked_at(held, here, ENTRY.place, "prod/app") == ENTRY
    assert asked_at(held, here, "222233334444/eu-west-2", "prod/app") is None
    assert asked_at(held, here, ENTRY.place, "other/app") is None
    assert asked_at(held, ("999999999999", REGION), ENTRY.place, "prod/app") is None
