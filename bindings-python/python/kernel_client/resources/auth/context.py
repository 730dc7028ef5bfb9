"""`client.auth.context`."""

from ..._native import (
    AsyncContextResource,
    AsyncContextResourceWithRawResponse,
    ContextResource,
    ContextResourceWithRawResponse,
)

__all__ = [
    "AsyncContextResource",
    "AsyncContextResourceWithRawResponse",
    "ContextResource",
    "ContextResourceWithRawResponse",
]
