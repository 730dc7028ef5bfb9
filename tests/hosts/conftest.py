"""What the tests share: worlds of the simulator, and servers that run for a test."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel_client.testing import Simulator, World

# A shell starts what runs in the background deaf to Ctrl-C; the servers must hear it.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Server:
    """A program of the environment; what it writes is read while it runs."""

    def __init__(self, world: World, *command: str, **environment: str) -> None:
        self.lines: list[str] = []
        self._said = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=Path(__file__).parent,
            env={**os.environ, **world.env, **environment, "PYTHONUNBUFFERED": "1"},
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._said:
                self.lines.append(line)
                self._said.notify_all()

    @property
    def output(self) -> str:
        """All that it has written."""
        return "".join(self.lines)

    def wait_for(self, pattern: str, times: int = 1) -> str:
        """Waits until it has written this so many times, and gives the last one."""
        with self._said:
            assert self._said.wait_for(lambda: len(re.findall(pattern, self.output)) >= times, 60), self.output
        return str(re.findall(pattern, self.output)[times - 1])

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ends it, and gives its exit code."""
        self.process.send_signal(how)
        try:
            self.process.wait(60)
        finally:
            self.process.kill()
        self._reader.join()
        assert "Traceback" not in self.output, self.output
        assert "panicked" not in self.output, self.output
        return self.process.returncode


@pytest.fixture
def open_world() -> Iterator[Callable[..., World]]:
    """Opens worlds that are closed after the test."""
    simulator = Simulator.at(os.environ["KERNEL_SIMULATOR"])
    worlds: list[World] = []

    def open_one(**spec: Any) -> World:
        worlds.append(simulator.open_world(**spec))
        return worlds[-1]

    yield open_one
    for world in worlds:
        world.close()


@pytest.fixture
def world(open_world: Callable[..., World]) -> World:
    """A world in which nothing goes wrong."""
    return open_world()


@pytest.fixture
def stalled(open_world: Callable[..., World]) -> World:
    """A world that takes requests and never answers."""
    return open_world(faults=[{"stall": "headers", "times": 1000}])


@pytest.fixture
def serve(world: World) -> Iterator[Callable[..., Server]]:
    """Starts servers whose clients lead to the world."""
    servers: list[Server] = []

    def start(*command: str, **environment: str) -> Server:
        servers.append(Server(world, *command, **environment))
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()
