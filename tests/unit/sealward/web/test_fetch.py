"""The fetch against servers on loopback: threat 21, and what a server may do wrong."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from notation_verifier import FetchError
from sealward.policy.revocation import HostPort
from sealward.web.deadline import Deadline
from sealward.web.exchange import LIMIT, OCSP_LIMIT
from sealward.web.fetch import RevocationFetch, WebSources
from sealward.web.resolution import Resolver
from tests.unit.sealward.web.loopback import Asked, Behaviour, answering, serving

NAME = "crl.example"


def named(server: Asked, host: str = NAME) -> HostPort:
    return HostPort(host=host, port=server.port)


def fetch_of(
    *hosts: HostPort,
    seconds: float = 5.0,
    resolve: Callable[[str, int], Sequence[str]] = lambda _host, _port: ["127.0.0.1"],
    proxy: str = "",
    **limits: Any,
) -> RevocationFetch:
    return RevocationFetch(
        deadline=Deadline(time.monotonic, seconds=seconds, **limits),
        hosts=frozenset(hosts),
        resolver=Resolver(resolve),
        proxy=HostPort.parse(proxy) if proxy else None,
    )


def ask(behave: Behaviour, *, body: bytes | None = None, **settings: Any) -> bytes:
    """Ask a server that behaves so, at a host the policy names."""
    with serving(behave) as server:
        fetch = fetch_of(named(server), **settings)
        return fetch(f"http://{NAME}:{server.port}/ca.crl", body=body)


def test_a_get_is_sent_and_answered() -> None:
    with serving(answering(b"crl")) as server:
        fetch = fetch_of(named(server))
        assert fetch(f"http://{NAME}:{server.port}/ca.crl?part=1") == b"crl"
    (request,) = server.requests
    assert request.startswith(b"GET /ca.crl?part=1 HTTP/1.1\r\n")
    assert f"\r\nHost: {NAME}:{server.port}\r\n".encode() in request


def test_a_post_is_sent_with_its_type() -> None:
    with serving(answering(b"answer")) as server:
        fetch = fetch_of(named(server))
        assert fetch(f"http://{NAME}:{server.port}", body=b"request") == b"answer"
    (request,) = server.requests
    assert request.startswith(b"POST / HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/ocsp-request\r\n" in request
    assert request.endswith(b"\r\n\r\nrequest")


def test_a_chunked_answer_and_one_that_ends_with_the_connection_are_read() -> None:
    def chunked(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.sendall(b"3\r\ncrl\r\n0\r\n\r\n")

    def ending(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.0 200 OK\r\n\r\ncrl")

    assert ask(chunked) == b"crl"
    assert ask(ending) == b"crl"


# -- whom it asks ----------------------------------------------------------------------


def test_a_private_address_is_refused_unless_the_policy_names_host_and_port() -> None:
    with serving(answering(b"crl")) as server:
        other = HostPort(host="other.example", port=server.port)
        another = HostPort(host=NAME, port=server.port % 65_535 + 1)
        with pytest.raises(FetchError, match=r"revocation\.hosts"):
            fetch_of(other, another)(f"http://{NAME}:{server.port}/")
    assert server.connections == 0


def test_a_public_name_that_leads_to_a_private_address_is_not_connected_to() -> None:
    def connect(*_: Any) -> socket.socket:
        raise AssertionError("connected")

    fetch = RevocationFetch(
        deadline=Deadline(time.monotonic),
        resolver=Resolver(lambda _host, _port: ["93.184.216.34", "10.0.0.1"]),
        connect=connect,
    )
    with pytest.raises(FetchError, match=r"10\.0\.0\.1 is not a public address"):
        fetch("http://crl.example/ca.crl")


def test_a_private_address_behind_those_that_are_tried_is_seen_too() -> None:
    addresses = [*(f"93.184.216.{number}" for number in range(9)), "10.0.0.1"]
    fetch = fetch_of(resolve=lambda _host, _port: addresses)
    with pytest.raises(FetchError, match=r"10\.0\.0\.1 is not a public address"):
        fetch("http://crl.example/ca.crl")


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "fd00:ec2::254",
        "fe80::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_metadata_is_never_asked_even_where_a_policy_names_it(address: str) -> None:
    host = HostPort(host="metadata.example", port=80)
    fetch = fetch_of(host, resolve=lambda _host, _port: [address])
    with pytest.raises(FetchError, match="never asked"):
        fetch("http://metadata.example/latest/meta-data/")
    literal = HostPort.parse(f"[{address}]:80" if ":" in address else f"{address}:80")
    with pytest.raises(FetchError, match="never asked"):
        fetch_of(literal)(f"http://{str(literal).removesuffix(':80')}/")


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """DNS rebinding: the second answer for the name is another one."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    connected: list[str] = []

    def connect(address: str, _port: int, _seconds: float) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    fetch = RevocationFetch(
        deadline=Deadline(time.monotonic),
        resolver=Resolver(lambda _host, _port: next(answers)),
        connect=connect,
    )
    with pytest.raises(FetchError, match="no connection"):
        fetch("http://crl.example/")
    assert connected == ["93.184.216.34"]
    with pytest.raises(FetchError, match="not a public address"):
        fetch("http://crl.example/")
    assert connected == ["93.184.216.34"]


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    with serving(answering(b"crl")) as server:
        fetch = fetch_of(
            named(server), resolve=lambda _host, _port: ["127.0.0.2", "127.0.0.1"]
        )
        assert fetch(f"http://{NAME}:{server.port}/") == b"crl"


