"""Make the demo's layouts, its trust policy and its trust stores, all anew.

Run by hand, from the repository's root, with the real ``notation`` (v1.3.2) on PATH or
named by $NOTATION (``make build/notation`` builds one)::

    export PYTHONPATH=.:layers/notation/python:layers/gate/python
    .venv/bin/python -m demo.layouts.make

Every key is made here, used once and thrown away with its temporary folder; the
certificates are valid until 2120. So each run changes every digest: commit all of
demo/layouts and demo/policy together. demo/layouts/README.md describes the cases.
"""

import base64
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.layouts.images import add_attestation, add_image, attach
from demo.layouts.oci_layout import (
    IMAGE_INDEX,
    SIGNATURE,
    OciLayout,
    canonical,
    sha256,
)
from demo.layouts.policy import REGISTRY, write_policy
from demo.layouts.signer_shaped import sign_as_signer
from demo.layouts.signing import Notation, find_notation, new_signer
from tests.forge import Signer

LAYOUTS = Path(__file__).parent
ACCOUNT, REGION = "123456789012", "us-east-1"
JWS, COSE = "application/jose+json", "application/cose"


def left_alone(verdict: str, reason: str) -> dict[str, Any]:
    """Return what an image comes to that nothing is done about."""
    return {"verdict": verdict, "step": "none", "finding": None, "reason": reason}


TRUSTED = left_alone("trusted", "satisfied")
COVERED = left_alone("covered", "covered")
BY_NOTATION = {"judges": True, "accepts": True}
NOT_BY_NOTATION = {"judges": True, "accepts": False}
NOT_BY_ITSELF = {
    "judges": False,
    "accepts": False,
    "why": "notation verifies a digest by its own signatures only; Sealward says "
    "covered, never trusted, while a trusted index lists it",
}


def refused(reason: str, verdict: str = "untrusted") -> dict[str, Any]:
    """Return what an image comes to that nothing good was found for."""
    return {"verdict": verdict, "step": "archive", "finding": "open", "reason": reason}


