"""Client for the Kernel API: keep browser profiles signed in (managed auth).

    from kernel_client import Kernel

    client = Kernel()  # KERNEL_API_KEY
    login = client.auth.connections.login("ma_123")
    print(login.hosted_url)  # send the user there

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
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
)

NOT_GIVEN = not_given
Client = Kernel
AsyncClient = AsyncKernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import types as types

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
    "AuthenticationError",
    "BadRequestError",
    "Client",
    "ConfigurationError",
    "ConflictError",
    "HTTPResponse",
    "Headers",
    "InternalServerError",
    "InvalidArgumentError",
    "Kernel",
    "KernelError",
    "NotFoundError",
    "NotGiven",
    "Omit",
    "PermissionDeniedError",
    "RateLimitError",
    "UnprocessableEntityError",
    "__version__",
    "not_given",
    "omit",
    "types",
]


def __getattr__(name: str) -> object:
    # Loaded when it is asked for: what it needs of `typing` would double the cost of the import.
    if name == "types":
        import importlib

        return importlib.import_module(".types", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
