"""Lists that come page by page: page objects, and iterating over items and pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from kernel_client import APIResponseValidationError, AsyncKernel, AsyncPage, AsyncPaginator, InternalServerError, Page
from kernel_client.testing import World

CONNECTIONS = [{"id": f"ma_{number}"} for number in range(5)]
IDS = [connection["id"] for connection in CONNECTIONS]


@pytest.fixture
def five(open_world: Callable[..., World]) -> World:
    """A world with five connections."""
    return open_world(connections=CONNECTIONS)


def offsets(world: World) -> list[str]:
    """What was asked for, in order."""
    return [request["query"] for request in world.record()["requests"]]


def test_a_page(five: World) -> None:
    page = five.client.auth.connections.list(limit=2)
    assert isinstance(page, Page)
    assert [item.id for item in page.items] == ["ma_0", "ma_1"]
    assert page.items is page.items
    assert (page.has_more, page.next_offset, page.has_next_page()) == (True, 2, True)
    info = page.next_page_info()
    assert info is not None
    assert info.params == {"offset": 2}
    second = page.get_next_page()
    assert [item.id for item in second.items] == ["ma_2", "ma_3"]
    last = second.get_next_page()
    assert (last.has_more, last.has_next_page(), last.next_page_info()) == (False, False, None)
    # Programs written for the API's own client may match on it.
    text = r"^No next page expected; please check `.has_next_page\(\)` before calling `.get_next_page\(\)`.$"
    with pytest.raises(RuntimeError, match=text):
        last.get_next_page()
    assert offsets(five) == ["limit=2", "limit=2&offset=2", "limit=2&offset=4"]


def test_a_page_is_asked_for_when_it_is_wanted(five: World) -> None:
    items = iter(five.client.auth.connections.list(limit=2))
    assert [next(items).id, next(items).id] == IDS[:2]
    assert offsets(five) == ["limit=2"]
    assert next(items).id == IDS[2]
    assert offsets(five) == ["limit=2", "limit=2&offset=2"]
    assert [item.id for item in items] == IDS[3:]
    assert list(items) == []


def test_pages_are_iterated_over(five: World) -> None:
    page = five.client.auth.connections.list(limit=2)
    assert [[item.id for item in part.items] for part in page.iter_pages()] == [IDS[:2], IDS[2:4], IDS[4:]]
    # From where one stands, and as often as one likes.
    later = page.get_next_page()
    assert [item.id for item in later] == [item.id for item in later] == IDS[2:]


def test_what_a_page_prints(five: World) -> None:
    page = five.client.auth.connections.list(limit=1)
    assert repr(page).startswith("Page(items=[ManagedAuth(id='ma_0', ")
    assert repr(page).endswith("], has_more=True, next_offset=1)")
    assert repr(page.next_page_info()) == "PageInfo(params={'offset': 1})"


def test_names_of_classes_take_parameters() -> None:
    assert Page[int] is not None
    assert AsyncPage[int] is not None
    assert AsyncPaginator[int] is not None


def test_iterating_goes_on_after_a_failure(open_world: Callable[..., World]) -> None:
    world = open_world(connections=CONNECTIONS, faults=[{"pass": True}, {"status": 500}])
    client = world.client.with_options(max_retries=0)
    items = iter(client.auth.connections.list(limit=2))
    assert [next(items).id, next(items).id] == IDS[:2]
    with pytest.raises(InternalServerError):
        next(items)
    assert [item.id for item in items] == IDS[2:]


def test_a_list_that_leads_nowhere(open_world: Callable[..., World]) -> None:
    world = open_world(connections=CONNECTIONS, faults=[{"headers": {"x-next-offset": None}}])
    page = world.client.auth.connections.list(limit=2)
    assert page.has_next_page()
    for ask in (page.next_page_info, page.get_next_page, lambda: list(page)):
        with pytest.raises(APIResponseValidationError, match="x-next-offset"):
            ask()


def test_a_raw_response_of_a_page(five: World) -> None:
    response = five.client.auth.connections.with_raw_response.list(limit=2)
    assert response.headers["x-next-offset"] == "2"
    assert [item.id for item in response.parse()] == IDS
    assert response.parse() is response.parse()


def test_asyncio_page(five: World) -> None:
    connections = five.async_client.auth.connections

    async def main() -> None:
        page = await connections.list(limit=2)
        assert isinstance(page, AsyncPage)
        assert [item.id async for item in page] == IDS
        assert [len(part.items) async for part in page.iter_pages()] == [2, 2, 1]
        last = await (await page.get_next_page()).get_next_page()
        with pytest.raises(RuntimeError, match="No next page expected"):
            last.get_next_page()  # type: ignore[unused-coroutine] # pyright: ignore
        response = await connections.with_raw_response.list(limit=3)
        assert [item.id async for item in await response.parse()] == IDS

    asyncio.run(main())


def test_asyncio_list_is_awaited_or_iterated_over(five: World) -> None:
    connections = five.async_client.auth.connections

    async def main() -> None:
        asked = connections.list(limit=4)
        assert isinstance(asked, AsyncPaginator)
        assert repr(asked) == "<AsyncPaginator AsyncConnectionsResource.list>"
        assert offsets(five) == []
        assert [item.id async for item in asked] == IDS
        first, second = await asked, await asked
        assert [item.id for item in first.items] == [item.id for item in second.items] == IDS[:4]

    asyncio.run(main())
    assert offsets(five) == ["limit=4", "limit=4&offset=4", "limit=4", "limit=4"]


def test_asyncio_iterating_goes_on_after_it_was_cancelled(open_world: Callable[..., World]) -> None:
    world = open_world(connections=CONNECTIONS, faults=[{"pass": True}, {"stall": "headers"}])
    client = AsyncKernel(api_key="sk_test", base_url=world.base_url)

    async def main() -> None:
        items = client.auth.connections.list(limit=2).__aiter__()
        assert [(await items.__anext__()).id, (await items.__anext__()).id] == IDS[:2]
        waiting = asyncio.ensure_future(items.__anext__())
        await asyncio.to_thread(world.record, wait_requests=2)
        with pytest.raises(RuntimeError, match="already"):
            items.__anext__()  # type: ignore[unused-coroutine] # pyright: ignore
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.to_thread(world.record, wait_aborted=1)
        assert [item.id async for item in items] == IDS[2:]

    asyncio.run(main())


def test_asyncio_empty_pages_are_passed_over(open_world: Callable[..., World]) -> None:
    empty: dict[str, Any] = {"body": [], "headers": {"x-has-more": "true"}}
    faults = [{**empty, "headers": {**empty["headers"], "x-next-offset": str(offset)}} for offset in (1, 2)]
    world = open_world(connections=CONNECTIONS, faults=[{"status": 200, **fault} for fault in faults])

    async def main() -> None:
        assert [item.id async for item in world.async_client.auth.connections.list(limit=2)] == IDS[2:]

    asyncio.run(main())
