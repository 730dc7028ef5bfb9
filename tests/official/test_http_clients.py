"""Our package over HTTP clients that programs bring: httpx's, also with aiohttp below, and with respx in place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import httpx_aiohttp
import pytest
import respx

import kernel_client
from kernel_client import AsyncKernel, Kernel
from sdk import done, each
from world import World

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]

KINDS: dict[str, tuple[type, type]] = {
    "httpx": (Kernel, httpx.Client),
    "httpx, asyncio": (AsyncKernel, httpx.AsyncClient),
    "aiohttp": (AsyncKernel, httpx_aiohttp.HttpxAiohttpClient),
}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
async def make(request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    """Makes clients over one kind of HTTP client; both are closed after the test."""
    kernel, http_client = request.param
    made: list[tuple[Any, Any]] = []

    def make_one(world: World, **options: Any) -> Any:
        own = http_client(trust_env=False)
        client = kernel(api_key="sk_test", base_url=world.base_url, http_client=own, **options)
        made.append((client, own))
        return client

    yield make_one
    for client, own in made:
        await done(client.close())
        assert own.is_closed


async def test_calls_go_over_it(make: Make) -> None:
    with World() as world:
        client = make(world, timeout=7)
        connections = client.auth.connections
        assert (await done(connections.retrieve("ma_login"))).id == "ma_login"
        created = await done(connections.create(domain="example.com", profile_name="work"))
        with pytest.raises(kernel_client.ConflictError):
            await done(connections.create(domain="example.com", profile_name="work"))
        assert await done(connections.delete(created.id)) is None
        requests = world.record()["requests"]
        assert [request["method"] for request in requests] == ["GET", "POST", "POST", "DELETE"]
        assert "kernel" in dict(requests[0]["headers"])["user-agent"].lower()


async def test_a_login_is_followed_over_it(make: Make) -> None:
    with World.of("instant") as world:
        connections = make(world).auth.connections
        assert (await done(connections.login_and_wait("ma_test", reconnect=False))).status == "AUTHENTICATED"


async def test_a_stream_that_breaks_off_is_taken_up(make: Make) -> None:
    with World.of("instant", faults=[{"on": "follow", "cut_after_events": 1}]) as world:
        connections = make(world).auth.connections
        await done(connections.login("ma_test"))
        events = [event async for event in each(await done(connections.follow("ma_test")))]
        assert events[-1].flow_status == "SUCCESS"


async def test_what_fails_is_sent_again(make: Make) -> None:
    # Not one that is cut: aiohttp sends again by itself then.
    with World(faults=[{"status": 503, "times": 2, "headers": {"retry-after-ms": "1"}}]) as world:
        response = await done(make(world).auth.connections.with_raw_response.retrieve("ma_login"))
        assert response.retries_taken == 2
        assert response.http_request.headers["x-stainless-retry-count"] == "2"


async def test_limits_are_the_clients(make: Make) -> None:
    with World(faults=[{"stall": "headers"}]) as world, pytest.raises(kernel_client.APITimeoutError):
        await done(make(world, timeout=0.2, max_retries=0).auth.connections.retrieve("ma_login"))


async def test_an_answer_as_one_of_httpxs(make: Make) -> None:
    with World() as world:
        client = make(world)
        response = await done(client.get("/auth/connections/ma_login", cast_to=httpx.Response))
        assert response.raise_for_status().json()["id"] == "ma_login"
        assert response.request.url == f"{client.base_url}auth/connections/ma_login"


@pytest.mark.parametrize("kind", ["httpx", "httpx, asyncio"])
async def test_respx_mocks_it(kind: str) -> None:
    kernel, http_client = KINDS[kind]
    with respx.mock(base_url="https://api.example") as mock:
        busy = httpx.Response(429, headers={"retry-after-ms": "1"})
        route = mock.post("/auth/connections/ma_1/submit")
        route.side_effect = [busy, httpx.ConnectError("refused"), httpx.Response(202, json={"accepted": True})]
        client = kernel(api_key="sk_test", base_url="https://api.example", http_client=http_client())
        answer = await done(client.auth.connections.submit("ma_1", field_values={"code": "1"}))
        assert answer.accepted
        assert [call.request.headers["x-stainless-retry-count"] for call in route.calls] == ["0", "1", "2"]
        assert route.calls.last.request.content == b'{"field_values":{"code":"1"}}'
        await done(client.close())
