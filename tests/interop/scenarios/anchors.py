"""Which certificates in which stores anchor a chain."""

from tests import forge
from tests.interop.workbench import Workbench


def ask(bench: Workbench) -> None:
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
