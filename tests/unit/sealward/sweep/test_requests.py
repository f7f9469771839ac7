"""Requests: an event chooses identities of the policy, and nothing is built from it."""

from typing import Any

import pytest

from sealward.policy.bundle import PolicyBundle
from sealward.sweep import BadRequest, Kind, Recheck, Request, read_request
from tests.functions.event_files import files, revocation
from tests.unit.sealward.stand import ACCOUNT, REGION, bundle

PROFILE = f"arn:aws:signer:{REGION}:{ACCOUNT}:/signing-profiles/release"
VERSION = f"{PROFILE}/0123456789"
FOREIGN = f"arn:aws:signer:{REGION}:999999999999:/signing-profiles/release"


def _trusting(*identities: str, **settings: Any) -> PolicyBundle:
    return bundle(
        level={"level": "strict"}, identities=("Leaf",), signers=identities, **settings
    )


def _read(event: object, current: PolicyBundle | None) -> Request:
    return read_request(event, account=ACCOUNT, region=REGION, bundle=current)


def _profile_revoked(name: str = "release") -> dict[str, Any]:
    return revocation(
        "RevokeSigningProfile", {"profileName": name, "profileVersion": "0123456789"}
    )


def test_a_profile_is_rechecked_as_policies_write_it() -> None:
    current = _trusting(PROFILE, VERSION, FOREIGN, PROFILE + "2")
    assert _read(_profile_revoked(), current).rechecks == (
        Recheck(kind=Kind.SIGNER, value=PROFILE),
        Recheck(kind=Kind.SIGNER, value=VERSION),
    )


def test_a_revoked_signature_may_be_of_any_profile() -> None:
    event = files()["signer-revoked-signature.json"]
    asked = {each.value for each in _read(event, _trusting(PROFILE, FOREIGN)).rechecks}
    assert asked == {PROFILE, FOREIGN}


def test_where_several_must_sign_all_of_the_statement_is_rechecked() -> None:
    current = _trusting(PROFILE, identitiesRequired=2)
    kinds = [each.kind for each in _read(_profile_revoked(), current).rechecks]
    assert kinds == [Kind.SIGNER, Kind.STATEMENT]


@pytest.mark.parametrize(
    "change",
    [
        {"account": "999999999999"},
        {"region": "eu-west-1"},
        {"detail": {"eventName": "PutSigningProfile"}},
        {"detail": {"eventName": "RevokeSignature", "errorCode": "AccessDenied"}},
    ],
)
def test_what_revokes_nothing_here_asks_for_nothing(change: dict[str, Any]) -> None:
    request = _read(_profile_revoked() | change, _trusting(PROFILE))
    assert not request.rechecks
    assert request.ignored


def test_a_profile_no_policy_names_and_no_bundle_ask_for_nothing() -> None:
    assert not _read(_profile_revoked("other"), _trusting(PROFILE)).rechecks
    assert not _read(_profile_revoked(), None).rechecks


def test_a_person_names_the_signer() -> None:
    request = _read({"recheck": {"signer": "x509.subject: CN=a"}}, None)
    assert request.rechecks == (Recheck(kind=Kind.SIGNER, value="x509.subject: CN=a"),)
    assert _read({"walk": True}, None) == Request(walk=True)


@pytest.mark.parametrize(
    "event",
    [
        [],
        {"recheck": None},
        {"recheck": {"signer": ""}},
        {"walk": 1},
        {"source": "aws.signer"},
        revocation("RevokeSigningProfile", {}),
    ],
)
def test_what_nobody_can_act_upon_is_said(event: object) -> None:
    with pytest.raises(BadRequest):
        _read(event, None)


def test_the_schedule_asks_for_nothing() -> None:
    assert _read({"source": "aws.events"}, None) == Request()
