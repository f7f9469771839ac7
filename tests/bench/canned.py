"""AWS, canned: the function's own clients, whose calls are answered in process.

Every call waits as long as AWS would take, then gets bytes: those the simulator's HTTP
face gave the first time it was asked the same. Serialising, signing and parsing are
botocore's own; only the socket is missing.
"""

import io
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from functions.verify_push import app
from notation_verifier import Descriptor
from sealward.aws.clients import Clients
from sealward.events import Hint, look_again
from sealward.subjects.turns import Share
from simulator.local_aws import LocalAws
from simulator.places import place
from simulator.pushes import Pusher
from simulator.wire import HttpFace, LayerUrls
from tests import forge
from tests.bench.bundles import ACCOUNT, REGION, document

REPOSITORY = "team-7/app"
_ECR = "https://api.ecr.canned"
_OTHERS = {
    "awsevents": b'{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}',
    "dynamodb": b"{}",  # no record there; a write that was made
    "secretsmanager": b'{"SecretString":"of the bench, that many letters long"}',
    "amazonsqs": b'{"MessageId":"1","MD5OfMessageBody":""}',
}
_WRITES = {"BatchWriteItem", "PutEvents", "PutItem", "SendMessage", "UpdateItem"}
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ENDPOINT_URL_ECR": _ECR,
    "CAPABILITY": "quarantine",
    "DEAD_LETTER_QUEUE_URL": f"https://sqs.canned/{ACCOUNT}/dead",
    "EVENT_BUS": "default",
    "EVIDENCE_BUCKET": "evidence",
    "LEDGER_KEY": "ledger-key",
    "LEDGER_TABLE": "ledger",
    "LOOK_QUEUE_URL": f"https://sqs.canned/{ACCOUNT}/looks",
    "POLICY_BUNDLE": "s3://policy/bundle.json",
    "POWERTOOLS_METRICS_NAMESPACE": "Sealward",
    "POWERTOOLS_SERVICE_NAME": "verify_push",
    "SEALWARD_ACCOUNT": ACCOUNT,
    "SEALWARD_PARTITION": "aws",
}


class _Ample:
    """Stands for the shares of repositories: no event of one is too many.

    The bench looks at one repository only. After ten looks a minute it would measure
    the passing on of messages.
    """

    def take(self, _repository: str) -> Share:
        return Share.WITHIN


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        while part := self.read(65536):
            yield part


