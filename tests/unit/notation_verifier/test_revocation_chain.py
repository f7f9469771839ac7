"""A whole chain: who is asked about, in what order it is reported, what it comes to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from notation_verifier.certificate import read_certificate
from notation_verifier.revocation import RevocationStatus, check_revocation
from tests import forge as forged
from tests.forge import revocation as forge
from tests.forge.certificates import CertificateAuthority
from tests.unit.notation_verifier.revocation_inquiry import ask, certificates, leaf

GOOD, REVOKED, UNKNOWN, NO_INFORMATION = (
    RevocationStatus.GOOD,
    RevocationStatus.REVOKED,
    RevocationStatus.UNKNOWN,
    RevocationStatus.NO_INFORMATION,
)
UPPER, LOWER = "http://upper.test", "http://lower.test"


@pytest.fixture(scope="module")
def levels() -> tuple[forge.Scene, forge.Scene]:
    """A chain of three: the leaf under its CA, and the CA under the root."""
    root = CertificateAuthority.root("Top", algorithm="ES256")
    issuing = root.authority(
        "Issuing", algorithm="ES256", extensions=[forge.access(UPPER)]
    )
    leaf_of = issuing.leaf("Build", algorithm="ES256", extensions=[forge.access(LOWER)])
    whole = forge.Scene(issuing, leaf_of)
    upper = forge.Scene(root, forged.Signer(issuing.key, issuing.chain))
    return whole, upper


def test_chain_of_one_is_good_without_a_question() -> None:
    signer = forged.chain(1, ocsp=forge.OCSP_URL, crl=forge.CRL_URL)
    servers = forge.Servers()
    found = check_revocation(
        [read_certificate(der) for der in signer.ders], fetch=servers, now=forge.NOW
    )
    assert (found.status, found.certificates, servers.asked) == (GOOD, (), [])


def test_no_certificates_are_good() -> None:
    found = check_revocation([], fetch=forge.Servers(), now=forge.NOW)
    assert found.status is GOOD


def test_root_is_not_asked_about() -> None:
    scene = forge.scene(root={"ocsp": forge.OCSP_URL})
    servers = forge.Servers()
    assert ask(scene, servers).status is GOOD
    assert servers.asked == []


def test_no_information_is_good_and_named() -> None:
    found = ask(forge.scene(), {})
    assert found.status is GOOD
    assert found.certificates[0].status is NO_INFORMATION
    assert found.without_information == found.certificates
    assert found.fresh_until is None


@pytest.mark.parametrize(
    ("lower", "upper", "status", "decisive"),
    [
        ("good", "good", GOOD, None),
        ("good", "revoked", REVOKED, 1),
        ("revoked", "good", REVOKED, 0),
        ("revoked", "revoked", REVOKED, 0),
        ("unknown", "good", UNKNOWN, 0),
        ("good", "unknown", UNKNOWN, 1),
        ("unknown", "revoked", REVOKED, 1),
    ],
)
def test_worst_certificate_decides(
    levels: tuple[forge.Scene, forge.Scene],
    lower: str,
    upper: str,
    status: RevocationStatus,
    decisive: int | None,
) -> None:
    whole, above = levels
    found = ask(whole, {LOWER: whole.ocsp(lower), UPPER: above.ocsp(upper)})
    assert found.status is status
    assert [one.status.value for one in found.certificates] == [lower, upper]
    expected = None if decisive is None else found.certificates[decisive]
    assert found.decisive is expected


def test_good_ends_with_the_first_answer(
    levels: tuple[forge.Scene, forge.Scene],
) -> None:
    whole, above = levels
    soon = forge.NOW + timedelta(minutes=1)
    answers = {LOWER: whole.ocsp(), UPPER: above.ocsp(next_update=soon)}
    assert ask(whole, answers).fresh_until == soon


def test_certificates_are_asked_about_side_by_side(
    levels: tuple[forge.Scene, forge.Scene],
) -> None:
    """Neither question ends before the other has begun; the order is the chain's."""
    whole, above = levels
    answers = {LOWER: whole.ocsp(), UPPER: above.ocsp("revoked")}
    met = Barrier(2, timeout=10)

    class Meeting(forge.Servers):
        def __call__(self, url: str, *, body: bytes | None = None) -> bytes:
            met.wait()
            return super().__call__(url, body=body)

    servers = Meeting({url: answer.der() for url, answer in answers.items()})
    with ThreadPoolExecutor(2) as pool:
        found = ask(whole, servers, side_by_side=pool.map)
    alone = ask(whole, answers)
    assert [one.status for one in found.certificates] == [GOOD, REVOKED]
    assert [one.sha256 for one in found.certificates] == (
        [one.sha256 for one in alone.certificates]
    )
    assert found.memory == alone.memory


def test_certificate_of_another_issuer_is_unknown_without_a_question() -> None:
    scene = forge.scene(ocsp=[forge.OCSP_URL])
    other = CertificateAuthority.root("Other", algorithm="ES256").certificate
    servers = forge.Servers({forge.OCSP_URL: scene.ocsp().der()})
    found = check_revocation(
        [certificates(scene)[0], read_certificate(forge.der(other))],
        fetch=servers,
        now=forge.NOW,
    )
    assert (found.status, servers.asked) == (UNKNOWN, [])


def test_detail_is_short_however_long_a_url_is() -> None:
    scene = forge.scene(ocsp=["http://ocsp.test/" + "a" * 9000])
    assert len(leaf(scene, {}).detail) < 300


def test_detail_names_the_source_and_the_reason() -> None:
    scene = forge.scene(ocsp=[forge.OCSP_URL], crl=[forge.CRL_URL])
    found = leaf(scene, {forge.CRL_URL: scene.crl(scene.listed(reason=1))})
    assert found.detail == (
        "http://crl.test/ca.crl revokes it from 2026-05-31T12:00:00Z, "
        "reason keyCompromise"
    )
    silent = leaf(scene, {})
    assert silent.detail == (
        "http://ocsp.test: no answer: connection refused; "
        "http://crl.test/ca.crl: no answer: connection refused"
    )
