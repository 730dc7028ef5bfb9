"""What a login costs in Python: `logins.py sync|asyncio|uvloop IN_FLIGHT CALLS`; see src/main.rs."""

import asyncio
import json
import sys
import time

import uvloop

from kernel_client import AsyncKernel, Kernel


def check(hosted_url: str) -> None:
    """Stops at an answer that is none."""
    if not hosted_url.startswith("http"):
        raise SystemExit(f"no page to sign in at: {hosted_url!r}")


def report(calls: int, cpu: float, wall: float) -> None:
    """Prints what one login took."""
    print(json.dumps({"cpu_us": cpu / calls * 1e6, "wall_us": wall / calls * 1e6}))


def blocking(calls: int) -> None:
    """One login after another."""
    client = Kernel()

    def logins(count: int) -> None:
        for _ in range(count):
            check(client.auth.connections.login("ma_login").hosted_url)

    logins(-(-calls // 10))
    cpu, wall = time.process_time(), time.perf_counter()
    logins(calls)
    report(calls, time.process_time() - cpu, time.perf_counter() - wall)


async def concurrent(in_flight: int, calls: int) -> None:
    """Many logins at once."""
    client = AsyncKernel()

    async def worker(count: int) -> None:
        for _ in range(count):
            login = await client.auth.connections.login("ma_login")
            check(login.hosted_url)

    async def logins(count: int) -> None:
        shares = [count // in_flight + (at < count % in_flight) for at in range(in_flight)]
        await asyncio.gather(*(worker(share) for share in shares))

    await logins(max(-(-calls // 10), in_flight))
    cpu, wall = time.process_time(), time.perf_counter()
    await logins(calls)
    report(calls, time.process_time() - cpu, time.perf_counter() - wall)


def main() -> None:
    """Reads the command line."""
    mode, in_flight, calls = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if mode == "sync":
        blocking(calls)
    elif mode == "asyncio":
        asyncio.run(concurrent(in_flight, calls))
    else:
        uvloop.run(concurrent(in_flight, calls))


main()
