"""Signing jobs: a payload signed, a signature revoked."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from simulator.errors import ServiceError
from simulator.places import place
from simulator.signer.envelope import Statement, sealed
from simulator.signer.profiles import may_sign
from simulator.signer.state import Job, Signer, invalid, not_found

PAYLOAD_FORMAT = "application/vnd.cncf.notary.payload.v1+json"


def sign_payload(
    signer: Signer, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Sign a Notation payload by a profile of this account or of ``profileOwner``.

    Profile permissions across accounts are not simulated: any caller may sign.
    """
    if request["payloadFormat"] != PAYLOAD_FORMAT:
        raise invalid(f"payloadFormat must be {PAYLOAD_FORMAT}")
    owner = request.get("profileOwner", signer.place.account)
    owning = signer.at(place(owner, signer.place.region))
    profile = owning.profile(request["profileName"])
    if not may_sign(profile):
        raise invalid(f"profile {profile.name} is {profile.status}")
    job_id = str(uuid.uuid4())
    job = Job(
        id=job_id,
        arn=owning.place.arn("signer", f"/signing-jobs/{job_id}"),
        version=profile.newest,
    )
    owning.jobs[job_id] = job
    envelope = sealed(
        request["payload"],
        Statement(
            content_type=PAYLOAD_FORMAT,
            profile_version=job.version.arn,
            job=job.arn,
            signed_at=now,
            expires_at=now + job.version.validity,
        ),
        signer.authority.leaf(owning.place.region, now),
    )
    return {
        "jobId": job_id,
        "jobOwner": owner,
        "metadata": {},
        "signature": envelope,
    }


def revoke_signature(
    signer: Signer, request: Mapping[str, Any], _now: datetime
) -> dict[str, Any]:
    """Revoke one signature, by the job that made it."""
    owner = request.get("jobOwner", signer.place.account)
    if owner != signer.place.account:
        raise ServiceError(
            "AccessDeniedException", "jobs of another account are not simulated"
        )
    job = signer.jobs.get(request["jobId"])
    if job is None:
        raise not_found(f"there is no job {request['jobId']}")
    job.revoked = True
    return {}
