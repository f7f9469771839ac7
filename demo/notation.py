"""The real ``notation`` of a team: a key of this run, and a way to the registry.

The local AWS does not serve the registry's HTTP protocol. A proxy on loopback does,
over ECR's own API, so that the command names the registry as on AWS.
"""

import json
import os
import shlex
import shutil
import subprocess
import tempfile
import weakref
from pathlib import Path

from cryptography import x509

from demo.layouts.policy import REGISTRY
from demo.person import Person, Ran
from demo.stack import BUILD, DemoError, LocalAws
from simulator.registry_protocol import registry_proxy

TEAM = "payments-on-call"


def notation_command() -> Path | None:
    """Return the real command: ``NOTATION``, or what ``make demo`` builds with Go."""
    given = os.environ.get("NOTATION")
    command = Path(given) if given else BUILD / "notation"
    return command if command.exists() else None


class Team:
    """Somebody who signs by the real ``notation``, with a configuration of their own.

    Raises:
        DemoError: the command makes no key.
    """

    def __init__(self, command: Path) -> None:
        self._command = command.absolute()
        self._home = Path(tempfile.mkdtemp(prefix="sealward-demo-team-"))
        # The key ends with the run.
        weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        made = subprocess.run(  # noqa: S603 - the command the user named
            [str(self._command), "cert", "generate-test", "--default", TEAM],
            env={**os.environ, **self._environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if made.returncode:
            raise DemoError(f"{command} cert generate-test: {made.stderr.strip()}")
        # Where it keeps its configuration differs between systems.
        (keys,) = self._home.rglob("signingkeys.json")
        self._config = keys.parent
        # No TLS here: the one thing that is not as on AWS.
        plain = {"insecureRegistries": [REGISTRY]}
        (self._config / "config.json").write_text(json.dumps(plain))

    @property
    def certificate(self) -> x509.Certificate:
        """Return the team's certificate."""
        file = self._config / "localkeys" / f"{TEAM}.crt"
        return x509.load_pem_x509_certificate(file.read_bytes())

    def run(self, person: Person, line: str, aws: LocalAws) -> Ran:
        """Run one line that begins with ``notation``, as ``person`` at ``aws``."""
        _, *arguments = shlex.split(line)
        with registry_proxy(aws.client("ecr")) as proxy:
            return person.run(
                [str(self._command), *arguments],
                HTTP_PROXY=proxy,
                **self._environment,
            )

    @property
    def _environment(self) -> dict[str, str]:
        # A home of its own, not NOTATION_CONFIG: v1.3.2 reads insecureRegistries before
        # it looks at that.
        home = str(self._home)
        return {"HOME": home, "XDG_CONFIG_HOME": home, "NOTATION_CONFIG": ""}
