"""Servers that fork or spawn their workers, with one client for the whole module."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

import pytest

from conftest import Server

NAMES = ["ma_login", "ma_reauth", "ma_busy"] * 20


def ask(address: str) -> set[int]:
    """Sends requests from several threads; each has its own answer. Gives who answered."""

    def one(name: str) -> int:
        with urlopen(f"{address}/{name}", timeout=30) as answer:
            said = json.load(answer)
        assert said["id"] == name
        return int(said["process"])

    with ThreadPoolExecutor(8) as pool:
        return set(pool.map(one, NAMES))


@pytest.mark.parametrize("preload", [True, False], ids=["preload", "no-preload"])
@pytest.mark.parametrize("worker", ["sync", "gthread"])
def test_gunicorn(serve: Callable[..., Server], preload: bool, worker: str) -> None:
    options = ["--bind", "127.0.0.1:0", "--workers", "2", "--worker-class", worker, "--threads", "4"]
    server = serve("gunicorn", "wsgi:app", *options, *(["--preload"] if preload else []))
    address = server.wait_for(r"Listening at: (\S+)")
    server.wait_for("Booting worker", 2)
    before = ask(address)
    assert server.process.pid not in before
    # New workers, forked from a master that has lived for a while.
    server.process.send_signal(signal.SIGHUP)
    server.wait_for("Booting worker", 4)
    server.wait_for("Worker exiting", 2)
    after = ask(address)
    assert after
    assert not after & before
    assert server.end() == 0


def test_gunicorn_workers_that_are_replaced_under_load(serve: Callable[..., Server]) -> None:
    options = ["--bind", "127.0.0.1:0", "--workers", "2", "--max-requests", "10", "--preload"]
    server = serve("gunicorn", "wsgi:app", *options)
    address = server.wait_for(r"Listening at: (\S+)")
    server.wait_for("Booting worker", 2)
    assert len(ask(address) | ask(address)) >= 6
    assert server.end() == 0


def test_uvicorn_workers(serve: Callable[..., Server]) -> None:
    server = serve("uvicorn", "asgi:app", "--port", "0", "--workers", "2")
    address = server.wait_for(r"running on (http://[\d.:]+)")
    server.wait_for("Application startup complete", 2)
    assert ask(address)
    assert server.end() in (0, -signal.SIGTERM)
    assert "Application shutdown complete" in server.output


def test_uvicorn_that_is_interrupted(serve: Callable[..., Server]) -> None:
    server = serve("uvicorn", "asgi:app", "--port", "0")
    address = server.wait_for(r"running on (http://[\d.:]+)")
    assert ask(address) == {server.process.pid}
    server.process.send_signal(signal.SIGINT)
    server.wait_for("Application shutdown complete")
    server.process.wait(30)
    assert "panicked" not in server.output
