"""The blob a command is about: a file, and the file that holds its signature.

The blob is read in pieces and hashed as the signature demands; one piece is held at a
time, so its size does not matter.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from notation_verifier import (
    COSE_MEDIA_TYPE,
    JWS_MEDIA_TYPE,
    MAX_ENVELOPE_BYTES,
    Blob,
)
from sealward.cli.output import printable

_FORMATS: Final = {"jws": JWS_MEDIA_TYPE, "cose": COSE_MEDIA_TYPE}
_CHUNK: Final = 1024 * 1024
_NAMED_PARTS: Final = 3


class InvalidBlob(ValueError):  # noqa: N818 - named by what is wrong
    """A blob or a signature file that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobTarget:
    """A blob's file and its signature."""

    path: Path
    size: int
    """Bytes, as the file system says."""
    signature: Path
    envelope: bytes
    envelope_type: str
    """Media type of the envelope; its file's name says it."""

    def blob(
        self,
        algorithm: str,
        *,
        media_type: str | None,
        progress: Callable[[int], None] = lambda _read: None,
    ) -> Blob:
        """Return the blob, read now.

        Args:
            algorithm: the digest that the signature binds.
            media_type: that the signature must name; None for any.
            progress: told how many bytes are read so far.

        Raises:
            InvalidBlob: it cannot be read.
        """
        return Blob.of(
            self._chunks(progress), algorithms=[algorithm], media_type=media_type
        )

    def _chunks(self, progress: Callable[[int], None]) -> Iterator[bytes]:
        read = 0
        try:
            with self.path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    read += len(chunk)
                    progress(read)
                    yield chunk
        except OSError as error:
            raise InvalidBlob(f"{self.path}: {error.strerror}") from error


def open_blob(path: Path, signature: Path) -> BlobTarget:
    """Return the blob in ``path`` with its signature; the blob is not read yet.

    Raises:
        InvalidBlob: a file cannot be read, or the signature's is none by its name.
    """
    envelope_type = signature_media_type(signature.name)
    try:
        size = path.stat().st_size
        with signature.open("rb") as file:
            envelope = file.read(MAX_ENVELOPE_BYTES + 1)
    except OSError as error:
        raise InvalidBlob(f"{error.filename}: {error.strerror}") from error
    return BlobTarget(
        path=path,
        size=size,
        signature=signature,
        envelope=envelope,
        envelope_type=envelope_type,
    )


def signature_media_type(name: str) -> str:
    """Return the envelope's media type by the name of its file, as ``notation`` does.

    ``notation blob sign`` writes ``<blob>.jws.sig`` or ``<blob>.cose.sig``.

    Raises:
        InvalidBlob: it is named otherwise.
    """
    parts = name.lower().split(".")
    found = _FORMATS.get(parts[-2]) if len(parts) >= _NAMED_PARTS else None
    if found is None or parts[-1] != "sig":
        raise InvalidBlob(
            f"{printable(name)}: a signature's file ends in .jws.sig or .cose.sig, "
            "which says what it holds; rename it"
        )
    return found
