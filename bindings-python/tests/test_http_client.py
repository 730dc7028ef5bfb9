"""An HTTP client of the program's own: what it is given, what may come back, and what stays the package's."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import http.client
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

import kernel_client
from conftest import Program
from kernel_client import AsyncKernel, HTTPRequest, HTTPResponse, Kernel
from kernel_client.testing import World
from kernel_client.types.auth import InputAnswer, InputRequest, ManagedAuthStateEvent


def forward(request: HTTPRequest) -> Any:
    """Sends a request over `http.client`: the whole of what an HTTP client of one's own has to be."""
    url = urlsplit(request.url)
    assert url.hostname is not None
    target = url.path + (f"?{url.query}" if url.query else "")
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=request.timeout)
    connection.request(request.method, target, request.content or None, dict(request.headers.items()))
    answer = connection.getresponse()

    def pieces() -> Iterator[bytes]:
        with closing(connection), answer:
            while piece := answer.read1(65536):
                yield piece

    return SimpleNamespace(status_code=answer.status, headers=answer.headers, content=pieces())


def options(world: World, **more: Any) -> dict[str, Any]:
    return {"api_key": "sk_test", "base_url": world.base_url, **more}


def answers(*statuses: int, body: bytes = b"{}") -> Callable[[HTTPRequest], HTTPResponse]:
    left = iter(statuses)
    return lambda _: HTTPResponse(next(left), {"retry-after-ms": "1"}, body)


def test_requests_go_over_it(world: World) -> None:
    seen: list[HTTPRequest] = []

    def client(request: HTTPRequest) -> Any:
        seen.append(request)
        return forward(request)

    kernel = Kernel(**options(world, http_client=client))
    assert kernel.auth.connections.login("ma_login").flow_type == "LOGIN"
    (request,) = seen
    assert (request.method, request.url) == ("POST", f"{world.base_url}/auth/connections/ma_login/login")
    assert request.headers["authorization"] == "Bearer sk_test"
    assert request.content == b"{}"
    assert request.timeout is not None
    assert 0 < request.timeout <= 60
    assert "sk_test" not in repr(request)
    assert len(world.record()["requests"]) == 1


def test_it_is_called_on_the_thread_that_calls(world: World) -> None:
    place = contextvars.ContextVar("place", default="elsewhere")
    seen: list[tuple[int, str]] = []

    def client(request: HTTPRequest) -> Any:
        seen.append((threading.get_ident(), place.get()))
        return forward(request)

    place.set("here")
    Kernel(**options(world, http_client=client)).auth.connections.retrieve("ma_login")
    assert seen == [(threading.get_ident(), "here")]


def test_retries_stay_with_the_package(world: World) -> None:
    counts: list[str] = []
    give = answers(503, 429, 200, body=b'{"accepted": true}')

    def client(request: HTTPRequest) -> HTTPResponse:
        counts.append(request.headers["x-stainless-retry-count"])
        return give(request)

    kernel = Kernel(**options(world, http_client=client))
    response = kernel.auth.connections.with_raw_response.submit("ma_1", field_values={})
    assert response.retries_taken == 2
    assert counts == ["0", "1", "2"]


def test_errors_stay_with_the_package(world: World) -> None:
    kernel = Kernel(**options(world, http_client=answers(404, body=b'{"code": "not_found", "message": "No."}')))
    with pytest.raises(kernel_client.NotFoundError) as caught:
        kernel.auth.connections.retrieve("ma_1")
    assert caught.value.code == "not_found"
    assert caught.value.request.method == "GET"


@pytest.mark.parametrize(
    ("raised", "error"),
    [(RuntimeError("no"), kernel_client.APIConnectionError), (TimeoutError("slow"), kernel_client.APITimeoutError)],
)
def test_what_it_raises_is_the_cause(world: World, raised: Exception, error: type[Exception]) -> None:
    calls: list[HTTPRequest] = []

    def client(request: HTTPRequest) -> HTTPResponse:
        calls.append(request)
        raise raised

    kernel = Kernel(**options(world, http_client=client, max_retries=1))
    with pytest.raises(error) as caught:
        kernel.auth.connections.retrieve("ma_1")
    assert caught.value.__cause__ is raised
    assert len(calls) == 2


def test_what_ends_a_program_is_not_held_up(world: World) -> None:
    def client(_: HTTPRequest) -> HTTPResponse:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Kernel(**options(world, http_client=client)).auth.connections.retrieve("ma_1")


