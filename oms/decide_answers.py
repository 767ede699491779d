"""What the venue's answer to a question of ours (OrderQueried) leads to: what is open is settled, as far as it is
definite.

What counts as evidence is written in `oms.unresolved`. An execution that the venue counts and we have not seen is not
invented: it is missed, and an operator is told.
"""

from __future__ import annotations

from typing import Final

from oms import decide_restatements, decide_venue
from oms.blotter import Blotter
from oms.decide_venue import cancellation, request_rejection
from oms.events import Event, OrderAccepted, OrderCanceled, OrderExpired, OrderRejected, ReplaceRequested
from oms.order import Order
from oms.order_state import Base
from oms.quarantine import quarantine
from oms.refusals import CODES
from oms.reported_order import order_of
from oms.request import Outcome
from oms.types import Moment, OrdStatus
from oms.unresolved import is_definite
from oms.venue_reports import VenueOrderStatus, VenueReplaced, VenueUnknownOrder

_ENDS: Final = frozenset({OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED})


def order_status(blotter: Blotter, report: VenueOrderStatus, at: Moment) -> list[Event]:
    """The order as the venue sees it."""
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    status = report.ord_status
    events: list[Event] = []
    if status in _ENDS:
        events = ended(order, None if order.ended else _end(order, report, at), at)
    elif order.ended:
        if status is not OrdStatus.FILLED:
            events = [quarantine(report, "STATUS_DIFFERS", order, at)]
    elif accepted := _accepted_replace(blotter, order, report, at):
        events = accepted
    elif order.awaits_acknowledgement and status is not OrdStatus.PENDING_NEW:
        events = [OrderAccepted(at.seq, at.utc_ns, order.order_seq, report.venue_order_id)]
    elif status is OrdStatus.FILLED and order.pending and _is_full(order, report):
        events = ended(order, None, at)
    events += decide_restatements.mark_told(order, status, report.text, Moment(at.utc_ns, at.seq + len(events)))
    if report.cum_qty != order.cum_qty:
        events.append(quarantine(report, "CUM_QTY_DIFFERS", order, Moment(at.utc_ns, at.seq + len(events))))
    return events


def unknown_order(blotter: Blotter, report: VenueUnknownOrder, at: Moment) -> list[Event]:
    """An order that was never acknowledged did not arrive, if this is definite. One that has finished may have been
    forgotten. A working one is an alarm, and stays. Of a request it says nothing."""
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    if order.ended or order.cum_qty >= order.order_qty:
        return ended(order, None, at)
    if report.venue_cl_ord_id != order.venue_cl_ord_id:
        return []
    if order.base is not Base.ROUTED:
        return [quarantine(report, "UNKNOWN_AT_VENUE", order, at)]
    if not is_definite(order, report):
        return []  # too early to tell: it will be asked again
    figures = f"venue={order.venue} venue_cl_ord_id={order.venue_cl_ord_id}"
    return ended(order, _rejection(order, "VENUE_NOT_FOUND", figures, at), at)


def _accepted_replace(blotter: Blotter, order: Order, report: VenueOrderStatus, at: Moment) -> list[Event]:
    """OrderReplaced, when the venue calls the order by the name of a replace that is pending, on the terms of it."""
    request = order.requests.get(report.venue_cl_ord_id)
    if request is None or request.outcome is not Outcome.PENDING or report.ord_status is OrdStatus.PENDING_REPLACE:
        return []
    asked = request.asked
    if not isinstance(asked, ReplaceRequested) or (report.order_qty, report.price) != (asked.order_qty, asked.price):
        return []
    replaced = VenueReplaced(
        report.venue, report.venue_cl_ord_id, None, report.order_qty, report.price, report.venue_order_id
    )
    return decide_venue.replaced(blotter, replaced, at)


def _is_full(order: Order, report: VenueOrderStatus) -> bool:
    """Both sides count it as done, and nothing that is pending could open it again."""
    return report.cum_qty == order.cum_qty >= order.worst_terms()[0]


def _end(order: Order, report: VenueOrderStatus, at: Moment) -> Event:
    if report.ord_status is OrdStatus.CANCELED:
        return cancellation(order, report.text, at)
    if report.ord_status is OrdStatus.EXPIRED:
        return OrderExpired(at.seq, at.utc_ns, order.order_seq, report.text)
    return _rejection(order, "VENUE_REJECTED", f"text={report.text}", at)


def _rejection(order: Order, code: str, figures: str, at: Moment) -> OrderRejected:
    return OrderRejected(at.seq, at.utc_ns, order.order_seq, code, CODES[code].reason, f"{code}: {figures}")


def ended(order: Order, end: Event | None, at: Moment) -> list[Event]:
    """The end itself, if it is news, and a rejection of each request that is still pending then: it came too late."""
    events = [] if end is None else [end]
    fulfilled = end.venue_cl_ord_id if isinstance(end, OrderCanceled | OrderExpired) else None
    text = f"ORDER_ENDED: order_id={order.order_id}"
    for request in order.pending:
        if request.venue_cl_ord_id != fulfilled:
            moment = Moment(at.utc_ns, at.seq + len(events))
            events.append(request_rejection(order, request, "ORDER_ENDED", CODES["ORDER_ENDED"].reason, text, moment))
    return events
