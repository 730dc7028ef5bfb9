"""Life after `os.fork`: the child's clients work, whatever the parent was doing.

A child that hangs is killed by its own alarm, and a killed child fails the test.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from kernel_client import APITimeoutError, AsyncKernel, HTTPRequest, HTTPResponse, Kernel
from kernel_client.testing import World
from kernel_client.types.auth import InputAnswer, InputRequest

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
    # What Python 3.12 and later say of every fork of a process with threads.
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]

DEADLINE = 20
VALUES = {"identifier": "user@example.com", "password": "secret"}


def in_child(work: Callable[[], None]) -> None:
    """Forks; the child does the work and ends."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(DEADLINE)
        status = 1
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert status == 0, f"killed by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "failed"


def log_in(client: Kernel) -> None:
    assert client.auth.connections.login("ma_login").id == "ma_login"


async def log_in_asyncio(client: AsyncKernel) -> None:
    answers = await asyncio.gather(*(client.auth.connections.login("ma_login") for _ in range(4)))
    assert {answer.id for answer in answers} == {"ma_login"}


def test_before_first_use(world: World) -> None:
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    in_child(lambda: log_in(client))
    log_in(client)


def test_after_first_use(world: World) -> None:
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    log_in(client)
    for _ in range(5):
        in_child(lambda: log_in(client))
        log_in(client)


def test_a_grandchild(world: World) -> None:
    client = Kernel(api_key="sk_test", base_url=world.base_url)

    def child() -> None:
        log_in(client)
        in_child(lambda: log_in(client))
        log_in(client)

    log_in(client)
    in_child(child)


