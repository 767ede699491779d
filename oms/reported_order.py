"""Which order a venue's report speaks of, and what any word on a living order says besides: that the venue has it."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.events import OrderAccepted
from oms.order import Order
from oms.types import Moment
from oms.venue_reports import OrderReport


def order_of(blotter: Blotter, report: OrderReport) -> Order | None:
    """The order that the report speaks of, provided that it is at the venue that speaks."""
    order = blotter.order_by_venue_cl_ord_id(report.venue_cl_ord_id)
    if order is None:
        return blotter.external_order(report.venue, report.venue_cl_ord_id)
    return order if order.venue == report.venue else None


def acknowledgement(order: Order, venue_order_id: str, at: Moment) -> list[OrderAccepted]:
    """OrderAccepted, when this is the first word on the order."""
    if not order.awaits_acknowledgement or order.ended:
        return []
    return [OrderAccepted(at.seq, at.utc_ns, order.order_seq, venue_order_id)]


def behind(at: Moment, events: int) -> Moment:
    """The moment of the event that follows on that many of the same decision."""
    return Moment(at.utc_ns, at.seq + events)
