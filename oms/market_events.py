"""Events of what surrounds orders: the state of trading, venues, symbols and prices. They are part of `oms.events`,
whose rules hold for them."""

from __future__ import annotations

from decimal import Decimal

from oms.event import Event
from oms.types import SymbolStatus, TradingState
from oms.venue_capabilities import VenueCapabilities


class TradingStateChanged(Event, frozen=True, gc=False, array_like=True, tag=True):
    state: TradingState
    operator: str
    reason: str


class VenueStateChanged(Event, frozen=True, gc=False, array_like=True, tag=True):
    venue: str
    connected: bool


class VenueCapabilitiesSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    """What `venue` takes from now on. Since schema 3."""

    venue: str
    capabilities: VenueCapabilities


class SymbolStatusChanged(Event, frozen=True, gc=False, array_like=True, tag=True):
    """`venue` is '' and `operator` a name when a person said so. Since schema 3."""

    symbol: str
    status: SymbolStatus
    venue: str
    operator: str = ""
    reason: str = ""


class TradingDayBegan(Event, frozen=True, gc=False, array_like=True, tag=True):
    """What belongs to a trading day begins anew: the uniqueness of ClOrdIDs, day quantities. Since schema 3."""

    day: str
    """TradeDate(75) as YYYYMMDD."""


class ClosingPhaseBegan(Event, frozen=True, gc=False, array_like=True, tag=True):
    """The market of `symbol` closes: what was held for that is let go, and nothing more is held until the next trading
    day. Since schema 3."""

    symbol: str


class ReferencePriceSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    venue: str
    symbol: str
    price: Decimal
