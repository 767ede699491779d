"""What follows when a client comes and goes whose orders are canceled if it stays away (cancel on disconnect).

The facts are few: it is there, it has gone and until when it may come back, its orders have been dealt with. The moment
of cancelling is a fact too, so it stands after a restart, and the wall clock of the day on which it was stated counts.
"""

from __future__ import annotations

from oms.blotter import Blotter
from oms.causes import REASONS
from oms.commands import CancelForLeaver, EndForLeaver, MarkClientArrived, MarkClientLeft
from oms.events import CancelRequested, ClientArrived, ClientLeft, Event, OrderCanceled, OrdersOfLeaverCanceled
from oms.order_state import Base
from oms.types import Moment


def client_arrived(blotter: Blotter, command: MarkClientArrived, at: Moment) -> list[Event]:
    client = blotter.clients.get(command.session)
    if client is not None and client.is_present:
        return []
    return [ClientArrived(at.seq, at.utc_ns, command.session)]


def client_left(blotter: Blotter, command: MarkClientLeft, at: Moment) -> list[Event]:
    client = blotter.clients.get(command.session)
    if client is None or not client.is_present:
        return []
    return [ClientLeft(at.seq, at.utc_ns, command.session, command.in_good_order, command.cancel_at_ns)]


def cancel_for_leaver(blotter: Blotter, command: CancelForLeaver, at: Moment) -> list[Event]:
    """CancelRequested, named after no request of the client's."""
    order = blotter.order(command.order_seq)
    if order.ended or order.cancel_pending or (order.cum_qty >= order.order_qty and not order.replace_pending):
        return []
    at_ns, seq = at
    if order.base is Base.HELD:
        cause = command.cause
        return [OrderCanceled(seq, at_ns, order.order_seq, None, order.cl_ord_id, None, cause, REASONS.get(cause))]
    name, known_as = f"{blotter.store_id}{seq}", order.newest_venue_cl_ord_id
    return [
        CancelRequested(seq, at_ns, order.order_seq, order.session, "", order.cl_ord_id, name, known_as, command.cause)
    ]


def end_for_leaver(blotter: Blotter, command: EndForLeaver, at: Moment) -> list[Event]:
    client = blotter.clients.get(command.session)
    if client is None or client.cancel_at_ns is None:
        return []
    return [OrdersOfLeaverCanceled(at.seq, at.utc_ns, command.session, command.orders)]
