"""Following a login: what events are, and how a stream ends. Whatever ends it, nothing stays behind."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from conftest import Program, signal_after
from kernel_client import APIConnectionError, AsyncStream, NotFoundError, Stream
from kernel_client.testing import World
from kernel_client.types.auth import ErrorEvent, ManagedAuthStateEvent, SSEHeartbeatEvent, UnknownEvent

STATE = '{"event":"managed_auth_state","timestamp":"2026-11-22T10:00:00Z","flow_status":"%s","flow_step":"DISCOVERING"}'


@pytest.fixture
def busy(open_world: Callable[..., World]) -> World:
    """A world with a login that goes on: a stream of it says one thing, then nothing more."""
    return open_world(connections=[{"id": "ma_1", "script": "endless", "flow": "running"}])


def events(open_world: Callable[..., World], *data: str) -> World:
    """A world whose stream consists of these."""
    text = "".join(f"data: {line}\n\n" for line in data)
    return open_world(faults=[{"on": "follow", "chunks": [{"text": text}]}])


def gone(world: World) -> None:
    """Waits until the world has seen its one stream closed by the client."""
    assert world.record(wait_aborted=1)["aborted"] == 1


def test_events(open_world: Callable[..., World]) -> None:
    heartbeat = '{"event":"sse_heartbeat","timestamp":"2026-11-22T10:00:00Z"}'
    error = '{"event":"error","timestamp":"2026-11-22T10:00:00Z","error":{"code":"x","message":"y"}}'
    world = events(open_world, heartbeat, error, '{"event":"new","token":"t"}', "[1]", STATE % "SUCCESS")
    stream = world.client.auth.connections.follow("ma_login")
    assert isinstance(stream, Stream)
    found: list[Any] = list(stream)
    kinds = [SSEHeartbeatEvent, ErrorEvent, UnknownEvent, UnknownEvent, ManagedAuthStateEvent]
    assert [type(event) for event in found] == kinds
    assert [event.event for event in found] == ["sse_heartbeat", "error", "new", None, "managed_auth_state"]
    assert found[1].error.code == "x"
    assert found[4].flow_status == "SUCCESS"


def test_the_answer_that_a_stream_came_with(busy: World) -> None:
    stream = busy.client.auth.connections.follow("ma_1")
    assert next(stream).event == "managed_auth_state"
    assert stream.response.status_code == 200
    assert stream.response.headers["content-type"].startswith("text/event-stream")
    assert not stream.response.is_closed
    stream.response.close()
    assert stream.response.is_closed
    assert list(stream) == []
    gone(busy)


def test_the_answer_that_a_stream_came_with_on_asyncio(busy: World) -> None:
    async def follow() -> None:
        async with busy.async_client as client:
            stream = await client.auth.connections.follow("ma_1")
            assert (stream.response.status_code, stream.response.is_closed) == (200, False)
            await stream.response.aclose()
            assert stream.response.is_closed
            assert [event async for event in stream] == []

    asyncio.run(follow())
    gone(busy)


def test_an_unknown_event(open_world: Callable[..., World]) -> None:
    world = events(open_world, '{"event":"new","token":"hush","deep":{"a":[1]}}', STATE % "SUCCESS")
    (event, _) = world.client.auth.connections.follow("ma_login")
    assert isinstance(event, UnknownEvent)
    assert (event.token, event.deep) == ("hush", {"a": [1]})
    assert event.to_dict() == {"event": "new", "token": "hush", "deep": {"a": [1]}}
    assert repr(event) == 'UnknownEvent(event="new", token=..., deep=...)'
    assert event == copy.copy(event) == pickle.loads(pickle.dumps(event))
    assert event != UnknownEvent.from_json("{}")
    with pytest.raises(AttributeError, match="no attribute 'missing'"):
        _ = event.missing


def numbered(open_world: Callable[..., World], count: int) -> World:
    """A world whose stream has so many events at once, each of another error, and then breaks off."""
    event = '{"event":"error","timestamp":"2026-11-22T10:00:00Z","error":{"code":"%d","message":"y"}}'
    return events(open_world, *(event % number for number in range(count)))


def test_events_that_come_at_once_keep_their_order(open_world: Callable[..., World]) -> None:
    world = numbered(open_world, 500)
    stream = world.client.auth.connections.follow("ma_login", reconnect=False)
    codes = [event.error.code for event in stream if isinstance(event, ErrorEvent)]
    assert codes == [str(number) for number in range(500)]


def test_closing_leaves_out_what_has_come_already(open_world: Callable[..., World]) -> None:
    with numbered(open_world, 500).client.auth.connections.follow("ma_login") as stream:
        assert isinstance(next(stream), ErrorEvent)
    assert list(stream) == []


def test_asyncio_events_that_come_at_once_keep_their_order(open_world: Callable[..., World]) -> None:
    async def main() -> None:
        stream = await world.async_client.auth.connections.follow("ma_login", reconnect=False)
        codes = [event.error.code async for event in stream if isinstance(event, ErrorEvent)]
        assert codes == [str(number) for number in range(500)]

    world = numbered(open_world, 500)
    asyncio.run(main())


def test_leaving_with_closes(busy: World) -> None:
    with busy.client.auth.connections.follow("ma_1") as stream:
        for event in stream:
            assert isinstance(event, ManagedAuthStateEvent)
            break
    gone(busy)
    assert next(stream, None) is None
    stream.close()


def test_a_stream_that_nobody_has_any_more_closes(busy: World) -> None:
    stream = busy.client.auth.connections.follow("ma_1")
    assert next(stream)
    del stream
    gone(busy)


def test_a_stream_in_a_cycle_closes(busy: World) -> None:
    class Holder:
        def __init__(self) -> None:
            self.itself = self
            self.stream = busy.client.auth.connections.follow("ma_1")

    assert next(Holder().stream)
    gc.collect()
    gone(busy)


def test_streams_are_collected(busy: World) -> None:
    stream = busy.client.auth.connections.follow("ma_1")
    assert next(stream)
    reference = weakref.ref(stream)
    assert reference() is stream
    del stream
    assert reference() is None
    gone(busy)


def test_handlers_of_a_login_are_collected(busy: World) -> None:
    class Handler:
        """Holds what holds it."""

        def __init__(self) -> None:
            self.client = busy.client
            self.itself = self.on_login

        def on_login(self, _: Any) -> None:
            raise LookupError

    async def main() -> None:
        handler = Handler()
        with pytest.raises(LookupError):
            await busy.async_client.auth.connections.login_and_wait("ma_1", on_login=handler.on_login)
        busy.do("ma_1", "cancel")
        with pytest.raises(LookupError):
            busy.client.auth.connections.login_and_wait("ma_1", on_login=handler.on_login)
        references.append(weakref.ref(handler))

    references: list[weakref.ref[Handler]] = []
    busy.do("ma_1", "cancel")
    asyncio.run(main())
    gc.collect()
    assert [reference() for reference in references] == [None]


def test_closing_ends_the_wait_of_another_thread(busy: World) -> None:
    stream = busy.client.auth.connections.follow("ma_1")
    ended = threading.Event()
    found: list[Any] = []

    def read() -> None:
        found.extend(stream)
        ended.set()

    thread = threading.Thread(target=read)
    thread.start()
    busy.record(wait_follows=1)
    while not found:
        ended.wait(0.01)
    stream.close()
    thread.join()
    assert ended.is_set()
    gone(busy)


def test_ctrl_c_closes(open_world: Callable[..., World]) -> None:
    # The second request comes from the wait itself.
    faults = [{"on": "follow", "cut_after_events": 1}, {"on": "follow", "stall": "headers"}]
    world = open_world(connections=[{"id": "ma_1", "script": "endless", "flow": "running"}], faults=faults)
    stream = world.client.auth.connections.follow("ma_1")
    assert next(stream)
    with pytest.raises(KeyboardInterrupt), signal_after(world, wait_requests=2):
        next(stream)
    gone(world)
    with pytest.raises(RuntimeError, match="follow again"):
        next(stream)


def test_a_refusal_is_raised_by_the_call(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.client.auth.connections.follow("ma_unknown")


def test_an_error_ends_the_stream(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"on": "follow", "chunks": [{"text": f"data: {STATE % 'IN_PROGRESS'}\n\n"}]}])
    stream = world.client.with_options(max_retries=0).auth.connections.follow("ma_login")
    assert next(stream)
    with pytest.raises(APIConnectionError):
        next(stream)
    assert list(stream) == []


def test_without_reconnecting_it_just_ends(open_world: Callable[..., World]) -> None:
    world = events(open_world, STATE % "IN_PROGRESS")
    assert len(list(world.client.auth.connections.follow("ma_login", reconnect=False))) == 1
    with pytest.raises(TypeError, match="`reconnect` must be bool, not str"):
        world.client.auth.connections.follow("ma_login", reconnect="no")  # type: ignore[arg-type] # pyright: ignore


def test_a_raw_response_of_a_stream(busy: World) -> None:
    response = busy.client.auth.connections.with_raw_response.follow("ma_1")
    assert response.headers["content-type"] == "text/event-stream"
    assert response.content == b""
    with response.parse() as stream:
        assert next(stream)
    assert response.parse() is stream
    gone(busy)


def test_names_of_classes_take_parameters() -> None:
    assert Stream[int] is not None
    assert AsyncStream[int] is not None


def test_asyncio(open_world: Callable[..., World]) -> None:
    world = open_world(connections=[{"id": "ma_1", "script": "instant", "flow": "running"}])

    async def main() -> None:
        stream = await world.async_client.auth.connections.follow("ma_1")
        assert isinstance(stream, AsyncStream)
        assert [type(event) async for event in stream] == [ManagedAuthStateEvent]
        assert [event async for event in stream] == []

    asyncio.run(main())


def test_asyncio_leaving_with_closes(busy: World) -> None:
    async def main() -> None:
        async with await busy.async_client.auth.connections.follow("ma_1") as stream:
            async for event in stream:
                assert isinstance(event, ManagedAuthStateEvent)
                break
        await asyncio.to_thread(gone, busy)
        assert [event async for event in stream] == []
        await stream.close()

    asyncio.run(main())


def test_asyncio_a_cancelled_follow_leaves_nothing(busy: World) -> None:
    async def follow(told: asyncio.Event) -> None:
        stream = await busy.async_client.auth.connections.follow("ma_1")
        async for _ in stream:
            told.set()

    async def main() -> None:
        told = asyncio.Event()
        task = asyncio.create_task(follow(told))
        await told.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as raised:
            await task
        # Whoever still holds the task, and with its traceback the stream.
        await asyncio.to_thread(gone, busy)
        assert raised.value
        assert task.cancelled()

    asyncio.run(main())


def test_asyncio_a_follow_cancelled_before_it_is_answered(stalled: World) -> None:
    async def main() -> None:
        task = asyncio.ensure_future(stalled.async_client.auth.connections.follow("ma_login"))
        await asyncio.to_thread(stalled.record, wait_requests=1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(gone, stalled)

    asyncio.run(main())


def test_asyncio_a_wait_that_is_given_up(busy: World) -> None:
    async def main() -> None:
        stream = await busy.async_client.auth.connections.follow("ma_1")
        assert await stream.__anext__()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(stream.__anext__(), 0.01)
        await asyncio.to_thread(gone, busy)
        # It is not over, so it must not look like it.
        with pytest.raises(RuntimeError, match="follow again"):
            await stream.__anext__()

    asyncio.run(main())


def test_asyncio_a_wait_that_is_given_up_at_once(busy: World) -> None:
    async def main() -> None:
        stream = await busy.async_client.auth.connections.follow("ma_1")
        assert await stream.__anext__()
        waiting = asyncio.ensure_future(stream.__anext__())
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.to_thread(gone, busy)
        assert stream

    asyncio.run(main())


def test_asyncio_a_stream_that_nobody_has_any_more_closes(busy: World) -> None:
    async def main() -> None:
        stream = await busy.async_client.auth.connections.follow("ma_1")
        assert await stream.__anext__()
        del stream
        await asyncio.to_thread(gone, busy)

    asyncio.run(main())


def test_asyncio_closing_ends_the_wait_of_another_task(busy: World) -> None:
    async def main() -> None:
        stream = await busy.async_client.auth.connections.follow("ma_1")
        assert await stream.__anext__()
        waiting = [asyncio.ensure_future(anext_or_none(stream)) for _ in range(3)]
        await asyncio.sleep(0)
        await stream.close()
        assert await asyncio.gather(*waiting) == [None] * 3
        await asyncio.to_thread(gone, busy)

    asyncio.run(main())


async def anext_or_none(stream: AsyncStream[Any]) -> Any:
    try:
        return await stream.__anext__()
    except StopAsyncIteration:
        return None


def test_asyncio_tasks_share_a_stream(open_world: Callable[..., World]) -> None:
    numbers = range(9)
    last = STATE % "SUCCESS"
    chunks: list[Any] = [{"text": f'data: {{"number":{number}}}\n\n', "delay_ms": 1} for number in numbers]
    world = open_world(faults=[{"on": "follow", "chunks": [*chunks, {"text": f"data: {last}\n\n"}]}])

    async def read(stream: AsyncStream[Any]) -> list[int]:
        return [event.number async for event in stream if isinstance(event, UnknownEvent)]

    async def main() -> None:
        stream = await world.async_client.auth.connections.follow("ma_login")
        found = await asyncio.wait_for(asyncio.gather(*(read(stream) for _ in range(3))), 10)
        assert sorted(number for part in found for number in part) == list(numbers)

    asyncio.run(main())


OPEN_AT_THE_END = """
import asyncio, sys
import kernel_client

