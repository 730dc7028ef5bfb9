"""The client's log, as `logging` gets it."""

from __future__ import annotations

import logging
import sys
import threading

import pytest

from conftest import Program
from kernel_client import Kernel
from kernel_client.testing import World


def test_lines_come_to_logging_at_its_levels(world: World, caplog: pytest.LogCaptureFixture) -> None:
    kernel = world.client
    caplog.set_level(logging.INFO, "kernel_client")
    kernel.auth.connections.login("ma_login")
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("kernel_client", logging.INFO)
    assert "POST /auth/connections/ma_login/login: 200" in record.getMessage()
    assert record.thread == threading.get_ident()
    caplog.clear()
    caplog.set_level(logging.DEBUG, "kernel_client")
    kernel.auth.connections.retrieve("ma_login", extra_headers={"X-Api-Key": "hush"})
    assert "sk_test" not in caplog.text
    assert "hush" not in caplog.text
    assert "authorization: ***" in caplog.text
    caplog.clear()
    caplog.set_level(logging.ERROR, "kernel_client")
    kernel.auth.connections.retrieve("ma_login")
    assert caplog.records == []


def test_what_the_client_was_told_is_logged_too(world: World, caplog: pytest.LogCaptureFixture) -> None:
    assert logging.getLogger().getEffectiveLevel() == logging.WARNING
    kernel = Kernel(api_key="sk_test", base_url=world.base_url, log_level="info")
    kernel.auth.connections.retrieve("ma_login")
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_without_logging_lines_go_to_standard_error(world: World, program: Program) -> None:
    code = """
        import sys
        from kernel_client import Kernel
        Kernel(api_key="sk_test", base_url=sys.argv[1], log_level="info").auth.connections.retrieve("ma_login")
        assert "logging" not in sys.modules
    """
    ended = program(code, world.base_url)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.startswith("kernel-client info: GET /auth/connections/ma_login: 200")


def test_a_handler_that_fails_does_not_hurt_a_call(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise RuntimeError("no room")

    reported: list[sys.UnraisableHookArgs] = []
    monkeypatch.setattr(sys, "unraisablehook", reported.append)
    broken = Broken()
    caplog.set_level(logging.INFO, "kernel_client")
    logging.getLogger("kernel_client").addHandler(broken)
    try:
        assert world.client.auth.connections.retrieve("ma_login").id == "ma_login"
    finally:
        logging.getLogger("kernel_client").removeHandler(broken)
    assert [type(one.exc_value) for one in reported] == [RuntimeError]
