"""What venues could execute, read from the wire alone: no word of the gateway about itself is taken for it.

Of each order that a venue was given it could execute, at worst, the largest quantity of any terms that it was ever sent
and has not refused, until it has said that the order is over; what it executed it executed. Terms that it has given up
for others (a replace that it acknowledged) count no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

Fields = Mapping[str, str]
_OVER = ("2", "3", "4", "8", "C")


@dataclass
class AtVenue:
    """One order, by all the names that it has had at its venue."""

    symbol: str
    side: str
    standing: tuple[Decimal, Decimal | None]
    asked: dict[str, tuple[Decimal, Decimal | None]] = field(default_factory=dict)
    executed: Decimal = Decimal(0)
    over: bool = False

    @property
    def terms(self) -> list[tuple[Decimal, Decimal | None]]:
        return [self.standing, *self.asked.values()]

    @property
    def worst(self) -> Decimal:
        return self.executed if self.over else max(self.executed, *(qty for qty, _ in self.terms))


class CouldExecute:
    """Give it every message between the gateway and its venues, in the order in which they were sent."""

    def __init__(self) -> None:
        self.orders: dict[tuple[str, str], AtVenue] = {}
        self._takes: dict[str, Callable[[str, Fields], None]] = {"D": self._order, "G": self._replace}

    def to_venue(self, venue: str, message: Fields) -> None:
        take = self._takes.get(message["35"])
        if take is not None:
            take(venue, message)
        elif message["35"] == "F":
            self.orders[venue, message["11"]] = self.orders[venue, message["41"]]

    def from_venue(self, venue: str, message: Fields) -> None:
        order = self.orders.get((venue, message.get("11", "")))
        if order is None or message["35"] not in ("8", "9"):
            return
        name = message["11"]
        if message["35"] == "9":
            order.asked.pop(name, None)
            return
        if message.get("14"):
            order.executed = Decimal(message["14"])
        if message.get("150") in ("5", "I") and name in order.asked:
            order.standing = (Decimal(message["38"]), order.asked.pop(name)[1])
        if message.get("39") in _OVER:
            order.over = True
        elif message.get("150") == "H":
            order.over = False

    def _order(self, venue: str, message: Fields) -> None:
        self.orders[venue, message["11"]] = AtVenue(message["55"], message["54"], _terms(message))

    def _replace(self, venue: str, message: Fields) -> None:
        order = self.orders[venue, message["11"]] = self.orders[venue, message["41"]]
        order.asked[message["11"]] = _terms(message)

    def each(self) -> Iterable[AtVenue]:
        """Every order once."""
        return {id(order): order for order in self.orders.values()}.values()

    def total(self, symbol: str, *sides: str) -> Decimal:
        return sum((order.worst for order in self.each() if order.symbol == symbol and order.side in sides), Decimal(0))


def _terms(message: Fields) -> tuple[Decimal, Decimal | None]:
    price = message.get("44")
    return Decimal(message["38"]), None if price is None else Decimal(price)
