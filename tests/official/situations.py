"""Worlds in each situation that a connection can be in, so that generated requests meet all of them."""

from collections.abc import Callable
from typing import Any

from world import World

FIELDS = [
    {"id": f"field_{kind}", "ref": kind, "type": kind, "label": kind, "hint": "a hint", "placeholder": "x"}
    for kind in ("identifier", "password", "code", "totp_code", "totp_secret", "text")
]
FIELDS[0]["input_mode"] = "email"
FIELDS[2]["observed_selector"] = "#code"
MFA = [
    {"id": f"mfa_{kind}", "type": "mfa_method", "mfa_type": kind, "label": kind, "masked_destination": "***92"}
    for kind in ("sms", "call", "email", "totp", "push", "password", "passkey", "switch", "other")
]
OTHERS = [
    {"id": kind, "type": kind, "label": kind, "description": "more about it", "observed_selector": "#it"}
    for kind in ("sso_provider", "sign_in_method", "auth_method", "identifier_method", "account", "other")
]
# A question with a field and a choice of each type.
EVERYTHING = {"fields": FIELDS, "choices": MFA + OTHERS, "website_error": "Try again."}

SETTINGS = {
    "login_url": "https://example.com/login",
    "proxy": {"name": "home"},
    "credential": {"provider": "vault", "auto": True},
    "allowed_domains": ["id.example.com"],
    "health_check_interval": 300,
    "record_session": True,
}


def _running(script: Any, **connection: Any) -> Callable[[], World]:
    return lambda: World.of(script, {"flow": "running", **connection}, **WORLD)


def _signed_in() -> World:
    world = World.of("reauth", {"status": "AUTHENTICATED", "settings": SETTINGS}, **WORLD)
    for deed in ("health_check", "expire_session", "health_check"):
        world.make("ma_test", deed)
    return world


def _canceled() -> World:
    world = _running("endless")()
    world.make("ma_test", "cancel")
    return world


def _expired() -> World:
    world = _running("endless")()
    world.advance(20 * 60 * 1000)
    return world


# Heartbeats come fast, so that a stream has something to say.
WORLD: dict[str, Any] = {"api": "2026-07", "now": "2026-08-01T10:00:00Z", "frozen": True, "heartbeat_ms": 5}

SITUATIONS: dict[str, Callable[[], World]] = {
    "never signed in": lambda: World.of("password", {"settings": SETTINGS}, **WORLD),
    "discovering": _running("endless"),
    "asked for a password": _running("password", settings=SETTINGS),
    "asked everything": _running({"steps": [{"input": EVERYTHING}]}),
    "asked in the canonical form": _running({"forms": "canonical", "steps": [{"input": EVERYTHING}]}),
    "asked in the legacy form": _running({"forms": "legacy", "steps": [{"input": EVERYTHING}]}),
    "to act elsewhere": _running({"steps": [{"external": {"message": "Look at your phone."}}]}),
    "to act elsewhere or answer": _running({"steps": [{"external": {"message": "Or here.", **EVERYTHING}}]}),
    "past its time": _running("stale"),
    "just signed in": _running("instant", settings=SETTINGS),
    "failed": _running({"steps": [{"fail": {"code": "website_error", "website_error": "Closed."}}]}),
    "canceled": _canceled,
    "expired": _expired,
    "signed in for long": _signed_in,
}
