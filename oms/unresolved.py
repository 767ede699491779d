"""Orders and requests that the venue has not answered: what is done, and what counts as an answer.

What becomes of a command to a venue has four outcomes, and no fifth:

    confirmed            the venue says yes: accepted, canceled, replaced
    refused for certain  the venue says no, in words that it says no with: a reject of the order or request, a
                         Reject(3) or BusinessMessageReject(j) that names it, a definite "not found" (below)
    denied by us         a gate, or the order's own state: nothing went out
    unresolved           everything else: no answer, a line that broke, a question that was refused, an answer that
                         nobody can read

Unresolved is a state and not an error. Whoever takes silence for a no, and lets the client send again, has two orders
in the market on the day on which the first had arrived. So nothing is concluded from time. The client reads what is
true: Pending New, Pending Replace, Pending Cancel (39=A, E, 6), and as answer to its OrderStatusRequest(H) the same
with VENUE_STATE_UNKNOWN in Text(58). The order counts as exposure with the worst of its terms (`Order.worst_terms`).

When `answer_timeout_s` of a venue is over, a person is told (`order_unresolved` in the log, again in growing intervals)
and the venue is asked (OrderQueried), again in growing intervals, for as long as it is connected. Three things end it:

    the venue's word      any report on the order or request, however late. A status settles what it says plainly: an
                          order that is there is accepted, one that has ended there has ended. A replace that is pending
                          is accepted if the venue calls the order by the name of that replace, on its terms
    a definite not found  ends an order that this venue never acknowledged: it did not arrive. It is definite when the
                          question was asked later than the venue's `quiet_time_s` after the order was sent, or after
                          the line to the venue came up: before that an order may be on its way inside the venue, where
                          the questioner cannot see it yet. Of a request it says nothing; of an order that was
                          acknowledged it is an alarm. While a replace is pending the venue may know the order by a name
                          that we did not ask for, so then it says nothing either
    a named person        `oms.decide_resolution`

A FIX venue answers a question behind everything that came before it, so an order that it has not found will not turn up
later from what it asks to be sent again.

Nothing is sent a second time. An order that the venue has for certain not got ends; the client may send another.
"""

from __future__ import annotations

from typing import Final

from oms.blotter import Blotter
from oms.commands import AskVenue
from oms.events import Event, OrderQueried
from oms.order import Order
from oms.types import Moment
from oms.venue_reports import VenueUnknownOrder

VENUE_STATE_UNKNOWN: Final = "VENUE_STATE_UNKNOWN"
"""In Text(58) of the answer to an OrderStatusRequest(H): the venue has not said what became of the last request."""


def ask_venue(blotter: Blotter, command: AskVenue, at: Moment) -> list[Event]:
    """An OrderQueried for each name under which the venue may know the order, the last accepted one last. No event when
    the venue owes no answer."""
    order = blotter.open_orders.get(command.order_seq)
    if order is None or not order.unresolved or not order.venue:
        return []
    at_ns, seq = at
    names = [request.venue_cl_ord_id for request in reversed(order.pending) if request.is_replace]
    return [
        OrderQueried(
            seq + place,
            at_ns,
            order.order_seq,
            order.venue,
            name,
            f"{blotter.store_id}{seq + place}",
            command.is_after_quiet_time,
        )
        for place, name in enumerate((*names, order.venue_cl_ord_id))
    ]


def is_definite(order: Order, report: VenueUnknownOrder) -> bool:
    """Whether a "not found" is evidence that the order did not arrive."""
    asked = order.queried
    return (
        asked is not None
        and asked.definite
        and report.query_id in ("", asked.query_id)
        and report.venue_cl_ord_id == order.venue_cl_ord_id
        and not order.replace_pending
    )
