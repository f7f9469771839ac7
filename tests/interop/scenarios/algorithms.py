"""Six algorithms, two formats, chains of one to three, by the real ``notation``."""

import itertools

from tests import forge
from tests.interop.workbench import FORMATS, Workbench


def ask(bench: Workbench) -> None:
    """Six algorithms, two formats, chains of one to three."""
    for algorithm, length in itertools.product(forge.ALGORITHMS, (1, 2, 3)):
        signer = forge.chain(length, algorithm=algorithm, ca_algorithm="ES384")
        store = bench.store(f"ca:{algorithm}-{length}", signer.root_der)
        for form in FORMATS:
            name = f"{algorithm} {form} chain of {length}"
            image = bench.signed(name, signer, signature_format=form)
            bench.ask("algorithm", name, image, stores=[store])
