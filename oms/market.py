"""Reference prices, by which limit prices and market orders are judged, and how old they are."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

_NS_PER_MS = 1_000_000


class Reference(NamedTuple):
    price: Decimal
    at_ns: int
    """When we learned of it, UTC."""


class Market:
    """The last reference price of each symbol. Written to by the blotter only."""

    __slots__ = ("references",)

    def __init__(self) -> None:
        self.references: dict[str, Reference] = {}

    def reference(self, symbol: str) -> Reference | None:
        return self.references.get(symbol)

    def fresh_price(self, symbol: str, at_ns: int, age_ms_max: int) -> Decimal | None:
        """The reference price, unless there is none or it is older than `age_ms_max`."""
        reference = self.references.get(symbol)
        if reference is None or at_ns - reference.at_ns > age_ms_max * _NS_PER_MS:
            return None
        return reference.price

    def set(self, symbol: str, price: Decimal, at_ns: int) -> None:
        self.references[symbol] = Reference(price, at_ns)
