"""From one version to the next and back while events arrive: none is lost.

The next version is this one with its schema number raised.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from notation_verifier import Descriptor
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.ledger import SCHEMA, codec
from sealward.ports.failures import Unavailable
from tests.ledger_on_moto import ledger_on_moto
from tests.unit.sealward.stand import Stand

GRACE = timedelta(minutes=11)


class Version:
    """A version of Sealward on one table, and the images it is told of."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.stand = Stand(wrap_ledger=lambda _: LedgerTable("ledger", client))
        self.waiting: list[Descriptor] = []

    def push(self, name: str) -> Descriptor:
        image = self.stand.push(name, tag=name)
        self.waiting.append(image)
        return image

    def deliver(self) -> None:
        """Look at what waits; a look that fails leaves its message in the queue."""
        left = []
        for image in self.waiting:
            try:
                self.stand.look(image)
            except Unavailable:
                left.append(image)
        self.waiting = left

    def stored(self, image: Descriptor) -> Mapping[str, Any]:
        answer = self.client.get_item(
            TableName="ledger",
            Key={"pk": {"S": f"prod/app@{image.digest}"}, "sk": {"S": "current"}},
        )
        return dict(answer["Item"])

    def verdict(self, image: Descriptor) -> str:
        return str(self.stored(image)["verdict"]["S"])


@contextmanager
def next_version() -> Iterator[None]:
    """Be the version after this one while the context lasts."""

    def upgraded(item: Mapping[str, Any]) -> dict[str, Any]:
        return {**item, "schema": SCHEMA + 1}

    plain = codec.to_item

    def to_item(record: Any) -> dict[str, Any]:
        return {**plain(record), "schema": SCHEMA + 1}

    with ExitStack() as patches:
        patches.enter_context(patch.object(codec, "SCHEMA", SCHEMA + 1))
        patches.enter_context(patch.object(codec, "upgraded", upgraded))
        patches.enter_context(
            patch("sealward.aws.ledger.ledger_table.to_item", side_effect=to_item)
        )
        yield


@pytest.fixture
def version() -> Iterator[Version]:
    with ledger_on_moto() as client:
        yield Version(client)


def test_up_and_back_with_events_arriving(version: Version) -> None:
    before = version.push("before")
    version.deliver()
    assert version.verdict(before) == "pending"

    with next_version():
        during = version.push("during")
        version.waiting.append(before)
        version.stand.attach(before)
        version.deliver()
        assert version.waiting == []
        assert version.verdict(before) == "trusted"
        for image in (before, during):
            assert version.stored(image)["schema"] == {"N": str(SCHEMA + 1)}

    # Back: what the next version wrote is neither read nor written over.
    stored = version.stored(during)
    after = version.push("after")
    version.waiting += [before, during]
    version.stand.clock.advance(GRACE)
    version.deliver()
    assert version.waiting == [before, during]
    assert version.stored(during) == stored
    assert version.stored(after)["schema"] == {"N": str(SCHEMA)}

    with next_version():
        version.deliver()
        assert version.waiting == []
        assert version.verdict(before) == "trusted"
        assert version.verdict(during) == "unsigned"
        version.waiting.append(after)
        version.deliver()
    assert version.verdict(after) == "unsigned"
    assert {version.stand.status(image) for image in (during, after)} == {"ARCHIVED"}