@dataclass(slots=True, kw_only=True)
class CannedAws:
    """Answers calls after ``latency`` seconds each."""

    image: Descriptor
    signature: Descriptor
    envelope: str
    """Digest of the signature's layer."""
    bundle: bytes
    latency: float
    settled: bool = False
    """Whether the ledger answers with the record that a look wrote."""
    calls: list[str] = field(default_factory=list)
    """What was called, in order of arrival; ``layer`` for a download."""
    _face: HttpFace
    _known: dict[tuple[str, bytes, bool], tuple[int, bytes]] = field(
        default_factory=dict
    )
    _written: Mapping[str, Any] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def answer(self, request: Any, **_: Any) -> AWSResponse:
        """Answer a request that botocore is about to send."""
        target = request.headers.get("X-Amz-Target", b"GetObject")
        name = target.decode() if isinstance(target, bytes) else target
        self._wait(name)
        body = request.body or b""
        with self._lock:
            if name.endswith(".PutItem"):
                self._written = json.loads(body)["Item"]
            status, content = self._answer(name, body, request)
        headers = HTTPHeaders()
        headers["content-length"], headers["etag"] = str(len(content)), '"bundle"'
        return AWSResponse(request.url, status, headers, _Raw(content))

    def _answer(self, name: str, body: bytes, request: Any) -> tuple[int, bytes]:
        # No two writes are equal: remembered, they would look like a leak of ours.
        if name.rpartition(".")[2] in _WRITES:
            return self._make(name, request)
        asked = (name, body, self.settled)
        if asked not in self._known:
            self._known[asked] = self._make(name, request)
        return self._known[asked]

    def fetch(self, url: str, limit: int) -> bytes:
        """Answer the GET of a layer's address."""
        self._wait("layer")
        parts = urlsplit(url)
        content = self._face.layer(f"{parts.path}?{parts.query}").body
        if len(content) > limit:
            raise RuntimeError(f"a layer of {len(content)} bytes")
        return content

    def _wait(self, name: str) -> None:
        self.calls.append(name.rpartition(".")[2])
        time.sleep(self.latency)

    def _make(self, name: str, request: Any) -> tuple[int, bytes]:
        if name == "GetObject":
            return 200, self.bundle
        if name.endswith(".Query"):
            return 200, b'{"Items":[],"Count":0,"ScannedCount":0}'
        if self.settled and name.endswith(".GetItem"):
            return 200, json.dumps({"Item": self._written}).encode()
        # "DynamoDB_20120810.GetItem", "secretsmanager.GetSecretValue"
        service = name.partition(".")[0].partition("_")[0].lower()
        if service in _OTHERS:
            return 200, _OTHERS[service]
        headers = {"x-amz-target": name, "host": ""}
        made = self._face.handle(
            "POST", "/", headers, request.body, account=ACCOUNT, region=REGION
        )
        return made.status, made.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """verify_push over a canned AWS, as one warm execution environment."""

    aws: CannedAws
    clients: Clients
    log: io.StringIO

    def look(self) -> dict[str, Any]:
        """Invoke it with a batch of one event, of the signed image's push."""
        return self._invoke(self.message())

    def look_again(self) -> dict[str, Any]:
        """Invoke it with the look-again that a first look had asked for."""
        hint = Hint(
            account=ACCOUNT,
            region=REGION,
            repository=REPOSITORY,
            digest=self.aws.image.digest,
            scheduled=True,
        )
        return self._invoke({"messageId": "1", "body": json.dumps(look_again(hint))})

    def _invoke(self, message: Mapping[str, Any]) -> dict[str, Any]:
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 100_000)
        return app.handler({"Records": [message]}, context)

    def message(self) -> Mapping[str, Any]:
        """Return the event as the queue delivers it."""
        detail = (
            f'"repository-name":"{REPOSITORY}","image-digest":"{self.aws.image.digest}"'
        )
        body = (
            '{"source":"aws.ecr","detail-type":"ECR Image Action",'
            f'"account":"{ACCOUNT}","region":"{REGION}","detail":{{{detail},'
            '"action-type":"PUSH","result":"SUCCESS"}}'
        )
        return {"messageId": "1", "body": body}


@contextmanager
def function(*, latency: float, policies: int) -> Iterator[Function]:
    """Yield the function, its environment made, over a registry with a signed image.

    What it logs goes to ``log``, and so does all other standard output meanwhile.

    Args:
        latency: seconds each call to AWS takes.
        policies: how many the bundle has.
    """
    aws = _canned(latency, policies)

    class CannedClients(Clients):
        def __init__(self) -> None:
            super().__init__()
            session: Any = self._session
            session.register("before-send", aws.answer)

    with (
        patch.dict(os.environ, _ENVIRONMENT),
        patch.object(app, "Clients", CannedClients),
        patch.object(app, "LayerDownload", lambda _endpoint: aws.fetch),
        patch.object(app, "Shares", lambda _now: _Ample()),
        redirect_stdout(io.StringIO()) as log,
    ):
        app.environment.cache_clear()
        try:
            app.environment()
            yield Function(aws=aws, clients=CannedClients(), log=log)
        finally:
            app.environment.cache_clear()


def _canned(latency: float, policies: int) -> CannedAws:
    aws = LocalAws(
        clock=partial(datetime.now, UTC), layer_url=(urls := LayerUrls(_ECR))
    )
    pusher = Pusher(aws, place(ACCOUNT, REGION), REPOSITORY)
    pushed = pusher.image("app", tag="v1")
    image = Descriptor(
        media_type=pushed["mediaType"], digest=pushed["digest"], size=pushed["size"]
    )
    signer = forge.chain(3, subject="Leaf", algorithm="ES384")
    envelope = forge.sign(image, signer)
    content, blobs = forge.signature_manifest(image, envelope, forge.JWS)
    layers = {blob: pusher.layer(blob, forge.JWS) for blob in blobs.values()}
    signed = pusher.manifest(content)
    return CannedAws(
        image=image,
        signature=Descriptor(
            media_type=signed["mediaType"], digest=signed["digest"], size=signed["size"]
        ),
        envelope=layers[envelope]["digest"],
        bundle=document(policies, root=signer.root_der),
        latency=latency,
        _face=HttpFace(aws, urls),
    )
