"""The calling door: keeps one transport up for an initiator session, within its hours, trying again after each loss."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from gateway.net.hosts import Calling, Host, HostChoice
from gateway.net.pump import Pump
from gateway.net.tls import explain

CONNECT_TIMEOUT_S = 10
LOOK_AGAIN_S = 30
"""While the session is closed, its hours are looked at as often: clocks and schedules may be changed meanwhile."""


class Initiator:
    def __init__(
        self,
        session: str,
        calling: Calling,
        make_pump: Callable[[str | None], Pump],
        note: Callable[[str, str, str, Mapping[str, object]], None],
        opens_in_s: Callable[[], float] = lambda: 0.0,
        logons: Callable[[], int] = lambda: 0,
        chance: Callable[[], float] = lambda: 0.5,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`opens_in_s` is how long it is until the session may be logged on; `logons` counts the Logons it has
        completed, which tells a call that led to a session from one that did not; `chance` gives 0 to 1."""
        self._session = session
        self._choice = HostChoice(calling)
        self._make_pump = make_pump
        self._note = note
        self._opens_in_s = opens_in_s
        self._logons = logons
        self._chance = chance
        self._sleep = sleep
        self._told = ""
        self._closing = False

    async def run(self) -> None:
        """Connect, wait for the loss, wait for the next call's time, connect again, until `close`."""
        loop = asyncio.get_running_loop()
        while not self._closing:
            closed_s = self._opens_in_s()
            if closed_s > 0:
                await self._sleep(min(closed_s, LOOK_AGAIN_S))
                continue
            logons = self._logons()
            await self._call(self._choice.next(loop.time()))
            if self._logons() > logons:
                self._choice.succeeded()
            else:
                self._choice.failed()
            await self._sleep(self._choice.pause_s(self._chance()))

    def use(self, calling: Calling) -> None:
        """Call so from the next time on; a connection that is up stays."""
        self._choice.use(calling)

    def close(self) -> None:
        """Call no more once the connection that is up is gone."""
        self._closing = True

    async def _call(self, host: Host) -> None:
        """One call, to its end. What was noted of it is not noted again until something else happens."""
        loop = asyncio.get_running_loop()
        server_name = (host.server_name or host.name) if host.tls is not None else None
        try:
            connecting = loop.create_connection(
                lambda: self._make_pump(self._session), host.name, host.port, ssl=host.tls, server_hostname=server_name
            )
            _, pump = await asyncio.wait_for(connecting, CONNECT_TIMEOUT_S)
        except (OSError, TimeoutError, ValueError) as error:  # ValueError: no name that could be looked up
            why = explain(error) if host.tls is not None else str(error) or type(error).__name__
            if f"{host} {why}" != self._told:
                self._note("warning", self._session, "connect_failed", {"to": str(host), "why": why})
            self._told = f"{host} {why}"
            return
        if self._told != f"{host} connected":
            self._note("info", self._session, "connected", {"to": str(host)})
        self._told = f"{host} connected"
        await pump.lost
