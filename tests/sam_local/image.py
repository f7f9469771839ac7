"""Images: an offline imitation of Lambda's Python base image.

``sam local invoke`` builds on Lambda's own image. Where no registry
can be reached, this makes an image of the same name, entry point and folders from this
machine: busybox, a Python, the C libraries, and the runtime client that Lambda itself
uses. It is an imitation: the C library is this machine's (Lambda's is glibc 2.34).
"""

import contextlib
import json
import platform
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

RUNTIME_CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")
"""What Lambda's image has in /var/runtime; boto3 is in our own layer."""

_ENTRY_POINT = """#!/bin/sh
if [ $# -ne 1 ]; then
  echo "entrypoint requires the handler name to be the first argument" 1>&2
  exit 142
fi
export _HANDLER="$1"
if [ -z "${AWS_LAMBDA_RUNTIME_API}" ]; then
  exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap
fi
exec /var/runtime/bootstrap
"""

_BOOTSTRAP = """#!/bin/sh
lib=lib/python{version}/site-packages
export PYTHONPATH="/opt/python/$lib:/opt/python:/var/lang/$lib:/var/runtime"
exec /var/lang/bin/python3 -m awslambdaric "${{_HANDLER}}"
"""

_CHANGES = (
    "ENV LANG=C.UTF-8",
    "ENV TZ=:/etc/localtime",
    "ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "ENV LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/task/lib:/opt/lib",
    "ENV LAMBDA_TASK_ROOT=/var/task",
    "ENV LAMBDA_RUNTIME_DIR=/var/runtime",
    "WORKDIR /var/task",
    'ENTRYPOINT ["/lambda-entrypoint.sh"]',
)

_MANYLINUX = (
    *("libc.so.6", "libm.so.6", "libdl.so.2", "librt.so.1", "libpthread.so.0"),
    *("libutil.so.1", "libgcc_s.so.1", "libstdc++.so.6", "libresolv.so.2"),
    *("libnss_files.so.2", "libnss_dns.so.2"),
)
"""What compiled wheels may expect of any Linux."""


def architecture() -> str:
    """Return this machine's architecture in Lambda's words."""
    return "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"


def name(version: str) -> str:
    """Return the name of the base image SAM asks for."""
    return f"public.ecr.aws/lambda/python:{version}-{architecture()}"


def assemble(interpreter: Path, requirements: Path, root: Path) -> None:
    """Make the image's file tree in the new folder ``root``.

    ``interpreter`` is a real Python binary; ``requirements`` the hashed file that pins
    the runtime client. Asks the package index for three small packages.

    Raises:
        OSError, subprocess.CalledProcessError: a file or a package is missing.
    """
    facts = _facts(interpreter)
    version = str(facts["version"])
    lang = root / "var/lang"
    for folder in ("bin", "etc", "opt", "proc", "sys", "dev", "usr/bin", "var/task"):
        (root / folder).mkdir(parents=True)
    (lang / "bin").mkdir(parents=True)
    (root / "tmp").mkdir(mode=0o1777)
    _busybox(root / "bin")

    binary = lang / f"bin/python{version}"
    shutil.copy2(interpreter, binary)
    for alias in ("python3", "python"):
        (lang / "bin" / alias).symlink_to(binary.name)
    library = lang / f"lib/python{version}"
    for source in sorted({str(facts["stdlib"]), str(facts["platstdlib"])}):
        shutil.copytree(source, library, ignore=_left_out, dirs_exist_ok=True)

    runtime = root / "var/runtime"
    _install(interpreter, requirements, runtime)
    compiled = [*library.glob("lib-dynload/*.so"), *runtime.rglob("*.so")]
    _libraries(root, [interpreter, *compiled])
    _text(runtime / "bootstrap", _BOOTSTRAP.format(version=version), executable=True)
    _text(root / "lambda-entrypoint.sh", _ENTRY_POINT, executable=True)
    _text(root / "etc/passwd", "root:x:0:0:root:/tmp:/bin/sh\n")
    _text(root / "etc/group", "root:x:0:\n")
    _text(root / "etc/nsswitch.conf", "hosts: files dns\n")


