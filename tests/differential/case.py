"""One case: what both verifiers are given, and how it is kept in a file."""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something in a folder of trust stores."""

    path: str
    """Below the folder, with ``/``: ``x509/ca/acme/root.pem``."""
    content: bytes = b""
    link: str | None = None
    """Where it points, for a symbolic link."""
    directory: bool = False
    mode: int | None = None
    """Permissions, where they are not what a new file has."""

    def write(self, folder: Path) -> None:
        """Make the entry; its parents where they are not there."""
        place = folder / self.path
        place.parent.mkdir(parents=True, exist_ok=True)
        if self.link is not None:
            place.symlink_to(self.link)
            return
        if self.directory:
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.write_bytes(self.content)
        if self.mode is not None:
            place.chmod(self.mode)


@dataclass(frozen=True, kw_only=True)
class Case:
    """The input of one verdict; tests/oracle/differential/case.go reads the same."""

    id: str
    rule: str
    """The rule it is about; ``good`` for none."""
    policy: bytes
    stores: dict[str, list[bytes]]
    reference: str
    subject_media_type: str
    subject_digest: str
    subject_size: int
    media_type: str
    envelope: bytes | None
    """None where only the policy and its selection are compared."""
    metadata: dict[str, str] = field(default_factory=dict)
    """User metadata that must have been signed."""
    folder: tuple[Entry, ...] | None = None
    """Trust stores on disk, instead of ``stores``: what is in ``truststore``."""
    answers: dict[str, bytes] = field(default_factory=dict)
    """What revocation services answer, by the name at the end of their URL."""
    service: str = ""
    """The base of those URLs; certificates were made with them."""

    def write(self, scratch: Path) -> None:
        """Write what both sides read from disk, or over HTTP, below ``scratch``."""
        for name, answer in self.answers.items():
            Entry(path=f"{self.id}/answers/{name}", content=answer).write(scratch)
        for entry in self.folder or ():
            entry.write(self.trust_store(scratch))
        if self.folder is not None:
            self.trust_store(scratch).mkdir(parents=True, exist_ok=True)

    def trust_store(self, scratch: Path) -> Path:
        """Return where the case's own ``truststore`` is, once written."""
        return scratch / self.id / "configuration" / "truststore"

    def to_json(self, scratch: Path | None = None) -> str:
        """Return the case as one line of JSON.

        With ``scratch`` it says where its trust stores were written.
        """
        record: dict[str, Any] = {
            "id": self.id,
            "rule": self.rule,
            "policy": b64encode(self.policy).decode(),
            "stores": {
                name: [b64encode(each).decode() for each in certificates]
                for name, certificates in self.stores.items()
            },
            "reference": self.reference,
            "subject": {
                "mediaType": self.subject_media_type,
                "digest": self.subject_digest,
                "size": self.subject_size,
            },
            "mediaType": self.media_type,
        }
        if self.envelope is not None:
            record["envelope"] = b64encode(self.envelope).decode()
        if self.metadata:
            record["metadata"] = self.metadata
        if self.folder is not None:
            record["folder"] = [
                {**asdict(entry), "content": b64encode(entry.content).decode()}
                for entry in self.folder
            ]
            if scratch is not None:
                record["trustStore"] = str(self.trust_store(scratch).parent)
        if self.service:
            record["service"] = self.service
            record["answers"] = {
                name: b64encode(answer).decode()
                for name, answer in self.answers.items()
            }
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the case ``to_json`` wrote."""
        record = json.loads(text)
        envelope = record.get("envelope")
        folder = record.get("folder")
        return cls(
            id=record["id"],
            rule=record["rule"],
            policy=b64decode(record["policy"]),
            stores={
                name: [b64decode(each) for each in certificates]
                for name, certificates in record["stores"].items()
            },
            reference=record["reference"],
            subject_media_type=record["subject"]["mediaType"],
            subject_digest=record["subject"]["digest"],
            subject_size=record["subject"]["size"],
            media_type=record["mediaType"],
            envelope=None if envelope is None else b64decode(envelope),
            metadata=record.get("metadata", {}),
            folder=None
            if folder is None
            else tuple(
                Entry(**{**entry, "content": b64decode(entry["content"])})
                for entry in folder
            ),
            answers={
                name: b64decode(answer)
                for name, answer in record.get("answers", {}).items()
            },
            service=record.get("service", ""),
        )

    @classmethod
    def read(cls, file: Path) -> list[Self]:
        """Return the cases of a file, a line each."""
        return [cls.from_json(line) for line in file.read_text().splitlines() if line]