@pytest.mark.parametrize(
    "answer",
    [None, SimpleNamespace(status_code=200), HTTPResponse(99), HTTPResponse(200, {"a b": "c"})],
    ids=["nothing", "no headers", "no status", "no header"],
)
def test_nonsense_is_a_failure(world: World, answer: Any) -> None:
    def client(_: HTTPRequest) -> Any:
        return answer

    kernel = Kernel(**options(world, http_client=client, max_retries=0))
    with pytest.raises(kernel_client.APIConnectionError):
        kernel.auth.connections.retrieve("ma_1")


def test_a_body_may_come_in_pieces_and_is_closed(world: World) -> None:
    closed: list[bool] = []

    def pieces() -> Iterator[bytes]:
        try:
            yield b'{"accepted'
            yield b'": true}'
            yield b" "
        finally:
            closed.append(True)

    def client(_: HTTPRequest) -> Any:
        return SimpleNamespace(status_code=202, headers={}, content=pieces())

    kernel = Kernel(**options(world, http_client=client))
    assert kernel.auth.connections.submit("ma_1").accepted is True
    assert closed == [True]
    with kernel.auth.connections.with_streaming_response.submit("ma_1") as response:
        assert next(response.iter_bytes()) == b'{"accepted'
    assert closed == [True, True]


def test_events_come_over_it(open_world: Callable[..., World]) -> None:
    world = open_world(connections=[{"id": "ma_1", "script": "password"}])
    kernel = Kernel(**options(world))
    kernel.auth.connections.login("ma_1")
    state = b'data: {"event": "managed_auth_state", "flow_status": "%s", "flow_step": "%s", "timestamp": "%s"}\n\n'
    moments = [
        (b"IN_PROGRESS", b"DISCOVERING", b"2026-01-01T00:00:00Z"),
        (b"SUCCESS", b"COMPLETED", b"2026-01-01T00:00:01Z"),
    ]
    streams = [[state % moments[0]], [state % moments[0], state % moments[1]]]

    def client(_: HTTPRequest) -> Any:
        return SimpleNamespace(status_code=200, headers={"content-type": "text/event-stream"}, content=streams.pop(0))

    events = kernel.copy(http_client=client).auth.connections.follow("ma_1")
    steps = [event.flow_step for event in events if isinstance(event, ManagedAuthStateEvent)]
    # It broke off once, and what was given before was not given again.
    assert steps == ["DISCOVERING", "COMPLETED"]


@pytest.mark.parametrize("client", [object(), "http", 3])
def test_what_is_no_client_is_refused(world: World, client: Any) -> None:
    with pytest.raises(TypeError, match="Invalid `http_client` argument"):
        Kernel(**options(world, http_client=client))
    with pytest.raises(TypeError, match="Invalid `http_client` argument"):
        AsyncKernel(**options(world, http_client=client))


def test_a_coroutine_is_no_client_of_a_blocking_one(world: World) -> None:
    async def client(_: HTTPRequest) -> HTTPResponse:
        raise AssertionError

    with pytest.raises(TypeError, match="Invalid `http_client` argument"):
        Kernel(**options(world, http_client=client))


def test_asyncio_awaits_it(world: World) -> None:
    place = contextvars.ContextVar("place", default="elsewhere")

    async def client(request: HTTPRequest) -> Any:
        assert place.get() == "here"
        return await asyncio.to_thread(forward, request)

    async def main() -> None:
        place.set("here")
        async with AsyncKernel(**options(world, http_client=client)) as kernel:
            calls = [kernel.auth.connections.retrieve("ma_login") for _ in range(5)]
            assert {connection.id for connection in await asyncio.gather(*calls)} == {"ma_login"}

    asyncio.run(main())


def test_asyncio_takes_bodies_piece_by_piece(world: World) -> None:
    closed = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        try:
            yield b"first"
            yield b"second"
        finally:
            closed.set()

    async def client(_: HTTPRequest) -> Any:
        return SimpleNamespace(status_code=200, headers={}, content=pieces())

    async def main() -> None:
        kernel = AsyncKernel(**options(world, http_client=client))
        async with kernel.auth.connections.with_streaming_response.retrieve("ma_1") as response:
            async for piece in response.iter_bytes():
                assert piece == b"first"
                break
        await asyncio.wait_for(closed.wait(), 5)

    asyncio.run(main())


