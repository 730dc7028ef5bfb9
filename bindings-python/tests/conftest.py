"""What the tests share: worlds of the simulator, and programs in a process of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import simulator
from kernel_client.testing import World

STALLED = {"faults": [{"stall": "headers", "times": 1000}]}
"""A world that takes requests and never answers."""

# A shell starts what runs in the background deaf to Ctrl-C; these tests, and the programs they start, must hear it.
signal.signal(signal.SIGINT, signal.default_int_handler)

Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def open_world() -> Iterator[Callable[..., World]]:
    """Opens worlds that are closed after the test."""
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
    return open_world(**STALLED)


@pytest.fixture
def program() -> Program:
    """Runs Python code in a process of its own, which may use `tests/` and gets `arguments` as `sys.argv[1:]`."""

    def run(code: str, *arguments: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *options, "-c", textwrap.dedent(code), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

    return run


@contextmanager
def signal_after(world: World, **wait: int) -> Generator[None, None, None]:
    """Sends this process SIGINT as soon as the world's record holds."""

    def send() -> None:
        world.record(**wait)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=send)
    thread.start()
    yield
    thread.join()


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have settings of their own."""
    for name in os.environ:
        if name.startswith("KERNEL_") and name != "KERNEL_SIMULATOR":
            monkeypatch.delenv(name)
        if name.upper() in {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}:
            monkeypatch.delenv(name)
