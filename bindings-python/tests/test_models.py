"""Models as Python objects: made of keywords, dicts and JSON, compared, copied, written out."""

from __future__ import annotations

import copy
import gc
import inspect
import json
import pickle
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from enum import Enum
from types import MappingProxyType
from typing import Any

import pydantic
import pytest

import kernel_client
from conftest import Program
from kernel_client import BaseModel, InvalidArgumentError, Kernel
from kernel_client.testing import World
from kernel_client.types import auth
from kernel_client.types.auth import (
    AuthContext,
    LoginResponse,
    ManagedAuth,
    ManagedAuthChoice,
    ManagedAuthField,
    ManagedAuthStateEvent,
    MfaOption,
    SubmitFieldsResponse,
)

NOON = datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=2)))
LOGIN: dict[str, Any] = {
    "id": "ma_1",
    "flow_type": "LOGIN",
    "hosted_url": "https://auth.test.invalid/login/ä",
    "flow_expires_at": "2026-11-22T12:00:00.25+02:00",
}
CONNECTION: dict[str, Any] = {
    "id": "ma_1",
    "domain": "example.com",
    "profile_name": "alice",
    "record_session": False,
    "save_credentials": True,
    "status": "NEEDS_AUTH",
    "browser": {"region": None, "proxy": {"id": "proxy_1", "mode": None}, "new": {"a": [1, None]}},
    "choices": [
        {"id": "c1", "label": "Text", "type": "mfa_method", "description": None},
        {"id": "c2", "label": "Call", "type": "mfa_method", "masked_destination": "***12"},
    ],
    "flow_expires_at": None,
    "fields": None,
    "live_view_url": "https://view.test.invalid/secret",
    "added": {"x": None},
    "empty": None,
}
MODELS = sorted(
    {model for model in vars(auth).values() if isinstance(model, type) and issubclass(model, BaseModel)},
    key=lambda model: model.__name__,
)


def login(**more: Any) -> LoginResponse:
    return LoginResponse.model_validate({**LOGIN, **more})


def connection(**more: Any) -> ManagedAuth:
    return ManagedAuth.model_validate({**CONNECTION, **more})


def test_every_model_has_one_base() -> None:
    assert len(MODELS) > 30
    for model in MODELS:
        assert model.__module__ == "kernel_client.types.auth"
        assert model.__bases__ == (BaseModel,)
    assert isinstance(login(), BaseModel)
    assert not issubclass(dict, BaseModel)
    with pytest.raises(TypeError, match="BaseModel"):
        BaseModel()
    with pytest.raises(TypeError, match="BaseModel has no fields"):
        BaseModel.model_validate({})


def test_keywords() -> None:
    made = LoginResponse(
        id="ma_1", flow_type="LOGIN", hosted_url="https://h", flow_expires_at=NOON, handoff_code="code"
    )
    assert (made.id, made.flow_type, made.handoff_code, made.live_view_url) == ("ma_1", "LOGIN", "code", None)
    assert made.flow_expires_at == NOON
    assert made.flow_expires_at.tzinfo is timezone.utc
    assert made == LoginResponse(
        id="ma_1",
        flow_type="LOGIN",
        hosted_url="https://h",
        flow_expires_at="2026-11-22T10:00:00.250Z",
        handoff_code="code",
    )


def test_keywords_that_have_no_name_are_kept() -> None:
    new: Any = LoginResponse
    made = new(**LOGIN, new=[1, {"a": NOON}], self="x")
    assert made.new == [1, {"a": NOON.isoformat()}]
    assert made.self == "x"
    assert set(made.model_extra) == {"new", "self"}


def test_models_within_are_dicts_or_models() -> None:
    choice = ManagedAuthChoice(id="c1", label="Text", type="mfa_method", description=None)
    made = connection(choices=[choice, {"id": "c2", "label": "Call", "type": "made up"}], fields=())
    assert made.choices is not None
    assert made.choices[0] == choice
    assert made.choices[0].model_fields_set == {"id", "label", "type", "description"}
    assert [choice.type for choice in made.choices] == ["mfa_method", "made up"]
    assert made.fields == []


def test_values_that_are_more_than_they_look() -> None:
    class Kind(str, Enum):
        LOGIN = "LOGIN"

    made = login(flow_type=Kind.LOGIN)
    assert type(made.flow_type) is str
    assert LoginResponse.model_validate(MappingProxyType(LOGIN)) == login()


