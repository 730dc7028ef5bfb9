"""Runs every scenario against the Python client: `python tests/scenarios.py --mode sync|asyncio [part of a name]`.

`tests/README.md` of the repository says what a scenario is and what a runner does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import kernel_client
from matching import differences, of_language
from simulator import World

LIMIT = 10.0
KEYS = {"about", "env", "world", "client", "with_options", "call", "repeat", "cancel", "expect", "static", "good"}
EXPECTED = ("result", "response", "error", "cancelled", "client", "requests", "connections", "aborted", "never_printed")
OPTIONS = {"headers": "extra_headers", "query": "extra_query"}
CANCEL_WHEN = {"in_flight": {"wait_requests": 1}, "in_backoff": {"wait_completed": 1}}
WORDS = {"$nan": math.nan, "$infinity": math.inf}
PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}


def call_sync(call: Callable[[], Any], repeat: int, cancel_when: Callable[[], Any] | None) -> Any:
    """Makes the call; Ctrl-C ends it."""

    def overdue(*_: object) -> None:
        raise RuntimeError(f"the call did not end within {LIMIT} s")

    def interrupt(reached: Callable[[], Any]) -> None:
        reached()
        os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGALRM, overdue)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        for _ in range(repeat - 1):
            with suppress(kernel_client.APIError):  # Only the last outcome counts.
                call()
        if cancel_when:
            threading.Thread(target=interrupt, args=(cancel_when,)).start()
        return call()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


async def call_asyncio(call: Callable[[], Any], repeat: int, cancel_when: Callable[[], Any] | None) -> Any:
    """Makes the call; cancelling its task ends it."""

    async def calls() -> Any:
        for _ in range(repeat - 1):
            with suppress(kernel_client.APIError):  # Only the last outcome counts.
                await call()
        return await call()

    task = asyncio.create_task(calls())
    if cancel_when:
        await asyncio.to_thread(cancel_when)
        task.cancel()
    try:
        return await asyncio.wait_for(asyncio.shield(task), LIMIT)
    except asyncio.TimeoutError:
        raise RuntimeError(f"the call did not end within {LIMIT} s") from None


class Seen:
    """What a scenario came to, by the names that expectations have."""

    def __init__(self) -> None:
        self.outcome: dict[str, Any] = {}
        self.client: dict[str, Any] | None = None
        self.printed: list[str] = []

    def show(self, thing: Any) -> None:
        self.printed += [repr(thing), str(thing), f"{thing}"]


def act(scenario: dict[str, Any], world: World, language: str) -> Seen:
    """Does what the scenario says."""
    is_async = language == "python-asyncio"
    seen = Seen()
    phase = "configuration"
    try:
        options: dict[str, Any] = {"api_key": "sk_test", "base_url": world.base_url, **scenario.get("client", {})}
        options = {name: value for name, value in options.items() if value != "$unset"}
        client: Any = (kernel_client.AsyncKernel if is_async else kernel_client.Kernel)(**options)
        if "with_options" in scenario:
            client = client.with_options(**scenario["with_options"])
        seen.show(client)
        seen.client = {name: getattr(client, name) for name in ("base_url", "max_retries", "timeout")}
        if "call" not in scenario:
            return seen
        phase = "invalid_argument"
        *path, name = scenario["call"]["method"].split(".")
        resource: Any = client.with_raw_response if "response" in scenario["expect"] else client
        for part in path:
            resource = getattr(resource, part)
        options = scenario["call"].get("options", {})
        given = {OPTIONS.get(key) or key: value for key, value in options.items()}
        call = partial(getattr(resource, name), **scenario["call"]["args"], **given)
        cancel_when = partial(world.record, **CANCEL_WHEN[scenario["cancel"]]) if "cancel" in scenario else None
        repeat = scenario.get("repeat", 1)
        answer: Any
        if is_async:
            answer = asyncio.run(call_asyncio(call, repeat, cancel_when))
        else:
            answer = call_sync(call, repeat, cancel_when)
    except (KeyboardInterrupt, asyncio.CancelledError):
        seen.outcome["cancelled"] = True
    except (kernel_client.KernelError, TypeError) as error:
        seen.show(error)
        seen.printed += traceback.format_exception(error)
        seen.outcome["error"] = failed(error, phase)
    else:
        seen.show(answer)
        if "response" in scenario["expect"]:
            seen.outcome["response"] = {
                "status": answer.status_code,
                "headers": dict(answer.headers),
                "request_id": answer.request_id,
                "retries_taken": answer.retries_taken,
            }
            answer = asyncio.run(answer.parse()) if is_async else answer.parse()
            seen.show(answer)
        seen.outcome["result"] = {name: in_json(getattr(answer, name)) for name in answer.to_dict()}
    return seen


def in_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def failed(error: Any, phase: str) -> dict[str, Any]:
    """The error by the names that expectations have. A TypeError is Python's own and has no more than a text."""
    names = ("kind", "code", "details", "inner_error", "request_id", "retries_taken", "argument", "reason")
    fields = {name: getattr(error, name, None) for name in names}
    if isinstance(error, TypeError):
        fields["kind"] = phase
    body: Any = getattr(error, "body", None)
    own_words: Any = body.get("message") if isinstance(body, dict) else None  # pyright: ignore
    raw_body = getattr(error, "raw_body", None)
    return {
        **fields,
        "status": getattr(error, "status_code", None),
        "headers": dict(getattr(error, "headers", None) or {}),
        "raw_body": raw_body.decode(errors="replace") if raw_body is not None else None,
        # In Python `message` is the whole text; the API's own words are in the body.
        "message": own_words if isinstance(own_words, str) else str(error),
        "text": str(error),
    }


