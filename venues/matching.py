"""A price-time matching engine: one order book for one symbol. Pure, exact and deterministic.

The rule. Buyers stand on one side of the book and sellers on the other, in *levels* of one price each. An order that
comes in (the aggressor) trades with the best level of the other side, at that level's price, as long as its own limit
allows it; within a level the order that has waited longest trades first. What is left of the aggressor is put at the
end of its own level, unless its TimeInForce(59) forbids it to rest. So, at rest, the best bid is always below the best
offer.

    IOC   trades what it can at once, the rest is canceled        market orders are treated in the same way
    FOK   trades in full at once, or not at all
    else  rests (DAY, GTC, ...: the book has no calendar, whoever owns it cancels what has expired)

    post only   is canceled rather than traded when it comes in, and rests otherwise

An *iceberg* shows a part of itself. Only what it shows trades in its turn; when that is gone the order shows the next
part, at the end of the queue of its level. What it does not show still trades in the same call, behind all others of
the level, and counts for a FOK.

An amendment keeps its place in the queue only if it asks for less of the market: the same price and a lower OrderQty.
A new price or more quantity is a new arrival, and may trade. OrderQty(38) is the total quantity of the order, filled
part included; an amendment to CumQty(14) or below closes the order with what it has.

The shape. A side is two lists in step, the prices in ascending order of attraction and the levels, so the best level is
the last element of both; finding another one is a bisection. The orders of a level are linked with each other: append,
take the first and take out any one are O(1), whatever their number. (A dict would do the same until somebody empties a
level from the front: finding the first key behind n deleted ones costs n.)

Numbers are Decimal, and sums here are exact as long as OrderQty has at most 27 digits, which is what the wire lets in.
Nobody else's identifiers are made here: the caller names an order by an int, and numbers the trades as it likes.

An iceberg may trade several times in one call, so each trade says what was left of the resting order behind it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from oms.exact import ZERO
from oms.types import TimeInForce

_MUST_NOT_REST = frozenset({TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL})


class BookOrder:
    """An order as the book sees it. Only the book writes to it.

    `price` is None for a market order. `shown_qty` is what of it may trade in its turn: all of it, but for an iceberg,
    which has a `display_qty`. `leaves_qty` is always OrderQty less CumQty; it may trade only while the order
    is `resting`. LeavesQty(151) of a report is therefore `leaves_qty` for a resting order and 0 for any other."""

    __slots__ = (
        "_level", "_newer", "_older", "buy", "cum_qty", "display_qty", "leaves_qty", "order_id", "order_qty", "price",
        "shown_qty",
    )  # fmt: skip

    def __init__(
        self, order_id: int, buy: bool, order_qty: Decimal, price: Decimal | None, display_qty: Decimal | None = None
    ) -> None:
        self.order_id = order_id
        self.buy = buy
        self.order_qty = order_qty
        self.price = price
        self.cum_qty = ZERO
        self.leaves_qty = self.shown_qty = order_qty
        self.display_qty = display_qty
        self._level: _Level | None = None
        self._older: BookOrder | None = None
        self._newer: BookOrder | None = None

    def show(self) -> None:
        """Show a part, or everything."""
        display_qty, leaves_qty = self.display_qty, self.leaves_qty
        self.shown_qty = leaves_qty if display_qty is None or display_qty > leaves_qty else display_qty

    @property
    def resting(self) -> bool:
        """The order stands in the book."""
        return self._level is not None

    def __repr__(self) -> str:
        side = "buy" if self.buy else "sell"
        return f"<{self.order_id} {side} {self.leaves_qty} of {self.order_qty} @ {self.price}>"


class Trade(NamedTuple):
    """One execution between the order that came in and one that was resting, at the price of the latter."""

    aggressor: BookOrder
    resting: BookOrder
    last_qty: Decimal
    last_px: Decimal
    resting_cum_qty: Decimal
    """CumQty(14) of the resting order with it."""


class _Level:
    """The queue at one price, from the oldest order to the newest; empty only between two statements of the book."""

    __slots__ = ("newest", "oldest", "price")

    def __init__(self, price: Decimal) -> None:
        self.price = price
        self.oldest: BookOrder | None = None
        self.newest: BookOrder | None = None

    def __iter__(self) -> Iterator[BookOrder]:
        order = self.oldest
        while order is not None:
            yield order
            order = order._newer

    def append(self, order: BookOrder) -> None:
        newest = order._older = self.newest
        if newest is None:
            self.oldest = order
        else:
            newest._newer = order
        self.newest = order
        order._level = self

    def remove(self, order: BookOrder) -> None:
        older, newer = order._older, order._newer
        if older is None:
            self.oldest = newer
        else:
            older._newer = newer
        if newer is None:
            self.newest = older
        else:
            newer._older = older
        order._level = order._older = order._newer = None


class _Side:
    """One side of the book. `keys` ascend in attraction: the price of a bid, the negated price of an offer."""

    __slots__ = ("bids", "keys", "levels")

    def __init__(self, bids: bool) -> None:
        self.bids = bids
        self.keys: list[Decimal] = []
        self.levels: list[_Level] = []

    def add(self, order: BookOrder, price: Decimal) -> None:
        key = price if self.bids else price.copy_negate()
        keys = self.keys
        index = bisect_left(keys, key)
        if index < len(keys) and keys[index] == key:
            level = self.levels[index]
        else:
            level = _Level(price)
            keys.insert(index, key)
            self.levels.insert(index, level)
        level.append(order)

    def remove(self, order: BookOrder) -> None:
        level = order._level
        assert level is not None, f"{order} is not resting"
        level.remove(order)
        if level.oldest is None:
            index = bisect_left(self.keys, level.price if self.bids else level.price.copy_negate())
            del self.keys[index], self.levels[index]

    def quantity_within(self, limit: Decimal | None, wanted: Decimal) -> Decimal:
        """What an aggressor with that limit finds here; counting stops at the quantity wanted."""
        found = ZERO
        for level in reversed(self.levels):
            if limit is not None and (level.price < limit if self.bids else level.price > limit):
                break
            for order in level:
                found += order.leaves_qty
                if found >= wanted:
                    return found
        return found


class PriceLevel(NamedTuple):
    """A level for whoever publishes the book: price, total quantity shown, number of orders."""

    price: Decimal
    quantity: Decimal
    orders: int


class Book:
    """The order book of one symbol. `orders` holds every resting order under the number its owner gave it."""

    __slots__ = ("_bids", "_offers", "last_px", "last_qty", "orders")

    def __init__(self) -> None:
        self._bids = _Side(bids=True)
        self._offers = _Side(bids=False)
        self.orders: dict[int, BookOrder] = {}
        self.last_px: Decimal | None = None
        self.last_qty: Decimal | None = None

    # -- what may happen to a book -------------------------------------------------------------------------------

    def submit(
        self,
        order_id: int,
        buy: bool,
        order_qty: Decimal,
        price: Decimal | None,
        time_in_force: TimeInForce,
        post_only: bool = False,
        display_qty: Decimal | None = None,
    ) -> tuple[BookOrder, list[Trade]]:
        """Bring in a new order; `price` None is a market order. Quantity and price must be positive and the number new.

        Returns the order and its trades in the order they happened. An order that is not `resting` afterwards and has
        `leaves_qty` left has been canceled by its terms, for that quantity."""
        assert order_id not in self.orders, f"order {order_id} is in the book"
        assert order_qty > 0 and (price is None or price > 0), f"order {order_id}: {order_qty} @ {price}"
        order = BookOrder(order_id, buy, order_qty, price, display_qty)
        return order, self._arrive(order, time_in_force, post_only)

    def bring_in(self, order: BookOrder, time_in_force: TimeInForce) -> list[Trade]:
        """The same for an order that waited outside of the book until now."""
        assert order.order_id not in self.orders, f"order {order.order_id} is in the book"
        return self._arrive(order, time_in_force, post_only=False)

    def cancel(self, order_id: int) -> BookOrder | None:
        """Take a resting order out. None: no such order is resting (unknown, filled, or canceled before)."""
        order = self.orders.pop(order_id, None)
        if order is not None:
            (self._bids if order.buy else self._offers).remove(order)
        return order

    def replace(
        self,
        order_id: int,
        order_qty: Decimal,
        price: Decimal | None,
        time_in_force: TimeInForce,
        post_only: bool = False,
        display_qty: Decimal | None = None,
    ) -> tuple[BookOrder, list[Trade]] | None:
        """Give a resting order a new total quantity and price. None: no such order is resting.

        With the same price and no more quantity it stays where it is. An OrderQty at or below CumQty becomes CumQty:
        the order is closed, as if its balance had been canceled (FIX 4.4 volume 4, appendix D, C.3.b and C.3.c)."""
        order = self.orders.get(order_id)
        if order is None:
            return None
        stays = (
            price == order.price
            and order_qty <= order.order_qty
            and display_qty == order.display_qty
            and time_in_force not in _MUST_NOT_REST
        )
        closes = order_qty <= order.cum_qty
        if closes or not stays:
            self.cancel(order_id)
        order.order_qty = order.cum_qty if closes else order_qty
        order.leaves_qty = order.order_qty - order.cum_qty
        order.price, order.display_qty = price, display_qty
        if stays:
            order.shown_qty = min(order.shown_qty, order.leaves_qty)
        return order, [] if closes or stays else self._arrive(order, time_in_force, post_only)

    def would_trade(self, order: BookOrder) -> bool:
        """The best price of the other side suits the order."""
        levels = (self._offers if order.buy else self._bids).levels
        if not levels:
            return False
        limit, best = order.price, levels[-1].price
        return limit is None or (best <= limit if order.buy else best >= limit)

    def _arrive(self, order: BookOrder, time_in_force: TimeInForce, post_only: bool) -> list[Trade]:
        limit, wanted = order.price, order.leaves_qty
        other = self._offers if order.buy else self._bids
        if post_only and self.would_trade(order):
            return []
        if time_in_force is TimeInForce.FILL_OR_KILL and other.quantity_within(limit, wanted) < wanted:
            return []
        trades = self._match(order, other) if other.levels else []
        if order.leaves_qty and limit is not None and time_in_force not in _MUST_NOT_REST:
            order.show()
            self.orders[order.order_id] = order
            (self._bids if order.buy else self._offers).add(order, limit)
        return trades

    def _match(self, aggressor: BookOrder, other: _Side) -> list[Trade]:
        trades: list[Trade] = []
        limit, leaves, levels = aggressor.price, aggressor.leaves_qty, other.levels
        while leaves and levels:
            level = levels[-1]
            price = level.price
            if limit is not None and (price > limit if aggressor.buy else price < limit):
                break
            while leaves and (resting := level.oldest) is not None:
                quantity = min(leaves, resting.shown_qty)
                leaves -= quantity
                resting.cum_qty += quantity
                resting.leaves_qty -= quantity
                resting.shown_qty -= quantity
                if not resting.shown_qty:
                    level.remove(resting)
                    if resting.leaves_qty:
                        resting.show()
                        level.append(resting)
                    else:
                        del self.orders[resting.order_id]
                trades.append(Trade(aggressor, resting, quantity, price, resting.cum_qty))
            if level.oldest is None:
                levels.pop()
                other.keys.pop()
        if trades:
            aggressor.cum_qty += aggressor.leaves_qty - leaves
            aggressor.leaves_qty = leaves
            self.last_px, self.last_qty = trades[-1].last_px, trades[-1].last_qty
        return trades

    # -- what may be seen of it ----------------------------------------------------------------------------------

    def best_bid(self) -> Decimal | None:
        levels = self._bids.levels
        return levels[-1].price if levels else None

    def best_offer(self) -> Decimal | None:
        levels = self._offers.levels
        return levels[-1].price if levels else None

    def bids(self, levels_max: int = 1) -> list[PriceLevel]:
        """The best levels of the buyers, best first."""
        return _published(self._bids, levels_max)

    def offers(self, levels_max: int = 1) -> list[PriceLevel]:
        """The best levels of the sellers, best first."""
        return _published(self._offers, levels_max)


def _published(side: _Side, levels_max: int) -> list[PriceLevel]:
    published: list[PriceLevel] = []
    for level in reversed(side.levels[-levels_max:]):
        quantities = [order.shown_qty for order in level]
        published.append(PriceLevel(level.price, sum(quantities, ZERO), len(quantities)))
    return published