def test_cancelling_cancels_what_it_does(world: World) -> None:
    async def main() -> None:
        begun, cancelled = asyncio.Event(), asyncio.Event()

        async def client(_: HTTPRequest) -> HTTPResponse:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()
            raise AssertionError

        kernel = AsyncKernel(**options(world, http_client=client))
        task = asyncio.ensure_future(kernel.auth.connections.retrieve("ma_1"))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(cancelled.wait(), 5)
        begun.clear()
        cancelled.clear()
        with pytest.raises(kernel_client.APITimeoutError):
            await kernel.with_options(timeout=0.05, max_retries=0).auth.connections.retrieve("ma_1")
        await asyncio.wait_for(cancelled.wait(), 5)

    asyncio.run(main())


class Endless:
    """A body whose first piece never comes."""

    def __init__(self) -> None:
        self.begun, self.closed = asyncio.Event(), asyncio.Event()

    def __aiter__(self) -> Endless:
        return self

    async def __anext__(self) -> bytes:
        self.begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def aclose(self) -> None:
        self.closed.set()


def test_a_body_whose_reading_is_cancelled_is_given_back(world: World) -> None:
    """Be it read by the program, or by the package for it."""

    async def main() -> None:
        bodies: list[Endless] = []

        async def client(_: HTTPRequest) -> Any:
            bodies.append(Endless())
            return SimpleNamespace(status_code=200, headers={}, content=bodies[-1])

        connections = AsyncKernel(**options(world, http_client=client)).auth.connections

        async def follow() -> None:
            async for _ in await connections.follow("ma_1"):
                raise AssertionError

        for work in (connections.retrieve("ma_1"), follow()):
            task = asyncio.ensure_future(work)
            while not bodies:
                await asyncio.sleep(0)
            await bodies[0].begun.wait()
            task.cancel()
            await asyncio.wait([task])
            await asyncio.wait_for(bodies.pop().closed.wait(), 5)

    asyncio.run(main())


class Closable:
    """An HTTP client that can be closed, either way."""

    closed = 0

    def __call__(self, request: HTTPRequest) -> Any:
        return forward(request)

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 10


def test_it_is_closed_with_the_client(world: World) -> None:
    client = Closable()
    with Kernel(**options(world, http_client=client)) as kernel:
        kernel.auth.connections.retrieve("ma_login")
        assert client.closed == 0
    assert client.closed == 1
    kernel.copy().close()
    assert client.closed == 2
    other = Closable()
    kernel.copy(http_client=other).close()
    assert (client.closed, other.closed) == (2, 1)
    Kernel(**options(world, http_client=forward)).close()


def test_asyncio_closes_it_too(world: World) -> None:
    client = Closable()

    async def main() -> None:
        async with AsyncKernel(**options(world, http_client=client)) as kernel:
            await kernel.auth.connections.retrieve("ma_login")
            assert client.closed == 0
        assert client.closed == 10
        assert kernel.is_closed()
        await kernel.close()

    asyncio.run(main())
    assert client.closed == 20


def test_a_login_that_is_waited_for_sends_while_it_follows(open_world: Callable[..., World]) -> None:
    world = open_world(connections=[{"id": "ma_1", "script": "two_pages"}])
    kernel = Kernel(**options(world, http_client=forward))
    values = {"identifier": "user@example.com", "password": "secret"}
    threads: set[int] = set()

    def ask(request: InputRequest) -> InputAnswer:
        threads.add(threading.get_ident())
        return {"field_values": {field.id: values[field.type] for field in request.fields}}

    assert kernel.auth.connections.login_and_wait("ma_1", on_input=ask).status == "AUTHENTICATED"
    assert threads == {threading.get_ident()}
    # One stream saw it all.
    assert [request["path"].rpartition("/")[2] for request in world.record()["requests"]] == [
        "login", "events", "submit", "submit", "ma_1",
    ]  # fmt: skip


def test_a_program_ends_though_a_login_is_followed(open_world: Callable[..., World], program: Program) -> None:
    world = open_world(connections=[{"id": "ma_1", "script": "password"}])
    code = """
        import sys
        from kernel_client import Kernel
        from test_http_client import forward

        def told(request):
            raise LookupError("enough")

        kernel = Kernel(api_key="sk_test", base_url=sys.argv[1], http_client=forward)
        try:
            kernel.auth.connections.login_and_wait("ma_1", on_input=told)
        except LookupError:
            sys.exit(7)
    """
    ended = program(code, world.base_url)
    assert (ended.returncode, ended.stderr) == (7, "")


