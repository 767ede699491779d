"""How an order will stand when facts that are decided, and not applied yet, have been applied.

A decision may state several facts, and what follows from the first ones must be decided before any of them is folded:
`decide` changes nothing. So the few things that the rules between orders look at (`oms.children`, `oms.decide_list`)
are taken from the order and moved on here. It is no second state machine: what cannot happen to an order has been
sorted out before, and the fold remains the only truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from oms.blotter import Blotter
from oms.events import (
    CancelRejected,
    CancelRequested,
    Event,
    ExecutionBusted,
    ExecutionCorrected,
    OrderAccepted,
    OrderCanceled,
    OrderDoneForDay,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderReceived,
    OrderRefused,
    OrderReinstated,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderRouted,
    OrderStopped,
    OrderSuspended,
    OrderWorked,
    ReplaceRejected,
    ReplaceRequested,
    RequestRetargeted,
)
from oms.exact import ZERO, add, fma, multiply, subtract
from oms.order import Order
from oms.types import HoldReason, OrdStatus, OrdType, Side, TimeInForce

PARENT: Final = "PARENT_"
"""Begins the cause of each cancel that a parent's rules ask for."""
_MARKS: Final[Mapping[type[Event], OrdStatus]] = {
    OrderDoneForDay: OrdStatus.DONE_FOR_DAY,
    OrderSuspended: OrdStatus.SUSPENDED,
    OrderStopped: OrdStatus.STOPPED,
}


class Outlook:
    """Read anything. `pending` has the requests that are unanswered, the oldest first; `price`, `ord_type` and
    `time_in_force` are the terms that stand. `refused`: its venue ended it without having been asked to by us."""

    __slots__ = (
        "acknowledged",
        "cl_ord_id",
        "cum_qty",
        "ended",
        "gross",
        "hold",
        "leg_ref_id",
        "marks",
        "ord_type",
        "order",
        "order_qty",
        "order_seq",
        "pending",
        "price",
        "refused",
        "side",
        "time_in_force",
        "venue",
    )

    def __init__(self, order: Order | OrderReceived) -> None:
        self.side: Side = order.side
        self.ord_type: OrdType = order.ord_type
        self.order_qty: Decimal = order.order_qty
        self.price: Decimal | None = order.price
        self.time_in_force: TimeInForce = order.time_in_force
        self.cl_ord_id: str = order.cl_ord_id
        special = order.special
        self.leg_ref_id = "" if special is None else special.leg_ref_id
        self.hold: HoldReason | None = None
        self.marks: frozenset[OrdStatus] = frozenset()
        self.pending: list[CancelRequested | ReplaceRequested] = []
        if isinstance(order, OrderReceived):
            self.order: Order | None = None
            self.order_seq = order.seq
            self.venue = ""
            self.cum_qty = self.gross = ZERO
            self.ended = self.acknowledged = self.refused = False
            return
        self.order = order
        self.order_seq = order.order_seq
        self.venue = order.venue
        self.cum_qty = order.cum_qty
        self.gross = order.gross
        self.ended = order.ended
        self.acknowledged = order.acknowledged
        self.hold = order.hold
        self.marks = order.marks
        self.pending = [request.asked for request in order.pending]
        self.refused = order.ended and not _ended_by_parent(order)

    @property
    def is_live(self) -> bool:
        """It may execute."""
        return not self.ended and self.cum_qty < self.order_qty

    @property
    def cancel_pending(self) -> bool:
        return any(type(asked) is CancelRequested for asked in self.pending)

    @property
    def possible_qty(self) -> Decimal:
        """The most that CumQty(14) can come to."""
        return self.cum_qty if self.ended else max(self.order_qty, self.cum_qty)

    def move(self, event: Event) -> None:
        """Move on by one event of this order."""
        kind = type(event)
        if isinstance(event, OrderFilled):
            self.cum_qty = add(self.cum_qty, event.last_qty)
            self.gross = fma(event.last_qty, event.last_px, self.gross)
        elif isinstance(event, ExecutionBusted | ExecutionCorrected):
            self._unbook(event.venue, event.trade_id)
            if isinstance(event, ExecutionCorrected):
                self.cum_qty = add(self.cum_qty, event.last_qty)
                self.gross = fma(event.last_qty, event.last_px, self.gross)
        elif isinstance(event, OrderAccepted):
            self.acknowledged = True
        elif isinstance(event, OrderRouted):
            self.venue, self.hold = event.venue, None
        elif isinstance(event, OrderHeld):
            self.acknowledged, self.hold = True, event.why
        elif isinstance(event, CancelRequested | ReplaceRequested):
            self.pending.append(event)
        elif isinstance(event, CancelRejected | ReplaceRejected):
            self._answered(event.venue_cl_ord_id)
        elif isinstance(event, RequestRetargeted):
            asked = self._answered(event.old_venue_cl_ord_id)
            self.pending.append(msgspec.structs.replace(asked, venue_cl_ord_id=event.venue_cl_ord_id))
        elif isinstance(event, OrderReplaced):
            self._replaced(event)
        elif kind in _MARKS:
            self.marks |= {_MARKS[kind]}
        elif kind is OrderReinstated:
            self.marks -= {OrdStatus.DONE_FOR_DAY, OrdStatus.SUSPENDED}
        elif isinstance(event, OrderRestated):
            self.order_qty, self.price = event.order_qty, event.price
            self.cum_qty = self.cum_qty if event.cum_qty is None else event.cum_qty
        elif isinstance(event, OrderCanceled):
            answered = None if event.venue_cl_ord_id is None else self._answered(event.venue_cl_ord_id)
            self.ended = True
            self.refused = not (isinstance(answered, CancelRequested) and answered.cause.startswith(PARENT))
        elif isinstance(event, OrderExpired):
            if event.venue_cl_ord_id is not None:
                self._answered(event.venue_cl_ord_id)
            self.ended = self.refused = True
        elif kind is OrderRejected or kind is OrderRefused:
            self.ended = self.refused = True
        elif kind is OrderWorked:
            self.hold = None

    def _unbook(self, venue: str, trade_id: str) -> None:
        """Take off what of that execution counts now."""
        assert self.order is not None, self.order_seq
        last = self.order.executions[venue, trade_id]
        if not isinstance(last, ExecutionBusted):
            self.cum_qty = subtract(self.cum_qty, last.last_qty)
            self.gross = subtract(self.gross, multiply(last.last_qty, last.last_px))

    def _answered(self, venue_cl_ord_id: str) -> CancelRequested | ReplaceRequested:
        asked = next(asked for asked in self.pending if asked.venue_cl_ord_id == venue_cl_ord_id)
        self.pending.remove(asked)
        return asked

    def _replaced(self, event: OrderReplaced) -> None:
        asked = self._answered(event.venue_cl_ord_id)
        assert isinstance(asked, ReplaceRequested), asked
        self.acknowledged = True
        self.order_qty, self.price, self.cl_ord_id = event.order_qty, event.price, event.cl_ord_id
        self.ord_type, self.time_in_force = asked.ord_type, asked.time_in_force


