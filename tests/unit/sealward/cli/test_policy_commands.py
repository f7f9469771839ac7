import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sealward.cli.__main__ import main

DEMO = Path(__file__).parents[4] / "demo" / "policy"
BUNDLE = DEMO / "bundle.json"
HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def compiled(folder: Path, *more: str, policy: Path | None = None) -> Result:
    return run(
        *("policy", "compile", "--trust-policy"),
        policy or DEMO / "trustpolicy.json",
        *("--trust-store", DEMO / "truststore", "-o", folder / "bundle.json", *more),
    )


def test_what_compile_writes_check_accepts(tmp_path: Path) -> None:
    done = compiled(tmp_path, "--serial", "3", "--grace", "1m")
    assert (done.exit_code, done.stdout) == (0, "")
    checked = run("policy", "check", tmp_path / "bundle.json", "--json")
    assert checked.exit_code == 0
    said = json.loads(checked.output)
    assert said["problems"] == []
    statements = json.loads((DEMO / "trustpolicy.json").read_text())["trustPolicies"]
    assert (said["serial"], said["audience"]) == (3, ["*"])
    assert said["policies"] == len(statements)


def test_what_deserves_a_second_look_is_said_and_does_not_refuse(
    tmp_path: Path,
) -> None:
    """An index trusted at such a level covers nothing: its children would be held."""
    settings = tmp_path / "settings.json"
    settings.write_text('{"payments": {"environment": "production"}}')
    done = compiled(
        tmp_path,
        *("--enforcement", "signer=quarantine", "--grace", "payments=2h"),
        *("--signer-root", f"mine={'ab' * 32}", "--settings", str(settings)),
    )
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        (
            "advice: AWS Signer's ARNs count under roots of the bundle's own, not "
            "under those that AWS publishes"
        ),
        (
            "advice: payments: a grace of 2h in production: as long can an unsigned "
            "image be pulled"
        ),
        (
            "advice: signer: level custom does not enforce authenticity, expiry and "
            "revocation all three, so a trusted index covers nothing that it lists: "
            "platform images without a signature of their own meet 'quarantine'"
        ),
    ]
    checked = run("policy", "check", tmp_path / "bundle.json", "--json")
    assert (checked.exit_code, len(json.loads(checked.output)["advice"])) == (0, 3)


def test_a_bundle_that_needs_no_second_look_gets_no_advice(tmp_path: Path) -> None:
    assert compiled(tmp_path, "--enforcement", "payments=quarantine").stderr == ""


@pytest.mark.parametrize("folder", ["truststore", "truststore/x509"])
def test_the_trust_store_may_be_given_with_or_without_x509(
    tmp_path: Path, folder: str
) -> None:
    done = run(
        *("policy", "compile", "--trust-policy", DEMO / "trustpolicy.json"),
        *("--trust-store", DEMO / folder, "-o", tmp_path / "bundle.json"),
    )
    assert done.exit_code == 0


def test_compile_refuses_with_one_line_per_problem_and_writes_nothing(
    tmp_path: Path,
) -> None:
    policy = json.loads((DEMO / "trustpolicy.json").read_text())
    policy["trustPolicies"][0]["signatureVerification"]["level"] = "lax"
    policy["trustPolicies"][2]["registryScopes"] = [f"{HOST}/Billing"]
    changed = tmp_path / "trustpolicy.json"
    changed.write_text(json.dumps(policy))
    done = compiled(tmp_path, policy=changed)
    assert done.exit_code == 1
    lines = done.stderr.splitlines()
    assert lines[0] == f"{changed} is refused, 2 problems:"
    assert lines[1].startswith("  /trustPolicies/0: ")
    assert lines[2].startswith("  /trustPolicies/2/registryScopes/0: ")
    assert not (tmp_path / "bundle.json").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "is not a folder"),
        ("not a certificate", "keep only certificate files"),
        ("", "keep only certificate files"),
    ],
)
def test_a_trust_store_that_is_none_is_refused(
    tmp_path: Path, content: str | None, says: str
) -> None:
    store = tmp_path / "truststore" / "x509" / "ca" / "payments"
    if content is not None:
        store.mkdir(parents=True)
        (store / "README").write_text(content)
    policy = json.loads((DEMO / "trustpolicy.json").read_text())
    policy["trustPolicies"] = policy["trustPolicies"][:1]
    changed = tmp_path / "trustpolicy.json"
    changed.write_text(json.dumps(policy))
    (tmp_path / "truststore").mkdir(exist_ok=True)
    done = run(
        *("policy", "compile", "--trust-policy", changed),
        *("--trust-store", tmp_path / "truststore", "-o", tmp_path / "bundle.json"),
    )
    assert done.exit_code == 1
    assert says in done.stderr


def test_symbolic_links_in_a_trust_store_are_refused(tmp_path: Path) -> None:
    store = tmp_path / "truststore" / "x509" / "ca" / "payments"
    store.mkdir(parents=True)
    (store / "root.pem").symlink_to(DEMO / "truststore/x509/ca/payments/root.pem")
    done = run(
        *("policy", "compile", "--trust-policy", DEMO / "trustpolicy.json"),
        *("--trust-store", tmp_path / "truststore", "-o", tmp_path / "bundle.json"),
    )
    assert done.exit_code == 1
    assert "not a regular file" in done.stderr


