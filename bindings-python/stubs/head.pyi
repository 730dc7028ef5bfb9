# What no description of the API can give: clients, responses, pages, streams, sentinels. The models, and four classes
# for each resource (`XResource`, `AsyncXResource`, and both once more with `WithRawResponse`), follow below.

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
from types import GenericAlias
from typing import Any, ClassVar, Generic, Literal, TypeAlias, TypeVar, final, overload

from typing_extensions import Self

# from .types.auth import ...

_T = TypeVar("_T")
_Absent: TypeAlias = Omit | NotGiven
_Headers: TypeAlias = Mapping[str, str | Omit | None]
_Query: TypeAlias = Mapping[str, object]
_Body: TypeAlias = Mapping[str, object]
_Timeout: TypeAlias = float | _Absent | None

__version__: str

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
class HTTPResponse:
    """An answer as it came."""

    def __new__(cls, status_code: int, headers: Headers, content: bytes) -> HTTPResponse: ...
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
        """The answer as it came."""

    @property
    def content(self) -> bytes:
        """The body, decompressed."""

    @property
    def request_id(self) -> str | None:
        """The id the API gave the request; support asks for it."""

    @property
    def retries_taken(self) -> int:
        """How often the request was sent again."""

    @property
    def elapsed(self) -> timedelta:
        """From the start of the call to its answer, waiting between attempts included."""

    def parse(self) -> _T:
        """The answer as what it is: a model, a page, a stream. The same object each time."""

    def text(self) -> str:
        """The body as text; what is not UTF-8 becomes U+FFFD."""

    def json(self) -> Any:
        """The body parsed as JSON."""