@pytest.mark.parametrize(
    "url",
    [
        "https://crl.example/",
        "ftp://crl.example/",
        "file:///etc/passwd",
        "http://user:secret@crl.example/",
        "http://crl.example:8080/",
        "http://crl.example:0/",
        "http://crl.example:99999/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://crl.example#/",
        "http://crl..example/",
        "http://crl.example/a b",
        "http://crl.example/\r\nHost: other",
        "http://[::1%25lo]/",
        "http://",
        "",
        "http://crl.example/" + "a" * 5000,
    ],
)
def test_other_urls_are_not_asked(url: str) -> None:
    def nobody(_host: str, _port: int) -> Sequence[str]:
        raise AssertionError("resolved")

    with pytest.raises(FetchError):
        fetch_of(resolve=nobody)(url)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Go", "308 Go"])
def test_a_redirect_to_metadata_is_not_followed(status: str) -> None:
    place = "Location: http://169.254.169.254/latest/meta-data/\r\n"
    with pytest.raises(FetchError, match="redirects are not followed"):
        ask(answering(b"", status=status, headers=place))


# -- what it takes for an answer -------------------------------------------------------


@pytest.mark.parametrize("status", ["204 None", "404 Not", "500 Oh", "206 Part"])
def test_another_status_is_no_answer(status: str) -> None:
    with pytest.raises(FetchError, match=f"status {status[:3]}"):
        ask(answering(b"crl", status=status))


def test_an_answer_cut_short_is_none() -> None:
    with pytest.raises(FetchError, match="ends 4 bytes early"):
        ask(answering(b"half", length=8))


def test_an_encoded_body_is_none() -> None:
    with pytest.raises(FetchError, match="encoded"):
        ask(answering(b"crl", headers="Content-Encoding: gzip\r\n"))


def test_what_is_no_http_is_none() -> None:
    with pytest.raises(FetchError, match="BadStatusLine"):
        ask(lambda client: client.sendall(b"\x00\x01\x02\r\n\r\n"))
    with pytest.raises(FetchError):
        ask(lambda _client: None)


def test_what_a_server_writes_is_escaped_where_it_is_told() -> None:
    def red(client: socket.socket) -> None:
        client.sendall(b"\x1b[31mHTTP \x9b\xe9\r\n\r\n")

    with pytest.raises(FetchError, match="BadStatusLine") as raised:
        ask(red)
    assert str(raised.value).isascii()
    assert str(raised.value).isprintable()


