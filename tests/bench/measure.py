"""What a call costs in Python: `measure.py PACKAGE sync|asyncio|aiohttp SUBJECT IN_FLIGHT CALLS`; see src/main.rs.

`PACKAGE` is `kernel_client` or `kernel`, the API's own: the names are the same. `aiohttp` is the latter's fastest:
asyncio with uvloop, and with aiohttp for httpx. The subjects are those of src/main.rs, and two more: `fields` is a page
of which every field is read, `first` the first login of a process, told as soon as it is there.

Nothing is imported that the chosen mode can do without, since start and memory are measured as well.
"""

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from typing import Any

ALL = (
    "id domain profile_name record_session save_credentials status allowed_domains auto_reauth browser "
    "browser_session_id browser_telemetry can_reauth can_reauth_reason choices credential discovered_fields error_code "
    "error_message external_action_message fields flow_expires_at flow_status flow_step flow_type "
    "health_check_interval health_check_unavailable_reason health_checks hosted_url interaction_id last_auth_at "
    "last_auth_check_at live_view_url login_url mfa_options pending_sso_buttons post_login_url proxy_id "
    "sign_in_options sso_provider website_error"
)
FIELDS = ALL.split()
PARTS = {
    "fields": "id reason ref type hint input_mode label observed_selector required",
    "discovered_fields": "label name selector type hint linked_mfa_type placeholder required",
}
PARTS_OF = {name: fields.split() for name, fields in PARTS.items()}


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


def read_all(items: "Iterable[Any]") -> int:
    """Reads every field of a page, of the parts as well."""
    count = 0
    for item in items:
        for name in FIELDS:
            value = getattr(item, name)
            for part in value or () if name in PARTS_OF else ():
                for field in PARTS_OF[name]:
                    getattr(part, field)
        count += 1
    return check_page(count)


def peak_mb() -> float:
    """The most memory that this process has had."""
    try:
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    except FileNotFoundError:
        import resource

        # In bytes where there is no /proc, which is macOS.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def report(units: int, cpu: float, wall: float) -> None:
    """Prints what one login, page or event took."""
    each = f'"cpu_us": {cpu / units * 1e6}, "wall_us": {wall / units * 1e6}'
    print(f'{{{each}, "units": {units}, "peak_mb": {peak_mb()}}}', flush=True)


def shares(in_flight: int, count: int) -> list[int]:
    """How many of the calls each worker makes."""
    return [count // in_flight + (at < count % in_flight) for at in range(in_flight)]


def warm_up(in_flight: int, calls: int) -> int:
    """How many calls are made before it counts."""
    return max(-(-calls // 10), in_flight)


def blocking(package: "Any", subject: str, in_flight: int, calls: int) -> None:
    """One call after another, in as many threads as are to be in flight."""
    connections = package.Kernel().auth.connections

    def login() -> int:
        return check_login(connections.login("ma_login").hosted_url)

    def page() -> int:
        return check_page(len(connections.list(limit=100).items))

    def fields() -> int:
        return read_all(connections.list(limit=100).items)

    def events() -> int:
        with connections.follow("ma_login") as stream:
            return sum(check_event(event.event) for event in stream)

    if subject == "first":
        report(login(), time.process_time(), 0)
        return
    call: Callable[[], int] = {"login": login, "page": page, "fields": fields, "events": events}[subject]

    def worker(count: int) -> int:
        return sum(call() for _ in range(count))

    def run(count: int) -> int:
        if in_flight == 1:
            return worker(count)
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(in_flight) as threads:
            return sum(threads.map(worker, shares(in_flight, count)))

    run(warm_up(in_flight, calls))
    cpu, wall = time.process_time(), time.perf_counter()
    units = run(calls)
    report(units, time.process_time() - cpu, time.perf_counter() - wall)


async def concurrent(client: "Any", subject: str, in_flight: int, calls: int) -> None:
    """Many calls at once."""
    import asyncio

    connections = client.auth.connections

    async def login() -> int:
        return check_login((await connections.login("ma_login")).hosted_url)

    async def page() -> int:
        return check_page(len((await connections.list(limit=100)).items))

    async def fields() -> int:
        return read_all((await connections.list(limit=100)).items)

    async def events() -> int:
        count = 0
        async with await connections.follow("ma_login") as stream:
            async for event in stream:
                count += check_event(event.event)
        return count

    if subject == "first":
        report(await login(), time.process_time(), 0)
        return
    call: Callable[[], Awaitable[int]] = {"login": login, "page": page, "fields": fields, "events": events}[subject]

    async def worker(count: int) -> int:
        units = 0
        for _ in range(count):
            units += await call()
        return units

    async def run(count: int) -> int:
        return sum(await asyncio.gather(*(worker(share) for share in shares(in_flight, count))))

    await run(warm_up(in_flight, calls))
    cpu, wall = time.process_time(), time.perf_counter()
    units = await run(calls)
    report(units, time.process_time() - cpu, time.perf_counter() - wall)


def main() -> None:
    """Reads the command line."""
    name, mode, subject, in_flight, calls = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
    package = __import__(name)
    if mode == "sync":
        blocking(package, subject, in_flight, calls)
        return

    async def connected() -> None:
        options = {"http_client": package.DefaultAioHttpClient()} if mode == "aiohttp" else {}
        async with package.AsyncKernel(**options) as client:
            await concurrent(client, subject, in_flight, calls)

    if mode == "asyncio":
        import asyncio

        asyncio.run(connected())
    else:
        import uvloop

        uvloop.run(connected())


main()
