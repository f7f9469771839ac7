"""Several identities required: more than notation asks for, and never less."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from notation_verifier import Conclusion
from sealward.cli.__main__ import main
from sealward.decisions import Severity
from sealward.ledger import HoldState, Verdict
from sealward.ledger.codec import from_item, to_item
from sealward.policy.bundle import InvalidBundle
from sealward.signatures.candidates import Why
from sealward.verifications import satisfying
from tests import forge
from tests.unit.sealward.counting import MINUTE, Counting
from tests.unit.sealward.stand import Stand, bundle

DEMO = Path(__file__).parents[3] / "demo/policy"
BUILD = "x509.subject: CN=Leaf,O=acme,ST=WA,C=US"
RELEASE = "x509.subject: CN=Release,O=acme,ST=WA,C=US"


@pytest.fixture
def two() -> Counting:
    """A stand whose policy asks for both of its identities, with no grace."""
    return Counting(identities=["Leaf", "Release"], identitiesRequired=2)


def test_both_have_signed_it_is_trusted_and_both_are_remembered(two: Counting) -> None:
    image = two.push()
    signatures = [two.attach(image), two.attach(image, by="Release")]
    result = two.look(image)
    assert (result.verdict, result.detail) == (
        Verdict.TRUSTED,
        f"signed by {BUILD} and {RELEASE}",
    )
    record = two.record(image)
    assert set(record.made_by) == {each.digest for each in signatures}
    assert {record.signer, *record.further_signers} == {BUILD, RELEASE}
    assert from_item(to_item(record)) == record


def test_one_of_two_is_untrusted_and_a_medium_finding(two: Counting) -> None:
    image = two.push()
    two.attach(image)
    result = two.look(image)
    assert (result.verdict, result.reason) == (Verdict.UNTRUSTED, "too-few-identities")
    assert result.detail == f"1 of 2 identities: signed by {BUILD}"
    assert result.hold is HoldState.HELD
    (finding,) = two.findings
    assert finding["Severity"]["Label"] == Severity.MEDIUM
    assert "1 of 2 identities" in finding["Description"]


def test_the_second_signature_settles_it(two: Counting) -> None:
    image = two.push()
    two.attach(image)
    two.look(image)
    second = two.attach(image, by="Release")
    two.clock.advance(MINUTE)
    result = two.look(second)
    assert (result.verdict, result.hold) == (Verdict.TRUSTED, HoldState.RELEASING)


def test_the_same_identity_twice_is_one(two: Counting) -> None:
    image = two.push()
    two.attach(image)
    two.attach(image, media_type=forge.COSE)
    assert two.look(image).reason == "too-few-identities"


def test_a_signature_by_none_of_them_counts_for_nothing(two: Counting) -> None:
    image = two.push()
    two.attach(image)
    two.attach(image, by="Other")
    two.junk(image)
    result = two.look(image)
    assert result.detail == f"1 of 2 identities: signed by {BUILD}"


def test_while_grace_lasts_it_is_pending_and_says_how_many() -> None:
    stand = Stand(current=bundle(identities=["Leaf", "Release"], identitiesRequired=2))
    image = stand.push()
    stand.attach(image, by="Release")
    result = stand.look(image)
    assert result.verdict is Verdict.PENDING
    assert f"1 of 2 identities: signed by {RELEASE}" in result.detail
    stand.attach(image)
    stand.pass_time(timedelta(seconds=10))
    assert stand.record(image).verdict is Verdict.TRUSTED


def test_failing_fast_waits_for_the_others_of_an_image_one_has_signed() -> None:
    stand = Stand(
        current=bundle(
            identities=["Leaf", "Release"], identitiesRequired=2, failFast=True
        )
    )
    image = stand.push()
    stand.attach(image)
    stand.attach(image, by="Other")
    assert stand.look(image).verdict is Verdict.PENDING


def test_all_that_made_it_trusted_are_tried_first_and_the_rest_is_not_needed(
    two: Counting,
) -> None:
    image = two.push()
    two.attach(image)
    two.attach(image, by="Release")
    two.look(image)
    for each in range(20):
        two.junk(image, each)
    calls = two.calls_of_a_look(image)
    assert (calls["blob"], calls["manifests"]) == (4, 2)
    assert two.record(image).verdict is Verdict.TRUSTED


def test_one_of_two_signatures_lost_is_inconclusive_and_never_an_action(
    two: Counting,
) -> None:
    image = two.push()
    two.attach(image)
    release = two.attach(image, by="Release")
    two.look(image)
    two.delete(release)
    two.clock.advance(MINUTE)
    result = two.look(image)
    assert (result.verdict, result.reason, result.hold) == (
        Verdict.INCONCLUSIVE,
        "signature-lost",
        None,
    )
    assert release.digest in result.detail


def test_the_first_expiry_of_the_two_has_it_looked_at_again(two: Counting) -> None:
    image = two.push()
    two.attach(image)
    soon = two.clock.now + timedelta(hours=5)
    two.attach(image, by="Release", expiry=soon)
    assert two.look(image).due == soon
    two.pass_time(timedelta(hours=5, seconds=1))
    assert two.record(image).reason == "too-few-identities"


def test_where_one_is_enough_only_one_is_remembered() -> None:
    stand = Counting(identities=["Leaf", "Release"])
    image = stand.push()
    stand.attach(image)
    stand.attach(image, by="Release")
    assert stand.look(image).verdict is Verdict.TRUSTED
    record = stand.record(image)
    assert (len(record.made_by), record.further_signers) == (1, ())
    assert Why.NOT_NEEDED not in stand.report(image).get("aside", {})


def test_each_signature_that_counts_satisfies_the_statement_by_itself(
    two: Counting,
) -> None:
    """What notation would accept after the first one."""
    image = two.push()
    two.attach(image)
    two.attach(image, by="Release", expiry=forge.SIGNING_TIME + MINUTE)
    result = two.look(image)
    assert result.reason == "too-few-identities"
    conclusions = [each["conclusion"] for each in two.report(image)["candidates"]]
    assert sorted(conclusions) == [Conclusion.REFUSED, Conclusion.SATISFIED]


def test_nothing_tried_is_satisfied_by_nobody() -> None:
    assert satisfying([]) == ()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"identitiesRequired": 0}, "0 is less than one"),
        ({"identitiesRequired": 2}, "2 is more than the statement's different"),
        ({"identitiesRequired": "2"}, "wrong type"),
        ({"identitiesRequired": True}, "wrong type"),
        (
            {
                "identitiesRequired": 2,
                "identities": ["Leaf", "Release"],
                "level": {"level": "audit"},
            },
            "does not enforce authenticity",
        ),
    ],
)
def test_what_can_never_be_reached_is_refused(
    settings: dict[str, object], told: str
) -> None:
    with pytest.raises(InvalidBundle) as raised:
        bundle(**settings)  # type: ignore[arg-type] # some are wrong on purpose
    (problem,) = raised.value.problems
    assert problem.pointer == "/policies/0/identitiesRequired"
    assert told in problem.message


def test_policy_show_tells_how_many(tmp_path: Path) -> None:
    document = json.loads((DEMO / "bundle.json").read_text())
    policy = document["policies"][0]
    policy["statement"]["trustedIdentities"] = [BUILD, RELEASE]
    policy["identitiesRequired"] = 2
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(document))
    show = ["policy", "show", str(path), policy["statement"]["registryScopes"][0]]
    said = CliRunner().invoke(main, [*show, "--json"]).output
    assert json.loads(said)["identitiesRequired"] == 2
    assert "2 of these identities" in CliRunner().invoke(main, show).output


def test_it_is_part_of_the_statement_hash() -> None:
    one, both = (
        bundle(identities=["Leaf", "Release"], identitiesRequired=required)
        for required in (1, 2)
    )
    absent = bundle(identities=["Leaf", "Release"])
    hashes = [each.policies[0].statement_hash for each in (one, both, absent)]
    assert hashes[0] == hashes[2] != hashes[1]
