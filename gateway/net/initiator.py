"""The calling door: keeps one transport up for an initiator session, trying again after each loss."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from gateway.net.pump import Pump

CONNECT_TIMEOUT_S = 10


class Initiator:
    def __init__(
        self,
        session: str,
        host: str,
        port: int,
        reconnect_interval_s: float,
        make_pump: Callable[[str | None], Pump],
        note: Callable[[str, str, str, Mapping[str, object]], None],
    ) -> None:
        self._session = session
        self._host = host
        self._port = port
        self._reconnect_interval_s = reconnect_interval_s
        self._make_pump = make_pump
        self._note = note
        self._closing = False

    async def run(self) -> None:
        """Connect, wait for the loss, wait `reconnect_interval_s`, connect again, until `close`."""
        loop = asyncio.get_running_loop()
        refused = False
        while not self._closing:
            try:
                connecting = loop.create_connection(lambda: self._make_pump(self._session), self._host, self._port)
                _, pump = await asyncio.wait_for(connecting, CONNECT_TIMEOUT_S)
                refused = False
                await pump.lost
            except (OSError, TimeoutError, ValueError) as error:  # ValueError: no name that could be looked up
                if not refused:
                    where = f"{self._host}:{self._port}"
                    self._note("warning", self._session, "connect_failed", {"to": where, "why": str(error)})
                refused = True
            await asyncio.sleep(self._reconnect_interval_s)

    def close(self) -> None:
        self._closing = True
