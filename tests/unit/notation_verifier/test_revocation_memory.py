"""Knowledge never goes backwards: what one check learnt binds the next."""

from datetime import datetime, timedelta

import pytest

from notation_verifier.revocation import (
    Cause,
    Method,
    Revocation,
    RevocationMemory,
    RevocationStatus,
    SeenCrl,
    Standing,
)
from tests.forge import revocation as forge
from tests.unit.notation_verifier.revocation_inquiry import ask, cause

GOOD, REVOKED, UNKNOWN = (
    RevocationStatus.GOOD,
    RevocationStatus.REVOKED,
    RevocationStatus.UNKNOWN,
)
NOW, HOUR, DAY = forge.NOW, forge.HOUR, forge.DAY
OCSP, CRL, DELTA = forge.OCSP_URL, forge.CRL_URL, forge.DELTA_URL
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def by_ocsp() -> forge.Scene:
    return forge.scene(ocsp=[OCSP])


@pytest.fixture(scope="module")
def by_crl() -> forge.Scene:
    return forge.scene(crl=[CRL])


class TestReplay:
    """A validly signed answer, still within its nextUpdate, but not the newest."""

    def test_of_an_ocsp_answer(self, by_ocsp: forge.Scene) -> None:
        memory = ask(by_ocsp, {OCSP: by_ocsp.ocsp()}).memory
        older = by_ocsp.ocsp(this_update=NOW - HOUR - SECOND)
        assert cause(by_ocsp, {OCSP: older}, memory=memory) is Cause.OLDER_THAN_SEEN
        again = ask(by_ocsp, {OCSP: by_ocsp.ocsp()}, memory=memory)
        assert (again.status, again.memory) == (GOOD, memory)

    @pytest.mark.parametrize(
        "older",
        [
            {"number": 9, "this_update": NOW - HOUR},
            {"number": 10, "this_update": NOW - HOUR - SECOND},
            {"number": None, "this_update": NOW - HOUR},
        ],
    )
    def test_of_a_crl(self, by_crl: forge.Scene, older: dict[str, object]) -> None:
        memory = ask(by_crl, {CRL: by_crl.crl(number=10)}).memory
        replayed = {CRL: by_crl.crl(**older)}
        assert cause(by_crl, replayed, memory=memory) is Cause.OLDER_THAN_SEEN
        newer = {CRL: by_crl.crl(number=11, this_update=NOW)}
        assert ask(by_crl, newer, memory=memory).status is GOOD

    def test_of_a_delta_crl(self, by_crl: forge.Scene) -> None:
        complete = by_crl.crl(number=10, freshest=[DELTA])
        newer = {CRL: complete, DELTA: by_crl.crl(number=13, base=10)}
        memory = ask(by_crl, newer).memory
        older = {CRL: complete, DELTA: by_crl.crl(number=12, base=10)}
        assert cause(by_crl, older, memory=memory) is Cause.OLDER_THAN_SEEN

    def test_scopes_count_apart(self, by_crl: forge.Scene) -> None:
        memory = ask(by_crl, {CRL: by_crl.crl(number=10)}).memory
        other = {CRL: by_crl.crl(number=3, scope=forge.scope(user=True))}
        assert ask(by_crl, other, memory=memory).status is GOOD

    def test_that_lists_it_for_good_still_revokes(self, by_crl: forge.Scene) -> None:
        memory = ask(by_crl, {CRL: by_crl.crl(number=10)}).memory
        older = {CRL: by_crl.crl(by_crl.listed(), number=9)}
        assert ask(by_crl, older, memory=memory).status is REVOKED

    def test_refused_answers_teach_nothing(self, by_crl: forge.Scene) -> None:
        """Else one CRL from a clock that runs ahead would bar all that follow."""
        for refused in (
            by_crl.crl(number=99, this_update=NOW + DAY),
            by_crl.crl(number=99, key=by_crl.signer.key),
            by_crl.crl(number=99, next_update=NOW - SECOND),
        ):
            assert ask(by_crl, {CRL: refused}).memory == RevocationMemory()


