"""OCSP: which answers are believed, and that no other ends in good."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from notation_verifier.revocation import Cause, Method, RevocationStatus
from tests.forge import revocation as forge
from tests.forge.certificates import CertificateAuthority, key_usage
from tests.unit.notation_verifier.revocation_inquiry import ask, attempt, leaf

GOOD, REVOKED, UNKNOWN = (
    RevocationStatus.GOOD,
    RevocationStatus.REVOKED,
    RevocationStatus.UNKNOWN,
)
NOW, HOUR, DAY, URL = forge.NOW, forge.HOUR, forge.DAY, forge.OCSP_URL
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def scene() -> forge.Scene:
    return forge.scene(ocsp=[URL])


BELIEVED: dict[str, Callable[[forge.Scene], forge.Response]] = {
    "signed by the issuer": lambda s: s.ocsp(),
    "responder named by its key": lambda s: s.ocsp(by_name=False),
    "CertID over SHA-256": lambda s: s.ocsp(hash=forge.SHA256),
    "CertID over SHA-512": lambda s: s.ocsp(hash=forge.SHA512),
    "issuer's own certificate embedded": lambda s: s.ocsp(
        certificates=(forge.der(s.issuer),)
    ),
    "a responder of the issuer": lambda s: s.delegated(),
    "such a responder, a second certificate after its own": lambda s: s.delegated(
        certificates=(forge.der(s.responder().chain[0]), forge.der(s.issuer))
    ),
    "a responder without nocheck that lives ten days": lambda s: s.delegated(
        by=s.responder(extensions=(), not_after=NOW + 9 * DAY)
    ),
    "answers about others before ours": lambda s: s.ocsp(
        singles=(s.single(serial=5, status="revoked"), s.single())
    ),
    "an extension that is not critical": lambda s: s.ocsp(
        extensions=(forge.extension("1.2.3.4", b"\x05\0"),)
    ),
    "thisUpdate ahead by less than the skew": lambda s: s.ocsp(
        this_update=NOW + timedelta(minutes=4)
    ),
    "nextUpdate now": lambda s: s.ocsp(next_update=NOW),
}


@pytest.mark.parametrize("name", BELIEVED)
def test_good_answer_is_believed(scene: forge.Scene, name: str) -> None:
    found = leaf(scene, {URL: BELIEVED[name](scene)})
    assert (found.status, found.method) == (GOOD, Method.OCSP), found.detail


@pytest.mark.parametrize("name", BELIEVED)
def test_the_same_saying_revoked_revokes(scene: forge.Scene, name: str) -> None:
    made = BELIEVED[name](scene)
    singles = [
        replace(one, status="revoked")
        if one.serial == scene.leaf.serial_number
        else one
        for one in made.singles
    ]
    found = leaf(scene, {URL: replace(made, singles=singles)})
    assert (found.status, found.fresh_until) == (REVOKED, None)


def _other_authority() -> CertificateAuthority:
    return CertificateAuthority.root("Other CA", algorithm="ES256")


def _by_sibling(scene: forge.Scene) -> forge.Response:
    """Signed by another certificate of the CA, such as the signer's own."""
    return scene.delegated(by=scene.authority.leaf("Sibling", algorithm="ES256"))


