"""Tests of shop.py against the Kernel API on this machine: `pytest` with the program kernel-simulator on the PATH."""

from __future__ import annotations

import pytest

from kernel_client.testing import World
from shop import sign_in


@pytest.mark.kernel_simulator(connections={"ma_shop": "mfa_code"})
def test_a_code_is_asked_for(kernel_simulator: World) -> None:
    """A login with a second factor ends signed in."""
    assert sign_in(kernel_simulator.client, "ma_shop", lambda: "123456") == "signed in at https://example.com/"


@pytest.mark.kernel_simulator(connections={"ma_shop": "fails:bot_detected"})
def test_the_site_refuses(kernel_simulator: World) -> None:
    """A failure is told by its code."""
    assert sign_in(kernel_simulator.client, "ma_shop", lambda: "123456") == "failed: bot_detected"


@pytest.mark.kernel_simulator(
    connections={"ma_shop": "password"},
    faults=[{"on": "login", "status": 503, "times": 2}, {"cut_after_events": 1}],
)
def test_an_outage_is_survived(kernel_simulator: World) -> None:
    """Two refusals and a stream that breaks off change nothing."""
    assert sign_in(kernel_simulator.client, "ma_shop", lambda: "").startswith("signed in")
    assert len(kernel_simulator.record()["requests"]) > 4


@pytest.mark.kernel_simulator(connections={"ma_shop": "mfa_code"})
def test_nobody_has_the_code_in_time(kernel_simulator: World) -> None:
    """A login ends by itself after ten minutes of waiting; here that takes no time."""

    def too_late() -> str:
        kernel_simulator.advance(seconds=11 * 60)
        return "123456"

    assert sign_in(kernel_simulator.client, "ma_shop", too_late).startswith("failed")
