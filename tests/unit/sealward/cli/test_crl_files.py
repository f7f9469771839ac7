"""``sealward policy compile --crl``: files of CRLs into the bundle."""

import base64
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sealward.cli.__main__ import main
from sealward.policy.bundle import load_bundle
from tests.forge import revocation as forge
from tests.forge.certificates import CertificateAuthority

CA = CertificateAuthority.root("Corp CA")
CRL = forge.Crl(key=CA.key, issuer=CA.certificate.subject).der()
OTHER = forge.Crl(key=CA.key, issuer=CA.certificate.subject, number=11).der()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    store = tmp_path / "truststore/x509/ca/corp"
    store.mkdir(parents=True)
    (store / "root.der").write_bytes(CA.certificate.public_bytes(Encoding.DER))
    statement = {
        "name": "corp",
        "registryScopes": ["*"],
        "signatureVerification": {"level": "strict"},
        "trustStores": ["ca:corp"],
        "trustedIdentities": ["*"],
    }
    document = {"version": "1.0", "trustPolicies": [statement]}
    (tmp_path / "trustpolicy.json").write_text(json.dumps(document))
    return tmp_path


def compiled(files: Path, *crls: Path) -> Result:
    options = [text for path in crls for text in ("--crl", str(path))]
    return CliRunner().invoke(
        main,
        [
            *("policy", "compile", *options),
            *("--trust-policy", str(files / "trustpolicy.json")),
            *("--trust-store", str(files / "truststore")),
            *("--output", str(files / "bundle.json")),
        ],
    )


def test_a_der_and_a_pem_file_reach_the_bundle(files: Path) -> None:
    (files / "one.crl").write_bytes(CRL)
    pem = x509.load_der_x509_crl(OTHER).public_bytes(Encoding.PEM)
    (files / "two.pem").write_bytes(pem)
    assert compiled(files, files / "one.crl", files / "two.pem").exit_code == 0
    bundle = load_bundle((files / "bundle.json").read_bytes())
    assert bundle.policies[0].revocation.crls == (CRL, OTHER)


def test_a_folder_gives_its_crl_files(files: Path) -> None:
    folder = files / "crls"
    folder.mkdir()
    (folder / "b.crl").write_bytes(OTHER)
    (folder / "a.crl").write_bytes(CRL)
    (folder / "readme.txt").write_text("no CRL")
    assert compiled(files, folder).exit_code == 0
    (policy,) = json.loads((files / "bundle.json").read_text())["policies"]
    assert policy["revocation"]["crls"] == [
        base64.b64encode(der).decode() for der in (CRL, OTHER)
    ]


def test_what_is_no_crl_is_said_and_nothing_written(files: Path) -> None:
    for name, content in (("a.crl", b"no CRL"), ("b.crl", b"")):
        (files / name).write_bytes(content)
        done = compiled(files, files / name)
        assert done.exit_code == 2
        assert f"{name}: no CRL" in done.output
    empty = files / "empty"
    empty.mkdir()
    assert "no .crl file" in compiled(files, empty).output
    assert not (files / "bundle.json").exists()


def test_a_crl_that_never_ends_is_refused(files: Path) -> None:
    endless = forge.Crl(key=CA.key, issuer=CA.certificate.subject, next_update=None)
    (files / "endless.crl").write_bytes(endless.der())
    done = compiled(files, files / "endless.crl")
    assert done.exit_code == 1
    assert "nextUpdate" in done.output
