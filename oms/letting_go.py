"""Held orders are let go: by a price, the close, their list, the order that they waited for. All of them here.

**What is let go is judged as if it came now.** It passed the gates when it came; since then a person may have stopped
something, a limit have been lowered, the market have gone far from where the order was valued. So all gates are asked
again but those that count messages, for the message was counted then, and those that judge its form. It is valued at
the price of this moment, and from now on so it is reserved. Who is refused is rejected (39=8) and not held for a better
day: what it waited for has gone by.

**One decision may let several go**, and their fate is known only when it is folded: each is judged together with those
before it, and without the orders that the same decision has ended.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from oms.blotter import Blotter
from oms.events import Event, OrderHeld, OrderRefused
from oms.onward import STOPS, onward
from oms.order import Order
from oms.risk.credit import credit
from oms.risk.entitlement import entitlement
from oms.risk.exposure import gross_exposure, net_exposure
from oms.risk.gate import Gate, OrderRequest, Stage
from oms.risk.halted_symbol import halted_symbol
from oms.risk.kill_switch import kill_switch
from oms.risk.limit_breached import limit_breached
from oms.risk.order_limits import order_limits
from oms.risk.order_to_trade import order_to_trade
from oms.risk.pipeline import further_refusals
from oms.risk.position import position
from oms.risk.price_band import price_band
from oms.risk.repeated_executions import repeated_executions
from oms.risk.restricted import restricted
from oms.risk.self_match import self_match
from oms.risk.slice_limits import slice_limits
from oms.risk.slice_throttle import slice_throttle
from oms.risk.trading_hours import blackout, trading_hours
from oms.risk.trading_state import trading_state
from oms.risk.venue_available import venue_available
from oms.risk.venue_parts import venue_parts
from oms.risk.venue_supports import venue_supports
from oms.routing import choose_venue
from oms.types import HoldReason, Moment

GATES_AGAIN: Final[tuple[Gate, ...]] = (
    kill_switch,
    trading_state,
    entitlement,
    restricted,
    halted_symbol,
    trading_hours,
    blackout,
    order_limits,
    slice_throttle,
    slice_limits,
    self_match,
    position,
    gross_exposure,
    net_exposure,
    credit,
    repeated_executions,
    limit_breached,
    order_to_trade,
    venue_parts,
    venue_available,
    venue_supports,
)
"""The band of prices besides, but for what a price triggers: that is fresh, and the limit was judged by the stop."""


class LettingGo:
    """Of one decision. `over` are orders that it has ended."""

    def __init__(self, blotter: Blotter, over: tuple[int, ...] = ()) -> None:
        self._blotter = blotter
        self._over = over
        self._let_go: tuple[OrderRequest, ...] = ()

    def let_go(
        self, order: Order, at: Moment, passed: tuple[HoldReason, ...] = (), price: Decimal | None = None
    ) -> list[Event]:
        """What follows when `order` need not be held any longer for what it was held for: OrderRouted, OrderHeld for
        something else, or OrderRefused by a gate. It waits for nothing that has `passed`.

        `price` is the one that has triggered a stop order just now, and which the blotter does not know yet."""
        blotter, (at_ns, seq) = self._blotter, at
        request = self._request(order, passed, price)
        gates = GATES_AGAIN if price is not None else (*GATES_AGAIN, price_band)
        refused = [refusal for gate in gates if (refusal := gate(request, blotter, at)) is not None]
        if blotter.further_gates:
            refused += further_refusals(request, blotter, at)
        refused += further_refusals(request, blotter, at)
        if refused:
            first, *others = refused
            also = tuple(refusal.text for refusal in others)
            return [OrderRefused(seq, at_ns, order.order_seq, first.code, first.reason, first.text, also)]
        events = onward(blotter, request, order.order_seq, at, passed)
        if not isinstance(events[-1], OrderHeld):
            self._let_go = (*self._let_go, request)
        return events

    def _request(self, order: Order, passed: tuple[HoldReason, ...], price: Decimal | None) -> OrderRequest:
        request = request_of(self._blotter, order)
        venue = request.venue
        triggered = (
            request.ord_type in STOPS
            and HoldReason.STOP_PRICE in passed
            and (venue is None or request.ord_type not in self._blotter.capabilities_of(venue).ord_types)
        )
        return msgspec.structs.replace(
            request, beside=self._let_go, stage=Stage.RELEASE, triggered=triggered, trigger_price=price, over=self._over
        )


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
