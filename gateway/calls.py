"""The calls that this process makes: one initiator, one task, for each session that has somebody to call."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping

from config.model import SessionConfig
from gateway.clock import read_clock
from gateway.net.hosts import Calling
from gateway.net.initiator import Initiator
from gateway.net.pump import Pump
from gateway.transact import Spine


class Calls:
    def __init__(
        self,
        spine: Spine,
        make_pump: Callable[[str | None], Pump],
        note: Callable[[str, str, str, Mapping[str, object]], None],
    ) -> None:
        self._spine = spine
        self._make_pump = make_pump
        self._note = note
        self._stopped = False
        self._initiators: dict[str, tuple[Initiator, asyncio.Task[None]]] = {}

    def use(self, session: SessionConfig, calling: Calling) -> None:
        """Call for this session so from now on; a connection that is up stays."""
        found = self._initiators.get(session.name)
        if self._stopped:
            return
        if found is not None:
            found[0].use(calling)
            return
        name, spine = session.name, self._spine
        initiator = Initiator(
            name,
            calling,
            self._make_pump,
            self._note,
            opens_in_s=lambda: spine.opens_in_s(name, read_clock()),
            logons=lambda: spine.logons(name),
            chance=random.random,
        )
        self._initiators[name] = (initiator, asyncio.create_task(initiator.run()))

    def end(self, session: str) -> None:
        """Call no more for this session, when its connection is gone."""
        found = self._initiators.pop(session, None)
        if found is not None:
            found[0].close()

    def stop(self) -> None:
        """Call no more at all."""
        self._stopped = True
        for _, task in self._initiators.values():
            task.cancel()
