"""Required user metadata: each pair stands, as it is, among the signed annotations."""

from collections.abc import Mapping

import pytest

from notation_verifier import CheckName, Conclusion, Failed, Reason, verify
from tests import forge

SIGNER = forge.chain(2)
SIGNED = {"environment": "production", "commit": "8c1f2a", "empty": ""}


def outcome(required: Mapping[str, str], **policy: str) -> tuple[Conclusion, str]:
    found = verify(
        **forge.case(
            forge.sign(forge.descriptor(), SIGNER, annotations=SIGNED),
            SIGNER,
            policy=forge.statement(**policy),  # type: ignore[arg-type]
        ),
        user_metadata=required,
    )
    check = found.check(CheckName.PAYLOAD).outcome
    return found.conclusion(), str(
        check.reason if isinstance(check, Failed) else "passed"
    )


@pytest.mark.parametrize(
    "required",
    [{}, {"commit": "8c1f2a"}, {"empty": ""}, SIGNED],
    ids=["nothing", "one", "an empty value", "all"],
)
def test_what_was_signed_is_enough(required: Mapping[str, str]) -> None:
    assert outcome(required) == (Conclusion.SATISFIED, "passed")


@pytest.mark.parametrize(
    "required",
    [
        {"environment": "staging"},
        {"environment": "Production"},
        {"environment": "production "},
        {"Environment": "production"},
        {"missing": ""},
        {"": ""},
        {"commit": "8c1f2a", "environment": "staging"},
    ],
)
@pytest.mark.parametrize("level", ["strict", "permissive", "audit"])
def test_anything_else_is_refused_at_every_level(
    required: Mapping[str, str], level: str
) -> None:
    assert outcome(required, level=level) == (
        Conclusion.REFUSED,
        Reason.USER_METADATA_MISMATCH,
    )


def test_another_artifact_is_said_first() -> None:
    found = verify(
        **forge.case(
            forge.sign(forge.descriptor(b"other"), SIGNER, annotations=SIGNED), SIGNER
        ),
        user_metadata={"environment": "staging"},
    )
    check = found.check(CheckName.PAYLOAD).outcome
    assert isinstance(check, Failed)
    assert check.reason is Reason.SUBJECT_MISMATCH


def test_the_detail_names_both_values_and_no_more_of_them_than_needed() -> None:
    found = verify(
        **forge.case(
            forge.sign(
                forge.descriptor(), SIGNER, annotations={"k": "\x1b[2J" + "x" * 9999}
            ),
            SIGNER,
        ),
        user_metadata={"k": "v"},
    )
    check = found.check(CheckName.PAYLOAD).outcome
    assert isinstance(check, Failed)
    assert check.detail.startswith("required is 'k': 'v'; signed is '\\x1b[2Jxxx")
    assert len(check.detail) < 200
