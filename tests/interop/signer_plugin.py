"""AWS Signer's plugin in a folder of ``notation``: AWS's own where it is at hand.

``SIGNER_PLUGIN`` names AWS's binary, which AWS publishes with its installers and as the
Go module github.com/aws/aws-signer-notation-plugin. Without it the stand-in takes its
place: then ``notation`` is real and what the plugin decides is ours.
"""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PLUGIN = "com.amazonaws.signer.notation.plugin"
STAND_IN = Path(__file__).with_name("stand_in_plugin.py")
# Not a name that resolves: AWS's SDK puts ``data-`` before it, and asks the proxy.
HOST = "signer.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerPlugin:
    """The plugin that the comparison uses."""

    aws: Path | None
    """AWS's binary; None for the stand-in."""

    @property
    def name(self) -> str:
        """Which it is, for a reader of the figures."""
        return "AWS's own" if self.aws else "stand-in"

    def install(self, config: Path) -> None:
        """Put the plugin where ``notation`` with this configuration looks for it."""
        folder = config / "plugins" / PLUGIN
        folder.mkdir(parents=True)
        target = folder / f"notation-{PLUGIN}"
        if self.aws:
            shutil.copyfile(self.aws, target)
        else:
            words = shlex.join([sys.executable, "-I", "-S", str(STAND_IN)])
            target.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        target.chmod(0o755)

    def environment(self, url: str, account: str) -> Mapping[str, str]:
        """Return what the plugin's process needs to reach the simulator at ``url``."""
        if not self.aws:
            return {"no_proxy": "*"}
        return {
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_SESSION_TOKEN": "",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "HTTP_PROXY": url,
            "NO_PROXY": "",
        }

    def config(self, url: str, account: str, region: str) -> dict[str, str]:
        """Return the plugin's configuration, names with ``_`` for ``-``."""
        if self.aws:
            return {
                "aws_region": region,
                "aws_signer_endpoint_url": f"http://{HOST}",
            }
        return {
            "aws_region": region,
            "aws_signer_endpoint_url": url,
            "account": account,
        }


def find_signer_plugin() -> SignerPlugin:
    """Return the plugin that $SIGNER_PLUGIN names, else the stand-in."""
    named = os.environ.get("SIGNER_PLUGIN")
    if named and not Path(named).is_file():
        raise SystemExit(f"SIGNER_PLUGIN={named} is no file")
    return SignerPlugin(aws=Path(named).resolve() if named else None)
