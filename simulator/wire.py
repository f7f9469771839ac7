"""The HTTP face: ECR's json-1.1, the others' rest-json, checked by the models."""

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from botocore.model import OperationModel

from simulator.controls import InvalidControl, controls, performed
from simulator.errors import ServiceError
from simulator.local_aws import LocalAws
from simulator.operations import OperationLog
from simulator.places import PARTITIONS, Place, place
from simulator.rest_paths import Found, operation_at, query_members
from simulator.shapes import from_json, problems, service_model, to_json

OWN_PATHS = "/_sealward/"
"""Paths that are the simulator's own, not a service's."""
_LAYERS = f"{OWN_PATHS}layers/"
_HOST: ContextVar[str] = ContextVar("host the client asked", default="")
_JSON = "application/x-amz-json-1.1"
_INVALID = {
    "ecr": "InvalidParameterException",
    "securityhub": "InvalidInputException",
    "signer": "ValidationException",
}
_SIGNED_FOR = re.compile(r"Credential=[^/,]+/\d{8}/[^/]+/([^/,]+)/aws4_request")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An HTTP response."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class LayerUrls:
    """Addresses of layers under ``OWN_PATHS``, each with a token as if pre-signed.

    They name the host that the client asked: containers reach this machine by another
    name than its own processes do.
    """

    def __init__(self, base_url: str) -> None:
        """``base_url``: scheme, host and port that clients reach, without a slash."""
        self.base_url = base_url
        self._key = secrets.token_bytes(32)

    def __call__(self, where: Place, repository: str, digest: str) -> str:
        """Return the address of a layer."""
        path = f"{_LAYERS}{where.account}/{where.region}/{quote(digest)}"
        query = {"repository": repository, "token": self._token(path, repository)}
        asked = _HOST.get()
        base_url = f"http://{asked}" if asked else self.base_url
        return f"{base_url}{path}?{urlencode(query)}"

    def allows(self, path: str, repository: str, token: str) -> bool:
        """Return whether ``token`` was made for this address."""
        expected = self._token(path, repository)
        return hmac.compare_digest(expected.encode(), token.encode())

    def _token(self, path: str, repository: str) -> str:
        message = f"{unquote(path)}\n{repository}".encode()
        return hmac.new(self._key, message, "sha256").hexdigest()


class HttpFace:
    """Answers requests with what ``aws`` does."""

    def __init__(
        self,
        aws: LocalAws,
        layer_urls: LayerUrls,
        *,
        operations: OperationLog | None = None,
        denials: OperationLog | None = None,
    ) -> None:
        """``own`` shows ``operations``, or what ``aws`` did, and ``denials``."""
        self.aws = aws
        self._layer_urls = layer_urls
        self._performed = aws.operations if operations is None else operations
        self._denied = OperationLog() if denials is None else denials

    def handle(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        account: str,
        region: str,
        caller: str = "",
    ) -> Response:
        """Answer a request of ECR's, Security Hub's or Signer's.

        Args:
            method: the HTTP method.
            path: path and query.
            headers: their names in lower case.
            body: the bytes sent.
            account: whose registry, hub or profiles.
            region: where.
            caller: the principal's ARN.
        """
        _HOST.set(headers.get("host", ""))
        target = headers.get("x-amz-target", "")
        service = "ecr" if target else _rest_service(headers)
        try:
            found = (
                Found(_ecr_operation(target), {})
                if target
                else operation_at(service, method, urlsplit(path).path)
            )
            model = found.model
            request = _request(service, found, path, body)
            answer = self.aws.call(
                service,
                model.name,
                request,
                place=_place(account, region),
                caller=caller,
            )
            return _answer(model, answer)
        except ServiceError as error:
            return _failure(service, error)

    def layer(self, path_and_query: str) -> Response:
        """Answer the GET of a layer's address."""
        parts = urlsplit(path_and_query)
        query = parse_qs(parts.query)
        repository = query.get("repository", [""])[0]
        if not self._layer_urls.allows(
            parts.path, repository, query.get("token", [""])[0]
        ):
            return _plain(HTTPStatus.FORBIDDEN, "the address's token does not fit")
        account, region, digest = unquote(parts.path).removeprefix(_LAYERS).split("/")
        content = self.aws.layer(place(account, region), repository, digest)
        if content is None:
            return _plain(HTTPStatus.NOT_FOUND, "no such layer")
        return Response(
            status=HTTPStatus.OK,
            body=content,
            headers={"Content-Type": "application/octet-stream"},
        )

    def _control(self, method: str, path: str, body: bytes) -> Response:
        """Answer what asks for something: POST adds to it, DELETE ends all of it."""
        asked = controls(
            self.aws.faults, self.aws.signing_ends, self.aws.cloudtrail, body
        )
        ask = asked.get((method, path.removeprefix(OWN_PATHS)))
        if ask is None:
            return _plain(HTTPStatus.NOT_FOUND, f"{method} {path} is not served")
        try:
            ask()
        except InvalidControl as error:
            return _plain(HTTPStatus.BAD_REQUEST, str(error))
        return Response(status=HTTPStatus.NO_CONTENT, body=b"")

    def _signer_root(self, partition: str) -> Response:
        """Answer with the root that a partition's signing profiles share, as PEM."""
        if partition not in PARTITIONS:
            known = ", ".join(PARTITIONS)
            return _plain(HTTPStatus.NOT_FOUND, f"partitions are {known}")
        return Response(
            status=HTTPStatus.OK,
            body=self.aws.signer_authority(partition).root_pem,
            headers={"Content-Type": "application/x-pem-file"},
        )

    def own(self, method: str, path_and_query: str, body: bytes = b"") -> Response:
        """Answer a request of the simulator's own, such as for a layer or a fault."""
        path = urlsplit(path_and_query).path
        match method, path.removeprefix(OWN_PATHS):
            case "GET", name if name.startswith("layers/"):
                return self.layer(path_and_query)
            case "GET", name if name.startswith("signer-root/"):
                return self._signer_root(name.partition("/")[2])
            case "GET", "operations":
                return _json(performed(self._performed))
            case "GET", "denials":
                return _json(performed(self._denied))
            case _:
                return self._control(method, path, body)


