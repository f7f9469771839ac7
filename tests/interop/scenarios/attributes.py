"""Signed attributes that Notation does not know."""

from tests import forge
from tests.interop.workbench import Workbench


def ask(bench: Workbench) -> None:
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