def test_an_event_is_given_when_it_comes(open_world: Callable[..., World]) -> None:
    # There is no heartbeat that would have the next piece come.
    world = open_world(connections=[{"id": "ma_1", "script": "password"}], heartbeat_ms=600_000)
    kernel = Kernel(**options(world, http_client=forward, idle_timeout=5))
    kernel.auth.connections.login("ma_1")
    with kernel.auth.connections.follow("ma_1") as events:
        for event in events:
            if isinstance(event, ManagedAuthStateEvent) and event.flow_step == "AWAITING_INPUT":
                break
    assert [request["path"].rpartition("/")[2] for request in world.record()["requests"]] == ["login", "events"]


def test_an_answer_that_comes_too_late_is_one(world: World) -> None:
    slow = threading.Event()
    sent: list[str] = []

    def client(request: HTTPRequest) -> Any:
        sent.append(request.headers["x-stainless-retry-count"])
        slow.wait(0.2)
        return forward(request)

    kernel = Kernel(**options(world, http_client=client, timeout=0.05, max_retries=1))
    # It was waited for in any case, and what was asked for is done.
    assert kernel.auth.connections.login("ma_login").flow_type == "LOGIN"
    assert sent == ["0"]


def test_an_attempt_that_is_waited_for_elsewhere_is_given_up(world: World) -> None:
    slow = threading.Event()
    sent: list[str] = []
    ended: list[Exception] = []

    def client(request: HTTPRequest) -> HTTPResponse:
        sent.append(request.headers["x-stainless-retry-count"])
        slow.wait()
        return HTTPResponse(200)

    kernel = Kernel(**options(world, http_client=client, timeout=0.05, max_retries=1))

    def call() -> None:
        try:
            kernel.auth.connections.login("ma_login")
        except kernel_client.APITimeoutError as error:
            ended.append(error)

    # Others do what a daemon thread is to do, so that it need not wait for them.
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join()
    slow.set()
    assert sent == ["0", "1"]
    assert len(ended) == 1


class Body:
    """A body that nobody reads to its end."""

    closed = 0

    def __iter__(self) -> Body:
        return self

    def __next__(self) -> bytes:
        return b": wait\n\n"

    def close(self) -> None:
        self.closed += 1


def test_what_is_not_read_is_given_back(world: World) -> None:
    bodies: list[Body] = []

    def client(_: HTTPRequest) -> Any:
        bodies.append(Body())
        return SimpleNamespace(status_code=200, headers={}, content=bodies[-1])

    connections = Kernel(**options(world, http_client=client)).auth.connections
    with connections.with_streaming_response.retrieve("ma_1"):
        pass
    connections.follow("ma_1").close()
    stream = connections.follow("ma_1")
    del stream
    gc.collect()
    assert [body.closed for body in bodies] == [1, 1, 1]


def test_a_program_ends_though_a_daemon_thread_is_in_the_client(world: World, program: Program) -> None:
    code = """
        import sys, threading, time
        from kernel_client import HTTPResponse, Kernel

        begun = threading.Event()

        def client(request):
            begun.set()
            time.sleep(0.001)
            return HTTPResponse(200, {}, b'{"accepted": true}')

        kernel = Kernel(api_key="sk_test", base_url=sys.argv[1], http_client=client)

        def call():
            while True:
                kernel.auth.connections.submit("ma_1")

        for _ in range(4):
            threading.Thread(target=call, daemon=True).start()
        begun.wait()
        sys.exit(7)
    """
    for _ in range(3):
        ended = program(code, world.base_url)
        assert (ended.returncode, ended.stderr) == (7, "")


def is_refused(error: BaseException | None, depth: int) -> bool:
    while error and error.__cause__:
        error = error.__cause__
    # None of them is made again.
    return isinstance(error, RecursionError) and depth < 100


def test_one_that_calls_the_client_it_is_for_is_refused(world: World) -> None:
    depth = 0

    def client(_: HTTPRequest) -> Any:
        nonlocal depth
        depth += 1
        return kernel.auth.connections.with_raw_response.retrieve("ma_login").http_response

    kernel = Kernel(**options(world, http_client=client))
    with pytest.raises(kernel_client.APIConnectionError) as raised:
        kernel.auth.connections.retrieve("ma_login")
    assert is_refused(raised.value, depth)

    # The requests of a daemon thread are made by others.
    depth = 0
    errors: list[BaseException] = []

    def call() -> None:
        try:
            kernel.auth.connections.retrieve("ma_login")
        except kernel_client.APIConnectionError as error:
            errors.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join()
    assert is_refused(errors[0], depth)
    assert world.record()["requests"] == []


