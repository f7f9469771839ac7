"""Revocation services of a run: OCSP responders and CRLs, over HTTP on loopback.

    python -m tests.differential.services FOLDER [PORT REFUSED]

Both verifiers ask the same server, a process of its own: neither waits for the other.
A case's answers are files; a URL says whose, which, and with what status of HTTP:
``http://127.0.0.1:PORT/200/<case>/<name>``. Another port is taken, and refuses.
"""

import asyncio
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

_HOST = "127.0.0.1"
_REQUEST = re.compile(rb"(?:GET|POST) /([1-5][0-9]{2})/([a-z0-9-]+)/([a-z0-9.-]+)[ /?]")
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_MOST = 1024 * 1024


@dataclass(frozen=True)
class Services:
    """Where a run's answers are served."""

    base: str = ""
    """``http://127.0.0.1:PORT,REFUSED``; "" where nothing is served."""

    def url(self, case: str, name: str, *, status: int = 200) -> str:
        """Return the URL of an answer; status 0 for one that nobody listens at."""
        host, _, refused = self.base.partition(",")
        if status:
            return f"{host}/{status}/{case}/{name}"
        return f"http://{_HOST}:{refused}/200/{case}/{name}"


class Server:
    """The services' process, from ``with`` to its end."""

    def __init__(self, folder: Path, *, base: str = "") -> None:
        """Serve ``folder``; ``base`` is where an earlier run served."""
        ports = re.findall(r"[0-9]+", base.removeprefix(f"http://{_HOST}:"))
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(folder), *ports],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.services = Services()

    def __enter__(self) -> Self:
        said = (self._process.stdout.readline() if self._process.stdout else "").strip()
        if not said:
            self._process.wait()
            raise OSError("the revocation services did not start; see above")
        self.services = Services(said)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.communicate()


async def _answer(
    folder: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        while True:
            asked_for = await reader.readuntil(b"\r\n\r\n")
            if length := _LENGTH.search(asked_for):
                await reader.readexactly(min(int(length[1]), _MOST))
            status, body = 404, b""
            if asked := _REQUEST.match(asked_for):
                status = int(asked[1])
                file = folder / asked[2].decode() / "answers" / asked[3].decode()
                try:
                    body = file.read_bytes()
                except OSError:
                    status = 404
            if status == HTTPStatus.NO_CONTENT:
                body = b""  # anything more would be the next answer
            head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _serve(folder: Path, port: int, refused: int) -> None:
    with socket.socket() as deaf:  # bound, and not listening: connections are refused
        deaf.bind((_HOST, refused))
        server = await asyncio.start_server(
            lambda reader, writer: _answer(folder, reader, writer),
            _HOST,
            port,
            limit=_MOST,
        )
        port = server.sockets[0].getsockname()[1]
        print(f"http://{_HOST}:{port},{deaf.getsockname()[1]}", flush=True)
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    _folder, *_ports = sys.argv[1:]
    asyncio.run(_serve(Path(_folder), *map(int, _ports or ("0", "0"))))
