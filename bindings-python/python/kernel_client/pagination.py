"""Pages by the names that the API's own client has for them."""

from ._native import AsyncPage as AsyncOffsetPagination
from ._native import Page as SyncOffsetPagination

__all__ = ["AsyncOffsetPagination", "SyncOffsetPagination"]
