"""Paths of the rest-json services: which operation of a model stands at one."""

import re
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import unquote

from botocore.model import OperationModel, Shape

from simulator.errors import ServiceError
from simulator.shapes import service_model


class Found(NamedTuple):
    """An operation, and the members of its input that the path holds."""

    model: OperationModel
    members: Mapping[str, str]


def operation_at(service: str, method: str, path: str) -> Found:
    """Return the operation of a service that a method and path name.

    Raises:
        ServiceError: none of its operations.
    """
    for template, candidate in _templates(service):
        found = template.fullmatch(path)
        if found is not None and candidate.http["method"] == method:
            names = _uri_names(candidate)
            return Found(
                candidate,
                {
                    names[group]: unquote(text)
                    for group, text in found.groupdict().items()
                },
            )
    raise ServiceError(
        "ResourceNotFoundException",
        f"{service} has no operation at {method} {path}",
        HTTPStatus.NOT_FOUND,
    )


def query_members(
    model: OperationModel, query: Mapping[str, list[str]]
) -> dict[str, object]:
    """Return the members of an operation's input that the query string holds."""
    found: dict[str, object] = {}
    for name, member in _members(model).items():
        wire_name = member.serialization.get("name", name)
        if member.serialization.get("location") == "querystring" and wire_name in query:
            values = query[wire_name]
            found[name] = values if member.type_name == "list" else values[0]
    return found


@cache
def _templates(service: str) -> tuple[tuple[re.Pattern[str], OperationModel], ...]:
    """Return the paths, those without a variable first."""
    model = service_model(service)
    operations = [model.operation_model(name) for name in model.operation_names]
    operations.sort(key=lambda one: one.http["requestUri"].count("{"))
    return tuple(
        (
            re.compile(
                re.sub(
                    r"\{(\w+)\}", r"(?P<\1>[^/]+)", one.http["requestUri"].split("?")[0]
                )
            ),
            one,
        )
        for one in operations
    )


def _uri_names(model: OperationModel) -> dict[str, str]:
    """Return the members of the input by their names in the path."""
    return {
        member.serialization.get("name", name): name
        for name, member in _members(model).items()
        if member.serialization.get("location") == "uri"
    }


def _members(model: OperationModel) -> Mapping[str, Shape]:
    shape = model.input_shape
    return {} if shape is None else dict(shape.members)
