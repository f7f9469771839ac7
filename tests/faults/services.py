"""The services, answered in this process: no socket, no thread, no bytes on a wire.

A call that nothing befalls is answered in the model's shapes, as botocore would read
them; an attempt at one that something befalls is answered over its wire. ECR, Signer
and Security Hub are the simulator's; SQS, S3 and Secrets Manager keep what little the
functions ask of them, SNS and AWS STS likewise; DynamoDB is moto's, asked without its
parsing and serializing.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final, cast
from urllib.parse import parse_qs

from botocore import xform_name
from botocore.awsrequest import AWSResponse
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.models import botocore_stubber
from moto.dynamodb.exceptions import ConditionalCheckFailed
from moto.dynamodb.responses import DynamoHandler

from sealward.ports.failures import NotFound
from simulator.behaviours import Behaviours
from simulator.errors import ServiceError
from simulator.local_aws import LocalAws
from simulator.places import place
from simulator.wire import HttpFace, LayerUrls
from tests.faults.answers import answer
from tests.faults.buckets import Buckets
from tests.functions.event_files import ACCOUNT, REGION

_SIMULATED: Final = {
    "ecr": "ecr",
    "securityhub": "securityhub",
    "signer": "signer",
    "signer-data": "signer",
}
"""The simulator's names by botocore's."""
_LAYERS: Final = "https://layers.example"
SECRET: Final = "k" * 64
PERSON: Final = f"arn:aws:sts::{ACCOUNT}:assumed-role/OnCall/alice"
"""Whoever asks the function that people ask."""

Answer = tuple[Any, dict[str, Any]]
"""What botocore's ``before-call`` takes for one: status and parsed body."""


