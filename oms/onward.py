"""Where an order goes that has passed the gates: it is held by the gateway, or it goes to its venue.

What the gateway holds, because the venue cannot: a stop order until the reference price triggers it, and an order for
the close until the close begins. Whoever lets a held order go asks `oms.letting_go`; it may have to wait for something
else next: a triggered stop order for the close.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.blotter import Blotter
from oms.children import PartTerms, worked
from oms.events import Event, OrderHeld, OrderRouted, OrderTriggered
from oms.multileg import first_slice
from oms.order import Order
from oms.risk.gate import OrderRequest
from oms.routing import shares
from oms.types import HoldReason, Moment, OrdType, Side, TimeInForce, WorkReason

STOPS: Final = (OrdType.STOP, OrdType.STOP_LIMIT)


def onward(
    blotter: Blotter, request: OrderRequest, order_seq: int, at: Moment, over: tuple[HoldReason, ...] = ()
) -> list[Event]:
    """OrderHeld; or OrderHeld with what follows when its stop price has been reached already; or OrderRouted. The
    request has passed the gates. It waits for nothing that is `over`."""
    at_ns, seq = at
    if request.special.legs:
        return first_slice(
            blotter, order_seq, request.account, request.time_in_force, request.special.legs, request.order_qty, at
        )
    venue = request.venue
    assert venue is not None, request
    capabilities = blotter.capabilities_of(venue)
    if (
        request.ord_type in STOPS
        and request.ord_type not in capabilities.ord_types
        and HoldReason.STOP_PRICE not in over
    ):
        held = OrderHeld(seq, at_ns, order_seq, HoldReason.STOP_PRICE)
        price = blotter.market.fresh_price(request.symbol, at_ns, blotter.limits.reference_price_age_ms_max)
        if price is None or not is_through(request, price):
            return [held]
        triggered = OrderTriggered(seq + 1, at_ns, order_seq, price)
        return [held, triggered, *onward(blotter, request, order_seq, Moment(at_ns, seq + 2), (HoldReason.STOP_PRICE,))]
    if (
        request.time_in_force is TimeInForce.AT_THE_CLOSE
        and TimeInForce.AT_THE_CLOSE not in capabilities.times_in_force
        and HoldReason.CLOSE not in over
        and request.symbol not in blotter.closed_symbols
    ):
        return [OrderHeld(seq, at_ns, order_seq, HoldReason.CLOSE)]
    instrument = request.instrument
    if instrument is not None and instrument.weights:
        terms = PartTerms(
            order_seq, request.account, request.symbol, request.side, request.ord_type, request.price,
            request.time_in_force, request.special,
        )  # fmt: skip
        parts = shares(instrument, blotter, terms.ord_type, terms.time_in_force, request.special, request.order_qty)
        if len(parts) > 1:
            return worked(terms, parts, WorkReason.NEW, blotter.store_id, at)
    return [OrderRouted(seq, at_ns, order_seq, venue, f"{blotter.store_id}{seq}")]


def is_through(request: OrderRequest | Order, price: Decimal) -> bool:
    """The reference price triggers the stop order: it is at its StopPx(99) or beyond."""
    stop_px = request.special.stop_px
    assert stop_px is not None, request
    return price >= stop_px if request.side is Side.BUY else price <= stop_px
