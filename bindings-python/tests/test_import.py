"""What an import costs: nothing heavy is loaded before it is needed."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import kernel_client
from conftest import Program
from kernel_client import pagination
from kernel_client.testing import World

HEAVY = {
    "_socket", "asyncio", "collections", "contextvars", "dataclasses", "datetime", "email", "enum", "functools",
    "http", "importlib.metadata", "inspect", "json", "logging", "re", "socket", "ssl", "threading", "typing",
    "urllib", "weakref",
}  # fmt: skip

# Without `site`, whose .pth files load what they like.
BARE = ("-I", "-S")
PREFIX = "import sys; sys.path.append(sys.argv[1]); "
FOLDER = str(Path(kernel_client.__file__).parents[1])


def loaded(program: Program, code: str, *arguments: str) -> set[str]:
    ended = program(PREFIX + code + "; print(list(sys.modules))", FOLDER, *arguments, options=BARE)
    assert ended.returncode == 0, ended.stderr
    return set(json.loads(ended.stdout.replace("'", '"')))


def test_import_loads_nothing_heavy(program: Program) -> None:
    new = loaded(program, "import kernel_client") - loaded(program, "pass")
    assert not new & HEAVY
    # What stands beside the package itself comes with any interpreter that has `site`.
    assert {name for name in new if not name.startswith("kernel_client")} <= {"__future__", "_collections_abc"}


def test_a_blocking_call_loads_nothing_heavy(program: Program, world: World) -> None:
    call = "client.auth.connections.login('ma_login')"
    client = "import kernel_client; client = kernel_client.Kernel(api_key='sk_test', base_url=sys.argv[2])"
    new = loaded(program, f"{client}; {call}", world.base_url) - loaded(program, "pass")
    assert not new & HEAVY


def test_types_are_loaded_when_asked_for(program: Program) -> None:
    code = "import kernel_client; kernel_client.types.auth.LoginResponse"
    assert "kernel_client.types.auth" in loaded(program, code)
    assert "kernel_client.types" not in loaded(program, "import kernel_client")


def test_classes_are_made_when_asked_for(program: Program, world: World) -> None:
    show = "print([[name for name in vars(kernel_client._native) if name in 'ManagedAuth Page Stream'.split()]])"
    code = "import sys; sys.path.append(sys.argv[1]); import kernel_client; "
    for more, made in (("", []), ("kernel_client.Page; ", ["Page"]), ("kernel_client.types.auth; ", ["ManagedAuth"])):
        ended = program(f"{code}{more}{show}", FOLDER, options=BARE)
        assert ended.stdout == f"{[made]}\n", ended.stderr


def test_all_names_are_there() -> None:
    for name in kernel_client.__all__:
        assert getattr(kernel_client, name) is not None
    for name in kernel_client.types.auth.__all__:
        assert getattr(kernel_client.types.auth, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'missing'"):
        _ = kernel_client.missing
    native: Any = kernel_client._native  # pyright: ignore
    with pytest.raises(AttributeError, match="has no attribute 'missing'"):
        _ = native.missing
    assert native.Page is native.Page is kernel_client.Page


def test_names_of_the_official_package() -> None:
    """What programs written for it import, beside the client and its errors."""
    client = kernel_client.Kernel(api_key="sk_test")
    for name in (
        "AuthContext", "ConnectionCreateParams", "ConnectionFollowResponse", "ConnectionListParams",
        "ConnectionLoginParams", "ConnectionSubmitParams", "ConnectionTimelineParams", "ConnectionUpdateParams",
        "LoginResponse", "ManagedAuth", "ManagedAuthBrowserConfig", "ManagedAuthBrowserConfigParam",
        "ManagedAuthTimelineEvent", "SubmitFieldsResponse",
    ):  # fmt: skip
        assert name in kernel_client.types.auth.__all__
    for name in ("connections", "context"):
        module = importlib.import_module(f"kernel_client.resources.auth.{name}")
        assert all(getattr(kernel_client.resources.auth, item) is getattr(module, item) for item in module.__all__)
    assert isinstance(client.auth, kernel_client.resources.AuthResource)
    assert isinstance(client.auth.connections, kernel_client.resources.auth.ConnectionsResource)
    assert kernel_client.DEFAULT_TIMEOUT == kernel_client.Timeout(60, connect=5) == client.timeout
    assert client.max_retries == kernel_client.DEFAULT_MAX_RETRIES
    assert kernel_client.ENVIRONMENTS["production"] == client.base_url
    assert kernel_client.ENVIRONMENTS["development"] == client.copy(environment="development").base_url
    assert get_type_hints(kernel_client.RequestOptions)["max_retries"] is int
    assert (kernel_client.NoneType, kernel_client.__title__) == (type(None), "kernel_client")
    assert {*kernel_client.__all__, "resources", "types"} <= {*dir(kernel_client)}
    assert pagination.SyncOffsetPagination is kernel_client.Page
    assert pagination.AsyncOffsetPagination is kernel_client.AsyncPage


IN_A_SUBINTERPRETER = """
import sys
{first}
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
if sys.version_info >= (3, 13):
    other = interpreters.create("legacy")
elif sys.version_info >= (3, 12):
    other = interpreters.create(isolated=False)
else:
    other = interpreters.create()
code = f"import sys; sys.path[:] = {sys.path!r}" + chr(10) + '''
try:
    import kernel_client
except ImportError as error:
    print(error, flush=True)
'''
assert not interpreters.run_string(other, code)
import kernel_client
print(kernel_client.Kernel(api_key="sk_test"))
"""


@pytest.mark.parametrize("first", ["", "import kernel_client"])
def test_a_subinterpreter_is_refused_and_harms_nobody(program: Program, first: str) -> None:
    ended = program(IN_A_SUBINTERPRETER.replace("{first}", first))
    assert (ended.returncode, ended.stderr) == (0, "")
    refused, shown = ended.stdout.splitlines()
    assert refused.endswith("works in the main interpreter of a process only: subinterpreters are not supported")
    assert shown.startswith("Kernel(")
