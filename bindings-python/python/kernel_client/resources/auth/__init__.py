"""Managed auth: `client.auth` and what hangs off it."""

from ..._native import (
    AsyncAuthResource,
    AsyncAuthResourceWithRawResponse,
    AsyncAuthResourceWithStreamingResponse,
    AsyncConnectionsResource,
    AsyncConnectionsResourceWithRawResponse,
    AsyncConnectionsResourceWithStreamingResponse,
    AsyncContextResource,
    AsyncContextResourceWithRawResponse,
    AsyncContextResourceWithStreamingResponse,
    AuthResource,
    AuthResourceWithRawResponse,
    AuthResourceWithStreamingResponse,
    ConnectionsResource,
    ConnectionsResourceWithRawResponse,
    ConnectionsResourceWithStreamingResponse,
    ContextResource,
    ContextResourceWithRawResponse,
    ContextResourceWithStreamingResponse,
)
from . import connections as connections
from . import context as context

__all__ = [
    "AsyncAuthResource",
    "AsyncAuthResourceWithRawResponse",
    "AsyncAuthResourceWithStreamingResponse",
    "AsyncConnectionsResource",
    "AsyncConnectionsResourceWithRawResponse",
    "AsyncConnectionsResourceWithStreamingResponse",
    "AsyncContextResource",
    "AsyncContextResourceWithRawResponse",
    "AsyncContextResourceWithStreamingResponse",
    "AuthResource",
    "AuthResourceWithRawResponse",
    "AuthResourceWithStreamingResponse",
    "ConnectionsResource",
    "ConnectionsResourceWithRawResponse",
    "ConnectionsResourceWithStreamingResponse",
    "ContextResource",
    "ContextResourceWithRawResponse",
    "ContextResourceWithStreamingResponse",
    "connections",
    "context",
]
