"""Both judges of blobs: a ``notation blob``, and our own command."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from demo.layouts.signing import Answer
from sealward.cli.__main__ import main
from tests.forge import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBlob:
    """A file, its signature's file, and what is asked for."""

    path: Path
    signature: Path
    media_type: str | None = None
    policy_name: str | None = None
    user_metadata: Mapping[str, str] = field(default_factory=dict)

    def options(self) -> list[str]:
        """Return the options that both commands have alike, and the file."""
        given = ["--signature", str(self.signature)]
        if self.media_type is not None:
            given += ["--media-type", self.media_type]
        if self.policy_name is not None:
            given += ["--policy-name", self.policy_name]
        for name, value in self.user_metadata.items():
            given += ["--user-metadata", f"{name}={value}"]
        return [*given, str(self.path)]


class BlobHome:
    """One configuration folder, by which both commands judge."""

    def __init__(
        self, binary: Path, folder: Path, document: Mapping[str, Any], store: Path
    ) -> None:
        self._binary = binary
        self._folder = folder
        folder.mkdir(parents=True)
        (folder / "trustpolicy.blob.json").write_text(json.dumps(document))
        shutil.copytree(store, folder / "truststore")
        self._environment = {
            "NOTATION_CONFIG": str(folder),
            "NOTATION_LIBEXEC": str(folder),
            "NOTATION_CACHE": str(folder / "cache"),
            "NOTATION_EXPERIMENTAL": "1",
        }

    def sign(self, blob: Path, signer: Signer, *options: str) -> None:
        """Sign a file with the reference's command; the signature lands beside it."""
        key, chain = self._folder / "signer.key", self._folder / "signer.pem"
        key.touch(mode=0o600)
        key.write_bytes(signer.private_pem)
        chain.write_bytes(signer.chain_pem)
        entry = {"name": "signer", "keyPath": str(key), "certPath": str(chain)}
        keys = json.dumps({"keys": [entry]})
        (self._folder / "signingkeys.json").write_text(keys)
        said = self._run(["sign", "--key", "signer", *options, str(blob)])
        if not said.accepted:
            raise SystemExit(f"blob sign: {said.text}")

    def reference(self, asked: SignedBlob) -> Answer:
        """Return what the reference says."""
        return self._run(["verify", *asked.options()])

    def ours(self, asked: SignedBlob) -> Answer:
        """Return what ``sealward verify-blob`` says."""
        done = CliRunner().invoke(
            main,
            ["verify-blob", "--offline", *asked.options()],
            env=self._environment,
        )
        return Answer(accepted=done.exit_code == 0, text=done.output[:600])

    def _run(self, arguments: Sequence[str]) -> Answer:
        done = subprocess.run(
            [str(self._binary), "blob", *arguments],
            env={**os.environ, **self._environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Answer(
            accepted=done.returncode == 0, text=(done.stdout + done.stderr).strip()
        )


def find_blob_notation() -> Path | None:
    """Return the command that $NOTATION_BLOB names, if it is there."""
    named = os.environ.get("NOTATION_BLOB")
    found = shutil.which(named) if named else None
    return Path(found).resolve() if found else None
