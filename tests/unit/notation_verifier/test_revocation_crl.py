"""CRLs: which are believed, what they cover, and that no other ends in good."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from notation_verifier.revocation import Cause, Method, RevocationStatus
from notation_verifier.revocation.crl_reader import MAX_CRL_BYTES
from tests.forge import revocation as forge
from tests.forge.certificates import CertificateAuthority, key_usage
from tests.unit.notation_verifier.revocation_inquiry import ask, attempt, cause, leaf

GOOD, REVOKED, UNKNOWN = (
    RevocationStatus.GOOD,
    RevocationStatus.REVOKED,
    RevocationStatus.UNKNOWN,
)
NOW, HOUR, DAY, URL = forge.NOW, forge.HOUR, forge.DAY, forge.CRL_URL
SECOND = timedelta(seconds=1)
UNKNOWN_EXTENSION = forge.extension("1.2.3.4", b"\x05\0")
CRITICAL = forge.extension("1.2.3.4", b"\x05\0", critical=True)


@pytest.fixture(scope="module")
def scene() -> forge.Scene:
    return forge.scene(crl=[URL])


BELIEVED: dict[str, Callable[[forge.Scene], Any]] = {
    "empty": lambda s: s.crl(),
    "listing others": lambda s: s.crl(forge.Listed(serial=1), forge.Listed(serial=2)),
    "without a number": lambda s: s.crl(number=None),
    "nextUpdate now": lambda s: s.crl(next_update=NOW),
    "nextUpdate after 2050": lambda s: s.crl(next_update=NOW + 10_000 * DAY),
    "thisUpdate ahead by less than the skew": lambda s: s.crl(
        this_update=NOW + timedelta(minutes=4)
    ),
    "an extension that is not critical": lambda s: s.crl(
        extensions=(UNKNOWN_EXTENSION,)
    ),
    "for this distribution point": lambda s: s.crl(scope=forge.scope(URL)),
    "for this one under several names": lambda s: s.crl(
        scope=forge.scope("http://mirror.test/ca.crl", URL)
    ),
    "for end entities": lambda s: s.crl(scope=forge.scope(user=True)),
    "a number of 20 octets": lambda s: s.crl(number=(1 << 159) + 1),
}


@pytest.mark.parametrize("name", BELIEVED)
def test_empty_crl_is_believed(scene: forge.Scene, name: str) -> None:
    found = leaf(scene, {URL: BELIEVED[name](scene)})
    assert (found.status, found.method) == (GOOD, Method.CRL), found.detail
    assert found.fresh_until is not None


@pytest.mark.parametrize("name", BELIEVED)
def test_the_same_listing_it_revokes(scene: forge.Scene, name: str) -> None:
    made = BELIEVED[name](scene)
    made = replace(made, listed=(*made.listed, scene.listed()))
    found = leaf(scene, {URL: made})
    assert (found.status, found.fresh_until) == (REVOKED, None)


REFUSED: dict[str, tuple[Callable[[forge.Scene], Any], Cause]] = {
    "no bytes": (lambda _: b"", Cause.MALFORMED),
    "a web page": (lambda _: b"<html>welcome</html>", Cause.MALFORMED),
    "PEM": (lambda _: b"-----BEGIN X509 CRL-----\nMAA=", Cause.MALFORMED),
    "32 MiB": (lambda _: bytes(MAX_CRL_BYTES + 1), Cause.TOO_LARGE),
    "bytes after it": (lambda s: s.crl().der() + b"\0", Cause.MALFORMED),
    "version 1": (lambda s: s.crl(version=None, number=None), Cause.MALFORMED),
    "version 3": (lambda s: s.crl(version=2), Cause.MALFORMED),
    "two algorithms": (
        lambda s: s.crl(inner_algorithm=forge.RSA_SHA256),
        Cause.MALFORMED,
    ),
    "signed with SHA-1": (
        lambda s: s.crl(algorithm=forge.ECDSA_SHA1),
        Cause.UNSUPPORTED_ALGORITHM,
    ),
    "changed after signing": (
        lambda s: s.crl(tamper=lambda tbs: tbs.replace(b"260602", b"270602")),
        Cause.SIGNATURE_MISMATCH,
    ),
    "signed by the certificate itself": (
        lambda s: s.crl(key=s.signer.key),
        Cause.SIGNATURE_MISMATCH,
    ),
    "of another issuer": (
        lambda s: s.crl(issuer=s.leaf.subject),
        Cause.OTHER_ISSUER,
    ),
    "of another CA": (
        lambda _: forge.Crl(
            key=(other := CertificateAuthority.root("Other", algorithm="ES256")).key,
            issuer=other.certificate.subject,
        ),
        Cause.OTHER_ISSUER,
    ),
    "a critical extension": (
        lambda s: s.crl(extensions=(CRITICAL,)),
        Cause.CRITICAL_EXTENSION,
    ),
    "a critical CRL number": (
        lambda s: s.crl(
            number=None,
            extensions=(forge.extension("2.5.29.20", forge.integer(1), critical=True),),
        ),
        Cause.CRITICAL_EXTENSION,
    ),
    "an extension twice": (
        lambda s: s.crl(extensions=(UNKNOWN_EXTENSION,) * 2),
        Cause.MALFORMED,
    ),
    "a negative number": (lambda s: s.crl(number=-1), Cause.MALFORMED),
    "a number of 21 octets": (lambda s: s.crl(number=1 << 160), Cause.MALFORMED),
    "a delta CRL": (lambda s: s.crl(base=5), Cause.DELTA_MISMATCH),
    "no nextUpdate": (lambda s: s.crl(next_update=None), Cause.NO_NEXT_UPDATE),
    "expired": (lambda s: s.crl(next_update=NOW - SECOND), Cause.EXPIRED),
    "from the future": (
        lambda s: s.crl(this_update=NOW + timedelta(minutes=6)),
        Cause.FROM_THE_FUTURE,
    ),
    "for CAs": (lambda s: s.crl(scope=forge.scope(ca=True)), Cause.OUT_OF_SCOPE),
    "for attribute certificates": (
        lambda s: s.crl(scope=forge.scope(attribute=True)),
        Cause.OUT_OF_SCOPE,
    ),
    "indirect": (
        lambda s: s.crl(scope=forge.scope(indirect=True)),
        Cause.OUT_OF_SCOPE,
    ),
    "of another partition": (
        lambda s: s.crl(scope=forge.scope("http://crl.test/other.crl")),
        Cause.OUT_OF_SCOPE,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_crl_is_not_believed(scene: forge.Scene, name: str) -> None:
    make, expected = REFUSED[name]
    made = attempt(scene, {URL: make(scene)})
    assert (made.status, made.cause) == (UNKNOWN, expected), made.detail
    assert ask(scene, {URL: make(scene)}).memory.crls == {}


def test_crl_of_some_reasons_revokes_but_does_not_clear(scene: forge.Scene) -> None:
    partial = scene.crl(scope=forge.scope(reasons=True))
    found = leaf(scene, {URL: partial})
    assert found.status is UNKNOWN
    assert found.attempts[-1].cause is Cause.OUT_OF_SCOPE
    listing = replace(partial, listed=(scene.listed(reason=1),))
    assert leaf(scene, {URL: listing}).status is REVOKED


def test_crl_of_some_reasons_beside_one_of_all() -> None:
    scene = forge.scene(crl=[URL, "http://crl.test/compromise.crl"])
    answers = {
        URL: scene.crl(),
        "http://crl.test/compromise.crl": scene.crl(scope=forge.scope(reasons=True)),
    }
    assert leaf(scene, answers).status is GOOD


def test_distribution_points_of_some_reasons() -> None:
    some = forge.point(URL, reasons=frozenset({x509.ReasonFlags.key_compromise}))
    scene = forge.scene(crl=[some])
    assert leaf(scene, {URL: scene.crl()}).status is UNKNOWN
    rest = forge.scene(crl=[some, "http://crl.test/all.crl"])
    answers = {URL: rest.crl(), "http://crl.test/all.crl": rest.crl()}
    assert leaf(rest, answers).status is GOOD


def test_distribution_point_of_another_issuer() -> None:
    other = x509.Name.from_rfc4514_string("CN=Other")
    scene = forge.scene(crl=[forge.point(URL, crl_issuer=other)])
    assert cause(scene, {URL: scene.crl()}) is Cause.OUT_OF_SCOPE


def test_ca_certificate_is_covered_by_a_crl_for_cas() -> None:
    above = CertificateAuthority.root("Issuing CA", algorithm="ES256")
    named = [(x509.CRLDistributionPoints([forge.point(URL)]), False)]
    below = above.authority("Below", algorithm="ES256", extensions=named)
    scene = forge.Scene(above, below.leaf("Build", algorithm="ES256"))

    def status(**flags: bool) -> RevocationStatus:
        crl = scene.crl(scope=forge.scope(**flags))
        return ask(scene, {URL: crl}).certificates[1].status

    assert status(ca=True) is GOOD
    assert status(user=True) is UNKNOWN


def test_issuer_without_crl_sign() -> None:
    scene = forge.scene(crl=[URL], root={"key_usage": key_usage("key_cert_sign")})
    assert cause(scene, {URL: scene.crl()}) is Cause.ISSUER_NOT_AUTHORISED


@pytest.mark.parametrize("algorithm", ["PS256", "ES384", "Ed25519"])
def test_other_issuers_keys(algorithm: str) -> None:
    scene = forge.scene(crl=[URL], algorithm=algorithm)
    assert leaf(scene, {URL: scene.crl()}).status is GOOD
    assert leaf(scene, {URL: scene.crl(scene.listed())}).status is REVOKED


OTHER = "http://other.test/ca.crl"


@pytest.fixture(scope="module")
def two() -> forge.Scene:
    return forge.scene(crl=[URL, OTHER])


class TestEveryUrl:
    """Any may revoke, only all together may clear."""

    def test_both_clear(self, two: forge.Scene) -> None:
        later = two.crl(next_update=NOW + HOUR)
        found = leaf(two, {URL: two.crl(), OTHER: later})
        assert (found.status, found.fresh_until) == (GOOD, NOW + HOUR)

    @pytest.mark.parametrize("silent", [URL, OTHER])
    def test_one_is_silent(self, two: forge.Scene, silent: str) -> None:
        answers = {URL: two.crl(), OTHER: two.crl()}
        del answers[silent]
        assert leaf(two, answers).status is UNKNOWN

    def test_the_second_revokes_where_the_first_is_silent(
        self, two: forge.Scene
    ) -> None:
        assert leaf(two, {OTHER: two.crl(two.listed())}).status is REVOKED

    def test_two_names_of_one_point(self) -> None:
        scene = forge.scene(crl=[forge.point(URL, OTHER)])
        assert leaf(scene, {URL: scene.crl()}).status is UNKNOWN
        both = {URL: scene.crl(), OTHER: scene.crl()}
        assert leaf(scene, both).status is GOOD

    def test_a_point_without_a_url_beside_one_that_has(self) -> None:
        """RFC 5280 section 6.3.3: one that covers every reason is enough."""
        scene = forge.scene(
            crl=[
                URL,
                x509.DistributionPoint(
                    [x509.DirectoryName(x509.Name([]))], None, None, None
                ),
            ]
        )
        assert leaf(scene, {URL: scene.crl()}).status is GOOD
        assert leaf(scene, {URL: scene.crl(scene.listed())}).status is REVOKED

    def test_a_directory_name_only_is_not_no_information(self) -> None:
        directory = x509.DistributionPoint(
            [x509.DirectoryName(x509.Name([]))], None, None, None
        )
        assert leaf(forge.scene(crl=[directory]), {}).status is UNKNOWN


class TestEntries:
    def test_for_good_does_not_age(self, scene: forge.Scene) -> None:
        expired = scene.crl(scene.listed(), next_update=NOW - DAY)
        assert leaf(scene, {URL: expired}).status is REVOKED

    def test_a_hold_does(self, scene: forge.Scene) -> None:
        held = scene.crl(scene.listed(reason=forge.HOLD))
        assert leaf(scene, {URL: held}).status is REVOKED
        past = replace(held, next_update=NOW - DAY)
        assert cause(scene, {URL: past}) is Cause.EXPIRED

    def test_no_crl_from_the_future_revokes(self, scene: forge.Scene) -> None:
        crl = scene.crl(scene.listed(), this_update=NOW + DAY)
        found = ask(scene, {URL: crl})
        assert (found.status, found.memory.revocations) == (UNKNOWN, {})

    @pytest.mark.parametrize(
        "extension", [CRITICAL, forge.extension("2.5.29.21", b"\x0a\x01\x07")]
    )
    def test_entry_that_is_not_understood(
        self, scene: forge.Scene, extension: bytes
    ) -> None:
        crl = scene.crl(scene.listed(extensions=(extension,)))
        assert leaf(scene, {URL: crl}).status is UNKNOWN

    def test_such_an_entry_about_another_certificate(self, scene: forge.Scene) -> None:
        """As the reference; RFC 5280 section 5.3 would refuse the whole CRL."""
        crl = scene.crl(forge.Listed(serial=1, extensions=(CRITICAL,)))
        assert leaf(scene, {URL: crl}).status is GOOD

    @pytest.mark.parametrize(
        ("signed", "status"),
        [
            (NOW - 2 * DAY - SECOND, GOOD),
            (NOW - 2 * DAY, REVOKED),
            (None, REVOKED),
        ],
    )
    def test_invalidity_date(
        self, scene: forge.Scene, signed: Any, status: RevocationStatus
    ) -> None:
        entry = scene.listed(
            reason=1, extensions=(forge.invalidity_date(NOW - 2 * DAY),)
        )
        found = leaf(scene, {URL: scene.crl(entry)}, authentic_signing_time=signed)
        assert found.status is status

    def test_every_entry_counts_not_the_first(self, scene: forge.Scene) -> None:
        spared = scene.listed(
            reason=1, extensions=(forge.invalidity_date(NOW - 2 * DAY),)
        )
        crl = scene.crl(spared, scene.listed(reason=3))
        found = leaf(scene, {URL: crl}, authentic_signing_time=NOW - 3 * DAY)
        assert found.status is REVOKED

    def test_invalidity_date_of_an_expired_crl_clears_nothing(
        self, scene: forge.Scene
    ) -> None:
        entry = scene.listed(extensions=(forge.invalidity_date(NOW - 2 * DAY),))
        crl = scene.crl(entry, next_update=NOW - SECOND)
        found = leaf(scene, {URL: crl}, authentic_signing_time=NOW - 3 * DAY)
        assert found.status is UNKNOWN
