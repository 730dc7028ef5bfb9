"""Answers: models as Python objects, and what comes with them in the raw form."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from kernel_client import APIResponse, AsyncAPIResponse, AsyncKernel, Headers, HTTPResponse, Kernel
from kernel_client.testing import World
from kernel_client.types.auth import ConnectionLoginParams, LoginResponse

FIELDS = {
    "id": "ma_login",
    "flow_type": "LOGIN",
    "hosted_url": "https://auth.test.invalid/login/abc",
    "flow_expires_at": "2026-11-22T12:00:00.250+02:00",
    "handoff_code": "code_secret",
    "live_view_url": "https://view.test.invalid/secret",
}


@pytest.fixture
def answer(open_world: Callable[..., World]) -> LoginResponse:
    return log_in(open_world, FIELDS)


def log_in(open_world: Callable[..., World], fields: dict[str, Any]) -> LoginResponse:
    world = open_world(faults=[{"status": 200, "body": fields}])
    return Kernel(api_key="sk_test", base_url=world.base_url).auth.connections.login("ma_login")


def test_attributes(answer: LoginResponse) -> None:
    assert isinstance(answer, LoginResponse)
    assert (answer.id, answer.flow_type, answer.hosted_url) == ("ma_login", "LOGIN", FIELDS["hosted_url"])
    assert (answer.handoff_code, answer.live_view_url) == ("code_secret", FIELDS["live_view_url"])
    with pytest.raises(AttributeError):
        answer.id = "other"  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(AttributeError, match="'LoginResponse' object has no attribute 'nothing'"):
        _ = answer.nothing  # type: ignore[attr-defined] # pyright: ignore


def test_timestamps_have_a_time_zone(answer: LoginResponse) -> None:
    assert answer.flow_expires_at == datetime(2026, 11, 22, 10, 0, 0, 250_000, tzinfo=timezone.utc)
    assert answer.flow_expires_at.tzinfo is not None


def test_optional_fields(open_world: Callable[..., World]) -> None:
    answer = log_in(open_world, {key: FIELDS[key] for key in FIELDS if key not in {"handoff_code", "live_view_url"}})
    assert answer.handoff_code is None
    assert answer.live_view_url is None
    assert "handoff_code" not in answer.to_dict()


def test_unknown_fields_and_values(open_world: Callable[..., World]) -> None:
    new = {"new": {"a": [1, 2.5, None, True, "x"]}, "flow_type": "NEW_KIND"}
    answer: Any = log_in(open_world, FIELDS | new)
    assert answer.new == new["new"]
    assert answer.flow_type == "NEW_KIND"
    assert answer.model_extra == {"new": new["new"]}
    assert answer.to_dict()["new"] == new["new"]
    assert "2.5" not in repr(answer)


def test_equality(answer: LoginResponse, open_world: Callable[..., World]) -> None:
    assert answer == log_in(open_world, FIELDS)
    assert answer != log_in(open_world, FIELDS | {"id": "other"})
    assert answer != FIELDS


def test_repr_looks_like_python_and_hides_secrets(answer: LoginResponse) -> None:
    text = repr(answer)
    assert text.startswith("LoginResponse(id='ma_login', flow_type='LOGIN', hosted_url='https://")
    assert "handoff_code='***'" in text
    assert "secret" not in text
    assert str(answer) == text


def test_dict_and_json(answer: LoginResponse) -> None:
    assert answer.to_dict() == {**FIELDS, "flow_expires_at": answer.flow_expires_at}
    assert json.loads(answer.to_json()) == FIELDS
    assert LoginResponse.from_json(answer.to_json()) == answer
    with pytest.raises(ValueError, match="JSON of the model"):
        LoginResponse.from_json("{}")


def test_copies(answer: LoginResponse) -> None:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(answer, protocol)) == answer
    assert copy.copy(answer) == answer
    assert copy.deepcopy(answer) == answer


def test_pattern_matching(answer: LoginResponse) -> None:
    match answer:
        case LoginResponse(id=matched, flow_type="LOGIN"):
            assert matched == "ma_login"
        case _:
            pytest.fail("the pattern does not match")


def test_parameters_are_dicts(world: World) -> None:
    params: ConnectionLoginParams = {"record_session": True, "browser": {"region": "eu-west"}}
    Kernel(api_key="sk_test", base_url=world.base_url).auth.connections.login("ma_login", **params)
    assert json.loads(world.record()["requests"][0]["body"]) == params


def raw_world(open_world: Callable[..., World]) -> World:
    headers = {"x-request-id": "req_1", "X-Extra": "kept", "retry-after-ms": "1"}
    return open_world(faults=[{"status": 503, "headers": headers}, {"status": 200, "headers": headers, "body": FIELDS}])


def check_parts(response: APIResponse[LoginResponse] | AsyncAPIResponse[LoginResponse]) -> None:
    assert response.status_code == 200
    assert response.retries_taken == 1
    assert response.request_id == "req_1"
    assert response.headers["X-EXTRA"] == "kept"
    assert json.loads(response.content) == FIELDS
    assert isinstance(response.elapsed, timedelta)
    assert timedelta(0) < response.elapsed < timedelta(minutes=1)
    assert isinstance(response.http_response, HTTPResponse)
    assert response.http_response.json() == FIELDS
    assert "secret" not in repr(response)


def test_raw_response(open_world: Callable[..., World]) -> None:
    client = Kernel(api_key="sk_test", base_url=raw_world(open_world).base_url)
    response = client.auth.connections.with_raw_response.login("ma_login")
    assert isinstance(response, APIResponse)
    check_parts(response)
    assert response.json() == FIELDS
    assert json.loads(response.text()) == FIELDS
    answer = response.parse()
    assert answer.id == "ma_login"
    assert response.parse() is answer


def test_raw_response_of_asyncio(open_world: Callable[..., World]) -> None:
    client = AsyncKernel(api_key="sk_test", base_url=raw_world(open_world).base_url)

    async def main() -> None:
        response = await client.auth.connections.with_raw_response.login("ma_login")
        assert isinstance(response, AsyncAPIResponse)
        check_parts(response)
        assert await response.json() == FIELDS
        assert json.loads(await response.text()) == FIELDS
        answer = await response.parse()
        assert answer.id == "ma_login"
        assert await response.parse() is answer

    asyncio.run(main())


def test_raw_response_can_be_named_in_annotations() -> None:
    assert APIResponse[LoginResponse] is not None
    assert AsyncAPIResponse[LoginResponse] is not None


def test_headers() -> None:
    headers = Headers([("X-One", "1"), ("set-cookie", "a=secret"), ("Set-Cookie", "b=2")])
    assert isinstance(headers, Mapping)
    assert headers["x-ONE"] == "1"
    assert headers["Set-Cookie"] == "a=secret, b=2"
    assert headers.get("nothing") is None
    assert headers.get("nothing", 5) == 5
    assert "X-One" in headers
    assert "nothing" not in headers
    with pytest.raises(KeyError, match="nothing"):
        _ = headers["nothing"]
    assert list(headers) == list(headers.keys()) == ["x-one", "set-cookie"]
    assert len(headers) == 2
    assert list(headers.values()) == ["1", "a=secret, b=2"]
    assert dict(headers) == dict(headers.items()) == {"x-one": "1", "set-cookie": "a=secret, b=2"}
    assert headers.get_list("SET-COOKIE") == ["a=secret", "b=2"]
    assert headers.multi_items() == [("x-one", "1"), ("set-cookie", "a=secret"), ("set-cookie", "b=2")]
    assert headers == Headers(headers.multi_items())
    assert headers == dict(headers)
    assert headers != {"x-one": "1"}
    assert "secret" not in repr(headers)
    assert pickle.loads(pickle.dumps(headers)).multi_items() == headers.multi_items()
