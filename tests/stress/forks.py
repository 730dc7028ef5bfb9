"""Forks a process that is full of calls, again and again: see README.md."""

import argparse
import asyncio
import itertools
import os
import signal
import threading
import time
import traceback

from kernel_client import AsyncKernel, Kernel
from kernel_client.testing import Simulator, World

DEADLINE = 30
"""A child that has not ended after so many seconds hangs."""
RUNNING = [{"id": "ma_1", "script": "endless", "flow": "running"}]


class Load:
    """Calls without end, of both clients, and streams that wait for an event."""

    def __init__(self, world: World) -> None:
        self.calls = itertools.count()
        self.stop = threading.Event()
        self.world = world
        self.threads = [threading.Thread(target=self.call) for _ in range(4)]
        self.threads.append(threading.Thread(target=lambda: asyncio.run(self.call_asyncio())))
        self.stream = world.client.auth.connections.follow("ma_1")
        self.threads.append(threading.Thread(target=lambda: [*self.stream]))
        for thread in self.threads:
            thread.start()

    def call(self) -> None:
        """Makes blocking calls."""
        while not self.stop.is_set():
            self.world.client.auth.connections.retrieve("ma_1")
            next(self.calls)

    async def call_asyncio(self) -> None:
        """Makes calls in four tasks."""

        async def call() -> None:
            while not self.stop.is_set():
                await self.world.async_client.auth.connections.retrieve("ma_1")
                next(self.calls)

        await asyncio.gather(*(call() for _ in range(4)))

    def end(self) -> int:
        """Ends it, and gives how many calls there were."""
        self.stop.set()
        self.stream.close()
        for thread in self.threads:
            thread.join()
        return next(self.calls)


def be_a_child(world: World) -> None:
    """Uses the parent's clients and own ones, each for the first time in this process."""

    async def ask(client: AsyncKernel) -> None:
        await asyncio.gather(*(client.auth.connections.retrieve("ma_1") for _ in range(4)))
        async with await client.auth.connections.follow("ma_1") as stream:
            await stream.__anext__()

    for client in (world.client, Kernel(api_key=world.api_key, base_url=world.base_url)):
        client.auth.connections.retrieve("ma_1")
        with client.auth.connections.follow("ma_1") as stream:
            next(stream)
    for asynchronous in (world.async_client, AsyncKernel(api_key=world.api_key, base_url=world.base_url)):
        asyncio.run(ask(asynchronous))


def fork(world: World) -> int:
    """Forks, and gives how the child ended."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(DEADLINE)
        status = 1
        try:
            be_a_child(world)
            status = 0
        except BaseException:  # noqa: BLE001 - the child must not go on as its parent
            traceback.print_exc()
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--forks", type=int, default=10)
arguments = parser.parse_args()

with Simulator.at(os.environ["KERNEL_SIMULATOR"]).open_world(connections=RUNNING) as world:
    load = Load(world)
    ended: list[int] = []
    slowest = 0.0
    try:
        world.record(wait_requests=20)
        for _ in range(arguments.forks):
            began = time.monotonic()
            ended.append(fork(world))
            slowest = max(slowest, time.monotonic() - began)
    finally:
        calls = load.end()
hung, failed = ended.count(-signal.SIGALRM), sum(status > 0 for status in ended)
crashed = len(ended) - ended.count(0) - hung - failed
print(
    f"{len(ended)} forks: {hung} hung, {crashed} crashed, {failed} failed; the slowest child took {slowest:.2f} s; "
    f"{calls} calls of the parent meanwhile"
)
raise SystemExit(ended.count(0) != arguments.forks)
