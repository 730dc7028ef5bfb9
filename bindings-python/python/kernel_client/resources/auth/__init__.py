"""Managed auth: `client.auth` and what hangs off it."""

from ..._native import (
    AsyncAuthResource,
    AsyncAuthResourceWithRawResponse,
    AsyncConnectionsResource,
    AsyncConnectionsResourceWithRawResponse,
    AsyncContextResource,
    AsyncContextResourceWithRawResponse,
    AuthResource,
    AuthResourceWithRawResponse,
    ConnectionsResource,
    ConnectionsResourceWithRawResponse,
    ContextResource,
    ContextResourceWithRawResponse,
)
from . import connections as connections
from . import context as context

__all__ = [
    "AsyncAuthResource",
    "AsyncAuthResourceWithRawResponse",
    "AsyncConnectionsResource",
    "AsyncConnectionsResourceWithRawResponse",
    "AsyncContextResource",
    "AsyncContextResourceWithRawResponse",
    "AuthResource",
    "AuthResourceWithRawResponse",
    "ConnectionsResource",
    "ConnectionsResourceWithRawResponse",
    "ContextResource",
    "ContextResourceWithRawResponse",
    "connections",
    "context",
]
