"""Required user metadata: which signed annotations are enough, at which level."""

from collections.abc import Mapping

from demo.layouts.images import attach
from tests import forge
from tests.interop.workbench import FORMATS, LEVELS, Workbench

SIGNED = {"environment": "production", "commit": "8c1f2a", "empty": "", "a=b": "c=d"}
REQUIRED: Mapping[str, Mapping[str, str]] = {
    "nothing": {},
    "one": {"commit": "8c1f2a"},
    "two": {"environment": "production", "commit": "8c1f2a"},
    "another value": {"environment": "staging"},
    "another case": {"environment": "Production"},
    "another case of the key": {"Environment": "production"},
    "space at the end": {"environment": "production "},
    "a key that is not there": {"missing": "x"},
    "a key that is not there, empty": {"missing": ""},
    "one of two": {"commit": "8c1f2a", "environment": "staging"},
    "a value with an equals sign": {"a": "b=c=d"},
}


def ask(bench: Workbench) -> None:
    """Ask for metadata of a signature that has some, and of one that has none."""
    signer = forge.chain(2, algorithm="ES256")
    store = bench.store("ca:metadata", signer.root_der)
    for form in FORMATS:
        layout, made = bench.layout(f"metadata {form}")
        subject = layout.descriptor(made["digest"])
        envelope = forge.sign(subject, signer, form, annotations=SIGNED)
        attach(layout, made, (envelope, forge.COSE if form == "cose" else forge.JWS))
        image = (layout, made["digest"])
        for name, required in REQUIRED.items():
            bench.ask(
                "metadata",
                f"{form}: {name}",
                image,
                stores=[store],
                user_metadata=required,
            )
    bare = bench.forged("no metadata", signer)
    for level, written in LEVELS.items():
        for name, required in (("some", {"a": "b"}), ("none", {})):
            bench.ask(
                "metadata",
                f"none signed, {name} required: {level}",
                bare,
                stores=[store],
                level=written,
                user_metadata=required,
            )
    both = bench.forged("metadata in two signatures", signer, annotations={"a": "1"})
    bench.ask(
        "metadata",
        "not both at once",
        both,
        stores=[store],
        user_metadata={"a": "1", "b": "2"},
    )
