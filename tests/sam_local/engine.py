"""Engines: a Docker engine of one's own, apart from whatever else the machine runs.

The engine runs in network, mount and process namespaces made for one run: its bridge
and ports touch nothing of the host, and when the run ends the kernel ends all that it
started. Containers reach servers of the run at ``BRIDGE``. Needs Linux and root; what
is missing comes from Debian's own packages. No container registry is asked.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sam_local.server import running

BRIDGE = "198.18.0.1"
"""The engine's address on its bridge, of the block reserved for tests (RFC 2544)."""

_PACKAGES = {
    "dockerd": "docker.io",
    "docker": "docker.io",
    "busybox": "busybox-static",
    "ip": "iproute2",
    "unshare": "util-linux",
}
_START_SECONDS = 20.0


def missing() -> str:
    """Return why no engine can be had here, or nothing where one can."""
    if sys.platform != "linux":
        return "Linux only: the engine runs in namespaces of its own"
    if os.geteuid() != 0:
        return "needs root, to start a Docker engine in namespaces of its own"
    if _absent() and shutil.which("apt-get") is None:
        return f"needs {', '.join(sorted(_absent()))}, and there is no apt-get"
    return ""


def install() -> None:
    """Install from Debian what is absent, without starting any daemon.

    Raises:
        subprocess.CalledProcessError: apt-get failed.
    """
    packages = _absent()
    if not packages:
        return
    print(f"installing {', '.join(sorted(packages))} (Debian)", flush=True)
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:  # 101: the package's own daemon is not to be started
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages],
        ):
            done = subprocess.run(
                command, env=quiet, capture_output=True, text=True, check=False
            )
            if done.returncode:
                sys.stderr.write(done.stdout + done.stderr)
                done.check_returncode()
    finally:
        if ours:
            policy.unlink()


def confined(command: list[str]) -> list[str]:
    """Return ``command`` so that it runs, with all it starts, in new namespaces.

    A shell is its first process there: it collects what containers leave behind.
    """
    return [
        *("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child"),
        *("--mount-proc", "bash", "-c", 'ip link set lo up; "$@"; exit $?', "bash"),
        *command,
    ]


@contextmanager
def engine(folder: Path) -> Iterator[str]:
    """Run dockerd with everything it keeps under ``folder``; yield its DOCKER_HOST.

    To be called inside ``confined``.

    Raises:
        RuntimeError: the engine did not come up; its log is in the message.
    """
    host = f"unix://{folder}/docker.sock"
    with running(
        [
            *("dockerd", "--host", host, "--pidfile", f"{folder}/pid"),
            *("--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec"),
            *("--iptables=false", "--ip6tables=false", "--ip-masq=false"),
            *("--ip-forward=false", f"--bip={BRIDGE}/24"),
        ],
        log=folder / "log",
        answers=lambda: _answers(host),
        start_seconds=_START_SECONDS,
        end_seconds=15,
    ):
        yield host


def _answers(host: str) -> bool:
    asked = subprocess.run(
        ["docker", "version"],
        env={**os.environ, "DOCKER_HOST": host},
        capture_output=True,
        check=False,
    )
    return asked.returncode == 0


def _absent() -> set[str]:
    packages = {p for tool, p in _PACKAGES.items() if shutil.which(tool) is None}
    busybox = shutil.which("busybox")
    if busybox is not None:
        linked = subprocess.run(
            ["ldd", busybox],
            capture_output=True,
            check=False,
        )
        if linked.returncode == 0:  # the image has no libraries for its first process
            packages.add("busybox-static")
    return packages
