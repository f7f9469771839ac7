"""Rules of timestamps: tokens right, changed in every part, and by every authority.

Tokens are made by ``tests.forge``; their bytes are changed here, before and after they
are signed.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests import forge
from tests.differential import encoding, good
from tests.differential.der_changes import bytes_changed, element_changed
from tests.differential.draft import JWS, X509, Draft
from tests.differential.encoding import Pairs
from tests.differential.rules import rule
from tests.forge import timestamps as ts
from tests.forge.revocation import der, generalized, oid, tlv

_HEADER = "io.cncf.notary.timestampSignature"
_SECOND = timedelta(seconds=1)
_AUTHORITY = ts.authority(3)


def _shape(rng: Random, draft: Draft) -> dict[str, Any]:
    """Return a right token's variable parts."""
    digest = rng.choice((ts.SHA256, ts.SHA384, ts.SHA512))
    return {
        "signer": _AUTHORITY,
        "time": generalized(draft.material.now),
        "hash": rng.choice((ts.SHA256, ts.SHA384, ts.SHA512)),
        "digest": digest,
        "policy": rng.choice((ts.POLICY, ts.BASELINE)),
        "accuracy": rng.choice((b"", ts.accuracy(1), ts.accuracy(0, 500, 1))),
        "issuer_serial": rng.random() < 0.5,
        "named_hash": rng.choice((None, ts.SHA256, ts.SHA512)),
        "attributes": rng.choice(({}, {ts.SIGNING_TIME: None})),
    }


def stamp(
    draft: Draft,
    make: Callable[[bytes], bytes | None],
    roots: Sequence[bytes] = (_AUTHORITY.root_der,),
) -> None:
    """Have the case need a timestamp, and carry what ``make`` gives its signature."""
    draft.statement["trustStores"].append("tsa:clock")
    draft.stores["tsa:clock"] = list(roots)
    draft.statement["signatureVerification"]["verifyTimestamp"] = "always"
    signatures: list[bytes] = []

    def signed(signature: bytes) -> bytes:
        signatures.append(signature)
        return signature

    def carry(header: Pairs) -> Pairs:
        token = make(signatures[-1])
        if token is None:
            return header
        written: Any = token
        if draft.format == JWS:
            written = encoding.base64_standard(token)
        return Pairs([*header, (_HEADER, written)])

    draft.on_signature = signed
    draft.on_unprotected = carry


def token(draft: Draft, **changes: Any) -> Callable[[bytes], bytes]:
    shape = _shape(draft.rng, draft)
    return lambda signature: ts.Token(message=signature, **shape | changes).der()


@rule("timestamp-good", scheme=X509)
def _good(draft: Draft) -> None:
    stamp(draft, token(draft))


@rule("timestamp-missing", scheme=X509)
def _missing(draft: Draft) -> None:
    stamp(draft, lambda _: draft.rng.choice((None, b"")))


@rule("timestamp-of-another", scheme=X509)
def _another(draft: Draft) -> None:
    make = token(draft)
    stamp(draft, lambda signature: make(signature[:-1]))


@rule("timestamp-bytes", scheme=X509)
def _bytes(draft: Draft) -> None:
    make = token(draft)
    stamp(draft, lambda signature: bytes_changed(draft.rng, make(signature)))


@rule("timestamp-elements", scheme=X509)
def _changed(draft: Draft) -> None:
    make = token(draft)
    stamp(draft, lambda signature: element_changed(draft.rng, make(signature)))


@rule("timestamp-info", scheme=X509)
def _info(draft: Draft) -> None:
    """Changed before it is signed: the authority itself says it."""
    shape = _shape(draft.rng, draft)

    def make(signature: bytes) -> bytes:
        right = ts.Token(message=signature, **shape)
        change = draft.rng.choice((element_changed, bytes_changed))
        info = change(draft.rng, right.info())
        return ts.Token(message=signature, tst_info=info, **shape).der()

    stamp(draft, make)


@rule("timestamp-attribute", scheme=X509)
def _attribute(draft: Draft) -> None:
    """The same for a signed attribute."""
    shape = _shape(draft.rng, draft)
    kept = shape.pop("attributes")

    def make(signature: bytes) -> bytes:
        right = ts.Token(message=signature, **shape)
        digest = ts.digest(right.digest, right.info())
        kind, value = draft.rng.choice(
            (
                (ts.CONTENT_TYPE, oid(ts.TST_INFO)),
                (ts.SIGNING_TIME, tlv(0x17, b"260101000001Z")),
                (ts.MESSAGE_DIGEST, tlv(4, digest)),
                (ts.SIGNING_CERTIFICATE_V2, right.signing_certificate()),
            )
        )
        change = draft.rng.choice((element_changed, bytes_changed))
        values = draft.rng.choice(((change(draft.rng, value),), (value, value), None))
        changed = {**kept, kind: values}
        return ts.Token(message=signature, attributes=changed, **shape).der()

    stamp(draft, make)


@rule("timestamp-algorithm", scheme=X509)
def _algorithm(draft: Draft) -> None:
    hashes_ = (ts.SHA1, ts.SHA256, ts.SHA384, ts.SHA512)
    signed = draft.rng.choice(hashes_)
    named = draft.rng.choice((ts.ECDSA_WITH[signed], ts.RSA, ts.RSA_PSS, "1.2.3"))
    digest = draft.rng.choice(hashes_)
    changes = {"digest": digest, "signed_hash": signed, "algorithm": named}
    stamp(draft, token(draft, **changes))


@rule("timestamp-versions", scheme=X509)
def _versions(draft: Draft) -> None:
    name = draft.rng.choice(("tst_version", "version", "info_version"))
    stamp(draft, token(draft, **{name: draft.rng.choice((0, 1, 2, 3, 4))}))


