"""`kernel` from PyPI against the simulator: whole logins, by fields and choices, in both forms."""

from collections.abc import Callable
from typing import Any

import pytest

from sdk import Sdk, done, each, ids
from world import World

pytestmark = pytest.mark.anyio

VALUES = {
    "email": "user@example.com",
    "password": "secret",
    "google_password": "secret",
    "code": "123456",
    "totp": "123456",
}
ASKED_ONCE = ["AWAITING_INPUT", "SUBMITTING"]
OUTSIDE = ["AWAITING_EXTERNAL_ACTION"]

# The script, the choice that is taken where there is one, and the steps after discovery, before COMPLETED.
LOGINS = [
    ("password", None, ASKED_ONCE),
    ("two_pages", None, ASKED_ONCE * 2),
    ("password_wrong_once", None, ASKED_ONCE * 2),
    ("mfa_code", None, ASKED_ONCE * 2),
    ("mfa_choice", "sms", ASKED_ONCE * 3),
    ("mfa_choice", "push", ASKED_ONCE * 2 + OUTSIDE),
    ("push", None, ASKED_ONCE + OUTSIDE),
    ("totp", None, ASKED_ONCE * 2),
    ("sso", "google", ASKED_ONCE * 2),
    ("sso", "github", ASKED_ONCE),
    ("account_picker", "work", ASKED_ONCE * 2),
]


def canonical(state: Any, wanted: str | None = None) -> dict[str, Any]:
    """The canonical answer: values for the fields, else the wanted choice."""
    answer = {"interaction_id": state.interaction_id}
    if any(choice.id == wanted for choice in state.choices or ()):
        return {**answer, "selected_choice_id": wanted}
    return {**answer, "field_values": {field.id: VALUES[field.ref] for field in state.fields or ()}}


def legacy(state: Any, wanted: str | None = None) -> dict[str, Any]:
    """The same in the legacy form."""
    if any(option.type == wanted for option in state.mfa_options or ()):
        return {"mfa_option_id": wanted}
    if any(option.id == wanted for option in state.sign_in_options or ()):
        return {"sign_in_option_id": wanted}
    for button in state.pending_sso_buttons or ():
        if button.provider == wanted:
            return {"sso_button_selector": button.selector}
    return {"fields": {field.name: VALUES[field.name] for field in state.discovered_fields or ()}}


async def to_the_end(kernel: Any, answer: Callable[[Any], dict[str, Any]]) -> list[Any]:
    """Every state of the login until its stream ends; `answer` says what to submit where input is awaited."""
    states = []
    async for event in each(await done(kernel.follow("ma_test"))):
        assert event.event == "managed_auth_state"
        states.append(event)
        if event.flow_step == "AWAITING_INPUT":
            assert (await done(kernel.submit("ma_test", **answer(event)))).accepted is True
    return states


@pytest.mark.parametrize("answer", [canonical, legacy])
@pytest.mark.parametrize(("script", "choice", "steps"), LOGINS)
async def test_login(sdk: Sdk, script: str, choice: str | None, steps: list[str], answer: Any) -> None:
    # `hold`: no state is over before it was seen.
    with World.of(script, hold=True) as world:
        kernel = sdk(world).auth.connections
        await done(kernel.login("ma_test"))
        states = await to_the_end(kernel, lambda state: answer(state, choice))
        assert [state.flow_step for state in states] == ["DISCOVERING", *steps, "COMPLETED"]
        assert states[-1].flow_status == "SUCCESS"
        asked = [state.interaction_id for state in states if state.flow_step == "AWAITING_INPUT"]
        assert None not in asked
        assert len(set(asked)) == len(asked)

        after = await done(kernel.retrieve("ma_test"))
        assert (after.status, after.flow_status) == ("AUTHENTICATED", "SUCCESS")
        assert after.post_login_url == states[-1].post_login_url
        assert after.sso_provider == (choice if script == "sso" else None)
        entry = (await done(kernel.timeline("ma_test"))).items[0]
        assert (entry.type, entry.status) == ("login", "SUCCESS")


async def test_from_create_to_delete(sdk: Sdk) -> None:
    with World(connections=[], script="mfa_code") as world:
        kernel = sdk(world).auth.connections
        made = await done(kernel.create(domain="example.com", profile_name="alice"))
        await done(kernel.login(made.id))
        states = []
        async for state in each(await done(kernel.follow(made.id))):
            states.append(state)
            if state.flow_step == "AWAITING_INPUT":
                await done(kernel.submit(made.id, **canonical(state)))
        assert states[-1].flow_status == "SUCCESS"
        assert (await done(kernel.retrieve(made.id))).status == "AUTHENTICATED"
        await done(kernel.delete(made.id))
        assert await ids(kernel.list()) == []


async def test_a_wrong_password_is_said_and_asked_again(sdk: Sdk) -> None:
    with World.of("password") as world:
        kernel = sdk(world).auth.connections
        await done(kernel.login("ma_test"))
        asked = []

        def answer(state: Any) -> dict[str, Any]:
            asked.append(state)
            return {"fields": {"email": "a", "password": "b"}} if len(asked) == 1 else canonical(state)

        await to_the_end(kernel, answer)
        first, second = asked
        assert first.website_error is None
        assert second.website_error
        assert {field.reason for field in first.fields} == {"missing"}
        assert {field.reason for field in second.fields} == {"rejected"}


async def test_an_approval_comes_from_outside(sdk: Sdk) -> None:
    with World.of("push_or_code") as world:
        kernel = sdk(world).auth.connections
        await done(kernel.login("ma_test"))
        steps = []
        async for state in each(await done(kernel.follow("ma_test"))):
            steps.append(state.flow_step)
            if state.flow_step == "AWAITING_INPUT":
                await done(kernel.submit("ma_test", **canonical(state)))
            if state.flow_step == "AWAITING_EXTERNAL_ACTION":
                assert state.external_action_message
                assert state.choices[0].mfa_type == "sms"
                world.make("ma_test", "act")
        assert steps.count("AWAITING_INPUT") == 1
        assert steps[-1] == "COMPLETED"


async def test_it_fails(sdk: Sdk) -> None:
    with World.of("fails:bot_detected") as world:
        kernel = sdk(world).auth.connections
        await done(kernel.login("ma_test"))
        last = (await to_the_end(kernel, canonical))[-1]
        assert (last.flow_status, last.error_code) == ("FAILED", "bot_detected")
        assert last.error_message
        assert (await done(kernel.retrieve("ma_test"))).error_code == "bot_detected"


async def test_nobody_comes_and_it_expires(sdk: Sdk) -> None:
    with World.of("password", frozen=True) as world:
        kernel = sdk(world).auth.connections
        await done(kernel.login("ma_test"))
        statuses = []
        async for state in each(await done(kernel.follow("ma_test"))):
            statuses.append(state.flow_status)
            if state.flow_step == "AWAITING_INPUT":
                world.advance(10 * 60 * 1000)
        assert statuses[-1] == "EXPIRED"


async def test_heartbeats_while_nothing_happens(sdk: Sdk) -> None:
    with World.of("endless", heartbeat_ms=10) as world:
        kernel = sdk(world).auth.connections
        await done(kernel.login("ma_test"))
        heartbeats = 0
        statuses = []
        async for event in each(await done(kernel.follow("ma_test"))):
            if event.event == "sse_heartbeat":
                assert event.timestamp.tzinfo is not None
                heartbeats += 1
                if heartbeats == 3:
                    world.make("ma_test", "cancel")
            else:
                statuses.append(event.flow_status)
        assert heartbeats >= 3
        assert statuses == ["IN_PROGRESS", "CANCELED"]
