"""What can be told of the target without running it: nothing is left out."""

import pytest

from sealward.policy.bundle import Capability
from tests.capabilities.counterparts import COUNTERPARTS, REASONS
from tests.capabilities.expected import ARCHIVED, EXPECTED, GONE
from tests.capabilities.playing import MODULES
from tests.capabilities.story import STORIES
from tests.faults.use_cases import USE_CASES


def test_every_use_case_is_played_and_every_story_has_its_expectation() -> None:
    assert STORIES.keys() == EXPECTED.keys()
    assert {each.__module__ for each in STORIES.values()} == {
        each.__name__ for each in MODULES
    }


def test_every_use_case_of_the_faults_has_its_counterpart_or_a_reason() -> None:
    assert {each.name for each in USE_CASES} == COUNTERPARTS.keys() | REASONS.keys()
    assert not COUNTERPARTS.keys() & REASONS.keys()
    assert EXPECTED.keys() >= set(COUNTERPARTS.values())


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_expected_stays_within_the_capability(name: str) -> None:
    ends = {each: EXPECTED[name].end(each) for each in Capability}
    by_others = {"archived-by-others", "gone", "held-and-gone"}
    if name not in by_others:
        assert ends[Capability.OBSERVE].status not in (ARCHIVED, GONE)
        assert ends[Capability.QUARANTINE].status != GONE
    verdicts = {each.verdict for each in ends.values()}
    assert len(verdicts) == 1, "no verdict hangs on what the stack may do"