def test_from_a_thread(world: World) -> None:
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    asynchronous = AsyncKernel(api_key="sk_test", base_url=world.base_url)
    failures: list[BaseException] = []

    def fork() -> None:
        try:
            for _ in range(3):
                in_child(lambda: log_in(client))
                in_child(lambda: asyncio.run(log_in_asyncio(asynchronous)))
                log_in(client)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=fork) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        log_in(client)
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_client_that_is_made_while_others_fork(world: World) -> None:
    """Nothing that a child needs may be locked for good by a thread that it does not have."""
    stop = threading.Event()

    def keep_making() -> None:
        while not stop.is_set():
            with Kernel(api_key="sk_test", base_url=world.base_url) as client:
                client.with_options(timeout=3)

    threads = [threading.Thread(target=keep_making) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            in_child(lambda: log_in(Kernel(api_key="sk_test", base_url=world.base_url)))
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_inside_a_running_loop_of_another_thread(world: World, stalled: World) -> None:
    asynchronous = AsyncKernel(api_key="sk_test", base_url=world.base_url)
    stop = threading.Event()

    async def keep_calling() -> None:
        held_up = asyncio.ensure_future(stalled.async_client.auth.connections.login("ma_login"))
        while not stop.is_set():
            await log_in_asyncio(asynchronous)
        held_up.cancel()

    thread = threading.Thread(target=lambda: asyncio.run(keep_calling()))
    thread.start()
    stalled.record(wait_requests=1)
    try:
        for _ in range(10):
            in_child(lambda: asyncio.run(log_in_asyncio(asynchronous)))
    finally:
        stop.set()
        thread.join()


def test_with_calls_in_flight_in_threads(world: World) -> None:
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    stop = threading.Event()

    def keep_calling() -> None:
        while not stop.is_set():
            log_in(client)

    threads = [threading.Thread(target=keep_calling) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(25):
            in_child(lambda: log_in(client))
            in_child(lambda: asyncio.run(log_in_asyncio(AsyncKernel(api_key="sk_test", base_url=world.base_url))))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    log_in(client)


def test_a_stalled_call_of_the_parent_does_not_hold_up_the_child(world: World, stalled: World) -> None:
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    slow = Kernel(api_key="sk_test", base_url=stalled.base_url, timeout=1, max_retries=0)
    log_in(client)

    def call() -> None:
        with suppress(APITimeoutError):
            slow.auth.connections.login("ma_login")

    thread = threading.Thread(target=call)
    thread.start()
    stalled.record(wait_requests=1)
    in_child(lambda: log_in(client))
    thread.join()


def test_an_answer_that_is_being_read(open_world: Callable[..., World]) -> None:
    chunks = [{"text": "one"}, {"text": "two", "delay_ms": 200}]
    client = open_world(faults=[{"on": "retrieve", "chunks": chunks}]).client
    context = client.auth.connections.with_streaming_response.retrieve("ma_login")
    pieces = context.__enter__().iter_bytes()
    assert next(pieces) == b"one"
    held = [context, pieces]

    def let_go() -> None:
        nonlocal context, pieces
        held.clear()
        del context, pieces
        gc.collect()

    in_child(let_go)
    assert next(pieces) == b"two"
    context.__exit__(None, None, None)


def test_within_a_call(world: World) -> None:
    other = Kernel(api_key="sk_test", base_url=world.base_url)

    def http_client(request: HTTPRequest) -> HTTPResponse:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(DEADLINE)
            log_in(other)
            return HTTPResponse(200)
        _, status = os.waitpid(child, 0)
        return HTTPResponse(200, {}, b'{"accepted": %s}' % (b"true" if status == 3 << 8 else b"false"))

    client = Kernel(api_key="sk_test", base_url=world.base_url, http_client=http_client)
    log_in(other)
    try:
        assert client.auth.connections.submit("ma_login", fields={"a": "b"}).accepted
    except RuntimeError as error:
        # The child's copy of the call is not the child's.
        os._exit(3 if "before the fork" in str(error) else 4)
    log_in(other)


def test_asyncio_after_asyncio(world: World) -> None:
    client = AsyncKernel(api_key="sk_test", base_url=world.base_url)
    asyncio.run(log_in_asyncio(client))
    for _ in range(5):
        in_child(lambda: asyncio.run(log_in_asyncio(client)))
        asyncio.run(log_in_asyncio(client))


def test_the_parents_idle_loop_in_the_child(world: World) -> None:
    client = AsyncKernel(api_key="sk_test", base_url=world.base_url)
    loop = asyncio.new_event_loop()
    loop.run_until_complete(log_in_asyncio(client))
    in_child(lambda: loop.run_until_complete(log_in_asyncio(client)))
    loop.run_until_complete(log_in_asyncio(client))
    loop.close()


def test_asyncio_with_calls_in_flight(world: World, stalled: World) -> None:
    client = AsyncKernel(api_key="sk_test", base_url=world.base_url)
    slow = AsyncKernel(api_key="sk_test", base_url=stalled.base_url)

    async def main() -> None:
        await log_in_asyncio(client)
        pending = [asyncio.ensure_future(slow.auth.connections.login("ma_login")) for _ in range(4)]
        await asyncio.to_thread(stalled.record, wait_requests=4)

        def child() -> None:
            asyncio.run(log_in_asyncio(client))
            # What the parent had under way goes quietly, too.
            pending.clear()
            gc.collect()

        in_child(child)
        for task in pending:
            task.cancel()
        ended = await asyncio.gather(*pending, return_exceptions=True)
        assert all(isinstance(error, asyncio.CancelledError) for error in ended)
        await log_in_asyncio(client)

    asyncio.run(main())
    assert stalled.record(wait_aborted=4)["aborted"] == 4


def test_a_call_of_the_parent_cannot_be_resumed_in_the_child(stalled: World) -> None:
    client = AsyncKernel(api_key="sk_test", base_url=stalled.base_url)

    async def main() -> None:
        call = client.auth.connections.login("ma_login")
        call.send(None)

        def child() -> None:
            with pytest.raises(RuntimeError, match="before the fork"):
                call.send(None)

        in_child(child)
        call.close()

    asyncio.run(main())


ENDLESS = {"connections": [{"id": "ma_1", "script": "endless", "flow": "running"}]}


def test_an_open_stream(open_world: Callable[..., World]) -> None:
    world = open_world(**ENDLESS)
    stream = world.client.auth.connections.follow("ma_1")
    assert next(stream)

    def child() -> None:
        nonlocal stream
        with pytest.raises(RuntimeError, match="before the fork"):
            next(stream)
        with stream:
            pass
        # Letting go of the parent's stream is quiet, and the child can follow by itself.
        del stream
        gc.collect()
        with world.client.auth.connections.follow("ma_1") as own:
            assert next(own)

    in_child(child)
    assert world.record(wait_aborted=1)["aborted"] == 1
    world.do("ma_1", "cancel")
    assert [event.to_dict()["flow_status"] for event in stream] == ["CANCELED"]


def test_an_open_stream_that_is_waited_for(open_world: Callable[..., World]) -> None:
    world = open_world(**ENDLESS)

    async def main() -> None:
        stream = await world.async_client.auth.connections.follow("ma_1")
        assert await stream.__anext__()
        waiting = asyncio.ensure_future(stream.__anext__())
        await asyncio.sleep(0)

        def child() -> None:
            with pytest.raises(RuntimeError, match="before the fork"):
                stream.__anext__()  # type: ignore[unused-coroutine] # pyright: ignore
            asyncio.run(follow_asyncio(world, "ma_1"))

        in_child(child)
        world.do("ma_1", "cancel")
        event: Any = await waiting
        assert event.flow_status == "CANCELED"

    asyncio.run(main())


async def follow_asyncio(world: World, connection: str) -> None:
    async with await world.async_client.auth.connections.follow(connection) as stream:
        assert await stream.__anext__()


def test_a_login_that_is_waited_for(open_world: Callable[..., World]) -> None:
    world = open_world(connections={"ma_1": "password"})

    def on_input(request: InputRequest) -> InputAnswer:
        in_child(lambda: look_at(world))
        return {"field_values": {field.id: VALUES[field.type] for field in request.fields}}

    assert world.client.auth.connections.login_and_wait("ma_1", on_input=on_input).status == "AUTHENTICATED"


def test_a_login_goes_on_in_its_own_process_only(open_world: Callable[..., World]) -> None:
    world = open_world(connections={"ma_1": "password"})
    children: list[int] = []

    def on_input(request: InputRequest) -> InputAnswer:
        children.append(os.fork())
        if children == [0]:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(DEADLINE)
        return {"field_values": {field.id: VALUES[field.type] for field in request.fields}}

    refused, status = False, ""
    try:
        status = world.client.auth.connections.login_and_wait("ma_1", on_input=on_input).status
    except BaseException as error:
        if children != [0]:
            raise
        refused = isinstance(error, RuntimeError) and "before the fork" in str(error)
    if children == [0]:
        # What the parent had under way goes quietly, too.
        gc.collect()
        os._exit(0 if refused else 1)
    assert status == "AUTHENTICATED"
    assert os.waitpid(children[0], 0)[1] == 0


def look_at(world: World) -> None:
    assert world.client.auth.connections.retrieve("ma_1").flow_step == "AWAITING_INPUT"


def test_multiprocessing(world: World) -> None:
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    log_in(client)
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=log_in, args=(client,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(DEADLINE)
    assert [worker.exitcode for worker in workers] == [0] * 4


def call_at(base_url: str) -> str:
    """What a worker does that shares nothing with its parent."""
    answers: list[str] = []

    async def call() -> None:
        answer = await AsyncKernel(api_key="sk_test", base_url=base_url).auth.connections.login("ma_login")
        answers.append(answer.id)

    asyncio.run(call())
    answers.append(Kernel(api_key="sk_test", base_url=base_url).auth.connections.login("ma_login").id)
    return " ".join(answers)


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_pools_of_processes(world: World, method: str) -> None:
    log_in(world.client)
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        assert list(pool.map(call_at, [world.base_url] * 6)) == ["ma_login ma_login"] * 6
    with context.Pool(2) as processes:
        assert processes.map(call_at, [world.base_url] * 6) == ["ma_login ma_login"] * 6
    log_in(world.client)


def test_clients_do_not_travel_to_other_processes(world: World) -> None:
    for client in (world.client, world.async_client):
        with pytest.raises(TypeError, match="cannot pickle"):
            pickle.dumps(client)
