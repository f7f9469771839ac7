"""The comparison itself: what it lets pass, and what it must not."""

from pathlib import Path
from typing import Any

import pytest

from tests.differential import deviations
from tests.differential.comparison import Relation, compare
from tests.differential.oracle import FailedCheck, Verdict
from tests.differential.ours import Judgement, Refusal


def reference(*failed: tuple[str, str], accepted: bool = True, **more: Any) -> Verdict:
    fields = {
        "stage": "verification",
        "statement": "p",
        "error_class": "",
        "error": "",
        **more,
    }
    checks = tuple(FailedCheck(name, action, "no") for name, action in failed)
    return Verdict(accepted=accepted, failed=checks, **fields)


def ours(*failed: tuple[str, str], accepted: bool = True, **more: Any) -> Judgement:
    fields = {"stage": "verification", "statement": "p", "readable": True, **more}
    return Judgement(
        accepted=accepted,
        refusals=tuple(
            Refusal("reason", "detail", name, enforced=action == "enforce")
            for name, action in failed
        ),
        **fields,
    )


EXPIRED, LOGGED = ("expiry", "enforce"), ("expiry", "log")
BROKEN, STRANGE = ("integrity", "enforce"), ("authenticity", "enforce")


@pytest.mark.parametrize(
    ("mine", "its", "relation"),
    [
        (ours(), reference(), Relation.ACCEPTED_BY_BOTH),
        (ours(LOGGED), reference(LOGGED), Relation.ACCEPTED_BY_BOTH),
        (
            ours(EXPIRED, accepted=False),
            reference(EXPIRED, accepted=False),
            Relation.REJECTED_BY_BOTH,
        ),
        (
            ours(STRANGE, EXPIRED, accepted=False),
            reference(STRANGE, accepted=False),
            Relation.REJECTED_BY_BOTH,
        ),
        (
            ours(BROKEN, accepted=False, readable=False),
            reference(EXPIRED, accepted=False),
            Relation.REJECTED_BY_BOTH,
        ),
        (ours(EXPIRED, accepted=False), reference(), Relation.STRICTER),
        (ours(LOGGED), reference(), Relation.STRICTER),
        (ours(), reference(EXPIRED, accepted=False), Relation.LAXER),
        (ours(), reference(LOGGED), Relation.LAXER),
        (ours(), reference(statement="q"), Relation.LAXER),
        (
            ours(EXPIRED, accepted=False),
            reference(BROKEN, accepted=False),
            Relation.LAXER,
        ),
        # No failed check: the payload's, or a plugin's.
        (ours(EXPIRED, accepted=False), reference(accepted=False), Relation.LAXER),
        (
            ours(EXPIRED, accepted=False),
            reference(accepted=False, stage="policy"),
            Relation.LAXER,
        ),
        (
            ours(accepted=False, stage="policy"),
            reference(accepted=False, stage="selection"),
            Relation.REJECTED_BY_BOTH,
        ),
    ],
)
def test_relation(mine: Judgement, its: Verdict, relation: Relation) -> None:
    assert compare(mine, its).relation is relation


def test_what_we_alone_hold_against_a_case_is_named() -> None:
    found = compare(ours(LOGGED, STRANGE), reference(LOGGED))
    assert [each.validation for each in found.stricter] == ["authenticity"]


def test_a_new_refusal_has_no_class() -> None:
    refusal = Refusal("reason", "never seen before", "integrity", enforced=True)
    assert deviations.class_of(refusal, "good-envelope") is None


def test_a_refusal_that_says_too_little_has_a_class_in_its_rule_alone() -> None:
    refusal = Refusal("signature-mismatch", "…", "integrity", enforced=True)
    assert deviations.class_of(refusal, "signature-pss-salt") == "pss-salt"
    assert deviations.class_of(refusal, "good-envelope") is None


def test_every_class_is_in_the_document() -> None:
    assert deviations.classes() <= deviations.listed()


def test_every_entry_of_the_document_is_shown_by_a_run_or_named_elsewhere() -> None:
    assert deviations.listed() == deviations.classes() | set(deviations.ELSEWHERE)
    tests = Path(__file__).parents[1] / "notation_verifier"
    assert [
        file for file in deviations.ELSEWHERE.values() if not (tests / file).is_file()
    ] == []


def test_an_entry_that_no_case_shows_is_noticed() -> None:
    shown = deviations.listed() - {"pem"}
    assert deviations.never_shown(shown) == {"pem"}
    assert deviations.never_shown(deviations.listed()) == set()


def test_a_crash_of_the_reference_is_no_verdict() -> None:
    crashed = reference(accepted=False, error_class="panic", error="nil pointer")
    assert compare(ours(LOGGED), crashed).relation is Relation.CRASHED
    assert compare(ours(), crashed).relation is Relation.LAXER
