"""What is asked, where, and how much of it."""

import base64
from urllib.parse import unquote

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from notation_verifier.revocation import Cause, RevocationStatus
from notation_verifier.revocation import ocsp as ocsp_answers
from notation_verifier.revocation.pointers import identity
from tests.forge import revocation as forge
from tests.unit.notation_verifier.revocation_inquiry import (
    ask,
    cause,
    certificates,
    leaf,
)

GOOD, UNKNOWN = RevocationStatus.GOOD, RevocationStatus.UNKNOWN
OTHER = "http://other.test/ocsp"


@pytest.mark.parametrize("base", ["http://ocsp.test", "http://ocsp.test/a/"])
def test_request_is_the_one_of_the_reference(base: str) -> None:
    """One certificate, SHA-1, no nonce, by GET; built anew here to compare."""
    scene = forge.scene(ocsp=[base])
    servers = forge.Servers({base.rstrip("/"): scene.ocsp().der()})
    assert ask(scene, servers).status is GOOD
    ((url, body),) = servers.asked
    assert body is None
    assert url.startswith(base.rstrip("/") + "/")
    escaped = url.removeprefix(base.rstrip("/") + "/")
    assert "/" not in escaped
    expected = (
        ocsp.OCSPRequestBuilder()
        .add_certificate(scene.leaf, scene.issuer, hashes.SHA1())
        .build()
    )
    assert base64.b64decode(unquote(escaped), validate=True) == (
        expected.public_bytes(serialization.Encoding.DER)
    )


def test_query_stays_behind_the_path() -> None:
    scene = forge.scene(ocsp=["http://ocsp.test/ask/?ca=1"])
    servers = forge.Servers({"http://ocsp.test/ask": scene.ocsp().der()})
    assert ask(scene, servers).status is GOOD
    ((asked, body),) = servers.asked
    assert body is None
    assert asked.endswith("?ca=1")
    assert "/?" not in asked


def test_long_request_is_posted() -> None:
    """Serial numbers of over 20 octets are against RFC 5280, but do occur."""
    scene = forge.scene(ocsp=[forge.OCSP_URL])
    long = ocsp_answers.request(1 << 1200, identity(certificates(scene)[1]))
    assert ocsp_answers.address(forge.OCSP_URL, long) == (forge.OCSP_URL, long)
    assert ocsp.load_der_ocsp_request(long).serial_number == 1 << 1200


@pytest.mark.parametrize(
    "url",
    [
        "https://ocsp.test",
        "ldap://directory.test/cn=crl",
        "file:///etc/passwd",
        "http://user@ocsp.test/",
        "http://ocsp.test/#part",
        "http://ocsp.test\\@inner.test/",
        "http://ocsp.test/a b",
        "http:///nothing",
        "http://",
        "http:ocsp.test",
        "//ocsp.test",
        "http://ocsp.test/" + "a" * 1024,
    ],
)
def test_other_urls_are_not_asked(url: str) -> None:
    for scene in (forge.scene(ocsp=[url]), forge.scene(crl=[url])):
        servers = forge.Servers({url: scene.ocsp().der()})
        found = ask(scene, servers).certificates[0]
        assert found.status is UNKNOWN
        assert [one.cause for one in found.attempts] == [Cause.UNSUPPORTED_URL]
        assert servers.asked == []


def test_scheme_in_capitals_is_http() -> None:
    scene = forge.scene(ocsp=["HTTP://ocsp.test"])
    assert leaf(scene, {"HTTP://ocsp.test": scene.ocsp()}).status is GOOD


def test_more_responders_than_are_asked() -> None:
    urls = [f"http://ocsp{n}.test" for n in range(5)]
    scene = forge.scene(ocsp=urls)
    assert cause(scene, {urls[0]: scene.ocsp()}) is Cause.TOO_MANY_URLS
    four = forge.scene(ocsp=urls[:4])
    assert leaf(four, {urls[3]: four.ocsp()}).status is GOOD


def test_more_crls_than_are_fetched() -> None:
    urls = [f"http://crl.test/{n}" for n in range(9)]
    scene = forge.scene(crl=urls)
    answers = dict.fromkeys(urls, scene.crl())
    assert cause(scene, answers) is Cause.TOO_MANY_URLS
    assert leaf(forge.scene(crl=urls[:8]), answers).status is GOOD


