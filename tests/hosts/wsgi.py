"""A WSGI app with one client for the whole module, as apps have it."""

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from kernel_client import Kernel

client = Kernel()
# With gunicorn's --preload it is the master that has used the client, before any worker is there.
first = client.auth.connections.retrieve("ma_login")


def app(environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]) -> Iterable[bytes]:
    """Answers with the id of the connection that the path names, and says who answered."""
    connection = client.auth.connections.retrieve(environ["PATH_INFO"].strip("/"))
    body = json.dumps({"id": connection.id, "process": os.getpid()}).encode()
    start_response("200 OK", [("content-type", "application/json"), ("content-length", str(len(body)))])
    return [body]
