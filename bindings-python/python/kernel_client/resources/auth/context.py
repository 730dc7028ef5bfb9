"""`client.auth.context`."""

from ..._native import (
    AsyncContextResource,
    AsyncContextResourceWithRawResponse,
    AsyncContextResourceWithStreamingResponse,
    ContextResource,
    ContextResourceWithRawResponse,
    ContextResourceWithStreamingResponse,
)

__all__ = [
    "AsyncContextResource",
    "AsyncContextResourceWithRawResponse",
    "AsyncContextResourceWithStreamingResponse",
    "ContextResource",
    "ContextResourceWithRawResponse",
    "ContextResourceWithStreamingResponse",
]
