"""Looks that ask about revocation: answers, silence, memory, caches, round trips."""

import base64
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from notation_verifier import Descriptor, Fetch, FetchError
from notation_verifier.revocation import RevocationMemory
from sealward.ledger import Verdict
from sealward.policy.revocation import HostPort
from sealward.ports.failures import Unavailable
from sealward.ports.revocation import RevocationLedger
from sealward.revocation import Revocations
from simulator.in_process.revocation import InProcessRevocationLedger
from tests.forge import certificates, sign
from tests.forge import revocation as forge
from tests.forge.certificates import CertificateAuthority
from tests.forge.keys import private_key
from tests.unit.sealward.family import push_index
from tests.unit.sealward.stand import Stand, bundle, revocable_signer
from tests.unit.sealward.trips import CountedLedger, CountedRegistry, Trips

DAY = timedelta(days=1)
STRICT: Any = {"level": "strict"}
OCSP = "http://ocsp.example"


def scene() -> forge.Scene:
    """Return the stand's revocable signer with the CA that answers about it."""
    signer = revocable_signer()
    issuer = CertificateAuthority(
        private_key("ES384", "Intermediate 1"), signer.chain[1:]
    )
    return forge.Scene(issuer, signer)


@dataclass
class Sources:
    """Servers that answer, or do not; each look's way to ask is counted."""

    servers: forge.Servers
    trips: Trips = field(default_factory=Trips)
    made: int = 0
    hosts: list[AbstractSet[HostPort]] = field(default_factory=list)

    def __call__(self) -> "Sources":
        self.made += 1
        return self

    def fetch(self, hosts: AbstractSet[HostPort]) -> Fetch:
        self.hosts.append(hosts)
        return self._ask

    def _ask(self, url: str, *, body: bytes | None = None) -> bytes:
        self.trips.take("ocsp")
        return self.servers(url, body=body)

    def answer(self, answer: forge.Response | Exception) -> None:
        self.servers.answers[OCSP] = (
            answer if isinstance(answer, Exception) else answer.der()
        )


@dataclass
class CountedKnowledge:
    """A ledger of revocation whose calls count as round trips."""

    ledger: RevocationLedger
    trips: Trips

    def recall(self) -> Any:
        self.trips.take("recall")
        return self.ledger.recall()

    def learn(self, memory: Any) -> None:
        self.trips.take("learn")
        self.ledger.learn(memory)


@dataclass
class Written:
    """A ledger of revocation that keeps what it is told."""

    ledger: RevocationLedger
    learnt: list[RevocationMemory] = field(default_factory=list)

    def recall(self) -> RevocationMemory | None:
        return self.ledger.recall()

    def learn(self, memory: RevocationMemory) -> None:
        self.learnt.append(memory)
        self.ledger.learn(memory)


@pytest.fixture
def sources() -> Sources:
    found = Sources(forge.Servers())
    found.answer(scene().ocsp())
    return found


@pytest.fixture
def knowledge() -> InProcessRevocationLedger:
    return InProcessRevocationLedger()


def stand(sources: Sources, knowledge: RevocationLedger, **settings: Any) -> Stand:
    made = Stand(
        current=bundle(level=STRICT, grace="0s", **settings),
        revocations=Revocations(sources, knowledge),
        registry=lambda registry: CountedRegistry(registry, sources.trips),
        run_beside=sources.trips.beside,
        wrap_ledger=lambda ledger: CountedLedger(ledger, sources.trips),
    )
    made.clock.now = forge.NOW
    return made


def pushed(stand: Stand, name: str = "app") -> Descriptor:
    image = stand.push(name)
    stand.attach(image, revocable=True)
    return image


def restarted(stand: Stand, sources: Sources, knowledge: RevocationLedger) -> None:
    """Go on as another function would, that knows the ledger alone."""
    object.__setattr__(stand.gate, "revocations", Revocations(sources, knowledge))


def test_an_answer_that_clears_the_chain_makes_it_trusted(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, knowledge)
    assert at.look(pushed(at)).verdict is Verdict.TRUSTED
    assert len(sources.servers.asked) == 1
    assert knowledge.writes == 1


