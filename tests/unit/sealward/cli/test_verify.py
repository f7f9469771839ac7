import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sealward.cli import image_verification
from sealward.cli.notation_configuration import NoConfiguration, NotationConfiguration
from sealward.verifications import judge
from tests import forge
from tests.json_schema import problems
from tests.unit.sealward.cli.layouts import AT, REPOSITORY, Bench, run

DEMO = Path(__file__).parents[4] / "demo"
DOCUMENT = json.loads((DEMO / "layouts" / "cases.json").read_text())
IMAGES = [
    pytest.param(case, image, id=f"{case['name']}-{image['digest'][7:13]}")
    for case in DOCUMENT["cases"]
    for image in case["images"]
]
EXIT_CODES = {
    "trusted": 0,
    "unsigned": 1,
    "untrusted": 1,
    "exempt": 1,
    "ungoverned": 1,
    "inconclusive": 2,
}
FILES = (
    *("--policy", DEMO / "policy" / "trustpolicy.json"),
    *("--trust-store", DEMO / "policy" / "truststore"),
)
BUNDLE = ("--bundle", DEMO / "policy" / "bundle.json")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def demo(case: dict[str, Any], image: dict[str, Any], *more: object) -> Any:
    done = run(
        f"{DEMO / 'layouts' / case['layout']}@{image['digest']}",
        *("--scope", f"{DOCUMENT['registry']}/{case['repository']}", "--json"),
        *more,
    )
    return done, json.loads(done.stdout)


@pytest.mark.parametrize(("case", "image"), IMAGES)
def test_by_the_bundle_it_judges_as_the_gate_does(
    case: dict[str, Any], image: dict[str, Any]
) -> None:
    done, said = demo(case, image, *BUNDLE)
    expected = image["expect"]["verdict"], image["expect"]["reason"]
    if expected == ("covered", "covered"):
        # The command judges a digest by its own signatures; an index is the gate's.
        expected = "unsigned", "no-signature"
    assert (said["verdict"], said["reason"]) == expected
    assert done.exit_code == EXIT_CODES[said["verdict"]]
    assert problems(said, "verify.schema.json") == []


@pytest.mark.parametrize(
    ("case", "image"),
    [each for each in IMAGES if each.values[1]["notation"]["judges"]],  # type: ignore[index]
)
def test_by_notations_own_files_it_agrees_with_notation(
    case: dict[str, Any], image: dict[str, Any]
) -> None:
    done, said = demo(case, image, *FILES)
    assert (done.exit_code == 0) is image["notation"]["accepts"]
    assert problems(said, "verify.schema.json") == []


def test_a_signer_root_is_trusted_where_it_is_given() -> None:
    [case] = [each for each in DOCUMENT["cases"] if each["name"] == "signer-shaped"]
    bundle = json.loads((DEMO / "policy" / "bundle.json").read_text())
    [fingerprint] = bundle["signerRoots"].values()
    image = case["images"][0]
    done, said = demo(case, image, *FILES)
    assert (done.exit_code, said["reason"]) == (1, "not-under-signer-root")
    done, _ = demo(case, image, *FILES, "--signer-root", f"demo={fingerprint}")
    assert done.exit_code == 0


def test_a_reader_is_told_the_sentence_the_certificate_and_the_remedy(
    bench: Bench,
) -> None:
    image = bench.image()
    bench.sign(image, signer=forge.chain(length=2, subject="Stranger"))
    bench.policy(trustedIdentities=["x509.subject: C=DE, ST=Berlin, O=Nobody"])
    done = bench.verify()
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0] == f"untrusted: {image.digest} as {REPOSITORY}"
    text = "\n".join(lines)
    assert f"Images matching {REPOSITORY} must be signed by the identity" in text
    assert "in store ca:acme within the validity window" in text
    assert "; this one is not: check " in text
    assert "signed by     CN=Stranger" in text
    assert "verified at   2026-06-01T00:00:00Z" in text
    assert "  do            " in text


