"""The installed ministack: what is used of its private face, and what it lacks of it.

What is used is named in ``REQUIRED`` and looked for at start, so that a version that
lacks some of it fails with a list.
"""

import importlib
from collections.abc import Mapping
from typing import Any

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "ministack.app": ("SERVICE_HANDLERS", "AUTH", "app", "main"),
    "ministack.core.iam_actions": (
        "SERVICE_TO_IAM_NAMESPACE",
        "extract_iam_action",
        "extract_resource_arn",
    ),
    "ministack.core.iam_evaluator": (
        "enforce",
        "caller_arn",
        "_resolve_condition_key",
    ),
    "ministack.core.lambda_runtime": ("Worker", "zipfile"),
    "ministack.core.router": ("_KNOWN_AWS_SERVICE_NAMES",),
    "ministack.core.responses": (
        "get_account_id",
        "get_region",
        "set_request_account_id",
        "set_request_region",
    ),
    "ministack.services.eventbridge": ("_put_events",),
}
"""What is used of ministack 1.5.33, module by module."""


class Incompatible(Exception):  # noqa: N818 - says what the installed ministack is
    """The installed ministack lacks something ``REQUIRED``."""


def module(name: str) -> Any:  # noqa: ANN401 - an untyped module of ministack's
    """Return a module of ministack's, imported when it is first asked for."""
    return importlib.import_module(name)


def missing() -> list[str]:
    """Return what of ``REQUIRED`` the installed ministack lacks."""
    absent = []
    for name, attributes in REQUIRED.items():
        try:
            found = module(name)
        except ImportError:
            absent.append(name)
            continue
        absent += [f"{name}.{x}" for x in attributes if not hasattr(found, x)]
    return absent