options = {"api_key": "sk_test", "base_url": sys.argv[1]}
"""
BLOCKING = """
stream = kernel_client.Kernel(**options).auth.connections.follow("ma_1")
next(stream)
"""
IN_A_THREAD = """
import threading
stream = kernel_client.Kernel(**options).auth.connections.follow("ma_1")
first = threading.Event()
def read():
    for event in stream:
        first.set()
threading.Thread(target=read, daemon=True).start()
first.wait()
"""
ASYNCIO = """
async def main():
    global stream
    stream = await kernel_client.AsyncKernel(**options).auth.connections.follow("ma_1")
    await stream.__anext__()
asyncio.run(main())
"""
ASYNCIO_WAITING = """
async def main():
    global stream, task
    stream = await kernel_client.AsyncKernel(**options).auth.connections.follow("ma_1")
    await stream.__anext__()
    task = asyncio.ensure_future(stream.__anext__())
    await asyncio.sleep(0)
asyncio.run(main())
"""


@pytest.mark.parametrize("code", [BLOCKING, IN_A_THREAD, ASYNCIO, ASYNCIO_WAITING])
@pytest.mark.parametrize("status", [0, 3])
def test_the_program_ends_with_an_open_stream(program: Program, busy: World, code: str, status: int) -> None:
    for _ in range(2):
        ended = program(f"{OPEN_AT_THE_END}{code}\nsys.exit({status})", busy.base_url)
        assert (ended.returncode, ended.stdout, ended.stderr) == (status, "", "")