@pytest.mark.parametrize(
    ("more", "argument", "rule"),
    [
        ({"id": 5}, "id", "must be a string"),
        ({"id": None}, "id", "must be a string"),
        ({"flow_type": 5}, "flow_type", "must be a string"),
        ({"handoff_code": ["x"]}, "handoff_code", "must be a string"),
        ({"flow_expires_at": "soon, hush"}, "flow_expires_at", "must be an RFC 3339 date and time"),
        ({"flow_expires_at": datetime(2026, 1, 1)}, "flow_expires_at", "must have a time zone"),  # noqa: DTZ001
        ({"new": {"a": [{1}]}}, "new.a[0]", "must be a value that JSON knows, not set"),
        ({"new": float("nan")}, "new", "must be a finite number"),
        ({"new": 2**64}, "new", "must fit into 64 bits"),
        ({"new": "\ud800"}, "new", "is not valid Unicode"),
        ({"new": {1: 2}}, "new", "must have str as keys"),
    ],
)
def test_a_field_that_breaks_a_rule_is_named(more: dict[str, Any], argument: str, rule: str) -> None:
    ways: list[Callable[[], object]] = [
        lambda: login(**more),
        lambda: LoginResponse(**{**LOGIN, **more}),
        lambda: login().model_copy(update=more),
    ]
    for make in ways:
        with pytest.raises(InvalidArgumentError) as raised:
            make()
        assert raised.value.argument == argument
        assert str(raised.value).startswith(f"`{argument}` {rule}")
        assert "hush" not in str(raised.value)
        assert isinstance(raised.value, ValueError)


def test_fields_within_are_named() -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        connection(choices=[{"id": "c1", "label": "Text"}])
    assert raised.value.argument == "choices[0].type"
    assert str(raised.value) == "`choices[0].type` is missing."
    with pytest.raises(InvalidArgumentError, match="`accepted` is missing"):
        SubmitFieldsResponse()  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    with pytest.raises(TypeError, match="positional"):
        SubmitFieldsResponse(True)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]


def test_what_holds_itself_is_refused() -> None:
    around: dict[str, Any] = {}
    around["around"] = around
    with pytest.raises(InvalidArgumentError, match="`new` is nested too deeply"):
        login(new=around)


def test_what_is_not_too_deep_can_be_pickled() -> None:
    around: list[Callable[[Any], Any]] = [lambda within: [within], lambda within: login(new=within)]
    for wrap in around:
        within: Any = []
        made = login()
        depth = 0
        while depth < 1000:
            try:
                made = login(new=within)
                within = wrap(within)
            except InvalidArgumentError:
                break
            depth += 1
        assert 100 < depth < 130
        assert pickle.loads(pickle.dumps(made)) == made


