"""Makes a connection and signs it in with asyncio. What the login wants to know is asked here, a line each.

With --page the person signs in at the hosted page instead. KERNEL_API_KEY holds the key.

python sign_in_async.py example.com alice
"""

import asyncio
import sys

from kernel_client import APIError, AsyncKernel, LoginFailedError
from kernel_client.types.auth import InputAnswer, InputRequest, LoginResponse


async def ask(question: str) -> str:
    """Asks the person at the terminal."""
    print(f"asked: {question}", flush=True)
    line: str = await asyncio.to_thread(sys.stdin.readline)
    return line.rstrip("\n")


async def answer(request: InputRequest) -> InputAnswer | None:
    """Asks for the fields, or else for a choice."""
    if request.website_error:
        print(f"the site says: {request.website_error}")
    if request.external_action_message:
        print(f"to do: {request.external_action_message}")
        return None
    if request.fields:
        return {"field_values": {field.id: await ask(field.label or field.ref) for field in request.fields}}
    for choice in request.choices:
        print(f"{choice.id}: {choice.label}")
    return {"selected_choice_id": await ask("Which?")}


def tell(login: LoginResponse) -> None:
    """Says where a person can sign in."""
    print(f"page: {login.hosted_url}", flush=True)


async def main(domain: str = "example.com", profile: str = "alice") -> None:
    """Makes the connection and signs it in."""
    on_input = None if "--page" in sys.argv else answer
    async with AsyncKernel() as client:
        connections = client.auth.connections
        created = await connections.create(domain=domain, profile_name=profile)
        print(f"connection: {created.id}")
        connection = await connections.login_and_wait(created.id, on_login=tell, on_input=on_input)
        print(f"status: {connection.status}")
        print(f"arrived at: {connection.post_login_url}")


try:
    asyncio.run(main(*(word for word in sys.argv[1:] if word != "--page")))
except (APIError, LoginFailedError) as error:
    sys.exit(str(error))
