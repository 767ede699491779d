"""Where an order goes that has passed the gates: it is held by the gateway, or it goes to its venue.

What the gateway holds, because the venue cannot: a stop order until the reference price triggers it, and an order for
the close until the close begins. Whoever lets a held order go asks here again, for it may have to wait for something
else next: a triggered stop order for the close.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from oms.blotter import Blotter
from oms.children import PartTerms, worked
from oms.events import Event, OrderHeld, OrderRefused, OrderRouted, OrderTriggered
from oms.multileg import first_slice
from oms.order import Order
from oms.risk.exposure import gross_exposure, net_exposure
from oms.risk.gate import Gate, OrderRequest
from oms.risk.halted_symbol import halted_symbol
from oms.risk.kill_switch import kill_switch
from oms.risk.order_limits import order_limits
from oms.risk.position import position
from oms.risk.price_band import price_band
from oms.risk.restricted import restricted
from oms.risk.trading_hours import blackout, trading_hours
from oms.risk.trading_state import trading_state
from oms.risk.venue_available import venue_available
from oms.risk.venue_supports import venue_supports
from oms.routing import choose_venue, shares
from oms.types import HoldReason, Moment, OrdType, Side, TimeInForce, WorkReason

STOPS: Final = (OrdType.STOP, OrdType.STOP_LIMIT)
GATES_AGAIN: Final[tuple[Gate, ...]] = (
    kill_switch,
    trading_state,
    restricted,
    halted_symbol,
    trading_hours,
    blackout,
    order_limits,
    venue_available,
    venue_supports,
    position,
    gross_exposure,
    net_exposure,
)
"""Asked once more when a held order is let go: what they ask about may have changed since, and in tables by venue it
has nothing reserved yet."""


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


def let_go(
    blotter: Blotter, order: Order, at: Moment, over: tuple[HoldReason, ...] = (), price: Decimal | None = None
) -> list[Event]:
    """What follows when `order` need not be held any longer for what it was held for: OrderRouted, OrderHeld for
    something else, or OrderRefused by a gate.

    `price` is the one that has triggered a stop order just now, and which the blotter does not know yet: what the order
    is worth is judged by it. Without it the market may have moved away while the order waited, or fallen silent."""
    at_ns, seq = at
    request = request_of(blotter, order)
    if price is not None and order.ord_type is OrdType.STOP:
        request = msgspec.structs.replace(request, exposed_price=price)
    gates = GATES_AGAIN if price is not None else (*GATES_AGAIN, price_band)
    refused = [refusal for gate in gates if (refusal := gate(request, blotter, at)) is not None]
    if refused:
        first, *others = refused
        also = tuple(refusal.text for refusal in others)
        return [OrderRefused(seq, at_ns, order.order_seq, first.code, first.reason, first.text, also)]
    return onward(blotter, request, order.order_seq, at, over)


def request_of(blotter: Blotter, order: Order) -> OrderRequest:
    """The order, as a request that has no venue yet."""
    instrument = blotter.instruments.get(order.symbol)
    assert instrument is not None, order
    ord_type, time_in_force, special = order.ord_type, order.time_in_force, order.special
    venue = choose_venue(instrument, blotter, ord_type, time_in_force, special)
    return OrderRequest(
        order.session, order.account, order.symbol, instrument, order.side, ord_type, order.order_qty, order.price,
        time_in_force, order.order_qty, order.price, venue, None, special,
        order.trader, order.cl_ord_link_id, order.order_seq,
    )  # fmt: skip


def is_through(request: OrderRequest | Order, price: Decimal) -> bool:
    """The reference price triggers the stop order: it is at its StopPx(99) or beyond."""
    stop_px = request.special.stop_px
    assert stop_px is not None, request
    return price >= stop_px if request.side is Side.BUY else price <= stop_px
