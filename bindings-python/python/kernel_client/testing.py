"""The Kernel API on this machine, for tests that need no account and no network.

With pytest there is a fixture, and nothing to import. Each test has an API of its own:

    @pytest.mark.kernel_simulator(connections={"ma_shop": "mfa_code"})
    def test_the_shop_is_signed_in(kernel_simulator):
        connection = sign_in(kernel_simulator.client, "ma_shop")  # the function under test
        assert connection.status == "AUTHENTICATED"

Without pytest, `Simulator.start()` gives the same. The program `kernel-simulator` has to be on the PATH, or
`KERNEL_SIMULATOR_BINARY` has to name it. Its readme says what a world can be told, and which logins come along.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from . import AsyncKernel, Kernel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from typing_extensions import Self

__all__ = ["Simulator", "World"]

_PROGRAM = "kernel-simulator"

# The simulator is on this machine, whatever proxies the environment names.
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


class World:
    """An API of its own: connections, logins, a clock, and a record of what it received. `with` closes it."""

    api_key = "sk_test"
    """The key that it accepts."""

    def __init__(self, worlds: str, opened: Mapping[str, Any]) -> None:
        self._worlds = worlds
        self._others: list[World] = []
        self._is_open = True
        self.id: str = opened["id"]
        self.base_url: str = opened["base_url"]
        self.ca: str | None = opened["ca"]
        """The certificate to trust, as PEM text, when it speaks https."""

    @property
    def url(self) -> str:
        """Where its record is, and what controls it."""
        return f"{self._worlds}/{self.id}"

    @property
    def env(self) -> dict[str, str]:
        """The environment variables that lead a program here."""
        return {"KERNEL_API_KEY": self.api_key, "KERNEL_BASE_URL": self.base_url}

    @cached_property
    def client(self) -> Kernel:
        """A client of it."""
        return Kernel(**self._options())

    @cached_property
    def async_client(self) -> AsyncKernel:
        """A client of it, for asyncio."""
        return AsyncKernel(**self._options())

    def _options(self) -> dict[str, Any]:
        certificates = [] if self.ca is None else [self.ca]
        return {
            "api_key": self.api_key,
            "base_url": self.base_url,
            "root_certificates": certificates,
            "proxy": None,
        }

    def open_world(
        self, *, connections: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None, **spec: Any
    ) -> World:
        """Opens another world, which is closed together with this one.

        Args:
            connections: The connections that exist: by id the script that their logins run, or a list of what the
                simulator's readme says of a connection. Without any, those of the simulator.
            spec: Everything else that a world can be told: `script` (of connections that are created), `scripts`,
                `faults`, `pace`, `frozen`, ...
        """
        if isinstance(connections, Mapping):
            spec["connections"] = [{"id": name, "script": script} for name, script in connections.items()]
        elif connections is not None:
            spec["connections"] = list(connections)
        world = World(self._worlds, _ask("POST", self._worlds, spec))
        self._others = [other for other in self._others if other._is_open]
        self._others.append(world)
        return world

    def record(self, **wait: int | str) -> dict[str, Any]:
        """What it has received and how its connections stand, once that is so.

        For example `wait_requests=2` (it has received two requests), `wait_follows=1` (one stream is open),
        `wait_state="ma_shop:AWAITING_INPUT"`. Raises TimeoutError when it does not come true in 10 seconds.
        """
        return _answer(_ask("GET", f"{self.url}?{urlencode(wait)}"))

    def advance(self, seconds: float) -> None:
        """Moves its clock on; all that falls due has happened afterwards."""
        self.control("clock", advance_ms=round(seconds * 1000))

    def do(self, connection: str, what: str) -> dict[str, Any]:
        """Does what nobody can do through the API, and gives the connection.

        `act` (the person did what was asked elsewhere), `cancel` (the login), `expire_session`, `health_check`.
        """
        return self.control(f"connections/{quote(connection, safe='')}", do=what)

    def control(self, part: str, **body: Any) -> dict[str, Any]:
        """Sends an order to a part of its control."""
        return _answer(_ask("POST", f"{self.url}/{part}", body))

    def close(self) -> None:
        """Closes it, its connections, and what was opened here."""
        self._close_others()
        if self._is_open:
            self._is_open = False
            _ask("DELETE", self.url)

    def _close_others(self) -> None:
        while self._others:
            self._others.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class Simulator(World):
    """A running simulator, and the world at its main address: with a connection for each login that comes along."""

    def __init__(self, address: str, process: subprocess.Popen[str] | None = None) -> None:
        opened = {"id": "default", "base_url": address, "ca": None}
        super().__init__(f"{address}/_simulator/worlds", opened)
        self._process = process

    @classmethod
    def start(
        cls, program: str | None = None, *, scenario: str | os.PathLike[str] | None = None, log: bool = False
    ) -> Self:
        """Starts one. It ends with `close`, at the latest together with this process.

        Args:
            program: Its path. Without it: that in `KERNEL_SIMULATOR_BINARY`, or the one on the PATH.
            scenario: A JSON file that says what the world at its main address is.
            log: Whether it writes what happens to standard error.

        Raises:
            FileNotFoundError: There is no such program.
        """
        name = program or os.environ.get("KERNEL_SIMULATOR_BINARY") or _PROGRAM
        path = shutil.which(name)
        if path is None:
            raise FileNotFoundError(
                f"{name} is not there: put {_PROGRAM} on the PATH, or its path into KERNEL_SIMULATOR_BINARY"
            )
        command = [path, "--port", "0", *(["--log"] if log else [])]
        if scenario is not None:
            command += ["--scenario", os.fspath(scenario)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            process.communicate()
            raise RuntimeError(f"{path} ended with {process.returncode} before it was ready")
        return cls(address, process)

    @classmethod
    def at(cls, address: str) -> Self:
        """One that is running already; `close` leaves it running."""
        return cls(address)

    def close(self) -> None:
        """Closes what was opened here, and ends it if it was started here."""
        self._close_others()
        if self._process is not None:
            # It stops when its standard input closes.
            self._process.communicate()


def _answer(said: Any) -> dict[str, Any]:
    answer: dict[str, Any] = said
    return answer


def _ask(method: str, url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    try:
        with _open(request, timeout=30) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        with error:
            said = json.loads(error.read())["message"]
        if error.code == 504:
            raise TimeoutError(said) from None
        raise ValueError(f"the simulator refuses: {said}") from None
    return json.loads(text) if text else None
