"""Signing with the real ``notation``: own long-lived certificates, a config of its own.

``notation cert generate-test`` makes certificates that live a day; these are valid
until 2120 and reach ``notation`` through ``signingkeys.json`` in a temporary
configuration. Nothing of a person's own ``notation`` configuration is read or written.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from tests.forge.certificates import CA, LEAF, Signer, build_certificate

SUBJECT = "CN={},O=Example,ST=Berlin,C=DE"


def new_signer(
    common_name: str,
    *,
    issuer: Signer | None = None,
    authority: bool = False,
    curve: ec.EllipticCurve | None = None,
    **changes: Any,  # noqa: ANN401 - as tests.forge takes them
) -> Signer:
    """Return a new key and its certificate, issued by ``issuer`` or by itself.

    Unlike the forge's own, the key is random: what is signed with it and then thrown
    away cannot be signed again. An authority may issue; anything else may sign code.
    """
    key = ec.generate_private_key(curve or ec.SECP256R1())
    subject = SUBJECT.format(common_name)
    certificate = build_certificate(
        subject,
        key,
        issuer.chain[0].subject if issuer else subject,
        issuer.key if issuer else key,
        CA if authority else LEAF,
        **changes,
    )
    return Signer(key, (certificate, *(issuer.chain if issuer else ())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What ``notation`` said."""

    accepted: bool
    text: str


class NotationFailed(Exception):  # noqa: N818 - named by what went wrong
    """``notation`` could not sign; says what it said."""


class Notation:
    """The real command with a configuration directory of its own."""

    def __init__(
        self, binary: Path, config: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        """``environment`` is added to this process's, for plugins."""
        self._binary = binary
        self.config = config
        self._keys: list[dict[str, str]] = []
        self._environment = {
            **os.environ,
            "NOTATION_CONFIG": str(config),
            "NOTATION_LIBEXEC": str(config),
            "NOTATION_CACHE": str(config / "cache"),
            "NOTATION_EXPERIMENTAL": "1",
            **(environment or {}),
        }
        config.mkdir(parents=True, exist_ok=True)

    def add_key(self, name: str, signer: Signer) -> None:
        """Let ``sign`` use ``signer`` as ``name``."""
        folder = self.config / "keys"
        folder.mkdir(exist_ok=True)
        key_file, chain_file = folder / f"{name}.key", folder / f"{name}.pem"
        key_file.touch(mode=0o600)
        key_file.write_bytes(signer.private_pem)
        chain_file.write_bytes(signer.chain_pem)
        entry = {"name": name, "keyPath": str(key_file), "certPath": str(chain_file)}
        self._keys.append(entry)
        (self.config / "signingkeys.json").write_text(json.dumps({"keys": self._keys}))

    def trust(self, trust_policy: Mapping[str, Any], trust_store: Path | None) -> None:
        """Let ``verify`` use this document, and these stores if given."""
        (self.config / "trustpolicy.json").write_text(json.dumps(trust_policy))
        if trust_store is not None:
            target = self.config / "truststore"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(trust_store, target)

    def sign(
        self,
        layout: Path,
        digest: str,
        *,
        key: str,
        signature_format: str = "jws",
        expiry: str = "",
        timestamp_url: str = "",
        timestamp_root: str = "",
    ) -> None:
        """Sign a manifest of ``layout``; the signature lands in the same layout.

        With ``timestamp_url`` an RFC 3161 authority whose root is in the file
        ``timestamp_root`` says when.

        Raises:
            NotationFailed: it would not.
        """
        extra = ["--expiry", expiry] if expiry else []
        if timestamp_url:
            extra += ["--timestamp-url", timestamp_url]
            extra += ["--timestamp-root-cert", timestamp_root]
        self._sign(
            layout,
            digest,
            *("--key", key, "--signature-format", signature_format, *extra),
        )

    def sign_by_plugin(
        self, layout: Path, digest: str, *, plugin: str, key_id: str, **config: str
    ) -> None:
        """As ``sign``, by a plugin of this command's folder; ``config`` is for it.

        Raises:
            NotationFailed: it would not.
        """
        self._sign(layout, digest, "--plugin", plugin, "--id", key_id, *_given(config))

    def _sign(self, layout: Path, digest: str, *how: str) -> None:
        answer = self._run("sign", "--oci-layout", *how, f"{layout}@{digest}")
        # An empty folder that the command leaves behind, no part of a layout.
        shutil.rmtree(layout / "ingest", ignore_errors=True)
        if not answer.accepted:
            raise NotationFailed(f"notation sign: {answer.text}")

    def version(self) -> str:
        """Return the command's version, without the ``v`` and what the build adds."""
        for line in self._run("version").text.splitlines():
            name, _, value = line.partition(":")
            if name == "Version":
                return value.strip().removeprefix("v").partition("+")[0]
        return ""

    def verify(
        self,
        layout: Path,
        digest: str,
        *,
        scope: str,
        user_metadata: Mapping[str, str] | None = None,
        **plugin_config: str,
    ) -> Answer:
        """Return what ``notation verify`` says of a manifest of ``layout``."""
        required = [
            option
            for name, value in (user_metadata or {}).items()
            for option in ("--user-metadata", f"{name}={value}")
        ]
        return self._run(
            "verify",
            "--oci-layout",
            *("--scope", scope, *required, *_given(plugin_config)),
            f"{layout}@{digest}",
        )

    def _run(self, *arguments: str) -> Answer:
        done = subprocess.run(  # noqa: S603 - the command the caller named
            [str(self._binary), *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Answer(
            accepted=done.returncode == 0, text=(done.stdout + done.stderr).strip()
        )


def _given(plugin_config: Mapping[str, str]) -> list[str]:
    """Return the arguments that hand a plugin its configuration; ``_`` is ``-``."""
    return [
        argument
        for name, value in plugin_config.items()
        for argument in ("--plugin-config", f"{name.replace('_', '-')}={value}")
    ]


def find_notation() -> Path | None:
    """Return the ``notation`` that $NOTATION names, else the one on PATH, if any."""
    named = os.environ.get("NOTATION")
    found = shutil.which(named) if named else shutil.which("notation")
    return Path(found).resolve() if found else None
