"""What follows from prices, moments and days: held orders are let go, orders whose time is over end, a trading day
begins, a symbol stops trading and goes on.

    reference price          the held stop orders that it triggers, each once: from its trigger on it is not held
    closing phase            orders held for the close of that market
    an order's time is over  a held one expires by our own word. For one at a venue that does not end it by itself a
                             cancel is asked for, and the answer to it is told as the order's expiry
    a trading day begins     day orders of days before are over; orders that outlive a day are restated
    a symbol is halted       its orders are suspended, or canceled where their client wished so; then they go on

A price that we were told just now is a fresh one. An older one triggers nothing: it is asked for by an order that
comes in only, and then by its age.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from oms import decide_venue
from oms.blotter import Blotter
from oms.causes import CANCEL_ON_TRADING_HALT, EXPIRED, REASONS
from oms.commands import (
    BeginClosingPhase,
    BeginTradingDay,
    ExpireOrder,
    RenewOrder,
    SetSymbolStatus,
    SetVenueCapabilities,
)
from oms.events import (
    CancelRequested,
    ClosingPhaseBegan,
    Event,
    OrderCanceled,
    OrderExpired,
    OrderReinstated,
    OrderRestated,
    OrderSuspended,
    OrderTriggered,
    ReferencePriceSet,
    SymbolStatusChanged,
    TradingDayBegan,
    VenueCapabilitiesSet,
)
from oms.letting_go import LettingGo
from oms.order import GOOD_TILL, Order
from oms.order_state import Base
from oms.types import ExecInst, HoldReason, Moment, OrdStatus, RestatementReason, SymbolStatus, TimeInForce
from oms.venue_reports import ReferencePriceSeen, VenueSymbolStatus
from oms.waiting import was_expired

_OF_ONE_DAY: Final = (TimeInForce.DAY, TimeInForce.AT_THE_CLOSE)


# --------------------------------------------------------------------------------------------------------- held orders


def reference_price_seen(blotter: Blotter, report: ReferencePriceSeen, at: Moment) -> list[Event]:
    """The price, and what it triggers."""
    events = decide_venue.reference_price_seen(blotter, report, at)
    waiting = blotter.waiting
    if not waiting or not events or not isinstance(events[0], ReferencePriceSet):
        return events
    if blotter.symbol_status(report.symbol, report.venue) is not SymbolStatus.TRADING:
        return events
    at_ns, passed, price = at.utc_ns, (HoldReason.STOP_PRICE,), report.price
    letting_go = LettingGo(blotter)
    for order_seq in waiting.triggered_by(report.symbol, price):
        seq = at.seq + len(events)
        events.append(OrderTriggered(seq, at_ns, order_seq, price))
        events += letting_go.let_go(blotter.order(order_seq), Moment(at_ns, seq + 1), passed, price)
    return events


def begin_closing_phase(blotter: Blotter, command: BeginClosingPhase, at: Moment) -> list[Event]:
    symbol = command.symbol
    if symbol in blotter.closed_symbols:
        return []
    at_ns, seq = at
    events: list[Event] = [ClosingPhaseBegan(seq, at_ns, symbol)]
    letting_go, passed = LettingGo(blotter), (HoldReason.STOP_PRICE, HoldReason.CLOSE)
    for order_seq in blotter.waiting.for_close(symbol):
        seq = at.seq + len(events)
        events.append(OrderTriggered(seq, at_ns, order_seq))
        events += letting_go.let_go(blotter.order(order_seq), Moment(at_ns, seq + 1), passed)
    return events


# ------------------------------------------------------------------------------------------------------- time is over


def expire_order(blotter: Blotter, command: ExpireOrder, at: Moment) -> list[Event]:
    """OrderExpired for a held order, CancelRequested for one at a venue."""
    order = blotter.open_orders.get(command.order_seq)
    if order is None or not _time_is_over(blotter, order, at):
        return []
    return _expiry(blotter, order, at)


def _time_is_over(blotter: Blotter, order: Order, at: Moment) -> bool:
    if order.time_in_force is TimeInForce.GOOD_TILL_DATE:
        expire_time_ns = order.special.expire_time_ns
        return expire_time_ns is not None and expire_time_ns <= at.utc_ns
    if order.time_in_force in GOOD_TILL or order.order_seq > blotter.day.began_seq:
        return False
    return order.time_in_force in _OF_ONE_DAY or order.base is Base.HELD  # a held order has not had its moment


def _expiry(blotter: Blotter, order: Order, at: Moment) -> list[Event]:
    at_ns, seq = at
    if order.base is Base.HELD or (OrdStatus.DONE_FOR_DAY in order.marks and not order.pending):
        return [OrderExpired(seq, at_ns, order.order_seq, EXPIRED)]
    if order.cancel_pending or was_expired(order) or not order.leaves_qty:
        return []
    return [our_cancel(blotter, order, EXPIRED, at)]


def our_cancel(blotter: Blotter, order: Order, cause: str, at: Moment) -> CancelRequested:
    """A cancel that no client asked for."""
    at_ns, seq = at
    name, known_as = f"{blotter.store_id}{seq}", order.newest_venue_cl_ord_id
    return CancelRequested(seq, at_ns, order.order_seq, order.session, "", order.cl_ord_id, name, known_as, cause)


# --------------------------------------------------------------------------------------------------------- trading day


def begin_trading_day(blotter: Blotter, command: BeginTradingDay, at: Moment) -> list[Event]:
    """TradingDayBegan. What it means for each order that stands follows order by order: `renew_order` and others."""
    if blotter.trading_day == command.day:
        return []
    return [TradingDayBegan(at.seq, at.utc_ns, command.day)]


def renew_order(blotter: Blotter, command: RenewOrder, at: Moment) -> list[Event]:
    """OrderRestated for an order that has outlived a trading day and stands as it stood."""
    order = blotter.open_orders.get(command.order_seq)
    began_seq = blotter.day.began_seq
    if order is None or order.time_in_force not in GOOD_TILL or max(order.order_seq, order.renewed_seq) > began_seq:
        return []
    if order.ended or not order.leaves_qty or not order.acknowledged:
        return []
    return [
        OrderRestated(at.seq, at.utc_ns, order.order_seq, RestatementReason.GT_RENEWAL, order.order_qty, order.price)
    ]


# --------------------------------------------------------------------------------------------------------------- halts


def set_symbol_status(blotter: Blotter, command: SetSymbolStatus, at: Moment) -> list[Event]:
    """An operator's word. Raises ValueError for a symbol that is not traded here."""
    if command.symbol not in blotter.instruments:
        raise ValueError(f"symbol: {command.symbol!r}: not one of the instruments")
    return _symbol_status("", command.symbol, command.status, command.operator, command.reason, blotter, at)


