"""The names that the official suite imports, each pointing at this package or standing in for what is private there.

Nothing here decides anything about a call: what a case looks at has gone through this package, and unless it is a
request that is never sent, over a socket.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import datetime
import inspect
import sys
import threading
import typing
from collections.abc import Callable
from pathlib import Path
from types import GenericAlias, ModuleType, SimpleNamespace, UnionType
from typing import Any

import httpx
import httpx_aiohttp
import pydantic

import kernel_client
import kernel_client.pagination
import kernel_client.types.auth
from kernel_client import errors

from .gateway import Gateway


def install(gateway: Gateway) -> None:
    """From now on `import kernel` and what is below it, `httpx.Timeout` and `respx` lead here."""
    clients = {name: _client(getattr(kernel_client, name)) for name in ("Kernel", "AsyncKernel")}
    # An HTTP client of httpx's like any other, which connects by aiohttp.
    http_clients = {"DefaultAioHttpClient": httpx_aiohttp.HttpxAiohttpClient}
    http_clients.update({name: _not_here(name) for name in ("DefaultHttpxClient", "DefaultAsyncHttpxClient")})
    names = {name: getattr(kernel_client, name) for name in kernel_client.__all__}
    _module("kernel", {**names, **clients, **http_clients})
    _module("kernel._types", {"Omit": kernel_client.Omit, "NoneType": type(None)})
    _module("kernel._exceptions", {name: getattr(errors, name) for name in errors.__all__})
    _module("kernel._models", {"BaseModel": BaseModel, "FinalRequestOptions": FinalRequestOptions})
    _module(
        "kernel._compat", {"PYDANTIC_V1": False, "field_outer_type": lambda field: field, "get_model_fields": fields}
    )
    _module(
        "kernel._utils",
        {
            "asyncify": lambda function: lambda *given: asyncio.to_thread(function, *given),
            "extract_type_arg": lambda kind, index: typing.get_args(kind)[index],
            "is_annotated_type": lambda kind: typing.get_origin(kind) is typing.Annotated,
            "is_dict": lambda value: isinstance(value, dict),
            "is_list": lambda value: isinstance(value, list),
            "is_list_type": lambda kind: (typing.get_origin(kind) or kind) is list,
            "is_sequence_type": lambda kind: "Sequence" in getattr(typing.get_origin(kind) or kind, "__name__", ""),
            "is_type_alias_type": lambda kind: type(kind).__name__ == "TypeAliasType",
            "is_union_type": lambda kind: typing.get_origin(kind) in (typing.Union, UnionType),
        },
    )
    _module(
        "kernel._base_client",
        {
            "DEFAULT_TIMEOUT": kernel_client.DEFAULT_TIMEOUT,
            "HTTPX_DEFAULT_TIMEOUT": httpx.Timeout(5.0),
            "BaseClient": BaseClient,
            "OtherPlatform": type("OtherPlatform", (), {}),
            "get_platform": lambda: kernel_client.Kernel(api_key="sk").default_headers["x-stainless-os"],
            "make_request_options": make_request_options,
            **http_clients,
        },
    )
    _module("kernel.types", {})
    _module("kernel.types.auth", vars(kernel_client.types.auth))
    pages = {"SyncOffsetPagination": kernel_client.Page, "AsyncOffsetPagination": kernel_client.AsyncPage}
    _module("kernel.pagination", {name: _Page(page) for name, page in pages.items()})
    _module("respx", {"MockRouter": Router})
    # Limits are given as objects of httpx there, and as ours here.
    limits = ModuleType("httpx")
    limits.__dict__.update(vars(httpx), Timeout=kernel_client.Timeout)
    sys.modules["httpx"] = limits


def _module(name: str, names: dict[str, Any]) -> None:
    module = ModuleType(name)
    module.__dict__.update({key: value for key, value in names.items() if not key.startswith("__")})
    module.__path__ = []
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)


def _not_here(name: str) -> Callable[..., Any]:
    def refuse(*_args: Any, **_options: Any) -> Any:
        raise NotImplementedError(f"{name} is a part of the official package's own transport")

    return refuse


class FinalRequestOptions(SimpleNamespace):
    """A request, before it is made."""

    headers: Any = None
    params: Any = None
    json_data: Any = None
    extra_json: Any = None
    timeout: Any = kernel_client.NOT_GIVEN

    construct = classmethod(lambda cls, **given: cls(**given))


def make_request_options(
    *, query: Any = None, extra_query: Any = None, extra_headers: Any = None, extra_body: Any = None
) -> dict[str, Any]:
    """What a call hands on."""
    return {"params": {**(query or {}), **(extra_query or {})}, "headers": extra_headers, "extra_json": extra_body}


class BaseClient:
    """What the cases patch to have their retries come soon."""

    def _calculate_retry_timeout(self) -> None:
        """Unpatched: as long as this package waits."""


def _client(base: Any) -> Any:
    members = {"__module__": "kernel", "_build_request": build_request, "browsers": property(Browsers)}
    return type(base.__name__, (base,), members)


def build_request(client: Any, options: FinalRequestOptions) -> Any:
    """The request as it is handed to an HTTP client."""
    sent: list[kernel_client.HTTPRequest] = []

    def http_client(request: kernel_client.HTTPRequest) -> kernel_client.HTTPResponse:
        sent.append(request)
        return kernel_client.HTTPResponse(204)

    given = {
        "headers": options.headers,
        "params": options.params,
        "extra_json": options.extra_json,
        "timeout": options.timeout,
    }
    call: dict[str, Any] = {"options": {name: value for name, value in given.items() if value is not None}}
    if options.json_data is not None:
        call["body"] = options.json_data
    verb = getattr(client.copy(http_client=http_client), options.method)
    _done(lambda: verb(options.url, cast_to=kernel_client.NoneType, **call))
    (request,) = sent
    headers = request.headers.multi_items()
    built = httpx.Request(request.method, request.url, headers=headers, content=request.content)
    # What is handed on is the time that is left.
    limits = client.timeout if isinstance(options.timeout, kernel_client.NotGiven) else options.timeout
    built.extensions["timeout"] = kernel_client.Timeout(limits).as_dict()
    return built


def _done(send: Callable[[], Any]) -> None:
    """Makes a call on a thread of its own, since the case's own loop may be running."""

    async def wait(answer: Any) -> None:
        await answer

    def work() -> None:
        answer = send()
        if inspect.isawaitable(answer):
            asyncio.run(wait(answer))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


