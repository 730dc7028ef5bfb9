"""Processes that end with calls under way: silent, and with the exit code they chose."""

from __future__ import annotations

from collections.abc import Callable

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


STRICT = ("-X", "dev", "-W", "error")
"""Development mode: every warning there is, and each one an error."""


@pytest.mark.parametrize("code", [THREADS, CANCELLED_BY_RUN, LOOP_IN_THREAD])
def test_exit_in_development_mode(program: Program, stalled: World, code: str) -> None:
    ended = program(PREFIX + code, stalled.base_url, options=STRICT)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


EVERYTHING = """
import gc
async def main():
    async with kernel_client.AsyncKernel(**options) as client:
        async for connection in client.auth.connections.list(limit=1):
            print(connection.id)
        async with await client.auth.connections.follow("ma_1") as stream:
            async for event in stream:
                print(event.flow_status)
                break
        stream = await client.auth.connections.follow("ma_1")
        task = asyncio.ensure_future(stream.__anext__())
        await asyncio.sleep(0)
        task.cancel()
client = kernel_client.Kernel(**options)
print(len([*client.auth.connections.list(limit=1)]))
print(next(client.auth.connections.follow("ma_1")).flow_status)
asyncio.run(main())
gc.collect()
"""


def test_a_whole_program_in_development_mode(program: Program, open_world: Callable[..., World]) -> None:
    world = open_world(connections=[{"id": "ma_1", "script": "endless", "flow": "running"}])
    ended = program(PREFIX + EVERYTHING, world.base_url, options=STRICT)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "1\nIN_PROGRESS\nma_1\nIN_PROGRESS\n", "")


AT_EXIT = """
import atexit
client = kernel_client.Kernel(**options)
async def main():
    answer = await kernel_client.AsyncKernel(**options).auth.connections.login("ma_login")
    print("asyncio", answer.id)
atexit.register(lambda: print(client.auth.connections.login("ma_login").id))
atexit.register(lambda: asyncio.run(main()))
"""

IN_A_FINALIZER = """
class Holder:
    def __init__(self):
        self.client = kernel_client.Kernel(**options)
        self.client.auth.connections.login("ma_login")
    def __del__(self, print=print):
        print(self.client.auth.connections.login("ma_login").id)
holder = Holder()
"""

# The first call of the process is made when the interpreter is on its way out.
FIRST_IN_A_FINALIZER = IN_A_FINALIZER.replace('        self.client.auth.connections.login("ma_login")\n', "", 1)

REFUSED_IN_A_FINALIZER = """
class Holder:
    def __init__(self):
        self.client = kernel_client.Kernel(**options)
        self.refused = kernel_client.NotFoundError
    def __del__(self, print=print):
        try:
            self.client.auth.connections.login("ma_unknown")
        except self.refused as error:
            print(error.status_code)
holder = Holder()
"""


@pytest.mark.parametrize("status", [0, 3])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (AT_EXIT, "asyncio ma_login\nma_login\n"),
        (IN_A_FINALIZER, "ma_login\n"),
        (FIRST_IN_A_FINALIZER, "ma_login\n"),
        (REFUSED_IN_A_FINALIZER, "404\n"),
        (BUSY_THREADS + AT_EXIT, "asyncio ma_login\nma_login\n"),
    ],
)
def test_calls_that_are_made_on_the_way_out(program: Program, world: World, code: str, said: str, status: int) -> None:
    ended = program(f"{PREFIX}{code}\nsys.exit({status})", world.base_url)
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, said, "")


@pytest.mark.parametrize("code", [BUSY_THREADS, BUSY_THREADS + "sys.exit(0)", LOOP_LEFT_OPEN])
def test_exit_while_answers_come_in(program: Program, world: World, code: str) -> None:
    for _ in range(6):
        ended = program(PREFIX + code, world.base_url)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
