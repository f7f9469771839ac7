"""The bundles that the demo deploys: the committed one, as this run needs it.

The committed one holds no instant and no key of a run. What depends on either is added
here; the other account's bundles are made of it.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from demo.layouts.policy import REGISTRY
from demo.stack import ACCOUNT, ELSEWHERE
from sealward.policy.bundle import load_bundle

REPLICATED = "replicated"
"""Statement about what is copied to both accounts."""
TOLD = "told"
"""Statement whose owner has a topic, and the topic's name."""


def bundle_of_run(
    committed: bytes,
    instant: datetime,
    *,
    teams: Mapping[str, x509.Certificate],
    topic: str,
) -> bytes:
    """Return the committed bundle for this run.

    Args:
        committed: the bytes of demo/policy/bundle.json.
        instant: the statement ``registry`` enforces from here on.
        teams: by repository, the certificate of who signs it: a key of this run alone.
        topic: ARN of the topic of who owns the repository ``demo/told``.
    """
    document = json.loads(committed)
    for policy in document["policies"]:
        if policy["statement"]["name"] == "registry":
            policy["enforceFrom"] = instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    document["policies"].append(_told(document["policies"], topic))
    for repository, certificate in teams.items():
        name = repository.rpartition("/")[2]
        subject = certificate.subject.rfc4514_string()
        statement = {
            "name": name,
            "registryScopes": [f"{REGISTRY}/{repository}"],
            "signatureVerification": {"level": "strict"},
            "trustStores": [f"ca:{name}"],
            "trustedIdentities": [f"x509.subject: {subject}"],
        }
        document["policies"].append(
            {"statement": statement, "enforcement": "quarantine", "grace": "3s"}
        )
        root = certificate.public_bytes(Encoding.DER)
        document["trustStores"]["ca"][name] = [base64.b64encode(root).decode()]
    return _checked(document)


def _told(policies: Sequence[Mapping[str, Any]], topic: str) -> dict[str, Any]:
    """Return what the payments team's policy is for the repository of its owner."""
    (payments,) = (each for each in policies if each["statement"]["name"] == "payments")
    scopes = [f"{REGISTRY}/demo/{TOLD}"]
    return {
        **payments,
        "statement": {**payments["statement"], "name": TOLD, "registryScopes": scopes},
        "owner": {"team": "payments", "contact": "#payments-oncall", "topic": topic},
        "grace": "10m",
        "failFast": True,
    }


def bundles_elsewhere(committed: bytes) -> tuple[bytes, bytes]:
    """Return what is deployed in the other account, and what Git publishes for it.

    Git trusts who signs what is copied there. The bundle that is deployed is older, and
    trusts another team.
    """
    document = json.loads(committed)
    (policy,) = (
        each for each in document["policies"] if each["statement"]["name"] == REPLICATED
    )
    statement = policy["statement"]
    statement["registryScopes"] = [
        scope.replace(ACCOUNT, ELSEWHERE) for scope in statement["registryScopes"]
    ]
    document |= {"policies": [policy], "audience": [ELSEWHERE]}
    published = _checked(document | {"serial": document["serial"] + 1})
    statement["trustStores"] = ["ca:billing"]
    statement["trustedIdentities"] = [
        each.replace("payments", "billing") for each in statement["trustedIdentities"]
    ]
    return _checked(document), published


def _checked(document: Mapping[str, Any]) -> bytes:
    content = json.dumps(document, indent=1).encode()
    load_bundle(content)  # the stack would refuse a bad one a minute later
    return content
