"""A program that keeps a shop's profile signed in; test_shop.py beside it tests it without a network."""

from __future__ import annotations

from collections.abc import Callable

from kernel_client import Kernel, LoginFailedError
from kernel_client.types.auth import InputAnswer, InputRequest

ACCOUNT = {"identifier": "user@example.com", "password": "secret"}


def sign_in(client: Kernel, connection: str, ask_for_code: Callable[[], str]) -> str:
    """Signs in with the shop's account; codes are asked for. Says how it ended."""

    def answer(request: InputRequest) -> InputAnswer:
        return {"field_values": {field.id: ACCOUNT.get(field.type) or ask_for_code() for field in request.fields}}

    try:
        signed_in = client.auth.connections.login_and_wait(connection, on_input=answer)
    except LoginFailedError as error:
        return f"failed: {error.code}"
    return f"signed in at {signed_in.post_login_url}"