def test_asyncio_one_that_calls_the_client_it_is_for_is_refused(world: World) -> None:
    depth = 0

    async def client(_: HTTPRequest) -> Any:
        nonlocal depth
        depth += 1
        return (await kernel.auth.connections.with_raw_response.retrieve("ma_login")).http_response

    async def main() -> None:
        with pytest.raises(kernel_client.APIConnectionError) as raised:
            await kernel.auth.connections.retrieve("ma_login")
        assert is_refused(raised.value, depth)

    kernel = AsyncKernel(**options(world, http_client=client))
    asyncio.run(main())
    assert world.record()["requests"] == []


def test_one_may_have_a_client_of_its_own(world: World) -> None:
    inner = world.client

    def client(request: HTTPRequest) -> Any:
        return inner.auth.connections.with_raw_response.retrieve(request.url.rsplit("/", 1)[1]).http_response

    assert Kernel(**options(world, http_client=client)).auth.connections.retrieve("ma_login").id == "ma_login"


def test_context_adds_headers(world: World) -> None:
    def inject(carrier: dict[str, str]) -> None:
        carrier["traceparent"] = "00-1-2-01"
        carrier["x-both"] = "context"

    kernel = Kernel(**options(world, propagate=inject))
    kernel.auth.connections.retrieve("ma_login", extra_headers={"X-Both": "call"})
    kernel.copy(propagate=lambda carrier: carrier.update(traceparent="other")).auth.connections.retrieve("ma_login")
    headers = [dict(request["headers"]) for request in world.record()["requests"]]
    assert headers[0]["traceparent"] == "00-1-2-01"
    assert headers[0]["x-both"] == "call"
    assert headers[1]["traceparent"] == "other"


def test_a_hook_may_call_its_own_client(world: World) -> None:
    def inject(carrier: dict[str, str]) -> None:
        carrier["x-seen"] = kernel.auth.connections.retrieve("ma_login").id

    kernel = Kernel(**options(world, propagate=inject))
    kernel.auth.connections.retrieve("ma_login")
    assert [dict(request["headers"]).get("x-seen") for request in world.record()["requests"]] == [None, "ma_login"]


def test_a_login_has_the_context_of_its_call(open_world: Callable[..., World]) -> None:
    world = open_world(connections=[{"id": "ma_1", "script": "instant"}])
    threads: list[int] = []

    def inject(carrier: dict[str, str]) -> None:
        threads.append(threading.get_ident())
        carrier["traceparent"] = f"00-{len(threads)}"

    kernel = Kernel(**options(world, propagate=inject))
    kernel.auth.connections.login_and_wait("ma_1")
    assert threads == [threading.get_ident()]
    requests = world.record()["requests"]
    assert len(requests) > 1
    assert {dict(request["headers"])["traceparent"] for request in requests} == {"00-1"}


def test_a_session_may_have_one_too(open_world: Callable[..., World]) -> None:
    world = open_world(connections=[{"id": "ma_1", "script": "password"}])
    login = world.client.auth.connections.login("ma_1")
    assert login.handoff_code
    seen: list[str] = []

    def client(request: HTTPRequest) -> Any:
        seen.append(request.method)
        return forward(request)

    session = kernel_client.ManagedAuthSession.exchange(
        login.id, login.handoff_code, base_url=world.base_url, http_client=client
    )
    assert session.retrieve().id == "ma_1"
    assert seen == ["POST", "GET"]


def test_context_that_fails_is_raised_and_nothing_is_sent(world: World) -> None:
    def inject(_: dict[str, str]) -> None:
        raise LookupError("no span")

    def nonsense(carrier: dict[str, Any]) -> None:
        carrier["a"] = 1

    with pytest.raises(LookupError, match="no span"):
        Kernel(**options(world, propagate=inject)).auth.connections.retrieve("ma_login")
    with pytest.raises(TypeError, match="names and values are str"):
        Kernel(**options(world, propagate=nonsense)).auth.connections.retrieve("ma_login")
    with pytest.raises(TypeError, match="`propagate` must be callable"):
        Kernel(**options(world, propagate="inject"))
    assert world.record()["requests"] == []
