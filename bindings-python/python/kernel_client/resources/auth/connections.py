"""`client.auth.connections`."""

from ..._native import (
    AsyncConnectionsResource,
    AsyncConnectionsResourceWithRawResponse,
    ConnectionsResource,
    ConnectionsResourceWithRawResponse,
)

__all__ = [
    "AsyncConnectionsResource",
    "AsyncConnectionsResourceWithRawResponse",
    "ConnectionsResource",
    "ConnectionsResourceWithRawResponse",
]
