"""Signature envelopes in JWS and COSE, with every part open to be changed."""

import hashlib
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import cbor2

from notation_verifier import Descriptor
from tests.forge.certificates import Signer
from tests.forge.keys import PrivateKey, envelope_signature

JWS = "application/jose+json"
COSE = "application/cose"
PAYLOAD_TYPE = "application/vnd.cncf.notary.payload.v1+json"
IMAGE_TYPE = "application/vnd.oci.image.manifest.v1+json"
SIGNING_TIME = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
"""A time of verification at which everything forged by default is valid."""


class _Omit:
    """Its text holds no address: it becomes part of tests' names, equal in each run."""

    def __repr__(self) -> str:
        return "OMIT"


OMIT: Final = _Omit()
"""As a member's value: leave the member out."""

_PREFIX = "io.cncf.notary."
_SCHEME_TIME = {
    "notary.x509": _PREFIX + "signingTime",
    "notary.x509.signingAuthority": _PREFIX + "authenticSigningTime",
}
_COSE_NUMBERS = {
    "PS256": -37,
    "PS384": -38,
    "PS512": -39,
    "ES256": -7,
    "ES384": -35,
    "ES512": -36,
}


def descriptor(content: bytes = b"{}", media_type: str = IMAGE_TYPE) -> Descriptor:
    """Return the descriptor of a manifest with these bytes."""
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    return Descriptor(media_type=media_type, digest=digest, size=len(content))


