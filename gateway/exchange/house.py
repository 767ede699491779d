"""The house: a market maker of the exchange's own, so that a newcomer's first order finds somebody to trade with.

For each symbol that is given a quote it keeps one resting bid and one resting offer, at fixed prices, and puts a new
one up whenever the old one has traded. Its orders are logged and matched like anybody's; it has no session and hears
nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fixspec.tags import OrdType, Side, TimeInForce
from gateway.exchange.commands import Command, NewOrder
from gateway.exchange.floor import Floor, FloorOrder

SESSION = "the house"  # a name that no configured session can have


@dataclass(frozen=True, slots=True)
class HouseQuote:
    """What the house always bids and offers for a symbol: values as they stand in FIX messages."""

    bid: bytes
    offer: bytes
    qty: bytes


class House:
    """`placed` is told of every command that is carried out, in recovery too: the log is all the memory it needs."""

    def __init__(self, quotes: Mapping[bytes, HouseQuote], floor: Floor) -> None:
        self._quotes = quotes
        self._floor = floor
        self._standing: dict[tuple[bytes, bytes], FloorOrder] = {}
        self._orders = 0

    def placed(self, seq: int, command: Command) -> None:
        if isinstance(command, NewOrder) and command.session == SESSION:
            self._standing[command.symbol, command.side] = self._floor.orders[seq]
            self._orders += 1

    def missing(self, halted: Collection[bytes]) -> NewOrder | None:
        """The next order that the house has to put up; None when all its quotes stand, but for halted symbols."""
        for symbol, quote in self._quotes.items():
            if symbol in halted:
                continue
            for side, price in ((Side.BUY, quote.bid), (Side.SELL, quote.offer)):
                standing = self._standing.get((symbol, side))
                if standing is None or not standing.is_open:
                    name = b"HOUSE-%d" % (self._orders + 1)
                    day = TimeInForce.DAY
                    return NewOrder(SESSION, name, b"", symbol, side, OrdType.LIMIT, day, quote.qty, price)
        return None
