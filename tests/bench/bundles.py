"""Bundles of any number of policies, as large as real ones."""

import base64
import json
from typing import Any

from tests import forge

ACCOUNT = "123456789012"
REGION = "us-east-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
STORES = 10
"""Trust stores of a bundle, one root each: teams share few certificate authorities."""


def document(policies: int, *, scopes: int = 1, root: bytes | None = None) -> bytes:
    """Return a bundle: ``policies`` policies of ``scopes`` scopes each.

    Policy ``n`` governs ``team-n/*`` and, from the second scope on, single repositories
    elsewhere. It trusts ``root`` (DER), where one is given, besides its store's own.
    """
    roots = [
        forge.chain(subject=f"Store {number}").root_der for number in range(STORES)
    ]
    trusted = () if root is None else (root,)
    return json.dumps(
        {
            "schema": 1,
            "serial": 1,
            "audience": [ACCOUNT],
            "notBefore": None,
            "expires": None,
            "policies": [_policy(number, scopes) for number in range(policies)],
            "trustStores": {
                "ca": {
                    f"store-{number}": [
                        base64.b64encode(der).decode() for der in (own, *trusted)
                    ]
                    for number, own in enumerate(roots)
                }
            },
        }
    ).encode()


def _policy(number: int, scopes: int) -> dict[str, Any]:
    more = [f"{HOST}/shared/team-{number}-{scope}" for scope in range(1, scopes)]
    return {
        "enforcement": "quarantine",
        "owner": {"team": f"team-{number}", "contact": f"team-{number}@example.com"},
        "environment": "production",
        "statement": {
            "name": f"team-{number}",
            "registryScopes": [f"{HOST}/team-{number}/*", *more],
            "signatureVerification": {
                "level": "strict",
                "override": {"revocation": "skip"},
            },
            "trustStores": [f"ca:store-{number % STORES}"],
            "trustedIdentities": [
                "x509.subject: CN=Leaf,O=acme,ST=WA,C=US",
                "x509.subject: CN=Release,O=acme,ST=WA,C=US",
            ],
        },
    }
