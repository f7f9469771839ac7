"""1,000 unsigned pushes to one repository, then one to another: held within target."""

from typing import Any

from notation_verifier import Descriptor
from sealward.ledger import Verdict
from sealward.policy.bundle import PolicyBundle
from tests.hostile.measured import keep
from tests.unit.sealward.flood import Flood, exposures
from tests.unit.sealward.queue_model import Measure
from tests.unit.sealward.stand import HOST, Stand, bundle

PUSHES = 1_000
SIGNED = 200
"""Images that a rollout makes untrusted, in ten repositories."""
TARGET = 2.0
"""Seconds: half for the event, a look, and as much again."""


def _everywhere(*, serial: int, signer: str) -> PolicyBundle:
    statement: dict[str, Any] = {
        "name": "all",
        "registryScopes": [f"{HOST}/dev/*", f"{HOST}/prod/*"],
        "signatureVerification": {
            "level": "strict",
            "override": {"revocation": "skip"},
        },
        "trustStores": ["ca:acme"],
        "trustedIdentities": [f"x509.subject: CN={signer},O=acme,ST=WA,C=US"],
    }
    return bundle(serial=serial, grace="0s", statement=statement)


def _flood_then_one(stand: Stand) -> None:
    """Push and look; assert that each is held at its first look."""
    for number in range(PUSHES):
        image = stand.push(f"n{number}", repository="dev/x")
        assert stand.look(image, repository="dev/x").step == "archive"
    one = stand.push("one", repository="prod/y")
    looked = stand.look(one, repository="prod/y")
    assert (looked.verdict, looked.step) == (Verdict.UNSIGNED, "archive")
    assert _status(stand, one, "prod/y") == "ARCHIVED"


def _status(stand: Stand, image: Descriptor, repository: str) -> str:
    return str(stand.gate.registry.describe(repository, image.digest).status)


def test_the_next_one_is_held_at_its_first_look_and_within_target() -> None:
    stand = Stand(current=_everywhere(serial=1, signer="Leaf"))
    _flood_then_one(stand)
    assert not stand.ledger.proposals()
    flood = Flood(pushes=PUSHES, grace="0s", call=0.020, measure=Measure.TIME)
    exposed = exposures(flood).beside
    keep("thousand_pushes_then_one_exposed_s", exposed, most=TARGET)
    assert exposed <= TARGET


def test_the_same_while_a_rollout_removes_an_identity_and_nothing_is_rolled_back() -> (
    None
):
    stand = Stand(current=_everywhere(serial=1, signer="Leaf"))
    signed: list[tuple[str, Descriptor]] = []
    for number in range(SIGNED):
        repository = f"prod/app-{number % 10}"
        image = stand.push(f"s{number}", repository=repository)
        stand.attach(image, repository=repository)
        assert stand.look(image, repository=repository).verdict is Verdict.TRUSTED
        signed.append((repository, image))
    stand.bundles.current = _everywhere(serial=2, signer="Other")
    half = SIGNED // 2
    for repository, image in signed[:half]:
        stand.look(image, repository=repository)
    assert stand.ledger.last_trip() is not None, "the breaker has tripped"
    _flood_then_one(stand)
    for repository, image in signed[half:]:
        stand.look(image, repository=repository)
    records = [stand.record(image, repository=repo) for repo, image in signed]
    reversed_ = sum(record.hold is not None for record in records)
    serials = {record.bundle_serial for record in records}
    keep("rollout_reversals_archived", reversed_, most=0)
    keep("rollout_proposals", len(stand.ledger.proposals()))
    assert (reversed_, serials) == (0, {2})
    assert {record.verdict for record in records} == {Verdict.UNTRUSTED}
