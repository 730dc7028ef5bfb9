"""Our package beside the official one, both installed: names, arguments, their kinds, and modules."""

import importlib
import inspect
from typing import Any

import kernel
import pytest

import kernel_client
import kernel_client.pagination
import kernel_client.resources
import kernel_client.types.auth

# What is not here, and why. A name that stands here and is there all the same fails.
OTHER_PARTS = {
    "api_keys", "apps", "audit_logs", "browser_pools", "browser_route_cache", "browsers", "config_registry",
    "credential_providers", "credentials", "custom_auth", "deployments", "extensions", "invocations", "organization",
    "profiles", "projects", "proxies", "search", "telemetry", "vault_provider_configs", "vaults",
}  # fmt: skip
"""Calls of other parts of the API."""
OWN_MACHINERY = {"auth_headers", "platform_headers", "qs", "request", "user_agent"}
"""How the official client puts a request together; what is sent, `default_headers` tells."""
HTTPX = {
    "DEFAULT_CONNECTION_LIMITS", "DefaultAioHttpClient", "DefaultAsyncHttpxClient", "DefaultHttpxClient",
    "ProxiesTypes", "Transport",
}  # fmt: skip
"""Types of the HTTP client that the official package is made of."""
OTHER_NAMES = {
    "App", "AuditLogDownloadError", "AuditLogDownloadProgress", "AuditLogDownloadResult", "KernelAction",
    "KernelActionJson", "KernelApp", "KernelAppJson", "KernelAppRegistry", "KernelContext", "KernelJson",
    "app_registry", "export_registry", "file_from_path",
}  # fmt: skip
"""Other parts of the API, and files."""
PYDANTIC = {
    "dict", "from_orm", "json", "model_computed_fields", "model_config", "model_json_schema",
    "model_parametrized_name", "model_post_init", "model_rebuild", "model_validate_strings", "parse_file", "parse_obj",
    "parse_raw", "schema", "schema_json", "update_forward_refs", "validate",
}  # fmt: skip
"""What pydantic's models have for those who make models: schemas, validators, and what its first version had."""
PRIVATE_ARGUMENTS = {"_browser_route_cache", "_extra_kwargs"}

CLIENTS = pytest.mark.parametrize("name", ["Kernel", "AsyncKernel"])


def client(package: Any, name: str) -> Any:
    return getattr(package, name)(api_key="sk_test")


def names(thing: Any) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def arguments(call: Any) -> set[tuple[str, str]]:
    parameters = inspect.signature(call).parameters.values()
    return {(parameter.name, parameter.kind.name) for parameter in parameters if parameter.name != "self"}


def test_names_of_the_package() -> None:
    missing = {name for name in kernel.__all__ if not hasattr(kernel_client, name)}
    assert missing == HTTPX | OTHER_NAMES


@CLIENTS
def test_names_of_a_client(name: str) -> None:
    missing = names(client(kernel, name)) - names(client(kernel_client, name))
    assert missing == OTHER_PARTS | OWN_MACHINERY


@CLIENTS
def test_options_of_a_client(name: str) -> None:
    theirs, ours = getattr(kernel, name), getattr(kernel_client, name)
    for call in (lambda made: made, lambda made: made.copy, lambda made: made.with_options):
        missing = {argument for argument, _ in arguments(call(theirs)) - arguments(call(ours))}
        assert missing <= PRIVATE_ARGUMENTS


@CLIENTS
@pytest.mark.parametrize("resource", ["connections", "context"])
def test_calls(name: str, resource: str) -> None:
    theirs = getattr(client(kernel, name).auth, resource)
    ours = getattr(client(kernel_client, name).auth, resource)
    assert names(theirs) <= names(ours)
    found = [method for method in names(theirs) if inspect.ismethod(getattr(theirs, method))]
    assert found
    for method in found:
        assert arguments(getattr(theirs, method)) <= arguments(getattr(ours, method)), method


@CLIENTS
def test_calls_of_any_path(name: str) -> None:
    theirs, ours = client(kernel, name), client(kernel_client, name)
    for verb in ("get", "post", "patch", "put", "delete", "get_api_list"):
        missing = arguments(getattr(theirs, verb)) - arguments(getattr(ours, verb))
        # Files are other parts' own.
        assert {argument for argument, _ in missing} <= {"files"}, verb


@pytest.mark.parametrize("name", ["APIResponse", "AsyncAPIResponse"])
def test_names_of_an_answer(name: str) -> None:
    theirs, ours = getattr(importlib.import_module("kernel._response"), name), getattr(kernel_client, name)
    # The version of HTTP is the business of whatever connects.
    assert names(theirs) - names(ours) == {"http_version"}
    for method in names(theirs) & names(ours):
        if inspect.isfunction(getattr(theirs, method)):
            assert arguments(getattr(theirs, method)) <= arguments(getattr(ours, method)), method


@pytest.mark.parametrize("name", ["Stream", "AsyncStream"])
def test_names_of_a_stream(name: str) -> None:
    assert names(getattr(kernel, name)) <= names(getattr(kernel_client, name))


def test_names_of_models() -> None:
    models = importlib.import_module("kernel.types.auth")
    found = [name for name in names(models) if hasattr(getattr(models, name), "model_fields")]
    assert found
    for name in found:
        missing = names(getattr(models, name)) - names(getattr(kernel_client.types.auth, name))
        assert missing <= PYDANTIC, name


@pytest.mark.parametrize("module", ["types.auth", "pagination", "resources.auth"])
def test_names_of_a_module(module: str) -> None:
    theirs, ours = (importlib.import_module(f"{package}.{module}") for package in ("kernel", "kernel_client"))
    # What a module has imported for itself, it does not offer.
    public = getattr(theirs, "__all__", None) or [name for name in names(theirs) if name[0].isupper()]
    missing = {name for name in public if not hasattr(ours, name)}
    # Pages by token are other parts' own.
    assert all(name.endswith("PageTokenPagination") for name in missing), missing


def test_exceptions_are_of_the_same_family() -> None:
    for name in kernel.__all__:
        theirs, ours = getattr(kernel, name), getattr(kernel_client, name, None)
        if ours and inspect.isclass(theirs) and issubclass(theirs, Exception):
            family = {base.__name__ for base in theirs.__mro__}
            assert family <= {base.__name__ for base in ours.__mro__}, name


def test_limits_and_addresses_of_httpx() -> None:
    httpx = importlib.import_module("httpx")
    limits = httpx.Timeout(60, connect=5)
    made = kernel_client.Kernel(api_key="sk_test", timeout=limits, base_url=httpx.URL("https://api.example/v1"))
    assert made.timeout == limits
    assert made.base_url == "https://api.example/v1/"
    assert kernel_client.Timeout(httpx.Timeout(3)) == httpx.Timeout(3)
    assert made.copy(timeout=httpx.Timeout(None)).timeout == httpx.Timeout(None)
