"""`login_and_wait` and `wait_for_login`: where handlers run, what they may do, and that nothing is left afterwards."""

from __future__ import annotations

import asyncio
import contextvars
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from conftest import signal_after
from kernel_client import (
    APITimeoutError,
    AsyncKernel,
    AsyncManagedAuthSession,
    KernelError,
    LoginFailedError,
    ManagedAuthSession,
    NotFoundError,
)
from kernel_client.testing import World
from kernel_client.types.auth import InputAnswer, InputRequest, LoginResponse, ManagedAuth

VALUES = {"identifier": "user@example.com", "password": "secret", "code": "123456"}
PERSON = {"email": "user@example.com", "password": "secret"}

Wait = Callable[..., ManagedAuth]
WaitAsync = Callable[..., Coroutine[Any, Any, ManagedAuth]]


def answer(request: InputRequest) -> InputAnswer:
    """What the site wants to hear."""
    return {"field_values": {field.id: VALUES[field.type] for field in request.fields}}


@pytest.fixture
def site(open_world: Callable[..., World]) -> World:
    """A world with a login that asks twice, and one that never gets anywhere."""
    return open_world(connections={"ma_1": "mfa_code", "ma_endless": "endless"})


def code_of_login(world: World, connection: str) -> str:
    """Starts a login, and gives what an app gets for its session."""
    code = world.client.auth.connections.login(connection).handoff_code
    assert code is not None
    return code


@pytest.fixture(params=["login_and_wait", "wait_for_login"])
def wait(site: World, request: pytest.FixtureRequest) -> Wait:
    """Brings the login of a connection to its end: one that it starts, or one that runs already."""
    if request.param == "login_and_wait":
        return site.client.auth.connections.login_and_wait

    def in_session(connection: str, **arguments: Any) -> ManagedAuth:
        code = code_of_login(site, connection)
        session = ManagedAuthSession.exchange(connection, code, base_url=site.base_url)
        return session.wait_for_login(**arguments)

    return in_session


@pytest.fixture(params=["login_and_wait", "wait_for_login"])
def wait_async(site: World, request: pytest.FixtureRequest) -> WaitAsync:
    """The same on asyncio."""
    if request.param == "login_and_wait":
        return site.async_client.auth.connections.login_and_wait

    async def in_session(connection: str, **arguments: Any) -> ManagedAuth:
        code = await asyncio.to_thread(code_of_login, site, connection)
        session = await AsyncManagedAuthSession.exchange(connection, code, base_url=site.base_url)
        return await session.wait_for_login(**arguments)

    return in_session


def called_off(world: World) -> None:
    """Waits until the world has seen its stream closed by the client; nothing was submitted."""
    record = world.record(wait_aborted=1)
    assert record["aborted"] == 1
    assert not [request for request in record["requests"] if request["path"].endswith("/submit")]


def test_handlers_run_on_the_calling_thread_in_order(site: World) -> None:
    heard: list[tuple[str, int]] = []

    def on_login(login: LoginResponse) -> None:
        assert login.hosted_url.startswith(site.base_url)
        # Told before anything is waited for.
        assert site.record()["follows"] == 0
        heard.append(("login", threading.get_ident()))

    def on_input(request: InputRequest) -> InputAnswer:
        heard.append((",".join(field.type for field in request.fields), threading.get_ident()))
        return answer(request)

    connection = site.client.auth.connections.login_and_wait("ma_1", on_login=on_login, on_input=on_input)
    assert (connection.status, connection.flow_status) == ("AUTHENTICATED", "SUCCESS")
    here = threading.get_ident()
    assert heard == [("login", here), ("identifier,password", here), ("code", here)]


def test_without_handlers_a_person_signs_in(open_world: Callable[..., World]) -> None:
    world = open_world(connections={"ma_1": "password"})

    def sign_in() -> None:
        world.record(wait_follows=1)
        world.client.auth.connections.submit("ma_1", fields=PERSON)

    person = threading.Thread(target=sign_in)
    person.start()
    assert world.client.auth.connections.login_and_wait("ma_1").status == "AUTHENTICATED"
    person.join()


def test_a_failure_says_everything(open_world: Callable[..., World]) -> None:
    world = open_world(connections={"ma_1": "fails:bot_detected"})
    with pytest.raises(LoginFailedError) as raised:
        world.client.auth.connections.login_and_wait("ma_1")
    error = raised.value
    assert (error.kind, error.code, error.flow_status) == ("login_failed", "bot_detected", "FAILED")
    assert error.status_code is None
    assert isinstance(error, KernelError)


def test_the_callers_deadline(wait: Wait) -> None:
    with pytest.raises(APITimeoutError):
        wait("ma_endless", wait_timeout=0.05)


def test_a_handler_that_raises(site: World, wait: Wait) -> None:
    failure = LookupError("my own")

    def on_input(_: InputRequest) -> InputAnswer:
        raise failure

    with pytest.raises(LookupError) as raised:
        wait("ma_1", on_input=on_input)
    assert raised.value is failure
    called_off(site)