def test_validation() -> None:
    made = login()
    assert LoginResponse.model_validate(made) is made
    wrong: list[Any] = [5, "x", [], None, SubmitFieldsResponse(accepted=True)]
    for one in wrong:
        with pytest.raises(InvalidArgumentError, match="`obj` must be a dict or a LoginResponse"):
            LoginResponse.model_validate(one)
    text = json.dumps(LOGIN)
    for data in (text, text.encode(), bytearray(text.encode())):
        assert LoginResponse.model_validate_json(data) == made
    with pytest.raises(InvalidArgumentError, match="the text is not JSON at line 1, column 2"):
        LoginResponse.model_validate_json("{hush")
    with pytest.raises(InvalidArgumentError, match="`id` of the text is missing"):
        LoginResponse.model_validate_json("{}")
    with pytest.raises(TypeError, match="json_data"):
        LoginResponse.model_validate_json(5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def test_construct_checks_too() -> None:
    assert LoginResponse.construct(**LOGIN) == LoginResponse.model_construct(None, **LOGIN) == login()
    made = LoginResponse.model_construct({"id", "handoff_code"}, **LOGIN)
    assert made.model_fields_set == {*LOGIN, "handoff_code"}
    with pytest.raises(InvalidArgumentError, match="`id` is missing"):
        LoginResponse.construct()


def test_null_is_not_absent(open_world: Callable[..., World]) -> None:
    world = open_world(faults=[{"status": 200, "body": CONNECTION}])
    answered = Kernel(api_key="sk_test", base_url=world.base_url).auth.connections.retrieve("ma_1")
    for made in (answered, connection(), ManagedAuth(**CONNECTION), ManagedAuth.from_json(json.dumps(CONNECTION))):
        assert made.fields is None
        assert made.interaction_id is None
        assert "fields" in made.model_fields_set
        assert "interaction_id" not in made.model_fields_set
        assert made.model_fields_set == set(CONNECTION) - {"added", "empty"}
        assert made.browser is not None
        assert made.browser.model_fields_set == {"region", "proxy"}
        assert made.browser.proxy is not None
        assert made.browser.proxy.model_fields_set == {"id", "mode"}
        assert made.choices is not None
        assert [("description" in choice.model_fields_set) for choice in made.choices] == [True, False]
        assert made.to_dict(mode="json") == CONNECTION
        assert json.loads(made.to_json()) == CONNECTION
        assert repr(made).count("fields=None") == 1


def test_null_and_absent_are_equal() -> None:
    assert login(handoff_code=None) == login()
    assert login(new=None) != login()


def test_dump_has_every_field() -> None:
    dumped = login(new=1).model_dump()
    assert list(dumped) == [*LOGIN, "handoff_code", "live_view_url", "new"]
    assert dumped["flow_expires_at"] == NOON
    assert dumped["live_view_url"] is None
    dumped = connection().model_dump(mode="json")
    assert set(dumped) == {*ManagedAuth.model_fields, "added", "empty"}
    assert dumped["browser"] == {**CONNECTION["browser"], "stealth": None, "telemetry": None} | {
        "proxy": {"id": "proxy_1", "mode": None, "name": None}
    }
    assert json.loads(connection().model_dump_json()) == dumped


def test_dump_leaves_out_what_is_not_wanted() -> None:
    made = connection()
    assert made.model_dump(mode="json", exclude_unset=True) == CONNECTION
    without = made.model_dump(mode="json", exclude_none=True)
    assert without["browser"] == {"proxy": {"id": "proxy_1"}, "new": {"a": [1, None]}}
    assert without["added"] == {"x": None}
    assert not {"fields", "flow_expires_at", "empty", "interaction_id"} & set(without)
    defaults = made.model_dump(mode="json", exclude_defaults=True)
    assert defaults == {**without, "empty": None}
    assert made.to_dict(exclude_none=True, mode="json") == without
    assert json.loads(made.to_json(exclude_defaults=True)) == defaults
    assert set(made.to_dict(exclude_unset=False)) == {*ManagedAuth.model_fields, "added", "empty"}
    assert made.to_dict(use_api_names=False, warnings=False) == made.to_dict()


def test_dump_of_parts() -> None:
    made = connection()
    assert made.model_dump(include={"id", "added", "nothing"}) == {"id": "ma_1", "added": {"x": None}}
    assert made.model_dump(include={"added": {"y"}}) == {"added": {}}
    assert set(made.model_dump(exclude={"id"})) == {*ManagedAuth.model_fields, "added", "empty"} - {"id"}
    assert made.model_dump(include={"browser": {"proxy": {"id"}}}) == {"browser": {"proxy": {"id": "proxy_1"}}}
    ids = {"choices": [{"id": "c1"}, {"id": "c2"}]}
    assert made.model_dump(include={"choices": {"__all__": {"id"}}}) == ids
    assert made.model_dump(include={"choices": {-1: {"id": True}}}) == {"choices": [{"id": "c2"}]}
    mixed: Any = {0: {"id": True}, "__all__": {"label"}}
    assert made.model_dump(include={"choices": mixed}) == {
        "choices": [{"id": "c1", "label": "Text"}, {"label": "Call"}]
    }
    most: Any = {"browser": {"proxy": {"id"}, "__all__": True}, "id": False}
    assert made.model_dump(include=most, exclude_none=True) == {
        "browser": {"proxy": {"id": "proxy_1"}, "new": {"a": [1, None]}}
    }
    last = made.model_dump(include={"choices"}, exclude={"choices": {0: True, 1: {"label", "type"}}}, exclude_none=True)
    assert last == {"choices": [{"id": "c2", "masked_destination": "***12"}]}
    assert json.loads(made.model_dump_json(include={"id"})) == {"id": "ma_1"}
    wrong: Any = ["id"]
    with pytest.raises(TypeError, match="a set or a dict"):
        made.model_dump(include=wrong)


def test_dump_as_text() -> None:
    made = LoginResponse(**LOGIN)
    assert made.model_dump_json(exclude_none=True) == json.dumps(LOGIN, separators=(",", ":"), ensure_ascii=False)
    assert made.to_json() == json.dumps(LOGIN, indent=2, ensure_ascii=False)
    assert made.to_json(indent=None) == json.dumps(LOGIN, separators=(",", ":"), ensure_ascii=False)
    assert made.model_dump_json(indent=4, exclude_unset=True) == json.dumps(LOGIN, indent=4, ensure_ascii=False)
    emoji = login(new="\N{GRINNING FACE}")
    assert emoji.model_dump_json(ensure_ascii=True, exclude_unset=True) == json.dumps(
        {**LOGIN, "new": "\N{GRINNING FACE}"}, separators=(",", ":")
    )
    mode: Any = "yaml"
    with pytest.raises(InvalidArgumentError, match="`mode` must be"):
        made.model_dump(mode=mode)
    with pytest.raises(TypeError, match="unexpected"):
        made.model_dump(exclude_nothing=True)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]


