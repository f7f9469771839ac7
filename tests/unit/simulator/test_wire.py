"""The HTTP face: requests and answers against the service models, layers, controls."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.clock import ManualClock
from simulator.ecr import dispatch
from simulator.ecr.manifests import digest_of
from simulator.errors import internal_error
from simulator.faults import Fault
from simulator.iam_resources import ecr_resource, security_hub_resource
from simulator.local_aws import LocalAws
from simulator.places import place
from simulator.pushes import Pusher
from simulator.security_hub import findings
from simulator.shapes import service_model
from simulator.wire import (
    HttpFace,
    LayerUrls,
    Response,
)

PLACE = place("123456789012", "us-east-1")
TARGET = "AmazonEC2ContainerRegistry_V20150921"


class Client:
    def __init__(self) -> None:
        urls = LayerUrls("http://127.0.0.1:1")
        self.aws = LocalAws(clock=ManualClock(), layer_url=urls)
        self.face = HttpFace(self.aws, urls)
        self.push = Pusher(self.aws, PLACE, "app")

    def ecr(self, operation: str, body: bytes, **headers: str) -> Response:
        given = {"x-amz-target": f"{TARGET}.{operation}", **headers}
        return self.send("POST", "/", given, body)

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        return self.face.handle(
            method, path, headers, body, account=PLACE.account, region=PLACE.region
        )


@pytest.fixture
def client() -> Client:
    return Client()


def said(response: Response) -> dict[str, Any]:
    return dict(json.loads(response.body))


@pytest.mark.parametrize(
    ("request_", "wrong"),
    [
        ({}, "repositoryName is required"),
        ({"repositoryName": "UPPER"}, "repositoryName does not match"),
        ({"repositoryName": "app", "maxResults": 0}, "maxResults must have at least 1"),
        ({"repositoryName": "app", "maxResults": 1001}, "at most 1000"),
        ({"repositoryName": "app", "maxResults": True}, "must be of type integer"),
        ({"repositoryName": "app", "more": 1}, "more is unknown"),
        ({"repositoryName": "app", "imageIds": []}, "imageIds must have at least 1"),
        ({"repositoryName": "app", "imageIds": [1]}, "imageIds[0] must be of type"),
        (
            {"repositoryName": "app", "filter": {"imageStatus": "GONE"}},
            "must be one of",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_request_that_breaks_the_model_is_refused(
    client: Client, request_: dict[str, Any], wrong: str
) -> None:
    response = client.ecr("DescribeImages", json.dumps(request_).encode())
    assert response.status == 400
    assert said(response)["__type"] == "InvalidParameterException"
    assert wrong in said(response)["message"]


@pytest.mark.parametrize("body", [b"{", b"[" * 99999, b"\xff"])
def test_what_is_no_json_is_refused(client: Client, body: bytes) -> None:
    response = client.ecr("DescribeImages", body)
    assert said(response)["__type"] == "SerializationException"


def test_json_that_is_no_object_is_refused(client: Client) -> None:
    response = client.ecr("DescribeImages", b"[]")
    assert said(response)["__type"] == "InvalidParameterException"


@pytest.mark.parametrize("target", [f"{TARGET}.Nonsense", "Other.PutImage", TARGET])
def test_an_unknown_operation_is_refused(client: Client, target: str) -> None:
    response = client.send("POST", "/", {"x-amz-target": target}, b"{}")
    assert said(response)["__type"] == "UnknownOperationException"


def test_an_operation_not_simulated_is_said(client: Client) -> None:
    response = client.ecr("DescribePullThroughCacheRules", b"{}")
    assert response.status == 400
    assert "not simulated" in said(response)["message"]


def test_an_answer_that_breaks_the_model_is_the_simulators_fault(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = {"ListImages": lambda *_: {"imageIds": [], "nonsense": 1}}
    monkeypatch.setattr(dispatch, "OPERATIONS", broken)
    response = client.ecr("ListImages", b'{"repositoryName":"app"}')
    assert response.status == 500
    assert "nonsense is unknown" in said(response)["message"]


def test_a_region_there_is_none_of_is_refused(client: Client) -> None:
    response = client.face.handle(
        "POST",
        "/",
        {"x-amz-target": f"{TARGET}.ListImages"},
        b'{"repositoryName":"app"}',
        account=PLACE.account,
        region="nowhere",
    )
    assert said(response)["__type"] == "UnrecognizedClientException"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(
    operation=st.sampled_from(sorted(dispatch.OPERATIONS)),
    extra=st.dictionaries(
        st.sampled_from(
            ["imageIds", "imageManifest", "filter", "imageId", "layerDigests", "x"]
        ),
        JSON,
    ),
    manifest=JSON
    | st.dictionaries(
        st.sampled_from(
            ["mediaType", "config", "layers", "manifests", "subject", "annotations"]
        ),
        JSON,
    ),
)
@settings(max_examples=60, deadline=None)
def test_any_json_is_answered(
    operation: str, extra: dict[str, Any], manifest: Any
) -> None:
    client = Client()
    request = {"repositoryName": "app", "imageManifest": json.dumps(manifest)} | extra
    response = client.ecr(operation, json.dumps(request).encode())
    assert response.status in (200, 400)
    assert isinstance(said(response), dict)


def test_timestamps_travel_as_seconds(client: Client) -> None:
    client.push.image("a")
    response = client.ecr("DescribeImages", b'{"repositoryName":"app"}')
    (detail,) = said(response)["imageDetails"]
    assert detail["imagePushedAt"] == client.aws._clock().timestamp()


def test_security_hubs_errors_have_its_own_form(client: Client) -> None:
    response = client.send("POST", "/findings", {}, b"{}")
    assert response.status == 401
    assert response.headers["x-amzn-ErrorType"] == "InvalidAccessException"
    assert "not subscribed" in said(response)["Message"]
    nowhere = client.send("PATCH", "/nowhere", {}, b"{}")
    assert nowhere.status == 404


def test_every_operation_simulated_is_in_the_models() -> None:
    for service, simulated in (
        ("ecr", dispatch.OPERATIONS),
        ("securityhub", findings.OPERATIONS),
    ):
        assert set(simulated) <= set(service_model(service).operation_names)


def layer_url(client: Client, host: str = "") -> str:
    layer = client.push.layer(b"layer")
    client.push.document({"mediaType": "x", "layers": [layer]})
    asking = {"repositoryName": "app", "layerDigest": digest_of(b"layer")}
    response = client.ecr(
        "GetDownloadUrlForLayer", json.dumps(asking).encode(), host=host
    )
    return str(said(response)["downloadUrl"])


def fetch(client: Client, url: str) -> Response:
    parts = urlsplit(url)
    return client.face.own("GET", f"{parts.path}?{parts.query}")


def test_a_layers_address_serves_its_bytes(client: Client) -> None:
    response = fetch(client, layer_url(client))
    assert (response.status, response.body) == (200, b"layer")


def test_a_layers_address_names_the_host_that_was_asked(client: Client) -> None:
    assert layer_url(client).startswith("http://127.0.0.1:1/")


def test_behind_another_name_it_names_that(client: Client) -> None:
    url = layer_url(client, "gateway:4566")
    assert url.startswith("http://gateway:4566/")
    assert fetch(client, url).body == b"layer"


@pytest.mark.parametrize(
    "change", [("token=", "token=0"), ("token=", "token=é"), ("repository=app", "x=y")]
)
def test_a_changed_address_is_refused(client: Client, change: tuple[str, str]) -> None:
    assert fetch(client, layer_url(client).replace(*change)).status == 403


def test_a_layer_deleted_since_is_not_found(client: Client) -> None:
    url = layer_url(client)
    client.aws.registry(PLACE).repositories["app"].layers.clear()
    assert fetch(client, url).status == 404


def test_operations_are_shown_with_their_actions(client: Client) -> None:
    asking = {"repositoryName": "app", "subjectId": {"imageDigest": "sha256:0"}}
    client.aws.operations.clear()
    client.ecr("ListImageReferrers", json.dumps(asking).encode())
    shown = json.loads(client.face.own("GET", "/_sealward/operations").body)
    assert shown == [
        {
            "service": "ecr",
            "operation": "ListImageReferrers",
            "action": "ecr:BatchGetImage",
            "caller": "",
            "resource": "",
        }
    ]


def test_cloudtrail_tells_of_a_call_that_is_described(client: Client) -> None:
    detail = {"eventSource": "signer.example", "eventName": "RevokeSignature"}
    told = {"account": PLACE.account, "region": PLACE.region, "detail": detail}
    body = json.dumps(told).encode()
    assert client.face.own("POST", "/_sealward/cloudtrail", body).status == 204
    event = client.aws.events.drain()[-1]
    assert event["source"] == "aws.signer"
    assert event["detail-type"] == "AWS API Call via CloudTrail"
    assert (event["account"], event["detail"]) == (PLACE.account, detail)


@pytest.mark.parametrize(
    "told", [{}, {"detail": {}}, {"account": "1", "detail": {"eventSource": "x"}}]
)
def test_what_describes_no_call_is_refused(
    client: Client, told: dict[str, Any]
) -> None:
    body = json.dumps(told).encode()
    assert client.face.own("POST", "/_sealward/cloudtrail", body).status == 400


def test_faults_are_asked_for_over_http(client: Client) -> None:
    fault = {"service": "ecr", "operation": "ListImages", "error": "throttled"}
    asked = client.face.own(
        "POST", "/_sealward/faults", json.dumps(fault | {"times": 1}).encode()
    )
    assert asked.status == 204
    request = b'{"repositoryName":"app"}'
    assert said(client.ecr("ListImages", request))["__type"] == "ThrottlingException"
    assert client.ecr("ListImages", request).status == 200
    client.face.own("POST", "/_sealward/faults", json.dumps(fault).encode())
    client.face.own("DELETE", "/_sealward/faults")
    assert client.ecr("ListImages", request).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"more":1}',
        b'{"service":1}',
        b'{"error":"odd"}',
        b'{"latencySeconds":61}',
        b'{"latencySeconds":"1"}',
        b'{"times":0}',
    ],
)
def test_a_fault_there_is_none_of_is_refused(client: Client, body: bytes) -> None:
    assert client.face.own("POST", "/_sealward/faults", body).status == 400
    assert client.aws.faults.take("ecr", "ListImages", {}) is None


def test_how_managed_signing_ends_is_asked_for_over_http(client: Client) -> None:
    asked = {
        "repositories": "prod/*",
        "failureCode": "ACCESS_DENIED",
        "failureReason": "no signer:SignPayload",
        "seconds": 7,
    }
    body = json.dumps(asked).encode()
    assert client.face.own("POST", "/_sealward/managed-signing", body).status == 204
    end = client.aws.signing_ends.of("prod/app", timedelta(0))
    assert (end.failure_code, end.after) == ("ACCESS_DENIED", timedelta(seconds=7))
    assert not client.aws.signing_ends.of("dev/app", timedelta(0)).failure_code
    client.face.own("DELETE", "/_sealward/managed-signing")
    assert not client.aws.signing_ends.of("prod/app", timedelta(0)).failure_code


@pytest.mark.parametrize(
    "body", [b"{", b'{"more":1}', b'{"failureCode":1}', b'{"seconds":-1}']
)
def test_an_end_of_signing_there_is_none_of_is_refused(
    client: Client, body: bytes
) -> None:
    answer = client.face.own("POST", "/_sealward/managed-signing", body)
    assert answer.status == 400


def test_other_own_paths_are_not_served(client: Client) -> None:
    assert client.face.own("GET", "/_sealward/nothing").status == 404


def test_latency_is_waited() -> None:
    waited: list[float] = []
    aws = LocalAws(clock=ManualClock(), sleep=waited.append)
    face = HttpFace(aws, LayerUrls("http://127.0.0.1:1"))
    face.own("POST", "/_sealward/faults", b'{"latencySeconds":0.25}')
    face.handle("GET", "/accounts", {}, b"", account=PLACE.account, region=PLACE.region)
    assert waited == [0.25]


def test_a_response_may_be_lost_after_the_deed(client: Client) -> None:
    client.aws.faults.add(Fault(operation="PutImage", after=internal_error(), times=1))
    manifest = '{"mediaType":"a/b"}'
    body = json.dumps({"repositoryName": "app", "imageManifest": manifest}).encode()
    assert client.ecr("PutImage", body).status == 500
    assert said(client.ecr("PutImage", body))["__type"] == "ImageAlreadyExistsException"


def test_describing_all_repositories_is_authorised_on_any_repository() -> None:
    def asked(operation: str, body: bytes) -> str:
        target = f"AmazonEC2ContainerRegistry_V20150921.{operation}"
        return ecr_resource({"x-amz-target": target}, body, PLACE)

    assert asked("DescribeRepositories", b"{}") == PLACE.arn("ecr", "repository/*")
    assert not asked("DescribeRepositories", b'{"repositoryNames": ["app"]}')
    assert not asked("DescribeImages", b'{"repositoryName": "app"}')


def test_importing_is_authorised_on_the_product() -> None:
    product = PLACE.arn("securityhub", f"product/{PLACE.account}/default")
    body = json.dumps({"Findings": [{"ProductArn": product}]}).encode()
    assert security_hub_resource("POST", "/findings/import", body, PLACE) == product
    assert security_hub_resource("POST", "/findings/import", b"{}", PLACE) == "*"
    hub = PLACE.arn("securityhub", "hub/default")
    assert security_hub_resource("POST", "/findings", b"", PLACE) == hub


SIGNER = {
    "authorization": "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/signer/"
    "aws4_request, SignedHeaders=host, Signature=x"
}


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/revocations", b"", "ValidationException"),
        ("GET", "/revocations?signatureTimestamp=noon", b"", "ValidationException"),
        ("GET", "/nothing", b"", "ResourceNotFoundException"),
        ("DELETE", "/revocations", b"", "ResourceNotFoundException"),
        ("POST", "/signing-jobs/with-payload", b"{}", "ValidationException"),
        ("POST", "/signing-jobs/with-payload", b"[]", "ValidationException"),
        ("POST", "/signing-jobs/with-payload", b"{", "SerializationException"),
        ("PUT", "/signing-profiles/a/revoke", b"{}", "ValidationException"),
        ("GET", "/signing-profiles/absent", b"", "ResourceNotFoundException"),
        ("GET", "/signing-jobs/1", b"", "UnknownOperationException"),
    ],
)
def test_signer_declines_what_its_model_does(
    client: Client, method: str, path: str, body: bytes, code: str
) -> None:
    response = client.send(method, path, SIGNER, body)
    assert said(response)["code"] == code
    assert response.headers["x-amzn-ErrorType"] == code


def test_signers_root_is_served_and_no_other(client: Client) -> None:
    response = client.face.own("GET", "/_sealward/signer-root/aws")
    assert response.body == client.aws.signer_authority("aws").root_pem
    assert client.face.own("GET", "/_sealward/signer-root/mine").status == 404
