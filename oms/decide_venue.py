"""What a venue's report leads to: a fact, nothing (it says what we know), or quarantine (it fits nothing we know).

A report is compared with the order before it is believed:

    about an order that this venue did not get from us       quarantine; never dropped
    a step that `oms.order_state.TRANSITIONS` does not have  quarantine
    an execution with a known key and the same figures       nothing; other figures: quarantine, the first stands
    an answer to a request answered in the same way before   nothing; in another way: quarantine
    a fill, however late, early or large                     booked, and flagged where it is odd

Nothing is concluded from silence. A venue that disconnects takes no more orders, and that is all that is known. An
order that was never acknowledged ends only by the venue's definite word that it does not know it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms import decide_restatements
from oms.blotter import Blotter
from oms.causes import EXPIRED, REASONS
from oms.decide_executions import known_execution
from oms.decide_positions import rate_of_reference
from oms.events import (
    CancelRejected,
    CancelRequested,
    Event,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    ReferencePriceSet,
    ReplaceRejected,
    ReplaceRequested,
    RequestRetargeted,
    VenueStateChanged,
)
from oms.exact import add, in_bounds
from oms.fills_by_hand import booked_with
from oms.order import Order
from oms.order_state import TRANSITIONS, Base
from oms.quarantine import quarantine
from oms.reported_order import order_of
from oms.request import Outcome, Request
from oms.types import FillFlag, Moment, RejectReason, RestatementReason
from oms.venue_reports import (
    ReferencePriceSeen,
    VenueAccepted,
    VenueCanceled,
    VenueCancelRejected,
    VenueConnected,
    VenueDisconnected,
    VenueExpired,
    VenueFilled,
    VenuePendingCancel,
    VenuePendingReplace,
    VenueRejected,
    VenueReplaced,
    VenueRestated,
    VenueUnreadable,
)

_NO_FLAGS: Final[tuple[FillFlag, ...]] = ()


# ------------------------------------------------------------------------------------------------------------ the order


def accepted(blotter: Blotter, report: VenueAccepted, at: Moment) -> list[Event]:
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    if not order.awaits_acknowledgement:
        return []
    if order.base is Base.REJECTED:
        return [quarantine(report, "ACCEPTED_AFTER_END", order, at)]
    if order.ended:
        return []  # overtaken by the order's end
    return [OrderAccepted(at.seq, at.utc_ns, order.order_seq, report.venue_order_id)]


def rejected(blotter: Blotter, report: VenueRejected, at: Moment) -> list[Event]:
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    if report.venue_cl_ord_id in order.requests:
        return _request_rejected(blotter, order, report, at)
    if order.base is Base.REJECTED:
        return []
    if (order.base, OrderRejected) not in TRANSITIONS:
        return [quarantine(report, "ILLEGAL_TRANSITION", order, at)]
    text = f"VENUE_REJECTED: text={report.text}"
    return [OrderRejected(at.seq, at.utc_ns, order.order_seq, "VENUE_REJECTED", report.reason, text)]


def filled(blotter: Blotter, report: VenueFilled, at: Moment) -> list[Event]:
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    venue, last_qty, last_px = report.venue, report.last_qty, report.last_px
    if order.revisions:
        known = known_execution(order, venue, report.exec_id)
    else:
        known = order.executions.get((venue, report.exec_id))
    if known is not None:
        if isinstance(known, OrderFilled) and known.last_qty == last_qty and known.last_px == last_px:
            return []
        return [quarantine(report, "EXEC_ID_REUSED", order, at)]
    if not _is_positive(last_qty) or not in_bounds(last_px):
        return [quarantine(report, "BAD_NUMBER", order, at)]
    flags = _NO_FLAGS
    # a larger quantity that the venue has accepted, and not yet told us of, is no overfill
    if add(order.cum_qty, last_qty) > (order.worst_terms()[0] if order.pending else order.order_qty):
        flags = (FillFlag.OVERFILL,)
    if order.ended:
        flags = (*flags, FillFlag.AFTER_END)
    if report.side is not None and report.side is not order.side:
        flags = (*flags, FillFlag.WRONG_SIDE)
    if report.symbol and report.symbol != order.symbol:
        flags = (*flags, FillFlag.WRONG_SYMBOL)
    if order.filled_by_hand:
        if booked_with(order, last_qty, last_px, by_hand_only=True) is not None:
            return [quarantine(report, "BOOKED_BY_HAND", order, at)]
        flags = (*flags, FillFlag.BESIDE_BY_HAND)
    at_ns, seq = at
    return [
        OrderFilled(
            seq, at_ns, order.order_seq, venue, report.exec_id, last_qty, last_px, report.transact_time_ns, flags,
            report.details,
        )
    ]  # fmt: skip


def expired(blotter: Blotter, report: VenueExpired, at: Moment) -> list[Event]:
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    if order.base is Base.EXPIRED:
        return []
    if (order.base, OrderExpired) not in TRANSITIONS:
        return [quarantine(report, "ILLEGAL_TRANSITION", order, at)]
    return [OrderExpired(at.seq, at.utc_ns, order.order_seq, report.text)]


# --------------------------------------------------------------------------------------------------- cancel and replace


def canceled(blotter: Blotter, report: VenueCanceled, at: Moment) -> list[Event]:
    """The oldest pending cancel is fulfilled by it, whether the report names that request or only the order: some
    venues do not repeat the id of the request. Without one, nobody here asked for it."""
    order = order_of(blotter, report)
    if order is None and report.orig_venue_cl_ord_id is not None:
        order = blotter.order_by_venue_cl_ord_id(report.orig_venue_cl_ord_id)
        if order is not None and order.venue != report.venue:
            order = None
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    if not order.ended or order.cancel_pending:
        return [cancellation(order, report.text, at, report.reason)]
    if order.base is Base.CANCELED:
        return []
    return [quarantine(report, "ILLEGAL_TRANSITION", order, at)]


def cancellation(
    order: Order, text: str, at: Moment, reason: RestatementReason | None = None
) -> OrderCanceled | OrderExpired:
    """OrderCanceled for the oldest pending cancel, or for nobody; OrderExpired when the order's time was over."""
    at_ns, seq = at
    for request in order.pending:
        asked = request.asked
        if isinstance(asked, CancelRequested):
            if asked.cause == EXPIRED:
                return OrderExpired(seq, at_ns, order.order_seq, EXPIRED, asked.venue_cl_ord_id)
            return OrderCanceled(
                seq,
                at_ns,
                order.order_seq,
                asked.cl_ord_id,
                order.cl_ord_id,
                asked.venue_cl_ord_id,
                text,
                REASONS.get(asked.cause),
            )
    return OrderCanceled(seq, at_ns, order.order_seq, None, order.cl_ord_id, None, text, reason)