def payload_of(
    subject: Descriptor, annotations: Mapping[str, str] | None = None
) -> bytes:
    """Return the payload that binds ``subject``."""
    target: dict[str, Any] = {
        "mediaType": subject.media_type,
        "digest": subject.digest,
        "size": subject.size,
    }
    if annotations:
        target["annotations"] = dict(annotations)
    return _json({"targetArtifact": target})


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _rfc3339(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _changed(members: dict[Any, Any], changes: Mapping[Any, Any]) -> dict[Any, Any]:
    merged = {**members, **changes}
    return {name: value for name, value in merged.items() if value is not OMIT}


def _signed_attributes(
    scheme: str,
    signing_time: object,
    expiry: object | None,
    critical: Mapping[str, Any],
    attributes: Mapping[str, Any],
) -> tuple[dict[str, Any], list[str]]:
    """Return the attributes that both formats have, and what must be critical."""
    time_name = _SCHEME_TIME.get(scheme, _PREFIX + "signingTime")
    members: dict[str, Any] = {
        _PREFIX + "signingScheme": scheme,
        time_name: signing_time,
    }
    listed = [_PREFIX + "signingScheme"]
    if time_name.endswith("authenticSigningTime"):
        listed.append(time_name)
    if expiry is not None:
        members[_PREFIX + "expiry"] = expiry
        listed.append(_PREFIX + "expiry")
    return {**members, **critical, **attributes}, [*listed, *critical]


def jws_envelope(  # noqa: PLR0913 - every part can be changed
    payload: bytes,
    signer: Signer,
    *,
    scheme: str = "notary.x509",
    signing_time: datetime = SIGNING_TIME,
    expiry: datetime | None = None,
    content_type: str = PAYLOAD_TYPE,
    critical: Mapping[str, Any] | None = None,
    attributes: Mapping[str, Any] | None = None,
    crit: Sequence[Any] | None = None,
    protected: Mapping[str, Any] | None = None,
    protected_bytes: bytes | None = None,
    header: Mapping[str, Any] | None = None,
    members: Mapping[str, Any] | None = None,
    chain: Sequence[bytes] | None = None,
    algorithm: str | None = None,
    header_algorithm: str | None = None,
    key: PrivateKey | None = None,
    salt_length: int | None = None,
    timestamp: bytes | None = None,
    tamper: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """Return a JWS envelope that signs ``payload``.

    Args:
        payload: the signed bytes.
        signer: whose key signs, whose chain is sent.
        scheme: the signing scheme; its own time header is used.
        signing_time: the (authentic) signing time.
        expiry: of the signature; always critical.
        content_type: ``cty``.
        critical: extended attributes listed in ``crit``.
        attributes: extended attributes not listed.
        crit: replaces the list of critical names.
        protected: changes to the protected header; OMIT removes a member.
        protected_bytes: replaces the whole protected header, before it is signed.
        header: changes to the unprotected header.
        members: changes to the envelope's own members, after signing.
        chain: replaces the certificates sent (DER, leaf first).
        algorithm: what to sign with, where it is not what the key implies.
        header_algorithm: ``alg``, where it is not what is signed with.
        key: signs in place of the signer's.
        salt_length: of PSS, where it is not the hash's.
        timestamp: an RFC 3161 token for the unprotected header.
        tamper: changes the finished bytes.
    """
    signing = algorithm or signer.algorithm
    signed, listed = _signed_attributes(
        scheme,
        _rfc3339(signing_time),
        None if expiry is None else _rfc3339(expiry),
        critical or {},
        attributes or {},
    )
    head = _changed(
        {
            "alg": header_algorithm or signing,
            "cty": content_type,
            "crit": listed if crit is None else list(crit),
            **signed,
        },
        protected or {},
    )
    head_bytes = _json(head) if protected_bytes is None else protected_bytes
    signing_input = f"{_base64url(head_bytes)}.{_base64url(payload)}"
    signature = envelope_signature(
        key or signer.key, signing, signing_input.encode(), salt_length=salt_length
    )
    unprotected: dict[str, Any] = {
        "x5c": [
            b64encode(der).decode() for der in (signer.ders if chain is None else chain)
        ],
        _PREFIX + "signingAgent": "forge/1.0",
    }
    if timestamp is not None:
        unprotected[_PREFIX + "timestampSignature"] = b64encode(timestamp).decode()
    envelope = {
        "payload": _base64url(payload),
        "protected": _base64url(head_bytes),
        "header": _changed(unprotected, header or {}),
        "signature": _base64url(signature),
    }
    data = _json(_changed(envelope, members or {}))
    return data if tamper is None else tamper(data)


def cose_envelope(  # noqa: PLR0913 - every part can be changed
    payload: bytes,
    signer: Signer,
    *,
    scheme: str = "notary.x509",
    signing_time: datetime = SIGNING_TIME,
    expiry: datetime | None = None,
    content_type: str = PAYLOAD_TYPE,
    critical: Mapping[str, Any] | None = None,
    attributes: Mapping[str, Any] | None = None,
    crit: Sequence[Any] | None = None,
    protected: Mapping[Any, Any] | None = None,
    protected_bytes: bytes | None = None,
    header: Mapping[Any, Any] | None = None,
    members: Mapping[int, Any] | None = None,
    chain: Sequence[bytes] | None = None,
    algorithm: str | None = None,
    header_algorithm: str | None = None,
    key: PrivateKey | None = None,
    salt_length: int | None = None,
    timestamp: bytes | None = None,
    tamper: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """Return a COSE envelope that signs ``payload``; see :func:`jws_envelope`.

    ``members`` changes the four items by their index; a value in ``protected`` may be a
    ``cbor2.CBORTag``.
    """
    signing = algorithm or signer.algorithm
    signed, listed = _signed_attributes(
        scheme,
        cbor2.CBORTag(1, int(signing_time.timestamp())),
        None if expiry is None else cbor2.CBORTag(1, int(expiry.timestamp())),
        critical or {},
        attributes or {},
    )
    head = _changed(
        {
            1: _COSE_NUMBERS[header_algorithm or signing],
            2: listed if crit is None else list(crit),
            3: content_type,
            **signed,
        },
        protected or {},
    )
    head_bytes = cbor2.dumps(head) if protected_bytes is None else protected_bytes
    signing_input = cbor2.dumps(["Signature1", head_bytes, b"", payload])
    signature = envelope_signature(
        key or signer.key, signing, signing_input, salt_length=salt_length
    )
    unprotected: dict[Any, Any] = {
        33: list(signer.ders if chain is None else chain),
        _PREFIX + "signingAgent": "forge/1.0",
    }
    if timestamp is not None:
        unprotected[_PREFIX + "timestampSignature"] = timestamp
    items: list[Any] = [
        head_bytes,
        _changed(unprotected, header or {}),
        payload,
        signature,
    ]
    for index, value in (members or {}).items():
        items[index] = value
    data = cbor2.dumps(cbor2.CBORTag(18, items))
    return data if tamper is None else tamper(data)


def sign(
    subject: Descriptor,
    signer: Signer,
    format: str = "jws",  # noqa: A002 - the word users have for it
    *,
    annotations: Mapping[str, str] | None = None,
    payload: bytes | None = None,
    **changes: Any,
) -> bytes:
    """Return an envelope of ``subject`` by ``signer``: the one function most need.

    Args:
        subject: what the signature is of.
        signer: whose key signs.
        format: ``jws`` or ``cose``.
        annotations: signed user metadata.
        payload: replaces the payload that binds ``subject``.
        changes: as :func:`jws_envelope` and :func:`cose_envelope` take them.
    """
    content = payload_of(subject, annotations) if payload is None else payload
    match format:
        case "jws":
            return jws_envelope(content, signer, **changes)
        case "cose":
            return cose_envelope(content, signer, **changes)
        case _:
            raise ValueError(f"no envelope format {format!r}; there are jws and cose")


def signature_of(envelope: bytes) -> bytes:
    """Return the signature of an envelope that ``sign`` made."""
    if envelope.startswith(b"{"):
        return urlsafe_b64decode(json.loads(envelope)["signature"] + "==")
    found: bytes = cbor2.loads(envelope).value[3]
    return found
