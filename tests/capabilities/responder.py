"""An OCSP responder behind the proxy that the stacks are given: on loopback."""

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.capabilities.policy import revocable

_ASKED: list[str] = []


def asked() -> int:
    """Return how often it was asked."""
    return len(_ASKED)


class _Good(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer()

    def _answer(self) -> None:
        _ASKED.append(self.path)
        now = datetime.now(UTC).replace(microsecond=0)
        hour = timedelta(hours=1)
        body = (
            revocable()
            .ocsp(
                produced_at=now - hour,
                this_update=now - hour,
                next_update=now + 24 * hour,
            )
            .der()
        )
        self.send_response(200)
        self.send_header("Content-Type", "application/ocsp-response")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextlib.contextmanager
def responder() -> Iterator[str]:
    """Serve; yield the address to be given as HttpProxy."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Good)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
