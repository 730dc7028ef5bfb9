"""Expected values of scenarios: equal ones and matchers. `tests/README.md` of the repository lists them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


def differences(at: str, expected: Any, actual: Any, language: str, *, whole: bool = False) -> list[str]:
    """Where `actual` is not as `expected`, a sentence each. A value that is missing is None."""
    if isinstance(expected, dict):
        return _object(at, cast("dict[str, Any]", expected), actual, language, whole=whole)
    if isinstance(expected, list):
        return _list(at, cast("Sequence[Any]", expected), actual, language, whole=whole)
    # True equals 1 in Python, and nowhere else.
    same = expected == actual and isinstance(expected, bool) == isinstance(actual, bool)
    return [] if same else [f"{at}: expected {expected!r}, got {actual!r}"]


def _object(at: str, expected: dict[str, Any], actual: Any, language: str, *, whole: bool) -> list[str]:
    matcher = next((key for key in expected if key.startswith("$")), None)
    if matcher == "$lang":
        return differences(at, of_language(expected[matcher], language), actual, language, whole=whole)
    if matcher is not None:
        held = len(expected) == 1 and _holds(matcher, expected[matcher], actual)
        return [] if held else [f"{at}: expected {json.dumps(expected)}, got {actual!r}"]
    if not isinstance(actual, dict):
        return [f"{at}: expected an object, got {actual!r}"]
    fields = cast("dict[str, Any]", actual)
    found = [
        line
        for name, value in expected.items()
        for line in differences(f"{at}.{name}", value, fields.get(name), language, whole=whole)
    ]
    if whole and expected.keys() != fields.keys():
        found.append(f"{at}: expected the keys {sorted(expected)}, got {sorted(fields)}")
    return found


def _list(at: str, expected: Sequence[Any], actual: Any, language: str, *, whole: bool) -> list[str]:
    if not isinstance(actual, list) or len(items := cast("Sequence[Any]", actual)) != len(expected):
        return [f"{at}: expected {expected!r}, got {actual!r}"]
    return [
        line
        for place, (one, other) in enumerate(zip(expected, items, strict=True))
        for line in differences(f"{at}[{place}]", one, other, language, whole=whole)
    ]


def of_language(by_language: dict[str, Any], language: str) -> Any:
    """What stands for the language; what both modes share stands under `python`."""
    return by_language.get(language, by_language.get("python"))


def _holds(matcher: str, wanted: Any, actual: Any) -> bool:
    if matcher == "$absent":
        return actual is None
    if matcher == "$type":
        return isinstance(actual, _TYPES[wanted]) and (wanted == "boolean") == isinstance(actual, bool)
    if matcher == "$contains":
        return isinstance(actual, str) and wanted in actual
    if matcher == "$matches":
        return isinstance(actual, str) and re.search(wanted, actual) is not None
    if matcher == "$max":
        return isinstance(actual, (int, float)) and actual <= wanted
    if matcher == "$instant":
        moment = datetime.fromisoformat(wanted.replace("Z", "+00:00"))
        return isinstance(actual, str) and datetime.fromisoformat(actual.replace("Z", "+00:00")) == moment
    raise ValueError(f"{matcher} is no matcher")