REFUSED: dict[str, tuple[Callable[[forge.Scene], Any], Cause]] = {
    "no bytes": (lambda _: b"", Cause.MALFORMED),
    "a web page": (lambda _: b"<html>welcome</html>", Cause.MALFORMED),
    "bytes after it": (lambda s: s.ocsp().der() + b"\0", Cause.MALFORMED),
    "over 20,480 bytes": (
        lambda s: s.ocsp(certificates=(forge.tlv(0x30, bytes(21_000)),)),
        Cause.TOO_LARGE,
    ),
    "try later": (lambda _: forge.ocsp_error(3), Cause.RESPONDER_ERROR),
    "unauthorised": (lambda _: forge.ocsp_error(6), Cause.RESPONDER_ERROR),
    "signed with SHA-1": (
        lambda s: s.ocsp(algorithm=forge.ECDSA_SHA1),
        Cause.UNSUPPORTED_ALGORITHM,
    ),
    "changed after signing": (
        lambda s: s.ocsp(tamper=lambda tbs: tbs.replace(b"2026", b"2027")),
        Cause.SIGNATURE_MISMATCH,
    ),
    "signed by another CA": (
        lambda s: s.ocsp(key=_other_authority().key),
        Cause.SIGNATURE_MISMATCH,
    ),
    "signed by the certificate asked about": (
        lambda s: s.ocsp(key=s.signer.key),
        Cause.SIGNATURE_MISMATCH,
    ),
    "the same, its certificate embedded": (
        lambda s: s.delegated(by=s.signer),
        Cause.RESPONDER_NOT_AUTHORISED,
    ),
    "another certificate of the CA": (_by_sibling, Cause.RESPONDER_NOT_AUTHORISED),
    "a responder for anything (anyExtendedKeyUsage)": (
        lambda s: s.delegated(
            by=s.responder(
                extended_key_usage=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)
            )
        ),
        Cause.RESPONDER_NOT_AUTHORISED,
    ),
    "a responder without digitalSignature": (
        lambda s: s.delegated(by=s.responder(key_usage=key_usage("key_agreement"))),
        Cause.RESPONDER_NOT_AUTHORISED,
    ),
    "a responder expired a second ago": (
        lambda s: s.delegated(by=s.responder(not_after=NOW - SECOND)),
        Cause.RESPONDER_NOT_AUTHORISED,
    ),
    "a responder valid in a second": (
        lambda s: s.delegated(by=s.responder(not_before=NOW + SECOND)),
        Cause.RESPONDER_NOT_AUTHORISED,
    ),
    "a long-lived responder without nocheck": (
        lambda s: s.delegated(by=s.responder(extensions=())),
        Cause.RESPONDER_NOT_AUTHORISED,
    ),
    "a responder with a critical extension": (
        lambda s: s.delegated(
            by=s.responder(
                extensions=(
                    (x509.OCSPNoCheck(), False),
                    (
                        x509.UnrecognizedExtension(
                            x509.ObjectIdentifier("1.2.3.4"), b"\x05\0"
                        ),
                        True,
                    ),
                )
            )
        ),
        Cause.RESPONDER_NOT_AUTHORISED,
    ),
    "a responder of another CA": (
        lambda s: s.delegated(
            by=_other_authority().leaf(
                "Responder",
                algorithm="ES256",
                extended_key_usage=(ExtendedKeyUsageOID.OCSP_SIGNING,),
            )
        ),
        Cause.SIGNATURE_MISMATCH,
    ),
    "a responder's certificate, the answer not by it": (
        lambda s: s.delegated(key=s.signer.key),
        Cause.SIGNATURE_MISMATCH,
    ),
    "a responder's certificate in second place": (
        lambda s: s.delegated(
            certificates=(
                forge.der(s.signer.chain[0]),
                forge.der(s.responder().chain[0]),
            )
        ),
        Cause.RESPONDER_NOT_AUTHORISED,
    ),
    "naming another responder": (
        lambda s: s.ocsp(responder=s.leaf),
        Cause.RESPONDER_NOT_AUTHORISED,
    ),
    "naming another responder's key": (
        lambda s: s.ocsp(responder=s.leaf, by_name=False),
        Cause.RESPONDER_NOT_AUTHORISED,
    ),
    "about another serial number": (
        lambda s: s.ocsp(serial=s.leaf.serial_number + 1),
        Cause.OTHER_CERTIFICATE,
    ),
    "about that serial number of another CA": (
        lambda s: s.ocsp(issuer=_other_authority().certificate),
        Cause.OTHER_ISSUER,
    ),
    "CertID over MD5": (
        lambda s: s.ocsp(hash=forge.MD5),
        Cause.MALFORMED,
    ),
    "two answers about the certificate": (
        lambda s: s.ocsp(singles=(s.single(), s.single())),
        Cause.MALFORMED,
    ),
    "a critical extension of the answer": (
        lambda s: s.ocsp(
            extensions=(forge.extension("1.2.3.4", b"\x05\0", critical=True),)
        ),
        Cause.CRITICAL_EXTENSION,
    ),
    "a critical extension of the response": (
        lambda s: s.ocsp(
            response_extensions=(forge.extension("1.2.3.4", b"\x05\0", critical=True),)
        ),
        Cause.CRITICAL_EXTENSION,
    ),
    "an extension twice": (
        lambda s: s.ocsp(extensions=(forge.extension("1.2.3.4", b"\x05\0"),) * 2),
        Cause.MALFORMED,
    ),
    "no nextUpdate": (lambda s: s.ocsp(next_update=None), Cause.NO_NEXT_UPDATE),
    "expired a second ago": (
        lambda s: s.ocsp(next_update=NOW - SECOND),
        Cause.EXPIRED,
    ),
    "thisUpdate in the future": (
        lambda s: s.ocsp(this_update=NOW + timedelta(minutes=6)),
        Cause.FROM_THE_FUTURE,
    ),
    "producedAt in the future": (
        lambda s: s.ocsp(produced_at=NOW + timedelta(minutes=6)),
        Cause.FROM_THE_FUTURE,
    ),
    "the responder does not know": (
        lambda s: s.ocsp("unknown"),
        Cause.NOT_KNOWN_THERE,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_answer_is_not_believed(scene: forge.Scene, name: str) -> None:
    make, expected = REFUSED[name]
    made = attempt(scene, {URL: make(scene)})
    assert (made.status, made.cause) == (UNKNOWN, expected), made.detail
    assert made.url == URL
    assert ask(scene, {URL: make(scene)}).memory.ocsp == {}


def test_unreachable_responder_is_unknown(scene: forge.Scene) -> None:
    assert attempt(scene, {}).cause is Cause.UNREACHABLE


def test_intermediate_issuer_may_not_embed_its_own_certificate() -> None:
    """As the reference: an embedded certificate must be signed by the issuer's key."""
    scene = forge.scene(ocsp=[URL])
    below = scene.authority.authority("Below", algorithm="ES256")
    lower = forge.Scene(
        below,
        below.leaf("Build", algorithm="ES256", extensions=[forge.access(URL)]),
    )
    embedded = lower.ocsp(certificates=(forge.der(below.certificate),))
    found = leaf(lower, {URL: embedded})
    assert found.attempts[0].cause is Cause.RESPONDER_NOT_AUTHORISED
    assert leaf(lower, {URL: lower.ocsp()}).status is GOOD


def test_answer_older_than_the_policy_allows(scene: forge.Scene) -> None:
    answer = scene.ocsp(this_update=NOW - 3 * HOUR)
    assert attempt(scene, {URL: answer}, max_age=2 * HOUR).cause is Cause.TOO_OLD
    found = leaf(scene, {URL: answer}, max_age=4 * HOUR)
    assert (found.status, found.fresh_until) == (GOOD, NOW + HOUR)


class TestRevoked:
    def test_for_good_does_not_age(self, scene: forge.Scene) -> None:
        answer = scene.ocsp("revoked", reason=1, next_update=NOW - DAY)
        assert leaf(scene, {URL: answer}).status is REVOKED

    def test_a_hold_does(self, scene: forge.Scene) -> None:
        current = scene.ocsp("revoked", reason=forge.HOLD)
        assert leaf(scene, {URL: current}).status is REVOKED
        past = scene.ocsp("revoked", reason=forge.HOLD, next_update=NOW - DAY)
        assert attempt(scene, {URL: past}).cause is Cause.EXPIRED

    def test_not_by_an_answer_from_the_future(self, scene: forge.Scene) -> None:
        answer = scene.ocsp("revoked", this_update=NOW + DAY, next_update=NOW + 2 * DAY)
        found = ask(scene, {URL: answer})
        assert found.status is UNKNOWN
        assert found.memory.revocations == {}

    @pytest.mark.parametrize(
        ("signed", "status"),
        [
            (NOW - 2 * DAY - SECOND, GOOD),
            (NOW - 2 * DAY, REVOKED),
            (NOW - DAY, REVOKED),
            (None, REVOKED),
        ],
    )
    def test_invalidity_date_counts_for_an_authentic_signing_time(
        self, scene: forge.Scene, signed: Any, status: RevocationStatus
    ) -> None:
        answer = scene.ocsp(
            "revoked",
            reason=forge.KEY_COMPROMISE,
            extensions=(forge.invalidity_date(NOW - 2 * DAY),),
        )
        found = leaf(scene, {URL: answer}, authentic_signing_time=signed)
        assert found.status is status

    def test_invalidity_date_of_an_expired_answer_clears_nothing(
        self, scene: forge.Scene
    ) -> None:
        answer = scene.ocsp(
            "revoked",
            next_update=NOW - SECOND,
            extensions=(forge.invalidity_date(NOW - 2 * DAY),),
        )
        found = leaf(scene, {URL: answer}, authentic_signing_time=NOW - 3 * DAY)
        assert found.status is UNKNOWN

    @pytest.mark.parametrize(
        "value",
        [
            forge.tlv(0x18, b"20260530120000.5Z"),
            forge.tlv(0x18, b"20260530120000+0100"),
            forge.tlv(0x18, b"20261330120000Z"),
            forge.tlv(0x17, b"260530120000Z"),
            forge.tlv(0x18, b"20280530120000Z") + b"\0",
        ],
    )
    def test_unreadable_invalidity_date_clears_nothing(
        self, scene: forge.Scene, value: bytes
    ) -> None:
        answer = scene.ocsp(
            "revoked", extensions=(forge.extension("2.5.29.24", value),)
        )
        found = leaf(scene, {URL: answer}, authentic_signing_time=NOW - 300 * DAY)
        assert found.status is UNKNOWN


def test_rsa_signed_answers_are_read() -> None:
    scene = forge.scene(ocsp=[URL], algorithm="PS256")
    assert leaf(scene, {URL: scene.ocsp()}).status is GOOD
    sha1 = scene.ocsp(algorithm=forge.RSA_SHA1)
    assert attempt(scene, {URL: sha1}).cause is Cause.UNSUPPORTED_ALGORITHM


def test_ed25519_signed_answers_are_not() -> None:
    """The reference reads no such signature in an OCSP response."""
    scene = forge.scene(ocsp=[URL], algorithm="Ed25519")
    found = attempt(scene, {URL: scene.ocsp()})
    assert found.cause is Cause.UNSUPPORTED_ALGORITHM
