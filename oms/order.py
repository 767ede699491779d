"""One order: the fold of its events. `apply` is the only thing that changes it.

Its identifiers. The client names an order by ClOrdID(11), and gives it a new one with each replace; `chain` has all
that were accepted, `cl_ord_id` is the last accepted one, under which executions are reported. A request that is
pending or was rejected is not in the chain. The venue's view is the same chain under our own ids: `venue_cl_ord_id`
is the last accepted one. OrderID(37) never changes.

Its numbers. CumQty(14) and the value of all executions are exact sums over `executions`, which is keyed by (venue,
ExecID) so that no execution counts twice, and has for each the last that was said of it: its fill, its correction, or
that it was busted. Everything else is computed when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import msgspec

from oms.events import (
    CancelRejected,
    CancelRequested,
    ExecutionBusted,
    ExecutionCorrected,
    OrderAccepted,
    OrderAdopted,
    OrderCanceled,
    OrderClaimed,
    OrderDoneForDay,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderQueried,
    OrderReceived,
    OrderRefused,
    OrderReinstated,
    OrderRejected,
    OrderReplaced,
    OrderResolved,
    OrderRestated,
    OrderRouted,
    OrderStopped,
    OrderSuspended,
    OrderTriggered,
    OrderWorked,
    ReplaceRejected,
    ReplaceRequested,
    RequestRetargeted,
)
from oms.exact import ZERO, add, fma, multiply, quotient_for_display, subtract
from oms.order_state import ENDED, NO_MARKS, TRANSITIONS, Base, ord_status
from oms.request import Outcome, Request
from oms.special_terms import NO_SPECIAL_TERMS
from oms.types import HoldReason, OrdStatus, RestatementReason, TimeInForce, WorkReason

Execution = OrderFilled | ExecutionCorrected | ExecutionBusted
GOOD_TILL: Final = frozenset({TimeInForce.GOOD_TILL_CANCEL, TimeInForce.GOOD_TILL_DATE})
"""Orders that outlive the trading day."""


class TradingDay:
    """The day that it is for all orders of one blotter. Only the blotter writes to it."""

    __slots__ = ("began_seq", "name")

    def __init__(self) -> None:
        self.name = ""
        self.began_seq = 0


# Many orders never have the one or the other: what is empty is shared, and is a proxy so that writing to it fails.
_NO_EXECUTIONS: Final[Mapping[tuple[str, str], Execution]] = MappingProxyType({})
_NO_REQUESTS: Final[Mapping[str, Request]] = MappingProxyType({})


class Order:
    """The state of one order. Read anything; write nothing.

    `gross` is the exact sum of LastQty x LastPx. `accepted_seq` is the number of the request whose terms stand.
    `children` are the orders that work parts of it at several venues (their `order_seq`), `parent_seq` the order that
    this one works a part of; the venues began anew with it at `worked_seq`. `list_seq` is the list that it came with.
    `pending` has the unanswered requests, the oldest first; `requests` has all of them by each id they had at the
    venue.
    `life` has the numbers of all its events, and it is their fold: `oms.finished`.
    `queried` is the last question about it to the venue. `filled_by_hand`: a person has booked an execution on it.

    `session` is '' for an order of which no client hears: a child, or one that was adopted. `hold` is what the gateway
    still holds it back for; `triggered` says that what it waited for, here or at the venue, has come. `revisions` has
    every fill that was corrected or busted, and every correction and bust, by (venue, their own ExecID);
    `restatements` has the ExecIDs of the restatements of its venue. Executions before `carried_seq` are no longer taken
    back one by one: a restatement of CumQty(14) has changed what they count.
    `renewed_seq` is the beginning of the order's own day, if it is younger than `day`."""

    __slots__ = (
        "accepted_seq",
        "account",
        "acknowledged",
        "base",
        "carried_seq",
        "chain",
        "children",
        "cl_ord_id",
        "cl_ord_link_id",
        "cum_qty",
        "day",
        "executions",
        "filled_by_hand",
        "gross",
        "hold",
        "life",
        "list_seq",
        "marks",
        "operator",
        "ord_type",
        "order_id",
        "order_qty",
        "order_seq",
        "parent_seq",
        "pending",
        "price",
        "queried",
        "received_at_ns",
        "renewed_seq",
        "requests",
        "restatements",
        "revisions",
        "session",
        "side",
        "special",
        "symbol",
        "time_in_force",
        "trader",
        "transact_time_ns",
        "triggered",
        "venue",
        "venue_cl_ord_id",
        "venue_order_id",
        "worked_seq",
    )

    def __init__(self, received: OrderReceived, order_id: str, day: TradingDay) -> None:
        self.order_seq = received.seq
        self.life = [received.seq]
        self.order_id = order_id
        self.received_at_ns = received.at_ns
        self.session = received.session
        self.account = received.account
        self.symbol = received.symbol
        self.side = received.side
        self.ord_type = received.ord_type
        self.order_qty = received.order_qty
        self.price = received.price
        self.time_in_force = received.time_in_force
        self.transact_time_ns = received.transact_time_ns
        self.special = NO_SPECIAL_TERMS if received.special is None else received.special
        self.operator = received.operator
        self.trader = received.trader
        self.cl_ord_link_id = received.cl_ord_link_id
        self.day = day
        self.cl_ord_id = cl_ord_id = received.cl_ord_id
        self.chain: Sequence[str] = (cl_ord_id,) if cl_ord_id else ()
        self.parent_seq = received.parent_seq
        self.list_seq = received.list_seq
        self.children: Sequence[int] = ()
        self.worked_seq = 0
        self.venue = ""
        self.venue_cl_ord_id = ""
        self.venue_order_id = ""
        self.base = Base.RECEIVED
        self.acknowledged = False
        self.hold: HoldReason | None = None
        self.triggered = False
        self.marks = NO_MARKS
        self.accepted_seq = received.seq
        self.cum_qty = ZERO
        self.gross = ZERO
        self.executions = _NO_EXECUTIONS
        self.revisions = _NO_EXECUTIONS
        self.restatements: tuple[str, ...] = ()
        self.carried_seq = 0
        self.renewed_seq = 0
        self.requests = _NO_REQUESTS
        self.pending: tuple[Request, ...] = ()
        self.queried: OrderQueried | None = None
        self.filled_by_hand = False

    # ------------------------------------------------------------------------------------------------------ to be read

    @property
    def ord_status(self) -> OrdStatus:
        """OrdStatus(39)."""
        cancel_pending = replace_pending = False
        if self.pending:
            cancel_pending, replace_pending = self.cancel_pending, self.replace_pending
        return ord_status(
            self.base, self.order_qty, self.cum_qty, cancel_pending, replace_pending, self.marks, self.acknowledged
        )

    @property
    def leaves_qty(self) -> Decimal:
        """LeavesQty(151): 0 once the order has ended or is done for its last day, and never negative."""
        if self.base in ENDED or self.cum_qty >= self.order_qty:
            return ZERO
        if self.marks and OrdStatus.DONE_FOR_DAY in self.marks and self.time_in_force not in GOOD_TILL:
            return ZERO
        return subtract(self.order_qty, self.cum_qty)

    @property
    def avg_px(self) -> Decimal:
        """AvgPx(6) for display, rounded half-even to 12 fraction digits; 0 before the first execution."""
        if not self.cum_qty:
            return ZERO
        return quotient_for_display(self.gross, self.cum_qty)

    @property
    def day_cum_qty(self) -> Decimal:
        """DayCumQty(425): what was executed today. Corrections and busts count for the day of the execution."""
        return self._day_sums()[0]

    @property
    def day_order_qty(self) -> Decimal:
        """DayOrderQty(424): OrderQty(38) without what was executed on days before."""
        return subtract(self.order_qty, subtract(self.cum_qty, self.day_cum_qty))

    @property
    def day_avg_px(self) -> Decimal:
        """DayAvgPx(426), rounded as `avg_px` is; 0 before the first execution of the day."""
        cum_qty, gross = self._day_sums()
        return quotient_for_display(gross, cum_qty) if cum_qty else ZERO

    def _day_sums(self) -> tuple[Decimal, Decimal]:
        """Quantity and value of the day's executions."""
        since = max(self.day.began_seq, self.renewed_seq, self.carried_seq)
        cum_qty = gross = ZERO
        if isinstance(self.executions, dict):
            for key in reversed(self.executions):  # in the order of the fills
                execution = self.executions[key]
                if self.revisions.get(key, execution).seq <= since:
                    break
                if not isinstance(execution, ExecutionBusted):
                    cum_qty = add(cum_qty, execution.last_qty)
                    gross = fma(execution.last_qty, execution.last_px, gross)
        return cum_qty, gross

    @property
    def overfill_qty(self) -> Decimal:
        """How far CumQty(14) is above OrderQty(38); 0 as a rule."""
        return subtract(self.cum_qty, self.order_qty) if self.cum_qty > self.order_qty else ZERO

    def executed(self) -> tuple[Decimal, Decimal]:
        """Quantity and value of the executions that stand, as they took place: before a restatement of CumQty(14)."""
        qty = gross = ZERO
        for execution in self.executions.values():
            if not isinstance(execution, ExecutionBusted):
                qty = add(qty, execution.last_qty)
                gross = fma(execution.last_qty, execution.last_px, gross)
        return qty, gross

    @property
    def ended(self) -> bool:
        """Canceled, expired or rejected. A filled order has not ended in this sense: a replace may reopen it."""
        return self.base in ENDED

    @property
    def awaits_acknowledgement(self) -> bool:
        """No word of a venue's has come yet that it has the order. Our own word to the client does not count."""
        return self.base is Base.ROUTED or not self.acknowledged

    @property
    def is_renewed(self) -> bool:
        """It was restated for the trading day that it is, or is of today."""
        return max(self.renewed_seq, self.order_seq) > self.day.began_seq

    @property
    def is_open(self) -> bool:
        """Something is still to come: an execution, or the answer to a request."""
        return bool(self.pending) or (self.base not in ENDED and self.cum_qty < self.order_qty)

    @property
    def cancel_pending(self) -> bool:
        return any(not request.is_replace for request in self.pending)

    @property
    def replace_pending(self) -> bool:
        return any(request.is_replace for request in self.pending)

    @property
    def unresolved(self) -> bool:
        """The venue owes us an answer: to the order, or to a request on it."""
        return self.base is Base.ROUTED or bool(self.pending)

    @property
    def newest_venue_cl_ord_id(self) -> str:
        """What the next request to the venue calls the order: the last id that was not rejected, accepted or not."""
        for request in reversed(self.pending):
            if request.is_replace:
                return request.asked.venue_cl_ord_id
        return self.venue_cl_ord_id

    def is_named(self, cl_ord_id: str) -> bool:
        """The ClOrdID was accepted for this order at some time, or may still be."""
        if cl_ord_id == self.cl_ord_id or any(request.asked.cl_ord_id == cl_ord_id for request in self.pending):
            return True
        return cl_ord_id in self.chain

    def is_first_name(self, cl_ord_id: str) -> bool:
        """The ClOrdID is that of the new order itself, and of no request on it. A telephoned order has none."""
        requests = self.requests.values()
        return cl_ord_id in self.chain[:1] and all(request.asked.cl_ord_id != cl_ord_id for request in requests)

    def is_newest_name(self, cl_ord_id: str) -> bool:
        """The ClOrdID is the last accepted one, or that of a replace still pending: nothing accepted is newer."""
        return cl_ord_id == self.cl_ord_id or any(
            request.is_replace and request.asked.cl_ord_id == cl_ord_id for request in self.pending
        )

    def worst_terms(self) -> tuple[Decimal, Decimal | None]:
        """Largest quantity and largest price of the terms that stand and of all that may come to stand."""
        order_qty, price = self.order_qty, self.price
        for request in self.pending:
            asked = request.asked
            if isinstance(asked, ReplaceRequested):
                order_qty = max(order_qty, asked.order_qty)
                price = max_price(price, asked.price)
        return order_qty, price

    def content(self) -> list[object]:
        """Everything, as plain values in fixed order: for the state hash."""
        return [
            self.order_seq,
            self.order_id,
            self.received_at_ns,
            self.session,
            self.account,
            self.symbol,
            self.side,
            self.ord_type,
            self.order_qty,
            self.price,
            self.time_in_force,
            self.transact_time_ns,
            self.special,
            self.operator,
            self.trader,
            self.cl_ord_link_id,
            self.cl_ord_id,
            list(self.chain),
            self.venue,
            self.venue_cl_ord_id,
            self.venue_order_id,
            self.base,
            self.acknowledged,
            self.hold,
            self.triggered,
            sorted(self.marks),
            self.parent_seq,
            self.list_seq,
            list(self.children),
            self.worked_seq,
            self.accepted_seq,
            self.cum_qty,
            self.gross,
            list(self.executions.values()),
            list(self.revisions.values()),
            self.restatements,
            self.carried_seq,
            self.renewed_seq,
            [[key, request.asked, request.outcome] for key, request in self.requests.items()],
            [request.asked.venue_cl_ord_id for request in self.pending],
            self.queried,
            self.filled_by_hand,
            self.life,
        ]

    def __repr__(self) -> str:
        return f"<{self.order_id} {self.cl_ord_id} {self.ord_status} {self.cum_qty}/{self.order_qty}>"

    # -------------------------------------------------------------------------------------------------- the only writer

    def apply(self, event: OrderEvent) -> None:
        """Fold one event of this order. Total for facts: an event outside TRANSITIONS raises KeyError, and is a bug."""
        kind = type(event)
        self.base = TRANSITIONS[self.base, kind]
        self.life.append(event.seq)
        effect = _EFFECTS[kind]
        if effect is not None:
            effect(self, event)

    def adopted(self, event: OrderAdopted) -> None:
        """The order is one that stands at a venue already."""
        self.base = Base.WORKING
        self.acknowledged = True
        self.venue = event.venue
        self.venue_cl_ord_id = event.venue_cl_ord_id
        self.venue_order_id = event.venue_order_id

    def _held(self, event: OrderHeld) -> None:
        self.acknowledged = True
        self.hold = event.why

    def _triggered(self, event: OrderTriggered) -> None:
        self.triggered = True
        self.hold = None

    def _routed(self, event: OrderRouted) -> None:
        self.venue = event.venue
        self.venue_cl_ord_id = event.venue_cl_ord_id
        self.hold = None

    def _worked(self, event: OrderWorked) -> None:
        self.hold = None
        self.children = (*self.children, *event.children)
        if event.reason is not WorkReason.REROUTED:
            self.worked_seq = event.seq

    def _accepted(self, event: OrderAccepted) -> None:
        self.acknowledged = True
        if event.venue_order_id:
            self.venue_order_id = event.venue_order_id

    def _filled(self, event: OrderFilled) -> None:
        key = (event.venue, event.exec_id)
        assert key not in self.executions, key
        if isinstance(self.executions, dict):
            self.executions[key] = event
        else:
            self.executions = {key: event}
        self.cum_qty = add(self.cum_qty, event.last_qty)
        self.gross = fma(event.last_qty, event.last_px, self.gross)

    def _revised(self, event: ExecutionBusted | ExecutionCorrected) -> None:
        """An execution is taken out, and put back with other figures."""
        executions, key = self.executions, (event.venue, event.trade_id)
        last = executions[key]
        assert isinstance(executions, dict)
        assert not isinstance(last, ExecutionBusted), key
        assert event.ref_seq == last.seq > self.carried_seq, key
        if not isinstance(self.revisions, dict):
            self.revisions = {}
        revised = self.revisions
        revised.setdefault(key, last)
        assert (event.venue, event.exec_id) not in revised, event.exec_id
        revised[event.venue, event.exec_id] = event
        executions[key] = event
        self.cum_qty = subtract(self.cum_qty, last.last_qty)
        self.gross = subtract(self.gross, multiply(last.last_qty, last.last_px))
        if isinstance(event, ExecutionCorrected):
            self.cum_qty = add(self.cum_qty, event.last_qty)
            self.gross = fma(event.last_qty, event.last_px, self.gross)

    def _restated(self, event: OrderRestated) -> None:
        self.order_qty = event.order_qty
        self.price = event.price
        if event.exec_id:
            self.restatements = (*self.restatements, event.exec_id)
        if event.cum_qty is not None:
            self.cum_qty = event.cum_qty
            self.carried_seq = event.seq
        if event.reason is RestatementReason.GT_RENEWAL:
            self.renewed_seq = event.seq
            self.marks -= _OF_A_DAY

    def _done_for_day(self, event: OrderDoneForDay) -> None:
        self.marks |= _DONE_FOR_DAY

    def _suspended(self, event: OrderSuspended) -> None:
        self.marks |= _SUSPENDED

    def _reinstated(self, event: OrderReinstated) -> None:
        self.marks -= _UNTIL_REINSTATED

    def _stopped(self, event: OrderStopped) -> None:
        self.marks |= _STOPPED

    def _resolved(self, event: OrderResolved) -> None:
        if event.outcome == "filled":
            self.filled_by_hand = True

    def _claimed(self, event: OrderClaimed) -> None:
        self.account = event.account

    def _queried(self, event: OrderQueried) -> None:
        self.queried = event

    def _requested(self, event: CancelRequested | ReplaceRequested) -> None:
        request = Request(event, type(event) is ReplaceRequested)
        if isinstance(self.requests, dict):
            self.requests[event.venue_cl_ord_id] = request
        else:
            self.requests = {event.venue_cl_ord_id: request}
        self.pending = (*self.pending, request)

    def _answered(self, venue_cl_ord_id: str, outcome: Outcome) -> Request:
        request = self.requests[venue_cl_ord_id]
        assert request in self.pending, request
        self.pending = tuple(other for other in self.pending if other is not request)
        request.outcome = outcome
        return request

    def _request_rejected(self, event: CancelRejected | ReplaceRejected) -> None:
        self._answered(event.venue_cl_ord_id, Outcome.REJECTED)

    def _retargeted(self, event: RequestRetargeted) -> None:
        """It has a new id from here on; under the old one it is still found."""
        request = self.requests[event.old_venue_cl_ord_id]
        assert request in self.pending, request
        assert isinstance(self.requests, dict)
        request.old_venue_cl_ord_id = event.old_venue_cl_ord_id
        request.asked = msgspec.structs.replace(
            request.asked,
            venue_cl_ord_id=event.venue_cl_ord_id,
            orig_venue_cl_ord_id=event.orig_venue_cl_ord_id,
        )
        self.requests[event.venue_cl_ord_id] = request

    def _canceled(self, event: OrderCanceled) -> None:
        if event.venue_cl_ord_id is not None:
            cl_ord_id = self._answered(event.venue_cl_ord_id, Outcome.ACCEPTED).asked.cl_ord_id
            if cl_ord_id:
                self._lengthen_chain(cl_ord_id)

    def _expired(self, event: OrderExpired) -> None:
        if event.venue_cl_ord_id is not None:
            self._answered(event.venue_cl_ord_id, Outcome.ACCEPTED)

    def _lengthen_chain(self, cl_ord_id: str) -> None:
        if isinstance(self.chain, list):
            self.chain.append(cl_ord_id)
        else:
            self.chain = [*self.chain, cl_ord_id]

    def _replaced(self, event: OrderReplaced) -> None:
        asked = self._answered(event.venue_cl_ord_id, Outcome.ACCEPTED).asked
        assert isinstance(asked, ReplaceRequested), asked
        self._lengthen_chain(asked.cl_ord_id)
        self.acknowledged = True
        if event.venue_order_id:
            self.venue_order_id = event.venue_order_id
        if asked.seq < self.accepted_seq:
            return  # answers may come in any order; the terms of a younger request stand already
        self.accepted_seq = asked.seq
        self.cl_ord_id = asked.cl_ord_id
        self.venue_cl_ord_id = asked.venue_cl_ord_id
        self.ord_type = asked.ord_type
        self.time_in_force = asked.time_in_force
        self.special = NO_SPECIAL_TERMS if asked.special is None else asked.special
        self.order_qty = event.order_qty
        self.price = event.price


