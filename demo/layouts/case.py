"""A case while it is made: its layout, its images, and what each must come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from demo.layouts.images import add_attestation, add_image
from demo.layouts.oci_layout import IMAGE_INDEX, OciLayout


@dataclass(kw_only=True)
class Case:
    """One case while it is made; ``as_json`` is its entry in cases.json."""

    name: str
    about: str
    repository: str
    layout: OciLayout
    images: list[dict[str, Any]] = field(default_factory=list)
    push: list[dict[str, Any]] = field(default_factory=list)

    def image(
        self,
        *,
        expect: Mapping[str, Any],
        notation: Mapping[str, Any],
        tag: str = "1.0",
        text: str = "",
        more: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Add an image, what it must come to and what ``notation`` says of it."""
        descriptor = add_image(
            self.layout, text or f"hello from {self.name}\n", tag=tag, more=more
        )
        self.images.append(
            {**descriptor, "tag": tag, "expect": expect, "notation": notation}
        )
        return descriptor

    def multi_arch(
        self,
        *,
        index: Mapping[str, Any],
        children: Mapping[str, Any],
        notation: tuple[Mapping[str, Any], Mapping[str, Any]],
    ) -> dict[str, Any]:
        """Add two platform images, an attestation and the index that lists them.

        Args:
            index: what the index must come to.
            children: what everything it lists must come to.
            notation: what ``notation`` says of the index, and of each child.
        """
        entries: list[dict[str, Any]] = []
        for name in ("amd64", "arm64"):
            image = add_image(
                self.layout,
                f"hello from {self.name} on {name}\n",
                tag="",
                architecture=name,
            )
            entries.append(image | {"platform": {"architecture": name, "os": "linux"}})
        entries.append(add_attestation(self.layout, entries[0]["digest"]))
        manifest = {
            "schemaVersion": 2,
            "mediaType": IMAGE_INDEX,
            "manifests": entries,
        }
        descriptor = self.layout.add_manifest(manifest, tag="1.0")
        self.images.append(
            {**descriptor, "tag": "1.0", "expect": index, "notation": notation[0]}
        )
        for entry in entries:
            child = {name: entry[name] for name in ("mediaType", "digest", "size")}
            self.images.append(
                {**child, "tag": "", "expect": children, "notation": notation[1]}
            )
        return descriptor

    def as_json(self) -> dict[str, Any]:
        """Return the case's entry; without a plan everything is pushed at once."""
        listed = self.layout.manifests()
        order = [entry["digest"] for entry in listed]
        images = [image["digest"] for image in self.images]
        if any(entry["mediaType"] == IMAGE_INDEX for entry in listed):
            # ECR takes an index after what it lists; the layout's order is notation's.
            rest = [digest for digest in order if digest not in images]
            order = [*reversed(images), *rest]
        return {
            "name": self.name,
            "about": self.about,
            "layout": self.layout.path.name,
            "repository": self.repository,
            "images": self.images,
            "signatures": [digest for digest in order if digest not in images],
            "push": self.push or [{"digests": order, "after": "0s"}],
        }
