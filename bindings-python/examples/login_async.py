"""Starts a login with asyncio and prints where the user signs in. KERNEL_API_KEY holds the key.

python login_async.py ma_123
"""

import asyncio
import sys

from kernel_client import APIError, AsyncKernel


async def main(connection: str) -> None:
    """Log in to one connection."""
    async with AsyncKernel() as client:
        try:
            login = await client.auth.connections.login(connection)
        except APIError as error:
            sys.exit(str(error))
        print(f"id: {login.id}")
        print(f"flow_type: {login.flow_type}")
        print(f"hosted_url: {login.hosted_url}")
        print(f"flow_expires_at: {login.flow_expires_at.isoformat()}")
        print(f"live_view_url: {login.live_view_url or '-'}")


asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "ma_login"))
