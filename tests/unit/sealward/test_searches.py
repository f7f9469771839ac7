"""Searches: what can be told from the bytes is told before anybody is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from notation_verifier import Conclusion, Descriptor, Reason
from sealward.signatures.candidates import Aside, Shortlist, Signature, Unread, Why
from sealward.verifications import Candidate, Examined, Judge, Search, search
from tests import forge
from tests.forge import revocation
from tests.forge.certificates import CertificateAuthority
from tests.forge.keys import private_key
from tests.unit.sealward.stand import bundle, revocable_signer, signer

IMAGE = Descriptor(
    media_type="application/vnd.oci.image.manifest.v1+json",
    digest=f"sha256:{'1' * 64}",
    size=7,
)
OCSP = "http://ocsp.example"


def signature(number: int, by: forge.Signer, **changes: Any) -> Signature:
    return Signature(
        digest=f"sha256:{number:064x}",
        media_type=forge.JWS,
        envelope=forge.sign(IMAGE, by, "jws", **changes),
    )


@pytest.fixture
def servers() -> revocation.Servers:
    """Say of the revocable signer's leaf that it is good."""
    signs = revocable_signer()
    issuer = CertificateAuthority(
        private_key("ES384", "Intermediate 1"), signs.chain[1:]
    )
    scene = revocation.Scene(issuer, signs)
    return revocation.Servers({OCSP: scene.ocsp().der()})


@dataclass(frozen=True)
class Searching:
    """Searches one list of waves."""

    servers: revocation.Servers
    level: object
    identities: tuple[str, ...] = ("Leaf",)

    def of(self, *waves: Sequence[Signature | Unread], required: int = 1) -> Search:
        held = bundle(level=self.level, identities=self.identities)
        return search(
            iter(waves),
            subject=IMAGE,
            judge=Judge(
                statement=held.policies[0].statement,
                trust_stores=held.trust_stores,
                signer_roots=held.signer_roots,
                now=revocation.NOW,
                fetch=self.servers,
            ),
            listed=Shortlist(
                digests=tuple(each.digest for wave in waves for each in wave),
            ),
            required=required,
        )


@pytest.fixture
def strict(servers: revocation.Servers) -> Searching:
    return Searching(servers, {"level": "strict"})


def conclusion(candidate: Candidate) -> Conclusion:
    assert isinstance(candidate, Examined)
    return candidate.verification.conclusion()


def test_only_those_that_hold_are_asked_about(strict: Searching) -> None:
    found = strict.of(
        [
            signature(1, revocable_signer("Other")),
            signature(2, revocable_signer(), members={"signature": "A" * 128}),
            signature(3, revocable_signer(), payload=b"{}"),
            signature(4, revocable_signer(), expiry=forge.SIGNING_TIME),
            signature(5, revocable_signer()),
        ]
    )
    assert found.satisfied
    assert len(strict.servers.asked) == 1


def test_one_that_needs_no_answer_wins_before_another_is_asked_about(
    strict: Searching,
) -> None:
    found = strict.of([signature(1, revocable_signer()), signature(2, signer())])
    assert found.satisfied
    assert strict.servers.asked == []
    assert [conclusion(each) for each in found.candidates] == [
        Conclusion.SATISFIED,
        Conclusion.INCONCLUSIVE,
    ]


def test_of_two_that_hold_the_second_is_not_asked_about(strict: Searching) -> None:
    found = strict.of(
        [signature(1, revocable_signer()), signature(2, revocable_signer())]
    )
    assert found.satisfied
    assert len(strict.servers.asked) == 1


def test_a_wave_is_settled_before_the_next_is_read(strict: Searching) -> None:
    found = strict.of([signature(1, revocable_signer())], [signature(2, signer())])
    assert [each.digest for each in found.candidates] == [f"sha256:{1:064x}"]
    assert found.aside == (Aside(digest=f"sha256:{2:064x}", why=Why.NOT_NEEDED),)


def test_silence_about_one_does_not_end_the_search(strict: Searching) -> None:
    strict.servers.answers.clear()
    found = strict.of([signature(1, revocable_signer())], [signature(2, signer())])
    assert found.satisfied
    assert strict.servers.asked


def test_where_revocation_is_only_logged_it_is_asked_all_the_same(
    servers: revocation.Servers,
) -> None:
    """The report says what was found, and what level strict would make of it."""
    searching = Searching(
        servers, {"level": "strict", "override": {"revocation": "log"}}
    )
    found = searching.of([signature(1, revocable_signer())])
    assert found.satisfied
    assert len(servers.asked) == 1


def test_several_identities_are_searched_for_until_they_are_enough(
    servers: revocation.Servers,
) -> None:
    searching = Searching(servers, {"level": "strict"}, ("Leaf", "Release", "QA"))
    waves = [
        [signature(each, signer(by))]
        for each, by in enumerate(("Leaf", "Leaf", "Release", "QA"))
    ]
    found = searching.of(*waves, required=2)
    assert (found.satisfied, len(found.candidates)) == (True, 3)
    assert not searching.of(*waves[:2], required=2).satisfied


def test_what_was_not_reached_is_beyond_the_bound() -> None:
    other = signature(1, signer("Other"))
    found = search(
        iter([[other]]),
        subject=IMAGE,
        judge=strict_judge(),
        listed=Shortlist(digests=(other.digest, "sha256:unread")),
    )
    assert not found.exhausted
    assert found.aside == (Aside(digest="sha256:unread", why=Why.BEYOND_LIMIT),)
    (refused,) = found.candidates
    assert isinstance(refused, Examined)
    assert refused.verification.failures[0][1].reason is Reason.IDENTITY_NOT_ALLOWED


def strict_judge() -> Judge:
    held = bundle(level={"level": "strict"})
    return Judge(
        statement=held.policies[0].statement,
        trust_stores=held.trust_stores,
        signer_roots=held.signer_roots,
        now=revocation.NOW,
    )
