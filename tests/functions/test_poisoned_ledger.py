"""Threat 5 through the function: rights on the table make nothing trusted."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.functions.event_files import files
from tests.functions.world import World, world

UNSIGNED = files()["ecr-push-unsigned.json"]
SIGNED = files()["ecr-push-signed-jws.json"]


@pytest.fixture
def made() -> Iterator[World]:
    with world() as found:
        yield found


def row(made: World) -> dict[str, Any]:
    (found,) = (
        item
        for item in made.dynamodb.scan(TableName="ledger")["Items"]
        if item["sk"]["S"] == "current"
    )
    return dict(found)


def poison(made: World, **changes: Any) -> None:
    """Change the one record there is, as anyone with rights on the table can."""
    made.dynamodb.put_item(TableName="ledger", Item={**row(made), **changes})


def ledger_findings(made: World) -> list[str]:
    return [
        finding["Severity"]["Label"]
        for finding in made.findings()
        if finding["GeneratorId"] == "sealward/ledger"
    ]


def status(made: World, repository: str) -> str:
    (image,) = made.ecr.describe_images(
        repositoryName=repository,
        filter={"imageStatus": "ANY", "tagStatus": "TAGGED"},
    )["imageDetails"]
    return str(image["imageStatus"])


def test_a_held_image_made_trusted_in_the_table_is_not_released(made: World) -> None:
    made.push("unsigned")
    assert made.look(UNSIGNED)["hold"] == "held"
    poison(made, verdict={"S": "trusted"}, ever_trusted={"BOOL": True})
    made.look(UNSIGNED)
    assert status(made, "demo/unsigned") == "ARCHIVED"
    assert ledger_findings(made) == ["CRITICAL"]


def test_brought_back_by_hand_it_is_judged_anew_and_held_again(made: World) -> None:
    made.push("unsigned")
    made.look(UNSIGNED)
    poison(made, verdict={"S": "trusted"}, ever_trusted={"BOOL": True})
    made.push("unsigned")
    answer = made.look(UNSIGNED)
    assert (answer["verdict"], answer["hold"]) == ("unsigned", "held")
    assert status(made, "demo/unsigned") == "ARCHIVED"


def test_an_old_row_put_back_releases_nothing(made: World) -> None:
    """Its MAC is right; the registry and the signatures are read again all the same."""
    made.push("signed-jws")
    assert made.look(SIGNED)["verdict"] == "trusted"
    old = row(made)
    (signature,) = made.ecr.list_image_referrers(
        repositoryName="demo/signed-jws",
        subjectId={"imageDigest": SIGNED["detail"]["image-digest"]},
    )["referrers"]
    made.ecr.batch_delete_image(
        repositoryName="demo/signed-jws",
        imageIds=[{"imageDigest": signature["digest"]}],
    )
    assert made.look(SIGNED)["reason"] == "signature-lost"
    made.dynamodb.put_item(TableName="ledger", Item=old)
    answer = made.look(SIGNED)
    assert (answer["verdict"], answer["reason"]) == ("inconclusive", "signature-lost")
    assert ledger_findings(made) == []


def test_a_good_image_whose_row_is_spoiled_stays_trusted_and_untouched(
    made: World,
) -> None:
    made.push("signed-jws")
    made.look(SIGNED)
    poison(made, verdict={"S": "untrusted"}, ever_trusted={"BOOL": False})
    answer = made.look(SIGNED)
    assert (answer["verdict"], answer.get("step", "none")) == ("trusted", "none")
    assert status(made, "demo/signed-jws") == "ACTIVE"
    assert ledger_findings(made) == ["CRITICAL"]
    made.look(SIGNED)
    assert row(made)["verdict"] == {"S": "trusted"}
