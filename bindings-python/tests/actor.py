"""Makes the calls that scenarios name, and notes what a user sees.

Everything here is written once for both clients: with the blocking one nothing is ever waited for.
"""

from __future__ import annotations

import asyncio
import math
import os
import re
import signal
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any, cast

import kernel_client
from kernel_client.testing import World

LIMIT = 10.0
"""A call that takes longer has failed."""

WORDS = {"$nan": math.nan, "$infinity": math.inf}
OPTIONS = {"headers": "extra_headers", "query": "extra_query"}
CANCEL_WHEN = {"in_flight": {"requests": 1}, "in_backoff": {"completed": 1}}


class Stage(Exception):  # noqa: N818 - it is no error of the client
    """What a scenario cannot do, as opposed to what the client does."""


class Raised(Exception):  # noqa: N818 - it is what a scenario asks for
    """What a handler of a scenario raises."""


class Seen:
    """What a scenario came to, by the names that expectations have."""

    def __init__(self) -> None:
        self.outcome: dict[str, Any] = {}
        self.client: dict[str, Any] | None = None
        self.items: list[Any] = []
        self.logins: list[Any] = []
        self.inputs: list[Any] = []
        self.printed: list[str] = []
        self._watched: tuple[list[Any], int, Callable[[], None]] | None = None

    def show(self, thing: Any) -> None:
        self.printed += [repr(thing), str(thing), f"{thing}"]

    def note(self, seen: list[Any], thing: Any, value: Any) -> None:
        self.show(thing)
        seen.append(value)
        if self._watched:
            watched, count, tell = self._watched
            if seen is watched and len(seen) == count:
                tell()

    def watch(self, name: str, count: int, tell: Callable[[], None]) -> None:
        """Has `tell` called once there are so many `items` or `inputs`."""
        self._watched = (getattr(self, name), count, tell)


