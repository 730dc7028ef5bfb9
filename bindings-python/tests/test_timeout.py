"""`Timeout`: limits by parts, ours and those of HTTP clients."""

from __future__ import annotations

import copy
import pickle
import time
from collections.abc import Callable
from typing import Any

import pytest

from kernel_client import APITimeoutError, ConfigurationError, InvalidArgumentError, Kernel, Timeout
from kernel_client.testing import World


class Foreign:
    """The limits of an HTTP client that nobody here knows."""

    def __init__(self, **limits: float | None) -> None:
        self.__dict__.update({"connect": None, "read": None, "write": None, "pool": None, **limits})


def test_parts() -> None:
    assert vars_of(Timeout(60)) == [60, 60, 60, 60]
    assert vars_of(Timeout(60, connect=5, pool=None)) == [5, 60, 60, None]
    assert vars_of(Timeout(None)) == [None] * 4
    assert vars_of(Timeout(connect=1, read=2, write=3, pool=4)) == [1, 2, 3, 4]
    assert Timeout(timeout=Timeout(60, connect=5), read=7) == Timeout(connect=5, read=7, write=60, pool=60)
    with pytest.raises(TypeError, match="`read` is missing"):
        Timeout(connect=5)


def vars_of(timeout: Timeout) -> list[float | None]:
    return list(timeout.as_dict().values())


def test_equality_and_repr() -> None:
    assert Timeout(60, connect=5) == Timeout(60, connect=5.0) != Timeout(60)
    assert Timeout(3) == Foreign(connect=3, read=3, write=3, pool=3)
    assert Timeout(3) != 3
    assert len({Timeout(3), Timeout(3.0), Timeout(4)}) == 2
    assert repr(Timeout(3)) == "Timeout(3)"
    assert repr(Timeout(3, connect=1)) == "Timeout(connect=1, read=3, write=3, pool=3)"
    for copied in (pickle.loads(pickle.dumps(Timeout(3, pool=None))), copy.deepcopy(Timeout(3, pool=None))):
        assert copied == Timeout(3, pool=None)


@pytest.mark.parametrize("kind", [Timeout, Foreign, dict])
def test_a_client_takes_it(kind: Callable[..., Any]) -> None:
    limits = kind(connect=1, read=2, write=3, pool=None)
    expected = Timeout(connect=1, read=2, write=3, pool=None)
    client = Kernel(api_key="sk_test", timeout=limits)
    assert client.timeout == expected
    assert client.copy().timeout == expected
    assert client.copy(timeout=7).timeout == 7
    assert client.copy(timeout=None).timeout is None
    assert client.copy(connect_timeout=9).timeout == Timeout(connect=9, read=2, write=3, pool=None)


def test_no_limit_at_all() -> None:
    assert Kernel(api_key="sk_test", timeout=Timeout(None)).timeout == Timeout(None)


@pytest.mark.parametrize("kind", [Timeout, Foreign])
def test_a_call_takes_it(stalled: World, kind: Callable[..., Any]) -> None:
    client = Kernel(api_key="sk_test", base_url=stalled.base_url, max_retries=0)
    with pytest.raises(APITimeoutError):
        client.auth.connections.login("ma_login", timeout=kind(connect=1, read=0.05, write=1, pool=1))
    (request,) = stalled.record()["requests"]
    assert dict(request["headers"])["x-stainless-timeout"] == "0"


def test_calls_with_the_same_limit_for_connecting_share_connections(world: World) -> None:
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    for _ in range(3):
        client.auth.connections.retrieve("ma_login", timeout=Timeout(30))
        client.with_options(timeout=Timeout(30)).auth.connections.retrieve("ma_login")
    assert len({request["connection"] for request in world.record()["requests"]}) == 1
    client.close()
    world.record(wait_idle=1)


def test_a_limit_for_connecting_is_kept() -> None:
    # Nobody answers at this address, which is kept for documentation; the kernel may know no way to it either.
    client = Kernel(api_key="sk_test", base_url="http://192.0.2.1:9", max_retries=0)
    started = time.monotonic()
    with pytest.raises(Exception, match=r"timed out|Connection error"):
        client.auth.connections.retrieve("ma_login", timeout=Timeout(30, connect=0.1))
    assert time.monotonic() - started < 5


def test_what_is_no_limit_is_refused() -> None:
    client = Kernel(api_key="sk_test")
    refused: list[tuple[Any, str]] = [
        (Timeout(0), "`timeout` has a `connect` that must be greater than 0"),
        (Timeout(1, read=-1), "`timeout` has a `read` that must be greater than 0"),
    ]
    for limits, text in refused:
        with pytest.raises(ConfigurationError, match=text):
            client.copy(timeout=limits)
        with pytest.raises(InvalidArgumentError, match=text) as raised:
            client.auth.connections.login("ma_login", timeout=limits)
        assert raised.value.argument == "timeout"
    for wrong in ("1", True, Foreign(connect="1"), object()):  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="timeout"):
            client.copy(timeout=wrong)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