def test_first_satisfied_wins_whatever_is_broken_beside_it(bench: Bench) -> None:
    image = bench.image()
    created = "org.opencontainers.image.created"
    late = {created: "2026-05-01T00:00:00Z"}
    junk = bench.sign(image, envelope=b"junk", annotations=late)
    lost = bench.sign(image, envelope=b"lost", annotations=late, shape="artifactType")
    manifest = json.loads(bench.blob(lost["digest"]).read_bytes())
    bench.blob(manifest["layers"][0]["digest"]).unlink()
    torn = bench.sign(image, envelope=b"torn", annotations=late)
    bench.blob(torn["digest"]).write_bytes(b"{}")
    good = bench.sign(image)
    done = bench.verify("--json")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    found = {each["signature"]: each.get("rejected") for each in said["candidates"]}
    assert found == {
        junk["digest"]: "envelope-malformed",
        lost["digest"]: "envelope-missing",
        good["digest"]: None,
    }
    assert said["trustedBy"] == good["digest"]


def test_every_other_referrer_is_told_with_why_it_was_not_tried(bench: Bench) -> None:
    image = bench.image()
    bench.sign(image)
    for each in range(9):
        bench.sign(
            image,
            envelope=b"older %d" % each,
            annotations={"org.opencontainers.image.created": ""},
        )
    newest = {"org.opencontainers.image.created": "2026-05-01T00:00:00Z"}
    bench.sign(image, annotations=newest)
    done = bench.verify("--json")
    said = json.loads(done.stdout)
    assert problems(said, "verify.schema.json") == []
    assert {each["why"] for each in said["aside"]} == {"not-needed"}
    told = {each["referrer"] for each in said["aside"]}
    told |= {each["signature"] for each in said["candidates"]}
    assert len(told) == 11
    lines = bench.verify().stdout.splitlines()
    assert sum(line.startswith("not tried: sha256:") for line in lines) == len(
        said["aside"]
    )


def test_a_listed_manifest_that_cannot_be_read_leaves_it_open(bench: Bench) -> None:
    image = bench.image()
    bench.sign(image, envelope=b"junk")
    torn = bench.sign(image)
    bench.blob(torn["digest"]).write_bytes(b"{}")
    done = bench.verify("--json")
    assert done.exit_code == 2
    said = json.loads(done.stdout)
    assert (said["verdict"], said["reason"]) == ("inconclusive", "signature-unreadable")
    assert said["candidates"][-1]["signature"] == torn["digest"]
    assert said["remedy"].startswith("Copy the image to the layout again")
    assert problems(said, "verify.schema.json") == []
    assert "could not be read" in bench.verify().stdout


