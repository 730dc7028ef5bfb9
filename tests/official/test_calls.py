"""`kernel` from PyPI against the simulator: each operation but the flow of a login."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from sdk import Sdk, done, each, ids
from world import World

pytestmark = pytest.mark.anyio

PARAMETERS = {
    "domain": "shop.example.com",
    "profile_name": "alice",
    "login_url": "https://shop.example.com/login",
    "allowed_domains": ["id.example.com"],
    "credential": {"provider": "vault", "path": "shop/alice"},
    "health_check_interval": 600,
    "health_checks": True,
    "auto_reauth": False,
    "save_credentials": False,
    "record_session": True,
    "browser": {"region": "eu-west", "stealth": False, "proxy": {"id": "proxy_1"}},
}
FIVE = [{"id": f"ma_{name}", "profile_name": name, "domain": f"{name}.example"} for name in "abcde"]
IDS = [connection["id"] for connection in FIVE]


async def test_create_gives_back_what_was_sent(sdk: Sdk) -> None:
    with World(connections=[]) as world:
        kernel = sdk(world).auth.connections
        made = await done(kernel.create(**PARAMETERS))
        shown = made.to_dict()
        assert {name: shown[name] for name in PARAMETERS} == PARAMETERS
        assert made.status == "NEEDS_AUTH"
        assert made.flow_status is None
        assert await done(kernel.retrieve(made.id)) == made


async def test_list_goes_through_all_pages(sdk: Sdk) -> None:
    with World(connections=FIVE) as world:
        kernel = sdk(world).auth.connections
        assert await ids(kernel.list(limit=2)) == IDS
        queries = [request["query"] for request in world.record()["requests"]]
        assert queries == ["limit=2", "limit=2&offset=2", "limit=2&offset=4"]


async def test_list_page_by_page(sdk: Sdk) -> None:
    with World(connections=FIVE) as world:
        kernel = sdk(world).auth.connections
        first = await done(kernel.list(limit=3))
        assert [item.id for item in first.items] == IDS[:3]
        assert (first.has_more, first.next_offset, first.has_next_page()) == (True, 3, True)
        last = await done(first.get_next_page())
        assert [item.id for item in last.items] == IDS[3:]
        assert (last.has_more, last.has_next_page()) == (False, False)


async def test_list_filters_and_searches(sdk: Sdk) -> None:
    with World(connections=FIVE) as world:
        kernel = sdk(world).auth.connections
        assert await ids(kernel.list(domain="b.example")) == ["ma_b"]
        assert await ids(kernel.list(profile_name="c")) == ["ma_c"]
        assert await ids(kernel.list(domain="b.example", profile_name="c")) == []
        assert await ids(kernel.list(query="MA_D")) == ["ma_d"]
        assert await ids(kernel.list(offset=4)) == ["ma_e"]


async def test_update_changes_what_is_given(sdk: Sdk) -> None:
    with World(connections=[]) as world:
        kernel = sdk(world).auth.connections
        made = (await done(kernel.create(**PARAMETERS))).to_dict()
        updated = await done(kernel.update(made["id"], login_url="", record_session=False, browser={"stealth": True}))
        del made["login_url"]
        made["record_session"] = False
        made["browser"]["stealth"] = True
        assert updated.to_dict() == made
        assert await done(kernel.retrieve(made["id"])) == updated


async def test_login_says_where_to_go_and_until_when(sdk: Sdk) -> None:
    now = datetime(2026, 8, 1, 10, tzinfo=UTC)
    with World.of("password", now=now.isoformat().replace("+00:00", "Z"), frozen=True) as world:
        kernel = sdk(world).auth.connections
        login = await done(kernel.login("ma_test", record_session=True, skill_mode="disabled"))
        assert (login.id, login.flow_type) == ("ma_test", "LOGIN")
        assert login.flow_expires_at == now + timedelta(minutes=20)
        assert parse_qs(urlsplit(login.hosted_url).query)["code"] == [login.handoff_code]
        state = await done(kernel.retrieve("ma_test"))
        assert state.flow_status == "IN_PROGRESS"
        assert state.hosted_url == login.hosted_url
        assert state.flow_expires_at == login.flow_expires_at


async def test_login_is_a_reauth_where_credentials_are_stored(sdk: Sdk) -> None:
    with World.of("reauth", {"status": "AUTHENTICATED", "session_ms": 0}) as world:
        assert (await done(sdk(world).auth.connections.login("ma_test"))).flow_type == "REAUTH"


async def test_timeline_by_type_and_page(sdk: Sdk) -> None:
    with World.of("instant") as world:
        kernel = sdk(world).auth.connections
        await done(kernel.login("ma_test"))
        world.make("ma_test", "health_check")
        await done(kernel.login("ma_test"))
        for limit in (20, 1):
            found = [entry.type async for entry in each(kernel.timeline("ma_test", limit=limit))]
            assert found == ["login", "health_check", "login"]
        (check,) = [entry async for entry in each(kernel.timeline("ma_test", type="health_check"))]
        assert (check.type, check.status) == ("health_check", "AUTHENTICATED")
        login = (await done(kernel.timeline("ma_test", type="login"))).items[0]
        assert (login.status, login.step) == ("SUCCESS", "COMPLETED")
        assert [entry async for entry in each(kernel.timeline("ma_test", type="reauth"))] == []


async def test_delete(sdk: Sdk) -> None:
    with World.of("password") as world:
        kernel = sdk(world).auth.connections
        assert await done(kernel.delete("ma_test")) is None
        assert await ids(kernel.list()) == []


async def test_delete_cancels_a_login_that_somebody_follows(sdk: Sdk) -> None:
    with World.of("endless") as world:
        kernel = sdk(world).auth.connections
        await done(kernel.login("ma_test"))
        statuses = []
        async for state in each(await done(kernel.follow("ma_test"))):
            statuses.append(state.flow_status)
            if len(statuses) == 1:
                await done(kernel.delete("ma_test"))
        assert statuses == ["IN_PROGRESS", "CANCELED"]