_DONE_FOR_DAY: Final = frozenset({OrdStatus.DONE_FOR_DAY})
_SUSPENDED: Final = frozenset({OrdStatus.SUSPENDED})
_STOPPED: Final = frozenset({OrdStatus.STOPPED})
_OF_A_DAY: Final = _DONE_FOR_DAY | _STOPPED  # a guarantee is of a day; a halt lasts until it is lifted
_UNTIL_REINSTATED: Final = _DONE_FOR_DAY | _SUSPENDED

_EFFECTS: Final[Mapping[type[OrderEvent], Callable[[Order, Any], None] | None]] = {
    OrderRouted: Order._routed,
    OrderWorked: Order._worked,
    OrderRefused: None,
    OrderAccepted: Order._accepted,
    OrderRejected: None,
    OrderFilled: Order._filled,
    ExecutionBusted: Order._revised,
    ExecutionCorrected: Order._revised,
    OrderHeld: Order._held,
    OrderTriggered: Order._triggered,
    OrderRestated: Order._restated,
    OrderDoneForDay: Order._done_for_day,
    OrderSuspended: Order._suspended,
    OrderReinstated: Order._reinstated,
    OrderStopped: Order._stopped,
    OrderExpired: Order._expired,
    CancelRequested: Order._requested,
    CancelRejected: Order._request_rejected,
    OrderCanceled: Order._canceled,
    ReplaceRequested: Order._requested,
    ReplaceRejected: Order._request_rejected,
    OrderReplaced: Order._replaced,
    RequestRetargeted: Order._retargeted,
    OrderQueried: Order._queried,
    OrderResolved: Order._resolved,
    OrderClaimed: Order._claimed,
}


def max_price(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """The larger price; None (a market order has none) gives way to any."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
