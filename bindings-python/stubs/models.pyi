# What every model has; the models themselves follow, as the description of the API gives them.

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, TypeAlias, final

from typing_extensions import Self

_IncEx: TypeAlias = (
    set[int] | set[str] | frozenset[int] | frozenset[str] | Mapping[int, _IncEx | bool] | Mapping[str, _IncEx | bool]
)

@final
class FieldInfo:
    """A field of a model."""

    @property
    def description(self) -> str:
        """What it holds."""

    def is_required(self) -> bool:
        """Whether every answer has it."""

class BaseModel:
    """What the API gives: objects that do not change, made of its answers or of keywords.

    A field that may be missing is None then. Fields that this version has no name for are attributes, too.
    """

    model_fields: ClassVar[Mapping[str, FieldInfo]]
    """The fields of the class by name."""
    __signature__: ClassVar[Any]

    @property
    def model_extra(self) -> dict[str, Any]:
        """The fields that this version has no name for. They can be read as attributes, too."""

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that came: one that came as null is among them, one that did not come is not."""

    @classmethod
    def model_validate(cls, obj: Mapping[str, Any] | BaseModel) -> Self:
        """Makes one of a dict, with the checks that an answer goes through. What is one already is given back.

        Raises:
            InvalidArgumentError: A field breaks a rule; `argument` names it.
        """

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray) -> Self:
        """Makes one of JSON text, with the checks that an answer goes through.

        Raises:
            InvalidArgumentError: It is not the JSON of the model.
        """

    @classmethod
    def from_json(cls, text: str | bytes | bytearray) -> Self:
        """Reads what `to_json` wrote."""

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """The same as the class itself: what is made goes through the checks of an answer.

        Names in `_fields_set` that have no value are null.
        """

    @classmethod
    def construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """The same as `model_construct`."""

    def model_dump(
        self,
        *,
        mode: Literal["json", "python"] = "python",
        include: _IncEx | None = None,
        exclude: _IncEx | None = None,
        context: Any = None,
        by_alias: bool | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        exclude_computed_fields: bool = False,
        round_trip: bool = False,
        warnings: bool | Literal["none", "warn", "error"] | None = None,
        fallback: Any = None,
        serialize_as_any: bool = False,
    ) -> dict[str, Any]:
        """The fields as a dict, nested models as dicts too; a field that did not come is None.

        Args:
            mode: With "json", times are texts as the API wrote them, and not `datetime`s.
            include: The fields that are wanted: a set of names, or a dict whose values say more.
            exclude: The fields that are not.
            exclude_unset: Leaves out what did not come.
            exclude_defaults: Leaves out what is None and may be missing.
            exclude_none: Leaves out whatever is None.

        The other arguments change nothing here: they are those of pydantic.
        """

    def model_dump_json(
        self,
        *,
        indent: int | None = None,
        ensure_ascii: bool = False,
        include: _IncEx | None = None,
        exclude: _IncEx | None = None,
        context: Any = None,
        by_alias: bool | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        exclude_computed_fields: bool = False,
        round_trip: bool = False,
        warnings: bool | Literal["none", "warn", "error"] | None = None,
        fallback: Any = None,
        serialize_as_any: bool = False,
    ) -> str:
        """The same as JSON text, on one line unless `indent` says how far its parts stand in."""

    def to_dict(
        self,
        *,
        mode: Literal["json", "python"] = "python",
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,
    ) -> dict[str, Any]:
        """The fields as a dict, nested models as dicts too. What did not come is left out.

        Args:
            mode: With "json", times are texts as the API wrote them, and not `datetime`s.
            use_api_names: Every field has its name of the API in any case.
            exclude_unset: Leaves out what did not come.
            exclude_defaults: Leaves out what is None and may be missing.
            exclude_none: Leaves out whatever is None.
            warnings: There are none in any case.
        """

    def to_json(
        self,
        *,
        indent: int | None = 2,
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,
    ) -> str:
        """The fields as JSON text, as the API would write it but for the indentation.

        `indent=None` writes one line. The other arguments are those of `to_dict`.
        """

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy in which the fields of `update` are others. They go through the checks of an answer.

        Nothing in a model changes, so `deep` makes no difference.
        """

    def copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The same as `model_copy`."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any: ...
    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __replace__(self, **changes: Any) -> Self: ...
    def __iter__(self) -> Iterator[tuple[str, Any]]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]