def venue_symbol_status(blotter: Blotter, report: VenueSymbolStatus, at: Moment) -> list[Event]:
    """A venue's word, for its own orders. What it says of anything else is nobody's business here."""
    instrument = blotter.instruments.get(report.symbol)
    if instrument is None or report.venue not in instrument.venues:
        return []
    return _symbol_status(report.venue, report.symbol, report.status, "", report.text, blotter, at)


def _symbol_status(
    venue: str, symbol: str, status: SymbolStatus, operator: str, reason: str, blotter: Blotter, at: Moment
) -> list[Event]:
    at_ns, seq = at
    before = blotter.halts.get((venue, symbol), SymbolStatus.TRADING)
    if before is status:
        return []
    events: list[Event] = [SymbolStatusChanged(seq, at_ns, symbol, status, venue, operator, reason)]
    if SymbolStatus.TRADING not in (before, status):
        return events
    concerned = _orders_in(blotter, symbol, venue)
    for order in concerned:
        moment = Moment(at_ns, at.seq + len(events))
        if status is SymbolStatus.TRADING:
            events += _reinstated(blotter, order, venue, moment)
        else:
            events += _suspended(blotter, order, status, moment)
    return events


def _orders_in(blotter: Blotter, symbol: str, venue: str) -> Iterable[Order]:
    """Open orders in that symbol, of one venue, or of all and then without those that are parts of others; the oldest
    first. Held ones are concerned when the symbol trades nowhere any more."""
    instrument, halts = blotter.instruments.get(symbol), blotter.halts
    nowhere = not venue or (
        instrument is not None and all(other == venue or (other, symbol) in halts for other in instrument.venues)
    )
    found = [
        order
        for order in blotter.open_orders.values()
        if order.symbol == symbol
        and not order.ended
        and (nowhere if order.base is Base.HELD else order.venue == venue if venue else order.parent_seq is None)
    ]
    found.sort(key=lambda order: order.order_seq)
    return found


def _suspended(blotter: Blotter, order: Order, status: SymbolStatus, at: Moment) -> list[Event]:
    at_ns, seq = at
    if ExecInst.CANCEL_ON_TRADING_HALT in order.special.exec_inst:
        if order.base is Base.HELD:
            why = REASONS[CANCEL_ON_TRADING_HALT]
            return [
                OrderCanceled(seq, at_ns, order.order_seq, None, order.cl_ord_id, None, CANCEL_ON_TRADING_HALT, why)
            ]
        if order.cancel_pending or not order.leaves_qty:
            return []
        return [our_cancel(blotter, order, CANCEL_ON_TRADING_HALT, at)]
    if order.base is not Base.WORKING or not order.leaves_qty or OrdStatus.SUSPENDED in order.marks:
        return []  # a held order is on no market that could stop
    return [OrderSuspended(seq, at_ns, order.order_seq, f"SYMBOL_{status}")]


def _reinstated(blotter: Blotter, order: Order, lifted_by: str, at: Moment) -> list[Event]:
    """Unless somebody else still halts it."""
    if OrdStatus.SUSPENDED not in order.marks:
        return []
    others = {("", order.symbol), (order.venue, order.symbol)} - {(lifted_by, order.symbol)}
    if any(other in blotter.halts for other in others):
        return []
    return [OrderReinstated(at.seq, at.utc_ns, order.order_seq)]


# -------------------------------------------------------------------------------------------------------------- venues


def set_venue_capabilities(blotter: Blotter, command: SetVenueCapabilities, at: Moment) -> list[Event]:
    if blotter.capabilities_of(command.venue) == command.capabilities:
        return []
    return [VenueCapabilitiesSet(at.seq, at.utc_ns, command.venue, command.capabilities)]
