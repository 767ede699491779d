"""What the venue's answer to a question of ours (OrderQueried) leads to: what is open is settled, as far as it is
definite.

An order or request stays open until there is evidence: a missing answer, a failed query, or a venue that is still
thinking are none. An execution that the venue counts and we have not seen is not invented either: it is missed, and an
operator is told.
"""

from __future__ import annotations

from typing import Final

from oms.blotter import Blotter
from oms.decide_venue import cancellation, order_of, request_rejection
from oms.events import Event, OrderAccepted, OrderCanceled, OrderExpired, OrderRejected
from oms.order import Order
from oms.order_state import Base
from oms.quarantine import quarantine
from oms.refusals import CODES
from oms.types import Moment, OrdStatus
from oms.venue_reports import VenueOrderStatus, VenueUnknownOrder

_ENDS: Final = frozenset({OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED})


def order_status(blotter: Blotter, report: VenueOrderStatus, at: Moment) -> list[Event]:
    """The order as the venue sees it."""
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    status = report.ord_status
    events: list[Event] = []
    if status in _ENDS:
        events = _ended(order, None if order.ended else _end(order, report, at), at)
    elif order.ended:
        if status is not OrdStatus.FILLED:
            events = [quarantine(report, "STATUS_DIFFERS", order, at)]
    elif not order.acknowledged and status is not OrdStatus.PENDING_NEW:
        events = [OrderAccepted(at.seq, at.utc_ns, order.order_seq, report.venue_order_id)]
    if report.cum_qty != order.cum_qty:
        events.append(quarantine(report, "CUM_QTY_DIFFERS", order, Moment(at.utc_ns, at.seq + len(events))))
    return events


def unknown_order(blotter: Blotter, report: VenueUnknownOrder, at: Moment) -> list[Event]:
    """An order that was never acknowledged did not arrive. One that has finished may have been forgotten. Any other is
    an alarm, and changes nothing."""
    order = order_of(blotter, report)
    if order is None or report.venue_cl_ord_id != order.venue_cl_ord_id:
        return [quarantine(report, "UNKNOWN_ORDER", order, at)]
    if order.base is Base.ROUTED:
        figures = f"venue={order.venue} venue_cl_ord_id={order.venue_cl_ord_id}"
        return _ended(order, _rejection(order, "VENUE_NOT_FOUND", figures, at), at)
    if order.ended or order.cum_qty >= order.order_qty:
        return _ended(order, None, at)
    return [quarantine(report, "UNKNOWN_AT_VENUE", order, at)]


def _end(order: Order, report: VenueOrderStatus, at: Moment) -> Event:
    if report.ord_status is OrdStatus.CANCELED:
        return cancellation(order, report.text, at)
    if report.ord_status is OrdStatus.EXPIRED:
        return OrderExpired(at.seq, at.utc_ns, order.order_seq, report.text)
    return _rejection(order, "VENUE_REJECTED", f"text={report.text}", at)


def _rejection(order: Order, code: str, figures: str, at: Moment) -> OrderRejected:
    return OrderRejected(at.seq, at.utc_ns, order.order_seq, code, CODES[code].reason, f"{code}: {figures}")


def _ended(order: Order, end: Event | None, at: Moment) -> list[Event]:
    """The end itself, if it is news, and a rejection of each request that is still pending then: it came too late."""
    events = [] if end is None else [end]
    fulfilled = end.venue_cl_ord_id if isinstance(end, OrderCanceled) else None
    text = f"ORDER_ENDED: order_id={order.order_id}"
    for request in order.pending:
        if request.venue_cl_ord_id != fulfilled:
            moment = Moment(at.utc_ns, at.seq + len(events))
            events.append(request_rejection(order, request, "ORDER_ENDED", CODES["ORDER_ENDED"].reason, text, moment))
    return events
