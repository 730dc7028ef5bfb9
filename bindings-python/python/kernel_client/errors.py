"""Everything a client or a call can raise. A class for each kind of failure; all of them are `KernelError`s."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from ._native import Headers, HTTPResponse

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseTooLargeError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "EventLoopError",
    "InternalServerError",
    "InvalidArgumentError",
    "KernelError",
    "LoginFailedError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "StreamAlreadyConsumed",
    "UnprocessableEntityError",
]


_NOTHING: dict[str, Any] = {
    "kind": "",
    "code": None,
    "details": None,
    "inner_error": None,
    "existing_id": None,
    "flow_status": None,
    "website_error": None,
    "request_id": None,
    "retries_taken": 0,
    "headers": None,
    "body": None,
    "raw_body": None,
    "response": None,
    "request": None,
    "argument": None,
    "reason": None,
}


class KernelError(Exception):
    """The base of every error of this package.

    Each error has all of these attributes; what does not apply is None.
    """

    message: str
    """What went wrong, the same text as `str(error)`."""
    kind: str
    """The kind of failure in one word, the same in every language: `not_found`, `timeout`, ..."""
    status_code: int | None
    """The HTTP status, when an answer came."""
    code: str | None
    """The API's code for the error, for example `not_found`; of a login that failed, why: `credentials_invalid`, ..."""
    details: list[dict[str, str]] | None
    """Each thing that is wrong, as `code` and `message`, when the API lists them."""
    inner_error: dict[str, str] | None
    """What lies beneath the error, as `code` and `message`, when the API says it."""
    existing_id: str | None
    """The connection that is there already, when `create` meets one."""
    flow_status: str | None
    """How a login ended that did not succeed: `FAILED`, `EXPIRED` or `CANCELED`."""
    website_error: str | None
    """What the site itself said went wrong with a login."""
    request_id: str | None
    """The id the API gave the request; support asks for it."""
    retries_taken: int
    """How often the request was sent again."""
    headers: Headers | None
    """The headers of the answer."""
    body: Any
    """The body of the answer: parsed where it is JSON, its stripped text where it is not."""
    raw_body: bytes | None
    """The body of the answer as it came."""
    response: HTTPResponse | None
    """The answer."""
    request: Any
    """The request as it was sent last: an `HTTPRequest`, where this package sent it."""
    argument: str | None
    """The argument or option that breaks a rule, by name."""
    reason: str | None
    """Why no answer came: refused, not trusted, cut short, which limit passed."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        status_code = getattr(type(self), "status_code", None)
        self.__dict__.update(_NOTHING, message=message, status_code=status_code)

    def __reduce__(self) -> tuple[Any, ...]:
        # The request holds the API key: it stays in its process, and out of what keeps the results of tasks.
        return type(self), self.args, {**self.__dict__, "request": None}


class ConfigurationError(KernelError, ValueError):
    """The client cannot be made of these settings; `argument` names the one to change."""


class InvalidArgumentError(KernelError, ValueError):
    """An argument breaks a rule, and nothing was sent; `argument` names it."""


class EventLoopError(KernelError, RuntimeError):
    """`AsyncKernel` was awaited where asyncio does not run, outside of a loop or on trio. Nothing was sent."""


class APIError(KernelError):
    """A call failed after it had been sent, or while it was."""

    def __init__(self, message: str = "", request: Any = None, *, body: object = None) -> None:
        super().__init__(message)
        self.body = body
        self.request = request


class APIConnectionError(APIError):
    """No whole answer came: refused, broken, not trusted, cut short. `reason` and `__cause__` say why."""

    def __init__(self, message: str = "Connection error.", request: Any = None) -> None:
        super().__init__(message, request)


class APITimeoutError(APIConnectionError):
    """No whole answer came in time. `reason` and `__cause__` say which limit passed."""

    def __init__(self, message: Any = "Request timed out.", request: Any = None) -> None:
        # Programs written for the API's own client give the request alone.
        if not isinstance(message, str):
            message, request = "Request timed out.", message
        super().__init__(message, request)


class APIResponseValidationError(APIError):
    """The API reported success, but the body, or an event of a stream, is not JSON or not what it should be."""

    status_code: int  # pyright: ignore[reportIncompatibleVariableOverride]
    headers: Headers  # pyright: ignore[reportIncompatibleVariableOverride]
    response: HTTPResponse  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, message: str = "", *, response: Any = None, body: object = None) -> None:
        super().__init__(message, body=body)
        if response is not None:
            _answered(self, response)


class APIResponseTooLargeError(APIError):
    """The body of the answer is larger than `max_response_bytes`, or an event than `max_event_bytes`."""


class APIStatusError(APIError):
    """The API answered with a status that is not a success."""

    status_code: int  # pyright: ignore[reportIncompatibleVariableOverride]
    headers: Headers  # pyright: ignore[reportIncompatibleVariableOverride]
    response: HTTPResponse  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, message: str = "", *, response: Any = None, body: object = None) -> None:
        super().__init__(message, body=body)
        if response is not None:
            _answered(self, response)


class BadRequestError(APIStatusError):
    """400: the API does not accept the request."""

    status_code: Literal[400] = 400  # pyright: ignore[reportIncompatibleVariableOverride]


class AuthenticationError(APIStatusError):
    """401: the key is missing or not valid."""

    status_code: Literal[401] = 401  # pyright: ignore[reportIncompatibleVariableOverride]


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""

    status_code: Literal[403] = 403  # pyright: ignore[reportIncompatibleVariableOverride]


class NotFoundError(APIStatusError):
    """404: there is no such thing."""

    status_code: Literal[404] = 404  # pyright: ignore[reportIncompatibleVariableOverride]


class ConflictError(APIStatusError):
    """409: it clashes with what is there: a flow that is already running, a connection (`existing_id`)."""

    status_code: Literal[409] = 409  # pyright: ignore[reportIncompatibleVariableOverride]


class UnprocessableEntityError(APIStatusError):
    """422: the request is well-formed and still not acceptable."""

    status_code: Literal[422] = 422  # pyright: ignore[reportIncompatibleVariableOverride]


class RateLimitError(APIStatusError):
    """429: too many requests."""

    status_code: Literal[429] = 429  # pyright: ignore[reportIncompatibleVariableOverride]


class InternalServerError(APIStatusError):
    """500 and above: the API failed."""


class StreamAlreadyConsumed(KernelError):  # noqa: N818 - its name in the official package
    """The body of an answer has been read, or gone over, before: it can be had once."""

    def __init__(self) -> None:
        super().__init__("The body has been read, or its connection closed, before: it can be had once.")


class LoginFailedError(KernelError):
    """A login did not succeed. `code` says why for programs, `website_error` in the site's own words."""

    flow_status: str  # pyright: ignore[reportIncompatibleVariableOverride]


