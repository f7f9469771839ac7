"""The authority behind a token: paths to a root, and the rules on them (T11, T12)."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from notation_verifier import Passed, Reason, Skipped
from notation_verifier.timestamp.authority import MAX_PATHS, MAX_SIGNATURES
from tests import forge
from tests.forge import timestamps as ts
from tests.forge.revocation import der
from tests.unit.notation_verifier.timestamp_stand import (
    TSA,
    judged,
    outcome,
    reason,
    token,
)

ROOT = forge.CertificateAuthority.root("Clock Root", algorithm="ES256")
CA = ROOT.authority("Clock CA", algorithm="ES256")
INVALID, NOT_TRUSTED = Reason.TSA_CHAIN_INVALID, Reason.TSA_NOT_TRUSTED
LATER = ts.TIME.replace(year=2027)
Extensions = tuple[tuple[x509.ExtensionType, bool], ...]


def stamped(
    signer: forge.Signer, *roots: forge.CertificateAuthority, **changes: Any
) -> str | None:
    """Return why a token by ``signer`` is refused; None if it is not."""
    ders = [each.certificate for each in roots or (ROOT,)]
    found = judged(token(signer=signer, **changes), roots=[der(each) for each in ders])
    return reason(found)


def usages(*oids: x509.ObjectIdentifier, critical: bool = True) -> dict[str, Any]:
    return {"extensions": ((x509.ExtendedKeyUsage(oids), critical),)}


@pytest.mark.parametrize("algorithm", ["PS256", "PS384", "ES256", "ES384", "ES512"])
@pytest.mark.parametrize("length", [2, 3, 4])
def test_authorities_of_every_size_and_key(algorithm: str, length: int) -> None:
    tsa = ts.authority(length, algorithm=algorithm)
    found = judged(token(signer=tsa), roots=[tsa.root_der])
    assert isinstance(outcome(found), Passed), outcome(found)


def test_another_root_of_the_same_name() -> None:
    found = judged(token(), roots=[der(ROOT.certificate)])
    assert reason(found) is NOT_TRUSTED
    same_name = forge.CertificateAuthority.root("TSA Root", algorithm="ES384")
    found = judged(token(), roots=[der(same_name.certificate)])
    assert reason(found) is NOT_TRUSTED
    assert reason(judged(token(), roots=[TSA.root_der])) is None


def test_a_signer_is_no_authority_of_time() -> None:
    """Whoever may sign images may not date them by that."""
    signer = forge.chain(2)
    found = judged(token(signer=signer), roots=[signer.root_der])
    assert reason(found) is NOT_TRUSTED


def test_without_the_intermediate() -> None:
    tsa = ts.leaf(CA)
    assert stamped(tsa) is None
    assert stamped(tsa, certificates=tsa.ders[:1]) is NOT_TRUSTED


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        (usages(ExtendedKeyUsageOID.TIME_STAMPING, critical=False), INVALID),
        (
            usages(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING),
            INVALID,
        ),
        (
            usages(ExtendedKeyUsageOID.TIME_STAMPING, x509.ObjectIdentifier("1.2.3")),
            INVALID,
        ),
        (usages(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE), INVALID),
        (usages(ExtendedKeyUsageOID.CODE_SIGNING), NOT_TRUSTED),
        ({"extensions": ()}, INVALID),
        ({"key_usage": None}, INVALID),
        ({"key_usage": forge.key_usage("content_commitment")}, INVALID),
        (
            {"key_usage": forge.key_usage("digital_signature", "key_encipherment")},
            INVALID,
        ),
        (
            {"key_usage": forge.key_usage("digital_signature", "content_commitment")},
            None,
        ),
        ({"key_usage_critical": False}, None),
        ({"basic_constraints": x509.BasicConstraints(ca=True, path_length=0)}, INVALID),
        ({"basic_constraints": None}, None),
        ({"not_before": LATER}, NOT_TRUSTED),
        ({"not_after": ts.TIME}, None),
        ({"not_before": ts.TIME}, None),
        ({"algorithm": "P-224"}, Reason.TIMESTAMP_SIGNATURE),
    ],
)
def test_the_certificate_that_signs(
    changes: dict[str, Any], wanted: Reason | None
) -> None:
    assert stamped(ts.leaf(CA, **changes)) is wanted


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"key_usage": forge.key_usage("crl_sign")}, NOT_TRUSTED),
        ({"key_usage": None}, INVALID),
        ({"key_usage_critical": False}, None),
        ({"basic_constraints": None}, NOT_TRUSTED),
        (
            {"basic_constraints": x509.BasicConstraints(ca=False, path_length=None)},
            NOT_TRUSTED,
        ),
        ({"basic_constraints": x509.BasicConstraints(ca=True, path_length=0)}, None),
        ({"extended_key_usage": (ExtendedKeyUsageOID.TIME_STAMPING,)}, None),
        ({"extended_key_usage": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)}, None),
        ({"extended_key_usage": (ExtendedKeyUsageOID.CODE_SIGNING,)}, NOT_TRUSTED),
        ({"not_after": ts.TIME.replace(year=2025)}, NOT_TRUSTED),
    ],
)
def test_the_ca_between(changes: dict[str, Any], wanted: Reason | None) -> None:
    assert (
        stamped(ts.leaf(ROOT.authority("CA", algorithm="ES256", **changes))) is wanted
    )


def test_a_path_longer_than_a_ca_allows() -> None:
    for length, wanted in ((0, NOT_TRUSTED), (1, None)):
        limited = forge.CertificateAuthority.root(
            "Limited",
            algorithm="ES256",
            basic_constraints=x509.BasicConstraints(ca=True, path_length=length),
        )
        tsa = ts.leaf(limited.authority("CA", algorithm="ES256"))
        assert stamped(tsa, limited) is wanted


def test_the_root_must_have_been_valid() -> None:
    old = forge.CertificateAuthority.root(
        "Old", algorithm="ES256", not_after=ts.TIME.replace(year=2025)
    )
    assert stamped(ts.leaf(old), old) is NOT_TRUSTED


CONSTRAINTS: dict[str, Extensions] = {
    "name constraints": (
        (x509.NameConstraints([x509.DNSName("a.test")], None), False),
    ),
    "policy constraints": ((x509.PolicyConstraints(0, None), False),),
    "any policy inhibited": ((x509.InhibitAnyPolicy(0), True),),
    "unknown and critical": (
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b""), True),
    ),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraints_are_refused(name: str) -> None:
    limited = ROOT.authority("CA", algorithm="ES256", extensions=CONSTRAINTS[name])
    assert stamped(ts.leaf(limited)) is INVALID


def test_policies_may_be_critical() -> None:
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), None)
    marked = ((x509.CertificatePolicies([policy]), True),)
    limited = ROOT.authority("CA", algorithm="ES256", extensions=marked)
    assert stamped(ts.leaf(limited)) is None


def cross_signed(
    by: forge.CertificateAuthority, **changes: Any
) -> forge.CertificateAuthority:
    """Return ``CA`` again: its name and key, issued by another root."""
    return by.authority("Clock CA", algorithm="ES256", **changes)


def test_of_two_paths_one_is_enough() -> None:
    """A cross-certificate that has expired, or whose root is not in the store."""
    other = forge.CertificateAuthority.root("Other Root", algorithm="ES256")
    tsa = ts.leaf(CA)
    for crossing, roots in (
        (cross_signed(other), (ROOT,)),
        (cross_signed(other), (other,)),
        (cross_signed(other, not_after=ts.TIME.replace(year=2025)), (ROOT, other)),
        (cross_signed(other), (ROOT, other)),
    ):
        ders = [der(crossing.certificate), *tsa.ders[:-1]]
        assert stamped(tsa, *roots, certificates=ders) is None


def test_every_path_must_obey_the_rules() -> None:
    other = forge.CertificateAuthority.root("Other Root", algorithm="ES256")
    crossing = cross_signed(other, key_usage=None)
    tsa = ts.leaf(CA)
    ders = [der(crossing.certificate), *tsa.ders[:-1]]
    assert stamped(tsa, ROOT, certificates=ders) is None
    assert stamped(tsa, ROOT, other, certificates=ders) is INVALID


def test_circles_end() -> None:
    a = forge.CertificateAuthority.root("A", algorithm="ES256")
    b = forge.CertificateAuthority.root("B", algorithm="ES256")
    a_by_b = b.authority("A", algorithm="ES256")
    b_by_a = a.authority("B", algorithm="ES256")
    tsa = ts.leaf(a)
    ders = [*tsa.ders[:1], *(der(each.certificate) for each in (a_by_b, b_by_a))]
    assert stamped(tsa, certificates=ders) is NOT_TRUSTED
    assert stamped(tsa, b, certificates=ders) is None


def test_there_is_an_end_to_paths_and_signatures() -> None:
    twins = [
        forge.CertificateAuthority.root("Twin", algorithm="ES256", serial=number)
        for number in range(1, MAX_PATHS + 2)
    ]
    tsa = ts.leaf(twins[0])
    ders = tsa.ders[:1]
    assert stamped(tsa, *twins[:MAX_PATHS], certificates=ders) is None
    assert stamped(tsa, *twins, certificates=ders) is INVALID
    # Wide and deep: every CA may be below every other of the same name.
    levels = [
        [
            forge.CertificateAuthority.root("0", algorithm="ES256", serial=number)
            for number in (1, 2, 3)
        ]
    ]
    for level in range(1, 6):
        levels.append(
            [
                levels[-1][0].authority(str(level), algorithm="ES256", serial=number)
                for number in (1, 2, 3)
            ]
        )
    tsa = ts.leaf(levels[-1][0])
    ders = [
        tsa.ders[0],
        *(der(each.certificate) for level in levels[1:] for each in level),
    ]
    assert len(ders) == 16
    found = judged(
        token(signer=tsa, certificates=ders),
        roots=[der(levels[0][0].certificate)],
    )
    told = outcome(found)
    assert not isinstance(told, Passed | Skipped)
    assert told.reason is INVALID
    assert str(MAX_PATHS) in told.detail or str(MAX_SIGNATURES) in told.detail
