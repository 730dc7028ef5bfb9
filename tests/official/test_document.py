"""Requests generated from the API's OpenAPI document: no answer of the simulator violates it."""

from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
import requests
from schemathesis.checks import CheckFunction
from schemathesis.core.failures import Failure, FailureGroup, MalformedJson, ServerError
from schemathesis.openapi.checks import JsonSchemaError, UndefinedContentType, UndefinedStatusCode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

import document
from situations import SITUATIONS, WORLD
from world import World

KEY = {"Authorization": "Bearer sk_test"}
# A stream is read for so many events.
STREAM = {"max-stream-events": 3}

# Where the document cannot know what the API does with a request. Everything else is checked there, too.
EXCLUDED: dict[str, list[CheckFunction]] = {
    # It has no status to refuse a query with, so the simulator takes what comes nearest to the one it got.
    "GET /auth/connections": [negative_data_rejection],
    "GET /auth/connections/{id}/timeline": [negative_data_rejection],
    # What can be submitted is what the login asks for at the moment; the rest is a documented 400 or 422.
    "POST /auth/connections/{id}/submit": [positive_data_acceptance],
    # A code is good if a login gave it; any other is a documented 400.
    "POST /auth/connections/{id}/exchange": [positive_data_acceptance],
}


def check(case: Any, session: requests.Session, world: World, key: str = "sk_test") -> None:
    """Makes the request; all checks of schemathesis must hold for the answer."""
    case.call_and_validate(
        base_url=world.base_url,
        session=session,
        headers={"Authorization": f"Bearer {key}"},
        excluded_checks=EXCLUDED.get(case.operation.label),
    )


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def api(seed: int, *phases: str) -> Any:
    """The document, from which requests of these phases are generated."""
    every = ("examples", "coverage", "fuzzing")
    return document.schema(
        seed,
        generation={"mode": "all", "max-examples": 12, "database": "none"},
        phases={phase: {"enabled": phase in phases} for phase in every},
        # How long it takes to make requests up says nothing about the answers.
        **{"suppress-health-check": ["too_slow"]},
        **STREAM,
    )


def in_situation(seed: int, open_world: Callable[[], World]) -> Any:
    """A test of each operation with a connection in this situation, which is made anew for each request."""

    @api(seed, "examples", "fuzzing").parametrize()
    def test(case: Any, session: requests.Session) -> None:
        if "id" in case.path_parameters:
            case.path_parameters["id"] = "ma_test"
        with open_world() as world:
            check(case, session, world)

    return test


# A test for each situation, with a seed of its own.
for seed, (name, open_world) in enumerate(SITUATIONS.items(), start=1):
    globals()[f"test_{name.replace(' ', '_')}"] = in_situation(seed, open_world)


@api(1, "coverage").parametrize()
def test_each_limit_and_method(case: Any, session: requests.Session) -> None:
    if "id" in case.path_parameters:
        case.path_parameters["id"] = "ma_test"
    with SITUATIONS["asked everything"]() as world:
        check(case, session, world)


@api(2, "coverage", "fuzzing").parametrize()
def test_any_id(case: Any, session: requests.Session) -> None:
    with SITUATIONS["discovering"]() as world:
        check(case, session, world)


# The document tells of 403 for some operations only, but not what keys there are that get one.
WITHOUT_403 = ["patchAuthConnectionsById", "deleteAuthConnectionsById", "postAuthConnectionsSubmit"]


@api(3, "fuzzing").exclude(operation_id=WITHOUT_403).parametrize()
def test_a_key_that_may_only_read(case: Any, session: requests.Session) -> None:
    if "id" in case.path_parameters:
        case.path_parameters["id"] = "ma_test"
    with SITUATIONS["asked everything"]() as world:
        check(case, session, world, "sk_readonly")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_request_after_another(seed: int, session: requests.Session) -> None:
    class Story(api(seed).as_state_machine()):
        """One world from beginning to end: what one answer gave is in the requests that follow."""

        def setup(self) -> None:
            self.world = World(connections=[], **WORLD)

        def teardown(self) -> None:
            self.world.close()

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"base_url": self.world.base_url, "session": session, "headers": KEY}

        def validate_response(self, response: Any, case: Any, **call: Any) -> None:
            excluded = EXCLUDED.get(case.operation.label)
            case.validate_response(response, excluded_checks=excluded, transport_kwargs=call, recorder=self.recorder)

    settings = hypothesis.settings(
        max_examples=20,
        stateful_step_count=12,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.seed(seed)(Story).run(settings=settings)


VIOLATIONS: dict[str, tuple[dict[str, Any], type[Failure]]] = {
    "a status that is not documented": ({"status": 418}, UndefinedStatusCode),
    "an error of the server": ({"status": 500}, ServerError),
    "another content type": ({"text": "[]", "content_type": "text/plain"}, UndefinedContentType),
    "an answer that is no JSON": ({"text": "[", "content_type": "application/json"}, MalformedJson),
    "a field too many": ({"answer": {"surprise": True}}, JsonSchemaError),
    "a field missing": ({"answer": {"status": None}}, JsonSchemaError),
    "a word that is not known": ({"answer": {"status": "PERHAPS"}}, JsonSchemaError),
    "a time that is none": ({"answer": {"last_auth_check_at": "yesterday"}}, JsonSchemaError),
    "a URL that is none": ({"answer": {"login_url": "nowhere"}}, JsonSchemaError),
    "a header that does not fit": ({"headers": {"x-next-offset": "far"}}, JsonSchemaError),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_violation_is_found(name: str, session: requests.Session) -> None:
    fault, expected = VIOLATIONS[name]
    case = api(1)["/auth/connections"]["GET"].Case()
    with World(faults=[fault], **WORLD) as world:
        with pytest.raises(FailureGroup) as caught:
            check(case, session, world)
        assert expected in {type(failure) for failure in caught.value.exceptions}
        # Without the fault all is well.
        check(case, session, world)
