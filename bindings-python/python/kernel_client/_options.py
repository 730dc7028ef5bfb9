"""What `Kernel()` and `AsyncKernel()` take. A method of Python's own, since those of native types tell nobody."""

from __future__ import annotations

from ._native import AsyncKernel, Kernel, not_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Literal

    from ._native import NotGiven, Omit
    from ._timeout import Timeout

__all__: list[str] = []


def __init__(  # noqa: N807 - it becomes a method below
    self: Any,
    *,
    api_key: str | NotGiven | None = not_given,
    project_id: str | NotGiven | None = not_given,
    project: str | NotGiven | None = not_given,
    environment: Literal["production", "development"] | NotGiven | None = not_given,
    base_url: str | Any | NotGiven | None = not_given,
    timeout: float | Timeout | NotGiven | None = not_given,
    max_retries: int | NotGiven = not_given,
    default_headers: Mapping[str, str | Omit | None] | NotGiven | None = not_given,
    default_query: Mapping[str, object] | NotGiven | None = not_given,
    root_certificates: Sequence[str] | NotGiven | None = not_given,
    proxy: str | NotGiven | None = not_given,
    connect_timeout: float | NotGiven = not_given,
    total_timeout: float | NotGiven | None = not_given,
    idle_timeout: float | NotGiven | None = not_given,
    max_response_bytes: int | NotGiven = not_given,
    max_event_bytes: int | NotGiven = not_given,
    log_level: Literal["off", "error", "warn", "info", "debug"] | NotGiven | None = not_given,
    http_client: Any = None,
    propagate: Callable[[dict[str, str]], object] | None = None,
    _strict_response_validation: bool = False,
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
        http_client: An HTTP client of your own in place of the one built in: one of httpx's, or a callable (for asyncio
            an async one) that takes an `HTTPRequest` and gives an answer with `status_code`, `headers` and `content`.
            Retries, time limits, errors and decoding stay this client's. How it connects (`proxy`,
            `root_certificates`, `connect_timeout`) is its own business. It is closed with this client.
        propagate: Is called for each call with a dict, to which it adds headers: those of a trace, for example
            (`opentelemetry.propagate.inject`).
        _strict_response_validation: Answers are always checked; programs written for the API's own client may say so.

    Raises:
        ConfigurationError: An option breaks a rule, or there is no API key.
    """
    self._init(
        api_key=api_key,
        project_id=project_id,
        project=project,
        environment=environment,
        base_url=base_url,
        timeout=timeout,
        max_retries=max_retries,
        default_headers=default_headers,
        default_query=default_query,
        root_certificates=root_certificates,
        proxy=proxy,
        connect_timeout=connect_timeout,
        total_timeout=total_timeout,
        idle_timeout=idle_timeout,
        max_response_bytes=max_response_bytes,
        max_event_bytes=max_event_bytes,
        log_level=log_level,
        http_client=http_client,
        propagate=propagate,
    )


for _client in (Kernel, AsyncKernel):
    setattr(_client, "__init__", __init__)  # noqa: B010 - assigned, it would be an error for type checkers