def test_what_would_have_to_be_asked_cannot_be_told(bench: Bench) -> None:
    signer = forge.chain(length=2, algorithm="ES256", ocsp="http://ocsp.example")
    shutil.rmtree(bench.folder / "truststore")
    bench.trust(signer)
    bench.sign(bench.image(), signer=signer)
    done = bench.verify("--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["reason"] == "needs-revocation-service"
    bench.policy(
        signatureVerification={"level": "strict", "override": {"revocation": "log"}}
    )
    assert bench.verify().exit_code == 0


def test_the_time_is_the_one_given(bench: Bench) -> None:
    bench.sign(bench.image())
    assert bench.verify("--at", "2026-06-01T00:00:00Z").exit_code == 0
    late = bench.verify("--at", "2199-01-01T00:00:00Z", "--json")
    assert late.exit_code == 1
    assert json.loads(late.stdout)["reason"] == "certificate-not-valid"


@pytest.mark.parametrize("name", ["a" * 5000, f"{'a.' * 500}/b", f"x:{'t' * 5000}"])
def test_a_name_that_no_file_can_have_is_no_layout(name: str) -> None:
    done = run(name, *FILES)
    assert done.exit_code == 3
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith(("Error: ", "Usage: "))


def test_an_interruption_is_no_answer(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    bench.sign(bench.image())
    monkeypatch.setattr(judge, "verify", interrupted)
    done = bench.verify()
    assert done.exit_code == 130
    assert not done.stdout


def test_a_fault_of_ours_is_told_and_is_no_answer(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("planted")

    bench.sign(bench.image())
    monkeypatch.setattr(judge, "verify", broken)
    done = bench.verify()
    assert done.exit_code == 3
    assert "ZeroDivisionError: planted" in done.stderr
    assert not done.stdout


@pytest.mark.parametrize("shape", ["config", "artifactType"])
def test_both_shapes_of_a_signature_are_found(bench: Bench, shape: str) -> None:
    bench.sign(bench.image(), shape=shape)
    assert bench.verify().exit_code == 0


def test_signatures_listed_by_an_index_below_are_found(bench: Bench) -> None:
    image = bench.image()
    signature = bench.sign(image, listed=False)
    index = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [signature],
    }
    tag = image.digest.replace(":", "-")
    bench.layout.add_manifest(index, tag=tag)
    assert bench.verify().exit_code == 0


def test_an_image_may_be_named_by_tag_by_digest_or_not_at_all(bench: Bench) -> None:
    signed, other = bench.image("1.0"), bench.image("2.0", about="other")
    bench.sign(signed)
    assert bench.verify(reference=":1.0").exit_code == 0
    assert bench.verify(reference=f"@{signed.digest}").exit_code == 0
    assert bench.verify(reference=":2.0").exit_code == 1
    several = bench.verify()
    assert several.exit_code == 3
    assert signed.digest in several.stderr
    assert other.digest in several.stderr


def test_without_a_scope_only_the_statement_of_everything_governs(bench: Bench) -> None:
    bench.sign(bench.image())
    refused = bench.verify(scope=False)
    assert refused.exit_code == 3
    assert "--scope" in refused.stderr
    bench.policy(registryScopes=["*"])
    assert bench.verify(scope=False).exit_code == 0
    assert bench.verify().exit_code == 0


def test_an_ambiguous_image_manifest_is_never_trusted(bench: Bench) -> None:
    text = '{"schemaVersion":2,"config":{},"config":{},"layers":[]}'
    added = bench.layout.add_blob(
        text.encode(), "application/vnd.oci.image.manifest.v1+json"
    )
    bench.index(manifests=[added])
    subject = forge.descriptor(text.encode())
    assert subject.digest == added["digest"]
    bench.sign(subject)
    done = bench.verify("--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["reason"] == "manifest-malformed"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Missing argument"),
        (("--nonsense",), "No such option"),
        (("L", "--at", "yesterday"), "2027-01-15T00:00:00Z"),
        (("L", "--signer-root", "demo"), "is not NAME= and the SHA-256"),
        (("L", "--policy", "nowhere"), "does not exist"),
        (("L", *BUNDLE, "--policy", FILES[1]), "--bundle stands instead"),
        (("L", *BUNDLE, "--signer-root", f"a={'0' * 64}"), "has its Signer roots"),
        (("nowhere", *FILES), "is no OCI image layout"),
        (("L:", *FILES), "lists no"),
        (("L@sha256:12", *FILES), "is no digest"),
        (("L:9.9", *FILES), "lists no 9.9"),
        (("L", *FILES, "--scope", "Host/App:1.0"), "is no repository"),
        (("L", *BUNDLE, "--scope", "registry.example/app"), "Amazon ECR"),
        (("L", *BUNDLE), "no statement is for *"),
        (("L", "--bundle", FILES[1]), "schema"),
        (("L", "--policy", BUNDLE[1], "--trust-store", FILES[3]), "unknown member"),
    ],
)
def test_wrong_usage_ends_with_3(
    bench: Bench, arguments: tuple[object, ...], says: str
) -> None:
    bench.image()
    layout = str(bench.layout.path)
    given = [
        layout + str(each)[1:] if str(each)[:2] in {"L", "L:", "L@"} else each
        for each in arguments
    ]
    done = run(*given)
    assert (done.exit_code, done.stdout) == (3, "")
    assert says in done.stderr


def test_wrong_input_is_told_in_json_where_that_is_asked_for(bench: Bench) -> None:
    bench.image()
    (bench.folder / "truststore" / "x509" / "ca" / "acme" / "README").write_text("me")
    done = bench.verify("--json")
    assert done.exit_code == 3
    [said] = json.loads(done.stdout)["problems"]
    assert "README" in said


