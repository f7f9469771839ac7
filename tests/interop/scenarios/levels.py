"""What each level and override makes of each kind of signature."""

from collections.abc import Iterator
from datetime import UTC, datetime

from demo.layouts.images import attach
from demo.layouts.oci_layout import OciLayout
from tests import forge
from tests.interop.workbench import FORMATS, LEVELS, Workbench

PAST = datetime(2025, 1, 1, tzinfo=UTC)
FAR = datetime(2110, 1, 1, tzinfo=UTC)


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


def ask(bench: Workbench) -> None:
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
