"""Junk beside a good signature: found, every referrer reported, at a bounded price."""

import json
from typing import Any

import pytest

from notation_verifier import Descriptor
from sealward.ledger import Verdict
from sealward.ports.registry import ImageStatus
from sealward.signatures.candidates import (
    Rejection,
    Why,
)
from tests import forge
from tests.unit.sealward.counting import (
    CREATED,
    FUTURE,
    Counting,
    flood,
    invented,
)


class TestWhatIsReported:
    def test_every_referrer_is_in_the_report(self, counting: Counting) -> None:
        image = counting.push()
        flood(counting, image, 100)
        large = [
            counting.attach(image, b"x", annotations={"p": f"{each}" * 70_000})
            for each in range(3)
        ]
        counting.registry.more = invented(2, artifact_type="application/spdx+json")
        counting.attach(image, annotations={CREATED: "2999-01-01T00:00:01Z"})
        assert counting.look(image).verdict is Verdict.TRUSTED
        report = counting.report(image)
        told = [each["signature"] for each in report["candidates"]]
        aside = report["aside"]
        for digests in (*report.get("candidates_more", {}).values(), *aside.values()):
            told += digests
        assert len(told) == len(set(told)) == 100 + 3 + 2 + 1
        assert {each.digest for each in large} <= set(told)
        assert {why.partition(":")[0] for why in aside} == {
            Why.NOT_NEEDED,
            Why.NOT_A_SIGNATURE,
        }

    def test_beyond_what_is_described_digest_and_reason_remain(
        self, counting: Counting
    ) -> None:
        image = counting.push()
        flood(counting, image, 60)
        counting.attach(image)
        assert counting.look(image).verdict is Verdict.TRUSTED
        report = counting.report(image)
        assert report["candidates"][-1]["conclusion"] == "satisfied"
        assert report["candidates_total"] == 61
        more = report["candidates_more"]
        assert list(more) == [Rejection.ENVELOPE_MALFORMED]
        assert len(report["candidates"]) + sum(map(len, more.values())) == 61


class TestAHundredJunkReferrersAndOneGoodSignature:
    """Acceptance: trusted, and at what price."""

    def clean(self) -> int:
        stand = Counting()
        image = stand.push()
        stand.attach(image)
        stand.look(image)
        return stand.registry.calls.total()

    def price(self, counting: Counting, image: Descriptor) -> int:
        counting.attach(image)
        assert counting.look(image).verdict is Verdict.TRUSTED
        return counting.registry.calls.total()

    @pytest.mark.parametrize(
        "fields", [{"size": 70_000}, {"status": ImageStatus.ARCHIVED}]
    )
    def test_junk_that_the_listing_betrays_costs_at_most_twice_the_calls(
        self, counting: Counting, fields: dict[str, Any]
    ) -> None:
        image = counting.push()
        counting.registry.more = invented(100, **fields)
        assert self.price(counting, image) <= 2 * self.clean()

    @pytest.mark.parametrize("how", ["two-layers", "too-large"])
    def test_junk_that_the_manifest_betrays_costs_at_most_twice_the_calls(
        self, counting: Counting, how: str
    ) -> None:
        image = counting.push()
        for each in range(100):
            content, blobs = forge.signature_manifest(
                image, b"%d" % each, forge.JWS, annotations=FUTURE
            )
            for blob in blobs.values():
                counting.pusher().layer(blob, forge.JWS)
            manifest = json.loads(content)
            if how == "two-layers":
                manifest["layers"] *= 2
            else:
                manifest["layers"][0]["size"] = 2 * 1024 * 1024
            content = json.dumps(manifest).encode()
            counting.pusher().manifest(content)
        assert self.price(counting, image) <= 2 * self.clean()

    def test_decoys_cost_at_most_two_calls_each(self, counting: Counting) -> None:
        image = counting.push()
        flood(counting, image, 100)
        clean = self.clean()
        # Beside them: two more pages of the listing, one more batch of manifests.
        assert self.price(counting, image) <= clean + 2 * 100 + 3
