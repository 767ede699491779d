"""What was ordered of late, by its content: so that the same order sent twice by mistake is noticed.

One entry for each content, the last order that had it; what is older than the interval goes when a new one comes. An
order that is refused was never there: it must not keep the client from sending it again when the reason is gone, and
one that is refused as a duplicate must not take the place of the order that stands.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from oms.events import OrderReceived
from oms.order import Order
from oms.special_terms import Leg, SpecialTerms
from oms.types import Side

Content = tuple[str, str, str, Side, Decimal, Decimal | None, Decimal | tuple[Leg, ...] | None]
"""Session, account, symbol, side, quantity, price, and the stop price or the legs. Equal numbers are equal however they
are written."""


class Recent(msgspec.Struct, frozen=True, gc=False, array_like=True):
    at_ns: int
    order_seq: int
    cl_ord_id: str
    """'' when it was telephoned."""
    before: tuple[int, int, str] | None = None
    """The same of the order with this content before it: it counts again if this one is refused."""


def content_of(
    session: str, account: str, symbol: str, side: Side, order_qty: Decimal, price: Decimal | None,
    special: SpecialTerms | None,
) -> Content:  # fmt: skip
    further = None if special is None else special.stop_px or special.legs or None
    return session, account, symbol, side, order_qty, price, further


def _content(order: OrderReceived | Order) -> Content:
    return content_of(
        order.session, order.account, order.symbol, order.side, order.order_qty, order.price, order.special
    )


class RecentOrders:
    """Only the blotter writes to it. `orders` are in the order of time, but for what a refusal has put back."""

    __slots__ = ("orders",)

    def __init__(self) -> None:
        self.orders: dict[Content, Recent] = {}

    def remember(self, received: OrderReceived, interval_ms: int) -> None:
        self.received(_content(received), received.at_ns, received.seq, received.cl_ord_id, interval_ms * 1_000_000)

    def forget(self, order: Order) -> None:
        """It was refused."""
        self.refused(_content(order), order.order_seq)

    def received(self, content: Content, at_ns: int, order_seq: int, cl_ord_id: str, interval_ns: int) -> None:
        orders = self.orders
        before = orders.pop(content, None)
        while orders:
            oldest = next(iter(orders))
            if abs(at_ns - orders[oldest].at_ns) < interval_ns:
                break
            del orders[oldest]
        earlier = None if before is None else (before.at_ns, before.order_seq, before.cl_ord_id)
        orders[content] = Recent(at_ns, order_seq, cl_ord_id, earlier)

    def refused(self, content: Content, order_seq: int) -> None:
        recent = self.orders.get(content)
        if recent is None or recent.order_seq != order_seq:
            return
        if recent.before is None:
            del self.orders[content]
        else:
            self.orders[content] = Recent(*recent.before)

    def content(self) -> list[tuple[Content, Recent]]:
        """Everything, as plain values: for the state hash and snapshots."""
        return list(self.orders.items())