def test_a_revoked_certificate_is_untrusted(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    sources.answer(scene().ocsp("revoked", reason=forge.KEY_COMPROMISE))
    at = stand(sources, knowledge)
    result = at.look(pushed(at))
    assert (result.verdict, result.reason) == (
        Verdict.UNTRUSTED,
        "certificate-revoked",
    )


def test_silence_is_inconclusive_until_there_is_an_answer(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    good = scene().ocsp()
    sources.answer(FetchError("ocsp.example:80: no answer in time"))
    at = stand(sources, knowledge)
    image = pushed(at)
    result = at.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.INCONCLUSIVE,
        "revocation-unknown",
    )
    assert knowledge.recall() is None
    sources.answer(good)
    at.pass_time(timedelta(minutes=1))
    assert at.record(image).verdict is Verdict.TRUSTED


def test_a_good_answer_replayed_after_the_revocation_changes_nothing(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    """Threat 21: validly signed, within its nextUpdate, and too late."""
    before = scene().ocsp()
    sources.answer(scene().ocsp("revoked", reason=forge.KEY_COMPROMISE))
    at = stand(sources, knowledge)
    at.look(pushed(at, "one"))
    sources.answer(before)
    restarted(at, sources, knowledge)
    result = at.look(pushed(at, "two"))
    assert (result.verdict, result.reason) == (
        Verdict.UNTRUSTED,
        "certificate-revoked",
    )


def test_an_older_answer_than_another_function_saw_is_not_current(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, knowledge)
    at.look(pushed(at, "one"))
    sources.answer(scene().ocsp(this_update=forge.NOW - 2 * forge.HOUR))
    restarted(at, sources, knowledge)
    image = pushed(at, "two")
    assert at.look(image).verdict is Verdict.INCONCLUSIVE
    assert "before" in at.record(image).detail


def test_a_policy_limits_the_age_of_answers(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, knowledge, revocation={"maxAge": "30m"})
    result = at.look(pushed(at))
    assert (result.verdict, result.reason) == (
        Verdict.INCONCLUSIVE,
        "revocation-unknown",
    )


def test_the_next_image_of_the_signer_is_judged_by_the_kept_answer(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, knowledge)
    for name in ("one", "two", "three"):
        assert at.look(pushed(at, name)).verdict is Verdict.TRUSTED
    assert len(sources.servers.asked) == 1


def test_a_kept_answer_ends_at_its_next_update(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, knowledge)
    at.look(pushed(at, "one"))
    at.clock.advance(DAY + timedelta(seconds=1))
    assert at.look(pushed(at, "two")).verdict is Verdict.INCONCLUSIVE
    assert len(sources.servers.asked) == 2


def test_an_error_is_asked_about_again(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    sources.answer(FetchError("refused"))
    at = stand(sources, knowledge)
    image = pushed(at)
    at.look(image)
    at.clock.advance(timedelta(seconds=10))
    at.look(image)
    assert len(sources.servers.asked) == 2


def test_a_strangers_answer_is_not_kept(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    right = scene().ocsp()
    sources.answer(scene().ocsp(key=private_key("ES384", "stranger")))
    at = stand(sources, knowledge)
    image = pushed(at)
    assert at.look(image).verdict is Verdict.INCONCLUSIVE
    sources.answer(right)
    at.clock.advance(timedelta(seconds=10))
    assert at.look(image).verdict is Verdict.TRUSTED


def test_knowledge_that_was_not_written_goes_with_the_next_look(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, knowledge)
    at.look(at.push("first"))  # reads what is known
    knowledge.failures.append(Unavailable("throttled"))
    assert at.look(pushed(at, "one")).verdict is Verdict.TRUSTED
    assert knowledge.recall() is None
    assert at.look(pushed(at, "two")).verdict is Verdict.TRUSTED
    assert knowledge.recall() is not None


def test_without_what_is_known_nothing_is_decided(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, knowledge)
    image = pushed(at)
    knowledge.failures.append(Unavailable("throttled"))
    result = at.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.INCONCLUSIVE,
        "revocation-unknown",
    )
    assert "what is known of revocation cannot be read: throttled" in result.detail
    assert not sources.servers.asked
    at.pass_time(timedelta(minutes=1))
    assert at.record(image).verdict is Verdict.TRUSTED


def test_without_what_is_known_a_crl_in_hand_clears_nothing(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    url = "http://crl.example/ca.crl"
    pointed = (x509.CRLDistributionPoints([forge.point(url)]), False)
    signer = certificates.chain(extensions=[pointed])
    crl = forge.Scene(scene().authority, signer).crl().der()
    at = stand(
        sources, knowledge, revocation={"crls": [base64.b64encode(crl).decode()]}
    )
    image = at.push()
    at.attach(image, sign(image, signer, "jws"))
    knowledge.failures.append(Unavailable("throttled"))
    assert at.look(image).verdict is Verdict.INCONCLUSIVE
    at.pass_time(timedelta(minutes=1))
    assert at.record(image).verdict is Verdict.TRUSTED
    assert not sources.servers.asked


def test_an_answer_that_another_function_saw_overtaken_is_asked_for_anew(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, knowledge)
    at.look(pushed(at, "one"))
    here = at.gate.revocations
    sources.answer(scene().ocsp(this_update=forge.NOW - forge.HOUR / 2))
    restarted(at, sources, knowledge)
    at.look(pushed(at, "two"))
    object.__setattr__(at.gate, "revocations", here)
    at.clock.advance(timedelta(minutes=2))
    assert at.look(pushed(at, "three")).verdict is Verdict.TRUSTED
    assert len(sources.servers.asked) == 3


def test_what_is_learnt_is_written_and_nothing_that_was_known(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    others = {f"{number % 16:x}{number:063x}": forge.NOW for number in range(64)}
    knowledge.learn(RevocationMemory(ocsp=others))
    written = Written(knowledge)
    at = stand(sources, written)
    at.look(pushed(at))
    [learnt] = written.learnt
    assert len(learnt.ocsp) == 1
    assert not learnt.ocsp.keys() & others.keys()


def test_the_policys_hosts_are_those_that_may_be_private(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    hosts = ["ocsp.example:80", "[FD00::1]:8080"]
    at = stand(sources, knowledge, revocation={"hosts": hosts})
    at.look(pushed(at))
    assert sources.hosts == [
        {HostPort(host="ocsp.example", port=80), HostPort(host="fd00::1", port=8080)}
    ]


def test_an_image_event_takes_six_round_trips_with_revocation_and_the_ledger(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, CountedKnowledge(knowledge, sources.trips))
    assert at.look(pushed(at)).verdict is Verdict.TRUSTED
    assert sources.trips.at["envelope"] == 4
    assert sources.trips.at["recall"] == 1
    assert sources.trips.taken == 6


def test_a_referrer_event_takes_five_round_trips_with_revocation_and_the_ledger(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, CountedKnowledge(knowledge, sources.trips))
    image = at.push()
    signature = at.attach(image, revocable=True)
    assert at.look(signature).verdict is Verdict.TRUSTED
    assert sources.trips.taken == 5


def test_a_chain_that_names_no_source_costs_no_more(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, CountedKnowledge(knowledge, sources.trips))
    image = at.push()
    at.attach(image)
    assert at.look(image).verdict is Verdict.TRUSTED
    assert (sources.trips.at["envelope"], sources.trips.taken) == (4, 5)
    assert sources.made == 0
    assert "learn" not in sources.trips.at


def test_a_policy_may_refuse_chains_that_name_no_source(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    refuse = {"withoutInformation": "refuse"}
    at = stand(sources, knowledge, revocation=refuse)
    image = at.push()
    at.attach(image)
    result = at.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.UNTRUSTED,
        "no-revocation-information",
    )


def test_a_trusted_image_is_looked_at_again_when_the_answer_has_run_out(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, knowledge)
    image = pushed(at)
    at.look(image)
    assert at.record(image).due == forge.NOW + DAY
    revoked = scene().ocsp(
        "revoked",
        reason=forge.KEY_COMPROMISE,
        this_update=forge.NOW + DAY - forge.HOUR,
        next_update=forge.NOW + 2 * DAY,
        produced_at=forge.NOW + DAY - forge.HOUR,
    )
    sources.answer(revoked)
    at.pass_time(DAY + timedelta(minutes=1))
    assert at.record(image).reason == "certificate-revoked"


def test_answers_of_an_hour_are_asked_for_once_a_day(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    sources.answer(scene().ocsp(next_update=forge.NOW + forge.HOUR))
    at = stand(sources, knowledge)
    image = pushed(at)
    at.look(image)
    assert at.record(image).due == forge.NOW + DAY


def test_what_is_looked_at_on_the_way_shares_the_looks_deadline(
    sources: Sources, knowledge: InProcessRevocationLedger
) -> None:
    at = stand(sources, knowledge)
    image = pushed(at)
    index = push_index(at, [image])
    at.attach(index, revocable=True)
    assert at.look(index).verdict is Verdict.TRUSTED
    at.clock.advance(2 * DAY)
    sources.answer(FetchError("no answer in time"))
    sources.hosts.clear()
    before = len(sources.servers.asked)
    at.look(image)
    assert len(sources.servers.asked) == before + 2
    assert len(sources.hosts) == 1
