"""One client in many threads, and blocking calls where an event loop runs: every caller gets an answer, and its own."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import Program, signal_after
from kernel_client import Kernel
from kernel_client.testing import World
from kernel_client.types.auth import ManagedAuthStateEvent

THREADS = 64
NAMES = [f"ma_{number}" for number in range(THREADS)]


@pytest.fixture
def many(open_world: Callable[..., World]) -> World:
    """A world with a connection for each thread."""
    return open_world(connections=dict.fromkeys(NAMES, "endless"))


def test_every_thread_gets_its_own_answers(many: World) -> None:
    client = many.client
    together = threading.Barrier(THREADS)

    def work(name: str) -> list[str]:
        together.wait()
        return [client.auth.connections.retrieve(name).id for _ in range(8)]

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(work, NAMES)) == [[name] * 8 for name in NAMES]
    assert many.record(wait_completed=8 * THREADS)["requests_total"] == 8 * THREADS


def test_threads_share_connections(world: World) -> None:
    client = world.client
    for _ in range(4):
        thread = threading.Thread(target=client.auth.connections.login, args=("ma_login",))
        thread.start()
        thread.join()
    client.auth.connections.login("ma_login")
    record = world.record()
    assert (record["connections_total"], record["requests_total"]) == (1, 5)


def test_a_stream_goes_from_thread_to_thread(open_world: Callable[..., World]) -> None:
    state = '"event":"managed_auth_state","flow_status":"IN_PROGRESS","flow_step":"DISCOVERING"'
    times = [f"2026-11-22T10:00:0{second}Z" for second in range(4)]
    chunks = [{"text": f'data: {{{state},"timestamp":"{time}"}}\n\n', "delay_ms": 20} for time in times]
    client = open_world(faults=[{"on": "follow", "chunks": chunks, "stall": "body"}]).client
    events: list[object] = []
    with client.auth.connections.follow("ma_login") as stream:
        for _ in times:
            thread = threading.Thread(target=lambda: events.append(next(stream)))
            thread.start()
            thread.join()
    assert [type(event) for event in events] == [ManagedAuthStateEvent] * 4


def test_a_client_of_each_kind_in_the_same_threads(many: World) -> None:
    client, asynchronous = many.client, many.async_client

    async def ask(name: str) -> list[str]:
        calls = (asynchronous.auth.connections.retrieve(name) for _ in range(4))
        return [answer.id for answer in await asyncio.gather(*calls)]

    def work(name: str) -> list[str]:
        return [client.auth.connections.retrieve(name).id, *asyncio.run(ask(name))]

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(work, NAMES)) == [[name] * 5 for name in NAMES]


def test_a_stream_in_each_thread(many: World) -> None:
    for name in NAMES:
        many.client.auth.connections.login(name)

    def work(name: str) -> str:
        with many.client.auth.connections.follow(name) as stream:
            first = next(stream)
            assert isinstance(first, ManagedAuthStateEvent)
            everyone.wait()
            return first.flow_status

    everyone = threading.Barrier(THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(work, NAMES)) == {"IN_PROGRESS"}
    assert many.record(wait_aborted=THREADS)["aborted"] == THREADS


def test_closing_while_others_call(many: World) -> None:
    client = Kernel(api_key="sk_test", base_url=many.base_url)
    failures: list[str] = []

    def work(name: str) -> None:
        try:
            while True:
                assert client.auth.connections.retrieve(name).id == name
        except Exception as error:
            failures.append(type(error).__name__)

    threads = [threading.Thread(target=work, args=(name,)) for name in NAMES[:8]]
    for thread in threads:
        thread.start()
    many.record(wait_completed=16)
    client.close()
    for thread in threads:
        thread.join()
    assert failures == ["APIConnectionError"] * 8


CTRL_C_WHILE_THREADS_START = """
import sys, threading
import kernel_client

client = kernel_client.Kernel(api_key="sk_test", base_url=sys.argv[1])
answered = set()
def work(number):
    client.auth.connections.login("ma_login")
    answered.add(number)
threads = []
print("ready", flush=True)
try:
    while True:
        threads.append(threading.Thread(target=work, args=(len(threads),)))
        threads[-1].start()
        client.auth.connections.login("ma_login")
except KeyboardInterrupt:
    # A thread whose start was interrupted may not have begun, or begin later.
    begun = [number for number, thread in enumerate(threads) if thread.ident is not None]
    for number in begun:
        threads[number].join()
    print(len(set(begun) - answered), client.auth.connections.login("ma_login").id)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise")
def test_ctrl_c_while_threads_start(world: World) -> None:
    command = [sys.executable, "-c", CTRL_C_WHILE_THREADS_START, world.base_url]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    for _ in range(5):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
            world.record(wait_requests=world.record()["requests_total"] + 20)
            program.send_signal(signal.SIGINT)
            said, _ = program.communicate(timeout=20)
        assert (said, program.returncode) == ("0 ma_login\n", 0)


def test_ctrl_c_leaves_calls_of_other_threads_alone(stalled: World, world: World) -> None:
    slow = Kernel(api_key="sk_test", base_url=stalled.base_url)
    stop = threading.Event()
    counts: list[int] = []

    def keep_calling() -> None:
        count = 0
        while not stop.is_set():
            assert world.client.auth.connections.login("ma_login").id == "ma_login"
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=keep_calling) for _ in range(4)]
    for thread in threads:
        thread.start()
    for turn in range(1, 4):
        with signal_after(stalled, wait_requests=turn), pytest.raises(KeyboardInterrupt):
            slow.auth.connections.login("ma_login")
    stop.set()
    for thread in threads:
        thread.join()
    assert len(counts) == 4
    assert stalled.record(wait_aborted=3)["aborted"] == 3


def test_a_blocking_call_inside_a_running_loop(world: World) -> None:
    """What a cell of a notebook does, where a loop runs already."""

    async def main() -> None:
        assert world.client.auth.connections.login("ma_login").id == "ma_login"
        assert [connection.id for connection in world.client.auth.connections.list()][:1] == ["ma_login"]
        assert (await asyncio.to_thread(world.client.auth.connections.login, "ma_login")).id == "ma_login"

    asyncio.run(main())


def test_both_clients_inside_a_running_loop(world: World) -> None:
    async def main() -> None:
        asynchronous = asyncio.ensure_future(world.async_client.auth.connections.login("ma_login"))
        await asyncio.sleep(0)
        # The loop is held up meanwhile; the other call goes on and is there at the end.
        assert world.client.auth.connections.login("ma_login").id == "ma_login"
        assert (await asynchronous).id == "ma_login"

    asyncio.run(main())


def test_a_loop_inside_a_running_loop_is_refused_as_ever(program: Program, world: World) -> None:
    code = """
        import asyncio, sys
        import kernel_client

        client = kernel_client.AsyncKernel(api_key="sk_test", base_url=sys.argv[1])

        async def main():
            call = client.auth.connections.login("ma_login")
            try:
                asyncio.get_running_loop().run_until_complete(call)
            except RuntimeError as error:
                print(error)
            print((await client.auth.connections.login("ma_login")).id)

        asyncio.run(main())
        """
    ended = program(code, world.base_url, options=("-W", "ignore"))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "This event loop is already running\nma_login\n"
