"""Makes calls and cancels calls, and looks at what they leave behind: see README.md."""

import argparse
import asyncio
import gc
import os
import random
import signal
import sys
import threading
import time
from dataclasses import dataclass

from kernel_client import AsyncKernel, Kernel
from kernel_client.testing import Simulator, World

THREADS = 8
TASKS = 64
ROUNDS = 10
"""In so many equal parts it is done, after one of the same size to warm up."""
MEMORY = 5 * 1024
"""By how many KiB the process may have grown from the end of the warm-up to the end."""
BLOCKS = 2000
"""By how many objects of Python, of which the rounds make millions."""


@dataclass
class Left:
    """What there is between two rounds, when nothing is under way."""

    memory: int
    blocks: int
    sockets: int
    threads: int

    @classmethod
    def now(cls) -> "Left":
        """Looks at the process."""
        gc.collect()
        with open("/proc/self/statm", encoding="ascii") as statm:
            pages = int(statm.read().split()[1])
        memory = pages * os.sysconf("SC_PAGE_SIZE") // 1024
        blocks = sys.getallocatedblocks()
        return cls(memory, blocks, len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task")))


def call(client: Kernel, calls: int) -> None:
    """Makes blocking calls in several threads."""

    def work() -> None:
        answers.extend(client.auth.connections.retrieve("ma_login").id for _ in range(calls // THREADS))

    answers: list[str] = []
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["ma_login"] * (calls // THREADS * THREADS), "answers were lost"


def interrupt(client: Kernel, calls: int) -> None:
    """Makes blocking calls that Ctrl-C ends."""
    for _ in range(calls):
        timer = threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGINT))
        try:
            timer.start()
            client.auth.connections.retrieve("ma_login")
        except KeyboardInterrupt:
            timer.join()
        else:
            raise AssertionError("a call was not interrupted")


async def call_asyncio(client: AsyncKernel, calls: int) -> None:
    """Makes calls in several tasks."""

    async def work() -> None:
        for _ in range(calls // TASKS):
            assert (await client.auth.connections.retrieve("ma_login")).id == "ma_login"

    await asyncio.gather(*(work() for _ in range(TASKS)))


async def cancel(clients: list[AsyncKernel], calls: int, chance: random.Random) -> None:
    """Makes calls that are cancelled after a moment, some of them before they have begun, some when they are over."""
    for first in range(0, calls, TASKS):
        number = min(TASKS, calls - first)
        tasks = [
            asyncio.ensure_future(chance.choice(clients).auth.connections.retrieve("ma_login")) for _ in range(number)
        ]
        for task in tasks:
            if chance.random() < 0.5:
                await asyncio.sleep(chance.random() / 1000)
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            assert not isinstance(ended, Exception), ended
    assert asyncio.all_tasks() == {asyncio.current_task()}, "tasks are left"


def do_round(worlds: list[World], calls: int, cancelled: int, chance: random.Random) -> None:
    """Does one part of everything, with clients of its own."""
    answering, stalled = (world.base_url for world in worlds)
    interrupted = max(1, cancelled // 100)

    async def main() -> None:
        async with AsyncKernel(base_url=answering) as client, AsyncKernel(base_url=stalled) as slow:
            await call_asyncio(client, calls // 2)
            await cancel([client, slow, slow], cancelled - interrupted, chance)

    with Kernel(base_url=answering) as client, Kernel(base_url=stalled) as slow:
        call(client, calls // 2)
        interrupt(slow, interrupted)
    asyncio.run(main())
    for world in worlds:
        # What the client has closed is closed when the simulator has seen it.
        world.record(wait_idle=1)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--calls", type=int, default=5_000)
parser.add_argument("--cancelled", type=int, default=500)
parser.add_argument("--seed", type=int, default=20261129)
arguments = parser.parse_args()

# Started in the background by a shell, the process would be deaf to it.
signal.signal(signal.SIGINT, signal.default_int_handler)
chance = random.Random(arguments.seed)
simulator = Simulator.at(os.environ["KERNEL_SIMULATOR"])
os.environ["KERNEL_API_KEY"] = simulator.api_key
nobody = [{"stall": "headers", "times": 1_000_000_000}]
calls, cancelled = arguments.calls // ROUNDS, arguments.cancelled // ROUNDS
with simulator.open_world() as answering, simulator.open_world(faults=nobody) as stalled:
    worlds = [answering, stalled]
    do_round(worlds, calls, cancelled, chance)
    after = before = Left.now()
    print("warm:", before, flush=True)
    began = time.monotonic()
    for number in range(1, ROUNDS + 1):
        do_round(worlds, calls, cancelled, chance)
        after = Left.now()
        print(f"{number}:", after, flush=True)
    took = time.monotonic() - began
grown = after.memory - before.memory
print(
    f"{ROUNDS * calls} calls and {ROUNDS * cancelled} cancelled ones in {took:.0f} s: {grown:+} KiB resident, "
    f"{after.blocks - before.blocks:+} objects, {after.sockets - before.sockets:+} descriptors, "
    f"{after.threads - before.threads:+} threads"
)
raise SystemExit(
    grown > MEMORY
    or after.blocks - before.blocks > BLOCKS
    or after.sockets > before.sockets
    or after.threads > before.threads
)
