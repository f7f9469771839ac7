"""Cases of timestamps, and the roots of AWS Signer."""

import json
from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from notation_verifier import (
    SIGNER_ROOTS,
    CheckName,
    Failed,
    Passed,
    Reason,
    Skipped,
    verify,
)
from notation_verifier.timestamp import check_timestamp
from tests.vectors.case import Case, Verdict, case, certificate, expected, trust_stores
from tests.vectors.envelope_cases import NOW, statement, target


def cases(root: Path) -> Iterator[Case]:
    """Yield the cases of timestamps and of Signer's roots."""
    yield from _timestamps(root)
    yield from _signer_roots(root)


def _timestamps(root: Path) -> Iterator[Case]:
    facts = {each["file"]: each for each in expected(root, "envelopes")["envelopes"]}
    for index, each in enumerate(expected(root, "authentic_timestamp")["cases"]):
        if "signature_override" in each:
            yield case(
                f"timestamp/{index}",
                accepted=False,
                run=partial(_token, root, each),
            )
            continue
        fact = facts[each["env"]]

        def run(each: dict[str, Any] = each, fact: dict[str, Any] = fact) -> Verdict:
            data = (root / each["env"]).read_bytes()
            if "inject" in each:
                envelope = json.loads(data)
                token = b64encode((root / each["inject"]).read_bytes()).decode()
                envelope["header"]["io.cncf.notary.timestampSignature"] = token
                data = json.dumps(envelope).encode()
            policy = each["policy"]
            report = verify(
                data,
                media_type=fact["mediaType"],
                subject=target(fact["payload"]),
                statement=statement(policy, verify_timestamp=policy["verifyTimestamp"]),
                trust_stores=trust_stores(root, policy["trustStores"]),
                now=NOW,
            )
            match report.check(CheckName.AUTHENTIC_TIMESTAMP).outcome:
                case Passed():
                    return Verdict.ACCEPTED
                case Skipped(reason=Reason.NEEDS_REVOCATION_SERVICE):
                    # The reference's tests answer "good" in the authority's place. No
                    # such answer is signed by it, so none would count here: all but
                    # that has been judged, and holds.
                    return Verdict.ACCEPTED if report.timestamp else Verdict.REFUSED
                case _:
                    return Verdict.REFUSED

        yield case(
            f"timestamp/{index}",
            accepted=bool(each.get("ok")),
            run=run,
        )


def _token(root: Path, each: dict[str, Any]) -> bool:
    """Judge a token by itself, as one of a signature that is given as text."""
    names = [name for name in each["policy"]["trustStores"] if name.startswith("tsa:")]
    (roots,) = trust_stores(root, names).values()
    outcome, _ = check_timestamp(
        (root / each["inject"]).read_bytes(),
        each["signature_override"].encode(),
        (),
        roots,
        now=NOW,
        fetch=None,
        settings=None,
    )
    return not isinstance(outcome, Failed)


def _signer_roots(root: Path) -> Iterator[Case]:
    for file in sorted((root / "aws-signer-roots").iterdir()):

        def run(file: Path = file) -> bool:
            # One of the files ends in a sign that a terminal put there. As a file of a
            # trust store both refuse that; asked here is whose certificate it is.
            return certificate(file).sha256 in SIGNER_ROOTS

        yield case(
            f"signer-root/{file.name}", accepted="fail" not in file.name, run=run
        )
