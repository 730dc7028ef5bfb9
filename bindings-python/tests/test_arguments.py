"""Arguments on their way to the wire: types, names, null and absent, values of Python's own."""

from __future__ import annotations

import enum
import json
from collections import OrderedDict, UserDict
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

import pytest

import kernel_client
from kernel_client import NOT_GIVEN, InvalidArgumentError, Kernel, omit
from kernel_client.testing import World


class Mode(str, enum.Enum):
    ENABLED = "enabled"


BODIES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"record_session": None, "proxy": None}, {}),
    ({"record_session": omit, "browser_telemetry": omit, "proxy": NOT_GIVEN}, {}),
    ({"browser_telemetry": None}, {"browser_telemetry": None}),
    ({"browser": {"telemetry": None, "proxy": omit}}, {"browser": {"telemetry": None}}),
    ({"browser": {"stealth": None, "telemetry": NOT_GIVEN}}, {"browser": {}}),
    ({"proxy": UserDict(id="px_1")}, {"proxy": {"id": "px_1"}}),
    ({"proxy": MappingProxyType({"id": "px_1"})}, {"proxy": {"id": "px_1"}}),
    ({"proxy": OrderedDict(id="px_1")}, {"proxy": {"id": "px_1"}}),
    ({"skill_mode": Mode.ENABLED}, {"skill_mode": "enabled"}),
    (
        {"browser": {"telemetry": {"browser": {"control": {"cdp": {"excluded_methods": ("a", "b")}}}}}},
        {"browser": {"telemetry": {"browser": {"control": {"cdp": {"excluded_methods": ["a", "b"]}}}}}},
    ),
]


@pytest.fixture
def client(world: World) -> Kernel:
    return Kernel(api_key="sk_test", base_url=world.base_url, max_retries=0)


def sent(world: World) -> Any:
    return json.loads(world.record()["requests"][-1]["body"])


@pytest.mark.parametrize(("given", "body"), BODIES)
def test_what_is_sent(client: Kernel, world: World, given: dict[str, Any], body: dict[str, Any]) -> None:
    client.auth.connections.login("ma_login", **given)
    assert sent(world) == body


def test_values_of_extra_body(open_world: Any) -> None:
    world = open_world(allow_unknown_fields=True)
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    values = {
        "none": None, "yes": True, "whole": 2**64 - 1, "negative": -(2**63), "ratio": 0.5, "text": "é\n😀",
        "list": [1, [2, (3,)]], "nested": {"a": {"b": [None, False]}},
    }  # fmt: skip
    client.auth.connections.login("ma_login", extra_body=values)
    assert sent(world) == json.loads(json.dumps(values))


class Dumped:
    """A model of pydantic's."""

    def model_dump(self, *, exclude_unset: bool) -> dict[str, Any]:
        return {"id": "px_1"} if exclude_unset else {"id": "px_1", "name": None}


def test_models_are_arguments_too(open_world: Any) -> None:
    settings = {"browser": {"region": "us-east", "proxy": {"id": "px_1"}}}
    world = open_world(connections=[{"id": "ma_1", "settings": settings}], allow_unknown_fields=True)
    connections = Kernel(api_key="sk_test", base_url=world.base_url).auth.connections
    browser: Any = connections.retrieve("ma_1").browser
    connections.update("ma_1", browser=browser)
    assert sent(world)["browser"] == browser.to_dict()
    dumped: Any = Dumped()
    connections.login("ma_1", proxy=dumped, extra_body={"more": [Dumped()]})
    assert sent(world) == {"proxy": {"id": "px_1"}, "more": [{"id": "px_1"}]}


def test_moments_are_texts(open_world: Any) -> None:
    world = open_world(allow_unknown_fields=True)
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    moment = datetime(2026, 11, 22, 10, 0, 0, 5000, tzinfo=timezone.utc)
    query = {"at": moment}
    client.auth.connections.login("ma_login", extra_body={"at": moment, "on": moment.date()}, extra_query=query)
    assert sent(world) == {"at": "2026-11-22T10:00:00.005000+00:00", "on": "2026-11-22"}
    assert world.record()["requests"][-1]["query"] == "at=2026-11-22T10%3A00%3A00.005000%2B00%3A00"


def test_headers(client: Kernel, world: World) -> None:
    client = client.with_options(default_headers={"x-one": "1", "x-two": "2", "x-three": "3"})
    headers = {"X-One": omit, "x-two": None, "x-four": "4"}
    client.auth.connections.login("ma_login", extra_headers=headers)
    received = dict(world.record()["requests"][0]["headers"])
    assert {name: received.get(name) for name in ("x-one", "x-two", "x-three", "x-four")} == {
        "x-one": None, "x-two": None, "x-three": "3", "x-four": "4",
    }  # fmt: skip