def _place(account: str, region: str) -> Place:
    try:
        return place(account, region)
    except ValueError as error:
        raise ServiceError("UnrecognizedClientException", str(error)) from error


def _rest_service(headers: Mapping[str, str]) -> str:
    """Return whom a request is signed for: its path alone would not say."""
    found = _SIGNED_FOR.search(headers.get("authorization", ""))
    return "signer" if found is not None and found[1] == "signer" else "securityhub"


def _ecr_operation(target: str) -> OperationModel:
    model = service_model("ecr")
    prefix, _, name = target.partition(".")
    if prefix != model.metadata["targetPrefix"] or name not in model.operation_names:
        raise ServiceError("UnknownOperationException", f"ECR has no {target!r}")
    return model.operation_model(name)


def _request(service: str, found: Found, path: str, body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise ServiceError("SerializationException", str(error)) from error
    shape = found.model.input_shape
    if shape is None:
        return {}
    if isinstance(document, dict):
        document |= found.members
        document |= query_members(found.model, parse_qs(urlsplit(path).query))
    request = from_json(document, shape)
    wrong = tuple(problems(request, shape))
    if wrong:
        raise ServiceError(_INVALID[service], "; ".join(wrong))
    return dict(request)


def _answer(model: OperationModel, answer: dict[str, Any]) -> Response:
    shape = model.output_shape
    wrong = () if shape is None else tuple(problems(answer, shape, answer=True))
    if wrong:
        raise ServiceError(
            "InternalFailure",
            f"the simulator's answer to {model.name} breaks the model: "
            f"{'; '.join(wrong)}",
            HTTPStatus.INTERNAL_SERVER_ERROR,
        )
    document = {} if shape is None else to_json(answer, shape)
    return Response(
        status=HTTPStatus.OK,
        body=json.dumps(document).encode(),
        headers={"Content-Type": _JSON},
    )


def _failure(service: str, error: ServiceError) -> Response:
    document = {"__type": error.code, "message": error.message}
    if service == "securityhub":
        document = {"Code": error.code, "Message": error.message}
    elif service == "signer":
        document = {"code": error.code, "message": error.message}
    return Response(
        status=error.status,
        body=json.dumps(document).encode(),
        headers={"Content-Type": _JSON, "x-amzn-ErrorType": error.code},
    )


def _json(document: object) -> Response:
    return Response(
        status=HTTPStatus.OK,
        body=json.dumps(document).encode(),
        headers={"Content-Type": "application/json"},
    )


def _plain(status: HTTPStatus, text: str) -> Response:
    return Response(
        status=status, body=text.encode(), headers={"Content-Type": "text/plain"}
    )