def test_a_fault_of_ours_is_no_answer(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.sign(bench.image())

    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(image_verification, "search", fails)
    done = bench.verify()
    assert done.exit_code == 3
    assert "ZeroDivisionError" in done.stderr


def test_hostile_text_reaches_no_terminal(bench: Bench) -> None:
    image = bench.image()
    hostile = "\x1b[2J\u202e"
    bench.policy(name=f"apps {hostile}")
    stranger = forge.chain(length=2, subject=f"Leaf {hostile}")
    bench.sign(image, signer=stranger)
    for more in ((), ("--json",)):
        done = bench.verify(*more)
        assert done.exit_code == 1
        assert all(
            line.isascii() and line.isprintable() for line in done.stdout.split("\n")
        )
        assert "Leaf" in done.stdout


class TestNotationsConfiguration:
    def test_it_is_read_where_nothing_is_given(self, bench: Bench) -> None:
        bench.sign(bench.image())
        given = (
            bench.layout.path,
            "--scope",
            REPOSITORY,
            "--at",
            "2026-06-01T00:00:00Z",
        )
        done = run(*given, NOTATION_CONFIG=str(bench.folder))
        assert done.exit_code == 0
        strict = json.loads((bench.folder / "trustpolicy.json").read_text())
        strict["trustPolicies"][0]["registryScopes"] = ["registry.example/other"]
        (bench.folder / "trustpolicy.oci.json").write_text(json.dumps(strict))
        done = run(*given, NOTATION_CONFIG=str(bench.folder))
        assert (done.exit_code, done.stdout.split(":")[0]) == (1, "ungoverned")
        done = run(*given, NOTATION_CONFIG=str(bench.folder / "nowhere"))
        assert done.exit_code == 3
        assert "trustpolicy.oci.json" in done.stderr

    @pytest.mark.parametrize(
        ("environment", "platform", "folder"),
        [
            ({"NOTATION_CONFIG": "/n"}, "linux", "/n"),
            ({"NOTATION_CONFIG": "/n"}, "darwin", "/n"),
            ({}, "linux", "/home/me/.config/notation"),
            ({"NOTATION_CONFIG": ""}, "linux", "/home/me/.config/notation"),
            ({"XDG_CONFIG_HOME": "/x"}, "linux", "/x/notation"),
            ({}, "darwin", "/home/me/Library/Application Support/notation"),
            ({"APPDATA": "/a"}, "win32", "/a/notation"),
        ],
    )
    def test_it_is_where_notation_keeps_it(
        self, environment: dict[str, str], platform: str, folder: str
    ) -> None:
        found = NotationConfiguration.of(
            environment, platform=platform, home=Path("/home/me")
        )
        assert found.folder == Path(folder)
        assert found.trust_store == Path(folder) / "truststore"

    def test_nobody_needs_a_home_who_says_where_the_files_are(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def homeless() -> Path:
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.setattr(Path, "home", homeless)
        bench.sign(bench.image())
        assert bench.verify().exit_code == 0
        done = run(bench.layout.path, "--scope", REPOSITORY)
        assert done.exit_code == 3
        assert "Give --policy and --trust-store" in done.stderr

    def test_a_link_is_no_policy(self, tmp_path: Path) -> None:
        (tmp_path / "trustpolicy.json").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(NoConfiguration, match="no regular file"):
            _ = NotationConfiguration(folder=tmp_path).trust_policy

    def test_a_relative_place_is_none(self) -> None:
        """``notation`` would read ``.notation`` of the folder it is started in."""
        with pytest.raises(NoConfiguration, match="XDG_CONFIG_HOME is 'here'"):
            NotationConfiguration.of(
                {"XDG_CONFIG_HOME": "here"}, platform="linux", home=Path("/home/me")
            )

    def test_images_and_blobs_have_files_of_their_own(self, tmp_path: Path) -> None:
        found = NotationConfiguration(folder=tmp_path)
        (tmp_path / "trustpolicy.blob.json").touch()
        assert found.blob_trust_policy == tmp_path / "trustpolicy.blob.json"
        with pytest.raises(NoConfiguration, match=r"neither trustpolicy\.oci"):
            _ = found.trust_policy
        (tmp_path / "trustpolicy.json").touch()
        assert found.trust_policy == tmp_path / "trustpolicy.json"
        (tmp_path / "trustpolicy.oci.json").touch()
        assert found.trust_policy == tmp_path / "trustpolicy.oci.json"

    def test_the_newer_file_stands_before_the_older_even_where_it_is_broken(
        self, bench: Bench
    ) -> None:
        """As ``notation``: only where it does not exist does the other one count."""
        bench.sign(bench.image())
        (bench.folder / "trustpolicy.oci.json").write_text("{")
        done = run(
            bench.layout.path,
            *("--scope", REPOSITORY, "--at", AT),
            NOTATION_CONFIG=str(bench.folder),
        )
        assert done.exit_code == 3
        assert "not usable" in done.stderr
        (bench.folder / "trustpolicy.oci.json").unlink()
        done = run(
            bench.layout.path,
            *("--scope", REPOSITORY, "--at", AT),
            NOTATION_CONFIG=str(bench.folder),
        )
        assert done.exit_code == 0
