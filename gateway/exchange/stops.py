"""Stop orders of the exchange: outside of the books until a trade at or beyond their stop price.

Sorted by price for each symbol and side, so a trade costs what it triggers. Those that one trade triggers come in one
after the other, the nearest price first and the oldest first at one price; what they trade may trigger others.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from decimal import Decimal


class Stops:
    """The numbers of the waiting orders."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[bytes, bool], list[tuple[Decimal, int]]] = {}

    def add(self, symbol: bytes, buy: bool, stop_px: Decimal, number: int) -> None:
        insort(self._waiting.setdefault((symbol, buy), []), (_key(buy, stop_px), number))

    def remove(self, symbol: bytes, buy: bool, stop_px: Decimal, number: int) -> None:
        waiting = self._waiting[symbol, buy]
        del waiting[bisect_left(waiting, (_key(buy, stop_px), number))]

    def next_triggered(self, symbol: bytes, last_px: Decimal | None) -> int | None:
        """Takes out the first that this price triggers; None when there is none."""
        if last_px is None:
            return None
        for buy in (True, False):
            waiting = self._waiting.get((symbol, buy))
            if waiting and waiting[0][0] <= _key(buy, last_px):
                return waiting.pop(0)[1]
        return None


def _key(buy: bool, price: Decimal) -> Decimal:
    return price if buy else price.copy_negate()
