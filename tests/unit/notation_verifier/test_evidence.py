"""Explanations give what timestamp authorities, OCSP responders and CRLs said."""

import json
from typing import Any

from cryptography.hazmat.primitives import hashes

from notation_verifier import Verification, verify
from notation_verifier.explanation import Explanation
from notation_verifier.revocation import CertificateRevocation, RevocationStatus
from tests import forge
from tests.forge import revocation
from tests.forge import timestamps as ts
from tests.json_schema import problems
from tests.unit.notation_verifier.timestamp_stand import TSA, judged, token

SCHEMA = "verification.schema.json"
SIGNING = revocation.scene(ocsp=[revocation.OCSP_URL])
CLOCK = revocation.scene(
    ocsp=["http://clock.test"],
    extended_key_usage=(),
    extensions=[ts.time_stamping()],
)


def explained(found: Verification) -> Explanation:
    return Explanation(
        verification=found,
        statement=forge.statement(),
        subject=forge.descriptor(),
        at=forge.NOW,
    )


def asked(*answers: tuple[str, bytes]) -> Explanation:
    """Return the explanation of a signature about which a responder was asked."""
    signer = SIGNING.signer
    case = forge.case(
        forge.sign(forge.descriptor(), signer), signer, now=revocation.NOW
    )
    return explained(verify(**case, fetch=revocation.Servers(dict(answers))))


def written(explanation: Explanation) -> Any:
    """Return the JSON, which has the published form."""
    value = json.loads(json.dumps(explanation.as_json()))
    assert problems(value, SCHEMA) == []
    return value


def lines(explanation: Explanation, label: str) -> list[str]:
    return [
        line.removeprefix(f"  {label}").strip()
        for line in explanation.as_lines()
        if line.startswith(f"  {label} ")
    ]


def test_nothing_is_made_up() -> None:
    found = explained(judged(None, stores=["ca:acme"]))
    value = written(found)
    assert value["signature"]["timestamp"] is None
    assert value["revocation"] is None
    assert not lines(found, "stamped at")
    assert not lines(found, "asked about")


def test_a_timestamp_is_told_with_its_authority() -> None:
    found = explained(judged(token(accuracy=ts.accuracy(1, 500))))
    leaf = TSA.chain[0]
    stamp = written(found)["signature"]["timestamp"]
    assert stamp["accuracySeconds"] == 1.5
    assert stamp["sha256"] == leaf.fingerprint(hashes.SHA256()).hex()
    assert stamp["revocation"] is None
    assert stamp["policy"] == found.verification.timestamp.policy  # type: ignore[union-attr]
    assert lines(found, "stamped at") == [
        f"{stamp['time']}, give or take 1.5 s, by the word of {stamp['authority']}"
    ]
    assert "CN=" in stamp["authority"]


def test_a_good_answer_is_told_with_its_end() -> None:
    found = asked((revocation.OCSP_URL, SIGNING.ocsp().der()))
    value = written(found)["revocation"]
    leaf = found.verification.chain[0]
    assert value["status"] == "good"
    assert (
        value["freshUntil"] == f"{revocation.NOW + revocation.DAY:%Y-%m-%dT%H:%M:%SZ}"
    )
    [certificate] = value["certificates"]
    assert certificate["sha256"] == leaf.sha256
    [source] = certificate["sources"]
    assert (source["method"], source["url"]) == ("ocsp", revocation.OCSP_URL)
    assert source["cause"] is None
    [line] = lines(found, "asked about")
    assert line.startswith(f"{leaf.subject} is good by ocsp: ")
    assert line.endswith(f"; holds until {value['freshUntil']}")


def test_a_revocation_is_told() -> None:
    revoked = SIGNING.ocsp("revoked", reason=revocation.KEY_COMPROMISE)
    found = asked((revocation.OCSP_URL, revoked.der()))
    assert written(found)["revocation"]["status"] == "revoked"
    [line] = lines(found, "asked about")
    assert " is revoked by ocsp: " in line


def test_a_source_that_said_nothing_is_told_with_the_cause() -> None:
    found = asked()
    [certificate] = written(found)["revocation"]["certificates"]
    assert certificate["method"] is None
    assert [each["cause"] for each in certificate["sources"]] == ["unreachable"]
    [line] = lines(found, "asked about")
    assert " is unknown: " in line


def test_what_was_said_of_the_timestamps_authority_is_told_apart() -> None:
    servers = revocation.Servers({"http://clock.test": CLOCK.ocsp().der()})
    found = explained(
        judged(
            token(signer=CLOCK.signer),
            fetch=servers,
            now=revocation.NOW,
            roots=(CLOCK.signer.root_der,),
        )
    )
    value = written(found)
    assert value["revocation"] is None
    assert value["signature"]["timestamp"]["revocation"]["status"] == "good"
    [line] = lines(found, "asked about")
    assert line.startswith("the timestamp's authority: sha256 ")


def test_what_a_server_says_neither_steers_nor_floods() -> None:
    hostile = "\x1b[2J\r\n\u202e" + "A" * 5000
    found = asked((revocation.OCSP_URL, SIGNING.ocsp().der()))
    answers = found.verification.revocation
    assert answers is not None
    object.__setattr__(
        answers,
        "certificates",
        (
            CertificateRevocation(
                sha256="0" * 64,
                status=RevocationStatus.UNKNOWN,
                method=None,
                detail=hostile,
                fresh_until=None,
                attempts=answers.certificates[0].attempts * 500,
            ),
        ),
    )
    assert len(written(found)["revocation"]["certificates"][0]["sources"]) == 100
    for line in found.as_lines():
        assert line.isascii()
        assert line.isprintable()
        assert len(line) < 3000