def check(expect: dict[str, Any], seen: Seen, record: dict[str, Any], language: str) -> list[str]:
    """What is not as expected, a sentence each."""
    endings = expect.keys() & {"result", "response", "error", "cancelled"}
    found = [f"expected {name}, got {seen.outcome}" for name in endings - seen.outcome.keys()]
    if not found and "error" in seen.outcome and "error" not in endings:
        found.append(f"expected no error, got {seen.outcome}")
    for name in endings & seen.outcome.keys() - {"error"}:
        wanted = expect[name]
        if name == "response" and "headers" in wanted:
            wanted = wanted | {"headers": {key.lower(): value for key, value in wanted["headers"].items()}}
        found += differences(name, wanted, seen.outcome[name], language)
    if "error" in endings & seen.outcome.keys():
        found += check_error(dict(expect["error"]), seen.outcome["error"], language)
    if "client" in expect:
        found += differences("client", expect["client"], seen.client, language)
    if "requests" in expect:
        found += check_requests(expect["requests"], record["requests"], language)
    connections = len({request["connection"] for request in record["requests"]})
    aborted = sum(request["aborted"] for request in record["requests"])
    for name, actual in (("connections", connections), ("aborted", aborted)):
        if name in expect:
            found += differences(name, expect[name], actual, language)
    for text in expect.get("never_printed", []):
        found += [f"never_printed: {text!r} shows in {printed!r}" for printed in seen.printed if text in printed]
    return found


def check_error(expected: dict[str, Any], error: dict[str, Any], language: str) -> list[str]:
    found: list[str] = []
    for name in ("message", "reason", "raw_body"):
        parts = expected.pop(f"{name}_contains", [])
        missing = [part for part in ([parts] if isinstance(parts, str) else parts) if part not in (error[name] or "")]
        found += [f"error.{name}: expected {part!r} in {error[name]!r}" for part in missing]
    text = of_language(expected.pop("text", {}), language)
    if text is not None:
        found += differences("error.text", text, error["text"], language)
    if "headers" in expected:
        expected["headers"] = {name.lower(): value for name, value in expected["headers"].items()}
    return found + differences("error", expected, error, language)


def check_requests(expected: list[dict[str, Any]], requests: list[dict[str, Any]], language: str) -> list[str]:
    if len(expected) != len(requests):
        return [f"requests: expected {len(expected)}, got {requests}"]
    found: list[str] = []
    for place, (wanted, request) in enumerate(zip(expected, requests, strict=True)):
        headers: dict[str, str] = {}
        for name, value in request["headers"]:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        actual = {**request, "headers": headers, "body_text": request["body"]}
        at = f"requests[{place}]"
        if "body" in wanted:
            found += differences(f"{at}.body", wanted["body"], json.loads(request["body"]), language, whole=True)
        found += differences(at, {name: wanted[name] for name in wanted if name != "body"}, actual, language)
    return found


def substitute(value: Any, variables: dict[str, str]) -> Any:
    """The value with `${name}` and the words for special numbers replaced."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {substitute(key, variables): substitute(item, variables) for key, item in fields.items()}
    if isinstance(value, list):
        return [substitute(item, variables) for item in value]  # pyright: ignore
    if isinstance(value, str):
        for name, text in variables.items():
            value = value.replace(f"${{{name}}}", text)
        return WORDS.get(value, value)
    return value


def run(path: Path, language: str) -> list[str]:
    text = path.read_text(encoding="utf-8")
    scenario = json.loads(text)
    unknown = scenario.keys() - KEYS | scenario["expect"].keys() - set(EXPECTED)
    if unknown:
        return [f"unknown keys: {sorted(unknown)}"]
    variables: dict[str, str] = {}
    others: list[World] = []
    for name, spec in (("refused", {"listen": False}), ("other", {})):
        if f"${{{name}}}" in text:
            others.append(World(**spec))
            variables[name] = others[-1].base_url
    before = dict(os.environ)
    try:
        with World(**substitute(scenario.get("world", {}), variables)) as world:
            variables |= {"base_url": world.base_url, "ca": world.ca or ""}
            scenario = substitute(scenario, variables)
            for name in before:
                if name.startswith("KERNEL_") or name.upper() in PROXIES:
                    del os.environ[name]
            os.environ.update(scenario.get("env", {}))
            try:
                seen = act(scenario, world, language)
            finally:
                os.environ.clear()
                os.environ.update(before)
            expect = scenario["expect"]
            wait = {"wait_aborted": expect["aborted"]} if "aborted" in expect else {}
            return check(expect, seen, world.record(**wait), language)
    finally:
        for other in others:
            other.close()


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the scenarios against the Python client.")
    parser.add_argument("--mode", choices=["sync", "asyncio"], required=True)
    parser.add_argument("part", nargs="?", default="", help="run those with this in their name")
    arguments = parser.parse_args()
    language = {"sync": "python", "asyncio": "python-asyncio"}[arguments.mode]
    # A shell starts what runs in the background deaf to Ctrl-C; these calls must hear it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    here = Path(__file__).resolve().parents[2] / "tests" / "scenarios"
    folder = Path(os.environ.get("KERNEL_SCENARIOS", here))
    results = os.environ.get("KERNEL_RESULTS")
    passed = failures = 0
    for path in sorted(folder.glob("*.json")):
        if arguments.part not in path.stem:
            continue
        started = time.monotonic()
        try:
            found = run(path, language)
        except Exception:
            found = [traceback.format_exc()]
        took = int((time.monotonic() - started) * 1000)
        line = {"scenario": path.stem, "language": language, "ok": not found, "note": "; ".join(found), "ms": took}
        if results:
            with open(results, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        if found:
            print(f"{path.stem}: " + "\n    ".join(found))
        passed, failures = passed + (not found), failures + bool(found)
    print(f"{passed} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