def test_dict_of_a_model() -> None:
    made: Any = connection()
    fields = dict(made)
    assert list(fields) == [*ManagedAuth.model_fields, "added", "empty"]
    assert fields["browser"] == made.browser


def test_fields_of_a_class() -> None:
    fields = LoginResponse.model_fields
    assert list(fields) == [*LOGIN, "handoff_code", "live_view_url"]
    assert fields["id"].is_required()
    assert not fields["handoff_code"].is_required()
    assert "good for one use" in fields["handoff_code"].description
    assert "required=True" in repr(fields["id"])


def test_signatures_are_real() -> None:
    parameters = inspect.signature(LoginResponse).parameters
    assert list(parameters) == [*LoginResponse.model_fields, "extra"]
    assert parameters["id"].default is inspect.Parameter.empty
    assert parameters["handoff_code"].default is None
    for model in MODELS:
        assert inspect.signature(model)
        assert model.__doc__
    for name, member in inspect.getmembers(BaseModel, callable):
        if not name.startswith("_"):
            assert inspect.signature(member), name
            assert member.__doc__, name


def test_copies() -> None:
    made = connection()
    for twin in (copy.copy(made), copy.deepcopy(made), made.model_copy(), made.model_copy(deep=True), made.copy()):
        assert twin == made
        assert twin is not made
        assert twin.model_fields_set == made.model_fields_set
    other: Any = made.model_copy(update={"id": "ma_2", "fields": [], "browser": None, "newer": 1})
    assert (other.id, other.fields, other.browser, other.newer, other.added) == ("ma_2", [], None, 1, {"x": None})
    assert "browser" in other.model_fields_set
    assert made.id == "ma_1"
    assert made.copy(update={"id": "ma_2"}).id == "ma_2"


def test_replace() -> None:
    # What `copy.replace` calls, which came with Python 3.13.
    assert login().__replace__(id="ma_2") == login(id="ma_2")
    if sys.version_info >= (3, 13):
        replace: Any = vars(copy)["replace"]
        assert replace(login(), id="ma_2") == login(id="ma_2")


def test_models_do_not_change() -> None:
    made: Any = login(new=1)
    for name in ("id", "new", "nothing"):
        with pytest.raises(AttributeError, match=rf"model_copy\(update=\{{\"{name}\": ...\}}\)"):
            setattr(made, name, "other")
        with pytest.raises(AttributeError, match=name):
            delattr(made, name)
    assert (made.id, made.new) == ("ma_1", 1)
    with pytest.raises(TypeError):
        vars(made)
    with pytest.raises(TypeError, match="unhashable"):
        hash(made)


def test_equality() -> None:
    assert login() == login()
    assert login() == login(flow_expires_at="2026-11-22T10:00:00.250Z")
    assert login() != login(id="other")
    assert login() != login(new=1)
    assert login() != LOGIN
    assert login() != SubmitFieldsResponse(accepted=True)
    assert ManagedAuthChoice(id="a", label="b", type="c") != auth.SignInOption(id="a", label="b")
    made: Any = login()
    assert made.__eq__(5) is NotImplemented
    with pytest.raises(TypeError):
        _ = made < made


def test_pattern_matching() -> None:
    match connection():
        case ManagedAuth(status="NEEDS_AUTH", choices=[ManagedAuthChoice(id=first), _], browser=BaseModel()):
            assert first == "c1"
        case _:
            pytest.fail("the pattern does not match")
    made: Any = connection()
    match made:
        case LoginResponse():
            pytest.fail("it is no login")
        case BaseModel(model_extra={"added": _}):
            pass
        case _:
            pytest.fail("the pattern does not match")


