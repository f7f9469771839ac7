"""What we make of a vector, from its JSON alone, and what notation-go makes of it."""

import json
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

from notation_verifier import (
    Action,
    Descriptor,
    Failed,
    FetchError,
    NotationError,
    TrustPolicyDocument,
    TrustStoreName,
    TrustStores,
    verify,
)
from notation_verifier.certificate import read_certificate
from notation_verifier.revocation import RevocationStatus, check_revocation
from tests.differential.case import Case
from tests.differential.oracle import ask_all
from tests.vectors.own.vector import REPOSITORY


def ours(vector: dict[str, Any]) -> dict[str, Any]:
    """Return the members that a vector expects, as our verifier gives them."""
    at = datetime.fromisoformat(vector["at"])
    if vector["kind"] == "ocsp-response":
        chain = [read_certificate(b64decode(text)) for text in vector["chain"]]
        response = b64decode(vector["response"])

        def fetch(url: str, *, body: bytes | None = None) -> bytes:
            del url, body
            return response

        found = check_revocation(chain, fetch=fetch, now=at)
        return {"status": str(found.status)}
    if vector["kind"] == "crl":
        return {"status": str(_listed(vector, at))}
    failed = _failed(vector, at)
    return {"verdict": "refused" if failed else "accepted", "failed": failed}


def _listed(vector: dict[str, Any], at: datetime) -> RevocationStatus:
    chain = [read_certificate(b64decode(text)) for text in vector["chain"]]
    lists = {each["url"]: b64decode(each["crl"]) for each in vector["lists"]}

    def fetch(url: str, *, body: bytes | None = None) -> bytes:
        if body is not None or url not in lists:
            raise FetchError("nobody serves it")
        return lists[url]

    text = vector.get("signedAt")
    signed = None if text is None else datetime.fromisoformat(text)
    return check_revocation(
        chain,
        fetch=fetch,
        now=at,
        authentic_signing_time=signed,
    ).status


def _failed(vector: dict[str, Any], at: datetime) -> list[str]:
    document = TrustPolicyDocument.parse(vector["trustPolicy"].encode())
    statement = document.statement_for(REPOSITORY)
    assert statement is not None
    subject = vector["subject"]
    stores = {
        TrustStoreName.parse(name): [b64decode(text) for text in texts]
        for name, texts in vector["trustStores"].items()
    }
    try:
        report = verify(
            b64decode(vector["envelope"]),
            media_type=vector["mediaType"],
            subject=Descriptor(
                media_type=subject["mediaType"],
                digest=subject["digest"],
                size=subject["size"],
            ),
            statement=statement,
            trust_stores=TrustStores(stores),
            signer_roots=frozenset(vector["signerRoots"]),
            now=at,
        )
    except NotationError:
        return ["integrity"]
    return sorted(
        {
            str(check.validation)
            for check in report.checks
            if isinstance(check.outcome, Failed)
            and statement.level.action(check.validation) is Action.ENFORCE
        }
    )


def reference(program: Path, vectors: list[dict[str, Any]]) -> dict[str, str]:
    """Return notation-go's verdicts by name, on those it can judge without a plugin.

    ``program`` is the one that ``make differential`` builds. It judges at the time of
    its clock, which none of these depends on.
    """
    cases = [
        Case(
            id=vector["name"],
            rule="own",
            policy=vector["trustPolicy"].encode(),
            stores={
                name: [b64decode(text) for text in texts]
                for name, texts in vector["trustStores"].items()
            },
            reference=f"{REPOSITORY}@{vector['subject']['digest']}",
            subject_media_type=vector["subject"]["mediaType"],
            subject_digest=vector["subject"]["digest"],
            subject_size=vector["subject"]["size"],
            media_type=vector["mediaType"],
            envelope=b64decode(vector["envelope"]),
        )
        for vector in vectors
        if vector.get("reference") == "agrees"
    ]
    return {
        name: "accepted" if verdict.accepted else "refused"
        for name, verdict in ask_all(program, cases).items()
    }


def read(file: Path) -> list[dict[str, Any]]:
    """Return the vectors of a file."""
    found: list[dict[str, Any]] = json.loads(file.read_text())["vectors"]
    return found
