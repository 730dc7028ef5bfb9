"""The official SDK's two clients as one, so that each test is written once."""

import inspect
from collections.abc import AsyncIterator
from typing import Any, Protocol

from world import World


class Sdk(Protocol):
    """Makes a client in a world."""

    def __call__(self, world: World, api_key: str = "sk_test", **options: Any) -> Any: ...


async def done(outcome: Any) -> Any:
    """The outcome of a call."""
    return await outcome if inspect.isawaitable(outcome) else outcome


async def each(items: Any) -> AsyncIterator[Any]:
    """The items of a list or a stream."""
    if hasattr(items, "__aiter__"):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


async def ids(items: Any) -> list[str]:
    """The ids of the connections in a list."""
    return [item.id async for item in each(items)]
