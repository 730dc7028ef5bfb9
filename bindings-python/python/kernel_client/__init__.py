"""Client for the Kernel API: keep browser profiles signed in (managed auth).

    from kernel_client import Kernel

    client = Kernel()  # KERNEL_API_KEY
    connection = client.auth.connections.login_and_wait(
        "ma_123",
        on_login=lambda login: print(login.hosted_url),  # send the user there
    )

`AsyncKernel` is the same for asyncio. Every error is a `KernelError`.
"""

from ._native import (
    APIResponse,
    AsyncAPIResponse,
    AsyncKernel,
    Headers,
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
    InternalServerError,
    InvalidArgumentError,
    KernelError,
    LoginFailedError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
)

NOT_GIVEN = not_given
Client = Kernel
AsyncClient = AsyncKernel

# Loaded when they are asked for: all of them would double the cost of the import.
_LATER = {
    "AsyncManagedAuthSession",
    "AsyncPage",
    "AsyncPaginator",
    "AsyncStream",
    "BaseModel",
    "LoginReturn",
    "ManagedAuthSession",
    "Page",
    "Stream",
}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import types as types
    from ._native import (
        AsyncManagedAuthSession,
        AsyncPage,
        AsyncPaginator,
        AsyncStream,
        BaseModel,
        LoginReturn,
        ManagedAuthSession,
        Page,
        Stream,
    )

__all__ = [
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
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "BaseModel",
    "Client",
    "ConfigurationError",
    "ConflictError",
    "HTTPResponse",
    "Headers",
    "InternalServerError",
    "InvalidArgumentError",
    "Kernel",
    "KernelError",
    "LoginFailedError",
    "LoginReturn",
    "ManagedAuthSession",
    "NotFoundError",
    "NotGiven",
    "Omit",
    "Page",
    "PermissionDeniedError",
    "RateLimitError",
    "Stream",
    "UnprocessableEntityError",
    "__version__",
    "hosted_login_url",
    "not_given",
    "omit",
    "types",
]


def __getattr__(name: str) -> object:
    if name == "types":
        import importlib

        return importlib.import_module(".types", __name__)
    if name in _LATER:
        from . import _native

        value: object = getattr(_native, name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
