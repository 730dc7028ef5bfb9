"""`kernel` from PyPI against the simulator: each documented error is the SDK's own class for it."""

from collections.abc import Awaitable, Callable
from typing import Any

import kernel
import pytest

from sdk import Sdk, done
from world import World

pytestmark = pytest.mark.anyio

NEW = {"domain": "example.com", "profile_name": "someone"}
RUNNING = {"flow": "running"}
CANONICAL = {"field_email": "user@example.com", "field_password": "secret"}

# Each operation as a call of the resource.
OPERATIONS: dict[str, Callable[[Any, str], Any]] = {
    "create": lambda kernel, _: kernel.create(**NEW),
    "list": lambda kernel, _: kernel.list(),
    "retrieve": lambda kernel, id: kernel.retrieve(id),
    "update": lambda kernel, id: kernel.update(id, record_session=True),
    "delete": lambda kernel, id: kernel.delete(id),
    "login": lambda kernel, id: kernel.login(id),
    "submit": lambda kernel, id: kernel.submit(id, fields={"email": "x"}),
    "follow": lambda kernel, id: kernel.follow(id),
    "timeline": lambda kernel, id: kernel.timeline(id),
}
READING = {"list", "retrieve", "follow", "timeline"}
WITHOUT_ID = {"create", "list"}

every = pytest.mark.parametrize("operation", OPERATIONS)
with_id = pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in WITHOUT_ID])
changing = pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in READING])


async def call(outcome: Callable[[], Any]) -> Any:
    return await done(outcome())


async def refused(
    call: Awaitable[Any], expected: type[kernel.APIStatusError], status: int, code: str
) -> kernel.APIStatusError:
    """The error of a call, of the SDK's class for this status."""
    with pytest.raises(kernel.APIStatusError) as caught:
        await call
    error = caught.value
    assert type(error) is expected
    assert error.status_code == status
    assert isinstance(error.body, dict)
    assert error.body["code"] == code
    assert error.body["message"]
    return error


@every
async def test_401_for_a_key_that_does_not_exist(sdk: Sdk, operation: str) -> None:
    with World.of("endless", RUNNING) as world:
        resource = sdk(world, api_key="sk_wrong").auth.connections
        outcome = call(lambda: OPERATIONS[operation](resource, "ma_test"))
        await refused(outcome, kernel.AuthenticationError, 401, "unauthorized")


@every
async def test_500(sdk: Sdk, operation: str) -> None:
    with World.of("endless", RUNNING, faults=[{"on": operation, "status": 500}]) as world:
        resource = sdk(world, max_retries=0).auth.connections
        outcome = call(lambda: OPERATIONS[operation](resource, "ma_test"))
        await refused(outcome, kernel.InternalServerError, 500, "internal_error")


@with_id
async def test_404_for_a_connection_that_does_not_exist(sdk: Sdk, operation: str) -> None:
    with World.of("endless", RUNNING) as world:
        resource = sdk(world).auth.connections
        outcome = call(lambda: OPERATIONS[operation](resource, "ma_other"))
        await refused(outcome, kernel.NotFoundError, 404, "not_found")


@changing
async def test_403_for_a_key_that_may_only_read(sdk: Sdk, operation: str) -> None:
    with World.of("endless", RUNNING) as world:
        resource = sdk(world, api_key="sk_readonly").auth.connections
        outcome = call(lambda: OPERATIONS[operation](resource, "ma_test"))
        await refused(outcome, kernel.PermissionDeniedError, 403, "forbidden")


async def test_create_409_names_the_connection_that_exists(sdk: Sdk) -> None:
    with World.of("password", NEW) as world:
        resource = sdk(world, max_retries=0).auth.connections
        error = await refused(call(lambda: resource.create(**NEW)), kernel.ConflictError, 409, "already_exists")
        assert isinstance(error.body, dict)
        assert error.body["existing_id"] == "ma_test"


async def test_login_409_while_one_is_running(sdk: Sdk) -> None:
    with World.of("endless", RUNNING) as world:
        resource = sdk(world, max_retries=0).auth.connections
        await refused(call(lambda: resource.login("ma_test")), kernel.ConflictError, 409, "conflict")


WRONG: dict[str, Callable[[Any], Any]] = {
    "a blank profile name": lambda kernel: kernel.create(domain="example.com", profile_name=""),
    "an unknown field": lambda kernel: kernel.create(**NEW, extra_body={"surprise": True}),
    "an interval too short": lambda kernel: kernel.create(**NEW, health_check_interval=1),
    "a flag in words": lambda kernel: kernel.update("ma_test", health_checks="yes"),
    "no proxy": lambda kernel: kernel.login("ma_test", proxy={}),
    "a page too long": lambda kernel: kernel.list(limit=101),
    "an unknown type": lambda kernel: kernel.timeline("ma_test", type="logout"),
    "a field that is not asked for": lambda kernel: kernel.submit("ma_test", fields={"shoe_size": "43"}),
    "no interaction_id": lambda kernel: kernel.submit("ma_test", field_values=CANONICAL),
    "another interaction_id": lambda kernel: kernel.submit("ma_test", field_values=CANONICAL, interaction_id="x"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_400_for_what_the_api_does_not_take(sdk: Sdk, wrong: str) -> None:
    with World.of("password") as world:
        resource = sdk(world).auth.connections
        await done(resource.login("ma_test"))
        await refused(call(lambda: WRONG[wrong](resource)), kernel.BadRequestError, 400, "bad_request")


async def test_submit_422_when_there_is_nothing_in_it_or_nothing_asked(sdk: Sdk) -> None:
    with World.of("password") as world:
        resource = sdk(world).auth.connections

        async def submit(code: str, **answer: Any) -> None:
            outcome = call(lambda: resource.submit("ma_test", **answer))
            await refused(outcome, kernel.UnprocessableEntityError, 422, code)

        fields = {"email": "user@example.com", "password": "secret"}
        await submit("no_active_flow", fields=fields)
        await done(resource.login("ma_test"))
        await submit("nothing_submitted")
        world.make("ma_test", "cancel")
        await submit("no_active_flow", fields=fields)


async def test_follow_404_where_there_has_never_been_a_login(sdk: Sdk) -> None:
    with World.of("password") as world:
        resource = sdk(world).auth.connections
        await refused(call(lambda: resource.follow("ma_test")), kernel.NotFoundError, 404, "no_active_flow")


async def test_the_sdk_tries_again_by_itself(sdk: Sdk) -> None:
    faults = [{"on": "retrieve", "status": 503, "headers": {"retry-after-ms": "1"}, "times": 2}]
    with World.of("password", faults=faults) as world:
        assert (await done(sdk(world).auth.connections.retrieve("ma_test"))).id == "ma_test"
        assert world.record()["requests_total"] == 3


async def test_the_context_of_the_key(sdk: Sdk) -> None:
    with World() as world:
        context = await done(sdk(world).auth.context.retrieve())
        assert context.authentication.method == "api_key"
        assert context.principal.id
        await refused(
            call(lambda: sdk(world, api_key="sk_wrong").auth.context.retrieve()),
            kernel.AuthenticationError,
            401,
            "unauthorized",
        )
