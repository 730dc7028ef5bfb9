"""Errors: their classes, what they carry, how they print and travel."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

import kernel_client
from kernel_client import (
    APIConnectionError,
    APIError,
    APIResponseTooLargeError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    ConfigurationError,
    ConflictError,
    InvalidArgumentError,
    Kernel,
    KernelError,
    NotFoundError,
)
from kernel_client.testing import World

STATUSES = {
    400: kernel_client.BadRequestError,
    401: kernel_client.AuthenticationError,
    403: kernel_client.PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: kernel_client.UnprocessableEntityError,
    429: kernel_client.RateLimitError,
    500: kernel_client.InternalServerError,
    529: kernel_client.InternalServerError,
    402: APIStatusError,
    410: APIStatusError,
    307: APIStatusError,
}

FULL = {
    "code": "bad_request",
    "message": "Missing",
    "details": [{"code": "required", "message": "domain"}, {"message": "profile"}],
    "inner_error": {"code": "inner", "message": "deep"},
}


def failure(open_world: Callable[..., World], fault: dict[str, Any], **options: Any) -> Any:
    world = open_world(faults=[{"times": 9, **fault}])
    client = Kernel(api_key="sk_test", base_url=world.base_url, max_retries=0).with_options(**options)
    with pytest.raises(KernelError) as raised:
        client.auth.connections.login("ma_login")
    return raised.value


@pytest.mark.parametrize("status", STATUSES)
def test_a_class_for_each_status(open_world: Callable[..., World], status: int) -> None:
    error = failure(open_world, {"status": status, "body": FULL})
    assert type(error) is STATUSES[status]
    assert isinstance(error, APIStatusError)
    assert error.status_code == status


def test_hierarchy() -> None:
    assert issubclass(APITimeoutError, APIConnectionError)
    for cls in (APIConnectionError, APIStatusError, APIResponseValidationError, APIResponseTooLargeError):
        assert issubclass(cls, APIError)
    assert issubclass(APIError, KernelError)
    assert issubclass(ConfigurationError, KernelError)
    assert issubclass(InvalidArgumentError, KernelError)
    assert issubclass(KernelError, Exception)
    for name in kernel_client.errors.__all__:
        assert getattr(kernel_client, name).__module__ == "kernel_client"


def test_everything_the_api_said(open_world: Callable[..., World]) -> None:
    error = failure(open_world, {"status": 400, "body": FULL, "headers": {"x-request-id": "req_1", "X-Other": "a"}})
    assert (error.kind, error.code, error.status_code) == ("bad_request", "bad_request", 400)
    assert error.details == FULL["details"]
    assert error.inner_error == FULL["inner_error"]
    assert error.request_id == "req_1"
    assert error.retries_taken == 0
    assert error.body == FULL
    assert error.headers["X-OTHER"] == "a"
    assert error.response.status_code == 400
    assert error.response.headers is error.headers
    assert error.response.content == error.raw_body
    assert error.response.text == error.raw_body.decode()
    assert error.response.json() == FULL
    assert str(error) == error.message == f"Error code: 400 - {FULL}"
    assert error.__cause__ is None


def test_retries_are_counted(open_world: Callable[..., World]) -> None:
    error = failure(open_world, {"status": 500, "headers": {"retry-after-ms": "1"}}, max_retries=2)
    assert error.retries_taken == 2


@pytest.mark.parametrize(
    ("fault", "body", "text"),
    [
        ({"text": "  plain  "}, "plain", "plain"),
        ({"text": ""}, "", "Error code: 400"),
        ({"body": None}, None, "Error code: 400 - None"),
        ({"body": "words"}, "words", "Error code: 400 - words"),
        ({"body": [1, True]}, [1, True], "Error code: 400 - [1, True]"),
    ],
)
def test_texts(open_world: Callable[..., World], fault: dict[str, Any], body: Any, text: str) -> None:
    error = failure(open_world, {"status": 400, **fault})
    assert error.body == body
    assert str(error) == text


def test_connection_errors_say_why() -> None:
    with pytest.raises(APIConnectionError) as raised:
        Kernel(api_key="sk_test", base_url="http://127.0.0.1:1", max_retries=0).auth.connections.login("ma_login")
    error = raised.value
    assert str(error) == "Connection error."
    assert error.status_code is None
    assert error.reason
    assert isinstance(error.__cause__, ConnectionError)
    assert str(error.__cause__) == error.reason
    assert error.reason in "".join(traceback.format_exception(error))


def test_timeouts_say_which_limit(stalled: World) -> None:
    client = Kernel(api_key="sk_test", base_url=stalled.base_url, max_retries=0, timeout=0.05)
    with pytest.raises(APITimeoutError) as raised:
        client.auth.connections.login("ma_login")
    error = raised.value
    assert str(error) == "Request timed out."
    assert isinstance(error.__cause__, TimeoutError)
    assert str(error.__cause__) == error.reason


def test_answers_that_are_not_as_they_should_be(open_world: Callable[..., World]) -> None:
    error = failure(open_world, {"status": 200, "body": {"id": 5, "handoff_code": "code_secret"}})
    assert [type(error)] == [APIResponseValidationError]
    assert error.status_code == 200
    assert "`id`" in str(error)
    assert "code_secret" not in str(error)
    assert b"code_secret" in error.raw_body


def test_answers_that_are_too_large(open_world: Callable[..., World]) -> None:
    error = failure(open_world, {"status": 200, "huge_body": 4096}, max_response_bytes=1024)
    assert type(error) is APIResponseTooLargeError
    assert "1024" in str(error)


def test_errors_travel_between_processes(open_world: Callable[..., World]) -> None:
    errors: list[Any] = [
        failure(open_world, {"status": 409, "body": FULL, "headers": {"x-request-id": "req_1"}}),
        failure(open_world, {"cut": "after_read"}),
    ]
    with pytest.raises(ConfigurationError) as raised:
        Kernel(api_key="sk_test", timeout=-1)
    for error in [*errors, raised.value]:
        copied: Any = pickle.loads(pickle.dumps(error))
        assert [type(copied)] == [type(error)]
        assert str(copied) == str(error)
        # The request holds the API key.
        assert copied.request is None
        objects = {"request": None, "response": None}
        assert {**copied.__dict__, **objects} == {**error.__dict__, **objects}
    response = pickle.loads(pickle.dumps(errors[0])).response
    assert (response.status_code, response.json()) == (409, FULL)


def test_errors_of_users_own_making() -> None:
    error = NotFoundError("gone")
    assert (str(error), error.message, error.status_code, error.code) == ("gone", "gone", 404, None)
    assert KernelError("x").status_code is None
    assert NotFoundError.status_code == 404


class Reply:
    """What an HTTP client's answer looks like."""

    status_code = 404
    headers: ClassVar = {"x-a": "1"}
    content = b"{}"
    request = "the request"


def test_errors_as_the_official_package_makes_them() -> None:
    """In tests of programs, mostly, which raise them in place of a call."""
    body = {"code": "not_found"}
    made: list[Any] = [
        NotFoundError("gone", response=Reply(), body=body),
        APIResponseValidationError("gone", response=Reply(), body=body),
    ]
    for error in made:
        assert (error.message, error.status_code, error.body) == ("gone", 404, body)
        assert (error.response.status_code, error.headers, error.request) == (404, {"x-a": "1"}, "the request")
    for failed, text in (
        (APIConnectionError(request="r"), "Connection error."),
        (APIConnectionError(message="no way", request="r"), "no way"),
        (APITimeoutError(request="r"), "Request timed out."),
        (APITimeoutError(Reply), "Request timed out."),
        (APIError("x", "r", body=None), "x"),
    ):
        assert str(failed) == failed.message == text
        assert failed.request in ("r", Reply)
        assert str(pickle.loads(pickle.dumps(failed))) == text
