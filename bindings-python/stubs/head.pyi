# What no description of the API can give: clients, responses, pages, streams, sentinels. The models, and six classes
# for each resource (`XResource`, `AsyncXResource`, and both twice more with `WithRawResponse` and
# `WithStreamingResponse`), follow below.

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from datetime import datetime, timedelta
from os import PathLike
from types import GenericAlias
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeAlias, TypeVar, final, overload

from typing_extensions import Self

from ._request_options import RequestOptions
from ._timeout import Timeout

# from .types.auth import ...

_T = TypeVar("_T")
_To = TypeVar("_To")
_Absent: TypeAlias = Omit | NotGiven
_Headers: TypeAlias = Mapping[str, str | Omit | None]
_Query: TypeAlias = Mapping[str, object]
_Body: TypeAlias = Mapping[str, object]
_Seconds: TypeAlias = float | _Absent | None
_Timeout: TypeAlias = float | Timeout | _Limits | _Absent | None

class _Limits(Protocol):
    # `httpx.Timeout`, and what else looks like it.
    @property
    def connect(self) -> float | None: ...
    @property
    def read(self) -> float | None: ...
    @property
    def write(self) -> float | None: ...
    @property
    def pool(self) -> float | None: ...

class _HTTPAnswer(Protocol):
    # What an HTTP client of a program's own gives: `HTTPResponse`, `httpx.Response`, and what else looks like it.
    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Any: ...
    @property
    def content(self) -> Any: ...

class _HttpxClient(Protocol):
    # `httpx.Client`, and what else looks like it.
    def build_request(self, method: str, url: Any, /) -> Any: ...
    def send(self, request: Any, /) -> Any: ...

class _AsyncHttpxClient(Protocol):
    # `httpx.AsyncClient`, and what else looks like it.
    def build_request(self, method: str, url: Any, /) -> Any: ...
    async def send(self, request: Any, /) -> Any: ...

_HTTPClient: TypeAlias = Callable[[HTTPRequest], _HTTPAnswer] | _HttpxClient
_AsyncHTTPClient: TypeAlias = Callable[[HTTPRequest], Awaitable[_HTTPAnswer]] | _AsyncHttpxClient

class _Url(Protocol):
    # `httpx.URL`, and what else looks like it.
    @property
    def scheme(self) -> str: ...
    @property
    def host(self) -> str | None: ...

__version__: str
DEFAULT_MAX_RETRIES: int
DEFAULT_TIMEOUT: Timeout
ENVIRONMENTS: dict[str, str]

@final
class Omit:
    """Leaves an argument out; as the value of a header, removes that header."""

    def __new__(cls) -> Omit: ...
    def __bool__(self) -> Literal[False]: ...

@final
class NotGiven:
    """Leaves an argument out, where None would mean something."""

    def __new__(cls) -> NotGiven: ...
    def __bool__(self) -> Literal[False]: ...

omit: Omit
not_given: NotGiven

def hosted_login_url(
    url: str, *, success_url: str | _Absent | None = ..., error_url: str | _Absent | None = ...
) -> str:
    """The URL of the hosted page, with where to send the person afterwards.

    Give it to the person from a backend that is trusted: whoever can change it can send the person elsewhere.

    Args:
        url: The `hosted_url` of a login.
        success_url: Where the person goes once signed in. Any scheme will do, an app's own too.
        error_url: Where the person goes otherwise.

    Raises:
        InvalidArgumentError: One of them is no URL.
    """

@final
class Headers(Mapping[str, str]):
    """The headers of an answer, by name whatever its case.

    A header that came several times reads as one value, joined with commas; `get_list` and `multi_items` keep them
    apart.
    """

    def __new__(cls, pairs: Sequence[tuple[str, str]]) -> Headers: ...
    def __getitem__(self, key: str, /) -> str: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...
    @overload
    def get(self, key: str, default: None = None, /) -> str | None: ...
    @overload
    def get(self, key: str, default: str, /) -> str: ...
    @overload
    def get(self, key: str, default: _T, /) -> str | _T: ...
    def get_list(self, name: str) -> list[str]:
        """Every value that came under a name."""

    def multi_items(self) -> list[tuple[str, str]]:
        """Every header as it came, repeated names included."""

@final
class HTTPRequest:
    """A request as it is sent."""

    def __new__(
        cls,
        method: str,
        url: str,
        headers: Headers | Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        content: bytes | None = None,
        timeout: float | None = None,
        stream: bool = False,
        idle_timeout: float | None = None,
    ) -> HTTPRequest: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def url(self) -> str:
        """The address, query included."""

    @property
    def headers(self) -> Headers:
        """The headers. They hold the API key."""

    @property
    def content(self) -> bytes:
        """The body. It may hold secrets."""

    @property
    def timeout(self) -> float | None:
        """Seconds that are left for it, unless `stream` the body of its answer included. None for no limit."""

    @property
    def stream(self) -> bool:
        """Whether the body of its answer is read as it comes."""

    @property
    def idle_timeout(self) -> float | None:
        """Seconds that such a body may be silent. None for no limit."""

