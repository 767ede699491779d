"""What follows when a venue takes an execution back (a bust) or puts its figures right (a correction).

Both name an execution by an ExecID(17) of the venue's: that of the fill, or that of the report that corrected it last;
some venues do the one, some the other, and both are understood (FIX 4.4 Volume 4, Appendix D, J.1.a). They count on an
order that has ended too (J.1.b). A report with an ExecID that we know says nothing if it says the same, and is
quarantined if it does not: money is never moved on a contradiction.
"""

from __future__ import annotations

from oms.blotter import Blotter
from oms.events import Event, ExecutionBusted, ExecutionCorrected, OrderFilled
from oms.exact import add, in_bounds, subtract
from oms.order import Execution, Order
from oms.quarantine import quarantine
from oms.reported_order import order_of
from oms.types import FillFlag, Moment
from oms.venue_reports import VenueBusted, VenueCorrected


def known_execution(order: Order, venue: str, exec_id: str) -> Execution | None:
    """What the venue told under this ExecID: a fill, a correction or a bust, with the figures that it gave then."""
    if order.revisions:
        known = order.revisions.get((venue, exec_id))
        if known is not None:
            return known
    return order.executions.get((venue, exec_id))


def execution_named(order: Order, venue: str, exec_id: str) -> tuple[str, Execution] | None:
    """The ExecID under which an execution was first booked, and what was last said of it; `exec_id` is that one, or
    that of a correction of it."""
    known = known_execution(order, venue, exec_id)
    if known is None:
        return None
    trade_id = known.exec_id if isinstance(known, OrderFilled) else known.trade_id
    return trade_id, order.executions[venue, trade_id]


def busted(blotter: Blotter, report: VenueBusted, at: Moment) -> list[Event]:
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    named = execution_named(order, report.venue, report.exec_ref_id)
    known = known_execution(order, report.venue, report.exec_id)
    if known is not None:
        same = isinstance(known, ExecutionBusted) and named is not None and known.trade_id == named[0]
        return [] if same else [quarantine(report, "EXEC_ID_REUSED", order, at)]
    if why := _not_revisable(order, named):
        return [quarantine(report, why, order, at)]
    assert named is not None
    trade_id, last = named
    at_ns, seq = at
    return [
        ExecutionBusted(
            seq, at_ns, order.order_seq, report.venue, report.exec_id, trade_id, last.seq, report.text
        )
    ]  # fmt: skip


def corrected(blotter: Blotter, report: VenueCorrected, at: Moment) -> list[Event]:
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    named = execution_named(order, report.venue, report.exec_ref_id)
    known = known_execution(order, report.venue, report.exec_id)
    if known is not None:
        same = (
            isinstance(known, ExecutionCorrected)
            and named is not None
            and (known.trade_id, known.last_qty, known.last_px) == (named[0], report.last_qty, report.last_px)
        )
        return [] if same else [quarantine(report, "EXEC_ID_REUSED", order, at)]
    if why := _not_revisable(order, named):
        return [quarantine(report, why, order, at)]
    last_qty, last_px = report.last_qty, report.last_px
    if not in_bounds(last_qty) or last_qty <= 0 or not in_bounds(last_px):
        return [quarantine(report, "BAD_NUMBER", order, at)]
    assert named is not None
    trade_id, last = named
    assert not isinstance(last, ExecutionBusted)
    cum_qty = add(subtract(order.cum_qty, last.last_qty), last_qty)
    flags = (FillFlag.OVERFILL,) if cum_qty > order.worst_terms()[0] else ()
    at_ns, seq = at
    return [
        ExecutionCorrected(
            seq, at_ns, order.order_seq, report.venue, report.exec_id, trade_id, last.seq,
            last_qty, last_px, report.transact_time_ns, flags,
        )
    ]  # fmt: skip


def _not_revisable(order: Order, named: tuple[str, Execution] | None) -> str:
    """Why an execution cannot be taken back or put right: a key of `oms.quarantine.REASONS`; '' when it can."""
    if named is None or isinstance(named[1], ExecutionBusted):
        return "NO_SUCH_EXECUTION"
    return "EXECUTION_RESTATED" if named[1].seq < order.carried_seq else ""
