"""How the tests run, and their count as the last line."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis.configuration import set_hypothesis_home_dir
from kernel import AsyncKernel, Kernel

from sdk import Sdk, done
from world import World

LEFT_OUT = "left out: the tests of the OpenAPI document, as KERNEL_OPENAPI is not set to its path"
WITH_DOCUMENT = "KERNEL_OPENAPI" in os.environ

# What cannot even be imported without the document.
collect_ignore = [] if WITH_DOCUMENT else ["test_document.py", "test_events.py"]

# What it keeps for itself goes where everything goes that is made.
set_hypothesis_home_dir(Path(__file__).parents[2] / "target" / "hypothesis")


def pytest_report_header() -> str | None:
    """Says what is not going to run."""
    return None if WITH_DOCUMENT else LEFT_OUT


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of tests that are coroutines."""
    return "asyncio"


@pytest.fixture(params=[Kernel, AsyncKernel], ids=["sync", "asyncio"])
async def sdk(request: pytest.FixtureRequest) -> AsyncIterator[Sdk]:
    """Makes clients that take no answer which does not fit the SDK's models; they are closed after the test."""
    clients = []

    def make(world: World, api_key: str = "sk_test", **options: Any) -> Any:
        client = request.param(api_key=api_key, base_url=world.base_url, _strict_response_validation=True, **options)
        clients.append(client)
        return client

    yield make
    for client in clients:
        await done(client.close())


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_unconfigure(config: pytest.Config) -> Iterator[None]:
    """Prints the count after everything else. A test that was left out shows nothing, so it counts as failed."""
    yield
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not config.option.collectonly:
        if not WITH_DOCUMENT:
            print(LEFT_OUT)
        count = {name: len(reporter.stats.get(name, ())) for name in ("passed", "failed", "error", "skipped")}
        print(f"{count.pop('passed')} passed, {sum(count.values())} failed")