def test_endless_headers_end() -> None:
    def endless(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            client.sendall(b"X-Filler: " + b"x" * 60_000 + b"\r\n")

    with pytest.raises(FetchError):
        ask(endless)


def test_an_announced_size_over_the_limit_is_not_read() -> None:
    with pytest.raises(FetchError, match=f"at most {LIMIT} are read"):
        ask(answering(b"", length=LIMIT + 1))


@pytest.mark.parametrize("body", [b"request", None])
def test_an_ocsp_answer_is_small(body: bytes | None) -> None:
    headers = "" if body else "Content-Type: application/ocsp-response\r\n"
    with pytest.raises(FetchError, match=f"at most {OCSP_LIMIT}"):
        ask(answering(b"x" * (OCSP_LIMIT + 1), headers=headers), body=body)


def test_all_answers_of_a_look_together_are_bounded() -> None:
    with serving(answering(b"x" * 60_000)) as server:
        fetch = fetch_of(named(server), bytes_=100_000)
        fetch(f"http://{NAME}:{server.port}/1")
        with pytest.raises(FetchError, match="together"):
            fetch(f"http://{NAME}:{server.port}/2")


# -- one deadline ----------------------------------------------------------------------


def drip(before: bytes, repeated: bytes) -> Behaviour:
    """Return a behaviour that sends ``repeated`` slowly and for ever."""

    def behave(client: socket.socket) -> None:
        client.sendall(before)
        while True:
            client.sendall(repeated)
            threading.Event().wait(0.02)

    return behave


@pytest.mark.parametrize(
    ("before", "repeated"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b""),
    ],
    ids=["body", "header", "chunks", "continue", "silence"],
)
def test_a_byte_at_a_time_does_not_outlast_the_deadline(
    before: bytes, repeated: bytes
) -> None:
    start = time.monotonic()
    with pytest.raises(FetchError, match=r"not within the 0\.2 s"):
        ask(drip(before, repeated), seconds=0.2)
    assert time.monotonic() - start < 1.5


def test_the_deadline_is_shared_by_all_that_a_look_asks() -> None:
    with serving(drip(b"HTTP/1.1 200 OK\r\n", b"X: x\r\n")) as server:
        fetch = fetch_of(named(server), seconds=0.2)
        with pytest.raises(FetchError):
            fetch(f"http://{NAME}:{server.port}/1")
        start = time.monotonic()
        with pytest.raises(FetchError, match="all questions together"):
            fetch(f"http://{NAME}:{server.port}/2")
        assert time.monotonic() - start < 0.1
    assert server.connections == 1


def test_a_resolver_that_hangs_does_not_outlast_the_deadline() -> None:
    released = threading.Event()

    def hang(_host: str, _port: int) -> Sequence[str]:
        released.wait(5)
        return ["127.0.0.1"]

    start = time.monotonic()
    try:
        with pytest.raises(FetchError, match=r"resolver does not answer|not within"):
            fetch_of(resolve=hang, seconds=0.2)("http://crl.example/")
        assert time.monotonic() - start < 1.5
    finally:
        released.set()


def test_a_thread_that_cannot_be_had_is_no_answer_and_costs_no_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    resolver = Resolver(lambda _host, _port: ["10.0.0.1"])
    fetch = RevocationFetch(deadline=Deadline(time.monotonic), resolver=resolver)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", full)
        for _ in range(20):
            with pytest.raises(FetchError, match="can't start new thread"):
                fetch("http://crl.example/")
    with pytest.raises(FetchError, match="not a public address"):
        fetch("http://crl.example/")


def test_a_name_that_is_not_known_is_no_answer() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror("Name or service not known")

    with pytest.raises(FetchError, match="no address"):
        fetch_of(resolve=unknown)("http://crl.example/")


# -- a proxy ---------------------------------------------------------------------------


def test_a_proxy_is_asked_for_what_is_not_the_policys_own() -> None:
    with serving(answering(b"crl")) as proxy, serving(answering(b"own")) as own:
        asked: list[str] = []

        def resolve(host: str, _port: int) -> Sequence[str]:
            asked.append(host)
            return ["127.0.0.1"]

        fetch = fetch_of(
            named(own), resolve=resolve, proxy=f"proxy.example:{proxy.port}"
        )
        assert fetch("http://public.example/ca.crl") == b"crl"
        assert fetch(f"http://{NAME}:{own.port}/") == b"own"
        with pytest.raises(FetchError, match="never asked"):
            fetch("http://169.254.169.254/")
    assert asked == ["proxy.example", NAME]
    (request,) = proxy.requests
    assert request.startswith(b"GET http://public.example/ca.crl HTTP/1.1\r\n")
    assert b"\r\nHost: public.example\r\n" in request


def test_the_usual_variables_name_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answering(b"proxy")) as proxy, serving(answering(b"own")) as own:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        sources = WebSources(resolver=Resolver(lambda _host, _port: ["127.0.0.1"]))
        fetch = sources.fetch({named(own)})
        assert fetch(f"http://{NAME}:{own.port}/") == b"own"


@pytest.mark.parametrize("proxy", ["proxy", "http://user@proxy:1", "proxy:port"])
def test_a_proxy_that_is_none_is_an_error_at_once(proxy: str) -> None:
    with pytest.raises(ValueError, match="names no"):
        WebSources(proxy=proxy)