class TestOrder:
    """Who is asked after whom: never on past a revocation to something friendlier."""

    BOTH = (forge.OCSP_URL, OTHER)

    def test_next_responder_when_the_first_is_silent(self) -> None:
        scene = forge.scene(ocsp=self.BOTH)
        assert leaf(scene, {OTHER: scene.ocsp()}).status is GOOD

    def test_next_responder_when_the_first_is_junk(self) -> None:
        scene = forge.scene(ocsp=self.BOTH)
        found = leaf(scene, {forge.OCSP_URL: b"junk", OTHER: scene.ocsp()})
        assert found.status is GOOD
        assert [one.url for one in found.attempts] == list(self.BOTH)

    def test_first_answer_counts(self) -> None:
        scene = forge.scene(ocsp=self.BOTH)
        found = leaf(
            scene, {forge.OCSP_URL: scene.ocsp("revoked"), OTHER: scene.ocsp()}
        )
        assert found.status is RevocationStatus.REVOKED

    def test_unknown_there_asks_no_other_responder(self) -> None:
        scene = forge.scene(ocsp=self.BOTH, crl=[forge.CRL_URL])
        answers = {forge.OCSP_URL: scene.ocsp("unknown"), OTHER: scene.ocsp()}
        assert leaf(scene, answers).status is UNKNOWN
        assert leaf(scene, answers | {forge.CRL_URL: scene.crl()}).status is GOOD

    def test_crl_when_ocsp_gives_no_answer(self) -> None:
        scene = forge.scene(ocsp=[forge.OCSP_URL], crl=[forge.CRL_URL])
        found = leaf(scene, {forge.CRL_URL: scene.crl()})
        assert found.status is GOOD
        assert [one.method for one in found.attempts] == ["ocsp", "crl"]

    def test_no_crl_when_ocsp_answers(self) -> None:
        scene = forge.scene(ocsp=[forge.OCSP_URL], crl=[forge.CRL_URL])
        servers = forge.Servers({forge.OCSP_URL: scene.ocsp().der()})
        assert ask(scene, servers).status is GOOD
        assert len(servers.asked) == 1

    def test_refused_revocation_is_not_cleared_by_another_source(self) -> None:
        """The reference believes these answers; we do not, and end in no good."""
        scene = forge.scene(ocsp=self.BOTH, crl=[forge.CRL_URL])
        for claims in (
            scene.delegated("revoked", by=scene.signer),
            scene.ocsp("revoked", algorithm=forge.ECDSA_SHA1),
            scene.ocsp("revoked", this_update=forge.NOW + forge.DAY),
            scene.ocsp("revoked", responder=scene.leaf),
        ):
            answers = {
                forge.OCSP_URL: claims,
                OTHER: scene.ocsp(),
                forge.CRL_URL: scene.crl(),
            }
            assert leaf(scene, answers).status is UNKNOWN
            listed = answers | {forge.CRL_URL: scene.crl(scene.listed())}
            assert leaf(scene, listed).status is RevocationStatus.REVOKED

    def test_nor_is_a_refused_unknown(self) -> None:
        """The reference may stop there for the CRLs, or go on: we cannot tell."""
        scene = forge.scene(ocsp=self.BOTH, crl=[forge.CRL_URL])
        refused = scene.ocsp("unknown", algorithm=forge.ECDSA_SHA1)
        others = {OTHER: scene.ocsp(), forge.CRL_URL: scene.crl()}
        assert leaf(scene, {forge.OCSP_URL: refused} | others).status is UNKNOWN

    def test_next_responder_when_unknown_has_expired(self) -> None:
        scene = forge.scene(ocsp=self.BOTH)
        expired = scene.ocsp("unknown", next_update=forge.NOW - forge.DAY)
        answers = {forge.OCSP_URL: expired, OTHER: scene.ocsp()}
        assert leaf(scene, answers).status is GOOD

    def test_a_revocation_signed_by_nobody_of_the_issuer_bars_nothing(self) -> None:
        scene = forge.scene(ocsp=self.BOTH)
        junk = scene.ocsp("revoked", key=scene.signer.key)
        assert leaf(scene, {forge.OCSP_URL: junk, OTHER: scene.ocsp()}).status is GOOD

    def test_a_forged_good_bars_nothing(self) -> None:
        scene = forge.scene(ocsp=self.BOTH)
        forged = scene.delegated(by=scene.signer)
        found = leaf(scene, {forge.OCSP_URL: forged, OTHER: scene.ocsp("revoked")})
        assert found.status is RevocationStatus.REVOKED