class TestRevokedForGood:
    def test_stays_so_whatever_is_answered(self, by_ocsp: forge.Scene) -> None:
        memory = ask(by_ocsp, {OCSP: by_ocsp.ocsp("revoked", reason=1)}).memory
        servers = forge.Servers({OCSP: by_ocsp.ocsp(this_update=NOW).der()})
        later = ask(by_ocsp, servers, memory=memory)
        assert later.status is REVOKED
        assert later.certificates[0].method is Method.MEMORY
        assert servers.asked == []  # no server could change it

    def test_across_methods(self) -> None:
        scene = forge.scene(ocsp=[OCSP], crl=[CRL])
        listed = {OCSP: b"junk", CRL: scene.crl(scene.listed(reason=1))}
        memory = ask(scene, listed).memory
        assert ask(scene, {OCSP: scene.ocsp()}, memory=memory).status is REVOKED

    def test_only_this_certificate(self, by_ocsp: forge.Scene) -> None:
        memory = ask(by_ocsp, {OCSP: by_ocsp.ocsp("revoked")}).memory
        other = forge.scene(ocsp=[OCSP], serial=77)
        assert ask(other, {OCSP: other.ocsp()}, memory=memory).status is GOOD

    def test_before_its_invalidity_date_the_sources_are_asked(
        self, by_ocsp: forge.Scene
    ) -> None:
        """The issuer may have moved the date; an old one must not clear."""

        def revoked(invalid: datetime) -> forge.Response:
            dated = (forge.invalidity_date(invalid),)
            return by_ocsp.ocsp("revoked", reason=1, extensions=dated)

        signed = NOW - 3 * DAY
        first = ask(
            by_ocsp,
            {OCSP: revoked(NOW - 2 * DAY)},
            authentic_signing_time=signed,
        )
        assert first.status is GOOD
        moved = {OCSP: revoked(NOW - 4 * DAY)}
        second = ask(by_ocsp, moved, authentic_signing_time=signed, memory=first.memory)
        assert second.status is REVOKED
        third = ask(
            by_ocsp,
            {OCSP: by_ocsp.ocsp()},
            authentic_signing_time=signed,
            memory=second.memory,
        )
        assert third.status is REVOKED
        silent = ask(by_ocsp, {}, authentic_signing_time=signed, memory=first.memory)
        assert silent.status is UNKNOWN


class TestHold:
    def test_stays_while_nothing_newer_is_known(self, by_ocsp: forge.Scene) -> None:
        held = {OCSP: by_ocsp.ocsp("revoked", reason=forge.HOLD)}
        memory = ask(by_ocsp, held).memory
        assert ask(by_ocsp, {}, memory=memory).status is REVOKED
        same_time = {OCSP: by_ocsp.ocsp()}
        assert ask(by_ocsp, same_time, memory=memory).status is REVOKED

    def test_is_released_by_a_newer_answer(self, by_ocsp: forge.Scene) -> None:
        held = {OCSP: by_ocsp.ocsp("revoked", reason=forge.HOLD)}
        memory = ask(by_ocsp, held).memory
        newer = {OCSP: by_ocsp.ocsp(this_update=NOW - HOUR + SECOND)}
        released = ask(by_ocsp, newer, memory=memory)
        assert released.status is GOOD
        # The hold cannot come back from a memory that has not heard of the release.
        both = released.memory.merged(memory)
        assert both == released.memory == memory.merged(released.memory)
        assert ask(by_ocsp, newer, memory=both).status is GOOD

    def test_is_released_by_a_newer_crl(self, by_crl: forge.Scene) -> None:
        held = by_crl.crl(by_crl.listed(reason=forge.HOLD), number=10)
        memory = ask(by_crl, {CRL: held}).memory
        newer = {CRL: by_crl.crl(number=11, this_update=NOW)}
        assert ask(by_crl, newer, memory=memory).status is GOOD

    def test_that_became_a_revocation(self, by_crl: forge.Scene) -> None:
        held = by_crl.crl(by_crl.listed(reason=forge.HOLD), number=10)
        memory = ask(by_crl, {CRL: held}).memory
        revoked = by_crl.crl(by_crl.listed(reason=1), number=11, this_update=NOW)
        memory = ask(by_crl, {CRL: revoked}, memory=memory).memory
        (standing,) = {one.standing for one in memory.revocations.values()}
        assert standing is Standing.REVOKED


class TestMerging:
    """Memories of checks that ran side by side come together to one."""

    def test_takes_the_furthest_of_each_source(self) -> None:
        one = RevocationMemory(
            crls={"a": SeenCrl(number=3, this_update=NOW)}, ocsp={"x": NOW}
        )
        other = RevocationMemory(
            crls={
                "a": SeenCrl(number=5, this_update=NOW - DAY),
                "b": SeenCrl(number=None, this_update=NOW),
            },
            ocsp={"x": NOW - DAY, "y": NOW},
        )
        assert one.merged(other) == RevocationMemory(
            crls={
                "a": SeenCrl(number=5, this_update=NOW),
                "b": SeenCrl(number=None, this_update=NOW),
            },
            ocsp={"x": NOW, "y": NOW},
        )

    def test_takes_the_revocation_that_reaches_furthest_back(self) -> None:
        def revoked(invalid: datetime | None) -> RevocationMemory:
            found = Revocation(
                standing=Standing.REVOKED,
                this_update=NOW,
                revoked_at=NOW,
                reason="keyCompromise",
                invalidity_date=invalid,
            )
            return RevocationMemory(revocations={"x": found})

        early, late, always = revoked(NOW - DAY), revoked(NOW), revoked(None)
        assert early.merged(late) == late.merged(early) == early
        assert early.merged(always) == always.merged(early) == always

    def test_leaves_both_as_they_were(self) -> None:
        one = RevocationMemory(ocsp={"x": NOW - DAY})
        one.merged(RevocationMemory(ocsp={"x": NOW}))
        assert one == RevocationMemory(ocsp={"x": NOW - DAY})