class Browsers:
    """The cases on retries use a call of another part of the API; this package has the same for connections."""

    def __init__(self, client: Any) -> None:
        self.with_raw_response = self
        self._connections = client.auth.connections.with_raw_response

    def create(self, **options: Any) -> Any:
        """A POST without parameters of its own."""
        return self._connections.submit("id", **options)


class Router:
    """Answers of a case's own: functions over `httpx.Request`, each at a method and a path."""

    PATHS: typing.ClassVar = {"/browsers": "/auth/connections/id/submit"}

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway

    def _route(self, method: str, path: str) -> Any:
        path = self.PATHS.get(path, path)

        def mock(return_value: Any = None, side_effect: Any = None) -> None:
            def route(request: Any) -> Any:
                if request.method != method or request.url.path != path:
                    return None
                answer = side_effect(request) if callable(side_effect) else return_value
                if answer.status_code >= 500 and _retries_come_soon():
                    answer.headers["retry-after-ms"] = "100"
                if answer.status_code == 200 and path != "/foo" and not answer.content:
                    answer = httpx.Response(200, json={"accepted": True})
                return answer

            # The same route may be given another answer.
            self.gateway.routes.insert(0, route)

        return SimpleNamespace(mock=mock)

    def get(self, path: str) -> Any:
        """A route."""
        return self._route("GET", path)

    def post(self, path: str) -> Any:
        """A route."""
        return self._route("POST", path)


_UNPATCHED = BaseClient._calculate_retry_timeout


def _retries_come_soon() -> bool:
    return BaseClient._calculate_retry_timeout is not _UNPATCHED


# --- Models: what the cases know of their fields comes from this package's own stubs ---


class _ModelMeta(type(pydantic.BaseModel)):  # type: ignore[misc]
    def __subclasscheck__(cls, kind: type) -> bool:
        if cls is BaseModel and (issubclass(kind, kernel_client.BaseModel) or isinstance(kind, _Page)):
            return True
        return bool(super().__subclasscheck__(kind))

    def __instancecheck__(cls, value: object) -> bool:
        return cls.__subclasscheck__(type(value))


class BaseModel(pydantic.BaseModel, metaclass=_ModelMeta):
    """What every model is, this package's own and those that cases make."""


class _Page(type):
    """A class of pages that knows what is on them."""

    def __new__(cls, page: type, item: Any = Any) -> Any:
        made = super().__new__(cls, page.__name__, (), {})
        made.page, made.item = page, item  # type: ignore[attr-defined]
        return made

    def __init__(cls, *_given: Any) -> None: ...

    def __getitem__(cls, item: Any) -> Any:
        return _Page(cls.page, item)  # type: ignore[attr-defined]

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, cls.page)  # type: ignore[attr-defined]


_FIELDS: dict[type, dict[str, Any]] = {}


def fields(model: Any) -> dict[str, Any]:
    """The fields of a model with their types."""
    if isinstance(model, _Page):
        item = model.item  # type: ignore[attr-defined]
        return {"items": GenericAlias(list, (item,)), "has_more": bool | None, "next_offset": int | None}
    return _models()[model]


def _models() -> dict[type, dict[str, Any]]:
    if not _FIELDS:
        native = sys.modules["kernel_client._native"]
        known = {
            **vars(builtins),
            **vars(kernel_client.types.auth),
            "datetime": datetime.datetime,
            "Any": object,
            "Literal": typing.Literal,
        }
        stub = Path(kernel_client.__file__).with_name("_native.pyi").read_text()
        for node in ast.parse(stub).body:
            if not isinstance(node, ast.ClassDef) or "BaseModel" not in map(ast.unparse, node.bases):
                continue
            _FIELDS[getattr(native, node.name)] = {
                member.name: eval(ast.unparse(member.returns), known)
                for member in node.body
                if isinstance(member, ast.FunctionDef)
                and member.returns is not None
                and any(ast.unparse(mark) == "property" for mark in member.decorator_list)
            }
    return _FIELDS
