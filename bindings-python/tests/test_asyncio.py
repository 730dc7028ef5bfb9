"""The asyncio client: cancellation, event loops of every kind, coroutines that behave like Python's own."""

from __future__ import annotations

import asyncio
import collections.abc
import contextvars
import gc
import os
import selectors
import sys
import threading
import weakref
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

import pytest
import uvloop

from conftest import Program
from kernel_client import APIConnectionError, AsyncKernel, EventLoopError, NotFoundError
from kernel_client.testing import World
from kernel_client.types.auth import InputAnswer, InputRequest


class WithoutDescriptors(asyncio.SelectorEventLoop):
    """A loop that watches no descriptors, as Windows' own does not."""

    def add_reader(self, *_: Any) -> NoReturn:  # type: ignore[override] # pyright: ignore
        raise NotImplementedError


LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "without-descriptors": WithoutDescriptors,
    "uvloop": uvloop.new_event_loop,
}

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Run:
    """`asyncio.run` on each kind of loop."""

    def run_on(main: Coroutine[Any, Any, Any]) -> Any:
        loop = LOOPS[request.param]()
        try:
            return loop.run_until_complete(main)
        finally:
            loop.close()

    return run_on


def client_of(world: World, **options: Any) -> AsyncKernel:
    return AsyncKernel(api_key="sk_test", base_url=world.base_url, **options)


def test_many_at_once(run: Run, world: World) -> None:
    client = client_of(world)

    async def main() -> None:
        answers = await asyncio.gather(*(client.auth.connections.login("ma_login") for _ in range(64)))
        assert [answer.id for answer in answers] == ["ma_login"] * 64

    run(main())


def test_errors_are_raised_where_they_are_awaited(run: Run, world: World) -> None:
    client = client_of(world)

    async def main() -> None:
        with pytest.raises(NotFoundError):
            await client.auth.connections.login("ma_unknown")
        answers = await asyncio.gather(
            client.auth.connections.login("ma_unknown"),
            client.auth.connections.login("ma_login"),
            return_exceptions=True,
        )
        assert isinstance(answers[0], NotFoundError)

    run(main())


