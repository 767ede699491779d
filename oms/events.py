"""Events: facts, in the past tense. Only they change state, and they are all that is logged of orders.

Every event begins with `seq`, its number in the log, and `at_ns`, the UTC time of the decision in ns. `order_seq` names
an order by the `seq` of its OrderReceived. *Refused* is our own word, *Rejected* the venue's. `text` is what a client
reads in Text(58). `code` is a key of `oms.refusals.CODES`.

The classes' names, and the fields' order, are the log's format: `oms.codec` says what a change of them takes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from oms.instruments import Instrument
from oms.limits import Limits, Rate
from oms.types import FillFlag, OrdType, RejectReason, Side, TimeInForce, TradingState
from oms.venue_reports import AnyVenueReport


class Event(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    seq: int
    at_ns: int


class OrderEvent(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A fact of the life of one order."""

    order_seq: int


# ---------------------------------------------------------------------------------------------- what surrounds orders


class LogOpened(Event, frozen=True, gc=False, array_like=True, tag=True):
    """The first event of a log."""

    store_id: str


class InstrumentDefined(Event, frozen=True, gc=False, array_like=True, tag=True):
    instrument: Instrument


class LimitsSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    limits: Limits
    operator: str
    reason: str


class SessionRatesSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    """What `session` may send, in place of the rates that the limits give everybody; None for those."""

    session: str
    messages: Rate | None
    cancels: Rate | None


class TradingStateChanged(Event, frozen=True, gc=False, array_like=True, tag=True):
    state: TradingState
    operator: str
    reason: str


class VenueStateChanged(Event, frozen=True, gc=False, array_like=True, tag=True):
    venue: str
    connected: bool


class ReferencePriceSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    venue: str
    symbol: str
    price: Decimal


# ------------------------------------------------------------------------------- clients whose orders are canceled when
# they leave (cancel on disconnect); of others nothing is recorded


class ClientArrived(Event, frozen=True, gc=False, array_like=True, tag=True):
    """The session has logged on. Nothing more is canceled because it was away."""

    session: str


class ClientLeft(Event, frozen=True, gc=False, array_like=True, tag=True):
    """The session is over: `in_good_order` by a Logout that was answered, else lost. At `cancel_at_ns` (UTC) its open
    orders are canceled, unless it is back; None when they stay."""

    session: str
    in_good_order: bool
    cancel_at_ns: int | None