def replaced(blotter: Blotter, report: VenueReplaced, at: Moment) -> list[Event]:
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    request = order.requests.get(report.venue_cl_ord_id)
    if request is None:
        return _restatement(blotter, report, at)
    asked = request.asked
    if request.outcome is Outcome.ACCEPTED and isinstance(asked, ReplaceRequested):
        said = (report.order_qty or asked.order_qty, asked.price if report.price is None else report.price)
        if report.orig_venue_cl_ord_id is None and said != (asked.order_qty, asked.price):
            return _restatement(blotter, report, at)  # of the order under its newest name
        return []
    if request.outcome is not Outcome.PENDING or not isinstance(asked, ReplaceRequested):
        return [quarantine(report, "NO_SUCH_REQUEST", order, at)]
    order_qty = asked.order_qty if report.order_qty is None else report.order_qty
    price = asked.price if report.price is None else report.price
    if not _is_positive(order_qty) or (price is not None and not in_bounds(price)):
        return [quarantine(report, "BAD_NUMBER", order, at)]
    if asked.seq < order.accepted_seq:
        order_qty, price = order.order_qty, order.price  # a younger request's terms stand already
    at_ns, seq = at
    return [
        OrderReplaced(
            seq,
            at_ns,
            order.order_seq,
            asked.cl_ord_id,
            order.cl_ord_id,
            asked.venue_cl_ord_id,
            max(order_qty, order.cum_qty),
            price,
            report.venue_order_id,
        )
    ]


def _restatement(blotter: Blotter, report: VenueReplaced, at: Moment) -> list[Event]:
    """The venue has replaced the order of its own accord. FIX has a report of its own for that, which not all use."""
    name, order_id = report.venue_cl_ord_id, report.venue_order_id
    terms = VenueRestated(report.venue, name, report.order_qty, report.price, venue_order_id=order_id)
    return decide_restatements.restated(blotter, terms, at)


def cancel_rejected(blotter: Blotter, report: VenueCancelRejected, at: Moment) -> list[Event]:
    order = order_of(blotter, report)
    if order is None:
        return [quarantine(report, "UNKNOWN_ORDER", None, at)]
    return _request_rejected(blotter, order, report, at)


