"""Revocation of a timestamp authority's certificates, asked for over loopback."""

from cryptography import x509

from tests.differential.draft import X509, Draft
from tests.differential.revocation_answers import Answers
from tests.differential.rules import rule
from tests.differential.timestamp_rules import stamp, token
from tests.forge import timestamps as ts
from tests.forge.certificates import CertificateAuthority
from tests.forge.revocation import (
    Scene,
    access,
    point,
)


def _authority(
    draft: Draft, *, ocsp: str = "", crl: str = "", freshest: str = ""
) -> Scene:
    """Have the case stamped by an authority that names these sources."""
    root = CertificateAuthority.root("Clock", algorithm="ES256")
    extensions: list[tuple[x509.ExtensionType, bool]] = [ts.time_stamping()]
    if ocsp:
        extensions.append(access(ocsp))
    if crl:
        extensions.append((x509.CRLDistributionPoints([point(crl)]), False))
    if freshest:
        extensions.append((x509.FreshestCRL([point(freshest)]), False))
    signer = ts.leaf(root, extensions=tuple(extensions))
    stamp(draft, token(draft, signer=signer), roots=[signer.root_der])
    return Scene(root, signer)


@rule("timestamp-revocation-good", scheme=X509)
def _good(draft: Draft) -> None:
    rng = draft.rng
    named = rng.choice(({"ocsp"}, {"crl"}, {"ocsp", "crl"}, {"crl", "freshest"}))
    scene = _authority(draft, **{name: draft.url(name) for name in sorted(named)})
    answers = Answers(rng, draft.material.now, scene)
    draft.answers["ocsp"], draft.answers["crl"] = answers.right()
    draft.answers["freshest"] = answers.right_delta()


@rule("timestamp-revocation-ocsp", scheme=X509, weight=2)
def _ocsp(draft: Draft) -> None:
    scene = _authority(draft, ocsp=draft.url("ocsp"))
    _answer(draft, "ocsp", Answers(draft.rng, draft.material.now, scene).ocsp())


@rule("timestamp-revocation-crl", scheme=X509, weight=2)
def _crl(draft: Draft) -> None:
    scene = _authority(draft, crl=draft.url("crl"))
    _answer(draft, "crl", Answers(draft.rng, draft.material.now, scene).crl())


@rule("timestamp-revocation-delta", scheme=X509)
def _delta(draft: Draft) -> None:
    delta = draft.url("freshest")
    scene = _authority(draft, crl=draft.url("crl"), freshest=delta)
    answers = Answers(draft.rng, draft.material.now, scene, freshest=((delta,),))
    _answer(draft, "crl", answers.crl())
    _answer(draft, "freshest", answers.crl(delta=True))


@rule("timestamp-revocation-unreachable", scheme=X509)
def _unreachable(draft: Draft) -> None:
    status = draft.rng.choice((0, 404, 500))
    name = draft.rng.choice(("ocsp", "crl"))
    scene = _authority(draft, **{name: draft.url(name, status=status)})
    answers = Answers(draft.rng, draft.material.now, scene)
    draft.answers["ocsp"], draft.answers["crl"] = answers.right()


def _answer(draft: Draft, name: str, answer: bytes | None) -> None:
    if answer is not None:
        draft.answers[name] = answer
