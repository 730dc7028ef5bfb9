"""Every login that the simulator knows, from its start to its end: each event of the stream is one of the document's,
and so is each answer on the way.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import requests

import document
from situations import FIELDS, MFA, OTHERS, SITUATIONS, WORLD
from world import World

SCRIPTS = Path(__file__).parent.parent / "simulator" / "scripts"
NAMES = sorted(path.stem for path in SCRIPTS.glob("*.json"))
NEVER_OVER = {"endless", "stale"}
FAILING = {"fails", "reauth_refused"}
API = document.schema(1)
CONNECTION = "/auth/connections/{id}"


def validator() -> Any:
    """Checks the data of one event."""
    schema = {"$ref": "#/components/schemas/ManagedAuthEvent", "components": document.read()["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


class Caller:
    """Makes requests; each answer must be one that the document has for its operation."""

    def __init__(self, world: World, session: requests.Session) -> None:
        self._world = world
        self._session = session

    def __call__(self, method: str, path: str = CONNECTION, body: Any = None, expect: int = 200) -> Any:
        answer = self.send(method, path, body)
        assert answer.status_code == expect, answer.text
        API[path][method].validate_response(answer)
        return answer.json() if answer.content else None

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        url = self._world.base_url + path.replace("{id}", "ma_test")
        return self._session.request(method, url, json=body, headers={"Authorization": "Bearer sk_test"}, **options)

    def events(self) -> Iterator[dict[str, Any]]:
        """The events of the stream, read by the rules for one and without anything that knows the API."""
        with self.send("GET", document.FOLLOW, stream=True) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "text/event-stream"
            assert answer.headers["x-sse-content-type"] == "application/json"
            name = data = ""
            for line in answer.iter_lines(decode_unicode=True):
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    data += value
                elif line == "":
                    event = json.loads(data)
                    assert event["event"] == name
                    yield event
                    name = data = ""


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def accepted(script: str) -> dict[str, str]:
    """What the fields of a script take, by their canonical and their legacy name."""
    steps = json.loads((SCRIPTS / f"{script}.json").read_text(encoding="utf-8"))["steps"]
    prompts = [step[kind] for step in steps for kind in ("input", "external") if kind in step]
    fields = [field for prompt in prompts for field in prompt.get("fields", [])]
    values = {}
    for field in fields:
        accept = field.get("accept", "anything")
        values[field["id"]] = values[field["ref"]] = accept[0] if isinstance(accept, list) else accept
    return values


def canonical(state: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    """Values for the fields, or the first choice."""
    if fields := state.get("fields"):
        return {"field_values": {field["id"]: values[field["id"]] for field in fields}}
    return {"selected_choice_id": state["choices"][0]["id"]}


def legacy(state: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    """The same in the legacy form."""
    if fields := state.get("discovered_fields"):
        return {"fields": {field["name"]: values[field["name"]] for field in fields}}
    if options := state.get("mfa_options"):
        return {"mfa_option_id": options[0]["type"]}
    return {"sign_in_option_id": state["sign_in_options"][0]["id"]}


def follow(call: Caller, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Goes through the login, state by state, and answers what is asked."""
    check = validator()
    for event in call.events():
        check.validate(event)
        if event["event"] == "sse_heartbeat":
            continue
        shown = call("GET")
        (listed,) = call("GET", "/auth/connections")
        assert shown == listed
        if event["flow_step"] == "AWAITING_INPUT":
            # A connection shows what the event told.
            told = {name: value for name, value in event.items() if name not in ("event", "timestamp")}
            assert {name: shown[name] for name in told} == told
            call("POST", f"{CONNECTION}/login", {}, expect=409)
            call("POST", f"{CONNECTION}/submit", {}, expect=422)
            call("POST", f"{CONNECTION}/submit", answer(event), expect=202)
        yield event


@pytest.mark.parametrize("form", [canonical, legacy])
@pytest.mark.parametrize("script", [script for script in NAMES if script not in NEVER_OVER])
def test_login(session: requests.Session, script: str, form: Any) -> None:
    only = {"canonical_only": canonical, "legacy_only": legacy}
    form = only.get(script, form)
    values = accepted(script)
    stored = script.startswith("reauth")
    connection = {"status": "AUTHENTICATED"} if stored else {}
    # `hold`: no state is over before it was seen.
    with World.of(script, connection, **{**WORLD, "hold": True}) as world:
        if stored:
            world.make("ma_test", "expire_session")
        call = Caller(world, session)
        login = call("POST", f"{CONNECTION}/login", {"record_session": True})
        assert login["flow_type"] == ("REAUTH" if stored else "LOGIN")
        code = {"code": login["handoff_code"]}
        call("POST", document.EXCHANGE, code, expect=410 if script == "instant" else 200)
        call("POST", document.EXCHANGE, code, expect=410)
        states = []
        for state in follow(call, lambda state: form(state, values)):
            states.append(state)
            if script == "push_or_code" and state["flow_step"] == "AWAITING_EXTERNAL_ACTION":
                world.make("ma_test", "act")
        assert states[-1]["flow_step"] == "COMPLETED"
        assert states[-1]["flow_status"] == ("FAILED" if script in FAILING else "SUCCESS")
        world.make("ma_test", "health_check")
        check, entry = call("GET", f"{CONNECTION}/timeline")
        assert check["type"] == "health_check"
        assert (entry["type"], entry["status"]) == (login["flow_type"].lower(), states[-1]["flow_status"])
        call("PATCH", body={"login_url": "https://example.com/login", "health_checks": False})
        call("DELETE", expect=204)
        call("GET", expect=404)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_first_events(session: requests.Session, situation: str) -> None:
    with SITUATIONS[situation]() as world:
        call = Caller(world, session)
        if situation == "never signed in":
            call("GET", document.FOLLOW, expect=404)
            return
        check = validator()
        seen = []
        for event in call.events():
            check.validate(event)
            seen.append(event["event"])
            if len(seen) == 4:
                break
        over = call("GET")["flow_status"] != "IN_PROGRESS"
        assert seen == ["managed_auth_state"] + ([] if over else ["sse_heartbeat"] * 3)


def test_everything_is_asked() -> None:
    """The situations ask with every type of field and of choice that the document knows."""
    schemas = document.read()["components"]["schemas"]
    for name, asked in (("ManagedAuthField", FIELDS), ("ManagedAuthChoice", MFA + OTHERS)):
        assert set(schemas[name]["properties"]["type"]["enum"]) == {one["type"] for one in asked}
    assert set(schemas["MFAType"]["enum"]) <= {choice["mfa_type"] for choice in MFA}


@pytest.mark.parametrize(
    "wrong",
    [
        {"event": "managed_auth_state"},
        {"event": "sse_heartbeat", "timestamp": "today"},
        {"event": "sse_heartbeat", "timestamp": "2026-08-01T10:00:00Z", "more": 1},
        {"event": "other", "timestamp": "2026-08-01T10:00:00Z"},
    ],
)
def test_what_is_no_event_is_found(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        validator().validate(wrong)
