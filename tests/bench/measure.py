"""What a call costs in Python: `measure.py sync|asyncio|uvloop login|page|events IN_FLIGHT CALLS`; see src/main.rs."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

import uvloop

from kernel_client import AsyncKernel, Kernel


def check_login(hosted_url: str) -> int:
    """Stops at an answer that is none."""
    if not hosted_url.startswith("http"):
        raise SystemExit(f"no page to sign in at: {hosted_url!r}")
    return 1


def check_page(count: int) -> int:
    """Stops at a page that is not whole."""
    if count != 100:
        raise SystemExit(f"{count} connections")
    return 1


def check_event(name: str) -> int:
    """Stops at an event that is no state."""
    if name != "managed_auth_state":
        raise SystemExit(f"an event {name!r}")
    return 1


def report(units: int, cpu: float, wall: float) -> None:
    """Prints what one login, page or event took."""
    print(json.dumps({"cpu_us": cpu / units * 1e6, "wall_us": wall / units * 1e6, "units": units}))


def blocking(subject: str, calls: int) -> None:
    """One call after another."""
    connections = Kernel().auth.connections

    def login() -> int:
        return check_login(connections.login("ma_login").hosted_url)

    def page() -> int:
        return check_page(len(connections.list(limit=100).items))

    def events() -> int:
        with connections.follow("ma_login") as stream:
            return sum(check_event(event.event) for event in stream)

    call: Callable[[], int] = {"login": login, "page": page, "events": events}[subject]

    def run(count: int) -> int:
        return sum(call() for _ in range(count))

    run(-(-calls // 10))
    cpu, wall = time.process_time(), time.perf_counter()
    units = run(calls)
    report(units, time.process_time() - cpu, time.perf_counter() - wall)


async def concurrent(subject: str, in_flight: int, calls: int) -> None:
    """Many calls at once."""
    connections = AsyncKernel().auth.connections

    async def login() -> int:
        return check_login((await connections.login("ma_login")).hosted_url)

    async def page() -> int:
        return check_page(len((await connections.list(limit=100)).items))

    async def events() -> int:
        count = 0
        async with await connections.follow("ma_login") as stream:
            async for event in stream:
                count += check_event(event.event)
        return count

    call: Callable[[], Awaitable[int]] = {"login": login, "page": page, "events": events}[subject]

    async def worker(count: int) -> int:
        units = 0
        for _ in range(count):
            units += await call()
        return units

    async def run(count: int) -> int:
        shares = [count // in_flight + (at < count % in_flight) for at in range(in_flight)]
        return sum(await asyncio.gather(*(worker(share) for share in shares)))

    await run(max(-(-calls // 10), in_flight))
    cpu, wall = time.process_time(), time.perf_counter()
    units = await run(calls)
    report(units, time.process_time() - cpu, time.perf_counter() - wall)


def main() -> None:
    """Reads the command line."""
    mode, subject, in_flight, calls = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    if mode == "sync":
        blocking(subject, calls)
    elif mode == "asyncio":
        asyncio.run(concurrent(subject, in_flight, calls))
    else:
        uvloop.run(concurrent(subject, in_flight, calls))


main()
