"""The one address that the official suite talks to. What is behind it, each case has for itself.

A case has a world of the simulator, or answers that it makes itself ("routes").
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

# Of one connection only.
HOP = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}

# The cases give values that the API refuses together, such as a proxy by id and by name: what a combination means is
# the API's to judge, and the simulator does. So what stands there for the sake of its types stays here.
TYPES_ONLY = {"browser", "browser_telemetry", "credential", "proxy"}


class Gateway:
    """Listens for as long as the suite runs."""

    def __init__(self) -> None:
        self.world: str | None = None
        self.routes: list[Callable[[Any], Any]] = []
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *_arguments: Any) -> None:
                pass

            def __getattr__(self, name: str) -> Any:
                if name.startswith("do_"):
                    return lambda: gateway.serve(self)
                raise AttributeError(name)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        import httpx

        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        request = httpx.Request(
            handler.command, f"{self.url}{handler.path}", headers=list(handler.headers.items()), content=body
        )
        for route in self.routes:
            try:
                answer = route(request)
            except Exception:  # noqa: BLE001 - the case means: the connection breaks
                handler.close_connection = True
                return None
            if answer is not None:
                return self.answer(handler, answer)
        return self.forward(handler, body)

    def answer(self, handler: BaseHTTPRequestHandler, answer: Any) -> None:
        content = answer.read()
        handler.send_response(answer.status_code)
        for name, value in answer.headers.multi_items():
            if name not in HOP:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def forward(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if self.world is None:
            return handler.send_error(599, "nothing is behind this address")
        if body:
            fields = json.loads(body)
            body = json.dumps({name: value for name, value in fields.items() if name not in TYPES_ONLY}).encode()
        connection = http.client.HTTPConnection(urlsplit(self.world).netloc)
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in HOP}
        connection.request(handler.command, handler.path, body or None, headers)
        answer = connection.getresponse()
        handler.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP:
                handler.send_header(name, value)
        if answer.length is None and answer.status != 204:
            # Events come one by one, and end with the connection.
            handler.send_header("Connection", "close")
            handler.end_headers()
            handler.close_connection = True
            # The world may go first.
            with suppress(http.client.HTTPException, OSError):
                while piece := answer.read1():
                    handler.wfile.write(piece)
        else:
            content = answer.read()
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)
        connection.close()
        return None
