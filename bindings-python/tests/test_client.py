"""Clients: options, copies, life and death, threads, what they show of themselves."""

from __future__ import annotations

import gc
import inspect
import pydoc
import rlcompleter
import socket
import sys
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from unittest import mock

import pytest

import kernel_client
from kernel_client import (
    APIConnectionError,
    APIStatusError,
    AsyncKernel,
    ConfigurationError,
    InvalidArgumentError,
    Kernel,
    Timeout,
)
from kernel_client.testing import World

CLIENTS = pytest.mark.parametrize("make", [Kernel, AsyncKernel])
OPTIONS = [
    "api_key", "project_id", "project", "environment", "base_url", "timeout", "max_retries", "default_headers",
    "default_query", "root_certificates", "proxy", "connect_timeout", "total_timeout", "idle_timeout",
    "max_response_bytes", "max_event_bytes", "log_level", "http_client", "propagate",
]  # fmt: skip
STRICT = "_strict_response_validation"


@CLIENTS
def test_signatures(make: Any) -> None:
    # Python 3.10 looks no further than `__new__`, which takes anything.
    if sys.version_info >= (3, 11):
        constructor = inspect.signature(make).parameters
        assert list(constructor) == [*OPTIONS, STRICT]
        assert {parameter.kind for parameter in constructor.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert list(inspect.signature(make.__init__).parameters) == ["self", *OPTIONS, STRICT]
    assert list(inspect.signature(make(api_key="sk_test").__init__).parameters) == [*OPTIONS, STRICT]
    for method in (make.with_options, make.copy):
        copied = {*OPTIONS, "set_default_headers", "set_default_query"}
        assert set(list(inspect.signature(method).parameters)[1:]) == copied


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


def test_help_and_completion() -> None:
    client = Kernel(api_key="sk_secret", default_headers={"x-key": "sk_secret"})
    for shown in (client, client.auth, client.auth.connections, Kernel):
        text = pydoc.plain(pydoc.render_doc(shown))
        assert "sk_secret" not in text
    assert "api_key: The API key" in text
    assert "The limit of one attempt" in text
    completer = rlcompleter.Completer({"client": client})
    for begun, whole in (
        ("client.au", "client.auth"),
        ("client.auth.conn", "client.auth.connections"),
        ("client.auth.connections.subm", "client.auth.connections.submit("),
        ("client.with_opt", "client.with_options("),
    ):
        assert completer.complete(begun, 0) == whole


def public() -> list[tuple[str, Any]]:
    """Every public callable and attribute of the package's own classes, by name."""
    modules: list[Any] = [
        kernel_client, kernel_client.pagination, kernel_client.resources, kernel_client.resources.auth,
        kernel_client.types.auth,
    ]  # fmt: skip
    items: list[Any] = [getattr(module, name) for module in modules for name in module.__all__]
    classes = {item for item in items if inspect.isclass(item)}
    own = sorted((cls for cls in classes if "kernel_client" in cls.__module__), key=lambda cls: cls.__name__)
    return [
        (f"{cls.__name__}.{name}", getattr(cls, name))
        for cls in own
        for name in dir(cls)
        # What only the classes of models have, their base has not.
        if not name.startswith("_")
        and not any(hasattr(base, name) for base in (BaseException, dict))
        and hasattr(cls, name)
    ]


def test_everything_tells_what_it_takes_and_what_it_is() -> None:
    found = public()
    assert len(found) > 300
    for name, item in found:
        # Values such as the status of an exception class have nothing to say.
        assert inspect.getdoc(item) or isinstance(item, int), name
        if callable(item):
            kinds = {parameter.kind for parameter in inspect.signature(item).parameters.values()}
            if name.endswith("construct"):
                # A model keeps the fields that this version has no name for.
                kinds.discard(inspect.Parameter.VAR_KEYWORD)
            assert not kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}, name


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
    assert client.base_url == "http://127.0.0.1:9/base/"
    monkeypatch.delenv("KERNEL_API_KEY")
    with pytest.raises(ConfigurationError, match="KERNEL_API_KEY") as raised:
        make()
    assert raised.value.argument == "api_key"
    assert isinstance(raised.value, ValueError)


@CLIENTS
def test_properties_and_copies(make: Any) -> None:
    client = make(api_key="sk_test", base_url="http://127.0.0.1:9", timeout=1.5, max_retries=4)
    assert (client.base_url, client.timeout, client.max_retries) == ("http://127.0.0.1:9/", 1.5, 4)
    for copied in (client.with_options(timeout=None, max_retries=0), client.copy(timeout=None, max_retries=0)):
        assert type(copied) is make
        assert (copied.base_url, copied.timeout, copied.max_retries) == ("http://127.0.0.1:9/", None, 0)
    assert client.max_retries == 4


@CLIENTS
def test_omit_leaves_an_option_out(make: Any) -> None:
    client = make(api_key="sk_test", timeout=kernel_client.NOT_GIVEN, max_retries=kernel_client.omit)
    assert (client.timeout, client.max_retries) == (Timeout(60, connect=5), 2)


@CLIENTS
def test_repr_shows_no_secret(make: Any) -> None:
    client = make(
        api_key="sk_secret", base_url="http://127.0.0.1:9", default_headers={"x-key": "sk_secret"},
        default_query={"token": "sk_secret"}, proxy="http://user:sk_secret@127.0.0.1:9",
    )  # fmt: skip
    assert repr(client) == f'{make.__name__}(base_url="http://127.0.0.1:9/")'
    assert "sk_secret" not in repr(client.auth.connections) + repr(client.with_raw_response)


