"""The verifier against the ``notation`` command, per image of an OCI layout.

The command is a process for each image, as its users run it. Ours opens the layout,
finds the image's signatures by its index, reads and checks every blob, and verifies.
They take turns on the same images.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from demo.layouts.oci_layout import IMAGE_CONFIG, IMAGE_MANIFEST, OciLayout
from demo.layouts.signing import Notation, find_notation
from notation_verifier import (
    Conclusion,
    SeenChains,
    TrustPolicyDocument,
    TrustPolicyStatement,
    TrustStoreName,
    TrustStores,
    TrustStoreType,
    verify,
)
from tests import forge
from tests.figures import Figures

BUILT = Path(__file__).parents[2] / "build/notation"
ALGORITHMS = ("ES384", "PS384")
IMAGES = 20
SEEN_LEAST, NEW_LEAST = 8, 2
"""How often faster ours has to be."""
SCOPE = "registry.example/app"
POLICY: dict[str, Any] = {
    "version": "1.0",
    "trustPolicies": [
        {
            "name": "acme",
            "registryScopes": [SCOPE],
            "signatureVerification": {"level": "strict"},
            "trustStores": ["ca:acme"],
            "trustedIdentities": ["x509.subject: C=US, ST=WA, O=acme"],
        }
    ],
}


def measure(figures: Figures) -> None:
    """Measure and judge; without the command, say that nothing was.

    Raises:
        RuntimeError: what is to be measured does not verify.
    """
    binary = BUILT if BUILT.exists() else find_notation()
    if binary is None:
        figures.add("notation_command", "not run: no build/notation, none on PATH")
        return
    for algorithm in ALGORITHMS:
        signer = forge.chain(3, algorithm=algorithm)
        with tempfile.TemporaryDirectory() as folder:
            images = [
                _signed(Path(folder, str(number)), signer, number)
                for number in range(IMAGES)
            ]
            command = _command(binary, Path(folder, "config"), signer)
            new, seen, theirs = _times(images, signer, command)
        label = f"{algorithm.lower()}_jws"
        figures.add(f"{label}_notation_command_ms", statistics.median(theirs) * 1e3)
        figures.add(f"{label}_image_of_layout_ms", statistics.median(new) * 1e3)
        figures.add(f"{label}_image_of_layout_seen_ms", statistics.median(seen) * 1e3)
        for what, times, least in (("new", new, NEW_LEAST), ("seen", seen, SEEN_LEAST)):
            figures.add(
                f"{label}_command_ratio_to_{what}",
                statistics.median(theirs) / statistics.median(times),
                least=least,
            )


def _signed(path: Path, signer: forge.Signer, number: int) -> tuple[Path, str]:
    """Make a layout of one signed image; return its path and the image's digest."""
    layout = OciLayout.create(path)
    config = layout.add_blob(json.dumps({"image": number}).encode(), IMAGE_CONFIG)
    image = layout.add_manifest(
        {
            "schemaVersion": 2,
            "mediaType": IMAGE_MANIFEST,
            "config": config,
            "layers": [],
        },
        tag="v1",
    )
    subject = layout.descriptor(image["digest"])
    content, blobs = forge.signature_manifest(
        subject, forge.sign(subject, signer), forge.JWS
    )
    for blob in blobs.values():
        layout.add_blob(blob, forge.JWS)
    layout.add_manifest(json.loads(content))
    return path, subject.digest


def _command(binary: Path, config: Path, signer: forge.Signer) -> Notation:
    """Return the command, trusting what ours trusts."""
    notation = Notation(binary.resolve(), config)
    store = config / "acme/x509/ca/acme"
    store.mkdir(parents=True)
    (store / "root.pem").write_bytes(signer.root_pem)
    notation.trust(POLICY, config / "acme")
    for key in config.rglob("*"):
        key.chmod(0o700 if key.is_dir() else 0o600)
    return notation


def _times(
    images: list[tuple[Path, str]], signer: forge.Signer, command: Notation
) -> tuple[list[float], list[float], list[float]]:
    """Return each image's seconds: ours new, ours seen, the command's."""
    stores = TrustStores({TrustStoreName(TrustStoreType.CA, "acme"): [signer.root_der]})
    document = TrustPolicyDocument.parse(json.dumps(POLICY).encode())
    statement = document.statement_for(SCOPE)
    if statement is None:
        raise RuntimeError("the policy governs no image")
    seen = SeenChains()
    ours = partial(_satisfied, statement=statement, stores=stores)
    ours(*images[0], seen=seen)
    new, known, theirs = [], [], []
    for path, digest in images:
        new.append(_seconds(partial(ours, path, digest, seen=None)))
        known.append(_seconds(partial(ours, path, digest, seen=seen)))
        theirs.append(_seconds(partial(_accepted, command, path, digest)))
    return new, known, theirs


def _accepted(command: Notation, path: Path, digest: str) -> bool:
    return command.verify(path, digest, scope=SCOPE).accepted


def _satisfied(
    path: Path,
    digest: str,
    *,
    statement: TrustPolicyStatement,
    stores: TrustStores,
    seen: SeenChains | None,
) -> bool:
    """Return whether a signature of an image of a layout satisfies the statement."""
    layout = OciLayout(path)
    subject = layout.descriptor(digest)
    return any(
        verify(
            envelope,
            media_type=media_type,
            subject=subject,
            statement=statement,
            trust_stores=stores,
            seen=seen,
            now=datetime.now(UTC),
        ).conclusion()
        is Conclusion.SATISFIED
        for _, envelope, media_type in layout.signatures(digest)
    )


def _seconds(call: Callable[[], bool]) -> float:
    began = time.perf_counter()
    accepted = call()
    took = time.perf_counter() - began
    if not accepted:
        raise RuntimeError("an image that is measured is not accepted")
    return took
