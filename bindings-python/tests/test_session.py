"""Sessions: what a program without the API key can do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from kernel_client import APIStatusError, AsyncManagedAuthSession, ManagedAuthSession
from kernel_client.testing import World


@pytest.fixture
def world(open_world: Callable[..., World]) -> World:
    """A world whose login waits for somebody."""
    return open_world(connections={"ma_login": "password"})


@pytest.fixture
def code(world: World) -> str:
    """The hand-off code of a login that has begun."""
    code = world.client.auth.connections.login("ma_login").handoff_code
    assert code is not None
    return code


def test_a_session_needs_no_key(world: World, code: str) -> None:
    session = ManagedAuthSession.exchange("ma_login", code, base_url=world.base_url)
    assert isinstance(session, ManagedAuthSession)
    assert session.id == "ma_login"
    assert session.retrieve().id == "ma_login"
    headers = [dict(request["headers"]) for request in world.record()["requests"]]
    assert "authorization" not in headers[1]
    assert headers[2]["authorization"] not in {None, "Bearer sk_test"}
    assert headers[1]["x-stainless-async"] == "false"


def test_a_key_that_is_there_stays_at_home(world: World, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERNEL_API_KEY", "sk_test")
    monkeypatch.setenv("KERNEL_BASE_URL", world.base_url)
    assert ManagedAuthSession.exchange("ma_login", code).id == "ma_login"
    assert "authorization" not in dict(world.record()["requests"][1]["headers"])


def test_asyncio(world: World, code: str) -> None:
    async def main() -> None:
        session = await AsyncManagedAuthSession.exchange("ma_login", code, base_url=world.base_url, max_retries=0)
        assert isinstance(session, AsyncManagedAuthSession)
        assert repr(session) == 'AsyncManagedAuthSession(id="ma_login")'
        assert (await session.retrieve()).id == "ma_login"
        response = await session.with_raw_response.retrieve()
        assert response.status_code == 200
        async with await session.follow() as stream:
            async for event in stream:
                assert event.event == "managed_auth_state"
                break
        with pytest.raises(APIStatusError) as raised:
            await AsyncManagedAuthSession.exchange("ma_login", code, base_url=world.base_url)
        assert raised.value.status_code == 410

    asyncio.run(main())
    assert dict(world.record()["requests"][1]["headers"])["x-stainless-async"] == "async:asyncio"


def test_what_it_prints(world: World, code: str) -> None:
    session = world.client.auth.connections.exchange("ma_login", code)
    assert repr(session) == str(session) == 'ManagedAuthSession(id="ma_login")'


@pytest.mark.parametrize("session", [ManagedAuthSession, AsyncManagedAuthSession])
def test_arguments(session: Any) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'baseurl'"):
        session.exchange("ma_login", "code", baseurl="http://127.0.0.1:9")
    with pytest.raises(TypeError, match="`timeout` must be a number, a Timeout or None, not str"):
        session.exchange("ma_login", "code", timeout="long")
    with pytest.raises(TypeError, match="handoff_code"):
        session.exchange("ma_login")
    with pytest.raises(TypeError, match="`id` must be str, not int"):
        session.exchange(5, "code")
    assert not hasattr(session, "login")
