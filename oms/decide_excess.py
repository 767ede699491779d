"""What follows when an execution has brought a slice above a limit: the fact itself, with its cause, and at once what
the monitor would say of the slice at its next look.

No gate can stop a venue from executing dearer than was reserved, or more. So it is not prevented but told, and from
this moment on nothing passes that makes it worse."""

from __future__ import annotations

from collections.abc import Iterator

from oms.blotter import Blotter
from oms.decide_monitor import look_at_slices
from oms.events import Event, LimitExceeded
from oms.limit_levels import Level
from oms.limit_use import key_of, slice_name, values_of
from oms.monitor_commands import LookAtExecution, LookAtSlices
from oms.order import Order
from oms.slice_flow import Slice
from oms.slice_use import Use, uses_of
from oms.types import Moment


def is_exceeded(blotter: Blotter, order: Order) -> bool:
    """A limit of what is held or open, in one of the slices of this order, is exceeded, and nobody was told yet."""
    return any(True for _ in _untold(blotter, order))


def look_at_execution(blotter: Blotter, command: LookAtExecution, at: Moment) -> list[Event]:
    """LimitExceeded for each bound, and what the monitor says of their slices; nothing when it was told before."""
    order = blotter.order(command.order_seq)
    events: list[Event] = []
    slices: dict[Slice, None] = {}
    for which, use in _untold(blotter, order):
        of = (order.order_seq, command.exec_id, *which, slice_name(which))
        events.append(LimitExceeded(at.seq + len(events), at.utc_ns, *of, use.kind, use.used, use.limit))
        slices[which] = None
    if slices:
        look = LookAtSlices("exposure", tuple(slices), command.thresholds)
        events += look_at_slices(blotter, look, Moment(at.utc_ns, at.seq + len(events)))
    return events


def _untold(blotter: Blotter, order: Order) -> Iterator[tuple[Slice, Use]]:
    levels = blotter.monitor.levels
    for which in _slices(blotter, order):
        for use in uses_of(blotter, which[0], key_of(which)):
            if use.used > use.limit and levels.get((*which, use.kind)) not in (Level.BREACHED, Level.RELEASED):
                yield which, use


def _slices(blotter: Blotter, order: Order) -> list[Slice]:
    ledger, owner = blotter.exposures, order
    if order.parent_seq is not None:
        owner = blotter.orders.get(order.parent_seq, order)
    account, symbol, session, trader = order.account, order.symbol, owner.session, owner.trader
    is_part = owner is not order and not order.special.leg_ref_id
    slots = [] if is_part else ledger.slots((account, symbol, session, trader, ""))
    if ledger.is_by_venue and order.venue:
        slots = [*slots, *ledger.slots((account, symbol, session, trader, order.venue))]
    return [(slot.book.table.name, values_of(slot.key)) for slot in slots]