@CLIENTS
def test_what_is_set_holds_from_the_next_call_on(make: Any) -> None:
    client = make(api_key="sk_test")
    connections = client.auth.connections
    for name, value in (
        ("api_key", "sk_other"), ("base_url", "http://127.0.0.1:9/"), ("project_id", "p_1"), ("project", "shop"),
        ("timeout", 3.5), ("max_retries", 0),
    ):  # fmt: skip
        setattr(client, name, value)
        assert getattr(client, name) == value
    assert client.default_headers["authorization"] == "Bearer sk_other"
    assert client.default_headers["x-kernel-project"] == "shop"
    assert client.auth.connections is connections
    with pytest.raises(ConfigurationError):
        client.timeout = -1
    with pytest.raises(TypeError, match="max_retries cannot be None"):
        client.max_retries = None
    assert (client.timeout, client.max_retries) == (3.5, 0)
    with pytest.raises(AttributeError):
        client.anything = 1


def test_a_key_that_is_set_is_sent(open_world: Callable[..., World]) -> None:
    world = open_world()
    client = Kernel(api_key="sk_test", base_url="http://127.0.0.1:9")
    connections, raw = client.auth.connections, client.with_raw_response.auth.connections
    client.base_url, client.api_key = world.base_url, "sk_other"
    for call in (connections.login, raw.login):
        with suppress(APIStatusError):
            call("ma_login")
    sent = [dict(request["headers"])["authorization"] for request in world.record()["requests"]]
    assert sent == ["Bearer sk_other"] * 2


@CLIENTS
def test_what_a_client_is_set_to(make: Any) -> None:
    client = make(api_key="sk_test", default_headers={"X-Foo": "bar"}, default_query={"a": [1, "b"]}, project_id="p_1")
    assert (client.api_key, client.project_id, client.project) == ("sk_test", "p_1", None)
    assert client.default_headers["X-Foo"] == client.default_headers.get("x-foo") == "bar"
    assert client.default_query == {"a": [1, "b"]}
    assert client.copy(set_default_headers={}).default_headers.get("X-Foo") is None
    for name in ("headers", "query"):
        both: dict[str, dict[str, str]] = {f"default_{name}": {}, f"set_default_{name}": {}}
        text = f"`default_{name}` and `set_default_{name}` arguments are mutually exclusive"
        with pytest.raises(ValueError, match=text):
            client.copy(**both)


class Url:
    """What HTTP clients have for URLs."""

    scheme, host = "http", "127.0.0.1"

    def __str__(self) -> str:
        return "http://127.0.0.1:9/base"


@CLIENTS
def test_an_address_may_be_an_object(make: Any) -> None:
    client = make(api_key="sk_test", base_url=Url())
    assert client.base_url == client.with_options(base_url=Url()).base_url == "http://127.0.0.1:9/base/"


@CLIENTS
def test_a_class_of_ones_own(make: Any) -> None:
    class Own(make):  # type: ignore[misc]
        def __init__(self, region: str, **options: Any) -> None:
            super().__init__(api_key="sk_own", **options)  # pyright: ignore[reportUnknownMemberType]
            self.region = region

    client = Own("eu", timeout=5)
    assert isinstance(client, make)
    assert (client.api_key, client.timeout, client.region) == ("sk_own", 5, "eu")
    assert repr(client) == 'Own(base_url="https://api.onkernel.com/")'
    assert client.default_headers["user-agent"] == make(api_key="sk_test").default_headers["user-agent"]
    copied = client.with_options(timeout=6)
    assert type(copied) is Own
    assert (copied.timeout, copied.region, client.timeout) == (6, "eu", 5)

    class Forgetful(make):  # type: ignore[misc]
        def __init__(self) -> None:
            pass

    forgetful: Any = Forgetful()
    with pytest.raises(RuntimeError, match="super"):
        _ = forgetful.api_key
    with pytest.raises(RuntimeError, match="super"):
        forgetful.auth.connections.list()


@CLIENTS
def test_a_call_can_be_replaced_in_tests(make: Any) -> None:
    client = make(api_key="sk_test")
    with mock.patch.object(client.auth.connections, "login", return_value="replaced"):
        assert client.auth.connections.login("ma_login") == "replaced"
    assert "login" not in vars(client.auth.connections)
    assert mock.create_autospec(make, instance=True).auth.connections.list() is not None


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


def test_a_connection_that_was_closed_between_calls_is_not_used() -> None:
    body = b'{"accepted": true}'
    over, closed = threading.Semaphore(0), threading.Semaphore(0)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for _ in range(2):
                connection, _ = server.accept()
                with connection:
                    while not connection.recv(65536).endswith(b"{}"):
                        pass
                    # Nothing in the answer says that it is the last one.
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
                    assert over.acquire(timeout=10)
                closed.release()

        thread = threading.Thread(target=serve)
        thread.start()
        client = Kernel(api_key="sk_test", base_url=f"http://127.0.0.1:{server.getsockname()[1]}", max_retries=0)
        for _ in range(2):
            assert client.auth.connections.submit("ma_1").accepted
            over.release()
            # The thread that called does not look at its connections now.
            assert closed.acquire(timeout=10)
        thread.join()
