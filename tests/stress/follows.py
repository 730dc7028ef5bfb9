"""Follows logins, all at once, and prints the states that it is given: see README.md."""

import asyncio
import json
import sys

from kernel_client import AsyncKernel
from kernel_client.types.auth import ManagedAuthStateEvent


async def follow(client: AsyncKernel, connection: str) -> None:
    """Prints the states of one login."""
    async with await client.auth.connections.follow(connection) as events:
        async for event in events:
            if isinstance(event, ManagedAuthStateEvent):
                said = {
                    "connection": connection,
                    "flow_status": event.flow_status,
                    "flow_step": event.flow_step,
                    "external_action_message": event.external_action_message,
                }
                print(json.dumps(said))


async def follow_all(base_url: str, connections: list[str]) -> None:
    """Does what one order says."""
    async with AsyncKernel(base_url=base_url) as client:
        await asyncio.gather(*(follow(client, connection) for connection in connections))


print("ready", flush=True)
for line in sys.stdin:
    order = json.loads(line)
    asyncio.run(follow_all(order["base_url"], order["connections"]))
    print("done", flush=True)
