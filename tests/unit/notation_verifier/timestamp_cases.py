"""Tokens by what makes them right or wrong, with the reason that is due."""

from datetime import timedelta
from typing import Any, Final

from notation_verifier import Reason
from tests import forge
from tests.forge import timestamps as ts
from tests.forge.revocation import generalized, integer, oid, sequence, tlv
from tests.unit.notation_verifier.timestamp_stand import SIGNATURE, TSA, token

RSA_TSA = ts.authority(algorithm="PS256")
OTHER = ts.authority(subject="Other TSA")
LEAF = TSA.chain[0]
RSA_LEAF = RSA_TSA.ders[0]
MALFORMED = Reason.TIMESTAMP_MALFORMED
SIGNATURE_WRONG = Reason.TIMESTAMP_SIGNATURE


def rsa(**changes: Any) -> bytes:
    return token(signer=RSA_TSA, **changes)


def info(**changes: Any) -> bytes:
    return ts.Token(signer=TSA, message=SIGNATURE, **changes).info()


def inserted(info_: bytes, tail: bytes) -> bytes:
    """Return a SEQUENCE with something after its last element."""
    head = 3 if info_[1] & 0x80 else 2
    return sequence(info_[head:], tail)


def time(text: str) -> bytes:
    return tlv(0x18, text.encode())


GOOD: Final[dict[str, bytes]] = {
    "as a public authority writes it": token(),
    "openssl ts": token(
        policy="1.2.3.4.1",
        accuracy=ts.accuracy(1, 500, 100),
        rest=(integer(99), tlv(0xA0, tlv(0xA4, LEAF.subject.public_bytes()))),
        issuer_serial=True,
    ),
    "DigiCert": rsa(
        rest=(integer(2**120),),
        extra=[
            ts.attribute(
                ts.SIGNING_CERTIFICATE,
                sequence(sequence(sequence(tlv(4, ts.digest(ts.SHA1, RSA_LEAF))))),
            )
        ],
    ),
    "Microsoft": rsa(
        policy="1.3.6.1.4.1.601.10.3.1",
        time=time("20260101000001.123Z"),
        accuracy=ts.accuracy(1),
        rest=(integer(1), tlv(0xA0, tlv(0xA4, LEAF.subject.public_bytes()))),
        algorithm=ts.RSA_WITH[ts.SHA256],
        issuer_serial=True,
        attributes={ts.SIGNING_TIME: None},
    ),
    "GlobalSign": rsa(
        digest=ts.SHA256,
        rest=(),
        issuer_serial=True,
        attributes={ts.SIGNING_TIME: None},
        certificates=RSA_TSA.ders,
    ),
    "issuer and serial in the attribute": token(issuer_serial=True),
    "the hash of the attribute named": token(named_hash=ts.SHA512, issuer_serial=True),
    "SHA-384 throughout": token(digest=ts.SHA384, hash=ts.SHA384),
    "SHA-512 throughout": token(digest=ts.SHA512, hash=ts.SHA512),
    "imprint by another hash than the signature": token(hash=ts.SHA512),
    "further certificates named": token(
        further=[sequence(tlv(4, bytes(32)))],
    ),
    "with its root": token(certificates=TSA.ders),
    "certificates in any order": token(certificates=TSA.ders[::-1]),
    "a stranger's certificate too": token(
        certificates=[*forge.chain(1, subject="Stranger").ders, *TSA.ders]
    ),
    "no signing time": token(attributes={ts.SIGNING_TIME: None}),
    "a signing time after 2050's form": token(
        attributes={ts.SIGNING_TIME: (generalized(ts.TIME),)}
    ),
    "an unknown signed attribute": token(
        extra=[ts.attribute("1.2.840.113549.1.9.52", sequence())]
    ),
    "an unsigned attribute": token(unsigned=tlv(0xA1, ts.attribute("1.2.3.4", tlv(5)))),
    "fractions of a second": token(time=time("20260101000001.25Z")),
    "nanoseconds": token(time=time("20260101000001.123456789Z")),
    "an accuracy in every unit": token(accuracy=ts.accuracy(2, 500, 250)),
    "no nonce": token(rest=()),
    "ordering written though false": token(rest=(tlv(1, b"\0"),)),
    "a statement of qualified timestamps": token(
        rest=(ts.tst_extension(critical=False),)
    ),
    "RSA": rsa(),
    "RSA with its hash named": rsa(algorithm=ts.RSA_WITH[ts.SHA256]),
    "RSA SHA-512 over a digest of SHA-256": rsa(
        algorithm=ts.RSA_WITH[ts.SHA512], signed_hash=ts.SHA512
    ),
    "RSA-PSS": rsa(algorithm=ts.RSA_PSS, digest=ts.SHA384),
    "ECDSA SHA-384 over a digest of SHA-256": token(
        algorithm=ts.ECDSA_WITH[ts.SHA384], signed_hash=ts.SHA384
    ),
}
"""Accepted by the reference too."""

