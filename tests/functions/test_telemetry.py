"""What the functions log and count is what the shipped queries and graphs ask for."""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from functools import cache
from typing import Any

import pytest

from sealward.decisions.step import Step
from sealward.ledger.records import Verdict
from simulator.errors import throttled
from simulator.faults import Fault
from tests.functions.event_files import ROOT, batch, files
from tests.functions.world import EVIDENCE, world
from tests.template.rendering import load, render
from tests.template.resources import PARAMETERS, of_type

OPERATIONS = (ROOT / "docs/operations.md").read_text()
CASES = ("signed-jws", "unsigned", "wrong-identity", "exempt", "ungoverned")
DIGEST = str(files()["ecr-push-unsigned.json"]["detail"]["image-digest"])
LAMBDA_REPORT = {"type": "platform.report", "record": {"status": "timeout"}}
"""Of Lambda itself, where an invocation failed."""
LAMBDA_TRACE = {"level": "ERROR", "errorType": "Runtime.ImportModuleError"}
"""Of Lambda's Python, where a handler raised."""

Line = Mapping[str, Any]


@cache
def queries() -> dict[str, str]:
    """Return the saved queries of the template by name, and those of the documents."""
    resources = render(load(), PARAMETERS)
    found = {
        str(each["Name"]).rpartition("/")[2]: str(each["QueryString"])
        for each in of_type(resources, "AWS::Logs::QueryDefinition").values()
    }
    for path in sorted((ROOT / "docs").glob("*.md")):
        for number, block in enumerate(
            re.findall(
                r"^```text\n(filter .*?)^```",
                path.read_text(),
                re.MULTILINE | re.DOTALL,
            )
        ):
            found[f"{path.name}-{number}"] = block
    return found


class Fields(dict[str, Any]):
    """The fields of a line by the names a query uses; what is not there is None."""

    def __missing__(self, name: str) -> object:
        return None


