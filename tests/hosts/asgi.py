"""An ASGI app with one client for the whole module, as apps have it."""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from kernel_client import AsyncKernel

client = AsyncKernel()


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Answers with the id of the connection that the path names, and says who answered."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await client.close()
        await send({"type": "lifespan.shutdown.complete"})
        return
    connection = await client.auth.connections.retrieve(scope["path"].strip("/"))
    body = json.dumps({"id": connection.id, "process": os.getpid()}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})
