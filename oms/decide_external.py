"""Orders that stand at a venue and are none that we sent: sent by hand there, or by another system, under our account.

The venue tells us of them because they trade for us. Such an order becomes an order here, without a client, and what is
told of it is booked on it as on any other. It counts, it is shown to operators, it may be resolved, corrected, canceled
by a person. It is never canceled by itself: whoever sent it had a reason.

Only what is live, or has traded, is adopted; of an order that ended without a trade before we heard of it there is
nothing to book. Two names find an adopted order again, also after a restart: its ClOrdID(11) at that venue and its
OrderID(37). So it is adopted once, however often it is seen.

What it executed before we first heard of it is not invented: CumQty(14) differs, and a person is told. An account may
be given to it (`claim`), a session may not: its client, if it has one, did not send it by us, and would read reports on
a ClOrdID(11) that it never used.
"""

from __future__ import annotations

from typing import Final

from oms.blotter import Blotter, by_order_id
from oms.events import Event, OrderAdopted
from oms.exact import in_bounds
from oms.quarantine import quarantine
from oms.types import Moment, OrdStatus, OrdType
from oms.venue_reports import VenueStranger

_ENDED: Final = frozenset({OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED})


def stranger(blotter: Blotter, report: VenueStranger, at: Moment) -> list[Event]:
    """OrderAdopted; nothing when it is known or there is nothing to book; quarantine when its terms are none."""
    venue = report.venue
    if blotter.order_by_venue_cl_ord_id(report.venue_cl_ord_id) is not None:
        return []
    for name in (report.venue_cl_ord_id, by_order_id(report.venue_order_id)):
        if blotter.external_order(venue, name) is not None:
            return []
    if report.ord_status in _ENDED:
        return []
    price, order_qty = report.price, report.order_qty
    if not in_bounds(order_qty) or order_qty <= 0 or (price is not None and not in_bounds(price)):
        return [quarantine(report, "BAD_NUMBER", None, at)]
    if price is None and report.ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT):
        return [quarantine(report, "UNSUPPORTED", None, at)]
    return [
        OrderAdopted(
            at.seq,
            at.utc_ns,
            venue,
            report.venue_cl_ord_id,
            report.venue_order_id,
            report.symbol,
            report.side,
            report.ord_type,
            order_qty,
            price,
            report.time_in_force,
        )
    ]
