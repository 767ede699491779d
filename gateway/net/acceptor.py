"""The listening door: every accepted connection becomes a pump."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.net.pump import Pump


class Acceptor:
    def __init__(self, host: str, port: int, make_pump: Callable[[str | None], Pump]) -> None:
        self.host = host
        self.port = port
        self._make_pump = make_pump
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen. Raises OSError when the address is taken or not ours. Port 0 takes a free one: see `port`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: self._make_pump(None), self.host, self.port, reuse_address=True, backlog=512
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Accept nobody any more; open connections stay."""
        if self._server is not None:
            self._server.close()
