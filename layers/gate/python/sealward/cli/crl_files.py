"""CRL files, as certificate authorities publish them: DER or PEM."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sealward.cli.bundle_file import UnreadableFile, read_file

_PEM = b"-----BEGIN X509 CRL-----"


def read_crls(paths: Iterable[Path]) -> tuple[bytes, ...]:
    """Return the CRLs in ``paths``, in DER; of a folder its ``.crl`` files by name.

    Raises:
        UnreadableFile: one cannot be read, is no CRL, or a folder holds none.
    """
    return tuple(dict.fromkeys(_read_crl(file) for file in _files(paths)))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(path.glob("*.crl"))
        if not found:
            raise UnreadableFile(f"{path}: no .crl file in it")
        yield from found


def _read_crl(path: Path) -> bytes:
    content = read_file(path)
    try:
        if _PEM in content:
            return x509.load_pem_x509_crl(content).public_bytes(Encoding.DER)
        x509.load_der_x509_crl(content)
    except ValueError as error:
        raise UnreadableFile(f"{path}: no CRL: {error}") from error
    return content
