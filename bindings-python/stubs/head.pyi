# The part of `_native.pyi` that no description of the API can give. `cargo xtask stubs` puts the models, and four
# classes for each resource (`XResource`, `AsyncXResource`, and both once more with `WithRawResponse`), below it.
# The TypedDicts and literals that arguments are made of are written to `types/auth.py`, which also re-exports the
# models. Every method ends in the seven options of a call: extra_headers .. max_retries, as in `_Options` below.

from collections.abc import Callable, Coroutine, Iterator, Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Generic, Literal, TypeAlias, TypeVar, final
from typing_extensions import Self

_T = TypeVar("_T")
_Headers: TypeAlias = Mapping[str, str | Omit | None]
_Query: TypeAlias = Mapping[str, object]
_Body: TypeAlias = Mapping[str, object]

__version__: str

@final
class Omit:
    """Leaves an argument out; as the value of a header, removes that header."""

    def __new__(cls) -> Self: ...
    def __bool__(self) -> Literal[False]: ...

@final
class NotGiven:
    """Leaves an argument out, where None would mean something."""

    def __new__(cls) -> Self: ...
    def __bool__(self) -> Literal[False]: ...

omit: Omit
not_given: NotGiven
