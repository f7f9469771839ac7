import copy
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from notation_verifier import CheckName, Conclusion, Reason, parse_statement, verify
from notation_verifier.explanation import Explanation
from notation_verifier.remedies import REMEDIES
from notation_verifier.sentence import TEXT_LIMIT, printable
from tests import forge
from tests.json_schema import problems

DOCUMENT = (Path(__file__).parents[3] / "docs" / "verification.md").read_text()
SCHEMA = "verification.schema.json"


def explained(
    case: dict[str, Any], scope: str | None = "registry.example/app"
) -> Explanation:
    return Explanation(
        verification=verify(**case),
        statement=case["statement"],
        subject=case["subject"],
        at=case["now"],
        scope=scope,
    )


def signed(signer: forge.Signer | None = None, **more: Any) -> dict[str, Any]:
    signer = signer or forge.chain(length=2, algorithm="ES256")
    envelope = forge.sign(forge.descriptor(), signer)
    return forge.case(envelope, signer, **more)


def other_identity() -> dict[str, Any]:
    names = ["x509.subject: C=DE, ST=Berlin, O=Nobody"]
    return signed(policy=forge.statement(identities=names))


def not_anchored() -> dict[str, Any]:
    return signed(anchors=[forge.chain(length=2, subject="Elsewhere").root_der])


def level(name: str, **override: str) -> dict[str, Any]:
    return signed(policy=forge.statement(level=name, override=override))


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "good": signed,
    "other-identity": other_identity,
    "not-anchored": not_anchored,
    "audit": lambda: {**not_anchored(), "statement": forge.statement(level="audit")},
    "permissive": lambda: level("permissive"),
    "custom": lambda: level("strict", revocation="skip"),
    "long-expired": lambda: signed(now=datetime(2099, 1, 1, tzinfo=UTC)),
}


@pytest.mark.parametrize("name", CASES)
def test_the_json_has_the_published_form(name: str) -> None:
    value = json.loads(json.dumps(explained(CASES[name]()).as_json()))
    assert problems(value, SCHEMA) == []


def test_the_published_form_refuses_another() -> None:
    value = explained(signed()).as_json()
    changes: list[Callable[[dict[str, Any]], object]] = [
        lambda it: it.pop("sentence"),
        lambda it: it.update(more=1),
        lambda it: it["checks"].pop(),
        lambda it: it["signature"].update(algorithm="RS256"),
        lambda it: it["statement"].update(name="\x1b[2J"),
    ]
    for change in changes:
        other = copy.deepcopy(value)
        change(other)
        assert len(problems(other, SCHEMA)) == 1


def test_the_documented_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    section = DOCUMENT.split("\n## Explained\n")[1]
    [example] = re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    case = signed()
    names = {
        "json": json,
        "report": verify(**case),
        "statement": case["statement"],
        "subject": case["subject"],
        "now": case["now"],
    }
    exec(compile(example, "docs/verification.md", "exec"), names)
    sentence, *lines, last = capsys.readouterr().out.splitlines()
    assert lines[0] == sentence
    assert problems(json.loads(last), SCHEMA) == []


def test_a_good_one_is_said_in_one_sentence() -> None:
    case = signed(policy=forge.statement(stores=["ca:acme"]))
    subject = verify(**case).chain[0].subject
    assert explained(case).sentence == (
        "Images matching registry.example/app must be signed by any identity in store "
        "ca:acme within the validity window with revocation enforced (level strict); "
        f"this one is: it is signed by {subject}."
    )


def test_what_refuses_is_named_with_its_remedy() -> None:
    found = explained(other_identity())
    assert found.decisive is not None
    assert found.decisive.name is CheckName.TRUSTED_IDENTITY
    assert "; this one is not: check trusted-identity of the signature" in (
        found.sentence
    )
    told = REMEDIES[Reason.IDENTITY_NOT_ALLOWED]
    lines = found.as_lines()
    assert lines[-2:] == [
        f"  means         {told.meaning}",
        f"  do            {told.remedy}",
    ]
    value = found.as_json()
    assert value["decisive"] == "trusted-identity"
    [failed] = [each for each in value["checks"] if each["outcome"] == "failed"]
    assert (failed["meaning"], failed["remedy"]) == (told.meaning, told.remedy)


