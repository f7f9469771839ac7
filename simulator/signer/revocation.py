"""GetRevocationStatus: what is revoked of what made a signature.

Documented: it takes the time of the signature, it names the entities revoked of those
asked about, and it answers within a partition only. What is believed beside that is a
switch of ``simulator.behaviours``; a signature's and a certificate's revocation count
whenever they were made.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from simulator.places import place
from simulator.signer.state import PLATFORM, Signer, invalid

_ARN = re.compile(
    r"arn:(?P<partition>[^:]+):signer:(?P<region>[^:]+):(?P<account>\d{12}):"
    r"/(?P<kind>signing-profiles|signing-jobs)/(?P<name>[^/]+)(?:/(?P<version>[^/]+))?"
)
_HASH = re.compile(r"[0-9a-f]{192}")


def get_revocation_status(
    signer: Signer, request: Mapping[str, Any], _now: datetime
) -> dict[str, Any]:
    """Return the entities that are revoked."""
    if request["platformId"] != PLATFORM:
        raise invalid(f"unknown platform {request['platformId']}")
    revoked = []
    if _profile_revoked(
        signer, request["profileVersionArn"], request["signatureTimestamp"]
    ):
        revoked.append(request["profileVersionArn"])
    if _job_revoked(signer, request["jobArn"]):
        revoked.append(request["jobArn"])
    for certificate in request["certificateHashes"]:
        if not _HASH.fullmatch(certificate):
            raise invalid("certificateHashes: not two SHA-384 hashes in hex")
        if certificate in signer.authority.revoked_certificates:
            revoked.append(certificate)
    return {"revokedEntities": revoked}


def _profile_revoked(signer: Signer, arn: str, signed_at: datetime) -> bool:
    found = _parsed(signer, arn, "signing-profiles")
    owning = signer.at(place(found["account"], found["region"]))
    profile = owning.profiles.get(found["name"])
    version = None if profile is None else profile.versions.get(found["version"] or "")
    if version is None:
        return _unknown(signer, arn)
    if version.revoked_from is None:
        return False
    timeless = not signer.behaviours.profile_revocation_has_a_time
    return timeless or signed_at >= version.revoked_from


def _job_revoked(signer: Signer, arn: str) -> bool:
    found = _parsed(signer, arn, "signing-jobs")
    job = signer.at(place(found["account"], found["region"])).jobs.get(found["name"])
    return _unknown(signer, arn) if job is None else job.revoked


def _unknown(signer: Signer, arn: str) -> bool:
    """Return that what Signer does not know is not revoked, or decline to say."""
    if signer.behaviours.unknown_job_refused:
        raise invalid(f"{arn} is not known")
    return False


def _parsed(signer: Signer, arn: str, kind: str) -> re.Match[str]:
    found = _ARN.fullmatch(arn)
    if found is None or found["kind"] != kind:
        raise invalid(f"{arn} is no ARN of {kind}")
    if found["partition"] != signer.place.partition:
        raise invalid(f"{arn} is of another partition than {signer.place.partition}")
    return found
