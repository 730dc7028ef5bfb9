"""The answer of a call that has no method of its own, as what its caller says it is."""

from __future__ import annotations

from ._native import HTTPResponse
from .errors import _from_native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def cast(response: HTTPResponse, to: Any) -> Any:
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
        return to(response.status_code, headers=_unpacked(response), content=response.content)
    try:
        return _model(response.json(), to)
    except ValueError as error:
        raise _refused(response, error) from error


def _unpacked(response: HTTPResponse) -> list[tuple[str, str]]:
    return [pair for pair in response.headers.multi_items() if pair[0] not in {"content-encoding", "content-length"}]


def _model(value: Any, to: Any) -> Any:
    if hasattr(to, "model_validate"):
        return to.model_validate(value)
    arguments = getattr(to, "__args__", None)
    if getattr(to, "__origin__", None) is list and arguments and isinstance(value, list):
        return [_model(item, arguments[0]) for item in value]
    return value


def _refused(response: HTTPResponse, error: ValueError) -> Exception:
    # The cause says what is wrong; its text may repeat what the answer holds.
    message = f"The API's answer is not what `cast_to` says (status {response.status_code})."
    fields = {
        "status_code": response.status_code,
        "headers": response.headers,
        "raw_body": response.content,
        "response": response,
        "cause": error,
    }
    return _from_native("response_validation", message, fields)
