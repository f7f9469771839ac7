"""The simulator's own paths in an ASGI application, ahead of its routing."""

from collections.abc import Awaitable, Callable
from typing import Any

from simulator.wire import OWN_PATHS, HttpFace

Scope = dict[str, Any]
Asgi = Callable[[Scope, Callable[..., Any], Callable[..., Any]], Awaitable[None]]


def with_own_paths(app: Asgi, face: HttpFace) -> Asgi:
    """Serve the simulator's own paths ahead of ministack's routing."""

    async def wrapped(
        scope: Scope, receive: Callable[..., Any], send: Callable[..., Any]
    ) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(OWN_PATHS):
            await app(scope, receive, send)
            return
        full = f"{path}?{scope['query_string'].decode()}"
        response = face.own(scope["method"], full, await _body(receive))
        headers = dict(response.headers) | {"Content-Length": str(len(response.body))}
        await send(
            {
                "type": "http.response.start",
                "status": int(response.status),
                "headers": [
                    (k.lower().encode(), v.encode()) for k, v in headers.items()
                ],
            }
        )
        await send({"type": "http.response.body", "body": response.body})

    return wrapped


async def _body(receive: Callable[..., Any]) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)
