"""Tokens: what may be in one, and who may have signed it (T2 to T10)."""

import cbor2
import pytest

from notation_verifier import Conclusion, Failed, Passed, Reason
from tests import forge
from tests.forge import timestamps as ts
from tests.unit.notation_verifier.timestamp_cases import BAD, GOOD, RSA_TSA
from tests.unit.notation_verifier.timestamp_stand import (
    SIGNER,
    TSA,
    judged,
    outcome,
    reason,
    token,
)

ROOTS = (TSA.root_der, RSA_TSA.root_der)


@pytest.mark.parametrize("name", GOOD)
def test_a_right_token(name: str) -> None:
    found = judged(GOOD[name], roots=ROOTS)
    assert isinstance(outcome(found), Passed), outcome(found)
    assert found.conclusion() is Conclusion.SATISFIED
    assert found.timestamp is not None


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_token(name: str) -> None:
    stamp, wanted = BAD[name]
    found = judged(stamp, roots=ROOTS)
    told = outcome(found)
    assert isinstance(told, Failed)
    assert told.reason is wanted, told
    assert told.detail
    assert found.timestamp is None
    assert found.conclusion() is Conclusion.REFUSED


def test_cose_carries_the_same_tokens() -> None:
    bare = forge.sign(forge.descriptor(), SIGNER, "cose")
    stamp = token(message=cbor2.loads(bare).value[3])
    assert reason(judged(stamp, media_type=forge.COSE)) is None
    other = judged(token(), media_type=forge.COSE)
    assert reason(other) is Reason.TIMESTAMP_MISMATCH


def test_what_a_timestamp_says() -> None:
    found = judged(token(accuracy=ts.accuracy(1, 500)))
    assert found.timestamp is not None
    assert found.timestamp.time == ts.TIME
    assert found.timestamp.accuracy.total_seconds() == 1.5
    assert found.timestamp.policy == ts.POLICY
    assert found.timestamp.authority.startswith("CN=TSA,")
    assert found.timestamp.revocation is None
