"""Worlds of the simulator that runs already: `KERNEL_SIMULATOR` has its address."""

from __future__ import annotations

import os
from typing import Any

from kernel_client.testing import Simulator, World


def open_world(**spec: Any) -> World:
    """A world of its own for one test, closed by `with`."""
    return Simulator.at(os.environ["KERNEL_SIMULATOR"]).open_world(**spec)
