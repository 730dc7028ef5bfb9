"""Ctrl-C and other signals while a call blocks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import kernel_client
from conftest import signal_after
from kernel_client import APITimeoutError, Kernel
from kernel_client.testing import World


def test_ctrl_c_ends_the_call_and_the_request(stalled: World) -> None:
    client = Kernel(api_key="sk_test", base_url=stalled.base_url)
    with signal_after(stalled, wait_requests=1), pytest.raises(KeyboardInterrupt):
        client.auth.connections.login("ma_login")
    assert stalled.record(wait_aborted=1)["aborted"] == 1


def test_ctrl_c_in_a_program_that_has_no_threads(stalled: World) -> None:
    code = """if True:
        import sys
        sys.path.append(sys.argv[1])
        import kernel_client
        client = kernel_client.Kernel(api_key="sk_test", base_url=sys.argv[2])
        assert "threading" not in sys.modules
        client.auth.connections.login("ma_login")
    """
    folder = str(Path(kernel_client.__file__).parents[1])
    command = [sys.executable, "-I", "-S", "-c", code, folder, stalled.base_url]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
        try:
            stalled.record(wait_requests=1)
            program.send_signal(signal.SIGINT)
            _, printed = program.communicate(timeout=20)
        finally:
            program.kill()
    assert printed.endswith("KeyboardInterrupt\n")
    assert program.returncode == -signal.SIGINT


def test_ctrl_c_ends_the_wait_for_the_next_attempt(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"status": 503, "headers": {"retry-after": "30"}}])
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    with signal_after(world, wait_completed=1), pytest.raises(KeyboardInterrupt):
        client.auth.connections.login("ma_login")
    assert len(world.record()["requests"]) == 1


def test_the_client_works_after_ctrl_c(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"stall": "headers"}])
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    with signal_after(world, wait_requests=1), pytest.raises(KeyboardInterrupt):
        client.auth.connections.login("ma_login")
    assert client.auth.connections.login("ma_login").id == "ma_login"


def test_a_handler_that_returns_does_not_end_the_call(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"stall": "headers"}])
    handled = threading.Event()

    def handle(*_: object) -> None:
        handled.set()

    before = signal.signal(signal.SIGINT, handle)
    try:
        client = Kernel(api_key="sk_test", base_url=world.base_url, timeout=2, max_retries=0)
        with signal_after(world, wait_requests=1), pytest.raises(APITimeoutError):
            client.auth.connections.login("ma_login")
    finally:
        signal.signal(signal.SIGINT, before)
    assert handled.is_set()


def test_what_a_handler_raises_ends_the_call(stalled: World) -> None:
    def stop(*_: object) -> None:
        raise LookupError

    before = signal.signal(signal.SIGINT, stop)
    try:
        client = Kernel(api_key="sk_test", base_url=stalled.base_url)
        with signal_after(stalled, wait_requests=1), pytest.raises(LookupError):
            client.auth.connections.login("ma_login")
    finally:
        signal.signal(signal.SIGINT, before)
    assert stalled.record(wait_aborted=1)["aborted"] == 1


IN_A_LOOP = """
import asyncio, sys
import kernel_client

async def main():
    client = kernel_client.AsyncKernel(api_key="sk_test", base_url=sys.argv[1])
    try:
        await asyncio.gather(*(client.auth.connections.{method}("ma_login") for _ in range(4)))
    finally:
        print("left")

asyncio.run(main())
"""


@pytest.mark.parametrize("method", ["login", "login_and_wait", "follow"])
@pytest.mark.parametrize("mode", ["default", "dev"])
def test_ctrl_c_in_a_loop(stalled: World, method: str, mode: str) -> None:
    options = ["-X", "dev", "-W", "error"] if mode == "dev" else []
    command = [sys.executable, *options, "-c", IN_A_LOOP.replace("{method}", method), stalled.base_url]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as program:
        try:
            stalled.record(wait_requests=4)
            program.send_signal(signal.SIGINT)
            said, printed = program.communicate(timeout=20)
        finally:
            program.kill()
    assert said == "left\n"
    assert printed.endswith("KeyboardInterrupt\n")
    assert printed.count("Traceback") <= 2  # from Python 3.11 on: that of the loop, and of what it was doing
    assert program.returncode == -signal.SIGINT
    assert stalled.record(wait_aborted=4)["aborted"] == 4


def test_signals_are_left_to_the_main_thread(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"stall": "headers"}])
    client = Kernel(api_key="sk_test", base_url=world.base_url, timeout=2, max_retries=0)
    raised: list[BaseException] = []
    ended = threading.Event()

    def call() -> None:
        try:
            client.auth.connections.login("ma_login")
        except BaseException as error:
            raised.append(error)
        ended.set()

    thread = threading.Thread(target=call)
    thread.start()
    with pytest.raises(KeyboardInterrupt), signal_after(world, wait_requests=1):
        ended.wait()
    ended.wait()
    assert [type(error) for error in raised] == [APITimeoutError]
