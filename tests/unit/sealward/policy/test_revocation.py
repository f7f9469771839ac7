"""What a policy says of revocation: read strictly, part of the statement's hash."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from sealward.policy.bundle import InvalidBundle, Policy, load_bundle
from sealward.policy.revocation import NOTHING_SAID, HostPort
from tests.forge import revocation as forge
from tests.forge.certificates import CertificateAuthority

CA = CertificateAuthority.root("Corp CA")
CRL = forge.Crl(key=CA.key, issuer=CA.certificate.subject).der()


def policy(**members: Any) -> Policy:
    root = CA.certificate.public_bytes(Encoding.DER)
    statement = {
        "name": "corp",
        "registryScopes": ["*"],
        "signatureVerification": {"level": "strict"},
        "trustStores": ["ca:corp"],
        "trustedIdentities": ["*"],
    }
    document = {
        "schema": 1,
        "serial": 1,
        "audience": ["*"],
        "policies": [{"statement": statement, **members}],
        "trustStores": {"ca": {"corp": [base64.b64encode(root).decode()]}},
    }
    (found,) = load_bundle(json.dumps(document).encode()).policies
    return found


def test_nothing_said_is_the_default() -> None:
    assert policy().revocation == NOTHING_SAID
    assert policy(revocation={}).revocation == NOTHING_SAID
    assert policy(revocation=None).statement_hash == policy().statement_hash


def test_everything_said_is_read() -> None:
    said = policy(
        revocation={
            "hosts": ["CRL.corp.example:80", "10.1.2.3:8080", "[FD00:0::1]:80"],
            "maxAge": "7d",
            "withoutInformation": "refuse",
            "crls": [base64.b64encode(CRL).decode()],
        }
    ).revocation
    assert said.hosts == {
        HostPort(host="crl.corp.example", port=80),
        HostPort(host="10.1.2.3", port=8080),
        HostPort(host="fd00::1", port=80),
    }
    assert said.max_age == timedelta(days=7)
    assert said.requires_information
    assert said.crls == (CRL,)


@pytest.mark.parametrize(
    "said",
    [
        {"hosts": ["crl.corp.example:80"]},
        {"maxAge": "7d"},
        {"withoutInformation": "refuse"},
        {"crls": [base64.b64encode(CRL).decode()]},
    ],
)
def test_what_is_said_is_part_of_the_statements_hash(said: dict[str, Any]) -> None:
    assert policy(revocation=said).statement_hash != policy().statement_hash


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"hosts": ["crl.corp.example"]}, "/hosts/0"),
        ({"hosts": ["crl.corp.example:0"]}, "/hosts/0"),
        ({"hosts": ["crl.corp.example:65536"]}, "/hosts/0"),
        ({"hosts": ["http://crl.corp.example:80"]}, "/hosts/0"),
        ({"hosts": ["*.corp.example:80"]}, "/hosts/0"),
        ({"hosts": ["fd00::1:80"]}, "/hosts/0"),
        ({"hosts": ["[10.0.0.1]:80"]}, "/hosts/0"),
        ({"hosts": ["a b:80"]}, "/hosts/0"),
        ({"hosts": [80]}, "/hosts/0"),
        ({"hosts": "crl.corp.example:80"}, "/hosts"),
        ({"maxAge": "0s"}, "/maxAge"),
        ({"maxAge": 7}, "/maxAge"),
        ({"withoutInformation": "perhaps"}, "/withoutInformation"),
        ({"crls": ["no base64"]}, "/crls/0"),
        ({"crls": [base64.b64encode(b"no CRL").decode()]}, "/crls/0"),
        ({"crls": [1]}, "/crls/0"),
        ({"crls": ["AA=="] * 65}, "/crls"),
        ({"host": []}, "/host"),
    ],
)
def test_anything_else_is_refused_with_its_place(
    said: dict[str, Any], where: str
) -> None:
    with pytest.raises(InvalidBundle) as raised:
        policy(revocation=said)
    places = [problem.pointer for problem in raised.value.problems]
    assert places == [f"/policies/0/revocation{where}"]
