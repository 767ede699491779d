"""Venue reports: what a venue claims. A claim is compared with what we know before it becomes a fact (an event).

`venue_cl_ord_id` is the ClOrdID under which the venue heard of the request or order it speaks of: an id of ours.
Reports are kept inside ReportQuarantined events, so they have a place in the log: fields are only added, at the end,
with a default.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from oms.fill_details import FillDetails
from oms.types import OrdStatus, OrdType, RejectReason, RestatementReason, Side, SymbolStatus, TimeInForce


class VenueReport(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    venue: str


class OrderReport(VenueReport, frozen=True, gc=False, array_like=True, tag=True):
    """A report on an order or on a request of ours."""

    venue_cl_ord_id: str


class VenueAccepted(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """The order stands at the venue."""

    venue_order_id: str = ""
    """The venue's OrderID(37)."""


class VenueRejected(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """The venue refuses the order, or (by 8, 3 or j instead of 9) a request on it."""

    text: str = ""
    reason: RejectReason = RejectReason.BROKER_OPTION


class VenueFilled(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    venue_order_id: str
    exec_id: str
    """The venue's ExecID(17): with the venue and the order it is the key of the execution."""
    last_qty: Decimal
    last_px: Decimal
    transact_time_ns: int | None = None
    cum_qty: Decimal | None = None
    """CumQty(14) as the venue counts it."""
    leaves_qty: Decimal | None = None
    symbol: str = ""
    side: Side | None = None
    """As the venue has them; '' and None when it does not say."""
    details: FillDetails | None = None


class VenueBusted(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """An execution is taken back: it did not take place."""

    venue_order_id: str
    exec_id: str
    """ExecID(17) of this report itself."""
    exec_ref_id: str
    """ExecRefID(19): the ExecID of the execution, or of the report that corrected it last."""
    text: str = ""


class VenueCorrected(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """An execution has other figures, in all: these."""

    venue_order_id: str
    exec_id: str
    exec_ref_id: str
    """As in VenueBusted."""
    last_qty: Decimal
    last_px: Decimal
    transact_time_ns: int | None = None


class VenueRestated(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """The order stands on these terms, without our having asked. None: as it is, or the venue does not say."""

    order_qty: Decimal | None = None
    price: Decimal | None = None
    cum_qty: Decimal | None = None
    reason: RestatementReason = RestatementReason.OTHER
    ord_status: OrdStatus | None = None
    text: str = ""
    venue_order_id: str = ""
    exec_id: str = ""
    """The venue's ExecID(17) of the report: told again, it must not bring back terms of the past."""


class VenueDoneForDay(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """Nothing more is done with the order today."""

    text: str = ""


class VenueSuspended(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """The order stands and cannot trade."""

    text: str = ""


class VenueReinstated(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """A suspended order, or one that was done for the day, can trade again."""

    text: str = ""


class VenueStopped(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """A price is guaranteed for a quantity. No execution."""

    last_qty: Decimal
    last_px: Decimal
    text: str = ""


class VenueTriggered(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """An order that the venue held back, such as a stop order, is in its book now."""


class VenueCanceled(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """The order has left the market: by our request `venue_cl_ord_id`, or of the venue's own accord."""

    orig_venue_cl_ord_id: str | None = None
    """The order that was canceled, when `venue_cl_ord_id` names the request."""
    text: str = ""
    reason: RestatementReason | None = None
    """Why, when it was of the venue's own accord and it says so."""


class VenueReplaced(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """Our replace request `venue_cl_ord_id` was accepted."""

    orig_venue_cl_ord_id: str | None = None
    order_qty: Decimal | None = None
    """OrderQty(38) that now stands; None when the venue does not say: then what was requested."""
    price: Decimal | None = None
    venue_order_id: str = ""


class VenueExpired(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    text: str = ""


class VenuePendingCancel(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """The venue has our cancel and thinks about it. Says nothing that we do not know."""


class VenuePendingReplace(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """The venue has our replace and thinks about it."""


class VenueCancelRejected(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """OrderCancelReject(9): our cancel or replace request `venue_cl_ord_id` was refused."""

    text: str = ""
    reason: RejectReason = RejectReason.BROKER_OPTION


class VenueOrderStatus(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """The answer to a question of ours (OrderQueried)."""

    ord_status: OrdStatus
    cum_qty: Decimal
    leaves_qty: Decimal
    venue_order_id: str = ""
    order_qty: Decimal | None = None
    avg_px: Decimal | None = None
    text: str = ""
    price: Decimal | None = None
    """Price(44) that stands; None when the venue does not say."""


class VenueUnknownOrder(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """The venue says for certain that it does not know this order. A missing answer or a failed query is not that."""

    text: str = ""
    query_id: str = ""
    """Which question it answers; '' when the venue does not repeat that."""


class VenueStranger(OrderReport, frozen=True, gc=False, array_like=True, tag=True):
    """The venue speaks of a live order, or of an execution of one, that is none of ours: these are its terms.

    `venue_cl_ord_id` is the ClOrdID(11) of whoever sent it, or stands for the venue's OrderID(37) where it has none."""

    venue_order_id: str
    symbol: str
    side: Side
    ord_type: OrdType
    order_qty: Decimal
    price: Decimal | None
    time_in_force: TimeInForce
    ord_status: OrdStatus
    cum_qty: Decimal


class VenueUnreadable(VenueReport, frozen=True, gc=False, array_like=True, tag=True):
    """A message of the venue's that its translator could not read as any of the others."""

    why: str
    raw: bytes
    venue_cl_ord_id: str = ""


class VenueSymbolStatus(VenueReport, frozen=True, gc=False, array_like=True, tag=True):
    """Whether a symbol trades at this venue."""

    symbol: str
    status: SymbolStatus
    text: str = ""


class ReferencePriceSeen(VenueReport, frozen=True, gc=False, array_like=True, tag=True):
    """The price by which orders in `symbol` are judged."""

    symbol: str
    price: Decimal


class VenueConnected(VenueReport, frozen=True, gc=False, array_like=True, tag=True):
    """Orders can be sent."""


class VenueDisconnected(VenueReport, frozen=True, gc=False, array_like=True, tag=True):
    """Orders cannot be sent. Nothing is said about those that are there."""


AnyVenueReport = (
    VenueAccepted
    | VenueRejected
    | VenueFilled
    | VenueBusted
    | VenueCorrected
    | VenueRestated
    | VenueDoneForDay
    | VenueSuspended
    | VenueReinstated
    | VenueStopped
    | VenueTriggered
    | VenueCanceled
    | VenueReplaced
    | VenueExpired
    | VenuePendingCancel
    | VenuePendingReplace
    | VenueCancelRejected
    | VenueOrderStatus
    | VenueUnknownOrder
    | VenueStranger
    | VenueUnreadable
    | VenueSymbolStatus
    | ReferencePriceSeen
    | VenueConnected
    | VenueDisconnected
)