def test_repr_hides_secrets_within() -> None:
    state = ManagedAuthStateEvent(
        event="managed_auth_state",
        timestamp=NOON,
        flow_status="IN_PROGRESS",
        flow_step="AWAITING_INPUT",
        flow_type="LOGIN",
        live_view_url="https://hush",
        fields=[{"id": "f", "ref": "password", "type": "password", "hint": "größer", "value": "hush"}],
    )
    text = repr(state)
    assert "hush" not in text
    assert "live_view_url='***'" in text
    assert "fields=[ManagedAuthField(id='f', ref='password', type='password', hint='größer', value=...)]" in text
    assert str(state) == text == f"{state}"
    assert "hush" in state.to_json()
    assert eval(repr(SubmitFieldsResponse(accepted=True))) == SubmitFieldsResponse(accepted=True)


def test_names_of_attributes() -> None:
    made = login(new=1)
    assert {"id", "new", "model_dump"} <= set(dir(made))
    assert dir(made) == sorted(dir(made))
    assert not hasattr(made, "nothing")
    assert getattr(made, "nothing", 5) == 5
    field = ManagedAuthField(id="f", ref="r", type="code")
    assert (field.ref, field.type) == ("r", "code")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles(protocol: int) -> None:
    made = [connection(), login(live_view_url="secret")]
    again = pickle.loads(pickle.dumps(made, protocol))
    assert again == made
    assert [model.model_fields_set for model in again] == [model.model_fields_set for model in made]
    assert again[1].live_view_url == "secret"


def test_pickles_are_read_in_another_process(program: Program) -> None:
    made = connection()
    code = """
        import pickle, sys
        made = pickle.loads(bytes.fromhex(sys.argv[1]))
        print(type(made).__module__, type(made).__name__, made.browser.proxy.id, "fields" in made.model_fields_set)
    """
    ended = program(code, pickle.dumps(made).hex())
    assert ended.stdout.split() == ["kernel_client.types.auth", "ManagedAuth", "proxy_1", "True"], ended.stderr


def test_unicode() -> None:
    made: Any = MfaOption.model_validate({"label": "日本 \0 \N{GRINNING FACE}", "type": "sms", "ключ": "значение"})
    assert made.label == "日本 \0 \N{GRINNING FACE}"
    assert getattr(made, "ключ") == "значение"  # noqa: B009
    assert MfaOption.from_json(made.to_json()) == pickle.loads(pickle.dumps(made)) == made


def test_models_leave_nothing_behind() -> None:
    def work() -> None:
        for _ in range(20):
            made = connection()
            pickle.loads(pickle.dumps(made.model_copy(update={"id": "x"}))).model_dump()

    work()
    gc.collect()
    before = len(gc.get_objects())
    work()
    gc.collect()
    assert len(gc.get_objects()) - before < 20


def test_answers_that_are_made_and_answers_that_came_are_the_same(world: World) -> None:
    client = Kernel(api_key="sk_test", base_url=world.base_url)
    came = client.auth.context.retrieve()
    assert AuthContext(**dict(came)) == came
    assert AuthContext(**came.to_dict()) == came
    assert isinstance(came.principal, kernel_client.BaseModel)


def test_fields_of_pydantic_models() -> None:
    class Job(pydantic.BaseModel):
        name: str
        login: LoginResponse
        more: list[ManagedAuthChoice] | None = None

    made = login(handoff_code=None)
    job = Job(name="a", login=made)
    assert job.login is made
    assert job.model_dump(exclude_unset=True) == {"name": "a", "login": made.to_dict()}
    assert json.loads(job.model_dump_json())["login"] == made.model_dump(mode="json")
    assert job.model_dump(include={"login": {"id"}}) == {"login": {"id": "ma_1"}}
    assert Job.model_validate_json(job.model_dump_json()) == job
    assert Job(name="a", login=LOGIN).login == made  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    with pytest.raises(pydantic.ValidationError, match="`id` must be a string") as raised:
        Job.model_validate({"name": "a", "login": {**LOGIN, "id": 5}})
    assert raised.value.errors()[0]["loc"] == ("login",)
    for mode in ("validation", "serialization"):
        schema = Job.model_json_schema(mode=mode)["properties"]["login"]
        assert (schema["title"], schema["type"]) == ("LoginResponse", "object")
        assert schema["required"] == list(LOGIN)
        assert list(schema["properties"]) == list(LoginResponse.model_fields)
