"""Runs the programs in RECIPES.md, as they stand there, against the simulator."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest

from kernel_client.testing import World

PAGE = Path(__file__).parent.parent / "RECIPES.md"
BLOCK = re.compile(r"^```python\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS: dict[str, str] = dict(BLOCK.findall(PAGE.read_text()))
RUN = {"shop_api.py", "shop_tasks.py", "shop_views.py", "sign_in.py", "test_shop.py"}

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty project with the programs of the page."""
    for name, program in PROGRAMS.items():
        (tmp_path / name).write_text(program)
    return tmp_path


@pytest.fixture
def start(folder: Path, kernel_simulator: World) -> Iterator[Start]:
    """Starts Python programs in that project; they meet the simulator and end with the test."""
    started: list[subprocess.Popen[str]] = []

    def start_one(*words: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=folder,
            env={**os.environ, **kernel_simulator.env, **environment, "PYTHONPATH": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start_one
    for process in started:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def read_until(process: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    """Reads what a program says until it has said that."""
    said = ""
    assert process.stdout is not None
    stuck = threading.Timer(60, process.kill)
    stuck.start()
    try:
        for line in process.stdout:
            said += line
            if found := re.search(pattern, line):
                return found
    finally:
        stuck.cancel()
    raise AssertionError(f"it ended without {pattern}: {said}")


def drained(process: subprocess.Popen[str]) -> None:
    """Lets a server go on talking; nobody listens."""
    assert process.stdout is not None
    threading.Thread(target=process.stdout.read, daemon=True).start()


def test_each_program_of_the_page_is_run() -> None:
    assert set(PROGRAMS) == RUN
    assert PAGE.read_text().count("```python") == len(RUN)


def test_types(folder: Path) -> None:
    typed = sorted(RUN - {"shop_tasks.py", "shop_views.py", "test_shop.py"})  # celery and Django have no types
    subprocess.run([sys.executable, "-m", "mypy", "--strict", *typed], cwd=folder, check=True)


@pytest.mark.kernel_simulator(connections={"ma_shop": "endless", "ma_refused": "fails:bot_detected"})
def test_fastapi(start: Start, kernel_simulator: World) -> None:
    server = start("-m", "uvicorn", "--port", "0", "shop_api:app")
    address = read_until(server, r"running on (http://\S+)")[1]
    drained(server)
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as person:
        answer = person.get("/sign-in/ma_shop")
        assert answer.status_code == 307
        assert person.get(answer.headers["location"]).is_success
        kernel_simulator.do("ma_shop", "cancel")
        assert person.get("/outcome/ma_shop").json()["outcome"].startswith("failed")
        assert person.get("/sign-in/ma_refused").status_code == 307
        assert person.get("/outcome/ma_refused").json() == {"outcome": "failed: bot_detected"}
        assert person.get("/sign-in/ma_nobody").status_code == 500


@pytest.mark.kernel_simulator(connections={"ma_shop": "password", "ma_refused": "fails:bot_detected"})
def test_celery(start: Start, folder: Path, kernel_simulator: World) -> None:
    # A broker of files: what one process sends, another reads, and nothing has to be installed.
    (folder / "data_in").mkdir()
    (folder / "data_out").symlink_to("data_in")
    (folder / "results").mkdir()
    broker = {"CELERY_BROKER_URL": "filesystem://", "CELERY_RESULT_BACKEND": f"file://{folder}/results"}
    worker = start("-m", "celery", "--app", "shop_tasks", "worker", "--loglevel", "info", **broker)
    read_until(worker, r"ready\.")
    drained(worker)
    ask = "import sys; from shop_tasks import sign_in; print(sign_in.delay(sys.argv[1]).get(timeout=60))"
    for connection, outcome in [("ma_shop", "AUTHENTICATED"), ("ma_refused", "failed: bot_detected")]:
        said, _ = start("-c", ask, connection, **broker).communicate(timeout=90)
        assert said.strip() == outcome


class Quiet(WSGIRequestHandler):
    """Says nothing of what it serves."""

    def log_message(self, format: str, *args: Any) -> None:
        """Does nothing."""


@pytest.mark.kernel_simulator(connections={"ma_shop": "endless"})
def test_django(folder: Path, kernel_simulator: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in kernel_simulator.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.syspath_prepend(folder)
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    settings.configure(ROOT_URLCONF="shop_views", ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="of a test")
    django.setup()
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}"
            with httpx.Client(base_url=address, trust_env=False, timeout=30) as person:
                answer = person.get("/sign-in/ma_shop")
                assert answer.status_code == 302
                assert person.get(answer.headers["location"]).is_success
                assert person.get("/sign-in/ma_shop").status_code == 409
                assert person.get("/status/ma_shop").json()["flow_status"] == "IN_PROGRESS"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.kernel_simulator(connections={"ma_shop": "instant", "ma_refused": "fails:bot_detected"})
def test_a_command_with_progress(start: Start, kernel_simulator: World) -> None:
    command = start("sign_in.py", "ma_shop")
    said, _ = command.communicate(timeout=60)
    assert command.returncode == 0, said
    assert re.search(r"sign in here: http\S+\n(  \w+: \w+\n)+signed in at http", said)
    command = start("sign_in.py", "ma_refused")
    said, _ = command.communicate(timeout=60)
    assert command.returncode == 1
    assert said.endswith("not signed in: bot_detected\n")


def test_tests_of_an_app(start: Start) -> None:
    tests = start("-m", "pytest", "-p", "no:cacheprovider", "test_shop.py")
    said, _ = tests.communicate(timeout=60)
    assert tests.returncode == 0, said
    assert "2 passed" in said