def load(root: Path, image: str, *, docker_host: str) -> None:
    """Import the tree under ``root`` as ``image`` into the engine at ``docker_host``.

    Raises:
        subprocess.CalledProcessError: the engine refused; it has said why.
    """
    options = [option for change in _CHANGES for option in ("--change", change)]
    with subprocess.Popen(
        ["docker", "--host", docker_host, "import", *options, "-", image],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as importing:
        assert importing.stdin is not None
        # A refusal shows as a broken pipe first; its status says more.
        with contextlib.suppress(BrokenPipeError):
            with tarfile.open(fileobj=importing.stdin, mode="w|") as tar:
                tar.add(root, arcname=".")
            importing.stdin.close()
    if importing.returncode:
        raise subprocess.CalledProcessError(importing.returncode, importing.args)


def _facts(interpreter: Path) -> dict[str, str]:
    question = (
        "import json, sysconfig as s; p = s.get_paths(); print(json.dumps(dict("
        "version=s.get_python_version(), stdlib=p['stdlib'], "
        "platstdlib=p['platstdlib'])))"
    )
    answer = subprocess.run(
        [interpreter, "-c", question], capture_output=True, check=True
    )
    facts: dict[str, str] = json.loads(answer.stdout)
    return facts


def _left_out(_folder: str, names: list[str]) -> set[str]:
    unused = {
        "__pycache__",
        "dist-packages",
        "ensurepip",
        "idlelib",
        "site-packages",
        "test",
        "tkinter",
        "turtledemo",
    }
    return {
        name
        for name in names
        if name in unused or name.startswith("config-") or "_tkinter" in name
    }


def _busybox(folder: Path) -> None:
    busybox = shutil.which("busybox")
    if busybox is None:
        raise FileNotFoundError("busybox: install Debian's busybox-static")
    shutil.copy2(busybox, folder / "busybox")
    listed = subprocess.run(
        [busybox, "--list"], capture_output=True, text=True, check=True
    )
    for applet in listed.stdout.split():
        if applet != "busybox":
            (folder / applet).symlink_to("busybox")


def _install(interpreter: Path, requirements: Path, target: Path) -> None:
    """Install the runtime client for ``interpreter``, hashes enforced."""
    pinned = "\n".join(_pinned(requirements.read_text(), RUNTIME_CLIENT))
    chosen = target.parent / "runtime-client.txt"
    chosen.write_text(pinned)
    try:
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "--python", str(interpreter)),
                *("install", "--quiet", "--disable-pip-version-check", "--no-compile"),
                *("--no-deps", "--require-hashes", "--root-user-action", "ignore"),
                *("--target", str(target), "--requirement", str(chosen)),
            ],
            check=True,
        )
    finally:
        chosen.unlink()


def _pinned(text: str, wanted: Iterable[str]) -> Iterator[str]:
    """Yield the entries of a requirements file that pin ``wanted``, hashes and all."""
    for package in wanted:
        entry = re.search(
            rf"^{re.escape(package)}==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL
        )
        if entry is None:
            raise LookupError(f"{package} is not pinned in the requirements file")
        yield entry.group(0)


def _libraries(root: Path, compiled: Iterable[Path]) -> None:
    """Copy the C libraries that ``compiled`` and compiled wheels ask for."""
    needed: set[Path] = set()
    for file in compiled:
        listed = subprocess.run(
            ["ldd", file],
            capture_output=True,
            text=True,
            check=False,
        )
        for found in re.finditer(
            r"(?:=> |^\t)(/\S+) \(0x", listed.stdout, re.MULTILINE
        ):
            needed.add(Path(found.group(1)))
    homes = {file.parent for file in needed if file.name == "libc.so.6"}
    homes |= {Path("/usr") / home.relative_to("/") for home in homes}
    for home in homes:
        needed |= {home / soname for soname in _MANYLINUX if (home / soname).exists()}
    for file in sorted(needed):
        system = file.is_relative_to("/lib") or file.is_relative_to("/lib64")
        system = system or file.is_relative_to("/usr/lib")
        folder = root / (file.parent.relative_to("/") if system else "var/lang/lib")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, folder / file.name)  # follows the soname's link


def _text(file: Path, content: str, *, executable: bool = False) -> None:
    file.write_text(content)
    file.chmod(0o755 if executable else 0o644)
