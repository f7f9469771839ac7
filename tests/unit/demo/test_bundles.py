"""The bundles of a run: what is added to the committed one, and what the other has."""

import json
from datetime import UTC, datetime

from cryptography import x509

from demo.bundles import TOLD, bundle_of_run, bundles_elsewhere
from demo.layouts.policy import BUNDLE
from demo.stack import ACCOUNT, ELSEWHERE, REGION
from demo.stories.told import TOPIC
from sealward.policy.bundle import Enforcement, Policy, load_bundle
from sealward.policy.policy import Escalation
from tests import forge

COMMITTED = BUNDLE.read_bytes()
INSTANT = datetime(2026, 11, 22, 8, tzinfo=UTC)
SIGNED = "demo/replicated"


def certificate() -> x509.Certificate:
    return forge.CertificateAuthority.root("Team").chain[0]


def stores_of(policy: Policy | None) -> list[str]:
    return [] if policy is None else list(map(str, policy.statement.trust_stores))


def test_what_is_committed_stays_as_it_is() -> None:
    made = json.loads(bundle_of_run(COMMITTED, INSTANT, teams={}, topic=TOPIC))
    committed = json.loads(COMMITTED)
    assert made["policies"].pop()["statement"]["name"] == TOLD
    for policy in made["policies"]:
        if policy["statement"]["name"] == "registry":
            assert policy.pop("enforceFrom") == "2026-11-22T08:00:00.000000Z"
    assert made == committed


def test_a_team_of_this_run_signs_one_repository() -> None:
    bundle = load_bundle(
        bundle_of_run(
            COMMITTED,
            INSTANT,
            teams={"demo/mended": certificate()},
            topic=TOPIC,
        )
    )
    policy = bundle.policy_for(ACCOUNT, REGION, "demo/mended")
    assert policy is not None
    assert policy.enforcement is Enforcement.QUARANTINE
    assert stores_of(policy) == ["ca:mended"]
    assert bundle.policy_for(ACCOUNT, REGION, "demo/unsigned") != policy


def test_an_owner_with_a_topic_is_told_at_once() -> None:
    bundle = load_bundle(bundle_of_run(COMMITTED, INSTANT, teams={}, topic=TOPIC))
    policy = bundle.policy_for(ACCOUNT, REGION, "demo/told")
    other = bundle.policy_for(ACCOUNT, REGION, "demo/wrong-identity")
    assert policy is not None
    assert policy.owner is not None
    assert (policy.owner["topic"], policy.fail_fast) == (TOPIC, True)
    assert stores_of(policy) == stores_of(other) == ["ca:payments"]


def test_only_one_repository_waives_the_day_before_a_deletion() -> None:
    bundle = load_bundle(COMMITTED)
    deleting = {
        policy.statement.name: policy.escalation
        for policy in bundle.policies
        if policy.enforcement is Enforcement.DELETE
    }
    assert deleting == {"deleted": Escalation.DELETE}


def test_elsewhere_git_trusts_whom_the_deployed_bundle_does_not() -> None:
    old, published = map(load_bundle, bundles_elsewhere(COMMITTED))
    assert old.serial < published.serial
    asked = [
        bundle.policy_for(ELSEWHERE, REGION, SIGNED) for bundle in (old, published)
    ]
    here = load_bundle(COMMITTED).policy_for(ACCOUNT, REGION, SIGNED)
    stores = [stores_of(policy) for policy in (*asked, here)]
    assert stores == [["ca:billing"], ["ca:payments"], ["ca:payments"]]
    assert old.policy_for(ACCOUNT, REGION, SIGNED) is None
