"""Client for the Kernel API: keep browser profiles signed in (managed auth).

    from kernel_client import Kernel

    client = Kernel()  # KERNEL_API_KEY
    connection = client.auth.connections.login_and_wait(
        "ma_123",
        on_login=lambda login: print(login.hosted_url),  # send the user there
    )

`AsyncKernel` is the same for asyncio. Every error is a `KernelError`.
"""

from . import _options as _options  # gives the clients their `__init__`
from ._native import (
    APIResponse,
    AsyncAPIResponse,
    AsyncKernel,
    Headers,
    HTTPRequest,
    HTTPResponse,
    Kernel,
    NotGiven,
    Omit,
    __version__,
    hosted_login_url,
    not_given,
    omit,
)
from .errors import (
    APIConnectionError,
    APIError,
    APIResponseTooLargeError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    EventLoopError,
    InternalServerError,
    InvalidArgumentError,
    KernelError,
    LoginFailedError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    StreamAlreadyConsumed,
    UnprocessableEntityError,
)

NOT_GIVEN = not_given
NoneType: type[None] = type(None)
Client = Kernel
AsyncClient = AsyncKernel
__title__ = "kernel_client"

# Loaded from there when they are asked for: all of them would double the cost of the import.
_LATER = {
    "AsyncManagedAuthSession": "_native",
    "AsyncPage": "_native",
    "AsyncPaginator": "_native",
    "AsyncResponseContextManager": "_native",
    "AsyncStream": "_native",
    "BaseModel": "_native",
    "DEFAULT_MAX_RETRIES": "_native",
    "DEFAULT_TIMEOUT": "_native",
    "ENVIRONMENTS": "_native",
    "LoginReturn": "_native",
    "ManagedAuthSession": "_native",
    "Page": "_native",
    "RequestOptions": "_request_options",
    "ResponseContextManager": "_native",
    "Stream": "_native",
    "Timeout": "_timeout",
}
_MODULES = {"pagination", "resources", "types"}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import pagination as pagination
    from . import resources as resources
    from . import types as types
    from ._native import (
        DEFAULT_MAX_RETRIES,
        DEFAULT_TIMEOUT,
        ENVIRONMENTS,
        AsyncManagedAuthSession,
        AsyncPage,
        AsyncPaginator,
        AsyncResponseContextManager,
        AsyncStream,
        BaseModel,
        LoginReturn,
        ManagedAuthSession,
        Page,
        ResponseContextManager,
        Stream,
    )
    from ._request_options import RequestOptions
    from ._timeout import Timeout

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "ENVIRONMENTS",
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APIResponse",
    "APIResponseTooLargeError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncAPIResponse",
    "AsyncClient",
    "AsyncKernel",
    "AsyncManagedAuthSession",
    "AsyncPage",
    "AsyncPaginator",
    "AsyncResponseContextManager",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "BaseModel",
    "Client",
    "ConfigurationError",
    "ConflictError",
    "EventLoopError",
    "HTTPRequest",
    "HTTPResponse",
    "Headers",
    "InternalServerError",
    "InvalidArgumentError",
    "Kernel",
    "KernelError",
    "LoginFailedError",
    "LoginReturn",
    "ManagedAuthSession",
    "NoneType",
    "NotFoundError",
    "NotGiven",
    "Omit",
    "Page",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestOptions",
    "ResponseContextManager",
    "Stream",
    "StreamAlreadyConsumed",
    "Timeout",
    "UnprocessableEntityError",
    "__title__",
    "__version__",
    "hosted_login_url",
    "not_given",
    "omit",
    "types",
]


def __getattr__(name: str) -> object:
    if name not in _LATER and name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module = importlib.import_module(f".{_LATER.get(name, name)}", __name__)
    value: object = getattr(module, name) if name in _LATER else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER, *_MODULES})