def test_headers_of_the_client_can_be_removed_by_omit(world: World) -> None:
    client = Kernel(api_key="sk_test", base_url=world.base_url, default_headers={"x-stainless-os": omit})
    client.auth.connections.login("ma_login")
    assert "x-stainless-os" not in dict(world.record()["requests"][0]["headers"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"id": 5}, "`id` must be str, not int."),
        ({"id": None}, "`id` must be str, not None."),
        ({"id": omit}, "`id` is missing."),
        ({"record_session": 1}, "`record_session` must be bool, not int."),
        ({"skill_mode": b"enabled"}, "`skill_mode` must be str, not bytes."),
        ({"browser": []}, "`browser` must be dict, not list."),
        ({"browser": {"telemetry": {"enabled": "yes"}}}, "`browser.telemetry.enabled` must be bool, not str."),
        ({"proxy": {"nmae": "x"}}, "`proxy` has an unexpected key 'nmae'; it takes id, name."),
        ({"proxy": {1: "x"}}, "`proxy` must have str as keys, not int."),
        ({"extra_headers": {"x": 1}}, "`extra_headers.x` must be str, not int."),
        ({"extra_body": {"x": {1, 2}}}, "`extra_body.x` must be a value that JSON knows, not set."),
        ({"extra_body": [1]}, "`extra_body` must be dict, not list."),
        ({"timeout": "soon"}, "`timeout` must be a number, a Timeout or None, not str."),
        ({"timeout": True}, "`timeout` must be a number, a Timeout or None, not bool."),
        ({"max_retries": 1.0}, "`max_retries` must be int, not float."),
        ({"max_retries": True}, "`max_retries` must be int, not bool."),
        (
            {"browser": {"telemetry": {"browser": {"control": {"cdp": {"excluded_methods": ["a", 1]}}}}}},
            "`browser.telemetry.browser.control.cdp.excluded_methods.1` must be str, not int.",
        ),
    ],
)
def test_wrong_types(client: Kernel, world: World, given: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"id": "ma_login", **given}
    with pytest.raises(TypeError) as raised:
        client.auth.connections.login(**arguments)
    assert str(raised.value) == message
    assert world.record()["requests"] == []


def test_unknown_names(client: Kernel) -> None:
    login: Any = client.auth.connections.login
    with pytest.raises(TypeError, match="unexpected keyword argument 'record_sesion'"):
        login("ma_login", record_sesion=True)
    with pytest.raises(TypeError, match="unexpected keyword argument 'retries'"):
        kernel_client.Kernel(retries=1)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    with pytest.raises(TypeError):
        login("ma_login", True)


@pytest.mark.parametrize(
    ("body", "argument"),
    [
        ({"x": float("nan")}, "extra_body.x"),
        ({"x": [float("inf")]}, "extra_body.x.0"),
        ({"x": 2**64}, "extra_body.x"),
        ({"x": "\ud800"}, "extra_body.x"),
        ({"\ud800": 1}, "extra_body"),
    ],
)
def test_values_that_cannot_be_sent(client: Kernel, world: World, body: dict[str, Any], argument: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        client.auth.connections.login("ma_login", extra_body=body)
    assert raised.value.argument == argument
    assert isinstance(raised.value, ValueError)
    assert world.record()["requests"] == []


def test_a_dict_that_holds_itself(client: Kernel) -> None:
    body: dict[str, Any] = {}
    body["again"] = [body]
    with pytest.raises(InvalidArgumentError, match="nested too deeply"):
        client.auth.connections.login("ma_login", extra_body=body)


def test_what_a_mapping_of_the_callers_raises_passes_through(client: Kernel) -> None:
    class Broken(Mapping[str, str]):
        def __getitem__(self, key: str) -> str:
            raise LookupError(key)

        def __iter__(self) -> Iterator[str]:
            return iter(["id"])

        def __len__(self) -> int:
            return 1

    broken: Any = Broken()
    with pytest.raises(LookupError, match="id"):
        client.auth.connections.login("ma_login", proxy=broken)


def test_a_secret_argument_is_not_in_the_error() -> None:
    key: Any = ["sk_secret"]
    with pytest.raises(TypeError) as raised:
        Kernel(api_key=key)
    assert "sk_secret" not in str(raised.value)


def test_sentinels() -> None:
    assert not omit
    assert not NOT_GIVEN
    assert (repr(omit), repr(NOT_GIVEN)) == ("omit", "NOT_GIVEN")
    assert isinstance(omit, kernel_client.Omit)
    assert isinstance(kernel_client.not_given, kernel_client.NotGiven)
    assert kernel_client.not_given is NOT_GIVEN
