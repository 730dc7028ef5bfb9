"""Clients: options, copies, life and death, threads, what they show of themselves."""

from __future__ import annotations

import gc
import inspect
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

import kernel_client
from kernel_client import APIConnectionError, AsyncKernel, ConfigurationError, InvalidArgumentError, Kernel
from kernel_client.testing import World

CLIENTS = pytest.mark.parametrize("make", [Kernel, AsyncKernel])
OPTIONS = [
    "api_key", "project_id", "project", "environment", "base_url", "timeout", "max_retries", "default_headers",
    "default_query", "root_certificates", "proxy", "connect_timeout", "total_timeout", "idle_timeout",
    "max_response_bytes", "max_event_bytes", "log_level",
]  # fmt: skip


@CLIENTS
def test_signatures(make: Any) -> None:
    constructor = inspect.signature(make).parameters
    assert list(constructor) == OPTIONS
    assert {parameter.kind for parameter in constructor.values()} == {inspect.Parameter.KEYWORD_ONLY}
    for method in (make.with_options, make.copy):
        assert list(inspect.signature(method).parameters)[1:] == [*OPTIONS, "set_default_headers", "set_default_query"]


def test_signature_of_a_call() -> None:
    clients: list[Any] = [Kernel(api_key="sk_test"), AsyncKernel(api_key="sk_test")]
    signatures = [
        inspect.signature(resource.login)
        for client in clients
        for resource in (
            client.auth.connections,
            client.auth.connections.with_raw_response,
            client.auth.with_raw_response.connections,
            client.with_raw_response.auth.connections,
        )
    ]
    assert len(set(map(str, signatures))) == 1
    parameters = signatures[0].parameters
    assert list(parameters) == [
        "id", "browser", "browser_telemetry", "proxy", "record_session", "skill_mode",
        "extra_headers", "extra_query", "extra_body", "timeout", "total_timeout", "max_retries",
    ]  # fmt: skip
    kinds = [parameter.kind for parameter in parameters.values()]
    assert kinds == [inspect.Parameter.POSITIONAL_OR_KEYWORD] + [inspect.Parameter.KEYWORD_ONLY] * 11
    assert [name for name in parameters if parameters[name].default is inspect.Parameter.empty] == ["id"]


def test_help_says_what_a_call_does() -> None:
    assert "login flow" in (inspect.getdoc(Kernel(api_key="sk_test").auth.connections.login) or "")


def test_aliases() -> None:
    assert kernel_client.Client is Kernel
    assert kernel_client.AsyncClient is AsyncKernel


@CLIENTS
def test_the_key_comes_from_the_environment(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERNEL_API_KEY", "sk_environment")
    monkeypatch.setenv("KERNEL_BASE_URL", "http://127.0.0.1:9/base")
    client = make()
    assert client.base_url == "http://127.0.0.1:9/base"
    monkeypatch.delenv("KERNEL_API_KEY")
    with pytest.raises(ConfigurationError, match="KERNEL_API_KEY") as raised:
        make()
    assert raised.value.argument == "api_key"
    assert isinstance(raised.value, ValueError)


@CLIENTS
def test_properties_and_copies(make: Any) -> None:
    client = make(api_key="sk_test", base_url="http://127.0.0.1:9", timeout=1.5, max_retries=4)
    assert (client.base_url, client.timeout, client.max_retries) == ("http://127.0.0.1:9", 1.5, 4)
    for copied in (client.with_options(timeout=None, max_retries=0), client.copy(timeout=None, max_retries=0)):
        assert type(copied) is make
        assert (copied.base_url, copied.timeout, copied.max_retries) == ("http://127.0.0.1:9", None, 0)
    assert client.max_retries == 4


@CLIENTS
def test_omit_leaves_an_option_out(make: Any) -> None:
    client = make(api_key="sk_test", timeout=kernel_client.NOT_GIVEN, max_retries=kernel_client.omit)
    assert (client.timeout, client.max_retries) == (60, 2)


@CLIENTS
def test_repr_shows_no_secret(make: Any) -> None:
    client = make(
        api_key="sk_secret", base_url="http://127.0.0.1:9", default_headers={"x-key": "sk_secret"},
        default_query={"token": "sk_secret"}, proxy="http://user:sk_secret@127.0.0.1:9",
    )  # fmt: skip
    assert repr(client) == f'{make.__name__}(base_url="http://127.0.0.1:9")'
    assert "sk_secret" not in repr(client.auth.connections) + repr(client.with_raw_response)


@CLIENTS
def test_attributes_cannot_be_set(make: Any) -> None:
    client = make(api_key="sk_test")
    for name in ("timeout", "anything"):
        with pytest.raises(AttributeError):
            setattr(client, name, 1)


def test_context_manager(world: World) -> None:
    with Kernel(api_key="sk_test", base_url=world.base_url) as client:
        assert client.auth.connections.login("ma_login").id == "ma_login"
        assert not client.is_closed()
    assert client.is_closed()
    with pytest.raises(APIConnectionError) as raised:
        client.auth.connections.login("ma_login")
    assert "closed" in str(raised.value.reason)
    world.record(wait_idle=1)


def test_the_context_manager_lets_errors_pass() -> None:
    with pytest.raises(LookupError), Kernel(api_key="sk_test"):
        raise LookupError


@CLIENTS
def test_clients_are_collected(make: Any) -> None:
    client = make(api_key="sk_test")
    connections = client.auth.connections
    reference = weakref.ref(client)
    del client
    gc.collect()
    assert reference() is None
    # What hangs off it works on by itself.
    with pytest.raises(TypeError):
        connections.login(5)


def test_one_client_in_many_threads(world: World) -> None:
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    answers: list[str] = []

    def work() -> None:
        answers.extend(client.auth.connections.login("ma_login").id for _ in range(8))

    threads = [threading.Thread(target=work) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["ma_login"] * 512


def test_other_threads_run_while_a_call_blocks(stalled: World) -> None:
    client = Kernel(api_key="sk_test", base_url=stalled.base_url, timeout=2, max_retries=0)

    def call() -> None:
        with suppress(APIConnectionError):
            client.auth.connections.login("ma_login")

    thread = threading.Thread(target=call)
    thread.start()
    # Python code that could not run, nor see the request arrive, if the call held the interpreter.
    assert len(stalled.record(wait_requests=1)["requests"]) == 1
    assert thread.is_alive()
    thread.join()


def test_the_core_judges_values(open_world: Callable[..., World]) -> None:
    world = open_world()
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    refused: list[dict[str, Any]] = [
        {"timeout": -1}, {"timeout": float("nan")}, {"max_retries": -1}, {"total_timeout": 0},
    ]  # fmt: skip
    for options in refused:
        with pytest.raises(ConfigurationError):
            Kernel(api_key="sk_test", **options)
        with pytest.raises(InvalidArgumentError) as raised:
            client.auth.connections.login("ma_login", **options)
        assert [raised.value.argument] == list(options)
    assert world.record()["requests"] == []
