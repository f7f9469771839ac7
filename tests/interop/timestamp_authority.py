"""An RFC 3161 timestamp authority over HTTP on loopback; what ``notation sign`` asks.

Two make its answers: the forge, and ``openssl ts`` where OpenSSL is installed.
"""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.forge import Signer
from tests.forge import timestamps as ts
from tests.forge.revocation import generalized, integer, oid, sequence

Reply = Callable[[bytes], bytes]
"""Makes the TimeStampResp to a TimeStampReq."""
_INTEGER = 2
_MOST_BYTES = 64 * 1024
_CONFIGURATION = """
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
signer_digest = {digest}
accuracy = secs:1
ess_cert_id_alg = {digest}
"""


@contextmanager
def serve(reply: Reply) -> Iterator[str]:
    """Answer requests as ``reply`` does; yield the authority's URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers["Content-Length"]), _MOST_BYTES)
            answer = reply(self.rfile.read(length))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing: the comparison's rows are the output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def forged(signer: Signer) -> Reply:
    """Return what answers as ``signer``, by the clock of this machine."""

    def reply(request: bytes) -> bytes:
        hash_, imprint, nonce = _read(request)
        token = ts.Token(
            signer=signer,
            message=b"",
            hash=hash_,
            imprint=imprint,
            time=generalized(datetime.now(UTC)),
            accuracy=ts.accuracy(1),
            rest=() if nonce is None else (integer(nonce),),
            # The set of certificates holds the root, as some authorities send it.
            certificates=signer.ders,
            attributes={ts.SIGNING_TIME: None},
        )
        return sequence(sequence(integer(0)), token.der())

    return reply


def by_openssl(signer: Signer, folder: Path, *, digest: str) -> Reply | None:
    """Return what answers with ``openssl ts``; None where there is no OpenSSL."""
    program = shutil.which("openssl")
    if program is None:
        return None
    folder.mkdir(parents=True)
    files = {
        "key.pem": signer.private_pem,
        "chain.pem": signer.chain_pem,
        "configuration": _CONFIGURATION.format(folder=folder, digest=digest).encode(),
        "serial": b"01\n",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)

    def reply(request: bytes) -> bytes:
        (folder / "request").write_bytes(request)
        subprocess.run(
            [
                *(program, "ts", "-reply", "-queryfile", str(folder / "request")),
                *("-config", str(folder / "configuration")),
                *("-signer", str(folder / "chain.pem")),
                *("-inkey", str(folder / "key.pem")),
                *("-chain", str(folder / "chain.pem")),
                *("-out", str(folder / "answer")),
            ],
            check=True,
            capture_output=True,
        )
        return (folder / "answer").read_bytes()

    return reply


def _read(request: bytes) -> tuple[str, bytes, int | None]:
    """Return a request's hash algorithm, its imprint and its nonce.

    The requests are ``notation``'s own: well-formed, and with these members only.
    """
    _, body = _element(request, 0)
    at, version = _element(body, 0)
    at, imprint = _element(body, at)
    if version != b"\x01":
        raise ValueError("not a request of version 1")
    after, algorithm = _element(imprint, 0)
    _, hashed = _element(imprint, after)
    _, dotted = _element(algorithm, 0)
    hash_ = next(
        name for name in (ts.SHA256, ts.SHA384, ts.SHA512) if oid(name)[2:] == dotted
    )
    nonce = None
    while at < len(body):
        tag = body[at]
        at, content = _element(body, at)
        if tag == _INTEGER:
            nonce = int.from_bytes(content, signed=True)
    return hash_, hashed, nonce


def _element(data: bytes, at: int) -> tuple[int, bytes]:
    """Return where the element at ``at`` ends, and its content."""
    length, at = data[at + 1], at + 2
    if length > 127:
        octets = length & 127
        length = int.from_bytes(data[at : at + octets])
        at += octets
    return at + length, data[at : at + length]
