"""Revocation: OCSP, CRLs and delta CRLs, asked for over HTTP on loopback.

Trust-store-trust-policy, Certificate Revocation Evaluation. Answers are drawn by
``revocation_answers``; here is who is named in which certificate.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.differential import good, names
from tests.differential.der_changes import bytes_changed, element_changed
from tests.differential.draft import SIGNING_AUTHORITY, Draft
from tests.differential.revocation_answers import DAY, HOUR, Answers
from tests.differential.revocation_sources import (
    DIRECTORY,
    TLS,
    Sources,
    name_sources,
)
from tests.differential.rules import rule
from tests.forge import revocation as forge

_CHAINS = (2, 3, 4)
_ABOVE = (3, 4)
_OCSP: tuple[tuple[str, ...], ...] = (("ocsp",), ("ocsp",), ("ocsp", "second"))
_CRL: tuple[tuple[str, ...], ...] = (("crl",), ("crl",), ("crl", "crl2"))
_UNHEARD = (0, 404, 500, 204, 302)
"""Statuses that bring no answer; 0 is a port that refuses."""


def _enforced(draft: Draft) -> None:
    """Let revocation decide, mostly; and date what the answers are dated around."""
    if draft.rng.random() < 0.75:
        draft.statement["signatureVerification"] = {"level": "strict"}
    if draft.scheme == SIGNING_AUTHORITY:
        draft.signing_time = draft.material.now + draft.rng.choice(
            (-3 * DAY + HOUR, -DAY, 0 * DAY)
        )


def _urls(draft: Draft, names_: Sequence[str]) -> list[str]:
    """Return where these are served; one in twelve cannot be reached."""
    return [
        draft.url(name, status=draft.rng.choice(_UNHEARD))
        if draft.rng.random() < 1 / 12
        else draft.url(name)
        for name in names_
    ]


def _drawn(
    draft: Draft,
    *,
    ocsp: Sequence[str] = (),
    crl: Sequence[str] = (),
    delta: bool = False,
    index: int = 0,
) -> None:
    """Name sources in a certificate, and have them answer as it happens."""
    rng = draft.rng
    _enforced(draft)
    prefix = f"{index}-"
    responders = _urls(draft, [prefix + name for name in ocsp])
    if ocsp and rng.random() < 0.1:
        responders.insert(0, TLS)
    lists = _urls(draft, [prefix + name for name in crl])
    if crl and rng.random() < 0.1:
        lists.insert(0, DIRECTORY)
    deltas = _urls(draft, [prefix + "delta", prefix + "copy"])
    freshest: tuple[tuple[str, ...], ...] = ()
    if delta or (crl and rng.random() < 0.15):
        freshest = (
            (deltas[0],),
            (deltas[0],),
            (deltas[1], deltas[0]),
            (DIRECTORY, deltas[0]),
            (DIRECTORY,),
        )
    named = rng.choice(freshest) if freshest and rng.random() < 0.2 else ()
    scene = name_sources(
        draft, Sources(ocsp=responders, crl=lists, freshest=named), index
    )
    answers = Answers(rng, draft.material.now, scene, freshest=freshest)
    made = {name: answers.ocsp() for name in ocsp}
    made |= {name: answers.crl() for name in crl}
    if freshest:
        made |= {name: answers.crl(delta=True) for name in ("delta", "copy")}
    for name, answer in made.items():
        if answer is not None:
            draft.answers[prefix + name] = answer


@rule("revocation-ocsp", lengths=_CHAINS, weight=4)
def _ocsp(draft: Draft) -> None:
    _drawn(draft, ocsp=draft.rng.choice(_OCSP))


@rule("revocation-crl", lengths=_CHAINS, weight=4)
def _crl(draft: Draft) -> None:
    _drawn(draft, crl=draft.rng.choice(_CRL))


@rule("revocation-delta", lengths=_CHAINS, weight=4)
def _delta(draft: Draft) -> None:
    _drawn(draft, crl=draft.rng.choice(_CRL), delta=True)


@rule("revocation-both", lengths=_CHAINS, weight=3)
def _both(draft: Draft) -> None:
    _drawn(draft, ocsp=draft.rng.choice(_OCSP), crl=draft.rng.choice(_CRL))


@rule("revocation-invalidity-date", scheme=SIGNING_AUTHORITY, lengths=_CHAINS)
def _invalidity(draft: Draft) -> None:
    """Revoked for what was signed from a date on; signed before, at and after it."""
    now, rng = draft.material.now, draft.rng
    draft.statement["signatureVerification"] = {"level": "strict"}
    draft.signing_time = now - 2 * DAY
    date = draft.signing_time + rng.choice((-DAY, -1 * _SECOND, 0 * DAY, _SECOND, DAY))
    extensions = (forge.invalidity_date(date),)
    times: dict[str, Any] = {"this_update": now - HOUR, "next_update": now + DAY}
    revoked: dict[str, Any] = {
        "revoked_at": now - DAY,
        "reason": rng.choice((None, 1, 4)),
        "extensions": extensions,
    }
    if rng.random() < 0.5:
        scene = name_sources(draft, Sources(ocsp=[draft.url("0-ocsp")]))
        response = scene.ocsp("revoked", **times, **revoked, produced_at=now - HOUR)
        draft.answers["0-ocsp"] = response.der()
    else:
        scene = name_sources(draft, Sources(crl=[draft.url("0-crl")]))
        draft.answers["0-crl"] = scene.crl(scene.listed(**revoked), **times).der()


_SECOND = HOUR / 3600


@rule("revocation-of-a-ca", lengths=_ABOVE)
def _of_a_ca(draft: Draft) -> None:
    """Every certificate but the root names its sources, the highest first."""
    for index in reversed(range(len(draft.chain) - 1)):
        rng = draft.rng
        if rng.random() < 0.4:
            _right(draft, index)
        else:
            _drawn(draft, ocsp=rng.choice(_OCSP), index=index)


def _right(draft: Draft, index: int = 0) -> None:
    ocsp, crl, delta = f"{index}-ocsp", f"{index}-crl", f"{index}-delta"
    named = draft.rng.choice(
        (
            Sources(ocsp=[draft.url(ocsp)]),
            Sources(crl=[draft.url(crl)]),
            Sources(ocsp=[draft.url(ocsp)], crl=[draft.url(crl)]),
            Sources(ocsp=[draft.url(ocsp, status=0)], crl=[draft.url(crl)]),
            Sources(crl=[draft.url(crl)], freshest=[draft.url(delta)]),
        )
    )
    scene = name_sources(draft, named, index)
    answers = Answers(draft.rng, draft.material.now, scene)
    draft.answers[ocsp], draft.answers[crl] = answers.right()
    draft.answers[delta] = answers.right_delta()


@rule("revocation-good", lengths=_CHAINS, weight=2)
def _good(draft: Draft) -> None:
    """Asked, and answered rightly, of every certificate but the root."""
    for index in reversed(range(len(draft.chain) - 1)):
        _right(draft, index)


@rule("revocation-unreachable", lengths=_CHAINS)
def _unreachable(draft: Draft) -> None:
    """Refused ports, statuses of failure, and a right answer under a wrong status."""
    rng = draft.rng
    _enforced(draft)
    statuses = [rng.choice(_UNHEARD) for _ in range(2)]
    ocsp = [draft.url("0-ocsp", status=statuses[0])]
    crl = [draft.url("0-crl", status=statuses[1])]
    named = rng.choice(
        (Sources(ocsp=ocsp), Sources(crl=crl), Sources(ocsp=ocsp, crl=crl))
    )
    scene = name_sources(draft, named)
    answers = Answers(rng, draft.material.now, scene)
    draft.answers["0-ocsp"], draft.answers["0-crl"] = answers.right()


@rule("revocation-garbled", lengths=_CHAINS, weight=3)
def _garbled(draft: Draft) -> None:
    """Right answers whose bytes, or elements, were changed on the way."""
    rng = draft.rng
    _right(draft)
    _enforced(draft)
    change = rng.choice((bytes_changed, element_changed))
    for name, answer in draft.answers.items():
        draft.answers[name] = change(rng, answer)


@rule("revocation-unanchored", lengths=_CHAINS)
def _unanchored(draft: Draft) -> None:
    """Nobody vouches for the chain that names who is to be asked."""
    _right(draft)
    draft.statement["signatureVerification"] = {
        "level": "audit",
        "override": {"revocation": draft.rng.choice(("enforce", "log"))},
    }
    key = draft.material.keys.key("p256", 9)
    stranger = replace(
        draft.chain[-1],
        subject=names.plain("stranger"),
        issuer=names.plain("stranger"),
        key=key,
        signer=key,
        hash="sha256",
        padding="pkcs1",
    )
    draft.stores = {
        f"{draft.store_type}:acme": [draft.material.certificates.certificate(stranger)]
    }


@rule("revocation-levels", lengths=_CHAINS)
def _levels(draft: Draft) -> None:
    """Good, revoked and unknown under every level and override."""
    rng, now = draft.rng, draft.material.now
    draft.statement["signatureVerification"] = good.level(rng)
    scene = name_sources(draft, Sources(ocsp=[draft.url("0-ocsp")]))
    status = rng.choice(("good", "revoked", "revoked", "unknown"))
    response = scene.ocsp(
        status,
        this_update=now - HOUR,
        next_update=now + DAY,
        produced_at=now - HOUR,
        revoked_at=now - DAY,
    )
    draft.answers["0-ocsp"] = response.der()