class Actor:
    """A client, its world, and what is seen."""

    def __init__(self, scenario: dict[str, Any], world: World, *, is_async: bool) -> None:
        self.scenario = scenario
        self.world = world
        self.is_async = is_async
        self.seen = Seen()
        self.before: list[Any] = []
        self.session: Any = None
        self.phase = "configuration"
        self.options: dict[str, Any] = {}

    def act(self) -> None:
        """Does what the scenario says; raises what the client raises."""
        options: dict[str, Any] = {
            "api_key": "sk_test",
            "base_url": self.world.base_url,
            **self.scenario.get("client", {}),
        }
        self.options = {name: value for name, value in options.items() if value != "$unset"}
        self.client: Any = (kernel_client.AsyncKernel if self.is_async else kernel_client.Kernel)(**self.options)
        if "with_options" in self.scenario:
            self.client = self.client.with_options(**self.scenario["with_options"])
        self.seen.show(self.client)
        self.seen.client = {name: getattr(self.client, name) for name in ("base_url", "max_retries", "timeout")}
        # Unless it is a number, `read` is the limit of the whole attempt.
        self.seen.client["timeout"] = getattr(self.client.timeout, "read", self.client.timeout)
        if "call" not in self.scenario:
            return
        self.phase = "invalid_argument"
        if self.is_async:
            asyncio.run(self._play())
        else:
            with _interrupted_when_late():
                _run(self._play())

    async def _play(self) -> None:
        for step in self.scenario.get("before", []):
            self.before.append(await self._prepare(fill(step, {"before": self.before})))
        variables = {"before": self.before}
        if "session" in self.scenario:
            self.session = await self._make(fill(self.scenario["session"], variables), Seen())
            self.seen.show(self.session)
        call = fill(self.scenario["call"], variables)
        for _ in range(self.scenario.get("repeat", 1) - 1):
            with suppress(kernel_client.APIError):  # Only the last outcome counts.
                await self._make(call, Seen())
        if self.is_async:
            await self._cancellable(call)
        else:
            with self._interruption():
                await self._make(call, self.seen)

    async def _prepare(self, step: dict[str, Any]) -> Any:
        if "$control" in step:
            return self._control(step)
        try:
            answer = await self._make(step, Seen())
        except (kernel_client.KernelError, TypeError) as error:
            raise Stage("what comes before the call failed") from error
        return answer.to_dict() if hasattr(answer, "to_dict") else None

    def _control(self, entry: dict[str, Any]) -> Any:
        answer = None
        for part, body in entry.get("$control", {}).items():
            answer = self.world.control(part, **body)
        return answer

    def _when(self) -> tuple[str, int] | None:
        """When the call is cancelled: once there are so many of what."""
        cancel = self.scenario.get("cancel")
        if cancel is None:
            return None
        ((what, count),) = CANCEL_WHEN.get(cancel, {}).items() if isinstance(cancel, str) else cancel.items()
        return what, count

    @contextmanager
    def _interruption(self) -> Generator[None, None, None]:
        """Ctrl-C, as soon as the scenario wants it."""
        when = self._when()
        if when is None:
            yield
            return
        what, count = when
        over = False
        reached = threading.Event()

        def interrupt() -> None:
            if what in ("items", "inputs"):
                reached.wait(LIMIT)
            else:
                self.world.record(**{f"wait_{what}": count})
            if not over:
                os.kill(os.getpid(), signal.SIGINT)

        if what in ("items", "inputs"):
            self.seen.watch(what, count, reached.set)
        thread = threading.Thread(target=interrupt)
        thread.start()
        try:
            yield
        finally:
            over = True
            reached.set()
            thread.join()

    async def _cancellable(self, call: dict[str, Any]) -> None:
        task = asyncio.create_task(self._make(call, self.seen))
        when = self._when()
        if when is not None:
            what, count = when
            if what in ("items", "inputs"):
                reached = asyncio.Event()
                self.seen.watch(what, count, reached.set)
                await asyncio.wait_for(reached.wait(), LIMIT)
            else:
                await asyncio.to_thread(self.world.record, **{f"wait_{what}": count})
            task.cancel()
        done, _ = await asyncio.wait([task], timeout=LIMIT)
        if not done:
            task.cancel()
            raise Stage(f"the call did not end within {LIMIT} s")
        task.result()

    async def _make(self, call: dict[str, Any], seen: Seen) -> Any:
        """Makes a call, notes what comes of it, and gives the answer."""
        method, args = call["method"], call.get("args", {})
        options: dict[str, Any] = call.get("options", {})
        given = {OPTIONS.get(name, name): value for name, value in options.items()}
        if method in ("hosted_login_url", "login_return"):
            helper = kernel_client.LoginReturn.parse if method == "login_return" else kernel_client.hosted_login_url
            answer: Any = helper(**args)
            seen.show(answer)
            seen.outcome["result"] = in_json(answer)
            return answer
        wants_response = seen is self.seen and "response" in self.scenario["expect"]
        if method.endswith(("login_and_wait", "wait_for_login")):
            given |= self._handlers(call, seen)
        answer = self._target(method, raw=wants_response)(**args, **given)
        if wants_response:
            answer = await self._response(await self._done(answer), seen)
        elif self.is_async and call.get("collect") != "items":
            answer = await answer
        if method.endswith(".follow"):
            await self._follow(answer, call, seen)
        elif call.get("collect") == "items":
            await self._iterate(answer, call, seen, in_json)
        elif call.get("collect") == "pages":
            await self._iterate(answer.iter_pages(), call, seen, page_in_json)
        else:
            seen.show(answer)
            seen.outcome["result"] = self._read(method)(answer)
        return answer

    async def _done(self, answer: Any) -> Any:
        return await answer if self.is_async else answer

    def _target(self, method: str, *, raw: bool) -> Callable[..., Any]:
        *path, name = method.split(".")
        if method == "session.exchange":
            options = {name: value for name, value in self.options.items() if name != "api_key"}
            session = kernel_client.AsyncManagedAuthSession if self.is_async else kernel_client.ManagedAuthSession
            return partial(session.exchange, **options)
        target: Any = self.session if path == ["session"] else self.client
        target = target.with_raw_response if raw else target
        for part in path if path != ["session"] else []:
            target = getattr(target, part)
        return cast("Callable[..., Any]", getattr(target, name))

    async def _response(self, response: Any, seen: Seen) -> Any:
        seen.show(response)
        seen.outcome["response"] = {
            "status": response.status_code,
            "headers": dict(response.headers),
            "request_id": response.request_id,
            "retries_taken": response.retries_taken,
        }
        return await self._done(response.parse())

    async def _follow(self, stream: Any, call: dict[str, Any], seen: Seen) -> None:
        if self.is_async:
            async with stream:
                await self._iterate(stream, call, seen, in_json)
        else:
            with stream:
                await self._iterate(stream, call, seen, in_json)

    async def _iterate(self, source: Any, call: dict[str, Any], seen: Seen, read: Callable[[Any], Any]) -> None:
        seen.show(source)
        enough = call.get("stop_after")
        if self.is_async:
            async for item in source:
                seen.note(seen.items, item, read(item))
                if len(seen.items) == enough:
                    break
        else:
            for item in source:
                seen.note(seen.items, item, read(item))
                if len(seen.items) == enough:
                    break
        seen.outcome["items"] = seen.items

    def _read(self, method: str) -> Callable[[Any], Any]:
        if method.endswith((".list", ".timeline")):
            return page_in_json
        return (lambda session: {"id": session.id}) if method.endswith(".exchange") else in_json

    def _handlers(self, call: dict[str, Any], seen: Seen) -> dict[str, Any]:
        def on_login(login: Any) -> None:
            seen.note(seen.logins, login, in_json(login))
            self._control(call.get("on_login", {}))

        entries = iter(call.get("handler", []))

        def on_input(request: Any) -> Any:
            seen.note(seen.inputs, request, in_json(request))
            try:
                entry = next(entries)
            except StopIteration:
                raise Stage("the handler is called once more than expected") from None
            if not isinstance(entry, dict):
                return entry
            fields = cast("dict[str, Any]", entry)
            if self.is_async and fields.keys() & {"$control", "$later", "$wait"}:
                return self._answer_later(fields)
            self._control(fields)
            if "$wait" in fields:
                threading.Event().wait(1)
            return _answer(fields)

        handlers: dict[str, Any] = {"on_input": on_input} if "handler" in call else {}
        # Who waits for a login that runs already is not told of its start.
        return handlers if call["method"].startswith("session.") else handlers | {"on_login": on_login}

    async def _answer_later(self, entry: dict[str, Any]) -> Any:
        await asyncio.to_thread(self._control, entry)
        await asyncio.sleep(0)
        if "$wait" in entry:
            await asyncio.Event().wait()
        return _answer(entry)