def test_a_login_handler_that_raises(site: World) -> None:
    def on_login(_: LoginResponse) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        site.client.auth.connections.login_and_wait("ma_1", on_login=on_login)
    assert len(site.record()["requests"]) == 1


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (5, "`on_input` must be dict, not int"),
        ({"selected": "x"}, "`on_input` has an unexpected key 'selected'"),
        ({"field_values": {"a": 5}}, "`on_input.field_values.a` must be str, not int"),
        ({"field_values": "a"}, "`on_input.field_values` must be dict, not str"),
    ],
)
def test_a_handler_that_returns_nonsense(site: World, wait: Wait, given: Any, refusal: str) -> None:
    def on_input(_: InputRequest) -> Any:
        return given

    with pytest.raises(TypeError, match=refusal):
        wait("ma_1", on_input=on_input)
    called_off(site)


def test_handlers_that_are_none(world: World) -> None:
    for handlers in ({"on_login": 5}, {"on_input": "x"}):
        arguments: dict[str, Any] = handlers
        with pytest.raises(TypeError, match="must be callable"):
            world.client.auth.connections.login_and_wait("ma_login", **arguments)
    assert world.record()["requests"] == []


def test_ctrl_c(site: World, wait: Wait) -> None:
    with signal_after(site, wait_follows=1), pytest.raises(KeyboardInterrupt):
        wait("ma_endless")
    called_off(site)


def test_ctrl_c_in_a_handler(site: World, wait: Wait) -> None:
    def on_input(_: InputRequest) -> InputAnswer:
        site.record(wait_follows=1)
        os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait(10)
        return {}

    with pytest.raises(KeyboardInterrupt):
        wait("ma_1", on_input=on_input)
    called_off(site)


def test_the_login_goes_on_while_a_handler_is_at_work(site: World, wait: Wait) -> None:
    """What is not wanted any more when the handler is done is not submitted, nor is it asked for."""
    asked: list[str] = []

    def on_input(request: InputRequest) -> InputAnswer:
        asked.append(",".join(field.type for field in request.fields))
        if len(asked) == 1:
            # The person is faster, at the hosted page.
            person = site.client.auth.connections
            person.submit("ma_1", fields=PERSON)
            site.record(wait_state="ma_1:AWAITING_INPUT")
            person.submit("ma_1", fields={"code": "123456"})
            site.record(wait_state="ma_1:SUCCESS")
        # That it is over may not have arrived yet: then the code is asked for once more.
        return answer(request)

    connection = wait("ma_1", on_input=on_input)
    assert connection.status == "AUTHENTICATED"
    assert len(asked) <= 2


def test_a_stream_that_breaks_while_the_first_handler_of_a_session_is_at_work(open_world: Callable[..., World]) -> None:
    world = open_world(connections={"ma_1": "password"}, faults=[{"on": "follow", "cut_after_events": 1}])
    session = ManagedAuthSession.exchange("ma_1", code_of_login(world, "ma_1"), base_url=world.base_url)

    def on_input(request: InputRequest) -> InputAnswer:
        # The login, the exchange, and the stream, opened again by now.
        assert len(world.record(wait_requests=4)["requests"]) == 4
        return answer(request)

    assert session.wait_for_login(on_input=on_input).status == "AUTHENTICATED"


def test_the_arguments_of_a_session(site: World) -> None:
    session: Any = ManagedAuthSession.exchange("ma_1", code_of_login(site, "ma_1"), base_url=site.base_url)
    for handlers, refusal in (
        ({"on_input": 5}, "`on_input` must be callable"),
        ({"on_login": print}, "unexpected keyword argument 'on_login'"),
        ({"wait_timeout": "long"}, "`wait_timeout` must be"),
    ):
        with pytest.raises(TypeError, match=refusal):
            session.wait_for_login(**handlers)
    assert len(site.record()["requests"]) == 2


def test_asyncio_handlers_of_both_kinds(site: World) -> None:
    heard: list[str] = []

    async def on_login(login: LoginResponse) -> None:
        await asyncio.to_thread(site.record, wait_requests=1)
        assert site.record()["follows"] == 0
        heard.append(login.id)

    def on_input(request: InputRequest) -> InputAnswer | Awaitable[InputAnswer]:
        heard.append(",".join(field.type for field in request.fields))
        return later(request) if "code" in heard else answer(request)

    async def later(request: InputRequest) -> InputAnswer:
        await asyncio.sleep(0)
        return answer(request)

    async def main() -> None:
        connections = site.async_client.auth.connections
        connection = await connections.login_and_wait("ma_1", on_login=on_login, on_input=on_input)
        assert connection.status == "AUTHENTICATED"

    asyncio.run(main())
    assert heard == ["ma_1", "identifier,password", "code"]


def test_asyncio_nothing_is_sent_before_it_is_awaited(site: World) -> None:
    async def main() -> None:
        waiting = site.async_client.auth.connections.login_and_wait("ma_1")
        assert asyncio.iscoroutine(waiting)
        await asyncio.sleep(0)
        waiting.close()

    asyncio.run(main())
    assert site.record()["requests"] == []


