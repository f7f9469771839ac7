"""CRLs in hand: used instead of fetching one, until their nextUpdate (R29)."""

from dataclasses import replace
from typing import Any

import pytest

from notation_verifier.revocation import Cause, RevocationMemory, RevocationStatus
from notation_verifier.revocation.memory import SeenCrl
from tests.forge import revocation as forge
from tests.unit.notation_verifier.revocation_inquiry import ask, leaf

SCENE = forge.scene(crl=[forge.CRL_URL])
GOOD = SCENE.crl()
REVOKED = SCENE.crl(SCENE.listed())
PAST: dict[str, Any] = {
    "this_update": forge.NOW - 2 * forge.DAY,
    "next_update": forge.NOW - forge.HOUR,
}


def status(served: dict[str, Any], *crls: Any) -> RevocationStatus:
    return leaf(SCENE, served, crls=[crl.der() for crl in crls]).status


def test_one_that_is_current_stands_for_the_one_that_would_be_fetched() -> None:
    servers = forge.Servers()
    found = ask(SCENE, servers, crls=[GOOD.der()])
    assert found.status is RevocationStatus.GOOD
    assert found.fresh_until == forge.NOW + forge.DAY
    assert not servers.asked


def test_it_revokes() -> None:
    assert status({}, REVOKED) is RevocationStatus.REVOKED


def test_without_one_the_url_is_fetched() -> None:
    assert status({forge.CRL_URL: GOOD}) is RevocationStatus.GOOD
    assert status({}) is RevocationStatus.UNKNOWN


def test_past_its_next_update_it_clears_nobody() -> None:
    past = SCENE.crl(**PAST)
    found = leaf(SCENE, {}, crls=[past.der()])
    assert found.status is RevocationStatus.UNKNOWN
    causes = [attempt.cause for attempt in found.attempts]
    assert causes == [Cause.UNREACHABLE, Cause.EXPIRED]
    assert status({forge.CRL_URL: GOOD}, past) is RevocationStatus.GOOD
    assert status({forge.CRL_URL: REVOKED}, past) is RevocationStatus.REVOKED


def test_past_its_next_update_it_still_revokes_for_good() -> None:
    past = replace(REVOKED, **PAST)
    assert status({}, past) is RevocationStatus.REVOKED


def test_the_newest_counts() -> None:
    older = replace(GOOD, number=9, this_update=forge.NOW - 2 * forge.HOUR)
    assert status({}, older, REVOKED) is RevocationStatus.REVOKED
    assert status({}, REVOKED, older) is RevocationStatus.REVOKED


@pytest.mark.parametrize(
    "other",
    [
        forge.scene(crl=[forge.CRL_URL], algorithm="ES384").crl(),
        SCENE.crl(scope=forge.scope("http://crl.test/other.crl")),
        SCENE.crl(scope=forge.scope(ca=True)),
        SCENE.crl(base=9),
    ],
    ids=["other issuer", "other distribution point", "CAs only", "delta"],
)
def test_another_one_is_passed_over(other: forge.Crl) -> None:
    assert status({}, other) is RevocationStatus.UNKNOWN
    assert status({}, other, GOOD) is RevocationStatus.GOOD


def test_nonsense_is_passed_over() -> None:
    found = ask(SCENE, {forge.CRL_URL: GOOD}, crls=[b"", b"nonsense", b"\x30\x80"])
    assert found.status is RevocationStatus.GOOD


def test_knowledge_does_not_go_backwards_by_one_in_hand() -> None:
    learnt = ask(SCENE, {forge.CRL_URL: GOOD}).memory
    (key,) = learnt.crls
    newer = SeenCrl(number=11, this_update=forge.NOW)
    memory = learnt.merged(RevocationMemory(crls={key: newer}))
    found = leaf(SCENE, {}, memory=memory, crls=[GOOD.der()])
    assert found.status is RevocationStatus.UNKNOWN
    assert found.attempts[-1].cause is Cause.OLDER_THAN_SEEN