def test_cancelling_the_task_stops_the_request(run: Run, stalled: World) -> None:
    client = client_of(stalled)

    async def main() -> None:
        task = asyncio.create_task(client.auth.connections.login("ma_login"))
        await asyncio.to_thread(stalled.record, wait_requests=1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # While the loop still runs: nothing waits for it to close.
        assert (await asyncio.to_thread(stalled.record, wait_aborted=1))["aborted"] == 1

    run(main())


def test_the_message_of_a_cancellation_arrives(run: Run, stalled: World) -> None:
    client = client_of(stalled)
    messages: list[tuple[object, ...]] = []

    async def work() -> None:
        try:
            await client.auth.connections.login("ma_login")
        except asyncio.CancelledError as cancelled:
            messages.append(cancelled.args)
            raise

    async def main() -> None:
        task = asyncio.create_task(work())
        await asyncio.to_thread(stalled.record, wait_requests=1)
        task.cancel("enough")
        await asyncio.wait([task])
        assert task.cancelled()

    run(main())
    assert messages == [("enough",)]


def test_a_timeout_of_the_caller_stops_the_request(run: Run, stalled: World) -> None:
    client = client_of(stalled)

    async def main() -> None:
        task = asyncio.create_task(client.auth.connections.login("ma_login"))
        await asyncio.to_thread(stalled.record, wait_requests=1)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(task, 0.01)
        assert (await asyncio.to_thread(stalled.record, wait_aborted=1))["aborted"] == 1

    run(main())


if sys.version_info >= (3, 11):

    def test_a_failing_sibling_stops_the_request(run: Run, stalled: World, world: World) -> None:
        async def main() -> None:
            with pytest.raises(ExceptionGroup) as raised:  # noqa: F821, PT012 - known from Python 3.11 on
                async with asyncio.TaskGroup() as group:
                    group.create_task(client_of(stalled).auth.connections.login("ma_login"))
                    await asyncio.to_thread(stalled.record, wait_requests=1)
                    group.create_task(client_of(world).auth.connections.login("ma_unknown"))
            (failure,) = raised.value.exceptions
            assert isinstance(failure, NotFoundError)
            await asyncio.to_thread(stalled.record, wait_aborted=1)

        run(main())


def test_following_and_logging_in_on_every_kind_of_loop(run: Run, open_world: Callable[..., World]) -> None:
    world = open_world(connections={f"ma_{number}": "password" for number in range(8)})
    values = {"identifier": "user@example.com", "password": "secret"}

    async def on_input(request: InputRequest) -> InputAnswer:
        await asyncio.sleep(0)
        return {"field_values": {field.id: values[field.type] for field in request.fields}}

    async def one(connection: str) -> None:
        connections = world.async_client.auth.connections
        signed_in = await connections.login_and_wait(connection, on_input=on_input)
        assert signed_in.status == "AUTHENTICATED"
        async with await connections.follow(connection) as stream:
            assert [event.to_dict()["flow_status"] async for event in stream] == ["SUCCESS"]

    async def main() -> None:
        names = [connection.id async for connection in world.async_client.auth.connections.list(limit=3)]
        await asyncio.gather(*map(one, names))
        assert len(names) == 8

    run(main())


def test_dropping_the_awaitable_stops_the_request(run: Run, stalled: World) -> None:
    client = client_of(stalled)

    async def main() -> None:
        call = client.auth.connections.login("ma_login")
        call.send(None)
        await asyncio.to_thread(stalled.record, wait_requests=1)
        del call
        await asyncio.to_thread(stalled.record, wait_aborted=1)

    run(main())


def test_nothing_is_sent_before_it_is_awaited(run: Run, world: World) -> None:
    client = client_of(world)

    async def main() -> None:
        call = client.auth.connections.login("ma_login")
        await client.auth.connections.login("ma_reauth")
        call.close()

    run(main())
    assert [request["path"] for request in world.record()["requests"]] == ["/auth/connections/ma_reauth/login"]


def test_a_call_that_is_never_awaited_is_reported(world: World) -> None:
    client = client_of(world)
    expected = "coroutine 'AsyncConnectionsResource.login' was never awaited"
    with pytest.warns(RuntimeWarning, match=expected):
        client.auth.connections.login("ma_login")  # type: ignore[unused-coroutine] # pyright: ignore
    assert world.record()["requests"] == []


def test_a_call_is_a_coroutine(world: World) -> None:
    client = client_of(world)
    call = client.auth.connections.login("ma_login")
    assert isinstance(call, collections.abc.Coroutine)
    assert asyncio.iscoroutine(call)
    assert asyncio.run(call).id == "ma_login"
    with pytest.raises(RuntimeError, match="cannot reuse already awaited coroutine"):
        asyncio.run(call)


def test_tasks_can_be_shown(run: Run, world: World) -> None:
    client = client_of(world)

    async def main() -> None:
        task = asyncio.create_task(client.auth.connections.login("ma_login"))
        assert "AsyncConnectionsResource.login" in repr(task)
        await task

    run(main())


def test_tasks_of_other_kinds_wait_as_well(run: Run, stalled: World, world: World) -> None:
    """Those that are written in Python, which some tools put in the place of asyncio's own."""
    of_python: Any = getattr(asyncio.tasks, "_PyTask")  # noqa: B009 - nobody else knows it

    async def main() -> None:
        def task_of(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> Any:
            return of_python(work, loop=loop, **options)

        loop = asyncio.get_running_loop()
        loop.set_task_factory(task_of)
        answered = [loop.create_task(client_of(world).auth.connections.login("ma_login")) for _ in range(8)]
        assert [answer.id for answer in await asyncio.gather(*answered)] == ["ma_login"] * 8
        cancelled = loop.create_task(client_of(stalled).auth.connections.login("ma_login"))
        await asyncio.to_thread(stalled.record, wait_requests=1)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        assert cancelled.cancelled()
        await asyncio.to_thread(stalled.record, wait_aborted=1)

    run(main())


@pytest.mark.parametrize("way_out", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("kind", LOOPS)
def test_what_ends_the_program_leaves_the_loop_and_other_calls(
    world: World, kind: str, way_out: type[BaseException]
) -> None:
    client = client_of(world)
    gone_on: list[str] = []

    async def leave() -> None:
        await client.auth.connections.login("ma_login")
        gone_on.append("leave")
        raise way_out

    async def stay() -> str:
        login = await client.auth.connections.login("ma_login")
        gone_on.append("stay")
        return login.id

    loop = LOOPS[kind]()
    leaving, *others = (loop.create_task(work) for work in (leave(), stay(), stay(), stay(), stay()))
    with pytest.raises(way_out):
        loop.run_until_complete(leaving)
    # uvloop goes through what is ready before it lets anybody out.
    assert kind == "uvloop" or gone_on[-1] == "leave"
    for other in others:
        assert loop.run_until_complete(other) == "ma_login"
    loop.close()


def test_a_loop_under_debug_blames_who_holds_it_up(world: World, caplog: pytest.LogCaptureFixture) -> None:
    client = client_of(world)

    async def mine() -> None:
        await client.auth.connections.login("ma_login")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        await client.auth.connections.login("ma_login")
        loop.set_debug(True)
        # Everything takes longer than that.
        loop.slow_callback_duration = 0
        await asyncio.create_task(mine(), name="mine")

    asyncio.run(main())
    steps = [record.getMessage() for record in caplog.records if record.getMessage().startswith("Executing <Task")]
    # To the call, and from it to the end.
    assert len([step for step in steps if "name='mine'" in step]) == 2


def test_what_a_task_waits_for_is_like_a_future(stalled: World) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        call = client_of(stalled).auth.connections.login("ma_login")
        future: Any = call.send(None)
        assert asyncio.isfuture(future)
        assert future.get_loop() is loop
        assert (future.done(), future.cancelled(), repr(future)) == (False, False, "<call under way>")
        with pytest.raises(RuntimeError, match="still under way"):
            future.result()
        woken: asyncio.Queue[Any] = asyncio.Queue()
        future.add_done_callback(print)
        future.add_done_callback(woken.put_nowait)
        assert (future.remove_done_callback(print), future.remove_done_callback(print)) == (1, 0)
        with pytest.raises(RuntimeError, match="only its own task"):
            call.send(None)
        assert future.cancel("enough")
        assert await woken.get() is future
        assert (future.done(), future.cancelled(), repr(future)) == (True, True, "<cancelled call>")
        assert not future.cancel()
        for ask in (future.result, future.exception):
            with pytest.raises(asyncio.CancelledError, match="enough"):
                ask()
        future.add_done_callback(woken.put_nowait)
        assert await woken.get() is future
        call.close()

    asyncio.run(main())


def test_outside_a_loop(world: World) -> None:
    connections = client_of(world).auth.connections
    for call in (connections.login("ma_login"), connections.follow("ma_login"), connections.login_and_wait("ma_login")):
        with pytest.raises(EventLoopError, match="no running event loop: `AsyncKernel` runs on asyncio") as raised:
            call.send(None)
        assert isinstance(raised.value, RuntimeError)
        assert raised.value.kind == "event_loop"
        with pytest.raises(RuntimeError, match="cannot reuse already awaited coroutine"):
            call.send(None)
    assert world.record()["connections_total"] == 0


def test_exceptions_can_be_thrown_in(stalled: World) -> None:
    client = client_of(stalled)

    async def main() -> None:
        call = client.auth.connections.login("ma_login")
        call.send(None)
        with pytest.raises(KeyError, match="mine"):
            call.throw(KeyError("mine"))
        other = client.auth.connections.login("ma_login")
        with pytest.raises(ValueError, match="class and value"):
            other.throw(ValueError, "class and value")

    asyncio.run(main())


def test_context_variables_are_the_callers_own(run: Run, world: World) -> None:
    client = client_of(world)
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)

    async def one(number: int) -> None:
        variable.set(number)
        await client.auth.connections.login("ma_login")
        assert variable.get() == number

    async def main() -> None:
        await asyncio.gather(*(one(number) for number in range(1, 9)))
        assert variable.get() == 0

    run(main())


def test_a_loop_keeps_nothing_of_its_first_caller(run: Run, world: World) -> None:
    class Mine:
        pass

    client = client_of(world)
    variable: contextvars.ContextVar[Mine] = contextvars.ContextVar("variable")

    async def first() -> weakref.ref[Mine]:
        variable.set(Mine())
        await client.auth.connections.login("ma_login")
        return weakref.ref(variable.get())

    async def main() -> None:
        reference = await asyncio.create_task(first())
        await client.auth.connections.login("ma_login")
        gc.collect()
        assert reference() is None

    run(main())


def test_a_loop_is_not_woken_twice_for_an_answer(world: World) -> None:
    client = client_of(world)
    selector = selectors.DefaultSelector()
    loop = asyncio.SelectorEventLoop(selector)

    async def main() -> None:
        await asyncio.gather(*(client.auth.connections.login("ma_login") for _ in range(8)))

    loop.run_until_complete(main())
    assert selector.select(0) == []
    loop.close()


def test_calls_can_be_held_weakly(stalled: World) -> None:
    async def main() -> None:
        call = client_of(stalled).auth.connections.login("ma_login")
        reference = weakref.ref(call)
        call.send(None)
        await asyncio.to_thread(stalled.record, wait_requests=1)
        del call
        assert reference() is None
        await asyncio.to_thread(stalled.record, wait_aborted=1)

    asyncio.run(main())


def test_tasks_of_a_closed_loop_are_collected(stalled: World) -> None:
    client = client_of(stalled)
    loop = asyncio.new_event_loop()

    def quiet(_: asyncio.AbstractEventLoop, _context: dict[str, Any]) -> None:
        """Hears what asyncio says of any task that was left pending."""

    loop.set_exception_handler(quiet)

    async def start() -> weakref.ref[asyncio.Task[Any]]:
        task = asyncio.create_task(client.auth.connections.login("ma_login"))
        await asyncio.to_thread(stalled.record, wait_requests=1)
        return weakref.ref(task)

    reference = loop.run_until_complete(start())
    gc.collect()
    # The loop's way to the call, and the call's to its task: without it a pending task could vanish.
    assert reference() is not None
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    del loop
    gc.collect()
    assert reference() is None
    stalled.record(wait_aborted=1)


def test_one_client_on_many_loops_in_many_threads(world: World) -> None:
    client = client_of(world)
    failures: list[BaseException] = []

    async def main() -> None:
        answers = await asyncio.gather(*(client.auth.connections.login("ma_login") for _ in range(8)))
        assert {answer.id for answer in answers} == {"ma_login"}

    def work() -> None:
        try:
            for _ in range(4):
                asyncio.run(main())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_loops_that_are_gone_leave_no_descriptors(world: World) -> None:
    client = client_of(world)

    def descriptors() -> int:
        gc.collect()
        return len(os.listdir("/dev/fd"))

    async def main() -> None:
        await client.auth.connections.login("ma_login")

    for _ in range(3):
        asyncio.run(main())
    before = descriptors()
    for _ in range(50):
        asyncio.run(main())
    assert descriptors() <= before + 2


def test_a_loop_that_closes_over_calls_in_flight(program: Program, stalled: World) -> None:
    code = """
        import asyncio, gc, sys
        from urllib.request import urlopen
        import kernel_client

        client = kernel_client.AsyncKernel(api_key="sk_test", base_url=sys.argv[1])

        async def main():
            for _ in range(8):
                call = client.auth.connections.login("ma_login")
                call.send(None)
                calls.append(call)
            await asyncio.to_thread(urlopen, f"{sys.argv[2]}?wait_requests={8 * turn}")

        for turn in range(1, 4):
            calls = []
            loop = asyncio.new_event_loop()
            loop.run_until_complete(main())
            loop.close()
            del loop
            gc.collect()
            calls.clear()
        """
    ended = program(code, stalled.base_url, stalled.url, options=("-W", "default", "-W", "ignore::ResourceWarning"))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    stalled.record(wait_aborted=24)


def test_closing(run: Run, world: World) -> None:
    async def main() -> None:
        async with client_of(world) as client:
            assert (await client.auth.connections.login("ma_login")).id == "ma_login"
            assert not client.is_closed()
        assert client.is_closed()
        with pytest.raises(APIConnectionError) as raised:
            await client.auth.connections.login("ma_login")
        assert "closed" in str(raised.value.reason)
        other = client_of(world)
        await other.close()
        assert other.is_closed()

    run(main())