def test_asyncio_what_it_is_called(site: World) -> None:
    """Tasks tell it, and so does the warning when it is never awaited."""

    async def main() -> None:
        code = await asyncio.to_thread(code_of_login, site, "ma_1")
        session = await AsyncManagedAuthSession.exchange("ma_1", code, base_url=site.base_url)
        for waiting, name in (
            (session.wait_for_login(), "AsyncManagedAuthSession.wait_for_login"),
            (site.async_client.auth.connections.login_and_wait("ma_1"), "AsyncConnectionsResource.login_and_wait"),
        ):
            assert f"<coroutine object {name} at" in repr(waiting)
            waiting.close()

    asyncio.run(main())


def test_asyncio_context_variables_reach_handlers(wait_async: WaitAsync) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    heard: list[str] = []

    async def on_input(request: InputRequest) -> InputAnswer:
        heard.append(variable.get())
        return answer(request)

    async def main() -> None:
        variable.set("mine")
        await wait_async("ma_1", on_input=on_input)

    asyncio.run(main())
    assert heard == ["mine"] * 2


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_asyncio_a_handler_that_raises(site: World, wait_async: WaitAsync, kind: str) -> None:
    failure = LookupError("my own")

    def on_input(_: InputRequest) -> InputAnswer:
        raise failure

    async def on_input_async(_: InputRequest) -> InputAnswer:
        await asyncio.sleep(0)
        raise failure

    async def main() -> None:
        handler: Any = on_input if kind == "sync" else on_input_async
        with pytest.raises(LookupError) as raised:
            await wait_async("ma_1", on_input=handler)
        assert raised.value is failure
        await asyncio.to_thread(called_off, site)

    asyncio.run(main())


def test_asyncio_cancelled_while_it_follows(site: World, wait_async: WaitAsync) -> None:
    async def main() -> None:
        task = asyncio.create_task(wait_async("ma_endless"))
        await asyncio.to_thread(site.record, wait_follows=1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(called_off, site)

    asyncio.run(main())


def test_asyncio_cancelled_in_a_handler(site: World, wait_async: WaitAsync) -> None:
    heard: list[str] = []

    async def main() -> None:
        asked = asyncio.Event()

        async def on_input(_: InputRequest) -> InputAnswer:
            asked.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                # The connection is gone by now, whatever a handler still has to do.
                await asyncio.to_thread(called_off, site)
                heard.append("cleaned up")
                raise
            return {}

        task = asyncio.create_task(wait_async("ma_1", on_input=on_input))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert heard == ["cleaned up"]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def test_asyncio_a_login_that_ends_calls_its_handler_off(site: World, wait_async: WaitAsync) -> None:
    heard: list[str] = []

    async def on_input(_: InputRequest) -> InputAnswer:
        try:
            await asyncio.to_thread(site.do, "ma_1", "cancel")
            await asyncio.Event().wait()
        finally:
            heard.append("called off")
        return {}

    async def main() -> None:
        with pytest.raises(LoginFailedError) as raised:
            await wait_async("ma_1", on_input=on_input)
        assert raised.value.flow_status == "CANCELED"

    asyncio.run(main())
    assert heard == ["called off"]


def test_asyncio_a_handler_is_called_off_when_its_answer_is_not_wanted(site: World, wait_async: WaitAsync) -> None:
    heard: list[str] = []

    async def on_input(request: InputRequest) -> InputAnswer:
        if request.fields[0].type == "code":
            return answer(request)
        try:
            # A person answers at the hosted page meanwhile.
            await site.async_client.auth.connections.submit("ma_1", fields=PERSON)
            await asyncio.Event().wait()
        finally:
            heard.append("called off")
        return {}

    async def main() -> None:
        assert (await wait_async("ma_1", on_input=on_input)).status == "AUTHENTICATED"

    asyncio.run(main())
    assert heard == ["called off"]


def test_asyncio_what_a_handler_raises_when_it_is_called_off(site: World, wait_async: WaitAsync) -> None:
    async def on_input(_: InputRequest) -> InputAnswer:
        try:
            await site.async_client.auth.connections.submit("ma_1", fields=PERSON)
            await asyncio.Event().wait()
        finally:
            raise LookupError
        return {}

    async def main() -> None:
        with pytest.raises(LookupError):
            await wait_async("ma_1", on_input=on_input)

    asyncio.run(main())


def test_asyncio_a_refusal(world: World) -> None:
    async def main() -> None:
        with pytest.raises(NotFoundError):
            await world.async_client.auth.connections.login_and_wait("ma_unknown")

    asyncio.run(main())


def test_asyncio_many_at_once(open_world: Callable[..., World]) -> None:
    names = [f"ma_{number}" for number in range(20)]
    world = open_world(connections=dict.fromkeys(names, "mfa_code"))
    client = AsyncKernel(api_key="sk_test", base_url=world.base_url)

    async def on_input(request: InputRequest) -> InputAnswer:
        await asyncio.sleep(0)
        return answer(request)

    async def main() -> None:
        waiting = (client.auth.connections.login_and_wait(name, on_input=on_input) for name in names)
        assert {connection.status for connection in await asyncio.gather(*waiting)} == {"AUTHENTICATED"}

    asyncio.run(main())
