"""Orders that clients gave by telephone today, because the line did not seem to take them.

The order that was sent first may still come: late, and telling by its TransactTime(60) that it was made before the
other was entered. It is refused then, whatever has become of the telephoned one (FIX 4.4 Volume 4, Appendix D, F.1.c).
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from oms.commands import NewOrder
from oms.events import OrderReceived
from oms.types import OrdType, Side


class Telephoned(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a late order must say to be the same one."""

    account: str
    symbol: str
    side: Side
    ord_type: OrdType
    order_qty: Decimal
    price: Decimal | None
    entered_at_ns: int
    order_seq: int


def telephoned(event: OrderReceived) -> Telephoned:
    return Telephoned(
        event.account,
        event.symbol,
        event.side,
        event.ord_type,
        event.order_qty,
        event.price,
        event.at_ns,
        event.seq,
    )


def telephoned_before(orders: list[Telephoned], command: NewOrder) -> Telephoned | None:
    """The telephoned order that this one is, coming late; None when it is another."""
    sent_at_ns = command.transact_time_ns
    if sent_at_ns is None or not command.cl_ord_id:
        return None
    terms = (command.account, command.symbol, command.side, command.ord_type, command.order_qty, command.price)
    for order in orders:
        told = (order.account, order.symbol, order.side, order.ord_type, order.order_qty, order.price)
        if sent_at_ns < order.entered_at_ns and terms == told:
            return order
    return None