BAD: Final[dict[str, tuple[bytes, Reason]]] = {
    "one byte": (b"\x30", MALFORMED),
    "text": (b"-----BEGIN PKCS7-----", MALFORMED),
    "a byte behind": (token() + b"\0", MALFORMED),
    "cut short": (token()[:-1], MALFORMED),
    "indefinite length": (b"\x30\x80" + token()[4:] + b"\0\0", MALFORMED),
    "a certificate": (TSA.root_der, MALFORMED),
    "not signedData": (token().replace(oid(ts.SIGNED_DATA), oid(ts.DATA)), MALFORMED),
    "SignedData of version 1": (token(version=1), MALFORMED),
    "another content type": (token(content_type=ts.DATA), MALFORMED),
    "signer by key identifier": (
        token(info_version=3, identifier=tlv(0x80, bytes(20))),
        MALFORMED,
    ),
    "SignerInfo of version 3": (token(info_version=3), MALFORMED),
    "no signer": (token(infos=lambda _: b""), MALFORMED),
    "two signers": (token(infos=lambda one: one + one), MALFORMED),
    "a certificate that is none": (
        token(certificates=[sequence(integer(1)), *TSA.ders]),
        MALFORMED,
    ),
    "an element cut short where nobody reads": (
        token(
            unsigned=tlv(0xA1, ts.attribute("1.2.3.4", bytes.fromhex("300302"))[:-1])
        ),
        MALFORMED,
    ),
    "an unsigned attribute that is none": (
        token(unsigned=tlv(0xA1, integer(1))),
        MALFORMED,
    ),
    "a digest algorithm that is none": (
        token().replace(
            tlv(0x31, sequence(oid(ts.SHA256), tlv(5))),
            tlv(0x31, sequence(tlv(4, oid(ts.SHA256)[2:]), tlv(5))),
            1,
        ),
        MALFORMED,
    ),
    "CRLs": (token(more=tlv(0xA1, sequence())), MALFORMED),
    "too many certificates": (
        token(certificates=[*TSA.ders, *[TSA.root_der] * 14]),
        MALFORMED,
    ),
    "too large": (token(unsigned=tlv(0xA1, bytes(70_000))), MALFORMED),
    "a TSTInfo that is none": (token(tst_info=b"\x04\x00"), MALFORMED),
    "TSTInfo of version 2": (token(tst_version=2), MALFORMED),
    "something behind the TSTInfo": (
        token(tst_info=inserted(info(rest=()), tlv(4, b"x"))),
        MALFORMED,
    ),
    "a critical extension": (token(rest=(ts.tst_extension(critical=True),)), MALFORMED),
    "local time": (token(time=time("20260101000001")), MALFORMED),
    "an offset": (token(time=time("20260101000001+0100")), MALFORMED),
    "a fraction that ends in zero": (token(time=time("20260101000001.50Z")), MALFORMED),
    "a time that is none": (token(time=time("20260230000001Z")), MALFORMED),
    "UTCTime": (token(time=tlv(0x17, b"260101000001Z")), MALFORMED),
    "the end of the calendar": (
        token(time=time("99991231235959Z"), accuracy=ts.accuracy(2)),
        MALFORMED,
    ),
    "a negative accuracy": (token(accuracy=sequence(integer(-60))), MALFORMED),
    "an accuracy over a day": (token(accuracy=ts.accuracy(86_401)), MALFORMED),
    "a thousand milliseconds": (token(accuracy=ts.accuracy(0, 1000)), MALFORMED),
    "ordering that is neither": (token(rest=(tlv(1, b"\x01"),)), MALFORMED),
    "another signature's": (token(message=b"other"), Reason.TIMESTAMP_MISMATCH),
    "an imprint cut short": (
        token(imprint=ts.digest(ts.SHA256, SIGNATURE)[:20]),
        Reason.TIMESTAMP_MISMATCH,
    ),
    "a SHA-1 imprint": (token(hash=ts.SHA1), SIGNATURE_WRONG),
    "no signing certificate": (
        token(attributes={ts.SIGNING_CERTIFICATE_V2: None}),
        SIGNATURE_WRONG,
    ),
    "the signing certificate in SHA-1 only": (
        token(
            attributes={ts.SIGNING_CERTIFICATE_V2: None},
            extra=[
                ts.attribute(
                    ts.SIGNING_CERTIFICATE,
                    sequence(
                        sequence(sequence(tlv(4, ts.digest(ts.SHA1, TSA.ders[0]))))
                    ),
                )
            ],
        ),
        SIGNATURE_WRONG,
    ),
    "a signing certificate attribute without any": (
        token(attributes={ts.SIGNING_CERTIFICATE_V2: (sequence(sequence()),)}),
        MALFORMED,
    ),
    "a further certificate named by no hash": (
        token(further=[sequence(oid(ts.SHA256))]),
        MALFORMED,
    ),
    "something behind the certificates named": (
        token(
            attributes={
                ts.SIGNING_CERTIFICATE_V2: (
                    sequence(
                        sequence(
                            sequence(tlv(4, ts.digest(ts.SHA256, TSA.ders[0]))),
                        ),
                        integer(1),
                    ),
                )
            }
        ),
        MALFORMED,
    ),
    "the wrong certificate first": (
        token(named=OTHER.chain[0], further=[sequence(tlv(4, bytes(32)))]),
        SIGNATURE_WRONG,
    ),
    "a certificate named by SHA-1": (token(named_hash=ts.SHA1), SIGNATURE_WRONG),
    "an issuer that is no directory name": (
        token(
            issuer_serial=sequence(
                sequence(tlv(0x82, b"tsa.test")), integer(LEAF.serial_number)
            )
        ),
        MALFORMED,
    ),
    "another serial number in the attribute": (
        token(
            issuer_serial=sequence(
                sequence(tlv(0xA4, LEAF.issuer.public_bytes())), integer(5)
            )
        ),
        SIGNATURE_WRONG,
    ),
    "no certificate": (token(certificates=()), SIGNATURE_WRONG),
    "without the one that signed": (token(certificates=TSA.ders[1:]), SIGNATURE_WRONG),
    "signed by another key": (token(key=OTHER.key), SIGNATURE_WRONG),
    "attributes signed in the order sent": (token(sort=False), SIGNATURE_WRONG),
    "no signed attributes": (
        token(
            attributes=dict.fromkeys(
                (
                    ts.CONTENT_TYPE,
                    ts.SIGNING_TIME,
                    ts.MESSAGE_DIGEST,
                    ts.SIGNING_CERTIFICATE_V2,
                )
            )
        ),
        MALFORMED,
    ),
    "a signed attribute twice": (
        token(extra=[ts.attribute(ts.CONTENT_TYPE, oid(ts.TST_INFO))]),
        MALFORMED,
    ),
    "a signed attribute with two values": (
        token(attributes={ts.CONTENT_TYPE: (oid(ts.TST_INFO), oid(ts.TST_INFO))}),
        MALFORMED,
    ),
    "no content type attribute": (
        token(attributes={ts.CONTENT_TYPE: None}),
        SIGNATURE_WRONG,
    ),
    "another content type attribute": (
        token(attributes={ts.CONTENT_TYPE: (oid(ts.DATA),)}),
        SIGNATURE_WRONG,
    ),
    "no message digest": (token(attributes={ts.MESSAGE_DIGEST: None}), SIGNATURE_WRONG),
    "another TSTInfo than was signed": (
        token(
            message=b"other",
            sent=lambda content: content.replace(
                ts.digest(ts.SHA256, b"other"), ts.digest(ts.SHA256, SIGNATURE)
            ),
        ),
        SIGNATURE_WRONG,
    ),
    "SHA-1": (
        token(
            digest=ts.SHA1,
            algorithm=ts.ECDSA_WITH[ts.SHA1],
        ),
        SIGNATURE_WRONG,
    ),
    "a digest of SHA-1 under a signature of SHA-256": (
        token(
            digest=ts.SHA1, algorithm=ts.ECDSA_WITH[ts.SHA256], signed_hash=ts.SHA256
        ),
        SIGNATURE_WRONG,
    ),
    "an unknown algorithm": (token(algorithm="1.2.3.4"), SIGNATURE_WRONG),
    "RSA's algorithm with an elliptic key": (token(algorithm=ts.RSA), SIGNATURE_WRONG),
    "a PSS salt of another length": (
        rsa(algorithm=ts.RSA_PSS, salt_length=20),
        SIGNATURE_WRONG,
    ),
    "PSS signed as PKCS #1": (
        rsa().replace(
            oid(ts.RSA) + tlv(5) + b"\x04", oid(ts.RSA_PSS) + tlv(5) + b"\x04"
        ),
        SIGNATURE_WRONG,
    ),
    "a signing time at which the authority was not valid": (
        token(attributes={ts.SIGNING_TIME: (tlv(0x17, b"190101000000Z"),)}),
        Reason.TSA_NOT_TRUSTED,
    ),
    "a signing time that is none": (
        token(attributes={ts.SIGNING_TIME: (integer(1),)}),
        MALFORMED,
    ),
    "before the authority was valid": (
        token(time=generalized(forge.NOT_BEFORE - timedelta(seconds=1))),
        Reason.TSA_NOT_TRUSTED,
    ),
}
