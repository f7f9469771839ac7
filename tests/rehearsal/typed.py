"""A command as a reader types it, run: in this process where it can be.

``aws`` and ``curl`` need not be installed: boto3 and ``urllib`` do what the shown
commands ask of them.
"""

import contextlib
import io
import json
import re
import shlex
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError
from click.testing import CliRunner

from sealward.cli.__main__ import main as sealward
from simulator.__main__ import main as simulator

_S3: Final = re.compile(r"s3://([^/]+)/(.+)")

Done = tuple[str, int]
"""What was printed, and the exit code."""


def typed(text: str, folder: Path) -> Done:
    """Run a command as if typed in ``folder``, with this process's environment.

    Raises:
        ValueError: it is of a program that nobody here knows.
    """
    words = shlex.split(text)
    target: Path | None = None
    if ">" in words:
        target = folder / words[words.index(">") + 1]
        words = words[: words.index(">")]
    with contextlib.chdir(folder):
        output, code = _program(words)(words)
    if target is not None:
        target.write_text(output)
    return output, code


def _program(words: Sequence[str]) -> Callable[[Sequence[str]], Done]:
    match words:
        case ["sealward", *_]:
            return _sealward
        case ["aws", "s3", "cp", _, _]:
            return _copy
        case ["aws", _, _, *_]:
            return _aws
        case ["curl", *_]:
            return _curl
        case [python, "-m", "simulator", *_] if python.endswith("python"):
            return _simulator
        case _:
            raise ValueError(f"nobody here knows how to run {words[:2]}")


def _sealward(words: Sequence[str]) -> Done:
    done = CliRunner().invoke(
        sealward, words[1:], prog_name="sealward", terminal_width=80, color=False
    )
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    # What is said on standard error is no part of what a pipe or a file gets.
    return (done.stdout or done.output), done.exit_code


def _simulator(words: Sequence[str]) -> Done:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = simulator(words[3:])
    return out.getvalue(), code


def _copy(words: Sequence[str]) -> Done:
    client, (source, target) = boto3.client("s3"), words[3:]
    if place := _S3.fullmatch(target):
        client.put_object(Bucket=place[1], Key=place[2], Body=Path(source).read_bytes())
    elif place := _S3.fullmatch(source):
        answer = client.get_object(Bucket=place[1], Key=place[2])
        Path(target).write_bytes(answer["Body"].read())
    else:
        raise ValueError(f"neither {source} nor {target} is in S3")
    return "", 0


def _aws(words: Sequence[str]) -> Done:
    """Call the operation that the AWS command line would, by its own names."""
    _, service, operation, *rest = words
    client: Any = boto3.client(service)  # type: ignore[call-overload]
    method = operation.replace("-", "_")
    model = client.meta.service_model.operation_model(
        client.meta.method_to_api_mapping[method]
    )
    members = {
        re.sub(r"[-_]", "", name).lower(): (name, shape)
        for name, shape in model.input_shape.members.items()
    }
    given = {}
    for option, value in _options(rest):
        name, shape = members[option.replace("-", "")]
        given[name] = _value(value, shape.type_name)
    try:
        answer = getattr(client, method)(**given)
    except ClientError as error:
        return str(error), 254
    if "FunctionError" in answer:
        return answer["Payload"].read().decode(), 1
    return "", 0


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the options that are members of the request; a file to write to is none."""
    left = list(words)
    while left:
        word = left.pop(0)
        if word.startswith("--"):
            value = left.pop(0)
            if word not in ("--cli-binary-format", "--region"):
                yield word[2:], value


def _value(text: str, kind: str) -> Any:
    if kind == "structure":
        if text.startswith("{"):
            return json.loads(text)
        return dict(pair.split("=", 1) for pair in text.split(","))
    if kind == "list":
        return json.loads(text)
    return text.encode() if kind == "blob" else text


def _curl(words: Sequence[str]) -> Done:
    options = dict(pairwise(words))
    url = next(word for word in words if word.startswith("http"))
    body = options.get("-d")
    request = urllib.request.Request(
        url, method=options.get("-X", "GET"), data=body.encode() if body else None
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode(), 0
