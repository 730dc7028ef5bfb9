"""What one request can be told, as a dict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from ._native import NotGiven, Omit
from ._timeout import Timeout

__all__ = ["RequestOptions"]


class RequestOptions(TypedDict, total=False):
    """What one request changes for itself."""

    headers: Mapping[str, str | Omit]
    """Headers over those of the client; `omit` removes one that would be sent."""
    params: Mapping[str, object]
    """Query parameters over those of the client."""
    extra_json: Mapping[str, object]
    """Fields of the body beside, or instead of, those that the request has."""
    timeout: float | Timeout | NotGiven | None
    """The limit of each attempt."""
    total_timeout: float | NotGiven | None
    """Seconds for the whole call with all its attempts."""
    max_retries: int
    """How often the request is sent again when it fails."""
    follow_redirects: bool
    """Whether a redirect is followed."""


# Where users import it from.
RequestOptions.__module__ = "kernel_client"
