"""What a named person's word leads to about an order that its venue has left unanswered: the fact that was found out.

An outcome is said of the order while the venue has not acknowledged it, and of the requests on it afterwards:

    rejected   the venue did not take the order; or none of the requests that are pending on it
    canceled   the order is not in the market any more. A cancel that is pending has been fulfilled by that, and every
               other request came too late
    filled     an execution took place that the venue has not told: quantity and price, and the venue's ExecID(17) if it
               is known. It is the only one that may be said of an order that is owed no answer, or has ended: it is
               money
    replaced   the venue accepted the oldest replace that is pending, on the terms that were asked for
    working    the order is in the market on the terms that stand; no request that is pending has had any effect

`canceled` may also be said of an order that works and is owed nothing: the venue has forgotten it (UNKNOWN_AT_VENUE).

The venue is told nothing of it, and its own word may still come. What it says then is compared with the order as it has
become, as always: the same is nothing new, a contradiction is put aside and told. For executions see
`oms.fills_by_hand`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

import msgspec

from oms import decide_venue
from oms.blotter import Blotter
from oms.decide_answers import ended
from oms.decide_executions import known_execution
from oms.decide_intervention import refused
from oms.events import Event, OrderAccepted, OrderFilled, OrderRejected, OrderResolved
from oms.exact import add, in_bounds
from oms.fills_by_hand import booked_with, exec_id_of
from oms.operator_commands import ResolveOrder
from oms.order import Order
from oms.order_state import Base
from oms.refusals import CODES
from oms.reported_order import behind
from oms.types import FillFlag, Moment, RestatementReason
from oms.venue_reports import VenueReplaced

CODE: Final = "RESOLVED_BY_OPERATOR"


def resolve(blotter: Blotter, command: ResolveOrder, at: Moment) -> list[Event]:
    """OrderResolved and the facts that it stands for; or OperatorRefused."""
    order = blotter.order(command.order_seq)
    outcome = OUTCOMES.get(command.outcome)
    if outcome is None:
        return refused(command, f"outcome: {command.outcome!r} is not one of {', '.join(OUTCOMES)}", at)
    if order.children:
        parts = ", ".join(blotter.order(child).order_id for child in order.children)
        return refused(command, f"{order.order_id} is worked in parts: resolve those that are open: {parts}", at)
    if not order.venue:
        return refused(command, f"{order.order_id} has never been sent to a venue: there is nothing to find out", at)
    facts = outcome(blotter, order, command, behind(at, 1))
    if isinstance(facts, str):
        return refused(command, facts, at)
    who, why = command.operator, command.reason
    return [OrderResolved(at.seq, at.utc_ns, order.order_seq, command.outcome, who, why), *facts]


def _rejected(blotter: Blotter, order: Order, command: ResolveOrder, at: Moment) -> list[Event] | str:
    if order.base is Base.ROUTED:
        text, reason = _text(command), CODES[CODE].reason
        return ended(order, OrderRejected(at.seq, at.utc_ns, order.order_seq, CODE, reason, text), at)
    return _requests_rejected(order, command, at) or _nothing_owed(order)


def _canceled(blotter: Blotter, order: Order, command: ResolveOrder, at: Moment) -> list[Event] | str:
    if order.ended:
        return f"{order.order_id} is {order.ord_status} already"
    if order.cum_qty >= order.order_qty and not order.pending:
        return f"{order.order_id} is filled: nothing of it could be canceled"
    end = decide_venue.cancellation(order, _text(command), at)
    if end.venue_cl_ord_id is None:
        end = msgspec.structs.replace(end, reason=RestatementReason.VERBAL_CHANGE)
    return ended(order, end, at)


def _filled(blotter: Blotter, order: Order, command: ResolveOrder, at: Moment) -> list[Event] | str:
    last_qty, last_px = command.last_qty, command.last_px
    if last_qty is None or not in_bounds(last_qty) or last_qty <= 0:
        return f"quantity: {_figure(last_qty)}: a positive number of at most 15 integer and 12 fraction digits"
    if last_px is None or not in_bounds(last_px):
        return f"price: {_figure(last_px)}: a number of at most 15 integer and 12 fraction digits"
    exec_id = command.exec_id or exec_id_of(order.order_seq, last_qty, last_px)
    if known_execution(order, order.venue, exec_id) is not None:
        return f"{order.order_id}: execution {exec_id} is booked already"
    same = None if command.exec_id else booked_with(order, last_qty, last_px)
    if same is not None:
        return (
            f"{order.order_id}: an execution of {last_qty:f} at {last_px:f} is booked already ({same}); if this is "
            f"another one, give the venue's ExecID(17) of it"
        )
    cum_qty, most = add(order.cum_qty, last_qty), order.worst_terms()[0]
    flags: tuple[FillFlag, ...] = (FillFlag.OVERFILL,) if cum_qty > most else ()
    if order.ended:
        flags = (*flags, FillFlag.AFTER_END)
    fill = OrderFilled(at.seq, at.utc_ns, order.order_seq, order.venue, exec_id, last_qty, last_px, None, flags)
    too_late = ended(order, None, behind(at, 1)) if cum_qty >= most else []
    return [fill, *too_late]


def _replaced(blotter: Blotter, order: Order, command: ResolveOrder, at: Moment) -> list[Event] | str:
    for request in order.pending:
        if request.is_replace:
            told = VenueReplaced(order.venue, request.venue_cl_ord_id)
            return decide_venue.replaced(blotter, told, at)
    return f"{order.order_id} has no replace pending"


def _working(blotter: Blotter, order: Order, command: ResolveOrder, at: Moment) -> list[Event] | str:
    if order.ended:
        return f"{order.order_id} is {order.ord_status}: if it lives at the venue, cancel it there"
    accepted = [OrderAccepted(at.seq, at.utc_ns, order.order_seq, "")] if order.base is Base.ROUTED else []
    return [*accepted, *_requests_rejected(order, command, behind(at, len(accepted)))] or _nothing_owed(order)


def _requests_rejected(order: Order, command: ResolveOrder, at: Moment) -> list[Event]:
    reason, text = CODES[CODE].reason, _text(command)
    return [
        decide_venue.request_rejection(order, request, CODE, reason, text, behind(at, place))
        for place, request in enumerate(order.pending)
    ]


def _nothing_owed(order: Order) -> str:
    return f"{order.order_id} is {order.ord_status}, and the venue owes no answer on it"


def _text(command: ResolveOrder) -> str:
    return f"{CODE}: outcome={command.outcome}"


def _figure(number: Decimal | None) -> str:
    return "missing" if number is None else f"{number:f}"


Outcome = Callable[[Blotter, Order, ResolveOrder, Moment], list[Event] | str]
"""The facts, or why not."""

OUTCOMES: Final[Mapping[str, Outcome]] = {
    "rejected": _rejected,
    "canceled": _canceled,
    "filled": _filled,
    "replaced": _replaced,
    "working": _working,
}