class OrdersOfLeaverCanceled(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A cancel of each order of the session that was to be canceled has been asked for: `orders` of them."""

    session: str
    orders: int


# ----------------------------------------------------------------------------------------------------------- new orders


class OrderReceived(Event, frozen=True, gc=False, array_like=True, tag=True):
    """An order exists; its `order_seq` is the `seq` of this event. OrderRouted or OrderRefused follows at once."""

    session: str
    account: str
    cl_ord_id: str
    symbol: str
    side: Side
    ord_type: OrdType
    order_qty: Decimal
    price: Decimal | None
    time_in_force: TimeInForce
    transact_time_ns: int | None


class OrderRefused(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """We let the order not through. Of several refusals the first is told, the others are in `also` (as texts)."""

    code: str
    reason: RejectReason
    text: str
    also: tuple[str, ...] = ()


class DuplicateRefused(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A new order under a ClOrdID that its session has used before; no order came of it. `order_seq` is the order that
    the ClOrdID belongs to, None when it was spent on a request that never had an order."""

    session: str
    cl_ord_id: str
    order_seq: int | None
    code: str
    reason: RejectReason
    text: str


class PossResendRecognized(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A new order with PossResend(97)=Y that we have already: it is answered by the status of `order_seq`."""

    session: str
    cl_ord_id: str
    order_seq: int


class OrderRouted(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The order goes to `venue`, under `venue_cl_ord_id`. From here on only the venue knows what becomes of it."""

    venue: str
    venue_cl_ord_id: str


class OrderAccepted(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    venue_order_id: str


class OrderRejected(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The venue did not take the order, or does not know it for certain (code VENUE_NOT_FOUND)."""

    code: str
    reason: RejectReason
    text: str


class OrderFilled(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """(venue, exec_id) is the key of the execution within the order; exec_id is the venue's."""

    venue: str
    exec_id: str
    last_qty: Decimal
    last_px: Decimal
    transact_time_ns: int | None = None
    flags: tuple[FillFlag, ...] = ()


class OrderExpired(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    text: str = ""


# ----------------------------------------------------------------------------------------------- cancels and replaces
#
# In the answers to a request `orig_cl_ord_id` is the ClOrdID that was the last *accepted* one when the answer was
# decided: OrigClOrdID(41) of the report. In the requests it is what the client wrote.


class CancelRequested(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The request goes to the venue under `venue_cl_ord_id`, naming there `orig_venue_cl_ord_id`."""

    session: str
    cl_ord_id: str
    orig_cl_ord_id: str
    venue_cl_ord_id: str
    orig_venue_cl_ord_id: str
    cause: str = ""
    """Why it was asked for without the client; its `cl_ord_id` is then empty. Since schema 2."""


class CancelRefused(Event, frozen=True, gc=False, array_like=True, tag=True):
    """We did not pass the cancel on. `order_seq` is None when the client has no such order."""

    session: str
    cl_ord_id: str
    orig_cl_ord_id: str
    order_seq: int | None
    code: str
    reason: RejectReason
    text: str


class CancelRejected(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The venue refused our cancel, or the order ended otherwise before it."""

    cl_ord_id: str
    orig_cl_ord_id: str
    venue_cl_ord_id: str
    code: str
    reason: RejectReason
    text: str


class OrderCanceled(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """`cl_ord_id` and `venue_cl_ord_id` are those of the cancel that this fulfils; None when nobody here asked."""

    cl_ord_id: str | None
    orig_cl_ord_id: str
    venue_cl_ord_id: str | None
    text: str = ""


class ReplaceRequested(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The request goes to the venue under `venue_cl_ord_id`, naming there `orig_venue_cl_ord_id`."""

    session: str
    cl_ord_id: str
    orig_cl_ord_id: str
    venue_cl_ord_id: str
    orig_venue_cl_ord_id: str
    ord_type: OrdType
    order_qty: Decimal
    price: Decimal | None
    time_in_force: TimeInForce


class ReplaceRefused(Event, frozen=True, gc=False, array_like=True, tag=True):
    """We did not pass the replace on. `order_seq` is None when the client has no such order."""

    session: str
    cl_ord_id: str
    orig_cl_ord_id: str
    order_seq: int | None
    code: str
    reason: RejectReason
    text: str
    also: tuple[str, ...] = ()


class ReplaceRejected(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The venue refused our replace, or the order ended before it."""

    cl_ord_id: str
    orig_cl_ord_id: str
    venue_cl_ord_id: str
    code: str
    reason: RejectReason
    text: str


class OrderReplaced(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The request was accepted. `order_qty` and `price` are what stands now; `order_qty` is never below CumQty(14)."""

    cl_ord_id: str
    orig_cl_ord_id: str
    venue_cl_ord_id: str
    order_qty: Decimal
    price: Decimal | None
    venue_order_id: str = ""


# ---------------------------------------------------------------------------------------------- questions and oddities


class RequestCounted(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A status request; `code` is '' when it may be answered, else why not."""

    session: str
    cl_ord_id: str
    code: str = ""
    text: str = ""


class OrderQueried(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """We ask `venue` about the order it knows as `venue_cl_ord_id`; `query_id` names the question."""

    venue: str
    venue_cl_ord_id: str
    query_id: str


class ReportQuarantined(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A report that fits nothing we know: kept whole, told to operators, changes no order. `why` is a key of
    `oms.quarantine.REASONS`."""

    venue: str
    why: str
    order_seq: int | None
    report: AnyVenueReport


EVENT_TYPES: Final[tuple[type[Event], ...]] = (
    LogOpened,
    InstrumentDefined,
    LimitsSet,
    SessionRatesSet,
    TradingStateChanged,
    ClientArrived,
    ClientLeft,
    OrdersOfLeaverCanceled,
    VenueStateChanged,
    ReferencePriceSet,
    OrderReceived,
    OrderRefused,
    DuplicateRefused,
    PossResendRecognized,
    OrderRouted,
    OrderAccepted,
    OrderRejected,
    OrderFilled,
    OrderExpired,
    CancelRequested,
    CancelRefused,
    CancelRejected,
    OrderCanceled,
    ReplaceRequested,
    ReplaceRefused,
    ReplaceRejected,
    OrderReplaced,
    RequestCounted,
    OrderQueried,
    ReportQuarantined,
)
"""Every event there is."""
