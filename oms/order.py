"""One order: the fold of its events. `apply` is the only thing that changes it.

Its identifiers. The client names an order by ClOrdID(11), and gives it a new one with each replace; `chain` has all
that were accepted, `cl_ord_id` is the last accepted one, under which executions are reported. A request that is
pending or was rejected is not in the chain. The venue's view is the same chain under our own ids: `venue_cl_ord_id`
is the last accepted one. OrderID(37) never changes.

Its numbers. CumQty(14) and the value of all executions are exact sums over `executions`, which is keyed by (venue,
ExecID) so that no execution counts twice; everything else is computed when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from oms.events import (
    CancelRejected,
    CancelRequested,
    OrderAccepted,
    OrderCanceled,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderQueried,
    OrderReceived,
    OrderRefused,
    OrderRejected,
    OrderReplaced,
    OrderRouted,
    ReplaceRejected,
    ReplaceRequested,
)
from oms.exact import ZERO, add, fma, quotient_for_display, subtract
from oms.order_state import ENDED, TRANSITIONS, Base, ord_status
from oms.types import OrdStatus


class Outcome(StrEnum):
    """What became of a cancel or replace request."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class Request:
    """A cancel or replace request that went to the venue. Only its order writes to it."""

    __slots__ = ("asked", "is_replace", "outcome")

    def __init__(self, asked: CancelRequested | ReplaceRequested, is_replace: bool) -> None:
        self.asked = asked
        self.is_replace = is_replace
        self.outcome = Outcome.PENDING

    @property
    def cl_ord_id(self) -> str:
        return self.asked.cl_ord_id

    @property
    def venue_cl_ord_id(self) -> str:
        return self.asked.venue_cl_ord_id

    @property
    def name(self) -> str:
        """What the client knows it by: its ClOrdID, or why it was made when the client did not ask."""
        asked = self.asked
        return asked.cl_ord_id or (asked.cause if isinstance(asked, CancelRequested) else "")

    def __repr__(self) -> str:
        return f"<{'replace' if self.is_replace else 'cancel'} {self.asked.cl_ord_id} {self.outcome}>"


# Many orders never have the one or the other: what is empty is shared, and is a proxy so that writing to it fails.
_NO_EXECUTIONS: Final[Mapping[tuple[str, str], OrderFilled]] = MappingProxyType({})
_NO_REQUESTS: Final[Mapping[str, Request]] = MappingProxyType({})


class Order:
    """The state of one order. Read anything; write nothing.

    `gross` is the exact sum of LastQty x LastPx. `accepted_seq` is the number of the request whose terms stand.
    `pending` has the unanswered requests, the oldest first; `requests` has all of them by their id at the venue."""

    __slots__ = (
        "accepted_seq",
        "account",
        "acknowledged",
        "base",
        "chain",
        "cl_ord_id",
        "cum_qty",
        "executions",
        "gross",
        "ord_type",
        "order_id",
        "order_qty",
        "order_seq",
        "pending",
        "price",
        "received_at_ns",
        "requests",
        "session",
        "side",
        "symbol",
        "time_in_force",
        "transact_time_ns",
        "venue",
        "venue_cl_ord_id",
        "venue_order_id",
    )

    def __init__(self, received: OrderReceived, order_id: str) -> None:
        self.order_seq = received.seq
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
        self.cl_ord_id = received.cl_ord_id
        self.chain: Sequence[str] = (received.cl_ord_id,)
        self.venue = ""
        self.venue_cl_ord_id = ""
        self.venue_order_id = ""
        self.base = Base.RECEIVED
        self.acknowledged = False
        self.accepted_seq = received.seq
        self.cum_qty = ZERO
        self.gross = ZERO
        self.executions = _NO_EXECUTIONS
        self.requests = _NO_REQUESTS
        self.pending: tuple[Request, ...] = ()

    # ------------------------------------------------------------------------------------------------------ to be read

    @property
    def ord_status(self) -> OrdStatus:
        """OrdStatus(39)."""
        if not self.pending:
            return ord_status(self.base, self.order_qty, self.cum_qty, False, False)
        return ord_status(self.base, self.order_qty, self.cum_qty, self.cancel_pending, self.replace_pending)

    @property
    def leaves_qty(self) -> Decimal:
        """LeavesQty(151): 0 once the order has ended, and never negative."""
        if self.base in ENDED or self.cum_qty >= self.order_qty:
            return ZERO
        return subtract(self.order_qty, self.cum_qty)

    @property
    def avg_px(self) -> Decimal:
        """AvgPx(6) for display, rounded half-even to 12 fraction digits; 0 before the first execution."""
        if not self.cum_qty:
            return ZERO
        return quotient_for_display(self.gross, self.cum_qty)

    @property
    def overfill_qty(self) -> Decimal:
        """How far CumQty(14) is above OrderQty(38); 0 as a rule."""
        return subtract(self.cum_qty, self.order_qty) if self.cum_qty > self.order_qty else ZERO

    @property
    def ended(self) -> bool:
        """Canceled, expired or rejected. A filled order has not ended in this sense: a replace may reopen it."""
        return self.base in ENDED

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
            self.cl_ord_id,
            list(self.chain),
            self.venue,
            self.venue_cl_ord_id,
            self.venue_order_id,
            self.base,
            self.acknowledged,
            self.accepted_seq,
            self.cum_qty,
            self.gross,
            list(self.executions.values()),
            [[request.asked, request.outcome] for request in self.requests.values()],
            [request.asked.venue_cl_ord_id for request in self.pending],
        ]

    def __repr__(self) -> str:
        return f"<{self.order_id} {self.cl_ord_id} {self.ord_status} {self.cum_qty}/{self.order_qty}>"

    # -------------------------------------------------------------------------------------------------- the only writer

    def apply(self, event: OrderEvent) -> None:
        """Fold one event of this order. Total for facts: an event outside TRANSITIONS raises KeyError, and is a bug."""
        kind = type(event)
        self.base = TRANSITIONS[self.base, kind]
        effect = _EFFECTS[kind]
        if effect is not None:
            effect(self, event)

    def _routed(self, event: OrderRouted) -> None:
        self.venue = event.venue
        self.venue_cl_ord_id = event.venue_cl_ord_id

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

    def _canceled(self, event: OrderCanceled) -> None:
        if event.venue_cl_ord_id is not None:
            cl_ord_id = self._answered(event.venue_cl_ord_id, Outcome.ACCEPTED).asked.cl_ord_id
            if cl_ord_id:
                self._lengthen_chain(cl_ord_id)

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
        self.order_qty = event.order_qty
        self.price = event.price


_EFFECTS: Final[Mapping[type[OrderEvent], Callable[[Order, Any], None] | None]] = {
    OrderRouted: Order._routed,
    OrderRefused: None,
    OrderAccepted: Order._accepted,
    OrderRejected: None,
    OrderFilled: Order._filled,
    OrderExpired: None,
    CancelRequested: Order._requested,
    CancelRejected: Order._request_rejected,
    OrderCanceled: Order._canceled,
    ReplaceRequested: Order._requested,
    ReplaceRejected: Order._request_rejected,
    OrderReplaced: Order._replaced,
    OrderQueried: None,
}


def max_price(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """The larger price; None (a market order has none) gives way to any."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
