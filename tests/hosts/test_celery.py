"""A Celery worker that forks, with one client for the whole module."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import Server
from kernel_client.testing import World

NAMES = ["ma_login", "ma_reauth", "ma_busy"] * 6


@pytest.fixture
def tasks(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of the tasks, aimed at queues of its own."""
    for name in ("queue", "control", "results"):
        (tmp_path / name).mkdir()
    for name, value in {**world.env, "TASKS_FOLDER": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    import tasks

    return tasks


def test_celery(tasks: Any, serve: Callable[..., Server], stalled: World) -> None:
    options = ["--pool", "prefork", "--concurrency", "2", "--loglevel", "INFO", "--max-tasks-per-child", "4"]
    worker = serve("celery", "-A", "tasks", "worker", *options)
    worker.wait_for("ready")
    waiting = [tasks.retrieve.delay(name) for name in NAMES]
    answers = [result.get(timeout=60) for result in waiting]
    assert [name for name, _ in answers] == NAMES
    # A child does four tasks, then the parent forks another one.
    processes = {process for _, process in answers}
    assert worker.process.pid not in processes
    assert len(processes) >= 4
    # The limit comes as a signal, while the call blocks.
    assert tasks.wait_for_ever.delay(stalled.base_url).get(timeout=30) == "out of time"
    assert stalled.record(wait_aborted=1)["aborted"] == 1
    assert tasks.retrieve.delay("ma_login").get(timeout=30)[0] == "ma_login"
    assert worker.end() == 0
