"""A program's own HTTP client in place of the one built in: what it is called with, and what may come back."""

from __future__ import annotations

from contextlib import suppress
from contextvars import ContextVar, Token
from inspect import isawaitable, iscoroutine, iscoroutinefunction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
    from typing import Any

    from ._native import HTTPRequest

    _Parts = tuple[int, list[tuple[str, str]], object]

_TIMEOUTS = {"TimeoutError", "TimeoutException", "Timeout"}
_UNSENT = {"ConnectError", "ConnectTimeout", "ConnectionRefusedError", "NewConnectionError", "gaierror"}

# How many requests may be made on the way of one: an HTTP client may use the package itself.
_DEEPEST = 32
_DEPTH: ContextVar[int] = ContextVar("kernel_client_depth", default=0)


def _go_deeper() -> Token[int]:
    """Refuses what would go on for ever. Threads and tasks that are started on the way know how deep they are."""
    depth = _DEPTH.get()
    if depth == _DEEPEST:
        raise RecursionError("an `http_client` that makes calls must not make them with the client that it is for")
    return _DEPTH.set(depth + 1)


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
        before = _go_deeper()
        try:
            return _parts(send(request), is_async=False)
        finally:
            _DEPTH.reset(before)

    return exchange


def _async_exchange(send: Callable[[HTTPRequest], Awaitable[Any]]) -> Callable[[HTTPRequest], Awaitable[_Parts]]:
    async def exchange(request: HTTPRequest) -> _Parts:
        # A task of its own, so that there is nothing to be put back.
        _go_deeper()
        response = send(request)
        return _parts(await response if isawaitable(response) else response, is_async=True)

    return exchange


class NoAnswerError(TypeError):
    """What a program's HTTP client gave is no answer, and would be none the next time."""


def _parts(response: Any, *, is_async: bool) -> _Parts:
    """Status, headers and body; the body is an iterator over bytes."""
    try:
        status, headers, body = int(response.status_code), response.headers, response.content
        pairs = headers.multi_items() if hasattr(headers, "multi_items") else headers.items()
        return status, [(str(name), str(value)) for name, value in pairs], _pieces(body, is_async)
    except (AttributeError, TypeError, ValueError) as error:
        if iscoroutine(response):
            response.close()
        raise NoAnswerError(
            "`http_client` must give an answer with `status_code`, `headers` and `content`, "
            f"which is bytes or an iterator over bytes; it gave {type(response).__name__}"
        ) from error


def _pieces(body: Any, is_async: bool) -> Iterator[bytes] | AsyncIterator[bytes]:
    if isinstance(body, (bytes, bytearray, memoryview)):
        body = (bytes(body),)  # pyright: ignore[reportUnknownArgumentType] - it is one of the three
    if not is_async:
        pieces: Iterator[bytes] = iter(body)
        return pieces
    if hasattr(body, "__aiter__"):
        later: AsyncIterator[bytes] = body.__aiter__()
        return later
    return _each(body)


async def _each(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def next_piece(body: Iterator[bytes]) -> bytes | None:
    """The next piece of a body; None at its end."""
    return _checked(next(body, None))


async def next_piece_async(body: AsyncIterator[bytes]) -> bytes | None:
    """The next piece of a body; None at its end."""
    return _checked(await anext(body, None))


def _checked(piece: object) -> bytes | None:
    if piece is None or isinstance(piece, bytes):
        return piece
    if isinstance(piece, (bytearray, memoryview)):
        return bytes(piece)  # pyright: ignore[reportUnknownArgumentType] - it is one of the two
    raise NoAnswerError(f"`http_client` must give bodies of bytes, not of {type(piece).__name__}")


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
        with suppress(RuntimeError):  # there is no loop any more
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
    """What a thread does that was started for it; see `desk.rs`."""
    try:
        outcome = work(argument)
    except BaseException as error:  # noqa: BLE001 - it is passed on
        errand.failed(error)
    else:
        errand.done(outcome)


def _is_endless(error: BaseException | None) -> bool:
    """Whether calls within calls came to an end at last: each of them would only begin that again."""
    while error and not isinstance(error, RecursionError):
        error = error.__cause__
    return error is not None


def kind_of(error: BaseException) -> str:
    """What an exception of an HTTP client means for the call."""
    if isinstance(error, NoAnswerError) or _is_endless(error):
        return "nonsense"
    names = {base.__name__ for base in type(error).__mro__}
    kinds = [kind for kind, known in (("unsent", _UNSENT), ("timeout", _TIMEOUTS)) if names & known]
    return " ".join(kinds)


class _Answer:
    """The head of an answer of httpx, and its body as it comes."""

    def __init__(self, response: Any, content: object) -> None:
        self.status_code = response.status_code
        self.headers = response.headers
        self.content = content


class _Body:
    """The body of an answer of httpx, which goes back to it when it is let go of."""

    def __init__(self, response: Any) -> None:
        self._response = response
        self._pieces = response.iter_bytes()

    def __iter__(self) -> _Body:
        return self

    def __next__(self) -> bytes:
        piece: bytes = next(self._pieces)
        return piece

    def close(self) -> None:
        self._response.close()

    __del__ = close


class _AsyncBody:
    """The body of an answer of httpx, which goes back to it when it is closed."""

    def __init__(self, response: Any) -> None:
        self._response = response
        self._pieces = response.aiter_bytes()

    def __aiter__(self) -> _AsyncBody:
        return self

    async def __anext__(self) -> bytes:
        piece: bytes = await self._pieces.__anext__()
        return piece

    async def aclose(self) -> None:
        await self._response.aclose()


def _request(client: Any, request: HTTPRequest) -> Any:
    return client.build_request(
        request.method,
        request.url,
        headers=request.headers.multi_items(),
        content=request.content,
        timeout=request.timeout,
    )


def _from_now_on(sent: Any, request: HTTPRequest) -> None:
    """The head has come: a body that is read as it comes may be silent for longer than that was to take."""
    if request.stream and "timeout" in sent.extensions:
        sent.extensions["timeout"]["read"] = request.idle_timeout


def _httpx(client: Any) -> Callable[[HTTPRequest], _Answer]:
    def send(request: HTTPRequest) -> _Answer:
        sent = _request(client, request)
        response = client.send(sent, stream=True, follow_redirects=False)
        _from_now_on(sent, request)
        return _Answer(response, _Body(response))

    return send


def _httpx_async(client: Any) -> Callable[[HTTPRequest], Awaitable[_Answer]]:
    async def send(request: HTTPRequest) -> _Answer:
        sent = _request(client, request)
        response = await client.send(sent, stream=True, follow_redirects=False)
        _from_now_on(sent, request)
        return _Answer(response, _AsyncBody(response))

    return send


def close(client: Any) -> None:
    """Closes a program's HTTP client that can be closed."""
    if callable(getattr(client, "close", None)):
        client.close()


async def close_async(client: Any) -> None:
    """Closes a program's HTTP client that can be closed."""
    if callable(getattr(client, "aclose", None)):
        await client.aclose()
