"""Whether a symbol trades, from a SecurityStatus(f) of a FIX venue. Pure.

SecurityTradingStatus(326) says many things of which one matters here: can an order trade or not. What says neither
(price indications, imbalances, what the venue itself does not know) changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fixspec import tags
from fixspec.message import Message
from oms.types import SymbolStatus
from oms.venue_reports import VenueSymbolStatus

_STATUS: Final[Mapping[bytes, SymbolStatus]] = {
    b"1": SymbolStatus.HALTED,  # opening delay
    b"2": SymbolStatus.HALTED,  # trading halt
    b"3": SymbolStatus.TRADING,  # resume
    b"4": SymbolStatus.CLOSED,  # no open, no resume
    b"17": SymbolStatus.TRADING,  # ready to trade
    b"18": SymbolStatus.CLOSED,  # not available for trading
    b"19": SymbolStatus.CLOSED,  # not traded on this market
    b"22": SymbolStatus.TRADING,  # opening rotation
    b"23": SymbolStatus.TRADING,  # fast market
    b"26": SymbolStatus.CLOSED,  # post-close
}


def read_symbol_status(venue: str, message: Message) -> list[VenueSymbolStatus]:
    """What the message says of its symbol; [] when that is neither yes nor no. A message that is repeated because we
    missed it (PossDup) is of the past, but of an event: it counts."""
    fields = message.fields
    symbol = fields.get(tags.SYMBOL, b"").decode("latin-1")
    status = _STATUS.get(fields.get(tags.SECURITY_TRADING_STATUS, b""))
    if not symbol or status is None:
        return []
    return [VenueSymbolStatus(venue, symbol, status, fields.get(tags.TEXT, b"").decode("latin-1"))]