@final
class HTTPResponse:
    """An answer as it came."""

    def __new__(
        cls,
        status_code: int,
        headers: Headers | Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        content: bytes | None = None,
    ) -> HTTPResponse: ...
    @property
    def status_code(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Headers:
        """The headers."""

    @property
    def content(self) -> bytes:
        """The body, decompressed."""

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is read: the body is whole, or closed."""

    def close(self) -> None:
        """Closes the connection if the body is still being read."""

    def aclose(self) -> Coroutine[Any, Any, None]:
        """The same as `close`, for a client for asyncio."""

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 becomes U+FFFD."""

    def json(self) -> Any:
        """The body parsed as JSON. Raises ValueError when it is not."""

@final
class APIResponse(Generic[_T]):
    """An answer with what came with it."""

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    @property
    def status_code(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Headers:
        """The headers."""

    @property
    def http_response(self) -> HTTPResponse:
        """The answer as it came, as far as it has been read."""

    @property
    def http_request(self) -> HTTPRequest:
        """The request as it was sent last."""

    @property
    def url(self) -> str:
        """The address, query included."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def content(self) -> bytes:
        """The body, decompressed; empty while it has not been read."""

    @property
    def request_id(self) -> str | None:
        """The id the API gave the request; support asks for it."""

    @property
    def retries_taken(self) -> int:
        """How often the request was sent again."""

    @property
    def elapsed(self) -> timedelta:
        """From the start of the call to its answer, waiting between attempts included."""

    @property
    def is_closed(self) -> bool:
        """Whether there is nothing more to read from the connection."""

    @overload
    def parse(self, *, to: None = None) -> _T:
        """The answer as what it is: a model, a page, a stream; the same object each time. Or the body as a `to`, which
        is what `cast_to` is to `get`.
        """

    @overload
    def parse(self, *, to: type[_To]) -> _To: ...
    def read(self) -> bytes:
        """The body, read to its end. Raises StreamAlreadyConsumed when a part of it was gone over before."""

    def text(self) -> str:
        """The body as text; what is not UTF-8 becomes U+FFFD."""

    def json(self) -> Any:
        """The body parsed as JSON."""

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body as it comes, in pieces of `chunk_size` bytes where that is given. It can be gone over once."""

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """The body as text as it comes, in pieces of `chunk_size` characters where that is given. It can be gone over
        once.
        """

    def iter_lines(self) -> Iterator[str]:
        """The lines of the body as they come, without their ends. It can be gone over once."""

    def stream_to_file(self, file: str | PathLike[str]) -> None:
        """Writes the body to a file as it comes."""

    def close(self) -> None:
        """Closes the connection, whatever of the body has not been read."""

@final
class AsyncAPIResponse(Generic[_T]):
    """An answer with what came with it; `parse`, `read`, `text` and `json` are awaited."""

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    @property
    def status_code(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Headers:
        """The headers."""

    @property
    def http_response(self) -> HTTPResponse:
        """The answer as it came, as far as it has been read."""

    @property
    def http_request(self) -> HTTPRequest:
        """The request as it was sent last."""

    @property
    def url(self) -> str:
        """The address, query included."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def content(self) -> bytes:
        """The body, decompressed; empty while it has not been read."""

    @property
    def request_id(self) -> str | None:
        """The id the API gave the request; support asks for it."""

    @property
    def retries_taken(self) -> int:
        """How often the request was sent again."""

    @property
    def elapsed(self) -> timedelta:
        """From the start of the call to its answer, waiting between attempts included."""

    @property
    def is_closed(self) -> bool:
        """Whether there is nothing more to read from the connection."""

    @overload
    def parse(self, *, to: None = None) -> Coroutine[Any, Any, _T]:
        """The answer as what it is: a model, a page, a stream; the same object each time. Or the body as a `to`, which
        is what `cast_to` is to `get`.
        """

    @overload
    def parse(self, *, to: type[_To]) -> Coroutine[Any, Any, _To]: ...
    def read(self) -> Coroutine[Any, Any, bytes]:
        """The body, read to its end. Raises StreamAlreadyConsumed when a part of it was gone over before."""

    def text(self) -> Coroutine[Any, Any, str]:
        """The body as text; what is not UTF-8 becomes U+FFFD."""

    def json(self) -> Coroutine[Any, Any, Any]:
        """The body parsed as JSON."""

    def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """The body as it comes, in pieces of `chunk_size` bytes where that is given. It can be gone over once."""

    def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """The body as text as it comes, in pieces of `chunk_size` characters where that is given. It can be gone over
        once.
        """

    def iter_lines(self) -> AsyncIterator[str]:
        """The lines of the body as they come, without their ends. It can be gone over once."""

    def stream_to_file(self, file: str | PathLike[str]) -> Coroutine[Any, Any, None]:
        """Writes the body to a file as it comes."""

    def close(self) -> Coroutine[Any, Any, None]:
        """Closes the connection, whatever of the body has not been read."""

@final
class ResponseContextManager(Generic[_T]):
    """A call whose answer is read inside of `with`, which sends it; leaving closes the connection."""

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    def __enter__(self) -> APIResponse[_T]: ...
    def __exit__(self, *_exception: object) -> None: ...

@final
class AsyncResponseContextManager(Generic[_T]):
    """A call whose answer is read inside of `async with`, which sends it; leaving closes the connection."""

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    def __aenter__(self) -> Coroutine[Any, Any, AsyncAPIResponse[_T]]: ...
    def __aexit__(self, *_exception: object) -> Coroutine[Any, Any, None]: ...

@final
class PageInfo:
    """Where a page ends and the next begins."""

    @property
    def params(self) -> dict[str, Any]:
        """The query parameters that change."""

@final
class Page(Generic[_T]):
    """A part of a list. Iterating over it goes on to the parts that follow, each asked for when it is wanted."""

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    @property
    def items(self) -> list[_T]:
        """What this page has; it may be nothing though more follows."""

    @property
    def has_more(self) -> bool | None:
        """Whether more follows, as the API says it."""

    @property
    def next_offset(self) -> int | None:
        """Where the next page begins, as the API says it; 0 when there is none."""

    def has_next_page(self) -> bool:
        """Whether there is a next page to ask for."""

    def next_page_info(self) -> PageInfo | None:
        """What is different about the request for the next page; None after the last."""

    def get_next_page(self) -> Page[_T]:
        """The next page. Raises RuntimeError when there is none."""

    def iter_pages(self) -> PageIterator[Page[_T]]:
        """This page and all that follow, each asked for when it is wanted."""

    def __iter__(self) -> PageIterator[_T]: ...

@final
class PageIterator(Iterator[_T]):
    """Goes over items or pages, asking for each page when it is wanted."""

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    def __iter__(self) -> PageIterator[_T]: ...
    def __next__(self) -> _T: ...

@final
class AsyncPage(Generic[_T]):
    """A part of a list. Iterating over it goes on to the parts that follow, each asked for when it is wanted."""

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    @property
    def items(self) -> list[_T]:
        """What this page has; it may be nothing though more follows."""

    @property
    def has_more(self) -> bool | None:
        """Whether more follows, as the API says it."""

    @property
    def next_offset(self) -> int | None:
        """Where the next page begins, as the API says it; 0 when there is none."""

    def has_next_page(self) -> bool:
        """Whether there is a next page to ask for."""

    def next_page_info(self) -> PageInfo | None:
        """What is different about the request for the next page; None after the last."""

    def get_next_page(self) -> Coroutine[Any, Any, AsyncPage[_T]]:
        """The next page. Raises RuntimeError when there is none."""

    def iter_pages(self) -> AsyncPageIterator[AsyncPage[_T]]:
        """This page and all that follow, each asked for when it is wanted."""

    def __aiter__(self) -> AsyncPageIterator[_T]: ...

@final
class AsyncPageIterator(AsyncIterator[_T]):
    """Goes over items or pages, asking for each page when it is wanted."""

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    def __aiter__(self) -> AsyncPageIterator[_T]: ...
    def __anext__(self) -> Coroutine[Any, Any, _T]: ...

@final
class AsyncPaginator(Generic[_T]):
    """A list that has been asked for: awaiting it gives its first page, iterating over it gives all items."""

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    def __await__(self) -> Generator[Any, Any, AsyncPage[_T]]: ...
    def __aiter__(self) -> AsyncPageIterator[_T]: ...

@final
class Stream(Iterator[_T]):
    """The events of a flow as they come. It ends after the event that ends the flow.

    Leaving `with`, `close()` and losing the last reference close the connection.
    """

    @property
    def response(self) -> HTTPResponse:
        """The answer that it came with; its body is what is iterated over."""

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    def __iter__(self) -> Stream[_T]: ...
    def __next__(self) -> _T: ...
    def close(self) -> None:
        """Closes the connection. There are no further events."""

    def __enter__(self) -> Stream[_T]: ...
    def __exit__(self, *_exception: object) -> None: ...

@final
class AsyncStream(AsyncIterator[_T]):
    """The events of a flow as they come. It ends after the event that ends the flow.

    Leaving `async with`, `close()` and losing the last reference close the connection, and so does cancelling a task
    that waits for an event.
    """

    @property
    def response(self) -> HTTPResponse:
        """The answer that it came with; its body is what is iterated over."""

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    def __aiter__(self) -> AsyncStream[_T]: ...
    def __anext__(self) -> Coroutine[Any, Any, _T]: ...
    def close(self) -> Coroutine[Any, Any, None]:
        """Closes the connection. There are no further events."""

    def __aenter__(self) -> Coroutine[Any, Any, AsyncStream[_T]]: ...
    def __aexit__(self, *_exception: object) -> Coroutine[Any, Any, None]: ...

@final
class UnknownEvent:
    """An event that this version does not know. Its fields are attributes."""

    @property
    def event(self) -> Any:
        """What kind of event it is; None when it does not say."""

    def __getattribute__(self, name: str, /) -> Any: ...
    def to_dict(self) -> Any:
        """The event as it came: a dict, or whatever JSON it is."""

    def to_json(self) -> str:
        """The event as JSON text."""

    @staticmethod
    def from_json(text: str) -> UnknownEvent:
        """Reads what `to_json` wrote."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class LoginFlow:
    """A login, for the coroutine that calls its handlers."""

    def next(self) -> Coroutine[Any, Any, tuple[str, int, Any]]:
        """What comes next: what it is, its number, and what goes with it."""

    def answer(self, number: int, answer: InputAnswer | None) -> None:
        """Submits the answer to the input of this number."""

    def close(self) -> None:
        """Ends it at once."""

class Kernel:
    """A client of the Kernel API whose calls block until the answer is there.

    Options that are left out come from the environment (`KERNEL_API_KEY`, `KERNEL_BASE_URL`) or have defaults. One
    client serves any number of threads.
    """

    def __init__(
        self,
        *,
        api_key: str | _Absent | None = ...,
        project_id: str | _Absent | None = ...,
        project: str | _Absent | None = ...,
        environment: Literal["production", "development"] | _Absent | None = ...,
        base_url: str | _Url | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Seconds = ...,
        idle_timeout: _Seconds = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
        http_client: _HTTPClient | _Absent | None = ...,
        propagate: Callable[[dict[str, str]], object] | _Absent | None = ...,
        _strict_response_validation: bool = ...,
    ) -> None:
        """Makes a client; nothing is sent.

        Args:
            api_key: The API key. Environment: `KERNEL_API_KEY`.
            project_id: The project by id, sent as `X-Kernel-Project-Id`.
            project: The project by name, sent as `X-Kernel-Project`.
            environment: Which API to talk to. Not together with a base URL.
            base_url: Where the API is. Environment: `KERNEL_BASE_URL`; None ignores it.
            timeout: Seconds for one attempt: connecting, headers and body; or a `Timeout`, ours or httpx's. Default 60,
                5 of them for connecting; None for no limit.
            max_retries: How often a failed request is sent again. Default 2.
            default_headers: Headers of every request; None or `omit` removes one the client would send.
            default_query: Query parameters of every request.
            root_certificates: Certificates to trust beside the platform's, as PEM texts.
            proxy: The URL of a proxy; None goes without one, whatever the environment says.
            connect_timeout: Seconds for connecting, whatever `timeout` says of it. Default 5.
            total_timeout: Seconds for a whole call with all its attempts. No limit by default.
            idle_timeout: Seconds that a stream may be silent. Default 60; None for no limit.
            max_response_bytes: The largest body of an answer, decompressed. Default 64 MiB.
            max_event_bytes: The largest event of a stream. Default 16 MiB.
            log_level: What is logged: to the logger `kernel_client`, or to standard error where `logging` is not used.
                Environment: `KERNEL_LOG`; default `warn`.
            http_client: An HTTP client of your own in place of the one built in: an `httpx.Client`, or a callable
                that takes an `HTTPRequest` and gives an answer with `status_code`, `headers` and `content`. Retries,
                time limits, errors and decoding stay this client's. How it connects (`proxy`, `root_certificates`,
                `connect_timeout`) is its own business. It is closed with this client.
            propagate: Is called for each call with a dict, to which it adds headers: those of a trace, for example
                (`opentelemetry.propagate.inject`).
            _strict_response_validation: Answers are always checked; programs written for the API's own client may say
                so.

        Raises:
            ConfigurationError: An option breaks a rule, or there is no API key.
        """

    def with_options(
        self,
        *,
        api_key: str | _Absent | None = ...,
        project_id: str | _Absent | None = ...,
        project: str | _Absent | None = ...,
        environment: Literal["production", "development"] | _Absent | None = ...,
        base_url: str | _Url | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Seconds = ...,
        idle_timeout: _Seconds = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
        set_default_headers: _Headers | _Absent | None = ...,
        set_default_query: _Query | _Absent | None = ...,
        http_client: _HTTPClient | _Absent | None = ...,
        propagate: Callable[[dict[str, str]], object] | _Absent | None = ...,
    ) -> Self:
        """A copy with other options. It shares the connections unless the options change how they are made.

        Takes what the constructor takes. `default_headers` and `default_query` are laid over those of this client,
        `set_default_headers` and `set_default_query` replace them.
        """

    def copy(
        self,
        *,
        api_key: str | _Absent | None = ...,
        project_id: str | _Absent | None = ...,
        project: str | _Absent | None = ...,
        environment: Literal["production", "development"] | _Absent | None = ...,
        base_url: str | _Url | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Seconds = ...,
        idle_timeout: _Seconds = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
        set_default_headers: _Headers | _Absent | None = ...,
        set_default_query: _Query | _Absent | None = ...,
        http_client: _HTTPClient | _Absent | None = ...,
        propagate: Callable[[dict[str, str]], object] | _Absent | None = ...,
    ) -> Self:
        """The same as `with_options`."""

    @property
    def auth(self) -> AuthResource:
        """Managed auth: browser profiles that stay signed in."""

    @property
    def with_raw_response(self) -> KernelWithRawResponse:
        """The same calls, giving the answer with what came with it: status, headers, request id."""

    @property
    def with_streaming_response(self) -> KernelWithStreamingResponse:
        """The same calls, to be made by `with`: the answer's body is read inside, as its caller likes."""

    @property
    def api_key(self) -> str:
        """The API key. Another one is used from the next request on."""

    @api_key.setter
    def api_key(self, value: str) -> None: ...
    @property
    def base_url(self) -> str:
        """Where the API is, with a slash at its end."""

    @base_url.setter
    def base_url(self, value: str | _Url) -> None: ...
    @property
    def project_id(self) -> str | None:
        """The project by id."""

    @project_id.setter
    def project_id(self, value: str | None) -> None: ...
    @property
    def project(self) -> str | None:
        """The project by name."""

    @project.setter
    def project(self, value: str | None) -> None: ...
    @property
    def timeout(self) -> float | Timeout | None:
        """The limit of one attempt as it was given: seconds, a `Timeout`, or None when there is none."""

    @timeout.setter
    def timeout(self, value: float | Timeout | _Limits | None) -> None: ...
    @property
    def max_retries(self) -> int:
        """How often a failed request is sent again."""

    @max_retries.setter
    def max_retries(self, value: int) -> None: ...
    @property
    def default_headers(self) -> Headers:
        """The headers of every request: the client's own, and those it was given over them."""

    @property
    def default_query(self) -> dict[str, Any]:
        """The query parameters of every request."""

    @overload
    def get(
        self,
        path: str,
        *,
        cast_to: type[_T],
        options: RequestOptions | None = None,
        stream: Literal[False] = False,
        stream_cls: object = None,
    ) -> _T:
        """Calls a path of the API that has no method here, with everything a call has: retries, time limits, errors.

        Args:
            path: Added to the base URL; it may have a query. A whole URL is taken as it is, and gets the API key only
                where it has the origin of the base URL.
            cast_to: What the answer is: a model, `object` for JSON, `str`, `bytes`, `HTTPResponse`, `NoneType`.
            options: `headers`, `params`, `extra_json`, `timeout`, `total_timeout`, `max_retries`, `follow_redirects`.
            stream: Whether the answer is a stream of events.
        """

    @overload
    def get(
        self,
        path: str,
        *,
        cast_to: object,
        options: RequestOptions | None = None,
        stream: Literal[True],
        stream_cls: object = None,
    ) -> Stream[ManagedAuthEvent]: ...
    @overload
    def post(
        self,
        path: str,
        *,
        cast_to: type[_T],
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[False] = False,
        stream_cls: object = None,
    ) -> _T:
        """Calls a path of the API that has no method here, with everything a call has: retries, time limits, errors.

        Args:
            path: Added to the base URL; it may have a query. A whole URL is taken as it is, and gets the API key only
                where it has the origin of the base URL.
            cast_to: What the answer is: a model, `object` for JSON, `str`, `bytes`, `HTTPResponse`, `NoneType`.
            body: Sent as JSON.
            content: Sent as it is, in place of `body`.
            options: `headers`, `params`, `extra_json`, `timeout`, `total_timeout`, `max_retries`, `follow_redirects`.
            stream: Whether the answer is a stream of events.
        """

    @overload
    def post(
        self,
        path: str,
        *,
        cast_to: object,
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[True],
        stream_cls: object = None,
    ) -> Stream[ManagedAuthEvent]: ...
    @overload
    def patch(
        self,
        path: str,
        *,
        cast_to: type[_T],
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[False] = False,
        stream_cls: object = None,
    ) -> _T:
        """Calls a path of the API that has no method here, with everything a call has: retries, time limits, errors.

        Args:
            path: Added to the base URL; it may have a query. A whole URL is taken as it is, and gets the API key only
                where it has the origin of the base URL.
            cast_to: What the answer is: a model, `object` for JSON, `str`, `bytes`, `HTTPResponse`, `NoneType`.
            body: Sent as JSON.
            content: Sent as it is, in place of `body`.
            options: `headers`, `params`, `extra_json`, `timeout`, `total_timeout`, `max_retries`, `follow_redirects`.
            stream: Whether the answer is a stream of events.
        """

    @overload
    def patch(
        self,
        path: str,
        *,
        cast_to: object,
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[True],
        stream_cls: object = None,
    ) -> Stream[ManagedAuthEvent]: ...
    @overload
    def put(
        self,
        path: str,
        *,
        cast_to: type[_T],
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[False] = False,
        stream_cls: object = None,
    ) -> _T:
        """Calls a path of the API that has no method here, with everything a call has: retries, time limits, errors.

        Args:
            path: Added to the base URL; it may have a query. A whole URL is taken as it is, and gets the API key only
                where it has the origin of the base URL.
            cast_to: What the answer is: a model, `object` for JSON, `str`, `bytes`, `HTTPResponse`, `NoneType`.
            body: Sent as JSON.
            content: Sent as it is, in place of `body`.
            options: `headers`, `params`, `extra_json`, `timeout`, `total_timeout`, `max_retries`, `follow_redirects`.
            stream: Whether the answer is a stream of events.
        """

    @overload
    def put(
        self,
        path: str,
        *,
        cast_to: object,
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[True],
        stream_cls: object = None,
    ) -> Stream[ManagedAuthEvent]: ...
    @overload
    def delete(
        self,
        path: str,
        *,
        cast_to: type[_T],
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[False] = False,
        stream_cls: object = None,
    ) -> _T:
        """Calls a path of the API that has no method here, with everything a call has: retries, time limits, errors.

        Args:
            path: Added to the base URL; it may have a query. A whole URL is taken as it is, and gets the API key only
                where it has the origin of the base URL.
            cast_to: What the answer is: a model, `object` for JSON, `str`, `bytes`, `HTTPResponse`, `NoneType`.
            body: Sent as JSON.
            content: Sent as it is, in place of `body`.
            options: `headers`, `params`, `extra_json`, `timeout`, `total_timeout`, `max_retries`, `follow_redirects`.
            stream: Whether the answer is a stream of events.
        """

    @overload
    def delete(
        self,
        path: str,
        *,
        cast_to: object,
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[True],
        stream_cls: object = None,
    ) -> Stream[ManagedAuthEvent]: ...
    def get_api_list(
        self,
        path: str,
        *,
        model: type[_T],
        page: object = None,
        body: object = ...,
        options: RequestOptions | None = None,
        method: str = "get",
    ) -> Page[_T]:
        """Calls a path of the API that lists `model`s page by page."""

    def is_closed(self) -> bool:
        """Whether the client, or a copy that shares its connections, has been closed."""

    def close(self) -> None:
        """Lets go of the connections, and closes an `http_client` that can be closed. Later calls fail with
        `APIConnectionError`.
        """

    def __enter__(self) -> Self: ...
    def __exit__(self, *_exception: object) -> None: ...

@final
class KernelWithRawResponse:
    """The API, each answer with what came with it: status, headers, request id."""

    @property
    def auth(self) -> AuthResourceWithRawResponse:
        """Managed auth: browser profiles that stay signed in."""

@final
class KernelWithStreamingResponse:
    """The API, each call to be made by `with`: the answer's body is read inside, as its caller likes."""

    @property
    def auth(self) -> AuthResourceWithStreamingResponse:
        """Managed auth: browser profiles that stay signed in."""

class AsyncKernel:
    """A client of the Kernel API for asyncio.

    Options that are left out come from the environment (`KERNEL_API_KEY`, `KERNEL_BASE_URL`) or have defaults. One
    client serves any number of tasks, event loops and threads.
    """

    def __init__(
        self,
        *,
        api_key: str | _Absent | None = ...,
        project_id: str | _Absent | None = ...,
        project: str | _Absent | None = ...,
        environment: Literal["production", "development"] | _Absent | None = ...,
        base_url: str | _Url | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Seconds = ...,
        idle_timeout: _Seconds = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
        http_client: _AsyncHTTPClient | _Absent | None = ...,
        propagate: Callable[[dict[str, str]], object] | _Absent | None = ...,
        _strict_response_validation: bool = ...,
    ) -> None:
        """Makes a client; nothing is sent.

        Args:
            api_key: The API key. Environment: `KERNEL_API_KEY`.
            project_id: The project by id, sent as `X-Kernel-Project-Id`.
            project: The project by name, sent as `X-Kernel-Project`.
            environment: Which API to talk to. Not together with a base URL.
            base_url: Where the API is. Environment: `KERNEL_BASE_URL`; None ignores it.
            timeout: Seconds for one attempt: connecting, headers and body; or a `Timeout`, ours or httpx's. Default 60,
                5 of them for connecting; None for no limit.
            max_retries: How often a failed request is sent again. Default 2.
            default_headers: Headers of every request; None or `omit` removes one the client would send.
            default_query: Query parameters of every request.
            root_certificates: Certificates to trust beside the platform's, as PEM texts.
            proxy: The URL of a proxy; None goes without one, whatever the environment says.
            connect_timeout: Seconds for connecting, whatever `timeout` says of it. Default 5.
            total_timeout: Seconds for a whole call with all its attempts. No limit by default.
            idle_timeout: Seconds that a stream may be silent. Default 60; None for no limit.
            max_response_bytes: The largest body of an answer, decompressed. Default 64 MiB.
            max_event_bytes: The largest event of a stream. Default 16 MiB.
            log_level: What is logged: to the logger `kernel_client`, or to standard error where `logging` is not used.
                Environment: `KERNEL_LOG`; default `warn`.
            http_client: An HTTP client of your own in place of the one built in: an `httpx.AsyncClient`, or an async
                callable that takes an `HTTPRequest` and gives an answer with `status_code`, `headers` and `content`.
                Retries, time limits, errors and decoding stay this client's. How it connects (`proxy`,
                `root_certificates`, `connect_timeout`) is its own business. It is closed with this client.
            propagate: Is called for each call with a dict, to which it adds headers: those of a trace, for example
                (`opentelemetry.propagate.inject`).
            _strict_response_validation: Answers are always checked; programs written for the API's own client may say
                so.

        Raises:
            ConfigurationError: An option breaks a rule, or there is no API key.
        """

    def with_options(
        self,
        *,
        api_key: str | _Absent | None = ...,
        project_id: str | _Absent | None = ...,
        project: str | _Absent | None = ...,
        environment: Literal["production", "development"] | _Absent | None = ...,
        base_url: str | _Url | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Seconds = ...,
        idle_timeout: _Seconds = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
        set_default_headers: _Headers | _Absent | None = ...,
        set_default_query: _Query | _Absent | None = ...,
        http_client: _AsyncHTTPClient | _Absent | None = ...,
        propagate: Callable[[dict[str, str]], object] | _Absent | None = ...,
    ) -> Self:
        """A copy with other options. It shares the connections unless the options change how they are made.

        Takes what the constructor takes. `default_headers` and `default_query` are laid over those of this client,
        `set_default_headers` and `set_default_query` replace them.
        """

    def copy(
        self,
        *,
        api_key: str | _Absent | None = ...,
        project_id: str | _Absent | None = ...,
        project: str | _Absent | None = ...,
        environment: Literal["production", "development"] | _Absent | None = ...,
        base_url: str | _Url | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Seconds = ...,
        idle_timeout: _Seconds = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
        set_default_headers: _Headers | _Absent | None = ...,
        set_default_query: _Query | _Absent | None = ...,
        http_client: _AsyncHTTPClient | _Absent | None = ...,
        propagate: Callable[[dict[str, str]], object] | _Absent | None = ...,
    ) -> Self:
        """The same as `with_options`."""

    @property
    def auth(self) -> AsyncAuthResource:
        """Managed auth: browser profiles that stay signed in."""

    @property
    def with_raw_response(self) -> AsyncKernelWithRawResponse:
        """The same calls, giving the answer with what came with it: status, headers, request id."""

    @property
    def with_streaming_response(self) -> AsyncKernelWithStreamingResponse:
        """The same calls, to be made by `async with`: the answer's body is read inside, as its caller likes."""

    @property
    def api_key(self) -> str:
        """The API key. Another one is used from the next request on."""

    @api_key.setter
    def api_key(self, value: str) -> None: ...
    @property
    def base_url(self) -> str:
        """Where the API is, with a slash at its end."""

    @base_url.setter
    def base_url(self, value: str | _Url) -> None: ...
    @property
    def project_id(self) -> str | None:
        """The project by id."""

    @project_id.setter
    def project_id(self, value: str | None) -> None: ...
    @property
    def project(self) -> str | None:
        """The project by name."""

    @project.setter
    def project(self, value: str | None) -> None: ...
    @property
    def timeout(self) -> float | Timeout | None:
        """The limit of one attempt as it was given: seconds, a `Timeout`, or None when there is none."""

    @timeout.setter
    def timeout(self, value: float | Timeout | _Limits | None) -> None: ...
    @property
    def max_retries(self) -> int:
        """How often a failed request is sent again."""

    @max_retries.setter
    def max_retries(self, value: int) -> None: ...
    @property
    def default_headers(self) -> Headers:
        """The headers of every request: the client's own, and those it was given over them."""

    @property
    def default_query(self) -> dict[str, Any]:
        """The query parameters of every request."""

    @overload
    def get(
        self,
        path: str,
        *,
        cast_to: type[_T],
        options: RequestOptions | None = None,
        stream: Literal[False] = False,
        stream_cls: object = None,
    ) -> Coroutine[Any, Any, _T]:
        """Calls a path of the API that has no method here, with everything a call has: retries, time limits, errors.

        Args:
            path: Added to the base URL; it may have a query. A whole URL is taken as it is, and gets the API key only
                where it has the origin of the base URL.
            cast_to: What the answer is: a model, `object` for JSON, `str`, `bytes`, `HTTPResponse`, `NoneType`.
            options: `headers`, `params`, `extra_json`, `timeout`, `total_timeout`, `max_retries`, `follow_redirects`.
            stream: Whether the answer is a stream of events.
        """

    @overload
    def get(
        self,
        path: str,
        *,
        cast_to: object,
        options: RequestOptions | None = None,
        stream: Literal[True],
        stream_cls: object = None,
    ) -> Coroutine[Any, Any, AsyncStream[ManagedAuthEvent]]: ...
    @overload
    def post(
        self,
        path: str,
        *,
        cast_to: type[_T],
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[False] = False,
        stream_cls: object = None,
    ) -> Coroutine[Any, Any, _T]:
        """Calls a path of the API that has no method here, with everything a call has: retries, time limits, errors.

        Args:
            path: Added to the base URL; it may have a query. A whole URL is taken as it is, and gets the API key only
                where it has the origin of the base URL.
            cast_to: What the answer is: a model, `object` for JSON, `str`, `bytes`, `HTTPResponse`, `NoneType`.
            body: Sent as JSON.
            content: Sent as it is, in place of `body`.
            options: `headers`, `params`, `extra_json`, `timeout`, `total_timeout`, `max_retries`, `follow_redirects`.
            stream: Whether the answer is a stream of events.
        """

    @overload
    def post(
        self,
        path: str,
        *,
        cast_to: object,
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[True],
        stream_cls: object = None,
    ) -> Coroutine[Any, Any, AsyncStream[ManagedAuthEvent]]: ...
    @overload
    def patch(
        self,
        path: str,
        *,
        cast_to: type[_T],
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[False] = False,
        stream_cls: object = None,
    ) -> Coroutine[Any, Any, _T]:
        """Calls a path of the API that has no method here, with everything a call has: retries, time limits, errors.

        Args:
            path: Added to the base URL; it may have a query. A whole URL is taken as it is, and gets the API key only
                where it has the origin of the base URL.
            cast_to: What the answer is: a model, `object` for JSON, `str`, `bytes`, `HTTPResponse`, `NoneType`.
            body: Sent as JSON.
            content: Sent as it is, in place of `body`.
            options: `headers`, `params`, `extra_json`, `timeout`, `total_timeout`, `max_retries`, `follow_redirects`.
            stream: Whether the answer is a stream of events.
        """

    @overload
    def patch(
        self,
        path: str,
        *,
        cast_to: object,
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[True],
        stream_cls: object = None,
    ) -> Coroutine[Any, Any, AsyncStream[ManagedAuthEvent]]: ...
    @overload
    def put(
        self,
        path: str,
        *,
        cast_to: type[_T],
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[False] = False,
        stream_cls: object = None,
    ) -> Coroutine[Any, Any, _T]:
        """Calls a path of the API that has no method here, with everything a call has: retries, time limits, errors.

        Args:
            path: Added to the base URL; it may have a query. A whole URL is taken as it is, and gets the API key only
                where it has the origin of the base URL.
            cast_to: What the answer is: a model, `object` for JSON, `str`, `bytes`, `HTTPResponse`, `NoneType`.
            body: Sent as JSON.
            content: Sent as it is, in place of `body`.
            options: `headers`, `params`, `extra_json`, `timeout`, `total_timeout`, `max_retries`, `follow_redirects`.
            stream: Whether the answer is a stream of events.
        """

    @overload
    def put(
        self,
        path: str,
        *,
        cast_to: object,
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[True],
        stream_cls: object = None,
    ) -> Coroutine[Any, Any, AsyncStream[ManagedAuthEvent]]: ...
    @overload
    def delete(
        self,
        path: str,
        *,
        cast_to: type[_T],
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[False] = False,
        stream_cls: object = None,
    ) -> Coroutine[Any, Any, _T]:
        """Calls a path of the API that has no method here, with everything a call has: retries, time limits, errors.

        Args:
            path: Added to the base URL; it may have a query. A whole URL is taken as it is, and gets the API key only
                where it has the origin of the base URL.
            cast_to: What the answer is: a model, `object` for JSON, `str`, `bytes`, `HTTPResponse`, `NoneType`.
            body: Sent as JSON.
            content: Sent as it is, in place of `body`.
            options: `headers`, `params`, `extra_json`, `timeout`, `total_timeout`, `max_retries`, `follow_redirects`.
            stream: Whether the answer is a stream of events.
        """

    @overload
    def delete(
        self,
        path: str,
        *,
        cast_to: object,
        body: object = ...,
        content: bytes | None = None,
        options: RequestOptions | None = None,
        stream: Literal[True],
        stream_cls: object = None,
    ) -> Coroutine[Any, Any, AsyncStream[ManagedAuthEvent]]: ...
    def get_api_list(
        self,
        path: str,
        *,
        model: type[_T],
        page: object = None,
        body: object = ...,
        options: RequestOptions | None = None,
        method: str = "get",
    ) -> AsyncPaginator[_T]:
        """Calls a path of the API that lists `model`s page by page."""

    def is_closed(self) -> bool:
        """Whether the client, or a copy that shares its connections, has been closed."""

    def close(self) -> Coroutine[Any, Any, None]:
        """Lets go of the connections, and closes an `http_client` that can be closed. Later calls fail with
        `APIConnectionError`.
        """

    def __aenter__(self) -> Coroutine[Any, Any, Self]: ...
    def __aexit__(self, *_exception: object) -> Coroutine[Any, Any, None]: ...

@final
class AsyncKernelWithRawResponse:
    """The API, each answer with what came with it: status, headers, request id."""

    @property
    def auth(self) -> AsyncAuthResourceWithRawResponse:
        """Managed auth: browser profiles that stay signed in."""

@final
class AsyncKernelWithStreamingResponse:
    """The API, each call to be made by `async with`: the answer's body is read inside, as its caller likes."""

    @property
    def auth(self) -> AsyncAuthResourceWithStreamingResponse:
        """Managed auth: browser profiles that stay signed in."""
