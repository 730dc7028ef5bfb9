"""The answer of a call that has no method of its own, as what its caller says it is."""

from __future__ import annotations

from ._native import HTTPRequest, HTTPResponse
from .errors import _from_native  # pyright: ignore[reportPrivateUsage]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def cast(response: HTTPResponse, to: Any, request: HTTPRequest) -> Any:
    """The body as a `to`: a model, a type of JSON, `str`, `bytes`, or the answer itself."""
    if to is HTTPResponse:
        return response
    if to is None or to is type(None):
        return None
    if to is bytes:
        return response.content
    if to is str:
        return response.text
    if getattr(to, "__module__", "").partition(".")[0] == "httpx":
        return _httpx(response, to, request)
    try:
        return _model(response.json(), to)
    except ValueError as error:
        raise _refused(response, request, error) from error


def _httpx(response: HTTPResponse, to: Any, request: HTTPRequest) -> Any:
    from importlib import import_module

    # It is there: the caller has its class.
    httpx: Any = import_module("httpx")
    sent = httpx.Request(request.method, request.url, headers=request.headers.multi_items(), content=request.content)
    # The body is not packed any more.
    packed = {"content-encoding", "content-length"}
    headers = [pair for pair in response.headers.multi_items() if pair[0] not in packed]
    return to(response.status_code, headers=headers, content=response.content, request=sent)


def _model(value: Any, to: Any) -> Any:
    if hasattr(to, "model_validate"):
        return to.model_validate(value)
    # Not when the package is imported: most programs have no use for it.
    from types import UnionType
    from typing import Union, get_args, get_origin

    origin, arguments = get_origin(to), get_args(to)
    if origin is list and arguments and isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        return [_model(item, arguments[0]) for item in items]
    if origin in {Union, UnionType}:
        return _first(value, arguments)
    return value


def _first(value: Any, variants: tuple[Any, ...]) -> Any:
    """The value as the first of these that it fits."""
    refused = None
    for variant in variants:
        if isinstance(variant, type) and not hasattr(variant, "model_validate") and not isinstance(value, variant):
            continue
        try:
            return _model(value, variant)
        except ValueError as error:
            refused = refused or error
    if refused:
        raise refused
    return value


def _refused(response: HTTPResponse, request: HTTPRequest, error: ValueError) -> Exception:
    # The cause says what is wrong; its text may repeat what the answer holds.
    message = f"The API's answer is not what `cast_to` says (status {response.status_code})."
    fields = {
        "status_code": response.status_code,
        "headers": response.headers,
        "raw_body": response.content,
        "response": response,
        "request": request,
        "cause": error,
    }
    return _from_native("response_validation", message, fields)