@dataclass(kw_only=True)
class Case:
    """One case while it is made; ``as_json`` is its entry in cases.json."""

    name: str
    about: str
    repository: str
    layout: OciLayout
    images: list[dict[str, Any]] = field(default_factory=list)
    push: list[dict[str, Any]] = field(default_factory=list)

    def image(
        self,
        *,
        expect: Mapping[str, Any],
        notation: Mapping[str, Any],
        tag: str = "1.0",
        text: str = "",
        more: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Add an image, what it must come to and what ``notation`` says of it."""
        descriptor = add_image(
            self.layout, text or f"hello from {self.name}\n", tag=tag, more=more
        )
        self.images.append(
            {**descriptor, "tag": tag, "expect": expect, "notation": notation}
        )
        return descriptor

    def multi_arch(
        self,
        *,
        index: Mapping[str, Any],
        children: Mapping[str, Any],
        notation: tuple[Mapping[str, Any], Mapping[str, Any]],
    ) -> dict[str, Any]:
        """Add two platform images, an attestation and the index that lists them.

        Args:
            index: what the index must come to.
            children: what everything it lists must come to.
            notation: what ``notation`` says of the index, and of each child.
        """
        entries: list[dict[str, Any]] = []
        for name in ("amd64", "arm64"):
            image = add_image(
                self.layout,
                f"hello from {self.name} on {name}\n",
                tag="",
                architecture=name,
            )
            entries.append(image | {"platform": {"architecture": name, "os": "linux"}})
        entries.append(add_attestation(self.layout, entries[0]["digest"]))
        manifest = {
            "schemaVersion": 2,
            "mediaType": IMAGE_INDEX,
            "manifests": entries,
        }
        descriptor = self.layout.add_manifest(manifest, tag="1.0")
        self.images.append(
            {**descriptor, "tag": "1.0", "expect": index, "notation": notation[0]}
        )
        for entry in entries:
            child = {name: entry[name] for name in ("mediaType", "digest", "size")}
            self.images.append(
                {**child, "tag": "", "expect": children, "notation": notation[1]}
            )
        return descriptor

    def as_json(self) -> dict[str, Any]:
        """Return the case's entry; without a plan everything is pushed at once."""
        listed = self.layout.manifests()
        order = [entry["digest"] for entry in listed]
        images = [image["digest"] for image in self.images]
        if any(entry["mediaType"] == IMAGE_INDEX for entry in listed):
            # ECR takes an index after what it lists; the layout's order is notation's.
            rest = [digest for digest in order if digest not in images]
            order = [*reversed(images), *rest]
        return {
            "name": self.name,
            "about": self.about,
            "layout": self.layout.path.name,
            "repository": self.repository,
            "images": self.images,
            "signatures": [digest for digest in order if digest not in images],
            "push": self.push or [{"digests": order, "after": "0s"}],
        }


class Workshop:
    """Where cases are made: the teams' keys, ``notation``, a folder for scraps."""

    def __init__(self, binary: Path, scraps: Path, target: Path) -> None:
        self._target = target
        self._scraps = scraps
        self._notation = Notation(binary, scraps / "notation")
        self._cases: list[Case] = []
        payments = new_signer("Example Payments CA", authority=True)
        billing = new_signer("Example Billing CA", authority=True)
        platform = new_signer("Example Platform CA", authority=True)
        self.anchors = {
            "payments": payments,
            "billing": billing,
            "platform": platform,
        }
        self._add("payments", "payments-build", payments)
        self._add("intern", "payments-intern", payments)
        self._add("billing", "billing-build", billing)
        self._add("platform", "platform-build", platform)

    def _add(self, key: str, common_name: str, issuer: Signer) -> None:
        self._notation.add_key(key, new_signer(common_name, issuer=issuer))

    def case(self, name: str, about: str, *, repository: str = "") -> Case:
        """Begin a case with an empty layout of its name."""
        case = Case(
            name=name,
            about=about,
            repository=f"demo/{repository or name}",
            layout=OciLayout.create(self._target / name),
        )
        self._cases.append(case)
        return case

    def sign(
        self, case: Case, image: Mapping[str, Any], key: str = "payments", **how: str
    ) -> str:
        """Sign an image with the real ``notation``; return the signature's digest."""
        self._notation.sign(case.layout.path, image["digest"], key=key, **how)
        digest: str = case.layout.manifests()[-1]["digest"]
        return digest

    def envelope_of_another(self, text: str) -> bytes:
        """Return a good JWS signature of an image that no case pushes."""
        layout = OciLayout.create(self._scraps / sha256(text.encode())[-12:])
        image = add_image(layout, text, tag="1.0")
        self._notation.sign(layout.path, image["digest"], key="payments")
        ((_, envelope, _),) = layout.signatures(image["digest"])
        return envelope

    def as_json(self) -> dict[str, Any]:
        """Return cases.json."""
        return {
            "schema": 1,
            "account": ACCOUNT,
            "region": REGION,
            "registry": REGISTRY,
            "cases": [case.as_json() for case in self._cases],
        }


def make_good(shop: Workshop) -> None:
    """Images whose signature is as it should be."""
    for form in ("jws", "cose"):
        case = shop.case(f"signed-{form}", f"signed by its team, {form.upper()}")
        image = case.image(expect=TRUSTED, notation=BY_NOTATION)
        shop.sign(case, image, signature_format=form)
    case = shop.case("signed-billing", "signed by its own team, billing")
    shop.sign(case, case.image(expect=TRUSTED, notation=BY_NOTATION), "billing")


def make_refused(shop: Workshop) -> None:
    """Images without a signature that would do."""
    case = shop.case("unsigned", "never signed")
    case.image(expect=refused("no-signature", "unsigned"), notation=NOT_BY_NOTATION)

    case = shop.case("wrong-team", "signed by billing, whose CA governs other images")
    image = case.image(expect=refused("not-anchored"), notation=NOT_BY_NOTATION)
    shop.sign(case, image, "billing")

    case = shop.case("wrong-identity", "signed under the team's CA by another subject")
    image = case.image(expect=refused("identity-not-allowed"), notation=NOT_BY_NOTATION)
    shop.sign(case, image, "intern")

    case = shop.case("tampered-envelope", "another's signature, payload made to fit")
    image = case.image(expect=refused("signature-mismatch"), notation=NOT_BY_NOTATION)
    envelope = json.loads(shop.envelope_of_another("tampered\n"))
    payload = canonical({"targetArtifact": image})
    envelope["payload"] = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    attach(case.layout, image, (canonical(envelope), JWS))

    case = shop.case("other-image", "a good signature of another image, attached here")
    image = case.image(expect=refused("subject-mismatch"), notation=NOT_BY_NOTATION)
    attach(case.layout, image, (shop.envelope_of_another("another\n"), JWS))

    case = shop.case("expired", "signed to expire after one second")
    image = case.image(expect=refused("signature-expired"), notation=NOT_BY_NOTATION)
    shop.sign(case, image, expiry="1s")


def make_multi_arch(shop: Workshop) -> None:
    """Images for several platforms: signed, if at all, by their index alone."""
    case = shop.case("multi-arch", "its index is signed; what that lists is covered")
    index = case.multi_arch(
        index=TRUSTED, children=COVERED, notation=(BY_NOTATION, NOT_BY_ITSELF)
    )
    shop.sign(case, index, "platform")

    case = shop.case("multi-arch-unsigned", "neither its index is signed nor an image")
    unsigned = refused("no-signature", "unsigned")
    case.multi_arch(
        index=unsigned,
        children=unsigned,
        notation=(NOT_BY_NOTATION, NOT_BY_NOTATION),
    )


def make_late(shop: Workshop) -> None:
    """Images whose signature arrives after them."""
    case = shop.case("late-signature", "signed a few seconds after its push")
    image = case.image(expect=TRUSTED, notation=BY_NOTATION)
    signature = shop.sign(case, image)
    case.push = [
        {"digests": [image["digest"]], "after": "0s"},
        {"digests": [signature], "after": "4s"},
    ]

    case = shop.case("held-then-signed", "held as unsigned, released by a signature")
    image = case.image(
        expect={**TRUSTED, "step": "restore", "finding": "resolved"},
        notation=BY_NOTATION,
    )
    signature = shop.sign(case, image)
    case.push = [
        {"digests": [image["digest"]], "after": "0s"},
        {"digests": [signature], "after": "held"},
    ]


def make_hostile(shop: Workshop) -> None:
    """What someone tries who may push to the repository."""
    case = shop.case(
        "disguised", "a runnable image dressed as a trusted one's signature"
    )
    good = add_image(case.layout, "hello from the good one\n", tag="1.0")
    shop.sign(case, good)
    case.image(
        expect=refused("no-signature", "unsigned"),
        notation=NOT_BY_NOTATION,
        tag="",
        text="not a signature at all\n",
        more={"artifactType": SIGNATURE, "subject": good},
    )
    case.images.append(
        {**good, "tag": "1.0", "expect": TRUSTED, "notation": BY_NOTATION}
    )

    case = shop.case("junk-beside-good", "junk signatures beside a good one")
    image = case.image(expect=TRUSTED, notation=BY_NOTATION)
    for junk, kind in ((b"{}", JWS), (b"\x00junk", COSE), (b'{"payload":', JWS)):
        attach(case.layout, image, (junk, kind))
    shop.sign(case, image)

    case = shop.case("misshapen-beside-good", "a signature manifest of two envelopes")
    image = case.image(
        expect=TRUSTED,
        notation={
            "judges": False,
            "accepts": None,
            "why": "notation gives up at the misshapen one if it happens to meet it "
            "first; Sealward reports it and goes on",
        },
    )
    attach(case.layout, image, (b"{}", JWS), (b"{ }", JWS))
    shop.sign(case, image)


def make_outside(shop: Workshop) -> None:
    """Images that no signature is asked of."""
    case = shop.case("exempt", "its statement's level is skip")
    case.image(
        expect=left_alone("exempt", "level-skip"),
        notation={
            "judges": False,
            "accepts": True,
            "why": "nothing is verified at level skip; Sealward says exempt, never "
            "trusted",
        },
    )
    case = shop.case("ungoverned", "no policy names its repository")
    case.image(
        expect=left_alone("ungoverned", "no-policy"),
        notation={
            "judges": False,
            "accepts": False,
            "why": "no statement applies; Sealward counts it as coverage to come",
        },
    )


def make_signer_shaped(shop: Workshop) -> Signer:
    """An image signed the way AWS Signer signs, under a root of the demo's own."""
    case = shop.case("signer-shaped", "an AWS Signer profile's signature, forged root")
    image = case.image(
        expect=TRUSTED,
        notation={
            "judges": False,
            "accepts": None,
            "why": "it needs AWS's plugin, which asks AWS Signer for revocation",
        },
    )
    envelope, signer = sign_as_signer(case.layout.descriptor(image["digest"]))
    attach(case.layout, image, (envelope, JWS))
    return signer


def main() -> int:
    """Make everything; return the exit status."""
    binary = find_notation()
    if binary is None:
        sys.stderr.write(
            "demo.layouts.make needs the real notation: put it on PATH, or name it "
            "with NOTATION=path (`make build/notation` builds one)\n"
        )
        return 1
    with tempfile.TemporaryDirectory() as folder:
        scraps = Path(folder)
        target = scraps / "layouts"
        shop = Workshop(binary, scraps, target)
        make_good(shop)
        make_refused(shop)
        make_multi_arch(shop)
        make_late(shop)
        signer = make_signer_shaped(shop)
        make_hostile(shop)
        make_outside(shop)
        for old in LAYOUTS.glob("*/oci-layout"):
            shutil.rmtree(old.parent)
        for made in sorted(target.iterdir()):
            shutil.copytree(made, LAYOUTS / made.name)
        cases = shop.as_json()
        (LAYOUTS / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
        write_policy(
            {name: anchor.root_pem for name, anchor in shop.anchors.items()},
            signer.root_pem,
        )
    sys.stdout.write(f"{len(cases['cases'])} cases made\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
