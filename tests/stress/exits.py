"""Ends processes that are full of calls, each in another way: see README.md."""

import argparse
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from kernel_client.testing import Simulator

AT_ONCE = 4
DEADLINE = 60
RUNNING = [{"id": "ma_1", "script": "endless", "flow": "running"}]

PREFIX = """
import asyncio, atexit, sys, threading
from kernel_client import AsyncKernel, Kernel

busy, stalled, status = {"base_url": sys.argv[1]}, {"base_url": sys.argv[2]}, int(sys.argv[3])

def start(*targets):
    for target in targets:
        threading.Thread(target=target, daemon=True).start()

def keep_calling(client):
    while True:
        client.auth.connections.retrieve("ma_1")
        told.set()

told = threading.Event()
"""

WAYS = {
    "threads in calls that are answered": """
client = Kernel(**busy)
start(*[lambda: keep_calling(client)] * 4)
told.wait()
sys.exit(status)
""",
    "threads in calls that are not": """
client = Kernel(**stalled)
start(*[lambda: client.auth.connections.retrieve("ma_1")] * 4)
sys.exit(status)
""",
    "streams": """
connections = Kernel(**busy).auth.connections
streams = [connections.follow("ma_1") for _ in range(4)]
def read(stream):
    for _ in stream:
        told.set()
start(*[lambda: read(streams[0]), lambda: read(streams[1])])
told.wait()
sys.exit(status)
""",
    "a loop in a thread": """
async def main():
    client, slow = AsyncKernel(**busy), AsyncKernel(**stalled)
    waiting = [asyncio.ensure_future(slow.auth.connections.retrieve("ma_1")) for _ in range(4)]
    stream = await client.auth.connections.follow("ma_1")
    while True:
        await asyncio.gather(*(client.auth.connections.retrieve("ma_1") for _ in range(4)))
        told.set()
start(lambda: asyncio.run(main()))
told.wait()
sys.exit(status)
""",
    "tasks of the loop that ends": """
async def main():
    client, slow = AsyncKernel(**busy), AsyncKernel(**stalled)
    waiting = [asyncio.ensure_future(slow.auth.connections.retrieve("ma_1")) for _ in range(4)]
    stream = await client.auth.connections.follow("ma_1")
    waiting.append(asyncio.ensure_future(stream.__anext__()))
    await client.auth.connections.retrieve("ma_1")
    sys.exit(status)
asyncio.run(main())
""",
    "a call on the way out": """
client = Kernel(**busy)
start(*[lambda: keep_calling(client)] * 2)
told.wait()
atexit.register(client.auth.connections.retrieve, "ma_1")
sys.exit(status)
""",
    "a call of a finalizer": """
class Holder:
    client = Kernel(**busy)
    def __del__(self):
        self.client.auth.connections.retrieve("ma_1")
holder = Holder()
slow = Kernel(**stalled)
start(slow.auth.connections.list)
sys.exit(status)
""",
}


def end(number: int) -> str:
    """Runs one program to its end; gives what was wrong with that, or nothing."""
    way = list(WAYS)[number % len(WAYS)]
    status = number % 5
    command = [sys.executable, "-c", PREFIX + WAYS[way], busy.base_url, stalled.base_url, str(status)]
    environment = {**os.environ, **busy.env}
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False, env=environment)
    except subprocess.TimeoutExpired:
        return f"{way}: hung"
    if (ended.returncode, ended.stdout, ended.stderr) == (status, "", ""):
        return ""
    return f"{way}: ended with {ended.returncode}, not {status}, and said {ended.stdout + ended.stderr!r}"


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--processes", type=int, default=21)
arguments = parser.parse_args()

simulator = Simulator.at(os.environ["KERNEL_SIMULATOR"])
nobody = [{"stall": "headers", "times": 1_000_000}]
with (
    simulator.open_world(connections=RUNNING) as busy,
    simulator.open_world(faults=nobody) as stalled,
    ThreadPoolExecutor(AT_ONCE) as pool,
):
    wrong = Counter(filter(None, pool.map(end, range(arguments.processes))))
for what, times in wrong.items():
    print(f"{times} times {what}")
print(f"{arguments.processes} processes ended in {len(WAYS)} ways: {wrong.total()} not as they should")
raise SystemExit(wrong.total() > 0)