@final
class AsyncAPIResponse(Generic[_T]):
    """An answer with what came with it; `parse`, `text` and `json` are awaited."""

    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    @property
    def status_code(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Headers:
        """The headers."""

    @property
    def http_response(self) -> HTTPResponse:
        """The answer as it came."""

    @property
    def content(self) -> bytes:
        """The body, decompressed."""

    @property
    def request_id(self) -> str | None:
        """The id the API gave the request; support asks for it."""

    @property
    def retries_taken(self) -> int:
        """How often the request was sent again."""

    @property
    def elapsed(self) -> timedelta:
        """From the start of the call to its answer, waiting between attempts included."""

    def parse(self) -> Coroutine[Any, Any, _T]:
        """The answer as what it is: a model, a page, a stream. The same object each time."""

    def text(self) -> Coroutine[Any, Any, str]:
        """The body as text; what is not UTF-8 becomes U+FFFD."""

    def json(self) -> Coroutine[Any, Any, Any]:
        """The body parsed as JSON."""

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

@final
class Kernel:
    """A client of the Kernel API whose calls block until the answer is there.

    Options that are left out come from the environment (`KERNEL_API_KEY`, `KERNEL_BASE_URL`) or have defaults. One
    client serves any number of threads.
    """

    def __new__(
        cls,
        *,
        api_key: str | _Absent | None = ...,
        project_id: str | _Absent | None = ...,
        project: str | _Absent | None = ...,
        environment: Literal["production", "development"] | _Absent | None = ...,
        base_url: str | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Timeout = ...,
        idle_timeout: _Timeout = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
    ) -> Kernel:
        """Makes a client; nothing is sent.

        Args:
            api_key: The API key. Environment: `KERNEL_API_KEY`.
            project_id: The project by id, sent as `X-Kernel-Project-Id`.
            project: The project by name, sent as `X-Kernel-Project`.
            environment: Which API to talk to. Not together with a base URL.
            base_url: Where the API is. Environment: `KERNEL_BASE_URL`; None ignores it.
            timeout: Seconds for one attempt: connecting, headers and body. Default 60; None for no limit.
            max_retries: How often a failed request is sent again. Default 2.
            default_headers: Headers of every request; None or `omit` removes one the client would send.
            default_query: Query parameters of every request.
            root_certificates: Certificates to trust beside the platform's, as PEM texts.
            proxy: The URL of a proxy; None goes without one, whatever the environment says.
            connect_timeout: Seconds for connecting. Default 5.
            total_timeout: Seconds for a whole call with all its attempts. No limit by default.
            idle_timeout: Seconds that a stream may be silent. Default 60; None for no limit.
            max_response_bytes: The largest body of an answer, decompressed. Default 64 MiB.
            max_event_bytes: The largest event of a stream. Default 16 MiB.
            log_level: What is written to standard error. Environment: `KERNEL_LOG`; default `warn`.

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
        base_url: str | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Timeout = ...,
        idle_timeout: _Timeout = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
        set_default_headers: _Headers | _Absent | None = ...,
        set_default_query: _Query | _Absent | None = ...,
    ) -> Kernel:
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
        base_url: str | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Timeout = ...,
        idle_timeout: _Timeout = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
        set_default_headers: _Headers | _Absent | None = ...,
        set_default_query: _Query | _Absent | None = ...,
    ) -> Kernel:
        """The same as `with_options`."""

    @property
    def auth(self) -> AuthResource:
        """Managed auth: browser profiles that stay signed in."""

    @property
    def with_raw_response(self) -> KernelWithRawResponse:
        """The same calls, giving the answer with what came with it: status, headers, request id."""

    @property
    def base_url(self) -> str:
        """Where the API is."""

    @property
    def timeout(self) -> float | None:
        """The limit of one attempt, in seconds; None when there is none."""

    @property
    def max_retries(self) -> int:
        """How often a failed request is sent again."""

    def is_closed(self) -> bool:
        """Whether the client, or a copy that shares its connections, has been closed."""

    def close(self) -> None:
        """Lets go of the connections. Later calls fail with `APIConnectionError`."""

    def __enter__(self) -> Kernel: ...
    def __exit__(self, *_exception: object) -> None: ...

@final
class KernelWithRawResponse:
    """The API, each answer with what came with it: status, headers, request id."""

    @property
    def auth(self) -> AuthResourceWithRawResponse:
        """Managed auth: browser profiles that stay signed in."""

@final
class AsyncKernel:
    """A client of the Kernel API for asyncio.

    Options that are left out come from the environment (`KERNEL_API_KEY`, `KERNEL_BASE_URL`) or have defaults. One
    client serves any number of tasks, event loops and threads.
    """

    def __new__(
        cls,
        *,
        api_key: str | _Absent | None = ...,
        project_id: str | _Absent | None = ...,
        project: str | _Absent | None = ...,
        environment: Literal["production", "development"] | _Absent | None = ...,
        base_url: str | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Timeout = ...,
        idle_timeout: _Timeout = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
    ) -> AsyncKernel:
        """Makes a client; nothing is sent.

        Args:
            api_key: The API key. Environment: `KERNEL_API_KEY`.
            project_id: The project by id, sent as `X-Kernel-Project-Id`.
            project: The project by name, sent as `X-Kernel-Project`.
            environment: Which API to talk to. Not together with a base URL.
            base_url: Where the API is. Environment: `KERNEL_BASE_URL`; None ignores it.
            timeout: Seconds for one attempt: connecting, headers and body. Default 60; None for no limit.
            max_retries: How often a failed request is sent again. Default 2.
            default_headers: Headers of every request; None or `omit` removes one the client would send.
            default_query: Query parameters of every request.
            root_certificates: Certificates to trust beside the platform's, as PEM texts.
            proxy: The URL of a proxy; None goes without one, whatever the environment says.
            connect_timeout: Seconds for connecting. Default 5.
            total_timeout: Seconds for a whole call with all its attempts. No limit by default.
            idle_timeout: Seconds that a stream may be silent. Default 60; None for no limit.
            max_response_bytes: The largest body of an answer, decompressed. Default 64 MiB.
            max_event_bytes: The largest event of a stream. Default 16 MiB.
            log_level: What is written to standard error. Environment: `KERNEL_LOG`; default `warn`.

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
        base_url: str | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Timeout = ...,
        idle_timeout: _Timeout = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
        set_default_headers: _Headers | _Absent | None = ...,
        set_default_query: _Query | _Absent | None = ...,
    ) -> AsyncKernel:
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
        base_url: str | _Absent | None = ...,
        timeout: _Timeout = ...,
        max_retries: int | _Absent = ...,
        default_headers: _Headers | _Absent | None = ...,
        default_query: _Query | _Absent | None = ...,
        root_certificates: Sequence[str] | _Absent | None = ...,
        proxy: str | _Absent | None = ...,
        connect_timeout: float | _Absent = ...,
        total_timeout: _Timeout = ...,
        idle_timeout: _Timeout = ...,
        max_response_bytes: int | _Absent = ...,
        max_event_bytes: int | _Absent = ...,
        log_level: Literal["off", "error", "warn", "info", "debug"] | _Absent | None = ...,
        set_default_headers: _Headers | _Absent | None = ...,
        set_default_query: _Query | _Absent | None = ...,
    ) -> AsyncKernel:
        """The same as `with_options`."""

    @property
    def auth(self) -> AsyncAuthResource:
        """Managed auth: browser profiles that stay signed in."""

    @property
    def with_raw_response(self) -> AsyncKernelWithRawResponse:
        """The same calls, giving the answer with what came with it: status, headers, request id."""

    @property
    def base_url(self) -> str:
        """Where the API is."""

    @property
    def timeout(self) -> float | None:
        """The limit of one attempt, in seconds; None when there is none."""

    @property
    def max_retries(self) -> int:
        """How often a failed request is sent again."""

    def is_closed(self) -> bool:
        """Whether the client, or a copy that shares its connections, has been closed."""

    def close(self) -> Coroutine[Any, Any, None]:
        """Lets go of the connections. Later calls fail with `APIConnectionError`."""

    def __aenter__(self) -> Coroutine[Any, Any, AsyncKernel]: ...
    def __aexit__(self, *_exception: object) -> Coroutine[Any, Any, None]: ...

@final
class AsyncKernelWithRawResponse:
    """The API, each answer with what came with it: status, headers, request id."""

    @property
    def auth(self) -> AsyncAuthResourceWithRawResponse:
        """Managed auth: browser profiles that stay signed in."""