def _request_rejected(
    blotter: Blotter, order: Order, report: VenueCancelRejected | VenueRejected, at: Moment
) -> list[Event]:
    request = order.requests.get(report.venue_cl_ord_id)
    if request is None:
        return [quarantine(report, "NO_SUCH_REQUEST", order, at)]
    if request.venue_cl_ord_id != report.venue_cl_ord_id:
        return []  # it went out once more: the answer to that one counts
    if request.outcome is Outcome.ACCEPTED:
        # one that went out twice may be accepted under its first name
        return [] if request.old_venue_cl_ord_id else [quarantine(report, "NO_SUCH_REQUEST", order, at)]
    if request.outcome is Outcome.REJECTED:
        return []
    text = f"VENUE_REJECTED: text={report.text}"
    rejection = request_rejection(order, request, "VENUE_REJECTED", report.reason, text, at)
    return [rejection, *_retargeted(blotter, order, request, Moment(at.utc_ns, at.seq + 1))]


def _retargeted(blotter: Blotter, order: Order, rejected: Request, at: Moment) -> list[Event]:
    """The cancels that went out against a replace which is rejected now. What their askers want is not in doubt, and
    the venue knows no order by that name: they go out once more, against what stands or may come to stand. A replace
    that was written against it is left to the venue: it was about terms that will never be."""
    if order.ended or not rejected.is_replace:
        return []
    at_ns, seq = at
    events: list[Event] = []
    for request in order.pending:
        asked = request.asked
        if request.is_replace or asked.orig_venue_cl_ord_id != rejected.venue_cl_ord_id:
            continue
        target = order.venue_cl_ord_id
        for other in order.pending:
            if other.is_replace and other is not rejected and other.asked.seq < asked.seq:
                target = other.venue_cl_ord_id
        new = f"{blotter.store_id}{seq + len(events)}"
        events.append(RequestRetargeted(seq + len(events), at_ns, order.order_seq, asked.venue_cl_ord_id, new, target))
    return events


def request_rejection(
    order: Order, request: Request, code: str, reason: RejectReason, text: str, at: Moment
) -> CancelRejected | ReplaceRejected:
    """CancelRejected or ReplaceRejected, whichever the request was."""
    kind = ReplaceRejected if request.is_replace else CancelRejected
    return kind(
        at.seq,
        at.utc_ns,
        order.order_seq,
        request.cl_ord_id,
        order.cl_ord_id,
        request.venue_cl_ord_id,
        code,
        reason,
        text,
    )


def pending(blotter: Blotter, report: VenuePendingCancel | VenuePendingReplace, at: Moment) -> list[Event]:
    """Nothing new: the request is pending for us since it was sent."""
    return [] if order_of(blotter, report) is not None else [quarantine(report, "UNKNOWN_ORDER", None, at)]


# --------------------------------------------------------------------------------------------------- what is not orders


def unreadable(blotter: Blotter, report: VenueUnreadable, at: Moment) -> list[Event]:
    order = blotter.order_by_venue_cl_ord_id(report.venue_cl_ord_id)
    return [quarantine(report, "UNREADABLE", order, at)]


def reference_price_seen(blotter: Blotter, report: ReferencePriceSeen, at: Moment) -> list[Event]:
    """ReferencePriceSet, for an instrument that the venue lists; a price of anything else is nobody's business here."""
    instrument = blotter.instruments.get(report.symbol)
    if instrument is None or report.venue not in instrument.venues:
        return []
    if not _is_positive(report.price):
        return [quarantine(report, "BAD_NUMBER", None, at)]
    events: list[Event] = [ReferencePriceSet(at.seq, at.utc_ns, report.venue, report.symbol, report.price)]
    if report.symbol in blotter.conversion.sources:
        events += rate_of_reference(blotter, instrument, report.price, Moment(at.utc_ns, at.seq + 1))
    return events


def connected(blotter: Blotter, report: VenueConnected, at: Moment) -> list[Event]:
    if blotter.venues.get(report.venue) is True:
        return []
    return [VenueStateChanged(at.seq, at.utc_ns, report.venue, True)]


def disconnected(blotter: Blotter, report: VenueDisconnected, at: Moment) -> list[Event]:
    """The venue takes no more orders. Those that are there are left as they are: nothing is known of them."""
    if blotter.venues.get(report.venue) is False:
        return []
    return [VenueStateChanged(at.seq, at.utc_ns, report.venue, False)]


def _is_positive(number: Decimal) -> bool:
    return in_bounds(number) and number > 0
