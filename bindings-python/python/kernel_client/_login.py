"""A login on asyncio: calls its handlers, and ends it at once when its task is cancelled."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from typing import Any

    from ._native import LoginFlow, ManagedAuth


async def finish(
    flow: LoginFlow, on_login: Callable[[Any], Any] | None, on_input: Callable[[Any], Any] | None
) -> ManagedAuth:
    """Waits for the end of a login. Handlers may be asynchronous; one that is asked for input can be called off."""
    import asyncio  # The blocking client has no need of it.

    coming: asyncio.Future[Any] | None = None
    answering: asyncio.Future[Any] | None = None
    asked = 0
    try:
        while True:
            coming = coming or asyncio.ensure_future(flow.next())
            await asyncio.wait([coming, answering] if answering else [coming], return_when=asyncio.FIRST_COMPLETED)
            if answering and answering.done():
                flow.answer(asked, answering.result())
                answering = None
            if not coming.done():
                continue
            step, number, value = coming.result()
            coming = None
            if step == "done":
                connection: ManagedAuth = value
                return connection
            if step == "started" and on_login:
                told = on_login(value)
                if hasattr(told, "__await__"):
                    await told
            elif step == "input" and on_input:
                asked, answer = number, on_input(value)
                if hasattr(answer, "__await__"):
                    answering = asyncio.ensure_future(answer)
                else:
                    flow.answer(asked, answer)
            elif step == "withdrawn" and answering:
                (outcome,) = await _call_off(answering)
                answering = None
                if isinstance(outcome, Exception):
                    raise outcome
    finally:
        flow.close()
        if under_way := [future for future in (coming, answering) if future]:
            await _call_off(*under_way)


async def _call_off(*tasks: asyncio.Future[Any]) -> list[Any]:
    """Cancels what is not wanted any more, and gives what became of it."""
    import asyncio

    for task in tasks:
        task.cancel()
    return await asyncio.gather(*tasks, return_exceptions=True)
