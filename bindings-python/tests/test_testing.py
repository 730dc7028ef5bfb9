"""`kernel_client.testing`: the simulator for tests of one's own programs, and the fixture of pytest."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kernel_client import AuthenticationError, Kernel
from kernel_client.testing import Simulator, World

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "testing"
BINARY = os.environ.get("KERNEL_SIMULATOR_BINARY", "")


@pytest.fixture
def started() -> Simulator:
    """One that this test has to close."""
    return Simulator.start(BINARY)


def run_pytest(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull, *arguments]
    return subprocess.run(
        command, cwd=EXAMPLE, env={**os.environ, **env}, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_example() -> None:
    ended = run_pytest("--rootdir=.", "--strict-markers", "-W", "error", KERNEL_SIMULATOR_BINARY=BINARY)
    assert ended.returncode == 0, ended.stdout
    assert " 4 passed" in ended.stdout


def test_the_program_is_found_on_the_path() -> None:
    folder = str(Path(BINARY).parent)
    path = os.pathsep.join([folder, os.environ["PATH"]])
    ended = run_pytest("--rootdir=.", "-k", "refuses", KERNEL_SIMULATOR_BINARY="", PATH=path)
    assert " 1 passed" in ended.stdout


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError, match="KERNEL_SIMULATOR_BINARY"):
        Simulator.start("no-such-program")


def test_a_program_that_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ended with"):
        Simulator.start(BINARY, scenario=tmp_path / "missing.json")


def test_the_world_at_the_main_address(started: Simulator) -> None:
    with started:
        client = Kernel(api_key=started.env["KERNEL_API_KEY"], base_url=started.env["KERNEL_BASE_URL"])
        assert "ma_mfa_code" in {connection.id for connection in client.auth.connections.list(limit=100)}
        other = Simulator.at(started.base_url)
        assert other.record()["requests_total"] == 1
        other.close()
        assert started.client.auth.context.retrieve().principal.type == "api_key"


def test_a_scenario_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "world.json").write_text('{"connections": [{"id": "ma_only"}]}')
    with Simulator.start(BINARY, scenario=tmp_path / "world.json") as simulator:
        assert [connection.id for connection in simulator.client.auth.connections.list()] == ["ma_only"]


def test_worlds_know_nothing_of_each_other(started: Simulator) -> None:
    with started:
        one = started.open_world(connections={"ma_1": "password"})
        other = one.open_world(connections=[{"id": "ma_2", "script": "mfa_code"}], api_keys=["sk_other"])
        assert [connection.id for connection in one.client.auth.connections.list()] == ["ma_1"]
        with pytest.raises(AuthenticationError):
            other.client.auth.connections.list()
        one.close()
        one.close()
        with pytest.raises(ValueError, match="refuses"):
            other.record()


def test_closing_ends_the_program(started: Simulator) -> None:
    started.close()
    with pytest.raises(OSError, match="refused"):
        started.record()


def test_https(started: Simulator) -> None:
    with started, started.open_world(tls="trusted") as world:
        assert world.base_url.startswith("https:")
        assert world.client.auth.context.retrieve()


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy"])
def test_proxies_are_for_others(started: Simulator, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    with started, started.open_world() as world:
        assert world.client.auth.context.retrieve()
        assert world.record()["requests_total"] == 1


def test_what_nobody_can_do_through_the_api(world: World) -> None:
    client = world.client
    with client.auth.connections.follow("ma_busy") as stream:
        assert next(stream)
        world.record(wait_follows=1)
        assert world.do("ma_busy", "cancel")["flow_status"] == "CANCELED"
        assert [event.to_dict()["flow_status"] for event in stream] == ["CANCELED"]
    with pytest.raises(TimeoutError, match="wait_requests=9"):
        world.record(wait_requests=9, limit_ms=1)
    with pytest.raises(ValueError, match="refuses"):
        world.do("ma_nobody", "act")


def test_time_passes(world: World) -> None:
    before = world.record()["now"]
    world.advance(seconds=60)
    assert world.record()["now"] > before


def test_the_client_for_asyncio(world: World) -> None:
    async def main() -> str:
        return (await world.async_client.auth.connections.login("ma_login")).id

    assert asyncio.run(main()) == "ma_login"
