"""The door for monitoring systems: GET /metrics, and nothing else, on an address of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from gateway.telemetry.metrics import CONTENT_TYPE, Picture, text_of


class MetricsDoor:
    """`picture` is taken on the loop; the text is made beside it."""

    def __init__(self, host: str, port: int, picture: Callable[[], Picture]) -> None:
        self._host = host
        self._port = port
        self._picture = picture
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port that it listens on, once it does."""
        assert self._runner is not None
        address: tuple[str, int] = self._runner.addresses[0]
        return address[1]

    async def listen(self) -> None:
        """Listen. Raises OSError when the address is taken."""
        application = web.Application(client_max_size=1024)
        application.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _metrics(self, request: web.Request) -> web.Response:
        body = await asyncio.to_thread(text_of, self._picture())
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})
