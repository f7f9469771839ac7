"""Signer's operations by name."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from simulator.signer import jobs, profiles, revocation
from simulator.signer.state import Signer

Operation = Callable[[Signer, Mapping[str, Any], datetime], dict[str, Any]]

OPERATIONS: Mapping[str, Operation] = {
    "CancelSigningProfile": profiles.cancel_signing_profile,
    "GetRevocationStatus": revocation.get_revocation_status,
    "GetSigningProfile": profiles.get_signing_profile,
    "PutSigningProfile": profiles.put_signing_profile,
    "RevokeSignature": jobs.revoke_signature,
    "RevokeSigningProfile": profiles.revoke_signing_profile,
    "SignPayload": jobs.sign_payload,
}
