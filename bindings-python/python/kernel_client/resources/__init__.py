"""The groups of calls, for annotations: what `client.auth` is, and what hangs off it."""

from .._native import (
    AsyncAuthResource,
    AsyncAuthResourceWithRawResponse,
    AuthResource,
    AuthResourceWithRawResponse,
)
from . import auth as auth

__all__ = [
    "AsyncAuthResource",
    "AsyncAuthResourceWithRawResponse",
    "AuthResource",
    "AuthResourceWithRawResponse",
    "auth",
]