# The core's kinds, one to one, and what only Python can get wrong.
_CLASSES: dict[str, type[KernelError]] = {
    "configuration": ConfigurationError,
    "invalid_argument": InvalidArgumentError,
    "event_loop": EventLoopError,
    "connection": APIConnectionError,
    "timeout": APITimeoutError,
    "bad_request": BadRequestError,
    "authentication": AuthenticationError,
    "permission_denied": PermissionDeniedError,
    "not_found": NotFoundError,
    "conflict": ConflictError,
    "unprocessable_entity": UnprocessableEntityError,
    "rate_limit": RateLimitError,
    "internal_server": InternalServerError,
    "api_status": APIStatusError,
    "response_validation": APIResponseValidationError,
    "response_too_large": APIResponseTooLargeError,
    "login_failed": LoginFailedError,
}


def _answered(error: KernelError, response: Any) -> None:
    """Notes an answer that a program made up, for tests of its own mostly: ours, or that of an HTTP client."""
    error.response = response
    error.status_code = response.status_code
    error.headers = getattr(response, "headers", None)
    error.raw_body = getattr(response, "content", None)
    error.request = getattr(response, "request", None)


def _from_native(kind: str, message: str, fields: dict[str, Any]) -> KernelError:  # pyright: ignore[reportUnusedFunction]
    """Makes the error that the native module raises for a failure that the core reports."""
    error = _CLASSES.get(kind, KernelError)(message)
    cause = fields.pop("cause", None)
    error.__dict__.update(fields, kind=kind)
    if cause is not None:
        error.__cause__ = cause
    elif error.reason is not None:
        cause = TimeoutError if kind == "timeout" else ConnectionError
        error.__cause__ = cause(error.reason)
    return error


# Where users import them from, and what a traceback shows.
for _name in __all__:
    globals()[_name].__module__ = "kernel_client"
