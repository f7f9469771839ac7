"""Code and layers of functions inside ministack: each archive is unpacked once.

ministack unpacks them for every execution environment, some two thousand files, and
removes them on its event loop once the environment is given up: an update of a stack
whose functions have been busy would keep every caller waiting for a minute.
"""

import hashlib
import os
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Self

from simulator.ministack import module

_unpacking = threading.Lock()


class SharedArchive:
    """An archive that is unpacked once; every other place becomes a link to it.

    What is unpacked must not be written to, as on AWS.

    Args:
        file: the archive.
        shelf: where archives lie unpacked, by their SHA-256; default a folder beside
            what else is temporary, which ends with the local AWS.

    Raises:
        zipfile.BadZipFile: it is no archive.
    """

    def __init__(
        self, file: str | os.PathLike[str], *, shelf: Path | None = None
    ) -> None:
        self._file = Path(file)
        self._shelf = shelf or Path(tempfile.gettempdir(), "unpacked")
        with self._file.open("rb") as archive:
            self._digest = hashlib.file_digest(archive, "sha256").hexdigest()
        if not zipfile.is_zipfile(self._file):
            raise zipfile.BadZipFile(f"{self._file} is no zip archive")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it as it is: it stays unpacked for those that follow."""

    def namelist(self) -> Sequence[str]:
        """Return no names: which of them lead outside is left to ``extractall``."""
        return ()

    def extractall(self, path: str | os.PathLike[str]) -> None:
        """Let the empty folder ``path`` be a link to the unpacked archive."""
        unpacked, place = self._shelf / self._digest, Path(path)
        with _unpacking:
            if not unpacked.exists():
                self._unpack(unpacked)
        place.rmdir()
        place.symlink_to(unpacked, target_is_directory=True)

    def _unpack(self, unpacked: Path) -> None:
        self._shelf.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=self._shelf))
        try:
            with zipfile.ZipFile(self._file) as archive:
                archive.extractall(half)  # names that lead outside are kept inside
            half.rename(unpacked)
        except BaseException:
            shutil.rmtree(half, ignore_errors=True)
            raise


def share_archives() -> None:
    """Have ministack unpack what functions are made of once, whoever runs them."""
    module("ministack.core.lambda_runtime").zipfile = SimpleNamespace(
        ZipFile=SharedArchive,
        BadZipFile=zipfile.BadZipFile,
        LargeFileError=zipfile.LargeZipFile,  # as ministack calls it
    )
