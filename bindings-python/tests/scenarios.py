"""Runs every scenario against the Python client: `python tests/scenarios.py --mode sync|asyncio [part of a name]`.

`tests/README.md` of the repository says what a scenario is and what a runner does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import kernel_client
from actor import Actor, Raised, Seen, fill
from kernel_client.testing import World
from matching import differences, of_language
from simulator import open_world

AT_ONCE = 8
KEYS = {
    "about", "env", "world", "client", "with_options", "before", "session", "call", "repeat", "cancel", "expect",
    "static", "good",
}  # fmt: skip
ENDINGS = {"result", "response", "items", "error", "cancelled"}
EXPECTED = ENDINGS | {"login", "inputs", "client", "requests", "connections", "aborted", "never_printed"}
PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}


def play(actor: Actor) -> Seen:
    """Does what the scenario says, and gives what was seen."""
    seen = actor.seen
    try:
        actor.act()
    except (KeyboardInterrupt, asyncio.CancelledError):
        seen.outcome["cancelled"] = True
    except (kernel_client.KernelError, TypeError, Raised) as error:
        seen.show(error)
        seen.printed += traceback.format_exception(error)
        seen.outcome["error"] = failed(error, actor.phase)
    if seen.outcome.keys() & {"cancelled", "error"}:
        # What came before that.
        seen.outcome["items"] = seen.items
    return seen


def failed(error: Any, phase: str) -> dict[str, Any]:
    """The error by the names that expectations have. A TypeError is Python's own and has no more than a text."""
    names = (
        "kind", "code", "details", "inner_error", "existing_id", "flow_status", "website_error", "request_id",
        "retries_taken", "argument", "reason",
    )  # fmt: skip
    fields = {name: getattr(error, name, None) for name in names}
    if isinstance(error, TypeError):
        fields["kind"] = phase
    if isinstance(error, Raised):
        fields["kind"] = "handler"
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
    endings = expect.keys() & ENDINGS
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
    if "login" in expect:
        told = [] if expect["login"] == {"$absent": True} else [expect["login"]]
        found += differences("login", told, seen.logins, language)
    if "inputs" in expect:
        found += differences("inputs", expect["inputs"], seen.inputs, language)
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


def run(path: Path, language: str) -> list[str]:
    text = path.read_text(encoding="utf-8")
    scenario = json.loads(text)
    unknown = scenario.keys() - KEYS | scenario["expect"].keys() - EXPECTED
    if unknown:
        return [f"unknown keys: {sorted(unknown)}"]
    variables: dict[str, Any] = {}
    others: list[World] = []
    for name, spec in (("refused", {"listen": False}), ("other", {})):
        if f"${{{name}}}" in text:
            others.append(open_world(**spec))
            variables[name] = others[-1].base_url
    before = dict(os.environ)
    try:
        with open_world(**fill(scenario.get("world", {}), variables)) as world:
            variables |= {"base_url": world.base_url, "ca": world.ca or ""}
            scenario = fill(scenario, variables)
            for name in before:
                if name.startswith("KERNEL_") or name.upper() in PROXIES:
                    del os.environ[name]
            os.environ.update(scenario.get("env", {}))
            actor = Actor(scenario, world, is_async=language == "python-asyncio")
            try:
                seen = play(actor)
            finally:
                os.environ.clear()
                os.environ.update(before)
            expect = fill(scenario["expect"], {"before": actor.before})
            return check(expect, seen, settled(world, expect), language)
    finally:
        for other in others:
            other.close()


def settled(world: World, expect: dict[str, Any]) -> Any:
    """The record once it is as expected, or as it is."""
    wait = {"wait_aborted": expect["aborted"]} if "aborted" in expect else {}
    if "requests" in expect:
        wait["wait_requests"] = len(expect["requests"])
    try:
        return world.record(**wait)
    except TimeoutError:
        return world.record()


def judge(path: Path, language: str) -> dict[str, Any]:
    """Runs one scenario; the line of the results."""
    # A shell starts what runs in the background deaf to Ctrl-C; these calls must hear it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started = time.monotonic()
    try:
        found = run(path, language)
    except Exception:
        found = [traceback.format_exc()]
    took = int((time.monotonic() - started) * 1000)
    return {"scenario": path.stem, "language": language, "ok": not found, "note": "\n    ".join(found), "ms": took}


def runs_alone(path: Path) -> bool:
    """Whether it has a limit that passes too soon while others keep the machine busy."""
    scenario = json.loads(path.read_text(encoding="utf-8"))
    return any("timeout" in json.dumps(scenario.get(part)) for part in ("client", "with_options", "call"))


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the scenarios against the Python client.")
    parser.add_argument("--mode", choices=["sync", "asyncio"], required=True)
    parser.add_argument("part", nargs="?", default="", help="run those with this in their name")
    arguments = parser.parse_args()
    language = {"sync": "python", "asyncio": "python-asyncio"}[arguments.mode]
    here = Path(__file__).resolve().parents[2] / "tests" / "scenarios"
    folder = Path(os.environ.get("KERNEL_SCENARIOS", here))
    results = os.environ.get("KERNEL_RESULTS")
    paths = sorted(path for path in folder.glob("*.json") if arguments.part in path.stem)
    failures = 0
    # In processes of their own: each has one environment, and one thread that hears Ctrl-C.
    with ProcessPoolExecutor(AT_ONCE) as pool:
        together = pool.map(partial(judge, language=language), (path for path in paths if not runs_alone(path)))
        lines = list(together)
    lines += [judge(path, language) for path in paths if runs_alone(path)]
    for line in lines:
        if results:
            with open(results, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        if not line["ok"]:
            failures += 1
            print(f"{line['scenario']}: {line['note']}")
    print(f"{len(lines) - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
