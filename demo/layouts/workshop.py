"""The workshop where cases are made: the teams' keys, and the real ``notation``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from demo.layouts.case import Case
from demo.layouts.images import add_image
from demo.layouts.oci_layout import OciLayout, sha256
from demo.layouts.policy import REGISTRY
from demo.layouts.signing import Notation, new_signer
from tests.forge import Signer

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"


class Workshop:
    """Where cases are made: the teams' keys, ``notation``, a folder for scraps."""

    def __init__(self, binary: Path, scraps: Path, target: Path) -> None:
        self._target = target
        self._scraps = scraps
        self._notation = Notation(binary, scraps / "notation")
        self._cases: list[Case] = []
        payments = new_signer("Example Payments CA", authority=True)
        billing = new_signer("Example Billing CA", authority=True)
        platform = new_signer("Example Platform CA", authority=True)
        self.anchors = {
            "payments": payments,
            "billing": billing,
            "platform": platform,
        }
        self._add("payments", "payments-build", payments)
        self._add("intern", "payments-intern", payments)
        self._add("billing", "billing-build", billing)
        self._add("platform", "platform-build", platform)

    def _add(self, key: str, common_name: str, issuer: Signer) -> None:
        self._notation.add_key(key, new_signer(common_name, issuer=issuer))

    def case(self, name: str, about: str, *, repository: str = "") -> Case:
        """Begin a case with an empty layout of its name."""
        case = Case(
            name=name,
            about=about,
            repository=f"demo/{repository or name}",
            layout=OciLayout.create(self._target / name),
        )
        self._cases.append(case)
        return case

    def sign(
        self, case: Case, image: Mapping[str, Any], key: str = "payments", **how: str
    ) -> str:
        """Sign an image with the real ``notation``; return the signature's digest."""
        self._notation.sign(case.layout.path, image["digest"], key=key, **how)
        digest: str = case.layout.manifests()[-1]["digest"]
        return digest

    def envelope_of_another(self, text: str) -> bytes:
        """Return a good JWS signature of an image that no case pushes."""
        layout = OciLayout.create(self._scraps / sha256(text.encode())[-12:])
        image = add_image(layout, text, tag="1.0")
        self._notation.sign(layout.path, image["digest"], key="payments")
        ((_, envelope, _),) = layout.signatures(image["digest"])
        return envelope

    def as_json(self) -> dict[str, Any]:
        """Return cases.json."""
        return {
            "schema": 1,
            "account": ACCOUNT,
            "region": REGION,
            "registry": REGISTRY,
            "cases": [case.as_json() for case in self._cases],
        }
