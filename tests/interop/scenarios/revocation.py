"""A certificate whose OCSP responder cannot be reached."""

from tests import forge
from tests.interop.workbench import LEVELS, Workbench

# Nothing listens on the discard port: an OCSP responder that never answers.
DEAD_RESPONDER = "http://127.0.0.1:9/"


def ask(bench: Workbench) -> None:
    """A certificate whose OCSP responder cannot be reached."""
    signer = forge.chain(2, algorithm="ES256", ocsp=DEAD_RESPONDER)
    store = bench.store("ca:revocation", signer.root_der)
    image = bench.signed("dead responder", signer)
    for level, written in LEVELS.items():
        bench.ask(
            "revocation", f"no answer: {level}", image, stores=[store], level=written
        )
