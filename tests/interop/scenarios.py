"""Scenarios made for the comparison: keys, formats, chains, levels, trust, identities.

Signatures are by the real ``notation`` wherever it would make them; what it would not
sign with (an expired certificate) is forged. All questions share one trust policy
document, a statement per scope, so that the command starts once a question.
"""

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo.layouts.make import add_image, attach
from demo.layouts.oci_layout import OciLayout
from demo.layouts.signing import Notation
from tests import forge
from tests.forge import Signer
from tests.interop.judges import REGISTRY, Scenario

FORMATS = ("jws", "cose")
# Nothing listens on the discard port: an OCSP responder that never answers.
DEAD_RESPONDER = "http://127.0.0.1:9/"
LEVELS: dict[str, dict[str, Any]] = {
    "strict": {"level": "strict"},
    "permissive": {"level": "permissive"},
    "audit": {"level": "audit"},
    "strict, expiry logged": {"level": "strict", "override": {"expiry": "log"}},
    "strict, authenticity logged": {
        "level": "strict",
        "override": {"authenticity": "log"},
    },
    "strict, time logged": {
        "level": "strict",
        "override": {"authenticTimestamp": "log"},
    },
    "permissive, expiry enforced": {
        "level": "permissive",
        "override": {"expiry": "enforce"},
    },
    "permissive, time enforced": {
        "level": "permissive",
        "override": {"authenticTimestamp": "enforce"},
    },
    "audit, authenticity enforced": {
        "level": "audit",
        "override": {"authenticity": "enforce"},
    },
    "strict, revocation skipped": {
        "level": "strict",
        "override": {"revocation": "skip"},
    },
}
PAST = datetime(2025, 1, 1, tzinfo=UTC)
FAR = datetime(2110, 1, 1, tzinfo=UTC)


class Workbench:
    """Layouts, trust stores and one trust policy document, growing by question."""

    def __init__(self, notation: Notation, folder: Path) -> None:
        self.trust_store = folder / "truststore"
        self.statements: list[dict[str, Any]] = []
        self.scenarios: list[Scenario] = []
        self._layouts = folder / "layouts"
        self._notation = notation
        self._keys = 0

    def layout(self, name: str) -> tuple[OciLayout, dict[str, Any]]:
        """Return a new layout with one image."""
        layout = OciLayout.create(self._layouts / name.replace(" ", "-"))
        return layout, add_image(layout, f"{name}\n", tag="1.0")

    def signed(self, name: str, signer: Signer, **how: str) -> tuple[OciLayout, str]:
        """Return a layout whose image the real ``notation`` signed, and the image."""
        layout, image = self.layout(name)
        self._keys += 1
        key = f"key{self._keys}"
        self._notation.add_key(key, signer)
        self._notation.sign(layout.path, image["digest"], key=key, **how)
        return layout, image["digest"]

    def forged(self, name: str, signer: Signer, **how: Any) -> tuple[OciLayout, str]:
        """Return a layout whose image the forge signed, and the image."""
        layout, image = self.layout(name)
        subject = layout.descriptor(image["digest"])
        envelope = forge.sign(subject, signer, **how)
        attach(layout, image, (envelope, forge.JWS))
        return layout, image["digest"]

    def store(self, name: str, *certificates: bytes) -> str:
        """Put certificates (DER) into a store named ``type:name``; return its name."""
        folder = self.trust_store / "x509" / name.replace(":", "/")
        folder.mkdir(parents=True, exist_ok=True)
        for number, der in enumerate(certificates):
            (folder / f"{number}.der").write_bytes(der)
        return name

    def ask(
        self,
        group: str,
        name: str,
        image: tuple[OciLayout, str],
        *,
        stores: Sequence[str],
        identities: Sequence[str] = ("*",),
        level: dict[str, Any] | None = None,
        stricter: str = "",
    ) -> None:
        """Ask both judges about an image under a statement of its own."""
        layout, digest = image
        scope = f"{REGISTRY}/interop/s{len(self.statements)}"
        self.statements.append(
            {
                "name": f"s{len(self.statements)}",
                "registryScopes": [scope],
                "signatureVerification": level or LEVELS["strict"],
                "trustStores": list(stores),
                "trustedIdentities": list(identities),
            }
        )
        self.scenarios.append(
            Scenario(
                group=group,
                name=name,
                layout=layout.path,
                digest=digest,
                scope=scope,
                stricter=stricter,
            )
        )

    @property
    def trust_policy(self) -> dict[str, Any]:
        """The document that all questions share."""
        return {"version": "1.0", "trustPolicies": self.statements}


