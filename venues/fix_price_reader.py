"""Prices of a FIX venue: MarketDataSnapshotFullRefresh(W) and MarketDataIncrementalRefresh(X)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from fixspec import tags
from fixspec.message import Message
from fixspec.numbers import parse_decimal
from fixspec.tags import MDEntryType, MDUpdateAction, MsgType
from oms import exact
from oms.venue_reports import AnyVenueReport, ReferencePriceSeen

PRICES: Final = frozenset({MsgType.MARKET_DATA_SNAPSHOT_FULL_REFRESH, MsgType.MARKET_DATA_INCREMENTAL_REFRESH})
"""Their MsgTypes(35)."""

_HALF = Decimal("0.5")


def read_prices(venue: str, message: Message) -> list[AnyVenueReport]:
    """The last trade of each symbol, else the middle of the best bid and offer when the message has both.

    Prices that are repeated because we missed them (PossDup) are of the past and say nothing about now."""
    if message.fields.get(tags.POSS_DUP_FLAG) == b"Y":
        return []
    told: list[AnyVenueReport] = []
    for symbol, prices in _entries_by_symbol(message).items():
        price = prices.get(MDEntryType.TRADE)
        if price is None and MDEntryType.BID in prices and MDEntryType.OFFER in prices:
            price = exact.multiply(exact.add(prices[MDEntryType.BID], prices[MDEntryType.OFFER]), _HALF)
        if price is not None:
            told.append(ReferencePriceSeen(venue, symbol.decode("latin-1"), price))
    return told


def _entries_by_symbol(message: Message) -> dict[bytes, dict[bytes, Decimal]]:
    """Positive prices of W or X by symbol and MDEntryType(269), read in wire order, so from any dictionary.

    In W the symbol stands before the entries, in X within each; an entry that is taken back (279=2) counts as none."""
    found: dict[bytes, dict[bytes, Decimal]] = {}
    symbol = entry_type = b""
    deleted = False
    for tag, value in message.pairs:
        if tag == tags.MD_UPDATE_ACTION:
            deleted = value == MDUpdateAction.DELETE
            entry_type = b""
        elif tag == tags.MD_ENTRY_TYPE:
            entry_type = value
        elif tag == tags.SYMBOL:
            symbol = value
        elif tag == tags.MD_ENTRY_PX and symbol and not deleted:
            price = parse_decimal(value)
            if price is not None and price > 0:
                prices = found.setdefault(symbol, {})
                if entry_type == MDEntryType.TRADE or entry_type not in prices:  # the last trade, the first (best) bid
                    prices[entry_type] = price
    return found