def fields_of(line: Line, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield a line's fields, those of objects in it with a dot between."""
    for name, value in line.items():
        if isinstance(value, Mapping):
            yield from fields_of(value, f"{before}{name}__")
        yield f"{before}{name}", value


def filter_of(query: str) -> Callable[[Line], bool]:
    """Return the query's filter, the part of the language that ours use."""
    text = query.partition("|")[0].removeprefix("filter ")
    strings = re.findall(r'"[^"]*"', text)
    bare = re.sub(r'"[^"]*"', "\0", text)
    bare = re.sub(r"(?<=\w)\.(?=[a-z])", "__", bare)
    bare = re.sub(r"(?<![!<>=])=", "==", bare)
    bare = re.sub(r"(\w+) ([<>]) (\d)", r"(\1 or 0) \2 \3", bare)
    said = iter(strings)
    compiled = compile(re.sub("\0", lambda _: next(said), bare), "filter", "eval")

    def passes(line: Line) -> bool:
        names = Fields(fields_of(line), ispresent=lambda value: value is not None)
        return bool(eval(compiled, {"__builtins__": {}}, names))

    return passes


def asked_of(query: str) -> set[str]:
    """Return the names of the fields that a query reads."""
    text = re.sub(r'"[^"]*"', "", query)
    made = set(re.findall(r" as (\w+)", text))
    words = set(re.findall(r"[a-zA-Z_][\w.]+", re.sub(r"@\w+|\b\w+\(", "", text)))
    return (
        words
        - made
        - {
            *("filter", "and", "or", "in", "stats", "by", "as", "sort", "desc", "asc"),
            *("fields", "limit"),
        }
    )


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    """Return what verify_push writes while images come to most of the verdicts."""
    with redirect_stdout(io.StringIO()) as said, world() as made:
        for case in CASES:
            made.push(case)
            made.look(files()[f"ecr-push-{case}.json"])
        made.look(batch("no event"))
        made.sqs.delete_queue(QueueUrl=made.queues["dead"])
        made.look(batch("no event"))
        made.push("signed-cose")
        made.aws.faults.add(Fault(service="ecr", error=throttled()))
        made.look(files()["ecr-push-signed-cose.json"])
    return [json.loads(each) for each in said.getvalue().splitlines()]


@pytest.mark.parametrize("name", queries())
def test_a_query_finds_lines_and_asks_for_fields_they_have(
    name: str, lines: list[dict[str, Any]]
) -> None:
    passes = filter_of(queries()[name].replace("sha256:write the digest here", DIGEST))
    every = [*lines, LAMBDA_REPORT, LAMBDA_TRACE]
    found = [line for line in every if passes(line)]
    assert found
    assert len(found) < len(every)
    known = {field.replace("__", ".") for line in every for field, _ in fields_of(line)}
    assert asked_of(queries()[name]) <= known | {"errorMessage", "exception"}


def test_five_queries_are_shipped_and_one_is_shown() -> None:
    assert len(queries()) == 6


def counted() -> set[str]:
    """Return every count that the code can write, by its name."""
    code = "\n".join(
        path.read_text()
        for folder in ("functions", "layers/gate/python/sealward")
        for path in (ROOT / folder).rglob("*.py")
    )
    names = set(re.findall(r"count=\"(\w+)\"|tally\(\"(\w+)\"", code))
    verdicts = {each.value for each in Verdict if each is not Verdict.PENDING}
    return {
        *filter(None, (name for pair in names for name in pair)),
        *re.findall(r"\(\"(Sweep\w+)\",", code),
        *(f"Verdict{each.capitalize()}" for each in (*verdicts, "none")),
        *(f"Step{each.capitalize()}" for each in Step if each is not Step.NONE),
    }


def test_every_count_that_is_graphed_or_alarmed_is_one_that_is_written() -> None:
    resources = render(load(), {**PARAMETERS, "Dashboard": "yes"})
    (dashboard,) = of_type(resources, "AWS::CloudWatch::Dashboard").values()
    graphed = {
        (metric[1], *metric[2:4])
        for widget in json.loads(dashboard["DashboardBody"])["widgets"]
        for metric in widget["properties"]["metrics"]
        if metric[0] == "Sealward"
    }
    assert len(graphed) >= 7
    alarmed = {
        (each["MetricName"], dimension["Name"], dimension["Value"])
        for each in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if each["Namespace"] == "Sealward"
        for dimension in each["Dimensions"]
    }
    services = {
        each["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for each in of_type(resources, "AWS::Serverless::Function").values()
    }
    for name, dimension, service in graphed | alarmed:
        assert name in counted()
        assert (dimension, service in services) == ("service", True), (name, service)


def test_a_count_is_written_under_its_service_as_it_is_graphed(
    lines: list[dict[str, Any]],
) -> None:
    written = [line["_aws"]["CloudWatchMetrics"] for line in lines if "_aws" in line]
    assert written
    for each in written:
        assert [one["Dimensions"] for one in each] == [[["service"]]]
    names = {one["Name"] for each in written for one in each[0]["Metrics"]}
    assert {"VerdictTrusted", "VerdictUnsigned", "StepArchive", "Malformed"} <= names
    assert names <= counted()


def test_every_count_has_its_row() -> None:
    table = OPERATIONS.partition("Metrics, namespace `Sealward`")[2]
    rows = re.findall(
        r"^\| (`.+?) \| .+ \|$", table.partition("\n## ")[0], re.MULTILINE
    )
    said = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert said == counted()


def test_a_failure_of_a_look_names_its_image() -> None:
    with redirect_stdout(io.StringIO()) as said, world() as made:
        made.s3.delete_bucket(Bucket=EVIDENCE)
        made.push("unsigned")
        made.look(files()["ecr-push-unsigned.json"])
    written = [json.loads(each) for each in said.getvalue().splitlines()]
    (unkept,) = [one for one in written if one.get("message") == "evidence not kept"]
    assert unkept["level"] == "ERROR"
    assert (unkept["repository"], unkept["digest"]) == ("demo/unsigned", DIGEST)
    assert "NoSuchBucket" in unkept["reason"]
