"""What a session may trade, of what can be traded. It travels in an event: what was allowed when is history."""

from __future__ import annotations

import msgspec

from oms.types import OrdType, Side


class Entitlement(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Each of the three is all that is allowed; an empty one allows any."""

    symbols: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()
    ord_types: tuple[OrdType, ...] = ()


class Rights:
    """The same, ready to be asked: its cost does not grow with the number of symbols."""

    __slots__ = ("entitlement", "ord_types", "sides", "symbols")

    def __init__(self, entitlement: Entitlement) -> None:
        self.entitlement = entitlement
        self.symbols = frozenset(entitlement.symbols)
        self.sides = frozenset(entitlement.sides)
        self.ord_types = frozenset(entitlement.ord_types)
