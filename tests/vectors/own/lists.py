"""CRLs, complete and delta: good, forged, of others, and out of date."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests import forge as envelopes
from tests.forge import revocation as forge
from tests.vectors.own.vector import Case, ListVector

SCENE = forge.scene(crl=[forge.CRL_URL])
WITH_DELTA = {"freshest": (forge.DELTA_URL,)}


def _vector(
    crl: forge.Crl,
    status: str,
    *,
    delta: forge.Crl | None = None,
    signed_at: datetime | None = None,
) -> ListVector:
    lists: Mapping[str, bytes] = {forge.CRL_URL: crl.der()}
    if delta is not None:
        lists = {**lists, forge.DELTA_URL: delta.der()}
    return ListVector(
        chain=SCENE.signer.ders,
        lists=lists,
        at=forge.NOW,
        signed_at=signed_at,
        status=status,
    )


def _delta(*listed: forge.Listed, **changes: Any) -> forge.Crl:
    return SCENE.crl(*listed, **{"number": 12, "base": 10, **changes})


def crl_good() -> ListVector:
    """The issuer's CRL does not list the leaf.

    Issuing CA > Build; signed by Issuing CA

    Clause: trust-store-trust-policy, Certificate Revocation with CRL
    """
    return _vector(SCENE.crl(), "good")


def crl_that_lists_the_leaf() -> ListVector:
    """The issuer's CRL lists the leaf: its key was compromised.

    Issuing CA > Build; signed by Issuing CA

    Clause: trust-store-trust-policy, Certificate Revocation with CRL
    """
    return _vector(SCENE.crl(SCENE.listed(reason=forge.KEY_COMPROMISE)), "revoked")


def crl_that_lists_another() -> ListVector:
    """The issuer's CRL lists another certificate.

    Issuing CA > Build; signed by Issuing CA

    Clause: RFC 5280, section 5.3
    """
    other = SCENE.listed(serial=SCENE.leaf.serial_number + 2)
    return _vector(SCENE.crl(other), "good")


def crl_forged_by_another_key() -> ListVector:
    """In the issuer's name, signed by a key that is not the issuer's.

    Issuing CA > Build; signed by a stranger's key

    Clause: RFC 5280, section 6.3.3 (g)
    """
    key = envelopes.private_key("ES256", "stranger")
    return _vector(replace(SCENE.crl(), key=key), "unknown")


def crl_of_another_issuer() -> ListVector:
    """By another CA, in its own name.

    Issuing CA > Build; signed by Another CA

    Clause: RFC 5280, section 6.3.3 (f)
    """
    other = envelopes.CertificateAuthority.root("Another CA", algorithm="ES256")
    crl = replace(SCENE.crl(), key=other.key, issuer=other.certificate.subject)
    return _vector(crl, "unknown")


def crl_changed_after_it_was_signed() -> ListVector:
    """The leaf's entry was taken out of the list.

    Issuing CA > Build; signed by Issuing CA

    Clause: RFC 5280, section 6.3.3 (g)
    """
    entry = SCENE.listed(reason=forge.KEY_COMPROMISE)

    def spoilt(tbs: bytes) -> bytes:
        return tbs.replace(forge.integer(entry.serial), forge.integer(entry.serial - 2))

    return _vector(SCENE.crl(entry, tamper=spoilt), "unknown")


def crl_out_of_date() -> ListVector:
    """The issuer's, and past its nextUpdate.

    Issuing CA > Build; signed by Issuing CA

    Clause: RFC 5280, section 5.1.2.5
    """
    crl = SCENE.crl(
        this_update=forge.NOW - 3 * forge.DAY, next_update=forge.NOW - 2 * forge.DAY
    )
    return _vector(crl, "unknown")


def crl_of_cas_only() -> ListVector:
    """Covers CA certificates only, which the leaf is not.

    Issuing CA > Build; signed by Issuing CA

    Clause: RFC 5280, section 5.2.5
    """
    return _vector(SCENE.crl(scope=forge.scope(ca=True)), "unknown")


def crl_with_a_later_invalidity_date() -> ListVector:
    """Revoked from a day after the authentic signing time.

    Issuing CA > Build; signed by Issuing CA

    Clause: trust-store-trust-policy, Certificate Revocation with CRL
    """
    date = forge.NOW - 2 * forge.DAY
    entry = SCENE.listed(extensions=(forge.invalidity_date(date),))
    return _vector(SCENE.crl(entry), "good", signed_at=date - forge.DAY)


def crl_with_an_earlier_invalidity_date() -> ListVector:
    """Revoked from a day before the authentic signing time.

    Issuing CA > Build; signed by Issuing CA

    Clause: trust-store-trust-policy, Certificate Revocation with CRL
    """
    date = forge.NOW - 2 * forge.DAY
    entry = SCENE.listed(extensions=(forge.invalidity_date(date),))
    return _vector(SCENE.crl(entry), "revoked", signed_at=date + forge.DAY)


def delta_crl_good() -> ListVector:
    """Neither the CRL nor its delta CRL lists the leaf.

    Issuing CA > Build; both signed by Issuing CA

    Clause: RFC 5280, section 5.2.4
    """
    return _vector(SCENE.crl(**WITH_DELTA), "good", delta=_delta())


def delta_crl_that_lists_the_leaf() -> ListVector:
    """The CRL does not list the leaf, its newer delta CRL does.

    Issuing CA > Build; both signed by Issuing CA

    Clause: RFC 5280, section 5.2.4
    """
    delta = _delta(SCENE.listed(reason=forge.KEY_COMPROMISE))
    return _vector(SCENE.crl(**WITH_DELTA), "revoked", delta=delta)


def delta_crl_that_ends_a_hold() -> ListVector:
    """The CRL holds the leaf, its newer delta CRL takes that back.

    Issuing CA > Build; both signed by Issuing CA

    Clause: RFC 5280, section 5.3.1
    """
    held = SCENE.crl(SCENE.listed(reason=forge.HOLD), **WITH_DELTA)
    taken_back = forge.NOW - 2 * forge.HOUR
    delta = _delta(SCENE.listed(reason=forge.REMOVED, revoked_at=taken_back))
    return _vector(held, "good", delta=delta)


def delta_crl_missing() -> ListVector:
    """The CRL names a delta CRL, and nobody serves it.

    Issuing CA > Build; signed by Issuing CA

    Clause: RFC 5280, section 5.2.6
    """
    return _vector(SCENE.crl(**WITH_DELTA), "unknown")


def delta_crl_of_a_newer_base() -> ListVector:
    """The delta CRL starts from a newer CRL than the one that names it.

    Issuing CA > Build; both signed by Issuing CA

    Clause: RFC 5280, section 5.2.4
    """
    return _vector(SCENE.crl(**WITH_DELTA), "unknown", delta=_delta(base=11))


def delta_crl_forged() -> ListVector:
    """The delta CRL is signed by a key that is not the issuer's.

    Issuing CA > Build; the delta CRL signed by a stranger's key

    Clause: RFC 5280, section 5.2.4
    """
    key = envelopes.private_key("ES256", "stranger")
    delta = replace(_delta(), key=key)
    return _vector(SCENE.crl(**WITH_DELTA), "unknown", delta=delta)


CASES: tuple[Case, ...] = (
    crl_good,
    crl_that_lists_the_leaf,
    crl_that_lists_another,
    crl_forged_by_another_key,
    crl_of_another_issuer,
    crl_changed_after_it_was_signed,
    crl_out_of_date,
    crl_of_cas_only,
    crl_with_a_later_invalidity_date,
    crl_with_an_earlier_invalidity_date,
    delta_crl_good,
    delta_crl_that_lists_the_leaf,
    delta_crl_that_ends_a_hold,
    delta_crl_missing,
    delta_crl_of_a_newer_base,
    delta_crl_forged,
)