def _answer(entry: dict[str, Any]) -> Any:
    if "$raise" in entry:
        raise Raised(entry["$raise"])
    answer = {name: value for name, value in entry.items() if not name.startswith("$")}
    return answer if answer or not entry else None


def _run(play: Coroutine[Any, Any, None]) -> None:
    """Runs what never waits."""
    try:
        play.send(None)
    except StopIteration:
        return
    raise Stage("a blocking call is not over when it returns")


@contextmanager
def _interrupted_when_late() -> Generator[None, None, None]:
    def overdue(*_: object) -> None:
        raise Stage(f"the call did not end within {LIMIT} s")

    signal.signal(signal.SIGALRM, overdue)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def in_json(value: Any) -> Any:
    """The value by its names on the wire, read as a user reads it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [in_json(item) for item in value]  # pyright: ignore
    if hasattr(value, "to_dict"):
        fields = value.to_dict()
        if isinstance(fields, dict):
            return {name: in_json(getattr(value, name)) for name in cast("dict[str, Any]", fields)}
        return fields
    return value


def page_in_json(page: Any) -> dict[str, Any]:
    return {
        "items": in_json(page.items),
        "has_more": page.has_more,
        "next_offset": page.next_offset,
        "has_next_page": page.has_next_page(),
    }


def fill(value: Any, variables: dict[str, Any]) -> Any:
    """The value with `${name}`, `${name.field}` and the words for special numbers replaced; what is not known stays."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {fill(key, variables): fill(item, variables) for key, item in fields.items()}
    if isinstance(value, list):
        return [fill(item, variables) for item in value]  # pyright: ignore
    if isinstance(value, str):
        return WORDS.get(value, _VARIABLE.sub(lambda found: _look_up(found, variables), value))
    return value


def _look_up(found: re.Match[str], variables: dict[str, Any]) -> str:
    within: Any = variables
    try:
        for name in found[1].split("."):
            within = within[int(name) if isinstance(within, list) else name]
    except (KeyError, IndexError):
        return found[0]
    return str(within)


_VARIABLE = re.compile(r"\$\{([\w.]+)\}")
