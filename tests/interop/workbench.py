"""Where scenarios are made: layouts, trust stores, keys and one shared trust policy.

Signatures are by the real ``notation`` wherever it would make them; what it would not
sign with (an expired certificate) is forged. Questions about images share one trust
policy document, a statement per scope. A subject that needs more (another document, a
blob, a plugin) makes a judge of its own with ``notation_home`` and adds a ``Scenario``.
"""

import contextlib
import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from demo.layouts.images import add_image, attach
from demo.layouts.oci_layout import OciLayout
from demo.layouts.signing import Answer, Notation
from tests import forge
from tests.forge import Signer
from tests.interop.judges import REGISTRY, Image, Ourselves, Scenario, TheReference

FORMATS = ("jws", "cose")
LEVELS: dict[str, dict[str, Any]] = {
    "strict": {"level": "strict"},
    "permissive": {"level": "permissive"},
    "audit": {"level": "audit"},
    "strict, expiry logged": {"level": "strict", "override": {"expiry": "log"}},
    "strict, authenticity logged": {
        "level": "strict",
        "override": {"authenticity": "log"},
    },
    "strict, time logged": {
        "level": "strict",
        "override": {"authenticTimestamp": "log"},
    },
    "permissive, expiry enforced": {
        "level": "permissive",
        "override": {"expiry": "enforce"},
    },
    "permissive, time enforced": {
        "level": "permissive",
        "override": {"authenticTimestamp": "enforce"},
    },
    "audit, authenticity enforced": {
        "level": "audit",
        "override": {"authenticity": "enforce"},
    },
    "strict, revocation skipped": {
        "level": "strict",
        "override": {"revocation": "skip"},
    },
}


class Workbench:
    """Layouts, trust stores and one trust policy document, growing by question."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self.folder = folder
        """For whatever a subject writes; gone when the comparison ends."""
        self.trust_store = folder / "truststore"
        self.statements: list[dict[str, Any]] = []
        self.scenarios: list[Scenario] = []
        self.running = contextlib.ExitStack()
        """What runs until the comparison ends: servers that judges ask."""
        self._binary = binary
        self._layouts = folder / "layouts"
        self._homes = 0
        self._keys = 0
        self.notation = self.notation_home()
        """The command that signs, and judges by the shared document."""

    def notation_home(self, environment: Mapping[str, str] | None = None) -> Notation:
        """Return the command with a new configuration folder of its own."""
        self._homes += 1
        home = self.folder / "notation" / str(self._homes)
        return Notation(self._binary, home, environment)

    def layout(self, name: str) -> tuple[OciLayout, dict[str, Any]]:
        """Return a new layout with one image."""
        layout = OciLayout.create(self._layouts / name.replace(" ", "-"))
        return layout, add_image(layout, f"{name}\n", tag="1.0")

    def key(self, signer: Signer) -> str:
        """Let the signing ``notation`` use ``signer``; return its key's name."""
        self._keys += 1
        name = f"key{self._keys}"
        self.notation.add_key(name, signer)
        return name

    def signed(self, name: str, signer: Signer, **how: str) -> tuple[OciLayout, str]:
        """Return a layout whose image the real ``notation`` signed, and the image."""
        layout, image = self.layout(name)
        self.notation.sign(layout.path, image["digest"], key=self.key(signer), **how)
        return layout, image["digest"]

    def forged(self, name: str, signer: Signer, **how: Any) -> tuple[OciLayout, str]:
        """Return a layout whose image the forge signed, and the image."""
        layout, image = self.layout(name)
        subject = layout.descriptor(image["digest"])
        envelope = forge.sign(subject, signer, **how)
        attach(layout, image, (envelope, forge.JWS))
        return layout, image["digest"]

    def store(self, name: str, *certificates: bytes) -> str:
        """Put certificates (DER) into a store named ``type:name``; return its name."""
        folder = self.trust_store / "x509" / name.replace(":", "/")
        folder.mkdir(parents=True, exist_ok=True)
        for number, der in enumerate(certificates):
            (folder / f"{number}.der").write_bytes(der)
        return name

    def ask(
        self,
        group: str,
        name: str,
        image: tuple[OciLayout, str],
        *,
        stores: Sequence[str],
        identities: Sequence[str] = ("*",),
        level: dict[str, Any] | None = None,
        user_metadata: Mapping[str, str] | None = None,
        stricter: str = "",
    ) -> None:
        """Ask both judges about an image under a statement of its own."""
        layout, digest = image
        scope = f"{REGISTRY}/interop/s{len(self.statements)}"
        self.statements.append(
            {
                "name": f"s{len(self.statements)}",
                "registryScopes": [scope],
                "signatureVerification": level or LEVELS["strict"],
                "trustStores": list(stores),
                "trustedIdentities": list(identities),
            }
        )
        asked = Image(
            layout=layout.path,
            digest=digest,
            scope=scope,
            user_metadata=user_metadata or {},
        )
        self.add(
            group,
            name,
            ours=lambda: self.judges[0].judge(asked),
            reference=lambda: self.judges[1].judge(asked),
            stricter=stricter,
        )

    def add(
        self,
        group: str,
        name: str,
        *,
        ours: Callable[[], Answer],
        reference: Callable[[], Answer],
        stricter: str = "",
    ) -> None:
        """Add a question with judges of its own."""
        self.scenarios.append(
            Scenario(
                group=group,
                name=name,
                ours=ours,
                reference=reference,
                stricter=stricter,
            )
        )

    @functools.cached_property
    def judges(self) -> tuple[Ourselves, TheReference]:
        """Both judges by the shared document; ask for them once it is complete."""
        document = {"version": "1.0", "trustPolicies": self.statements}
        ours = Ourselves(document, self.trust_store)
        if ours.refusal:
            raise SystemExit(f"the scenarios' own trust policy: {ours.refusal}")
        return ours, TheReference(self.notation, document, self.trust_store)
