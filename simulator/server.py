"""The HTTP face on a loopback port, for tests with real clients."""

import re
import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from simulator.behaviours import Behaviours
from simulator.local_aws import LocalAws
from simulator.wire import OWN_PATHS, HttpFace, LayerUrls, Response

_CREDENTIAL = re.compile(r"Credential=([^/,]+)/\d{8}/([^/]+)/")
_ACCOUNT = re.compile(r"\d{12}")
_ORIGIN = re.compile(r"^http://[^/?]*")


class LoopbackServer:
    """Serves a ``LocalAws`` on 127.0.0.1 while entered; ``url`` is its endpoint.

    The account is the access key where that is twelve digits, else ``account``; any
    other access key counts as the caller's name. Signatures are not checked.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        account: str,
        behaviours: Behaviours | None = None,
        sleep: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._behaviours, self._sleep = behaviours, sleep
        self._server.account = account
        self.renew(clock)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )

    def renew(self, clock: Callable[[], datetime]) -> None:
        """Serve another ``LocalAws`` from now on, one with nothing in it."""
        urls = LayerUrls(self.url)
        self.aws = LocalAws(
            clock=clock,
            behaviours=self._behaviours,
            sleep=self._sleep,
            layer_url=urls,
        )
        self._server.face = HttpFace(self.aws, urls)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    face: HttpFace
    account: str
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: the second would wait for an acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def do_PUT(self) -> None:
        self._respond()

    def do_DELETE(self) -> None:
        self._respond()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: tests read the operation log instead."""

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        response = self._response(body)
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    def _response(self, body: bytes) -> Response:
        # A client that takes this server for its proxy sends the whole address.
        self.path = _ORIGIN.sub("", self.path)
        if self.path.startswith(OWN_PATHS):
            return self.server.face.own(self.command, self.path, body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        found = _CREDENTIAL.search(headers.get("authorization", ""))
        if found is None:
            return Response(status=403, body=b'{"__type":"MissingAuthenticationToken"}')
        key, region = found.groups()
        is_account = _ACCOUNT.fullmatch(key) is not None
        return self.server.face.handle(
            self.command,
            self.path,
            headers,
            body,
            account=key if is_account else self.server.account,
            region=region,
            caller="" if is_account else key,
        )
