"""Signatures taken for right: no mutation survives a real one.

What is read after a signature was verified is what a signer wrote, and a signer may be
hostile as well. So while fuzzing every signature of the right kind counts as made.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from notation_verifier import algorithms

VERIFICATIONS = ("verifies", "issued")
"""Of ``algorithms``: of an envelope; of a certificate, token, response or CRL."""


def _always(*_: object) -> bool:
    return True


@contextmanager
def believed() -> Iterator[None]:
    """Let every signature count as made, in all modules imported so far."""
    replaced = []
    for name in VERIFICATIONS:
        right = getattr(algorithms, name)
        for module_name, module in list(sys.modules.items()):
            of_ours = module_name.startswith("notation_verifier")
            if of_ours and getattr(module, name, None) is right:
                replaced.append((module, name, right))
                setattr(module, name, _always)
    try:
        yield
    finally:
        for module, name, right in replaced:
            setattr(module, name, right)
