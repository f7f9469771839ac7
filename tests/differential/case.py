"""One case: what both verifiers are given, and how it is kept in a file."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


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

    def to_json(self) -> str:
        """Return the case as one line of JSON."""
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
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the case ``to_json`` wrote."""
        record = json.loads(text)
        envelope = record.get("envelope")
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
        )

    @classmethod
    def read(cls, file: Path) -> list[Self]:
        """Return the cases of a file, a line each."""
        return [cls.from_json(line) for line in file.read_text().splitlines() if line]
