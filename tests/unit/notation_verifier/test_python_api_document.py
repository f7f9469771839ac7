"""docs/python-api.md: its blocks run, print what is shown, and name what is public."""

import contextlib
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

import notation_verifier
from notation_verifier import Descriptor
from tests import forge
from tests.forge import revocation
from tests.forge import timestamps as ts

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs/python-api.md").read_text(encoding="utf-8")
_BLOCK = re.compile(
    r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL
)
BLOCKS = _BLOCK.findall(DOCUMENT)


def make_files(folder: Path) -> None:
    """Make the files that the examples read."""
    image = b'{"schemaVersion":2}'
    subject = forge.descriptor(image)
    signer = forge.chain(3)
    clock = ts.authority(2, subject="Clock")
    asked = revocation.scene(ocsp=[revocation.OCSP_URL])
    envelope = forge.sign(subject, signer)
    stamp = ts.Token(
        signer=clock,
        message=forge.signature_of(envelope),
        accuracy=ts.accuracy(1),
        time=revocation.generalized(forge.SIGNING_TIME),
    ).der()
    sbom = b'{"packages":[]}'
    files = {
        "manifest.json": image,
        "app.jws": envelope,
        "app.cose": forge.sign(subject, signer, "cose"),
        "stamped.jws": forge.sign(subject, signer, timestamp=stamp),
        "asked.jws": forge.sign(subject, asked.signer),
        "ocsp.test.der": asked.ocsp().der(),
        "sbom.json": sbom,
        "sbom.jws": forge.sign(
            Descriptor(
                media_type="application/spdx+json",
                digest=f"sha384:{hashlib.sha384(sbom).hexdigest()}",
                size=len(sbom),
            ),
            signer,
            annotations={"commit": "7c4e1b2"},
        ),
        "root.pem": signer.root_pem,
        "asked-root.pem": asked.signer.root_pem,
        "other-root.pem": forge.CertificateAuthority.root("Other").leaf().root_pem,
        "clock.pem": clock.root_pem,
        "trustpolicy.json": json.dumps(POLICY).encode(),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)


POLICY = {
    "version": "1.0",
    "trustPolicies": [
        {
            "name": name,
            "registryScopes": [scope],
            "signatureVerification": {"level": level},
            "trustStores": ["ca:acme"],
            "trustedIdentities": ["*"],
        }
        for name, scope, level in (
            ("payments", "registry.example/payments", "strict"),
            ("everything-else", "*", "audit"),
        )
    ],
}


def test_every_example_prints_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for code, shown in BLOCKS:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "docs/python-api.md", "exec"), names)
        assert printed.getvalue() == shown, code


def test_every_example_is_found() -> None:
    assert len(BLOCKS) == DOCUMENT.count("```python\n") > 9
    assert all(shown for _, shown in BLOCKS)


def test_every_public_name_is_documented_and_none_besides() -> None:
    table = DOCUMENT.split("## Every public name")[1]
    rows = re.findall(r"^\| (`.*?) \| .{10,} \|$", table, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(notation_verifier.__all__)


def test_every_public_name_has_its_own_documentation() -> None:
    for name in notation_verifier.__all__:
        value = getattr(notation_verifier, name)
        if callable(value):
            assert value.__doc__, name