class Services:
    """One account's services in one Region; ``renew`` empties the simulator's."""

    def __init__(
        self, clock: Callable[[], datetime], behaviours: Behaviours | None = None
    ) -> None:
        self._behaviours = behaviours
        self._queues: dict[str, list[tuple[str, timedelta]]] = {}
        self.told: list[dict[str, Any]] = []
        """What the event bus heard, oldest first."""
        self.messages: list[tuple[str, str]] = []
        """What owners' topics heard, likewise: topic and subject."""
        self.renew(clock)

    def renew(self, clock: Callable[[], datetime]) -> None:
        """Begin with another ECR, Signer and Security Hub, and empty queues."""
        urls = LayerUrls(_LAYERS)
        self.buckets = Buckets(clock)
        self.aws = LocalAws(clock=clock, behaviours=self._behaviours, layer_url=urls)
        self._face = HttpFace(self.aws, urls)
        self._queues.clear()
        self.told.clear()
        self.messages.clear()

    def answer(self, operation: str, asked: Mapping[str, Any]) -> Answer | None:
        """Return what a call is answered; None: it has to go over the wire.

        Args:
            operation: ``service:Operation``.
            asked: the call's arguments.
        """
        service, _, name = operation.partition(":")
        if service == "dynamodb":
            return _of_tables(name, asked)
        if service == "s3":
            status, said = self.buckets.answer(name, asked)
            parsed = said | {"ResponseMetadata": {}}
            return SimpleNamespace(status_code=status), parsed
        if service not in _SIMULATED:
            return _ok(self._own(service, name, asked))
        try:
            where = place(ACCOUNT, REGION)
            return _ok(self.aws.call(_SIMULATED[service], name, asked, place=where))
        except ServiceError as error:
            return _declined(error.status, error.code, error.message)

    def send(self, operation: str, request: Any) -> AWSResponse:
        """Return what an attempt is answered over the wire.

        Args:
            operation: ``service:Operation``.
            request: as prepared by botocore.
        """
        service, _, name = operation.partition(":")
        if service == "dynamodb":
            return cast("AWSResponse", botocore_stubber("before-send", request))
        if service == "s3":
            return self.buckets.send(name, request)
        if service == "sns":
            return self._published(request)
        if service not in _SIMULATED:
            said = self._own(service, name, json.loads(request.body))
            return answer(request.url, 200, json.dumps(said).encode())
        headers = {key.lower(): _text(value) for key, value in request.headers.items()}
        path = request.url.split("/", 3)[3]
        body = request.body or b""
        said_back = self._face.handle(
            request.method,
            f"/{path}",
            headers,
            body.encode() if isinstance(body, str) else body,
            account=ACCOUNT,
            region=REGION,
        )
        return answer(
            request.url, said_back.status, said_back.body, **said_back.headers
        )

    def layer(self, url: str, limit: int) -> bytes:
        """Return a layer by its address, as ``LayerDownload`` does.

        Raises:
            NotFound: it is not there, or larger than ``limit`` bytes.
        """
        response = self._face.own("GET", url.removeprefix(_LAYERS))
        if response.status != 200 or len(response.body) > limit:
            raise NotFound(f"layer: {response.status}, {len(response.body)} bytes")
        return response.body

    def taken(self, queue_url: str) -> Iterator[tuple[str, timedelta]]:
        """Yield bodies and delays of what was sent to a queue, and empty it."""
        yield from self._queues.pop(queue_url, ())

    def _own(self, service: str, name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        match f"{service}:{name}":
            case "secretsmanager:GetSecretValue":
                return {"SecretString": SECRET}
            case "events:PutEvents":
                self.told += [json.loads(each["Detail"]) for each in asked["Entries"]]
                return {
                    "FailedEntryCount": 0,
                    "Entries": [{"EventId": "told"} for _ in asked["Entries"]],
                }
            case "sqs:SendMessage" | "sqs:SendMessageBatch":
                return self._sent(name, asked)
            case "sns:Publish":
                self.messages.append((asked["TopicArn"], asked["Subject"]))
                return {"MessageId": "published"}
            case "sts:GetCallerIdentity":
                return {"Account": ACCOUNT, "Arn": PERSON, "UserId": "alice"}
            case operation:
                raise ValueError(f"{operation}: say what it answers")

    def _published(self, request: Any) -> AWSResponse:
        asked = {name: values[0] for name, values in parse_qs(request.body).items()}
        said = self._own("sns", "Publish", asked)
        text = (
            "<PublishResponse><PublishResult>"
            f"<MessageId>{said['MessageId']}</MessageId>"
            "</PublishResult></PublishResponse>"
        )
        return answer(request.url, 200, text.encode())

    def _sent(self, name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        queue = self._queues.setdefault(asked["QueueUrl"], [])
        if name == "SendMessage":
            queue.append(_message(asked))
            return {"MessageId": str(len(queue))}
        queue += [_message(each) for each in asked["Entries"]]
        sent = [
            {"Id": each["Id"], "MessageId": each["Id"]} for each in asked["Entries"]
        ]
        return {"Successful": sent, "Failed": []}


def _message(asked: Mapping[str, Any]) -> tuple[str, timedelta]:
    return asked["MessageBody"], timedelta(seconds=asked.get("DelaySeconds", 0))


def _of_tables(name: str, asked: Mapping[str, Any]) -> Answer | None:
    handler: Any = DynamoHandler()
    handler.current_account, handler.region = ACCOUNT, REGION
    handler.body = handler.params = dict(asked)
    try:
        return _ok(getattr(handler, xform_name(name))().result)
    except ConditionalCheckFailed as error:
        return _declined(400, "ConditionalCheckFailedException", str(error))
    except (ServiceException, JsonRESTError):
        # Nothing was done. Over the wire it is declined in DynamoDB's words.
        return None


def _ok(said: Any) -> Answer:
    return SimpleNamespace(status_code=200), said | {"ResponseMetadata": {}}


def _declined(status: int, code: str, message: str) -> Answer | None:
    """Return an error as botocore parses it; None: botocore would try again."""
    if status >= 500 or "Throttling" in code:
        return None
    said = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {}}
    return SimpleNamespace(status_code=int(status)), said


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
