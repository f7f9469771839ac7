"""Trust policy documents that must be accepted or refused alike.

Each is tried with an image that its first statement accepts, so that a refusal is the
document's.
"""

import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tests import forge
from tests.interop.judges import REGISTRY, Image, Ourselves, TheReference
from tests.interop.workbench import Workbench

Document = dict[str, Any]
SCOPE = f"{REGISTRY}/interop/document"


def sound(store: str) -> Document:
    """Return a document that accepts the image."""
    return {
        "version": "1.0",
        "trustPolicies": [
            {
                "name": "first",
                "registryScopes": [SCOPE],
                "signatureVerification": {"level": "strict"},
                "trustStores": [store],
                "trustedIdentities": ["*"],
            },
            {
                "name": "second",
                "registryScopes": [f"{REGISTRY}/interop/second"],
                "signatureVerification": {"level": "strict"},
                "trustStores": [store],
                "trustedIdentities": ["*"],
            },
        ],
    }


def _second(**fields: Any) -> Callable[[Document], None]:
    return lambda document: document["trustPolicies"][1].update(fields)


def _level(**fields: Any) -> Callable[[Document], None]:
    return _second(signatureVerification=fields)


def _identities(*texts: str) -> Callable[[Document], None]:
    return _second(trustedIdentities=list(texts))


CHANGES: Mapping[str, Callable[[Document], None]] = {
    "as it should be": lambda _document: None,
    "everything else": _second(registryScopes=["*"]),
    "level skip, nothing more": lambda document: document["trustPolicies"].append(
        {
            "name": "third",
            "registryScopes": ["*"],
            "signatureVerification": {"level": "skip"},
        }
    ),
    "empty override": _level(level="strict", override={}),
    "every override": _level(
        level="strict",
        override={
            "authenticity": "log",
            "authenticTimestamp": "log",
            "expiry": "log",
            "revocation": "skip",
        },
    ),
    "timestamps always": _level(level="strict", verifyTimestamp="always"),
    "timestamps after expiry": _level(
        level="strict", verifyTimestamp="afterCertExpiry"
    ),
    "an identity of another kind": _identities("other: thing"),
    "two identities": _identities(
        "x509.subject: C=US, ST=WA, O=a", "x509.subject: C=US, ST=WA, O=b"
    ),
    "an empty attribute in a subject": _identities(
        "x509.subject: C=US, ST=WA, O=a, L="
    ),
    "an unknown field": _second(registryScope=[f"{REGISTRY}/a/b"]),
    "version 2.0": lambda document: document.update(version="2.0"),
    "no version": lambda document: document.update(version=""),
    "no statement": lambda document: document.update(trustPolicies=[]),
    "a name twice": _second(name="first"),
    "no name": _second(name=""),
    "a scope twice": _second(registryScopes=[SCOPE]),
    "a scope twice in one": _second(registryScopes=[f"{REGISTRY}/a/b"] * 2),
    "no scope": _second(registryScopes=[]),
    "everything and more": _second(registryScopes=["*", f"{REGISTRY}/a/b"]),
    "a tag": _second(registryScopes=[f"{REGISTRY}/a/b:1.0"]),
    "a scheme": _second(registryScopes=[f"https://{REGISTRY}/a/b"]),
    "a wildcard inside": _second(registryScopes=[f"{REGISTRY}/a*/b"]),
    "upper case": _second(registryScopes=[f"{REGISTRY}/A/b"]),
    "two slashes": _second(registryScopes=[f"{REGISTRY}/a//b"]),
    "a slash at the end": _second(registryScopes=[f"{REGISTRY}/a/"]),
    "unknown level": _level(level="lax"),
    "level in upper case": _level(level="STRICT"),
    "no level": _level(),
    "integrity overridden": _level(level="strict", override={"integrity": "log"}),
    "expiry skipped": _level(level="strict", override={"expiry": "skip"}),
    "unknown override": _level(level="strict", override={"freshness": "log"}),
    "unknown action": _level(level="strict", override={"expiry": "warn"}),
    "skip overridden": _level(level="skip", override={"expiry": "log"}),
    "unknown time of timestamps": _level(level="strict", verifyTimestamp="never"),
    "skip with stores": _level(level="skip"),
    "no stores": _second(trustStores=[]),
    "no identities": _identities(),
    "a store without type": _second(trustStores=["payments"]),
    "a store of unknown type": _second(trustStores=["root:payments"]),
    "a store with a path": _second(trustStores=["ca:a/b"]),
    "a store without name": _second(trustStores=["ca:"]),
    "anyone and someone": _identities("*", "x509.subject: C=US, ST=WA, O=a"),
    "an empty identity": _identities(""),
    "an identity without kind": _identities("CN=a"),
    "an empty subject": _identities("x509.subject:"),
    "a subject without organisation": _identities("x509.subject: C=US, ST=WA"),
    "a subject with a hash": _identities("x509.subject: C=US, ST=WA, O=#61"),
    "a subject with two of a kind": _identities("x509.subject: C=US, C=DE, ST=WA, O=a"),
    "a subject with a double attribute": _identities(
        "x509.subject: C=US+L=x, ST=WA, O=a"
    ),
    "subjects that overlap": _identities(
        "x509.subject: C=US, ST=WA, O=a", "x509.subject: C=US, ST=WA, O=a, CN=b"
    ),
    "the same subject twice": _identities(
        "x509.subject: C=US, ST=WA, O=a", "x509.subject: O=a, ST=WA, C=US"
    ),
}

STRICTER: Mapping[str, str] = {
    "an empty attribute in a subject": "empty-values",
    "an unknown field": "policy-members",
}


def documents(store: str) -> dict[str, Document]:
    """Return every document by what is special about it."""
    made = {}
    for name, change in CHANGES.items():
        document = copy.deepcopy(sound(store))
        change(document)
        made[name] = document
    return made


def ask(bench: Workbench) -> None:
    """Ask about each document, by an image that its first statement accepts."""
    signer = forge.chain(2, algorithm="ES256", subject="Document")
    layout, digest = bench.signed("document", signer)
    image = Image(layout=layout.path, digest=digest, scope=SCOPE)
    trust_store = bench.folder / "documents"
    folder = trust_store / "x509" / "ca" / "document"
    folder.mkdir(parents=True)
    (folder / "root.der").write_bytes(signer.root_der)
    for name, document in documents("ca:document").items():
        bench.add(
            "document",
            name,
            ours=partial(Ourselves(document, trust_store).judge, image),
            reference=partial(
                TheReference(bench.notation_home(), document, trust_store).judge, image
            ),
            stricter=STRICTER.get(name, ""),
        )
