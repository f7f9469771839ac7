"""Where we are stricter about revocation: a rule for each class of docs/deviations.md.

The reference finds each of these good; the classes must come up in every full run.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.differential.draft import SIGNING_AUTHORITY, Draft
from tests.differential.revocation_answers import DAY, HOUR
from tests.differential.revocation_sources import (
    Sources,
    name_sources,
)
from tests.differential.rules import rule
from tests.forge import revocation as forge

_CHAINS = (2, 3, 4)
_FEW_MINUTES = timedelta(minutes=20)


class _Scene:
    """A leaf that names an OCSP responder or a CRL, and what is right about answers."""

    def __init__(
        self,
        draft: Draft,
        *,
        ocsp: bool = False,
        crl: Sequence[str | x509.DistributionPoint] = (),
    ) -> None:
        draft.statement["signatureVerification"] = {"level": "strict"}
        self.draft = draft
        self.now = draft.material.now
        self.times: dict[str, Any] = {
            "this_update": self.now - HOUR,
            "next_update": self.now + DAY,
        }
        named = Sources(ocsp=[draft.url("ocsp")] if ocsp else (), crl=crl)
        self.made = name_sources(draft, named)

    @property
    def sha1(self) -> str:
        """The issuer's signature algorithm over SHA-1."""
        is_rsa = isinstance(self.made.authority.key, rsa.RSAPrivateKey)
        return forge.RSA_SHA1 if is_rsa else forge.ECDSA_SHA1

    def response(self, status: str = "good", **changes: Any) -> forge.Response:
        """Return an OCSP response, right but for the changes."""
        produced = {"produced_at": self.now - HOUR}
        return self.made.ocsp(status, **{**self.times, **produced, **changes})

    def list(self, *listed: forge.Listed, **changes: Any) -> forge.Crl:
        """Return a CRL, right but for the changes."""
        return self.made.crl(*listed, **{**self.times, **changes})

    def answer(self, name: str, answer: forge.Response | forge.Crl) -> None:
        """Have it served."""
        self.draft.answers[name] = answer.der()


def _ocsp(
    class_: str,
) -> Callable[[Callable[[_Scene], forge.Response]], None]:
    """Enter a rule whose leaf names one responder."""

    def enter(make: Callable[[_Scene], forge.Response]) -> None:
        @rule(f"revocation-stricter-{class_}", lengths=_CHAINS)
        def _apply(draft: Draft) -> None:
            scene = _Scene(draft, ocsp=True)
            scene.answer("ocsp", make(scene))

    return enter


def _crl(class_: str) -> Callable[[Callable[[_Scene], forge.Crl]], None]:
    """Enter a rule whose leaf names one CRL."""

    def enter(make: Callable[[_Scene], forge.Crl]) -> None:
        @rule(f"revocation-stricter-{class_}", lengths=_CHAINS)
        def _apply(draft: Draft) -> None:
            scene = _Scene(draft, crl=[draft.url("crl")])
            scene.answer("crl", make(scene))

    return enter


@_ocsp("ocsp-responder")
def _responder(scene: _Scene) -> forge.Response:
    """The leaf answers for itself."""
    return scene.made.delegated(
        by=scene.made.signer, **scene.times, produced_at=scene.now - HOUR
    )


@_ocsp("ocsp-issuer")
def _issuer(scene: _Scene) -> forge.Response:
    """The serial number is ours, the issuer is another."""
    return scene.response(issuer=scene.made.leaf)


@_ocsp("ocsp-single")
def _single(scene: _Scene) -> forge.Response:
    """Two answers for one certificate."""
    single = scene.made.single(**scene.times)
    return scene.response(singles=(single, single))


@_ocsp("revocation-algorithms")
def _algorithms(scene: _Scene) -> forge.Response:
    """Signed over SHA-1."""
    return scene.response(algorithm=scene.sha1)


@_ocsp("revocation-future")
def _future(scene: _Scene) -> forge.Response:
    """Of twenty minutes from now."""
    return scene.response(this_update=scene.now + _FEW_MINUTES)


@_crl("crl-issuer")
def _crl_issuer(scene: _Scene) -> forge.Crl:
    """In another name, by our issuer's key."""
    return scene.list(issuer=scene.made.leaf.subject)


@_crl("crl-scope")
def _scope(scene: _Scene) -> forge.Crl:
    """Covers CA certificates only."""
    return scene.list(scope=forge.scope(ca=True))


@rule("revocation-stricter-revocation-encoding", lengths=_CHAINS)
def _encoding(draft: Draft) -> None:
    """A byte follows the CRL."""
    scene = _Scene(draft, crl=[draft.url("crl")])
    draft.answers["crl"] = scene.list().der() + b"\0"


@rule("revocation-stricter-crl-entries", scheme=SIGNING_AUTHORITY, lengths=_CHAINS)
def _entries(draft: Draft) -> None:
    """The first entry spares the signature, the second does not."""
    scene = _Scene(draft, crl=[draft.url("crl")])
    draft.signing_time = scene.now - 2 * DAY
    spares = (forge.invalidity_date(scene.now - DAY),)
    first = scene.made.listed(revoked_at=scene.now - DAY, extensions=spares)
    second = scene.made.listed(revoked_at=scene.now - DAY, reason=1)
    scene.answer("crl", scene.list(first, second))


@rule("revocation-stricter-crl-delta", lengths=_CHAINS)
def _delta(draft: Draft) -> None:
    """The delta CRL covers user certificates only, the CRL all."""
    scene = _Scene(draft, crl=[draft.url("crl")])
    scene.answer("crl", scene.list(freshest=[draft.url("delta")]))
    scope = forge.scope(user=True)
    scene.answer("delta", scene.list(number=12, base=10, scope=scope))


@rule("revocation-stricter-revoked-for-good", lengths=_CHAINS)
def _for_good(draft: Draft) -> None:
    """An expired answer revokes for good; the CRL does not list the leaf."""
    scene = _Scene(draft, ocsp=True, crl=[draft.url("crl")])
    old = {"this_update": scene.now - 3 * DAY, "next_update": scene.now - 2 * DAY}
    revoked = scene.response("revoked", reason=1, revoked_at=scene.now - 4 * DAY, **old)
    scene.answer("ocsp", revoked)
    scene.answer("crl", scene.list())


@rule("revocation-stricter-refused-revocation", lengths=_CHAINS)
def _refused(draft: Draft) -> None:
    """An expired answer says that the leaf is held; the CRL does not list it."""
    scene = _Scene(draft, ocsp=True, crl=[draft.url("crl")])
    old = {"this_update": scene.now - 3 * DAY, "next_update": scene.now - 2 * DAY}
    held = scene.response(
        "revoked", reason=forge.HOLD, revoked_at=scene.now - 4 * DAY, **old
    )
    scene.answer("ocsp", held)
    scene.answer("crl", scene.list())


@rule("revocation-stricter-revocation-urls", lengths=_CHAINS)
def _urls(draft: Draft) -> None:
    """Nine CRLs, of which eight are asked for at most."""
    names = [f"crl{number}" for number in range(9)]
    scene = _Scene(draft, crl=[draft.url(name) for name in names])
    for name in names:
        scene.answer(name, scene.list())


@rule("revocation-stricter-revocation-pointers", lengths=_CHAINS)
def _pointers(draft: Draft) -> None:
    """A CRL that a directory has, by a name and not by a URL."""
    name = x509.DirectoryName(x509.Name.from_rfc4514_string("CN=list,O=acme"))
    _Scene(draft, crl=[x509.DistributionPoint([name], None, None, None)])
