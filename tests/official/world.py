"""A world of the simulator for each test."""

import json
import os
import urllib.error
import urllib.request
from types import TracebackType
from typing import Any, Self

SIMULATOR = os.environ.get("KERNEL_SIMULATOR")
# The simulator is on this machine, whatever proxy there is.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class World:
    """Opens with the fields given, and is gone at the end of the block."""

    def __init__(self, **fields: Any) -> None:
        assert SIMULATOR, "KERNEL_SIMULATOR must be the address of a running kernel-simulator"
        world = self._ask("POST", "", fields)
        self.base_url: str = world["base_url"]
        self._id: str = world["id"]

    @classmethod
    def of(cls, script: str, connection: dict[str, Any] | None = None, **fields: Any) -> Self:
        """One connection, `ma_test`, whose logins run a script."""
        return cls(connections=[{"id": "ma_test", "script": script, **(connection or {})}], **fields)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._ask("DELETE", f"/{self._id}")

    def record(self, wait: str = "") -> Any:
        """What the world has received; `wait` says what has to be true first."""
        return self._ask("GET", f"/{self._id}{wait}")

    def advance(self, milliseconds: int) -> None:
        self._ask("POST", f"/{self._id}/clock", {"advance_ms": milliseconds})

    def make(self, connection: str, deed: str) -> None:
        self._ask("POST", f"/{self._id}/connections/{connection}", {"do": deed})

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{SIMULATOR}/_simulator/worlds{path}",
            method=method,
            headers={"Content-Type": "application/json"},
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            with DIRECT.open(request) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None
        return json.loads(text) if text else None
