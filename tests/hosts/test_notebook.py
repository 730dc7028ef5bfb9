"""Cells of a notebook, in Jupyter's own kernel: a loop runs already, and top-level `await` is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from kernel_client.testing import World


class Notebook:
    """Runs cells."""

    def __init__(self, manager: Any, client: Any) -> None:
        self.manager = manager
        self.client = client

    def run(self, code: str) -> str:
        """Runs a cell; gives what it printed, or the name of the error that ended it."""
        printed: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])

        reply = self.client.execute_interactive(code, timeout=60, output_hook=hear)["content"]
        return "".join(printed) if reply["status"] == "ok" else str(reply["ename"])

    def interrupt_after(self, code: str, world: World, **wait: int) -> str:
        """Starts a cell, and interrupts it as the button does once the world's record holds."""
        request = self.client.execute(code)
        world.record(**wait)
        self.manager.interrupt_kernel()
        while True:
            reply = self.client.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == request:
                return str(reply["content"].get("ename"))


@pytest.fixture
def notebook(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    """A fresh kernel whose clients lead to the world."""
    for name, value in world.env.items():
        monkeypatch.setenv(name, value)
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        yield Notebook(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


START = """
import asyncio
from kernel_client import AsyncKernel, Kernel
client, asynchronous = Kernel(), AsyncKernel()
"""


def test_cells(notebook: Notebook) -> None:
    assert notebook.run(START) == ""
    assert notebook.run("print(client.auth.connections.retrieve('ma_login').id)") == "ma_login\n"
    assert notebook.run("print((await asynchronous.auth.connections.retrieve('ma_login')).id)") == "ma_login\n"
    together = "asyncio.gather(*(asynchronous.auth.connections.retrieve('ma_login') for _ in range(8)))"
    assert notebook.run(f"print(len(await {together}))") == "8\n"
    # A task that goes on from one cell to the next.
    assert notebook.run("task = asyncio.create_task(asynchronous.auth.connections.retrieve('ma_login'))") == ""
    assert notebook.run("print((await task).id)") == "ma_login\n"
    assert notebook.run("print([one.id async for one in asynchronous.auth.connections.list()][0])") == "ma_login\n"
    # Python's own rule, which the package does not change.
    assert notebook.run("asyncio.run(asyncio.sleep(0))") == "RuntimeError"


def test_loops_inside_the_loop(notebook: Notebook) -> None:
    """What notebooks do that want `asyncio.run` all the same."""
    notebook.run(START + "import nest_asyncio2\nnest_asyncio2.apply()")
    call = """
async def main():
    return (await asynchronous.auth.connections.retrieve('ma_login')).id
print(asyncio.run(main()), await main())
"""
    for _ in range(3):
        assert notebook.run(call) == "ma_login ma_login\n"


def test_interrupting_a_cell(notebook: Notebook, stalled: World) -> None:
    notebook.run(START + f"slow = Kernel(base_url={stalled.base_url!r})")
    assert (
        notebook.interrupt_after("slow.auth.connections.retrieve('x')", stalled, wait_requests=1) == "KeyboardInterrupt"
    )
    stalled.record(wait_aborted=1)
    assert notebook.run("print(client.auth.connections.retrieve('ma_login').id)") == "ma_login\n"
