"""Layers over HTTP: against a server on loopback that may do its worst."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sealward.aws.registry.layer_download import LayerDownload
from sealward.ports.failures import Denied, NotFound, PortError, Unavailable

Respond = Callable[[BaseHTTPRequestHandler], None]


class _Store:
    """A server that answers as told and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[dict[str, str]] = []
        self.respond: Respond = _content(b"")
        store = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                store.requests.append(dict(self.headers))
                store.respond(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def store() -> Iterator[_Store]:
    store = _Store()
    thread = threading.Thread(target=store.server.serve_forever, args=(0.01,))
    thread.start()
    yield store
    store.server.shutdown()
    store.server.server_close()
    thread.join()


def _content(body: bytes, **headers: str) -> Respond:
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return respond


def _status(status: int, **headers: str) -> Respond:
    def respond(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(b"<Error/>")

    return respond


def test_what_is_there_comes_back_up_to_the_very_limit(store: _Store) -> None:
    store.respond = _content(b"x" * 100_000)
    body = LayerDownload(store.origin)(f"{store.origin}/layer?sig=1", 100_000)
    assert body == b"x" * 100_000


def test_one_byte_more_than_the_limit_is_not_found(store: _Store) -> None:
    store.respond = _content(b"x" * 100_001)
    with pytest.raises(NotFound, match="larger than 100000 bytes"):
        LayerDownload(store.origin)(f"{store.origin}/layer", 100_000)


def test_the_body_is_what_was_sent_not_what_it_unpacks_to(store: _Store) -> None:
    store.respond = _content(b"\x1f\x8b not gzip", Content_Encoding="gzip")
    body = LayerDownload(store.origin)(f"{store.origin}/layer", 100)
    assert body == b"\x1f\x8b not gzip"


def test_nothing_of_ours_goes_with_the_request(
    store: _Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    store.respond = _content(b"x")
    LayerDownload(store.origin)(f"{store.origin}/layer", 100)
    (headers,) = store.requests
    assert headers.keys() <= {"Host", "Accept-Encoding", "User-Agent"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (204, Unavailable),
        (206, Unavailable),
        (403, Denied),
        (404, NotFound),
        (410, NotFound),
        (429, Unavailable),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_a_status_says_what_it_means(
    store: _Store, status: int, kind: type[PortError]
) -> None:
    store.respond = _status(status)
    with pytest.raises(kind) as caught:
        LayerDownload(store.origin)(f"{store.origin}/layer?sig=secret", 100)
    assert type(caught.value) is kind
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(store: _Store, status: int) -> None:
    store.respond = _status(status, Location=f"{store.origin}/elsewhere")
    with pytest.raises(Unavailable, match=str(status)):
        LayerDownload(store.origin)(f"{store.origin}/layer", 100)
    assert len(store.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/layer",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "ftp://127.0.0.1/layer",
        "//127.0.0.1/layer",
        "layer",
        "",
    ],
)
def test_an_address_of_another_origin_is_refused_unasked(
    store: _Store, url: str
) -> None:
    with pytest.raises(Unavailable, match="refused"):
        LayerDownload(store.origin)(url, 100)
    assert store.requests == []


def test_plain_http_is_refused_where_the_endpoint_is_https(store: _Store) -> None:
    with pytest.raises(Unavailable, match="refused"):
        LayerDownload("https://ecr.example")(f"{store.origin}/layer", 100)
    assert store.requests == []


def test_a_server_that_is_not_there_is_unavailable(store: _Store) -> None:
    download = LayerDownload("http://127.0.0.1:1")
    with pytest.raises(Unavailable, match="NewConnectionError"):
        download("http://127.0.0.1:1/layer", 100)
    assert store.requests == []


def test_a_connection_that_breaks_off_is_unavailable(store: _Store) -> None:
    store.respond = _content(b"half", Content_Length="100")
    with pytest.raises(Unavailable, match=r"IncompleteRead|ProtocolError"):
        LayerDownload(store.origin)(f"{store.origin}/layer", 1000)


def test_a_byte_at_a_time_ends_at_the_deadline(store: _Store) -> None:
    seconds = iter(range(1000))
    store.respond = _content(b"x" * 1_000_000)
    download = LayerDownload(
        store.origin, monotonic=lambda: float(next(seconds)), deadline=3.0
    )
    with pytest.raises(Unavailable, match="over 3 s"):
        download(f"{store.origin}/layer", 10_000_000)


def test_the_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        port = proxy.getsockname()[1]

        def refuse() -> None:
            connection, _ = proxy.accept()
            with connection:
                heard.append(connection.recv(4096))
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

        thread = threading.Thread(target=refuse)
        thread.start()
        monkeypatch.setenv("https_proxy", f"http://user:secret@127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "")
        download = LayerDownload("https://api.ecr.example")
        with pytest.raises(Unavailable):
            download("https://layers.example/blob?token=1", 10)
        thread.join()
    assert heard[0].startswith(b"CONNECT layers.example:443 ")
    assert b"proxy-authorization: Basic " in heard[0]


def test_what_no_proxy_names_is_asked_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0)
        port = proxy.getsockname()[1]
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with pytest.raises(Unavailable):
            LayerDownload("https://api.ecr.example")("https://127.0.0.1:1/blob", 10)
        with pytest.raises(BlockingIOError):
            proxy.accept()
