"""The operators' door: a Unix socket with a little HTTP on it, readable and writable by the gateway's own user only.

    GET  /status                         which sessions are logged on, open orders, trading state
    GET  /state-hash                     number of the last fact and hash of the state; looks at all there is
    GET  /sessions                       every session: state, numbers, hours
    POST /trading-state    {"state": "HALTED", "operator": "ann", "reason": "runaway algo"}
    GET  /kill                           kill switches that are engaged, and what became of their cancels
    POST /kill/engage      {"scope": "account=A1", "operator": "ann", "reason": "runaway algo", "cancel": true}
    POST /kill/release     {"scope": "account=A1", "operator": "ann", "reason": "fixed", "approver": "bob"}
    GET  /limits                         the limits of slices that hold now
    GET  /monitor                        what each slice uses of its limits, what is halted, what is stale
    POST /limits/set       {"row": "account=A1 symbol=* long_qty_max=10", "operator", "reason", "approver"}
    POST /limits/remove    {"row": "account=A1 symbol=*", "operator", "reason", "approver"}
    POST /position/list    {"account", "symbol", "limit": 1000}: what is held, what it has earned
    POST /position/set     {"rows": [{"account", "symbol", "venue", "qty", "price"}], "day", "source", "operator",
                           "reason", "approver"}: when the trading day began
    POST /rate/list        {}: conversion rates and their age
    POST /rate/set         {"currency", "rate", "as_of", "operator", "reason", "approver"}
    POST /risk/explain     {"order": "ABCDEF-22"}: what each gate said of it, and says now
    POST /risk/explain-terms   {"session", "account", "trader", "symbol", "side", "qty", "price", "stop_px"}: of one
                           that nobody has sent
    POST /risk/override    {"session", "cl_ord_id", "symbol", "side", "qty_max", "price", "codes": ["PRICE_BAND"],
                           "valid_s": 60, "operator", "approver", "reason"}
    POST /symbol-status    {"symbol": "BTC-USD", "status": "HALTED", "operator": "ann", "reason": "news"}
    POST /restriction      {"symbol": "BTC-USD", "restricted": true, "operator": "ann", "reason": "research"}
    POST /slice-resume     {"slice": "account=A1", "operator": "ann", "reason": "looked at"}
    POST /session/logout   {"session": "CLIENT44", "operator": "ann", "reason": "their request"}
    POST /session/reset    the same, and "sender" or "target" for other numbers than 1
    POST /session/explain  {"session": "CLIENT44", "logon_seq": 7, "next_expected": 12}; both may be left out
    POST /reload           {"operator": "ann"}: read the configuration again
    POST /order/list       {"which": "unresolved", "limit": 100}
    POST /order/show       {"order": "ABCDEF-22"}, or "SESSION/CLORDID"
    POST /order/cancel     {"order": "ABCDEF-22", "operator": "ann", "reason": "by telephone"}; likewise done, suspend,
                           reinstate
    POST /order/resolve    the same, and "outcome", for "filled" also "qty", "px", "exec_id"
    POST /order/restate    the same, and "why", "qty", "px", "cum"
    POST /order/bust       the same, and "exec_id"; /order/correct also "qty" and "px"
    POST /order/claim      the same, and "account"
    POST /order/enter      {"session", "account", "symbol", "side", "qty", "px", "time_in_force", "operator", "reason"}

Whatever changes something is a command like any other input: it is decided in a turn, durable before it is answered,
and in the log with the name of who asked for it. 400 answers a wish that cannot be read, 409 one that cannot be met.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from gateway.operators import order_commands

ASKED = {
    "/status": "status",
    "/state-hash": "state_hash",
    "/sessions": "sessions",
    "/kill": "kill_status",
    "/limits": "limits_show",
    "/monitor": "monitor",
}
WISHED = {
    "/trading-state": "trading_state",
    "/symbol-status": "symbol_status",
    "/restriction": "restriction",
    "/slice-resume": "slice_resume",
    "/kill/engage": "kill_engage",
    "/kill/release": "kill_release",
    "/limits/set": "limits_set",
    "/limits/remove": "limits_remove",
    "/risk/explain": "risk_explain",
    "/risk/explain-terms": "risk_explain_terms",
    "/risk/override": "risk_override",
    "/position/list": "position_list",
    "/position/set": "position_set",
    "/rate/list": "rate_list",
    "/rate/set": "rate_set",
    "/news": "news",
    "/session/logout": "session_logout",
    "/session/reset": "session_reset",
    "/session/explain": "session_explain",
    "/reload": "reload",
    **{f"/order/{ask.removeprefix('order_')}": ask for ask in order_commands.READERS},
}


BODY_MAX = 1 << 22
"""Positions of 10,000 accounts."""


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
        application = web.Application(client_max_size=BODY_MAX)
        for path in ASKED:
            application.router.add_get(path, self._asked)
        for path in WISHED:
            application.router.add_post(path, self._wished)
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

    async def _asked(self, request: web.Request) -> web.Response:
        return await self._answer({"ask": ASKED[request.path]})

    async def _wished(self, request: web.Request) -> web.Response:
        try:
            body = await request.json()
        except ValueError:
            return web.json_response({"error": "the body is not JSON"}, status=400)
        if not isinstance(body, dict):
            return web.json_response({"error": "the body is not a JSON object"}, status=400)
        return await self._answer({**body, "ask": WISHED[request.path]})

    async def _answer(self, wish: dict[str, object]) -> web.Response:
        try:
            command = self._read(wish)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        answer = await self._command(command)
        is_refused = isinstance(answer, dict) and "error" in answer
        return web.json_response(answer, status=409 if is_refused else 200)
