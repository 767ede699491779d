"""The operators' door: a Unix socket with a little HTTP on it, readable and writable by the gateway's own user only.

    GET  /status                         which sessions are logged on, open orders, trading state, hash of the state
    POST /trading-state  {"state": "HALTED", "operator": "ann", "reason": "runaway algo"}

A state change is a command like any other input: it is decided in a turn, durable before it is answered, and in the log
with the name of who asked for it.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web


class Admin:
    def __init__(
        self, socket: Path, command: Callable[[object], Awaitable[object]], read: Callable[[dict[str, object]], object]
    ) -> None:
        """`command` gives a command to the turn; `read` makes one from a request's JSON, or raises ValueError."""
        self._socket = socket
        self._command = command
        self._read = read
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        """Listen. A socket left behind by a crash is replaced: the journal's lock proves that its owner is gone."""
        self._socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._socket.unlink(missing_ok=True)
        application = web.Application(client_max_size=1 << 16)
        application.router.add_get("/status", self._status)
        application.router.add_post("/trading-state", self._trading_state)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        umask = os.umask(0o177)
        try:
            await web.UnixSite(self._runner, str(self._socket)).start()
        finally:
            os.umask(umask)

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        self._socket.unlink(missing_ok=True)

    async def _status(self, request: web.Request) -> web.Response:
        return await self._answer({"ask": "status"})

    async def _trading_state(self, request: web.Request) -> web.Response:
        try:
            body = await request.json()
        except ValueError:
            return web.json_response({"error": "the body is not JSON"}, status=400)
        if not isinstance(body, dict):
            return web.json_response({"error": "the body is not a JSON object"}, status=400)
        return await self._answer({"ask": "trading_state", **body})

    async def _answer(self, wish: dict[str, object]) -> web.Response:
        try:
            command = self._read(wish)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(await self._command(command))
