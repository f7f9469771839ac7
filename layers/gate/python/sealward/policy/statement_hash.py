"""The statement hash: what a verdict and what follows from it depend on. Pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sealward.policy.policy import UNSIGNED_PER_DAY, Escalation, Policy
from sealward.policy.trust_material import TrustMaterial


def statement_hash(
    written: Mapping[str, Any],
    revocation: Mapping[str, Any] | None,
    policy: Policy,
    material: TrustMaterial,
) -> str:
    """Hash what the verdict and what follows from it depend on, and nothing else."""
    statement = policy.statement
    uses_roots = any(one.startswith("arn:") for one in statement.trusted_identities)
    content = {
        "statement": written,
        "enforcement": policy.enforcement,
        "grace": policy.grace.total_seconds(),
        "untaggedGrace": policy.untagged_grace.total_seconds(),
        "unknownFor": policy.unknown_for.total_seconds(),
        "holdUnknown": policy.hold_unknown,
        "failFast": policy.fail_fast,
        "enforceFrom": policy.enforce_from and policy.enforce_from.isoformat(),
        "stores": {
            str(store): sorted(material.fingerprints.get(store, ()))
            for store in statement.trust_stores
        },
        "signerRoots": sorted(material.signer_roots) if uses_roots else [],
        # Left out where nothing is said: hashes of bundles without it stay as they are.
        **({"revocation": revocation} if revocation else {}),
        **(
            {"identitiesRequired": policy.identities_required}
            if policy.identities_required > 1
            else {}
        ),
        **(
            {"unsignedPerDay": policy.unsigned_per_day}
            if policy.unsigned_per_day != UNSIGNED_PER_DAY
            else {}
        ),
        **({"userMetadata": policy.user_metadata} if policy.user_metadata else {}),
        # Whom to ask for a verdict elsewhere changes none here.
        **(
            {
                "replicatedFrom": sorted(policy.replication.sources),
                "replicationGrace": policy.replication.grace.total_seconds(),
            }
            if policy.replication.sources
            else {}
        ),
        **(
            {"baselineUntil": policy.baseline_until.isoformat()}
            if policy.baseline_until
            else {}
        ),
        **(
            {"escalation": policy.escalation}
            if policy.escalation is not Escalation.NONE
            else {}
        ),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
