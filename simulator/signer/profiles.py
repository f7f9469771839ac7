"""Signing profiles: made, read, canceled, revoked."""

import secrets
import string
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from simulator.signer.state import PLATFORM, Profile, Signer, Status, Version, invalid

_LETTERS = string.ascii_letters + string.digits
_DEFAULT = {"value": 135, "type": "MONTHS"}
_DAYS = {"DAYS": 1, "MONTHS": 30, "YEARS": 365}


def put_signing_profile(
    signer: Signer, request: Mapping[str, Any], _now: datetime
) -> dict[str, Any]:
    """Make a profile, or a new version of one."""
    if request["platformId"] != PLATFORM:
        raise invalid(f"only the platform {PLATFORM} is simulated")
    name = request["profileName"]
    profile = signer.profiles.get(name)
    if profile is None:
        profile = signer.profiles[name] = Profile(
            name=name, arn=signer.place.arn("signer", f"/signing-profiles/{name}")
        )
    period = request.get("signatureValidityPeriod", _DEFAULT)
    version = "".join(secrets.choice(_LETTERS) for _ in range(10))
    profile.versions[version] = Version(
        arn=f"{profile.arn}/{version}",
        name=version,
        validity=timedelta(days=period["value"] * _DAYS[period["type"]]),
    )
    profile.canceled = False
    return {
        "arn": profile.arn,
        "profileVersion": version,
        "profileVersionArn": profile.newest.arn,
    }


def get_signing_profile(
    signer: Signer, request: Mapping[str, Any], _now: datetime
) -> dict[str, Any]:
    """Describe a profile's newest version."""
    profile = signer.profile(request["profileName"])
    version = profile.newest
    answer: dict[str, Any] = {
        "profileName": profile.name,
        "profileVersion": version.name,
        "profileVersionArn": version.arn,
        "platformId": PLATFORM,
        "status": str(profile.status),
        "arn": profile.arn,
        "signatureValidityPeriod": {"value": version.validity.days, "type": "DAYS"},
    }
    if version.revoked_from is not None:
        answer["revocationRecord"] = {"revocationEffectiveFrom": version.revoked_from}
    return answer


def cancel_signing_profile(
    signer: Signer, request: Mapping[str, Any], _now: datetime
) -> dict[str, Any]:
    """Let a profile sign no more; what it signed stays good."""
    signer.profile(request["profileName"]).canceled = True
    return {}


def revoke_signing_profile(
    signer: Signer, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Revoke one version of a profile from an instant of the past on.

    The effective time can be moved, only to earlier.
    """
    profile = signer.profile(request["profileName"])
    version = profile.versions.get(request["profileVersion"])
    if version is None:
        raise invalid(f"{profile.name} has no version {request['profileVersion']}")
    effective = request["effectiveTime"]
    if effective > now:
        raise invalid("effectiveTime must not be in the future")
    if version.revoked_from is not None and effective > version.revoked_from:
        raise invalid("effectiveTime can only be moved to earlier")
    version.revoked_from = effective
    return {}


def may_sign(profile: Profile) -> bool:
    """Return whether a profile signs."""
    return profile.status is Status.ACTIVE
