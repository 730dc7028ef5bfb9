"""Processes that end with calls under way: silent, and with the exit code they chose."""

from __future__ import annotations

import pytest

from conftest import Program
from kernel_client.testing import World

PREFIX = """
import asyncio, sys, threading
import kernel_client

options = {"api_key": "sk_test", "base_url": sys.argv[1]}
"""

THREADS = """
client = kernel_client.Kernel(**options)
for _ in range(4):
    threading.Thread(target=client.auth.connections.login, args=("ma_login",), daemon=True).start()
"""

BUSY_THREADS = """
client = kernel_client.Kernel(**options)
def keep_calling():
    while True:
        client.auth.connections.login("ma_login")
        started.set()
started = threading.Event()
for _ in range(4):
    threading.Thread(target=keep_calling, daemon=True).start()
started.wait()
"""

CANCELLED_BY_RUN = """
client = kernel_client.AsyncKernel(**options)
async def main():
    tasks = [asyncio.create_task(client.auth.connections.login("ma_login")) for _ in range(8)]
    await asyncio.sleep(0)
asyncio.run(main())
"""

LOOP_LEFT_OPEN = """
client = kernel_client.AsyncKernel(**options)
loop = asyncio.new_event_loop()
async def main():
    global answers
    answers = [await client.auth.connections.login("ma_login") for _ in range(3)]
loop.run_until_complete(main())
"""

EXIT_INSIDE_LOOP = """
client = kernel_client.AsyncKernel(**options)
async def main():
    tasks = [asyncio.create_task(client.auth.connections.login("ma_login")) for _ in range(8)]
    await asyncio.sleep(0)
    sys.exit(7)
asyncio.run(main())
"""

LOOP_IN_THREAD = """
client = kernel_client.AsyncKernel(**options)
started = threading.Event()
async def main():
    tasks = [asyncio.create_task(client.auth.connections.login("ma_login")) for _ in range(8)]
    await asyncio.sleep(0)
    started.set()
    await asyncio.gather(*tasks)
threading.Thread(target=lambda: asyncio.run(main()), daemon=True).start()
started.wait()
"""


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (THREADS, 0),
        (THREADS + "sys.exit(3)", 3),
        (CANCELLED_BY_RUN, 0),
        (EXIT_INSIDE_LOOP, 7),
        (LOOP_IN_THREAD, 0),
        (LOOP_IN_THREAD + "sys.exit(5)", 5),
    ],
)
def test_exit_with_stalled_calls(program: Program, stalled: World, code: str, status: int) -> None:
    for _ in range(3):
        ended = program(PREFIX + code, stalled.base_url)
        assert (ended.returncode, ended.stdout, ended.stderr) == (status, "", "")


@pytest.mark.parametrize("code", [BUSY_THREADS, BUSY_THREADS + "sys.exit(0)", LOOP_LEFT_OPEN])
def test_exit_while_answers_come_in(program: Program, world: World, code: str) -> None:
    for _ in range(6):
        ended = program(PREFIX + code, world.base_url)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
