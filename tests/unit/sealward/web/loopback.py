"""Servers on loopback that answer as told: right, wrong, slowly or never."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Behaviour = Callable[[socket.socket], None]
"""Talks to one client; the connection is closed afterwards."""


class Asked:
    """What a server was asked."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.requests: list[bytes] = []

    @property
    def connections(self) -> int:
        return len(self.requests)


@contextmanager
def serving(behave: Behaviour) -> Iterator[Asked]:
    """Yield a server that talks to each client by ``behave``, once its request came."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked = Asked(listener.getsockname()[1])
    closing = threading.Event()

    def talk(client: socket.socket) -> None:
        with client:
            client.settimeout(5)
            try:
                request = _request(client)
                if request:  # else it only woke accept()
                    asked.requests.append(request)
                    behave(client)
            except OSError:
                pass  # the client left

    def accept() -> None:
        while not closing.is_set():
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(client,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield asked
    finally:
        closing.set()
        # Wakes accept(): closing alone does not, everywhere.
        with socket.create_connection(("127.0.0.1", asked.port), timeout=1):
            pass
        thread.join(2)
        listener.close()


def _request(client: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(65536)
        if not part:
            return data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            while len(body) < int(value):
                body += client.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(
    body: bytes,
    *,
    status: str = "200 OK",
    headers: str = "",
    length: int | None = None,
) -> Behaviour:
    """Return a behaviour that answers with ``body``."""

    def behave(client: socket.socket) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: "
        head += f"{len(body) if length is None else length}\r\n{headers}\r\n"
        client.sendall(head.encode() + body)

    return behave
