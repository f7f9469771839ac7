"""The result of a look: what the log line says."""

import json

from sealward.look.telling.result import LookResult
from tests.unit.sealward.stand import Stand, bundle


def test_the_log_line_is_plain_json_and_tells_what_was_done() -> None:
    stand = Stand(current=bundle(grace="0s"))
    image = stand.push()
    line = json.loads(json.dumps(stand.look(image).log_fields()))
    assert line["verdict"] == "unsigned"
    assert line["reason"] == "no-signature"
    assert line["step"] == "archive"
    assert line["hold"] == "held"
    assert line["finding"] == "open"
    assert line["delivered"] is True
    assert line["digest"] == image.digest
    assert "hinted" not in line


def test_a_look_through_a_signature_names_both_digests() -> None:
    stand = Stand()
    image = stand.push()
    signature = stand.attach(image)
    line = stand.look(signature).log_fields()
    assert (line["hinted"], line["digest"]) == (signature.digest, image.digest)


def test_a_look_that_found_no_subject_says_why() -> None:
    stand = Stand()
    stand.push()
    hint = stand.hint("sha256:" + "0" * 64)
    result = stand.gate.look(hint)
    assert result == LookResult.nothing(
        hint, reason="gone", detail="the registry has no such image"
    )
    assert result.log_fields()["reason"] == "gone"