def ask_everything(bench: Workbench) -> None:
    """Ask every question there is."""
    ask_about_algorithms(bench)
    ask_about_levels(bench)
    ask_about_anchors(bench)
    ask_about_identities(bench)
    ask_about_revocation(bench)
    ask_about_attributes(bench)


def ask_about_algorithms(bench: Workbench) -> None:
    """Six algorithms, two formats, chains of one to three."""
    for algorithm, length in itertools.product(forge.ALGORITHMS, (1, 2, 3)):
        signer = forge.chain(length, algorithm=algorithm, ca_algorithm="ES384")
        store = bench.store(f"ca:{algorithm}-{length}", signer.root_der)
        for form in FORMATS:
            name = f"{algorithm} {form} chain of {length}"
            image = bench.signed(name, signer, signature_format=form)
            bench.ask("algorithm", name, image, stores=[store])


def _judged_by_level(bench: Workbench) -> Iterator[tuple[str, tuple[OciLayout, str]]]:
    good = forge.chain(2, algorithm="ES256")
    other = forge.CertificateAuthority.root("Other").leaf("Other leaf")
    for form in FORMATS:
        yield f"good {form}", bench.signed(f"good {form}", good, signature_format=form)
        yield (
            f"expired {form}",
            bench.signed(f"expired {form}", good, signature_format=form, expiry="1s"),
        )
        yield (
            f"to expire {form}",
            bench.signed(
                f"to expire {form}", good, signature_format=form, expiry="24h"
            ),
        )
    yield "not anchored", bench.signed("not anchored", other)
    late = forge.chain(2, algorithm="ES256", not_after=PAST)
    yield "certificate expired", bench.forged("certificate expired", late)
    early = forge.chain(2, algorithm="ES256", not_before=FAR)
    yield "certificate not yet valid", bench.forged("certificate not yet", early)
    layout, image = bench.layout("unsigned")
    yield "unsigned", (layout, image["digest"])
    layout, image = bench.layout("of another image")
    attach(layout, image, (forge.sign(forge.descriptor(b"{}"), good), forge.JWS))
    yield "of another image", (layout, image["digest"])
    layout, image = bench.layout("tampered")
    envelope = forge.sign(
        layout.descriptor(image["digest"]), good, members={"signature": "AAAA"}
    )
    attach(layout, image, (envelope, forge.JWS))
    yield "tampered", (layout, image["digest"])


def ask_about_levels(bench: Workbench) -> None:
    """What each level and override makes of each kind of signature."""
    store = bench.store("ca:levels", forge.chain(2, algorithm="ES256").root_der)
    identity = "x509.subject: C=US, ST=WA, O=acme, CN=Leaf"
    for name, image in _judged_by_level(bench):
        for level, written in LEVELS.items():
            bench.ask(
                "level",
                f"{name}: {level}",
                image,
                stores=[store],
                identities=[identity],
                level=written,
            )


def ask_about_anchors(bench: Workbench) -> None:
    """Which certificates in which stores anchor a chain."""
    signer = forge.chain(3, algorithm="ES256")
    _, intermediate, root = signer.ders
    alone = forge.chain(1, algorithm="ES256", subject="Alone")
    stranger = forge.CertificateAuthority.root("Stranger")
    image = bench.signed("anchors", signer)
    self_signed = bench.signed("self-signed", alone)
    stores = {
        "root": bench.store("ca:root", root),
        "intermediate": bench.store("ca:intermediate", intermediate),
        "stranger": bench.store("ca:stranger", *stranger.leaf().ders[1:]),
        "both": bench.store("ca:both", *stranger.leaf().ders[1:], root),
        "alone": bench.store("ca:alone", *alone.ders),
        "authority": bench.store("signingAuthority:root", root),
        "clock": bench.store("tsa:root", root),
    }
    for names in (
        ("root",),
        ("intermediate",),
        ("stranger",),
        ("both",),
        ("authority",),
        ("clock",),
        ("stranger", "root"),
        ("authority", "root"),
        ("root", "clock"),
    ):
        chosen = [stores[name] for name in names]
        bench.ask("anchor", " and ".join(chosen), image, stores=chosen)
    twin = forge.CertificateAuthority.root("Twin").leaf("Twin")
    bench.ask(
        "anchor",
        "a leaf of its root's name and key",
        bench.signed("twin", twin),
        stores=[bench.store("ca:twin", twin.root_der)],
        stricter="self-signed-issuers",
    )
    bench.ask("anchor", "self-signed", self_signed, stores=[stores["alone"]])
    bench.ask("anchor", "self-signed, unknown", self_signed, stores=[stores["root"]])


