"""Runs the official package's own suite for managed auth against this package. The last line is the count."""

from __future__ import annotations

import fnmatch
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from world import World

from . import cases, shim
from .fetch import fetch
from .gateway import Gateway

HERE = Path(__file__).parent

FILES = [
    "tests/api_resources/auth/test_connections.py",
    "tests/api_resources/auth/test_context.py",
    "tests/test_client.py",
]

# With something in every field that an answer can have.
SETTINGS = {
    "login_url": "https://example.com/login",
    "allowed_domains": ["id.example.com"],
    "health_check_interval": 3600,
    "record_session": True,
}


class Plugin:
    """What the suite needs around it."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.listed = 0
        self.stale: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        used: set[str] = set()
        kept, out = [], []
        for item in items:
            item.own_markers = [
                mark
                for mark in item.own_markers
                if mark.name != "skip" or mark.kwargs.get("reason") != cases.SKIPPED_BY_THE_VENDOR
            ]
            patterns = [pattern for pattern in cases.NOT_PORTABLE if fnmatch.fnmatchcase(item.nodeid, pattern)]
            used.update(patterns)
            (out if patterns else kept).append(item)
            for pattern, what in () if patterns else cases.WAITING.items():
                if fnmatch.fnmatchcase(item.nodeid, pattern):
                    used.add(pattern)
                    item.add_marker(pytest.mark.xfail(reason=f"waits for {what}", strict=True))
        self.stale = sorted({*cases.NOT_PORTABLE, *cases.WAITING} - used)
        self.listed = len(out)
        config.hook.pytest_deselected(items=out)
        items[:] = kept

    @pytest.fixture
    def respx_mock(self) -> Any:
        """Answers of the case's own."""
        return shim.Router(self.gateway)

    @pytest.fixture(autouse=True)
    def _world(self, request: pytest.FixtureRequest) -> Iterator[None]:
        name = request.node.name
        connection: dict[str, Any] = {"id": "id", "script": "mfa_choice", "settings": SETTINGS}
        if not any(call in name for call in ("_login", "_timeline", "_delete")):
            connection["flow"] = "running"
        with World(
            api_keys=["My API Key"],
            connections=[connection],
            # What is submitted there fits no form.
            faults=[{"on": "submit", "status": 200, "body": {"accepted": True}, "times": 10}],
        ) as world:
            self.gateway.world = world.base_url
            yield
            self.gateway.world = None
            self.gateway.routes.clear()


def main() -> int:
    """Gives 0 when every case that is not listed holds."""
    gateway = Gateway()
    for name in [name for name in os.environ if name.startswith("KERNEL_") and name != "KERNEL_SIMULATOR"]:
        del os.environ[name]
    os.environ["TEST_API_BASE_URL"] = gateway.url
    shim.install(gateway)
    sources = fetch()
    os.chdir(sources)
    sys.path.insert(0, str(sources))
    plugin = Plugin(gateway)
    counter = Counter()
    # The suite's `respx` is the shim's own.
    plugins = ["-p", "no:cacheprovider", "-p", "no:respx"]
    arguments = ["-c", str(HERE / "pytest.ini"), "--rootdir", str(sources), *plugins, *sys.argv[1:]]
    code = pytest.main([*arguments, *FILES], plugins=[plugin, counter])
    failed = counter.failed + counter.skipped
    for pattern in plugin.stale:
        print(f"listed, and no case: {pattern}")
        failed += 1
    print(f"{plugin.listed} cases are listed as not portable, {counter.waiting} wait for what is not there yet")
    print(f"{counter.passed} passed, {max(failed, int(code not in (0, 1)))} failed")
    return int(failed > 0 or code != 0)


class Counter:
    """How the cases ended."""

    passed = failed = skipped = waiting = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(report, "wasxfail"):
            self.waiting += report.skipped
            self.failed += report.passed
        elif report.failed:
            self.failed += 1
        elif report.skipped:
            self.skipped += 1
        elif report.when == "call":
            self.passed += 1


if __name__ == "__main__":
    sys.exit(main())