def test_what_leaves_it_open_is_named() -> None:
    signer = forge.chain(length=2, algorithm="ES256", ocsp="http://ocsp.example")
    found = explained(signed(signer))
    assert found.verification.conclusion() is Conclusion.INCONCLUSIVE
    assert "; this one cannot be told: check revocation of" in found.sentence
    told = REMEDIES[Reason.NEEDS_REVOCATION_SERVICE]
    assert found.as_lines()[-1] == f"  do            {told.remedy}"
    assert problems(found.as_json(), SCHEMA) == []


def test_a_logged_failure_is_mentioned_and_decides_nothing() -> None:
    case = not_anchored()
    case["statement"] = forge.statement(level="audit")
    found = explained(case)
    assert found.verification.conclusion() is Conclusion.SATISFIED
    assert found.decisive is None
    assert "must be signed by anyone, though by any identity in" in found.sentence
    assert "failed checks that are only logged: 1." in found.sentence
    assert any("failed, only logged" in line for line in found.as_lines())


def test_level_skip_claims_nothing() -> None:
    skip = parse_statement(
        {
            "name": "exempt",
            "registryScopes": ["*"],
            "signatureVerification": {"level": "skip"},
        }
    )
    assert explained({**signed(), "statement": skip}, None).sentence == (
        "Images matching * need no signature: level skip verifies nothing."
    )


def test_the_certificate_and_the_times_are_told() -> None:
    case = signed()
    found = explained(case)
    leaf = found.verification.chain[0]
    text = "\n".join(found.as_lines())
    assert leaf.subject in text
    assert leaf.sha256 in text
    assert f"verified at   {case['now']:%Y-%m-%dT%H:%M:%SZ}" in text
    assert f"valid from    {leaf.not_before:%Y-%m-%d}T00:00:00Z" in text
    assert f"valid to      {leaf.not_after:%Y-%m-%d}T00:00:00Z" in text
    for check in found.verification.checks:
        assert f"  {check.name.value}" in text


def test_many_scopes_and_identities_are_counted() -> None:
    statement = parse_statement(
        {
            "name": "many",
            "registryScopes": [f"registry.example/{one}" for one in range(500)],
            "signatureVerification": {"level": "strict"},
            "trustStores": ["ca:acme"],
            "trustedIdentities": [
                f"x509.subject: C=DE, ST=Berlin, O={one}" for one in range(300)
            ],
        }
    )
    found = explained({**signed(), "statement": statement}, None)
    assert found.sentence.startswith(
        "Images matching registry.example/0, registry.example/1 or 498 more must be "
        "signed by one of the identities x509.subject: C=DE, ST=Berlin, O=0, "
        "x509.subject: C=DE, ST=Berlin, O=1 or 298 more in store ca:acme within"
    )
    assert problems(found.as_json(), SCHEMA) == []


HOSTILE = "\x1b]0;owned\x07\r\n\u202e\ud800" + "A" * 5000


def test_hostile_names_neither_steer_nor_flood() -> None:
    signer = forge.chain(length=2, algorithm="ES256")
    statement = forge.statement()
    object.__setattr__(statement, "name", HOSTILE)
    case = signed(signer, policy=statement)
    found = explained(case, HOSTILE)
    for line in found.as_lines():
        assert line.isascii()
        assert line.isprintable()
        assert len(line) <= 4 * TEXT_LIMIT
    assert problems(found.as_json(), SCHEMA) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("O=Acme\\", "O=Acme\\"),
        ("a\nb", "a\\nb"),
        ("\u202e", "\\u202e"),
        ("\ud800", "\\ud800"),
        ("x" * 10, "x" * 10),
        ("x" * 11, "xxxxxxx..."),
        ("\x00" * 9, "\\x00\\x0..."),
    ],
)
def test_texts_are_printable_and_cut(text: str, shown: str) -> None:
    assert printable(text, 10) == shown
