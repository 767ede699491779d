"""Ends orders whose time is over and whom nobody else ends: held ones, and those at venues that know no such time.

Which orders these are, and when, stands in the blotter (`oms.waiting`): it is rebuilt from the log, so a moment that
passed while the process was down has passed, and the orders end at its start.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import Command, ExpireOrder

ORDERS_A_TURN = 100


class Expiry:
    """`take` decides a command and carries out what follows. ExpireTime(126) is by the wall clock of this machine."""

    def __init__(self, blotter: Blotter, take: Callable[[Command, Turn], None]) -> None:
        self._blotter = blotter
        self._take = take
        self._ahead_ns = 0
        """By how much the wall clock was ahead of the monotonic one when it was last looked at."""

    def deadline(self) -> int | None:
        expiry_ns = self._blotter.waiting.next_expiry_ns()
        return None if expiry_ns is None else expiry_ns - self._ahead_ns

    def reached(self, turn: Turn) -> None:
        """Look at the clock, and end what is over."""
        now = turn.now
        self._ahead_ns = now.utc_ns - now.mono_ns
        for order_seq in self._blotter.waiting.expired_by(now.utc_ns, ORDERS_A_TURN):
            self._take(ExpireOrder(order_seq), turn)
