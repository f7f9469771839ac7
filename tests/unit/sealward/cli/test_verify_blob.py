"""``sealward verify-blob``: files, their signatures, their trust policy."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from demo.blob.make import make
from notation_verifier import Descriptor
from sealward.cli.__main__ import main
from sealward.cli.blob_target import InvalidBlob, signature_media_type
from tests import forge
from tests.json_schema import problems

DEMO = Path(__file__).parents[4] / "demo" / "blob"
AT = "2026-06-01T00:00:00Z"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder like the demo's, which is Notation's own folder as well."""
    make(tmp_path)
    return tmp_path


def run(place: Path, *more: object, at: str | None = AT, **environment: str) -> Result:
    blob = place / "sbom.spdx.json"
    given = [
        blob,
        "--signature",
        f"{blob}.jws.sig",
        *more,
        *(["--at", at] if at else []),
    ]
    return CliRunner().invoke(
        main,
        ["verify-blob", *map(str, given)],
        env={"NOTATION_CONFIG": str(place), **environment},
    )


def said(done: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    assert problems(found, "verify-blob.schema.json") == []
    return found


def policy(place: Path, *statements: Mapping[str, Any]) -> None:
    document = {"version": "1.0", "trustPolicies": list(statements)}
    (place / "trustpolicy.blob.json").write_text(json.dumps(document))


def statement(**changes: Any) -> dict[str, Any]:
    document = json.loads((DEMO / "trustpolicy.blob.json").read_text())
    return {**document["trustPolicies"][0], **changes}


def sign(place: Path, signer: forge.Signer, **changes: Any) -> None:
    """Sign the file anew."""
    content = (place / "sbom.spdx.json").read_bytes()
    subject = Descriptor(
        media_type="text/plain",
        digest=forge.descriptor(content).digest,
        size=len(content),
    )
    envelope = forge.sign(subject, signer, **changes)
    (place / "sbom.spdx.json.jws.sig").write_bytes(envelope)
    store = place / "truststore" / "x509" / "ca" / "sboms"
    (store / "root.pem").write_bytes(signer.root_pem)


def test_the_demo_is_what_its_recipe_makes(place: Path) -> None:
    made = {each.relative_to(place) for each in place.rglob("*") if each.is_file()}
    assert made == {
        each.relative_to(DEMO)
        for each in DEMO.rglob("*")
        if each.is_file() and each.suffix not in {".py", ".pyc"}
    }
    for each in made:
        assert (place / each).read_bytes() == (DEMO / each).read_bytes()


def test_a_signed_file_is_trusted_by_notations_own_folder(place: Path) -> None:
    done = run(place)
    assert done.exit_code == 0
    first = done.stdout.splitlines()[0]
    assert first.startswith(f"trusted: {place / 'sbom.spdx.json'} sha384:cf3f5ef2")
    found = said(run(place, "--json"))
    assert (found["verdict"], found["statement"]) == ("trusted", "sboms")


@pytest.mark.parametrize(
    ("more", "code", "reason"),
    [
        (("--media-type", "application/spdx+json"), 0, "satisfied"),
        (("--media-type", "text/plain"), 1, "subject-mismatch"),
        (("--user-metadata", "release=stable"), 0, "satisfied"),
        (("--user-metadata", "release=beta"), 1, "user-metadata-mismatch"),
        (("--user-metadata", "release=stable=1"), 1, "user-metadata-mismatch"),
        (("--policy-name", "sboms"), 0, "satisfied"),
        (("--policy-name", "other"), 1, "no-policy"),
        (("--at", "2019-01-01T00:00:00Z"), 1, "certificate-not-valid"),
    ],
)
def test_what_is_asked_for_counts(
    place: Path, more: tuple[str, ...], code: int, reason: str
) -> None:
    done = run(place, *more, "--json", at=None if "--at" in more else AT)
    assert (done.exit_code, said(done)["reason"]) == (code, reason)


def test_other_bytes_are_not_the_signed_file(place: Path) -> None:
    with (place / "sbom.spdx.json").open("ab") as file:
        file.write(b" ")
    done = run(place)
    assert done.exit_code == 1
    assert done.stdout.startswith("untrusted: ")
    assert "subject-mismatch: signed is sha384:cf3f5ef2" in done.stdout
    assert "do not use the file" in done.stdout
    assert "image" not in done.stdout


def test_junk_is_untrusted_and_said_to_be(place: Path) -> None:
    (place / "sbom.spdx.json.jws.sig").write_bytes(b"\x1b[2Jjunk")
    done = run(place, "--json")
    assert done.exit_code == 1
    found = said(done)
    assert (found["reason"], found["verification"]) == ("envelope-malformed", None)
    assert "\x1b" not in done.stdout


def test_level_skip_verifies_nothing_and_trusts_nothing(place: Path) -> None:
    skip = {"name": "any", "signatureVerification": {"level": "skip"}}
    policy(place, skip)
    done = run(place, "--policy-name", "any", "--json")
    assert (done.exit_code, said(done)["verdict"]) == (1, "exempt")


def test_offline_what_needs_an_answer_cannot_be_told(place: Path) -> None:
    policy(place, statement(trustedIdentities=["*"]))
    sign(place, forge.chain(2, algorithm="ES256", ocsp="http://127.0.0.1:9/"))
    for more, at in ((("--offline",), None), ((), AT)):
        done = run(place, *more, "--json", at=at)
        found = said(done)
        assert (done.exit_code, found["reason"]) == (2, "needs-revocation-service")


def test_online_a_loopback_address_in_a_certificate_is_not_asked(place: Path) -> None:
    policy(place, statement(trustedIdentities=["*"]))
    sign(place, forge.chain(2, algorithm="ES256", ocsp="http://127.0.0.1/"))
    done = run(place, "--json", at=None)
    found = said(done)
    assert (done.exit_code, found["reason"]) == (2, "revocation-unknown")
    assert "127.0.0.1 is not a public address" in found["detail"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--user-metadata", "release"), "is not KEY=VALUE"),
        (("--user-metadata", "=stable"), "is not KEY=VALUE"),
        (("--user-metadata", "release="), "is not KEY=VALUE"),
        (("--user-metadata", "a=1", "--user-metadata", "a=2"), "given twice"),
        (("--media-type", ""), "leave it out"),
        (("--policy", "nowhere"), "does not exist"),
        (("--bundle", "b"), "No such option"),
    ],
)
def test_wrong_usage_ends_with_3(place: Path, more: tuple[str, ...], says: str) -> None:
    done = run(place, *more)
    assert (done.exit_code, done.stdout) == (3, "")
    assert says in done.stderr


