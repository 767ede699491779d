"""What follows when a venue says something of an order that lives on, and that nobody here asked for: other terms, done
for the day, suspended, stopped, triggered.

Any of it says that the venue has the order, so an order that awaits its acknowledgement has it now. Of an order that is
filled or has ended these words say nothing; other terms for one that has ended are a contradiction.
"""

from __future__ import annotations

from decimal import Decimal

from oms.blotter import Blotter
from oms.events import (
    Event,
    OrderDoneForDay,
    OrderReinstated,
    OrderRestated,
    OrderStopped,
    OrderSuspended,
    OrderTriggered,
)
from oms.exact import in_bounds
from oms.order import Order
from oms.quarantine import quarantine
from oms.reported_order import acknowledgement, behind, order_of
from oms.types import Moment, OrdStatus, RestatementReason
from oms.venue_reports import (
    VenueDoneForDay,
    VenueReinstated,
    VenueRestated,
    VenueStopped,
    VenueSuspended,
    VenueTriggered,
)

_Mark = VenueDoneForDay | VenueSuspended | VenueStopped


def restated(blotter: Blotter, report: VenueRestated, at: Moment) -> list[Event]:
    """OrderRestated, if these are other terms than those that stand, or the venue renews the order for a day on which
    that was not done.

    CumQty(14) follows the venue only in a corporate action, for then it is not a sum of executions any more. For any
    other reason a CumQty that is not ours is told to an operator."""
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    if report.exec_id and report.exec_id in order.restatements:
        return []
    order_qty = order.order_qty if report.order_qty is None else report.order_qty
    price = order.price if report.price is None else report.price
    is_split = report.reason is RestatementReason.GT_CORPORATE_ACTION and report.cum_qty is not None
    cum_qty = report.cum_qty if is_split and report.cum_qty != order.cum_qty else None
    if not _is_positive(order_qty) or not _may_be(price) or not _may_be(cum_qty) or (cum_qty or 0) < 0:
        return [quarantine(report, "BAD_NUMBER", order, at)]
    order_qty = max(order_qty, order.cum_qty if cum_qty is None else cum_qty)
    is_new = (order_qty, price) != (order.order_qty, order.price) or cum_qty is not None
    if order.ended:
        return [quarantine(report, "ILLEGAL_TRANSITION", order, at)] if is_new else []
    is_new = is_new or (report.reason is RestatementReason.GT_RENEWAL and not order.is_renewed)
    events: list[Event] = [*acknowledgement(order, report.venue_order_id, at)]
    if is_new:
        at_ns, seq = behind(at, len(events))
        events.append(
            OrderRestated(
                seq, at_ns, order.order_seq, report.reason, order_qty, price, cum_qty, report.text, "", report.exec_id
            )
        )
    if report.ord_status not in (None, OrdStatus.SUSPENDED) and OrdStatus.SUSPENDED in order.marks:
        at_ns, seq = behind(at, len(events))
        events.append(OrderReinstated(seq, at_ns, order.order_seq, report.text))
    if not is_split and report.cum_qty not in (None, order.cum_qty):
        events.append(quarantine(report, "CUM_QTY_DIFFERS", order, behind(at, len(events))))
    return events


def done_for_day(blotter: Blotter, report: VenueDoneForDay, at: Moment) -> list[Event]:
    order, said = _marked(blotter, report, OrdStatus.DONE_FOR_DAY, at)
    if order is not None:
        at_ns, seq = behind(at, len(said))
        said.append(OrderDoneForDay(seq, at_ns, order.order_seq, report.text))
    return said


def suspended(blotter: Blotter, report: VenueSuspended, at: Moment) -> list[Event]:
    order, said = _marked(blotter, report, OrdStatus.SUSPENDED, at)
    if order is not None:
        at_ns, seq = behind(at, len(said))
        said.append(OrderSuspended(seq, at_ns, order.order_seq, report.text))
    return said


def stopped(blotter: Blotter, report: VenueStopped, at: Moment) -> list[Event]:
    """Of several guarantees the first is told."""
    order, said = _marked(blotter, report, OrdStatus.STOPPED, at)
    if order is not None:
        if not _is_positive(report.last_qty) or not in_bounds(report.last_px):
            return [quarantine(report, "BAD_NUMBER", order, at)]
        at_ns, seq = behind(at, len(said))
        said.append(OrderStopped(seq, at_ns, order.order_seq, report.last_qty, report.last_px, report.text))
    return said


def reinstated(blotter: Blotter, report: VenueReinstated, at: Moment) -> list[Event]:
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    if order.ended or not order.marks & {OrdStatus.SUSPENDED, OrdStatus.DONE_FOR_DAY}:
        return []
    return [OrderReinstated(at.seq, at.utc_ns, order.order_seq, report.text)]


def triggered(blotter: Blotter, report: VenueTriggered, at: Moment) -> list[Event]:
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    if order.triggered or order.ended or order.cum_qty >= order.order_qty:
        return []
    events: list[Event] = [*acknowledgement(order, "", at)]
    at_ns, seq = behind(at, len(events))
    return [*events, OrderTriggered(seq, at_ns, order.order_seq)]


def mark_told(order: Order, ord_status: OrdStatus, text: str, at: Moment) -> list[Event]:
    """What an OrdStatus(39) in the answer to a question says of the order that we did not know. That it is not marked
    any more is not concluded from an answer: it may have crossed the mark."""
    if order.ended or order.cum_qty >= order.order_qty or ord_status in order.marks:
        return []
    if ord_status is OrdStatus.DONE_FOR_DAY:
        return [OrderDoneForDay(at.seq, at.utc_ns, order.order_seq, text)]
    if ord_status is OrdStatus.SUSPENDED:
        return [OrderSuspended(at.seq, at.utc_ns, order.order_seq, text)]
    return []


def _marked(blotter: Blotter, report: _Mark, mark: OrdStatus, at: Moment) -> tuple[Order | None, list[Event]]:
    """The order, if the mark is new to it, and what else the report says."""
    order = order_of(blotter, report)
    if order is None:
        return None, [quarantine(report, "UNKNOWN_ORDER", None, at)]
    if order.ended or order.cum_qty >= order.order_qty:
        return None, []
    said: list[Event] = [*acknowledgement(order, "", at)]
    return (None if mark in order.marks else order), said


def _is_positive(number: Decimal) -> bool:
    return in_bounds(number) and number > 0


def _may_be(number: Decimal | None) -> bool:
    return number is None or in_bounds(number)