def _ended_by_parent(order: Order) -> bool:
    """A cancel that its parent's rules asked for was what ended it."""
    for request in order.requests.values():
        asked = request.asked
        if isinstance(asked, CancelRequested) and asked.cause.startswith(PARENT) and request.outcome == "ACCEPTED":
            return True
    return False


class Outlooks:
    """Those of the orders that a decision is about, made when they are asked for."""

    __slots__ = ("_blotter", "_of")

    def __init__(self, blotter: Blotter, events: list[Event]) -> None:
        """`events` are the facts that are decided so far; the next ones are given to `see`."""
        self._blotter = blotter
        self._of: dict[int, Outlook] = {}
        for event in events:
            if isinstance(event, OrderReceived):
                self._of[event.seq] = Outlook(event)

    def lives(self, order_seq: int) -> bool:
        """The order may execute. Of one that the decision is not about, the index of open orders says so."""
        outlook = self._of.get(order_seq)
        return order_seq in self._blotter.open_orders if outlook is None else outlook.is_live

    def __getitem__(self, order_seq: int) -> Outlook:
        found = self._of.get(order_seq)
        if found is None:
            found = self._of[order_seq] = Outlook(self._blotter.order(order_seq))
        return found

    def see(self, event: Event) -> Outlook | None:
        """Move the order of this event on; None when it is about no order."""
        if isinstance(event, OrderReceived):
            return self._of.setdefault(event.seq, Outlook(event))
        order_seq = getattr(event, "order_seq", None)
        if order_seq is None:
            return None
        outlook = self[order_seq]
        outlook.move(event)
        return outlook
