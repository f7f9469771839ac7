"""A Notation plugin under the name of AWS Signer's, where AWS's own is not at hand.

Written from the plugin specification and the published behaviour of AWS's, for tests
against the simulator: its requests carry no valid signature, so AWS would refuse them.
It imports nothing of ours and nothing that is not Python's own, since the command
starts it twice for each question.

Notation's plugin specification: one command as argument, one JSON object on standard
input and one on standard output.
"""

import base64
import hashlib
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

NAME = "com.amazonaws.signer.notation.plugin"
IDENTITY = "SIGNATURE_VERIFIER.TRUSTED_IDENTITY"
REVOCATION = "SIGNATURE_VERIFIER.REVOCATION_CHECK"
PROFILE_VERSION = "com.amazonaws.signer.signingProfileVersion"
JOB = "com.amazonaws.signer.signingJob"
SCHEME = "notary.x509.signingAuthority"
PLATFORM = "Notation-OCI-SHA384-ECDSA"
METADATA = {
    "name": NAME,
    "description": "stands in for AWS Signer's plugin in tests",
    "version": "1.0.350",
    "url": "https://docs.aws.amazon.com/signer",
    "supportedContractVersions": ["1.0"],
    "capabilities": ["SIGNATURE_GENERATOR.ENVELOPE", IDENTITY, REVOCATION],
}


class PluginError(Exception):
    """What the command is told: a code of the specification, and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def main(arguments: list[str]) -> int:
    try:
        answer = _answer(arguments[1])
    except PluginError as error:
        told = {"errorCode": error.code, "errorMessage": str(error)}
        print(json.dumps(told), file=sys.stderr)
        return 1
    print(json.dumps(answer))
    return 0


def _answer(command: str) -> dict[str, Any]:
    if command == "get-plugin-metadata":
        return METADATA
    request = json.load(sys.stdin)
    if request.get("contractVersion") != "1.0":
        raise PluginError("UNSUPPORTED_CONTRACT_VERSION", "contract version 1.0 only")
    if command == "generate-envelope":
        return _sign(request)
    if command == "verify-signature":
        return _verify(request)
    raise PluginError("VALIDATION_ERROR", f"no such command: {command}")


def _sign(request: dict[str, Any]) -> dict[str, Any]:
    if request.get("expiryDurationInSeconds"):
        raise PluginError("VALIDATION_ERROR", "the profile sets the expiry")
    if request["signatureEnvelopeType"] != "application/jose+json":
        raise PluginError("UNSUPPORTED_ENVELOPE", "JWS only")
    _, _, _, _, account, resource = request["keyId"].split(":", 5)
    answer = _asked(
        request,
        "POST",
        "/signing-jobs/with-payload",
        {
            "profileName": resource.split("/")[2],
            "profileOwner": account,
            "payload": request["payload"],
            "payloadFormat": request["payloadType"],
        },
    )
    return {
        "signatureEnvelope": answer["signature"],
        "signatureEnvelopeType": request["signatureEnvelopeType"],
        "annotations": answer["metadata"],
    }


def _verify(request: dict[str, Any]) -> dict[str, Any]:
    critical = request["signature"]["criticalAttributes"]
    policy = request["trustPolicy"]
    if "*" in policy["trustedIdentities"]:
        raise PluginError("VALIDATION_ERROR", "* is no identity of a signing profile")
    if critical.get("signingScheme", "").lower() != SCHEME.lower():
        raise PluginError("UNSUPPORTED", "another signing scheme")
    if not critical.get("authenticSigningTime"):
        raise PluginError("VALIDATION_ERROR", "no authentic signing time")
    said: dict[str, Any] = {}
    extended = critical.get("extendedAttributes") or {}
    for capability in policy["signatureVerification"]:
        if capability == IDENTITY:
            said[capability] = _identity(extended, policy["trustedIdentities"])
        elif capability == REVOCATION:
            said[capability] = _revocation(request, critical, extended)
        else:
            raise PluginError("VALIDATION_ERROR", f"no such capability: {capability}")
    return {
        "verificationResults": said,
        "processedAttributes": [PROFILE_VERSION, JOB],
    }


def _attribute(extended: dict[str, Any], name: str) -> str:
    value = extended.get(name)
    if not isinstance(value, str):
        raise PluginError("VALIDATION_ERROR", f"unable to read {name}")
    return value


def _identity(extended: dict[str, Any], identities: list[str]) -> dict[str, Any]:
    signed_by = _attribute(extended, PROFILE_VERSION).lower()
    for identity in identities:
        parts = identity.lower().split(":", 5)
        if len(parts) < 6 or parts[0] != "arn" or parts[2] != "signer":
            continue
        steps = parts[5].split("/")
        if steps[:2] != ["", "signing-profiles"]:
            continue
        compared = {3: signed_by.rpartition("/")[0], 4: signed_by}.get(len(steps))
        if compared == identity.lower():
            return {"success": True, "reason": f"matched {identity}"}
    return {"success": False, "reason": "no trusted identity matches"}


def _revocation(
    request: dict[str, Any], critical: dict[str, Any], extended: dict[str, Any]
) -> dict[str, Any]:
    chain = [base64.b64decode(one) for one in request["signature"]["certificateChain"]]
    own = [hashlib.sha384(_to_be_signed(der)).hexdigest() for der in chain]
    query = [
        ("signatureTimestamp", critical["authenticSigningTime"]),
        ("platformId", PLATFORM),
        ("profileVersionArn", _attribute(extended, PROFILE_VERSION)),
        ("jobArn", _attribute(extended, JOB)),
        *(
            ("certificateHashes", one + issuer)
            for one, issuer in zip(own, [*own[1:], own[-1]], strict=True)
        ),
    ]
    try:
        path = "/revocations?" + urllib.parse.urlencode(query)
        answer = _asked(request, "GET", path, None)
    except PluginError as error:
        return {"success": False, "reason": str(error)}
    if answer["revokedEntities"]:
        return {"success": False, "reason": f"revoked: {answer['revokedEntities']}"}
    return {"success": True, "reason": "not revoked"}


def _to_be_signed(der: bytes) -> bytes:
    """Return the TBSCertificate, the first element of a certificate's sequence."""
    start, _ = _content(der, 0)
    _, end = _content(der, start)
    return der[start:end]


def _content(der: bytes, at: int) -> tuple[int, int]:
    """Return where an element's content starts and ends."""
    length, start = der[at + 1], at + 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[at + 2 : start])
    return start, start + length


def _asked(
    request: dict[str, Any], method: str, path: str, body: dict[str, Any] | None
) -> dict[str, Any]:
    """Return Signer's answer."""
    config = request.get("pluginConfig") or {}
    region = config["aws-region"]
    scope = f"{config['account']}/20260101/{region}/signer/aws4_request"
    asked = urllib.request.Request(
        config["aws-signer-endpoint-url"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=x"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=10) as response:
            answer: dict[str, Any] = json.load(response)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise PluginError("ERROR", f"Signer: {error}") from error
    return answer


if __name__ == "__main__":
    sys.exit(main(sys.argv))
