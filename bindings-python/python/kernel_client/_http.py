"""A program's own HTTP client in place of the one built in: what it is called with, and what may come back."""

from __future__ import annotations

from contextlib import suppress
from inspect import isawaitable, iscoroutinefunction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
    from typing import Any

    from ._native import HTTPRequest

    _Parts = tuple[int, list[tuple[str, str]], object]

# What an answer says of how its body was packed: it is not any more.
_OF_THE_WIRE = {"content-encoding", "content-length", "transfer-encoding"}

_TIMEOUTS = {"TimeoutError", "TimeoutException", "Timeout"}
_UNSENT = {"ConnectError", "ConnectTimeout", "ConnectionRefusedError", "NewConnectionError", "gaierror"}


def adapt(client: Any, is_async: bool) -> Callable[[HTTPRequest], Any]:
    """Makes of what a program gave as `http_client` a function from a request to the parts of an answer."""
    is_httpx = callable(getattr(client, "build_request", None)) and callable(getattr(client, "send", None))
    send = client.send if is_httpx else client
    if not callable(send):
        raise _refused(client, is_async)
    is_coroutine = iscoroutinefunction(send) or iscoroutinefunction(type(send).__call__)
    if (is_coroutine and not is_async) or (is_httpx and not is_coroutine and is_async):
        raise _refused(client, is_async)
    if is_async:
        return _async_exchange(_httpx_async(client) if is_httpx else client)
    return _exchange(_httpx(client) if is_httpx else client)


def _refused(client: object, is_async: bool) -> TypeError:
    name = "httpx.AsyncClient" if is_async else "httpx.Client"
    way = "an async callable" if is_async else "a callable"
    return TypeError(
        f"Invalid `http_client` argument; Expected an instance of `{name}`, or {way} that takes a request, "
        f"but got {type(client)}"
    )


def _exchange(send: Callable[[HTTPRequest], Any]) -> Callable[[HTTPRequest], _Parts]:
    def exchange(request: HTTPRequest) -> _Parts:
        return _parts(send(request), is_async=False)

    return exchange


def _async_exchange(send: Callable[[HTTPRequest], Awaitable[Any]]) -> Callable[[HTTPRequest], Awaitable[_Parts]]:
    async def exchange(request: HTTPRequest) -> _Parts:
        response = send(request)
        return _parts(await response if isawaitable(response) else response, is_async=True)

    return exchange


def _parts(response: Any, *, is_async: bool) -> _Parts:
    """Status, headers and body; the body is bytes or an iterator over them."""
    headers = response.headers
    pairs = headers.multi_items() if hasattr(headers, "multi_items") else headers.items()
    body: Any = response.content
    if isinstance(body, (bytes, bytearray, memoryview)):
        body = (bytes(body),)  # pyright: ignore[reportUnknownArgumentType] - it is one of the three
    pieces: Iterator[bytes] | AsyncIterator[bytes]
    if not is_async:
        pieces = iter(body)
    elif hasattr(body, "__aiter__"):
        pieces = body.__aiter__()
    else:
        pieces = _each(body)
    kept = [(str(name), str(value)) for name, value in pairs if str(name).lower() not in _OF_THE_WIRE]
    return int(response.status_code), kept, pieces


async def _each(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def next_piece(body: Iterator[bytes]) -> bytes | None:
    """The next piece of a body; None at its end."""
    return next(body, None)


async def next_piece_async(body: AsyncIterator[bytes]) -> bytes | None:
    """The next piece of a body; None at its end."""
    return await anext(body, None)


def close_body(body: Any) -> None:
    """Lets go of a body that nobody reads to its end."""
    close = getattr(body, "close", None)
    if close is not None:
        # A piece that a thread is still waiting for keeps it open until it has come.
        with suppress(ValueError):
            close()
        return
    aclose = getattr(body, "aclose", None)
    if aclose is not None:
        from asyncio import get_running_loop

        # The loop keeps no task alive by itself.
        task = get_running_loop().create_task(_close_later(aclose))
        _closing.add(task)
        task.add_done_callback(_closing.discard)


_closing: set[Any] = set()


async def _close_later(aclose: Callable[[], Awaitable[None]]) -> None:
    from asyncio import sleep

    # A piece that was under way is just being cancelled.
    for _ in range(10):
        try:
            await aclose()
        except RuntimeError:  # noqa: PERF203 - it is to be tried again
            await sleep(0)
        else:
            return


def aside(work: Callable[[Any], Any], argument: Any, errand: Any) -> None:
    """Does something on a thread of its own: a login that is waited for sends and follows at the same time."""
    from contextvars import copy_context
    from threading import Thread

    def run() -> None:
        try:
            outcome = work(argument)
        except BaseException as error:  # noqa: BLE001 - it is passed on
            errand.failed(error)
        else:
            errand.done(outcome)

    Thread(target=copy_context().run, args=(run,), name="kernel-client-http", daemon=True).start()


def kind_of(error: BaseException) -> str:
    """What an exception of an HTTP client means for the call."""
    names = {base.__name__ for base in type(error).__mro__}
    kinds = [kind for kind, known in (("unsent", _UNSENT), ("timeout", _TIMEOUTS)) if names & known]
    return " ".join(kinds)


class _Answer:
    """The head of an answer of httpx, and its body as it comes."""

    def __init__(self, response: Any, content: object) -> None:
        self.status_code = response.status_code
        self.headers = response.headers
        self.content = content


def _request(client: Any, request: HTTPRequest) -> Any:
    return client.build_request(
        request.method,
        request.url,
        headers=request.headers.multi_items(),
        content=request.content,
        timeout=request.timeout,
    )


def _httpx(client: Any) -> Callable[[HTTPRequest], _Answer]:
    def send(request: HTTPRequest) -> _Answer:
        response = client.send(_request(client, request), stream=True, follow_redirects=False)

        def body() -> Iterator[bytes]:
            try:
                yield from response.iter_bytes()
            finally:
                response.close()

        return _Answer(response, body())

    return send


def _httpx_async(client: Any) -> Callable[[HTTPRequest], Awaitable[_Answer]]:
    async def send(request: HTTPRequest) -> _Answer:
        response = await client.send(_request(client, request), stream=True, follow_redirects=False)

        async def body() -> AsyncIterator[bytes]:
            try:
                async for piece in response.aiter_bytes():
                    yield piece
            finally:
                await response.aclose()

        return _Answer(response, body())

    return send


def close(client: Any) -> None:
    """Closes a program's HTTP client that can be closed."""
    if callable(getattr(client, "close", None)):
        client.close()


async def close_async(client: Any) -> None:
    """Closes a program's HTTP client that can be closed."""
    if callable(getattr(client, "aclose", None)):
        await client.aclose()