def ask_about_identities(bench: Workbench) -> None:
    """Which subjects a trusted identity matches."""
    root = forge.CertificateAuthority.root("Identities")
    store = bench.store("ca:identities", root.leaf().root_der)
    subjects = {
        "plain": "CN=build,O=acme,L=Seattle,ST=WA,C=US",
        "comma": r"CN=build\, test,O=acme,ST=WA,C=US",
        "no state": "CN=build,O=acme,C=US",
        "upper case": "CN=BUILD,O=acme,ST=WA,C=US",
        "one more unit": "CN=build,OU=ci,O=acme,ST=WA,C=US",
        "two units": "CN=build,OU=ci,OU=cd,O=acme,ST=WA,C=US",
    }
    identities = (
        ["*"],
        ["x509.subject: CN=build,O=acme,L=Seattle,ST=WA,C=US"],
        ["x509.subject: C=US, ST=WA, L=Seattle, O=acme, CN=build"],
        ["x509.subject: C=US, ST=WA, O=acme"],
        ["x509.subject: C=US, S=WA, O=acme"],
        ["x509.subject:C=US;ST=WA;O=acme"],
        [r"x509.subject: C=US, ST=WA, O=acme, CN=build\, test"],
        [r"x509.subject: C=US, ST=WA, O=acme, CN=\62uild"],
        ["x509.subject: C=US, ST=WA, O=acme, CN=build", "x509.subject: C=DE,ST=BE,O=x"],
        ["x509.subject: C=US, ST=WA, O=acme, OU=ci"],
        ["x509.subject: C=US, ST=WA, O=acme, cn=build"],
        ["x509.subject: C=US, ST=WA, O=Acme"],
        ["x509.subject: C=DE, ST=WA, O=acme"],
        ["arn:aws:signer:us-east-1:123456789012:/signing-profiles/x"],
    )
    for subject, text in subjects.items():
        image = bench.forged(f"subject {subject}", root.leaf(text))
        for written in identities:
            bench.ask(
                "identity",
                f"{subject}: {' or '.join(written)}",
                image,
                stores=[store],
                identities=written,
            )


def ask_about_revocation(bench: Workbench) -> None:
    """A certificate whose OCSP responder cannot be reached."""
    signer = forge.chain(2, algorithm="ES256", ocsp=DEAD_RESPONDER)
    store = bench.store("ca:revocation", signer.root_der)
    image = bench.signed("dead responder", signer)
    for level, written in LEVELS.items():
        bench.ask(
            "revocation", f"no answer: {level}", image, stores=[store], level=written
        )


def ask_about_attributes(bench: Workbench) -> None:
    """Signed attributes that Notation does not know."""
    signer = forge.chain(2, algorithm="ES256")
    store = bench.store("ca:attributes", signer.root_der)
    plugin = {"io.cncf.notary.verificationPlugin": "com.example.plugin"}
    for name, changes, stricter in (
        ("unknown, not critical", {"attributes": {"com.example.a": "b"}}, ""),
        ("a plugin nobody has", {"critical": plugin}, ""),
        (
            "unknown and critical",
            {"critical": {"com.example.a": "b"}},
            "critical-attributes",
        ),
    ):
        image = bench.forged(f"attribute {name}", signer, **changes)
        bench.ask("attribute", name, image, stores=[store], stricter=stricter)
