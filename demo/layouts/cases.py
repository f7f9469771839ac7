"""The cases of cases.json: good, refused, late, hostile, and none of our business."""

import base64
import json
from typing import Any, Final

from demo.layouts.images import add_image, attach
from demo.layouts.oci_layout import SIGNATURE, canonical
from demo.layouts.signer_shaped import sign_as_signer
from demo.layouts.workshop import Workshop
from tests.forge import Signer

JWS: Final = "application/jose+json"
COSE: Final = "application/cose"


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
