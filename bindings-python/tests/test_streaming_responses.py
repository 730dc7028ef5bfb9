"""Answers whose bodies are read as their caller likes, and calls of paths that have no method."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydantic
import pytest

import kernel_client
from kernel_client import AsyncKernel, HTTPResponse, Kernel, NoneType, StreamAlreadyConsumed
from kernel_client.testing import World
from kernel_client.types.auth import ManagedAuth, ManagedAuthTimelineEvent

LINES = ["first", "", "two é", "third", "last\u2028still"]
TEXT = "first\n\ntwo é\r\nthird\rlast\u2028still"


@pytest.fixture
def lines(open_world: Callable[..., World]) -> Kernel:
    """A client whose first answer is text, torn within a character and within an end of line."""
    whole = TEXT.encode()
    torn = [whole[:11], whole[11:13], whole[13:14], whole[14:]]
    chunks = [{"hex": piece.hex()} for piece in torn]
    world = open_world(faults=[{"on": "retrieve", "chunks": chunks, "times": 10}])
    return Kernel(api_key="sk_test", base_url=world.base_url)


def test_nothing_is_sent_before_it_is_entered(world: World) -> None:
    kernel = world.client
    call = kernel.auth.connections.with_streaming_response.retrieve("ma_login")
    assert world.record()["requests"] == []
    with call as response:
        assert (response.status_code, response.is_closed) == (200, False)
        assert response.parse().id == "ma_login"
        assert response.parse() is response.parse()
        assert json.loads(response.read())["id"] == "ma_login"
        assert response.is_closed
    with pytest.raises(RuntimeError, match="made already"):
        call.__enter__()


def test_a_body_in_pieces(lines: Kernel, tmp_path: Path) -> None:
    streaming = lines.auth.connections.with_streaming_response
    with streaming.retrieve("ma_login") as response:
        assert b"".join(response.iter_bytes()).decode() == TEXT
        assert response.is_closed
        with pytest.raises(StreamAlreadyConsumed):
            response.read()
        with pytest.raises(StreamAlreadyConsumed):
            response.iter_text()
    with streaming.retrieve("ma_login") as response:
        sizes = [len(piece) for piece in response.iter_bytes(chunk_size=4)]
        assert sizes == [4] * (len(TEXT.encode()) // 4) + [len(TEXT.encode()) % 4]
    with streaming.retrieve("ma_login") as response:
        assert "".join(response.iter_text()) == TEXT
    with streaming.retrieve("ma_login") as response:
        assert list(response.iter_text(5)) == [TEXT[start : start + 5] for start in range(0, len(TEXT), 5)]
    with streaming.retrieve("ma_login") as response:
        assert list(response.iter_lines()) == LINES
    with streaming.retrieve("ma_login") as response:
        response.stream_to_file(tmp_path / "body")
    assert (tmp_path / "body").read_bytes() == TEXT.encode()
    with streaming.retrieve("ma_login") as response, pytest.raises(ValueError, match="chunk_size"):
        list(response.iter_bytes(chunk_size=0))


def test_a_body_in_pieces_in_asyncio(lines: Kernel, tmp_path: Path) -> None:
    async def main() -> None:
        kernel = AsyncKernel(api_key="sk_test", base_url=lines.base_url)
        streaming = kernel.auth.connections.with_streaming_response
        async with streaming.retrieve("ma_login") as response:
            assert [line async for line in response.iter_lines()] == LINES
            with pytest.raises(StreamAlreadyConsumed):
                await response.read()
        async with streaming.retrieve("ma_login") as response:
            assert (await response.read()).decode() == TEXT
            assert await response.text() == TEXT
            assert [piece async for piece in response.iter_bytes()] == [TEXT.encode()]
        async with streaming.retrieve("ma_login") as response:
            await response.stream_to_file(tmp_path / "body")
        assert (tmp_path / "body").read_bytes() == TEXT.encode()

    asyncio.run(main())


def test_leaving_closes_the_connection(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"on": "retrieve", "huge_body": 50_000_000, "times": 2}])
    with world.client.auth.connections.with_streaming_response.retrieve("ma_login") as response:
        assert next(iter(response.iter_bytes()))
    world.record(wait_aborted=1)

    async def main() -> None:
        async with world.async_client.auth.connections.with_streaming_response.retrieve("ma_login") as response:
            async for piece in response.iter_bytes():
                assert piece
                break

    asyncio.run(main())
    world.record(wait_aborted=2)


def test_a_body_that_was_read_can_be_parsed(world: World) -> None:
    with world.client.auth.connections.with_streaming_response.retrieve("ma_login") as response:
        whole = response.read()
        assert response.parse().id == response.json()["id"] == "ma_login"
        assert response.read() == whole
        assert b"".join(response.iter_bytes()) == whole


def test_a_body_that_does_not_fit_can_be_read(lines: Kernel) -> None:
    with lines.auth.connections.with_streaming_response.retrieve("ma_login") as response:
        with pytest.raises(kernel_client.APIResponseValidationError):
            response.parse()
        assert response.text() == TEXT


def test_leaving_ends_a_stream_that_was_made_inside(world: World) -> None:
    kernel = world.client
    kernel.auth.connections.login("ma_login")
    with kernel.auth.connections.with_streaming_response.follow("ma_login") as response:
        stream = response.parse()
    assert list(stream) == []
    world.record(wait_follows=0)


def test_a_silent_body_is_given_up(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"on": "retrieve", "stall": "body"}])
    kernel = world.client.with_options(idle_timeout=0.05)
    with (
        kernel.auth.connections.with_streaming_response.retrieve("ma_login") as response,
        pytest.raises(kernel_client.APITimeoutError),
    ):
        response.read()


def test_closing_ends_a_read_under_way(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"on": "retrieve", "stall": "body", "times": 4}])
    streaming = world.client.with_options(idle_timeout=None).auth.connections.with_streaming_response
    begun = threading.Event()
    ends: list[BaseException | bytes] = []

    def read(response: Any) -> None:
        begun.set()
        try:
            ends.append(response.read())
        except (kernel_client.APIConnectionError, StreamAlreadyConsumed) as error:
            # The latter where closing was faster.
            ends.append(error)

    for _ in range(2):
        begun.clear()
        with streaming.retrieve("ma_login") as response:
            reader = threading.Thread(target=read, args=[response])
            reader.start()
            begun.wait()
            response.close()
            reader.join()
    assert all(isinstance(end, kernel_client.KernelError) for end in ends)

    async def main() -> None:
        kernel = world.async_client.with_options(idle_timeout=None)
        for read in ("read", "parse"):
            async with kernel.auth.connections.with_streaming_response.retrieve("ma_login") as response:
                reading = asyncio.ensure_future(getattr(response, read)())
                # It begins in the next turn of the loop.
                await asyncio.sleep(0)
                await response.close()
                with pytest.raises(kernel_client.APIConnectionError) as raised:
                    await reading
                assert raised.value.reason is not None
                assert "closed" in raised.value.reason

    asyncio.run(main())
    world.record(wait_aborted=4)


def test_a_failure_is_raised_on_entering(world: World) -> None:
    with (
        pytest.raises(kernel_client.NotFoundError),
        world.client.auth.connections.with_streaming_response.retrieve("ma_nobody"),
    ):
        raise AssertionError


def test_what_came_with_an_answer(world: World) -> None:
    response = world.client.auth.connections.with_raw_response.list(limit=1)
    assert response.method == "GET"
    assert response.url == f"{world.base_url}/auth/connections?limit=1"
    assert response.http_request.headers["x-stainless-retry-count"] == "0"
    assert response.is_closed
    assert response.read() == response.content == response.http_response.content
    assert list(response.iter_bytes()) == [response.content]
    as_dict = response.parse(to=dict[str, Any])
    assert as_dict == response.json()
    assert response.parse(to=HTTPResponse).content == response.content


def test_an_answer_that_is_parsed_as_something_else(world: World) -> None:
    class Connection(pydantic.BaseModel):
        id: str

    with world.client.auth.connections.with_streaming_response.retrieve("ma_login") as response:
        assert response.parse(to=Connection).id == "ma_login"
        assert response.is_closed

    async def main() -> None:
        response = await world.async_client.auth.connections.with_raw_response.retrieve("ma_login")
        assert (await response.parse(to=Connection)).id == "ma_login"
        assert (await response.parse()).id == "ma_login"

    asyncio.run(main())


def test_a_path_that_has_no_method(world: World) -> None:
    kernel = world.client
    one = "/auth/connections/ma_login"
    as_model: ManagedAuth = kernel.get(one, cast_to=ManagedAuth)
    assert as_model.id == "ma_login"
    assert kernel.get(one, cast_to=object)["id"] == "ma_login"  # type: ignore[index]
    assert json.loads(kernel.get(one, cast_to=str)) == json.loads(kernel.get(one, cast_to=bytes))
    assert kernel.get(one, cast_to=HTTPResponse).status_code == 200
    assert kernel.get(one, cast_to=NoneType) is None
    assert [item.id for item in kernel.get("/auth/connections", cast_to=list[ManagedAuth])]
    made = kernel.post("/auth/connections", cast_to=ManagedAuth, body={"domain": "a.test", "profile_name": "p"})
    changed = kernel.patch(f"/auth/connections/{made.id}", cast_to=ManagedAuth, body={"record_session": True})
    assert changed.record_session
    kernel.delete(f"/auth/connections/{made.id}", cast_to=NoneType)
    with pytest.raises(kernel_client.NotFoundError):
        kernel.get(f"/auth/connections/{made.id}", cast_to=ManagedAuth)


def test_models_of_ones_own(world: World) -> None:
    class Other(pydantic.BaseModel):
        hosted_url: str

    class Connection(pydantic.BaseModel):
        id: str

    one = "/auth/connections/ma_login"
    assert world.client.get(one, cast_to=Connection).id == "ma_login"
    either: Any = Other | Connection | None
    assert isinstance(world.client.get(one, cast_to=either), Connection)
    as_dict: Any = Other | dict[str, object] | str
    assert world.client.get(one, cast_to=as_dict)["id"] == "ma_login"
    with pytest.raises(kernel_client.APIResponseValidationError) as caught:
        world.client.get(one, cast_to=Other)
    assert isinstance(caught.value.__cause__, pydantic.ValidationError)


def test_its_options(world: World) -> None:
    kernel = world.client
    kernel.get(
        "/auth/connections?limit=3&domain=a",
        cast_to=object,
        options={"headers": {"X-Mine": "1"}, "params": {"domain": "b"}, "timeout": 7, "max_retries": 0},
    )
    kernel.post("/auth/connections/ma_login/login", cast_to=object, options={"extra_json": {"record_session": True}})
    first, second = world.record()["requests"]
    assert first["query"] == "limit=3&domain=b"
    assert dict(first["headers"])["x-mine"] == "1"
    assert json.loads(second["body"]) == {"record_session": True}
    unknown: Any = {"proxies": {}}
    with pytest.raises(TypeError, match="no `proxies`"):
        kernel.get("/auth/connections", cast_to=object, options=unknown)


def test_lists_and_events_of_such_paths(world: World) -> None:
    kernel = world.client
    listed = kernel.get_api_list("/auth/connections", model=ManagedAuth, options={"params": {"limit": 1}})
    assert len(listed.items) == 1
    assert len([connection.id for connection in listed]) > 1
    kernel.auth.connections.login("ma_login")
    events = kernel.get_api_list("/auth/connections/ma_login/timeline", model=ManagedAuthTimelineEvent)
    assert [event.type for event in events] == ["login"]
    with pytest.raises(ValueError, match="lists nothing else"):
        kernel.get_api_list("/auth/connections", model=dict)
    with kernel.get("/auth/connections/ma_login/events", cast_to=object, stream=True) as stream:
        assert next(stream).event == "managed_auth_state"


def test_such_paths_in_asyncio(world: World) -> None:
    async def main() -> None:
        kernel = world.async_client
        assert (await kernel.get("/auth/connections/ma_login", cast_to=ManagedAuth)).id == "ma_login"
        assert [item.id async for item in kernel.get_api_list("/auth/connections", model=ManagedAuth)]

    asyncio.run(main())


@pytest.mark.parametrize(
    "path", ["", "/auth/../secret", "/auth/%2e%2e/secret", "..", "/auth/.\t./secret", "http://user:word@host/"]
)
def test_a_path_that_leads_elsewhere_is_refused(world: World, path: str) -> None:
    with pytest.raises(kernel_client.InvalidArgumentError) as caught:
        world.client.get(path, cast_to=object)
    assert caught.value.argument == "path"
    assert world.record()["requests"] == []


def test_the_key_stays_with_its_origin(open_world: Callable[..., World]) -> None:
    own, other = open_world(), open_world()
    kernel = own.client.with_options(default_headers={"Cookie": "a=b", "X-Plain": "1"}, default_query={"q": "1"})
    kernel.get(f"{own.base_url}/auth/connections", cast_to=object)
    with pytest.raises(kernel_client.AuthenticationError):
        kernel.get(f"{other.base_url}/auth/connections", cast_to=object)
    assert dict(own.record()["requests"][0]["headers"])["authorization"] == "Bearer sk_test"
    sent = dict(other.record()["requests"][0]["headers"])
    # Nobody knows which of a program's own headers are secret.
    assert not {"authorization", "cookie", "x-plain"} & sent.keys()
    assert other.record()["requests"][0]["query"] == ""


def test_an_answer_that_is_not_what_was_said(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"on": "retrieve", "text": "no json"}])
    with pytest.raises(kernel_client.APIResponseValidationError) as caught:
        world.client.get("/auth/connections/ma_login", cast_to=ManagedAuth)
    assert caught.value.status_code == 200
    assert isinstance(caught.value.__cause__, ValueError)
