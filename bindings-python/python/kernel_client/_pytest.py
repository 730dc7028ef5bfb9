"""The fixture `kernel_simulator`. pytest finds it by itself wherever this package is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .testing import Simulator, World


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known."""
    config.addinivalue_line(
        "markers", "kernel_simulator(connections=..., **spec): what the world of the fixture kernel_simulator is like"
    )


@pytest.fixture(scope="session")
def kernel_simulator_program() -> Iterator[Simulator]:
    """The program `kernel-simulator`, started once for all tests that ask for it."""
    from .testing import Simulator  # Sessions without such tests do not pay for it.

    with Simulator.start() as simulator:
        yield simulator


@pytest.fixture
def kernel_simulator(request: pytest.FixtureRequest, kernel_simulator_program: Simulator) -> Iterator[World]:
    """An API of its own for this test: a `kernel_client.testing.World`. The marker of the same name says what it is."""
    node: pytest.Item = request.node
    marker = node.get_closest_marker("kernel_simulator")
    with kernel_simulator_program.open_world(**(marker.kwargs if marker else {})) as world:
        yield world
