"""Many signatures: ordered, and bounded in number and time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from sealward.ledger import Verdict
from sealward.look.reading.signatures import SEARCH_TIME
from sealward.signatures.candidates import (
    CANDIDATES_LIMIT,
    REFERRERS_LIMIT,
    Rejection,
    shortlist,
)
from sealward.signatures.retrieval import LARGE, WAVE
from tests import forge
from tests.unit.sealward.counting import (
    CONFIG_READ,
    CREATED,
    FUTURE,
    LISTED,
    MINUTE,
    THUMBPRINTS,
    Counting,
    flood,
    invented,
)
from tests.unit.sealward.stand import (
    Stand,
    signer,
)


class TestTheOrder:
    HINTED: Mapping[str, str] = {THUMBPRINTS: '["aa", "BB"]'}

    def order(self, *annotations: Mapping[str, str]) -> list[int]:
        listed = [
            replace(LISTED, digest=f"sha256:{each:064x}", annotations=said)
            for each, said in enumerate(annotations)
        ]
        found = shortlist(listed, thumbprints={"bb"}).digests
        return [int(digest.removeprefix("sha256:"), 16) for digest in found]

    def test_those_that_name_a_trusted_certificate_come_before_newer_ones(self) -> None:
        old = {CREATED: "2020-01-01T00:00:00Z"}
        assert self.order({}, FUTURE, self.HINTED, old, {**self.HINTED, **old}) == [
            4,
            2,
            1,
            3,
            0,
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "bb",
            "[",
            '{"a": "bb"}',
            '["cc"]',
            "[1, null]",
            "[" * 2_000,
            '["bb"' + ', "cc"' * 1_000 + "]",
        ],
    )
    def test_a_hint_that_is_none_is_as_good_as_absent(self, text: str) -> None:
        assert self.order({}, {THUMBPRINTS: text}) == [0, 1]

    def test_a_hint_is_never_evidence(self, counting: Counting) -> None:
        image = counting.push()
        fingerprint = "0" * 64
        counting.attach(
            image, by="Other", annotations={THUMBPRINTS: f'["{fingerprint}"]'}
        )
        assert counting.look(image).verdict is Verdict.UNTRUSTED

    def test_the_hinted_one_is_read_in_the_first_wave(self, counting: Counting) -> None:
        image = counting.push()
        flood(counting, image, 3 * WAVE)
        chain = counting.bundles.bundle().trust_stores.by_der.values()
        hint = "[" + ",".join(f'"{each.sha256}"' for each in chain) + "]"
        counting.attach(image, annotations={THUMBPRINTS: hint})
        assert counting.look(image).verdict is Verdict.TRUSTED
        assert counting.registry.calls["blob"] == 2 * WAVE


class TestTheBound:
    def test_more_junk_than_the_bound_is_untrusted_with_reason_limit(
        self, counting: Counting
    ) -> None:
        image = counting.push()
        flood(counting, image)
        result = counting.look(image)
        assert (result.verdict, result.reason) == (Verdict.UNTRUSTED, "limit")
        assert counting.registry.calls["blob"] == 2 * CANDIDATES_LIMIT + CONFIG_READ

    def test_a_signature_the_event_names_stands_outside_the_bound(
        self, at_once: Stand
    ) -> None:
        image = at_once.push()
        flood(at_once, image)
        signature = at_once.attach(image)
        assert at_once.look(signature).verdict is Verdict.TRUSTED

    def test_junk_on_a_trusted_image_changes_nothing(self, counting: Counting) -> None:
        image = counting.push()
        counting.attach(image)
        counting.look(image)
        before = counting.ledger.writes
        counting.registry.more = invented(10_001, annotations=FUTURE)
        calls = counting.calls_of_a_look(image)
        record = counting.record(image)
        assert (record.verdict, record.hold) == (Verdict.TRUSTED, None)
        # The evidence hash covers the referrers, so one write; nothing else follows.
        assert counting.ledger.writes <= before + 1
        # The listing is cut at its bound; of the 10,001 not one manifest is read.
        assert calls == {
            "describe": 1,
            "manifests": 2,
            "referrers": REFERRERS_LIMIT // 50,
            "blob": 2,
        }

    def test_the_one_that_made_it_trusted_comes_first_however_large(
        self, counting: Counting
    ) -> None:
        image = counting.push()
        padded = forge.sign(
            image, signer(), "jws", header={"io.cncf.notary.signingAgent": "x" * LARGE}
        )
        counting.attach(image, padded)
        assert counting.look(image).verdict is Verdict.TRUSTED
        flood(counting, image, CANDIDATES_LIMIT + 1)
        assert counting.calls_of_a_look(image)["blob"] == 2
        assert counting.record(image).verdict is Verdict.TRUSTED

    def test_a_listing_cut_short_without_a_good_one_is_untrusted_with_reason_limit(
        self, counting: Counting
    ) -> None:
        image = counting.push()
        counting.registry.more = invented(10_001, size=70_000)
        result = counting.look(image)
        assert (result.verdict, result.reason) == (Verdict.UNTRUSTED, "limit")
        assert counting.registry.calls["blob"] == CONFIG_READ

    def test_an_sbom_flood_is_no_signature_and_still_the_bound(
        self, counting: Counting
    ) -> None:
        image = counting.push()
        counting.registry.more = invented(10_001, artifact_type="application/spdx+json")
        result = counting.look(image)
        assert (result.verdict, result.reason) == (Verdict.UNTRUSTED, "limit")


class TestTheTime:
    """The clock moves only where a layer is read: 18 s for each wave of eight."""

    def slow(self, stand: Counting) -> None:
        step = timedelta(seconds=18) / WAVE
        stand.registry.on_blob = lambda: stand.clock.advance(step)

    def test_time_spent_on_many_candidates_is_the_bound(
        self, counting: Counting
    ) -> None:
        image = counting.push()
        flood(counting, image, 5 * WAVE)
        self.slow(counting)
        started = counting.clock.now
        result = counting.look(image)
        assert (result.verdict, result.reason) == (Verdict.UNTRUSTED, "limit")
        assert SEARCH_TIME < counting.clock.now - started < timedelta(seconds=60)
        assert result.candidates == 3 * WAVE
        (beyond,) = counting.report(image)["aside"].values()
        assert len(beyond) == 2 * WAVE

    def test_one_slow_wave_is_not_the_pushers_doing(self, counting: Counting) -> None:
        image = counting.push()
        flood(counting, image, 2 * WAVE)
        counting.registry.on_blob = lambda: counting.clock.advance(SEARCH_TIME)
        result = counting.look(image)
        assert (result.verdict, result.reason) == (
            Verdict.INCONCLUSIVE,
            "signature-unreadable",
        )

    def test_a_look_given_little_time_leaves_the_rest_to_the_next(
        self, counting: Counting
    ) -> None:
        image = counting.push()
        flood(counting, image, 5 * WAVE)
        self.slow(counting)
        hint = counting.hint(image.digest)
        result = counting.gate.look(hint, timedelta(seconds=30))
        assert (result.verdict, result.reason) == (
            Verdict.INCONCLUSIVE,
            "signature-unreadable",
        )
        # What was refused is remembered: the looks that follow come to an end.
        counting.clock.advance(MINUTE)
        counting.gate.look(hint, timedelta(seconds=30))
        counting.clock.advance(MINUTE)
        result = counting.gate.look(hint, timedelta(seconds=30))
        assert (result.verdict, result.reason) == (
            Verdict.UNTRUSTED,
            Rejection.ENVELOPE_MALFORMED,
        )
