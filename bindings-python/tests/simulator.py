"""The simulator's worlds, over its control address."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self

# The control address is on this machine, whatever proxies the environment names.
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def address() -> str:
    """The running simulator that `KERNEL_SIMULATOR` names."""
    return os.environ["KERNEL_SIMULATOR"] + "/_simulator/worlds"


class World:
    """A world of its own for one test, closed by `with`."""

    def __init__(self, **spec: Any) -> None:
        opened = _answer("POST", address(), spec)
        self.url = f"{address()}/{opened['id']}"
        self.base_url: str = opened["base_url"]
        self.ca: str | None = opened["ca"]

    def record(self, **wait: int) -> Any:
        """What the world has received, once the conditions hold (`wait_requests=1`, ...)."""
        query = "&".join(f"{name}={value}" for name, value in wait.items())
        return _answer("GET", f"{self.url}?{query}")

    def control(self, part: str, **body: Any) -> Any:
        """Does something to the world: `clock`, `connections/ID`."""
        return _answer("POST", f"{self.url}/{part}", body)

    def close(self) -> None:
        _answer("DELETE", self.url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _answer(method: str, url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    try:
        with _open(request, timeout=30) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        if error.code == 504:
            raise TimeoutError(f"{url} did not come true: {error.read().decode()}") from None
        raise
    return json.loads(text) if text else None