def test_without_a_policy_it_says_where_one_was_looked_for(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "trustpolicy.blob.json").unlink()
    (tmp_path / "trustpolicy.json").write_text("{}")
    done = run(tmp_path)
    assert done.exit_code == 3
    assert f"there is no trustpolicy.blob.json in {tmp_path}" in done.stderr
    assert "notation blob policy import" in done.stderr


def test_two_global_statements_are_refused_by_name(place: Path) -> None:
    policy(place, statement(), statement(name="b"))
    done = run(place)
    assert done.exit_code == 3
    assert "'sboms' and 'b' both have globalPolicy" in done.stderr


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.jws.sig", "application/jose+json"),
        ("a.tar.gz.COSE.Sig", "application/cose"),
        ("a.sig", None),
        ("jws.sig", None),
        ("a.jws", None),
        ("a.pem.sig", None),
        ("a.jws.sig.txt", None),
    ],
)
def test_the_name_of_a_signature_says_what_it_holds(
    name: str, found: str | None
) -> None:
    if found is None:
        with pytest.raises(InvalidBlob, match=r"ends in \.jws\.sig or \.cose\.sig"):
            signature_media_type(name)
    else:
        assert signature_media_type(name) == found


def test_a_large_file_is_read_in_pieces(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sealward.cli.blob_target._CHUNK", 7)
    assert run(place).exit_code == 0


def test_hostile_names_reach_no_terminal(place: Path) -> None:
    hostile = "a\x1b[2J\u202eb"
    for old in ("sbom.spdx.json", "sbom.spdx.json.jws.sig"):
        (place / old).rename(place / old.replace("sbom", hostile))
    blob = place / f"{hostile}.spdx.json"
    done = CliRunner().invoke(
        main,
        ["verify-blob", str(blob), "--signature", f"{blob}.jws.sig", "--at", AT],
        env={"NOTATION_CONFIG": str(place)},
    )
    assert done.exit_code == 0
    assert "\\x1b[2J\\u202e" in done.stdout
    assert done.stdout.replace("\n", "").isprintable()
