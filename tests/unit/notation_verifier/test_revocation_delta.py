"""Delta CRLs: which belong to which CRL, and holds that begin and end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import FetchError
from notation_verifier.revocation import Cause, RevocationStatus
from tests.forge import revocation as forge
from tests.unit.notation_verifier.revocation_inquiry import ask, cause, leaf

GOOD, REVOKED, UNKNOWN = (
    RevocationStatus.GOOD,
    RevocationStatus.REVOKED,
    RevocationStatus.UNKNOWN,
)
NOW, DAY, URL, DELTA = forge.NOW, forge.DAY, forge.CRL_URL, forge.DELTA_URL
SECOND = timedelta(seconds=1)
COPY = "http://copy.test/delta.crl"


@pytest.fixture(scope="module")
def scene() -> forge.Scene:
    return forge.scene(crl=[URL])


def complete(scene: forge.Scene, *listed: forge.Listed, **changes: Any) -> forge.Crl:
    return scene.crl(*listed, **{"number": 10, "freshest": [DELTA]} | changes)


def delta(scene: forge.Scene, *listed: forge.Listed, **changes: Any) -> forge.Crl:
    return scene.crl(*listed, **{"number": 12, "base": 10} | changes)


def test_both_clear(scene: forge.Scene) -> None:
    answers = {URL: complete(scene), DELTA: delta(scene, next_update=NOW + SECOND)}
    found = leaf(scene, answers)
    assert (found.status, found.fresh_until) == (GOOD, NOW + SECOND)


def test_delta_revokes(scene: forge.Scene) -> None:
    answers = {URL: complete(scene), DELTA: delta(scene, scene.listed())}
    assert leaf(scene, answers).status is REVOKED


def test_delta_may_continue_an_older_crl(scene: forge.Scene) -> None:
    answers = {URL: complete(scene), DELTA: delta(scene, base=7)}
    assert leaf(scene, answers).status is GOOD


REFUSED: dict[str, tuple[Callable[[forge.Scene], Any], Cause]] = {
    "a complete CRL": (lambda s: s.crl(number=12), Cause.DELTA_MISMATCH),
    "of the same number": (lambda s: delta(s, number=10), Cause.DELTA_MISMATCH),
    "of a lower number": (lambda s: delta(s, number=9, base=8), Cause.DELTA_MISMATCH),
    "that needs a later CRL": (lambda s: delta(s, base=11), Cause.DELTA_MISMATCH),
    "without a number": (lambda s: delta(s, number=None), Cause.DELTA_MISMATCH),
    "of another scope": (
        lambda s: delta(s, scope=forge.scope(user=True)),
        Cause.DELTA_MISMATCH,
    ),
    "expired": (lambda s: delta(s, next_update=NOW - SECOND), Cause.EXPIRED),
    "from the future": (
        lambda s: delta(s, this_update=NOW + DAY),
        Cause.FROM_THE_FUTURE,
    ),
    "signed by another": (
        lambda s: delta(s, key=s.signer.key),
        Cause.SIGNATURE_MISMATCH,
    ),
    "junk": (lambda _: b"junk", Cause.MALFORMED),
    "not to be had": (
        lambda _: FetchError("connection refused"),
        Cause.UNREACHABLE,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_delta_that_is_not_believed(scene: forge.Scene, name: str) -> None:
    make, expected = REFUSED[name]
    assert cause(scene, {URL: complete(scene), DELTA: make(scene)}) is expected


def test_complete_crl_without_a_number(scene: forge.Scene) -> None:
    answers = {URL: complete(scene, number=None), DELTA: delta(scene)}
    assert cause(scene, answers) is Cause.DELTA_MISMATCH


def test_delta_for_good_does_not_age(scene: forge.Scene) -> None:
    expired = delta(scene, scene.listed(), next_update=NOW - SECOND)
    assert leaf(scene, {URL: complete(scene), DELTA: expired}).status is REVOKED


class TestCopies:
    def test_next_copy_when_the_first_is_silent(self, scene: forge.Scene) -> None:
        named = complete(scene, freshest=[DELTA, COPY])
        assert leaf(scene, {URL: named, COPY: delta(scene)}).status is GOOD

    def test_a_wrong_copy_is_not_passed_over(self, scene: forge.Scene) -> None:
        """The reference takes the first it can download, and stays with it."""
        named = complete(scene, freshest=[DELTA, COPY])
        answers = {URL: named, DELTA: delta(scene, base=11), COPY: delta(scene)}
        assert cause(scene, answers) is Cause.DELTA_MISMATCH

    def test_directories_are_passed_over(self, scene: forge.Scene) -> None:
        named = complete(scene, freshest=["ldap://directory.test/cn=delta", DELTA])
        assert leaf(scene, {URL: named, DELTA: delta(scene)}).status is GOOD

    @pytest.mark.parametrize(
        ("urls", "expected"),
        [
            (["ldap://directory.test/cn=delta"], Cause.UNSUPPORTED_URL),
            (["http://user@crl.test/", DELTA], Cause.UNSUPPORTED_URL),
            ([], Cause.UNSUPPORTED_URL),
            ([DELTA, *(f"{COPY}{n}" for n in range(4))], Cause.TOO_MANY_URLS),
        ],
    )
    def test_urls_that_are_not_used(
        self, scene: forge.Scene, urls: list[str], expected: Cause
    ) -> None:
        answers = {URL: complete(scene, freshest=urls), DELTA: delta(scene)}
        found = leaf(scene, answers)
        assert found.status is UNKNOWN
        assert found.attempts[0].cause is expected


@pytest.fixture(scope="module")
def named() -> forge.Scene:
    return forge.scene(crl=[URL], freshest=[DELTA])


class TestNamedByTheCertificateOnly:
    """The reference does not support it: such a delta may revoke but not clear."""

    def test_does_not_clear(self, named: forge.Scene) -> None:
        answers = {URL: named.crl(), DELTA: delta(named)}
        assert cause(named, answers) is Cause.DELTA_MISMATCH

    def test_revokes(self, named: forge.Scene) -> None:
        answers = {URL: named.crl(), DELTA: delta(named, named.listed())}
        assert leaf(named, answers).status is REVOKED

    def test_clears_when_the_crl_names_one_too(self, named: forge.Scene) -> None:
        answers = {URL: complete(named), DELTA: delta(named)}
        assert leaf(named, answers).status is GOOD

    def test_alone_it_is_no_source(self) -> None:
        scene = forge.scene(freshest=[DELTA])
        servers = forge.Servers({DELTA: delta(scene).der()})
        assert ask(scene, servers).status is UNKNOWN
        assert servers.asked == []


HOLD, REMOVED = forge.HOLD, forge.REMOVED


@pytest.mark.parametrize(
    ("held", "removed", "status"),
    [
        (NOW - 2 * DAY, NOW - DAY, GOOD),
        (NOW - DAY, NOW - 2 * DAY, REVOKED),
        # The reference keeps the first of two equal dates: the hold.
        (NOW - DAY, NOW - DAY, REVOKED),
    ],
)
def test_removal_ends_a_hold_that_is_older(
    scene: forge.Scene, held: Any, removed: Any, status: RevocationStatus
) -> None:
    answers = {
        URL: complete(scene, scene.listed(reason=HOLD, revoked_at=held)),
        DELTA: delta(scene, scene.listed(reason=REMOVED, revoked_at=removed)),
    }
    assert leaf(scene, answers).status is status


def test_removal_does_not_end_a_revocation(scene: forge.Scene) -> None:
    answers = {
        URL: complete(scene, scene.listed(reason=1, revoked_at=NOW - 2 * DAY)),
        DELTA: delta(scene, scene.listed(reason=REMOVED)),
    }
    assert leaf(scene, answers).status is REVOKED


def test_hold_in_the_delta(scene: forge.Scene) -> None:
    answers = {URL: complete(scene), DELTA: delta(scene, scene.listed(reason=HOLD))}
    assert leaf(scene, answers).status is REVOKED


def test_hold_that_became_a_revocation(scene: forge.Scene) -> None:
    answers = {
        URL: complete(scene, scene.listed(reason=HOLD, revoked_at=NOW - DAY)),
        DELTA: delta(scene, scene.listed(reason=1, revoked_at=NOW - 2 * DAY)),
    }
    found = leaf(scene, answers)
    assert found.status is REVOKED
    assert "keyCompromise" in found.detail