@rule("timestamp-time", scheme=X509)
def _time(draft: Draft) -> None:
    """At, and just outside, the ends of the leaf's validity."""
    leaf = draft.leaf
    edge = draft.rng.choice((leaf.not_before, leaf.not_after))
    moment = edge + draft.rng.randrange(-3, 4) * _SECOND
    changes = {
        "time": generalized(moment),
        "accuracy": draft.rng.choice((b"", *map(ts.accuracy, (0, 1, 2)))),
        "attributes": {ts.SIGNING_TIME: None},
    }
    stamp(draft, token(draft, **changes))


def _authority_changes(draft: Draft, *, ca: bool) -> dict[str, Any]:
    """Return what is odd about one certificate of an authority; often nothing."""
    rng, now = draft.rng, draft.material.now
    constraints = x509.BasicConstraints
    purposes = x509.ExtendedKeyUsage(
        rng.choice(
            (
                [ExtendedKeyUsageOID.TIME_STAMPING],
                [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE],
                [ExtendedKeyUsageOID.CODE_SIGNING],
                [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING],
                [ExtendedKeyUsageOID.TIME_STAMPING, x509.ObjectIdentifier("1.2.3")],
            )
        )
    )
    bits = ("digital_signature", "content_commitment", "key_cert_sign", "crl_sign")
    further: tuple[tuple[x509.ExtensionType, bool], ...] = (
        (x509.NameConstraints([x509.DNSName("a.test")], None), rng.random() < 0.5),
        (x509.PolicyConstraints(rng.choice((0, 1)), None), True),
        (x509.InhibitAnyPolicy(0), True),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.9"), b""), True),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.9"), b""), False),
    )
    own = () if ca else (ts.time_stamping(),)
    return rng.choice(
        (
            {},
            {"key_usage": rng.choice((None, forge.key_usage(*rng.sample(bits, 2))))},
            {"key_usage_critical": False},
            {"basic_constraints_critical": False},
            {
                "basic_constraints": rng.choice(
                    (
                        None,
                        constraints(ca=True, path_length=None),
                        constraints(ca=True, path_length=0),
                        constraints(ca=False, path_length=None),
                    )
                )
            },
            {"extensions": ((purposes, rng.random() < 0.7),)},
            {"extensions": (*own, rng.choice(further))},
            {"not_before": now + rng.randrange(-1, 2) * _SECOND},
            {"not_after": now + rng.randrange(-1, 2) * _SECOND},
        )
    )


@rule("timestamp-authority", scheme=X509)
def _authority(draft: Draft) -> None:
    """A certificate of the authority's own chain is odd."""
    root = forge.CertificateAuthority.root("Clock", algorithm="ES256")
    above, depth = root, draft.rng.randrange(3)
    odd = draft.rng.randrange(depth + 1)
    for number in range(depth):
        changes = _authority_changes(draft, ca=True) if number == odd else {}
        above = above.authority(f"Clock {number}", algorithm="ES256", **changes)
    signer = ts.leaf(
        above, **_authority_changes(draft, ca=False) if odd == depth else {}
    )
    carried = draft.rng.choice((signer.ders[:-1], signer.ders, signer.ders[:1]))
    stamp(
        draft,
        token(draft, signer=signer, certificates=carried),
        roots=[signer.root_der],
    )


@rule("timestamp-cross-signed", scheme=X509)
def _cross_signed(draft: Draft) -> None:
    """Two paths from the authority, one of them odd."""
    rng = draft.rng
    roots = [
        forge.CertificateAuthority.root(name, algorithm="ES256") for name in ("A", "B")
    ]
    between = [
        root.authority(
            "Between", algorithm="ES256", **_authority_changes(draft, ca=True)
        )
        for root in roots
    ]
    signer = ts.leaf(between[0])
    carried = [der(each.certificate) for each in between]
    if rng.random() < 0.3:
        carried.append(der(roots[0].authority("B", algorithm="ES256").certificate))
    rng.shuffle(carried)
    stamp(
        draft,
        token(draft, signer=signer, certificates=[signer.ders[0], *carried]),
        roots=[der(each.certificate) for each in rng.sample(roots, rng.choice((1, 2)))],
    )


@rule("timestamp-stores", scheme=X509)
def _stores(draft: Draft) -> None:
    """Another root than the authority's, of the same name or of another."""
    name = draft.rng.choice(("TSA Root", "Stranger"))
    other = forge.CertificateAuthority.root(name, algorithm="ES384")
    roots = draft.rng.choice(
        ([other.certificate], [other.certificate, _AUTHORITY.chain[-1]])
    )
    stamp(draft, token(draft), roots=[der(each) for each in roots])


@rule("timestamp-stricter-tsa-info", scheme=X509)
def _far_off(draft: Draft) -> None:
    """Accurate to two days: the reference believes it, we do not."""
    draft.chain[0] = replace(draft.leaf, not_before=good.moment(draft, days=-20))
    draft.statement["signatureVerification"] = {"level": "strict"}
    good.reanchor(draft)
    stamp(draft, token(draft, accuracy=ts.accuracy(2 * 86400)))


@rule("timestamp-stricter-tsa-constraints", scheme=X509)
def _constrained(draft: Draft) -> None:
    """The authority's CA constrains names, of a kind that nothing here has."""
    names_ = x509.NameConstraints([x509.DNSName("a.test")], None)
    root = forge.CertificateAuthority.root("Clock", algorithm="ES256")
    above = root.authority("Between", algorithm="ES256", extensions=((names_, True),))
    signer = ts.leaf(above)
    draft.statement["signatureVerification"] = {"level": "strict"}
    stamp(draft, token(draft, signer=signer), roots=[signer.root_der])