def test_scopes_of_other_registries_are_named_when_left_out(tmp_path: Path) -> None:
    policy = json.loads((DEMO / "trustpolicy.json").read_text())
    policy["trustPolicies"][0]["registryScopes"].append("ghcr.io/example/app")
    changed = tmp_path / "trustpolicy.json"
    changed.write_text(json.dumps(policy))
    done = compiled(tmp_path, policy=changed)
    assert done.exit_code == 0
    assert done.stderr == (
        "left out ghcr.io/example/app: not a repository of Amazon ECR\n"
    )


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--serial", "0"),
        ("--signer-root", "ab" * 32),
    ],
)
def test_wrong_usage_ends_with_two(tmp_path: Path, option: str, value: str) -> None:
    assert compiled(tmp_path, option, value).exit_code == 2


def test_a_setting_given_twice_ends_with_two(tmp_path: Path) -> None:
    done = compiled(tmp_path, "--grace", "1m", "--grace", "2m")
    assert done.exit_code == 2
    assert "given twice" in done.stderr


def test_an_output_that_cannot_be_written_ends_with_two(tmp_path: Path) -> None:
    done = compiled(tmp_path / "missing")
    assert done.exit_code == 2
    assert "No such file" in done.stderr


def test_check_lists_every_problem_as_json(tmp_path: Path) -> None:
    broken = json.loads(BUNDLE.read_text())
    broken["serial"] = 0
    broken["policies"][0]["enforcement"] = "remove"
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(broken))
    done = run("policy", "check", file, "--json")
    assert done.exit_code == 1
    assert [one["pointer"] for one in json.loads(done.stdout)["problems"]] == [
        "/serial",
        "/policies/0/enforcement",
    ]
    assert "no enforcement" in run("policy", "check", file).stderr


def test_what_a_bundle_writes_cannot_steer_the_terminal(tmp_path: Path) -> None:
    hostile = json.loads(BUNDLE.read_text())
    hostile["policies"][0]["statement"]["name"] = "a\x1b[2J\u202eb\n"
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(hostile))
    done = run("policy", "show", file, f"{HOST}/demo/unsigned")
    assert done.exit_code == 0
    assert r"a\x1b[2J\u202eb\n" in done.output
    hostile["policies"][0]["statement"]["trustStores"] = ["ca:\x1b]0;x\x07"]
    file.write_text(json.dumps(hostile))
    refused = run("policy", "check", file)
    assert refused.exit_code == 1
    assert refused.stderr.replace("\n", "").isprintable()


def test_show_says_which_statement_governs_and_why(tmp_path: Path) -> None:
    bundle = json.loads(BUNDLE.read_text())
    statement = bundle["policies"][0]["statement"]
    bundle["policies"] += [
        {"statement": {**statement, "name": name, "registryScopes": [scope]}}
        for name, scope in (("team", f"{HOST}/demo/*"), ("all", "*"))
    ]
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle))
    exact = json.loads(
        run("policy", "show", file, f"{HOST}/demo/expired", "--json").stdout
    )
    assert (exact["statement"], exact["kind"]) == ("payments", "repository")
    assert exact["beats"] == [f"{HOST}/demo/* (team)", "* (all)"]
    assert (exact["grace"], exact["enforcement"]) == ("3s", "quarantine")
    below = run("policy", "show", file, f"{HOST}/demo/new/thing").stdout
    assert "governed by  team" in below
    assert f"{HOST}/demo/* (prefix, the closest scope that covers it)" in below
    assert "rather than  * of all" in below


def test_settings_of_a_file_are_compiled_and_shown(tmp_path: Path) -> None:
    written = tmp_path / "settings.json"
    hostile = "\x1b[2J"
    metadata = {"release": "stable", "note": hostile}
    written.write_text(json.dumps({"payments": {"userMetadata": metadata}}))
    done = compiled(tmp_path, "--settings", str(written))
    assert done.exit_code == 0, done.output
    bundle = tmp_path / "bundle.json"
    shown = run("policy", "show", bundle, f"{HOST}/demo/expired")
    rows = [line.split() for line in shown.stdout.splitlines()]
    assert ["user", "metadata", "release=stable"] in rows
    assert hostile not in shown.stdout
    said = run("policy", "show", bundle, f"{HOST}/demo/expired", "--json").stdout
    assert json.loads(said)["userMetadata"] == metadata


def test_a_settings_file_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    written = tmp_path / "settings.json"
    for content, says in (
        ("[]", "settings.json is refused, 1 problem"),
        ('{"payments": {"grace": "soon"}}', "settings:/payments/grace"),
        ('{"nobody": {}}', "no statement is named"),
    ):
        written.write_text(content)
        done = compiled(tmp_path, "--settings", str(written))
        assert (done.exit_code, done.stdout) == (1, "")
        assert says in done.stderr
        assert not (tmp_path / "bundle.json").exists()


def test_show_says_no_for_an_ungoverned_repository() -> None:
    done = run("policy", "show", BUNDLE, f"{HOST}/demo/ungoverned")
    assert done.exit_code == 1
    assert done.stdout == f"{HOST}/demo/ungoverned is ungoverned: no scope covers it\n"
    said = run("policy", "show", BUNDLE, f"{HOST}/demo/ungoverned", "--json").stdout
    assert json.loads(said)["statement"] is None


@pytest.mark.parametrize("repository", ["demo/x", f"{HOST}/Demo", HOST, "*"])
def test_show_wants_one_repository(repository: str) -> None:
    assert run("policy", "show", BUNDLE, repository).exit_code == 2


def test_every_command_documents_its_exit_codes() -> None:
    for command in ("compile", "check", "show"):
        assert "Exit codes: 0" in run("policy", command, "--help").output
