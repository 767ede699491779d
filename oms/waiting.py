"""Orders that wait for something which the gateway watches for: a stop price, a moment, the close of a market.

Three indexes, so that a price or a moment costs what it concerns and not what there is. They are part of the fold: what
an order waits for follows from the order, `update` puts it right after an event, and a restart builds them anew.

    stops       held with a stop price: sorted by price, for each symbol and side. A buy is triggered at or above its
                StopPx(99), a sell at or below it, so those that a price triggers stand at the beginning
    expiries    GOOD_TILL_DATE orders that the gateway has to end itself, by their moment
    closes      held for the close of their market, by symbol
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from decimal import Decimal
from typing import Final

from oms.causes import EXPIRED
from oms.events import CancelRequested
from oms.order import Order
from oms.types import HoldReason, Side, TimeInForce

_LAST: Final = 1 << 62


class Waiting:
    """Written to by the blotter only."""

    __slots__ = ("_closes", "_expiries", "_stops", "_where")

    def __init__(self) -> None:
        self._stops: dict[tuple[str, Side], list[tuple[Decimal, int]]] = {}
        self._expiries: list[tuple[int, int]] = []
        self._closes: dict[str, dict[int, None]] = {}
        self._where: dict[int, tuple[tuple[str, Side, Decimal] | None, int | None, str | None]] = {}

    def __contains__(self, order_seq: int) -> bool:
        return order_seq in self._where

    def __len__(self) -> int:
        return len(self._where)

    # ------------------------------------------------------------------------------------------------------ to be read

    def triggered_by(self, symbol: str, price: Decimal) -> list[int]:
        """The held stop orders that this reference price triggers: buys before sells, each the nearest price first, and
        at one price the oldest first."""
        found: list[int] = []
        for side, key in ((Side.BUY, price), (Side.SELL, price.copy_negate())):
            stops = self._stops.get((symbol, side))
            if stops and stops[0][0] <= key:
                found += [order_seq for _, order_seq in stops[: bisect_right(stops, (key, _LAST))]]
        return found

    def next_expiry_ns(self) -> int | None:
        """When the next order is to be ended (UTC)."""
        return self._expiries[0][0] if self._expiries else None

    def expired_by(self, utc_ns: int, orders_max: int) -> list[int]:
        """Orders whose moment has come, the earliest first, at most so many."""
        end = bisect_right(self._expiries, (utc_ns, _LAST))
        return [order_seq for _, order_seq in self._expiries[: min(end, orders_max)]]

    def for_close(self, symbol: str) -> list[int]:
        """Orders held for the close of that symbol, the oldest first."""
        return sorted(self._closes.get(symbol, ()))

    @property
    def expiring(self) -> list[int]:
        """Orders that the gateway has to end itself."""
        return [order_seq for _, order_seq in self._expiries]

    # ------------------------------------------------------------------------------------------------------ the writer

    def update(self, order: Order, venue_expires: bool) -> None:
        """Put the order where it now belongs. `venue_expires`: it stands at a venue that ends it by itself."""
        order_seq = order.order_seq
        self._forget(order_seq)
        if order.ended or order.cum_qty >= order.order_qty:
            return
        stop = close = expire_ns = None
        special = order.special
        stop_px = special.stop_px
        if order.hold is HoldReason.STOP_PRICE and stop_px is not None:  # a replace may take the price away
            stop = order.symbol, order.side, stop_px if order.side is Side.BUY else stop_px.copy_negate()
            insort(self._stops.setdefault(stop[:2], []), (stop[2], order_seq))
        elif order.hold is HoldReason.CLOSE:
            close = order.symbol
            self._closes.setdefault(close, {})[order_seq] = None
        if (
            order.time_in_force is TimeInForce.GOOD_TILL_DATE
            and not venue_expires
            and order.parent_seq is None  # a part ends with the whole
            and not order.cancel_pending
            and not was_expired(order)
        ):
            expire_ns = special.expire_time_ns
            if expire_ns is not None:
                insort(self._expiries, (expire_ns, order_seq))
        if stop is not None or close is not None or expire_ns is not None:
            self._where[order_seq] = stop, expire_ns, close

    def _forget(self, order_seq: int) -> None:
        stop, expire_ns, close = self._where.pop(order_seq, (None, None, None))
        if stop is not None:
            stops = self._stops[stop[:2]]
            del stops[bisect_left(stops, (stop[2], order_seq))]
            if not stops:
                del self._stops[stop[:2]]
        if expire_ns is not None:
            del self._expiries[bisect_left(self._expiries, (expire_ns, order_seq))]
        if close is not None:
            orders = self._closes[close]
            del orders[order_seq]
            if not orders:
                del self._closes[close]


def was_expired(order: Order) -> bool:
    """Its end has been asked for once. A venue that refused that is not asked again and again: a person must look."""
    return any(
        isinstance(request.asked, CancelRequested) and request.asked.cause == EXPIRED
        for request in order.requests.values()
    )
