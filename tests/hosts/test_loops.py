"""anyio works where it runs on asyncio; trio is refused, at once and in plain words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
import trio

from kernel_client import EventLoopError, NotFoundError
from kernel_client.testing import World

REFUSAL = "trio is not supported: `AsyncKernel` runs on asyncio"
CONNECTIONS = [{"id": "ma_1", "script": "endless", "flow": "running"}]


async def follow(world: World) -> None:
    async with await world.async_client.auth.connections.follow("ma_1") as stream:
        async for _ in stream:
            pass


async def read_list(world: World) -> None:
    async for _ in world.async_client.auth.connections.list():
        pass


async def raw(world: World) -> None:
    await world.async_client.auth.connections.with_raw_response.retrieve("ma_1")


CALLS: dict[str, Callable[[World], Awaitable[Any]]] = {
    "retrieve": lambda world: world.async_client.auth.connections.retrieve("ma_1"),
    "raw": raw,
    "list": read_list,
    "follow": follow,
    "login_and_wait": lambda world: world.async_client.auth.connections.login_and_wait("ma_1"),
}


@pytest.fixture
def running(open_world: Callable[..., World]) -> World:
    """A world with a login that goes on."""
    return open_world(connections=CONNECTIONS)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("run", ["trio", "anyio", "guest"])
def test_trio_is_refused(running: World, call: str, run: str) -> None:
    async def main() -> None:
        with pytest.raises(EventLoopError, match=REFUSAL):
            await CALLS[call](running)

    if run == "trio":
        trio.run(main)
    elif run == "anyio":
        anyio.run(main, backend="trio")
    else:
        asyncio.run(as_guest(main))
    assert running.record()["connections_total"] == 0


async def as_guest(main: Callable[[], Awaitable[None]]) -> None:
    """Runs trio on top of the running asyncio loop."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[Any] = loop.create_future()
    trio.lowlevel.start_guest_run(
        main,
        run_sync_soon_threadsafe=loop.call_soon_threadsafe,
        done_callback=ended.set_result,
    )
    (await ended).unwrap()


def test_the_blocking_client_serves_trio(running: World) -> None:
    async def main() -> None:
        connection = await trio.to_thread.run_sync(running.client.auth.connections.retrieve, "ma_1")
        assert connection.id == "ma_1"

    trio.run(main)


def test_asyncio_works_beside_trio(running: World) -> None:
    async def main() -> None:
        async def guest() -> None:
            await trio.sleep(0.01)

        await as_guest(guest)
        assert (await running.async_client.auth.connections.retrieve("ma_1")).id == "ma_1"

    asyncio.run(main())


def test_anyio_on_asyncio(running: World) -> None:
    async def retrieve(found: list[str]) -> None:
        found.append((await running.async_client.auth.connections.retrieve("ma_1")).id)

    async def main() -> None:
        found: list[str] = []
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(retrieve, found)
        assert found == ["ma_1"] * 8
        async with await running.async_client.auth.connections.follow("ma_1") as stream:
            assert await stream.__anext__()
            with anyio.move_on_after(0.05) as scope:
                await stream.__anext__()
            assert scope.cancelled_caught
        await anyio.to_thread.run_sync(lambda: running.record(wait_aborted=1))

    anyio.run(main)


def test_scopes_of_anyio_stop_the_request(stalled: World, world: World) -> None:
    async def retrieve() -> None:
        await stalled.async_client.auth.connections.retrieve("ma_login")

    async def main() -> None:
        with pytest.raises(TimeoutError), anyio.fail_after(0.2):
            await retrieve()
        sent = len((await anyio.to_thread.run_sync(stalled.record))["requests"])
        await anyio.to_thread.run_sync(lambda: stalled.record(wait_aborted=sent))
        with pytest.raises(ExceptionGroup) as raised:  # noqa: PT012 - it is the group that is tested
            async with anyio.create_task_group() as group:
                for _ in range(4):
                    group.start_soon(retrieve)
                await anyio.to_thread.run_sync(lambda: stalled.record(wait_requests=sent + 4))
                await world.async_client.auth.connections.retrieve("ma_unknown")
        assert raised.group_contains(NotFoundError)
        await anyio.to_thread.run_sync(lambda: stalled.record(wait_aborted=sent + 4))

    anyio.run(main)
