"""`client.auth.connections`."""

from ..._native import (
    AsyncConnectionsResource,
    AsyncConnectionsResourceWithRawResponse,
    AsyncConnectionsResourceWithStreamingResponse,
    ConnectionsResource,
    ConnectionsResourceWithRawResponse,
    ConnectionsResourceWithStreamingResponse,
)

__all__ = [
    "AsyncConnectionsResource",
    "AsyncConnectionsResourceWithRawResponse",
    "AsyncConnectionsResourceWithStreamingResponse",
    "ConnectionsResource",
    "ConnectionsResourceWithRawResponse",
    "ConnectionsResourceWithStreamingResponse",
]
