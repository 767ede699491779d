"""A line in the log for each connection that is refused; of a flood, some lines and a count."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

LINES_A_SECOND = 20


class Refusals:
    def __init__(self, note: Callable[[str, str, str, Mapping[str, object]], None]) -> None:
        self._note = note
        self._told = 0
        self._untold = 0
        self._timer: asyncio.TimerHandle | None = None

    def tell(self, peer: str, reason: str) -> None:
        """`peer` has been refused. For a person who has to mend it: what was wrong, and what to do."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(1.0, self._next_second)
        if self._told < LINES_A_SECOND:
            self._told += 1
            self._note("warning", "", "connection_refused", {"peer": peer, "reason": reason})
        else:
            self._untold += 1

    def _next_second(self) -> None:
        self._timer = None
        if self._untold:
            self._note("warning", "", "connections_refused", {"more": self._untold})
        self._told = self._untold = 0
