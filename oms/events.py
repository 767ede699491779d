"""Events: facts, in the past tense. Only they change state, and they are all that is logged of orders.

Every event begins with `seq`, its number in the log, and `at_ns`, the UTC time of the decision in ns. `order_seq` names
an order by the `seq` of its OrderReceived. *Refused* is our own word, *Rejected* the venue's. `text` is what a client
reads in Text(58). `code` is a key of `oms.refusals.CODES`.

The classes' names, and the fields' order, are the log's format: `oms.codec` says what a change of them takes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.copy_events import CopyTermsSet as CopyTermsSet
from oms.copy_events import ReportingSet as ReportingSet
from oms.event import Event as Event
from oms.event import OrderEvent as OrderEvent
from oms.fill_details import FillDetails
from oms.group_events import ListCancelRequested as ListCancelRequested
from oms.group_events import ListExecuted as ListExecuted
from oms.group_events import ListFinished as ListFinished
from oms.group_events import ListReceived as ListReceived
from oms.group_events import ListRefused as ListRefused
from oms.group_events import ListRequestRefused as ListRequestRefused
from oms.group_events import MassCancelRefused as MassCancelRefused
from oms.group_events import MassCancelRequested as MassCancelRequested
from oms.group_events import PartRefused as PartRefused
from oms.group_events import TradeDisputed as TradeDisputed
from oms.instruments import Instrument
from oms.kill_switch_events import KillSwitchEngaged as KillSwitchEngaged
from oms.kill_switch_events import KillSwitchReleased as KillSwitchReleased
from oms.limit_events import LimitExceeded as LimitExceeded
from oms.limit_events import LimitRowChanged as LimitRowChanged
from oms.limits import Limits
from oms.market_events import ClosingPhaseBegan as ClosingPhaseBegan
from oms.market_events import ReferencePriceSet as ReferencePriceSet
from oms.market_events import SymbolStatusChanged as SymbolStatusChanged
from oms.market_events import TradingDayBegan as TradingDayBegan
from oms.market_events import TradingStateChanged as TradingStateChanged
from oms.market_events import VenueCapabilitiesSet as VenueCapabilitiesSet
from oms.market_events import VenueStateChanged as VenueStateChanged
from oms.monitor_events import AlertingSet as AlertingSet
from oms.monitor_events import AlertsDelivered as AlertsDelivered
from oms.monitor_events import LimitBreached as LimitBreached
from oms.monitor_events import LimitCleared as LimitCleared
from oms.monitor_events import LimitWarned as LimitWarned
from oms.monitor_events import ResultMarked as ResultMarked
from oms.monitor_events import SourceIsFresh as SourceIsFresh
from oms.monitor_events import SourceWentStale as SourceWentStale
from oms.override_events import OverrideGranted as OverrideGranted
from oms.override_events import OverrideLapsed as OverrideLapsed
from oms.override_events import OverrideUsed as OverrideUsed
from oms.permission_events import BlackoutSet as BlackoutSet
from oms.permission_events import EntitlementSet as EntitlementSet
from oms.permission_events import RestrictionChanged as RestrictionChanged
from oms.permission_events import SessionRatesSet as SessionRatesSet
from oms.permission_events import SliceResumed as SliceResumed
from oms.permission_events import SliceStopped as SliceStopped
from oms.permission_events import TradingHoursSet as TradingHoursSet
from oms.position_events import ConversionRateSet as ConversionRateSet
from oms.position_events import StartOfDayPositionSet as StartOfDayPositionSet
from oms.presence_events import ClientArrived as ClientArrived
from oms.presence_events import ClientLeft as ClientLeft
from oms.presence_events import OrdersOfLeaverCanceled as OrdersOfLeaverCanceled
from oms.special_terms import SpecialTerms
from oms.types import (
    FillFlag,
    HoldReason,
    OrdType,
    RejectReason,
    RestatementReason,
    Side,
    TimeInForce,
    WorkReason,
)
from oms.venue_reports import AnyVenueReport

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
    special: SpecialTerms | None = None
    """Since schema 3, as `parent_seq`."""
    parent_seq: int | None = None
    """The order that this one works a part of; it then has no session and no ClOrdID: its owner is the parent."""
    operator: str = ""
    """Who entered it for the client: a telephoned order, which has no ClOrdID. Since schema 3."""
    list_seq: int | None = None
    """The ListReceived that it came with. Since schema 3."""
    trader: str = ""
    """SenderSubID(50). Since schema 3, as `cl_ord_link_id`."""
    cl_ord_link_id: str = ""
    """ClOrdLinkID(583): the algorithm."""


class OrderAdopted(Event, frozen=True, gc=False, array_like=True, tag=True):
    """An order that stands at `venue` and is none that we sent: it exists from here on, without a client. Its
    `order_seq` is the `seq` of this event. Since schema 3."""

    venue: str
    venue_cl_ord_id: str
    venue_order_id: str
    symbol: str
    side: Side
    ord_type: OrdType
    order_qty: Decimal
    price: Decimal | None
    time_in_force: TimeInForce


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


class OrderWorked(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The order, or what of it no venue has, goes to several venues in parts: its children. An OrderReceived and an
    OrderRouted of each follow, in this order. The order itself never has a venue. Since schema 3."""

    children: tuple[int, ...]
    """The `order_seq` of each."""
    venues: tuple[str, ...]
    quantities: tuple[Decimal, ...]
    reason: WorkReason


class OrderHeld(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The order is accepted, and held by the gateway: no venue knows of it. Since schema 3."""

    why: HoldReason


class OrderTriggered(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """What a held order, or one that the venue holds, waited for has come. If it was held here, OrderRouted follows.
    Since schema 3."""

    price: Decimal | None = None
    """The reference price that triggered a stop order."""


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
    details: FillDetails | None = None
    """Since schema 3."""


class ExecutionBusted(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The venue takes an execution back (Trade Cancel). Since schema 3."""

    venue: str
    exec_id: str
    """The venue's ExecID(17) of this report."""
    trade_id: str
    """The ExecID under which the execution was first booked: its key in the order, together with the venue."""
    ref_seq: int
    """The event that told of the execution last: its fill, or its last correction. ExecRefID(19) to the client."""
    text: str = ""


class ExecutionCorrected(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """Quantity and price of an execution are these instead (Trade Correct). Fields as in ExecutionBusted."""

    venue: str
    exec_id: str
    trade_id: str
    ref_seq: int
    last_qty: Decimal
    last_px: Decimal
    transact_time_ns: int | None = None
    flags: tuple[FillFlag, ...] = ()


class OrderRestated(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The order stands on other terms without its client having asked. Since schema 3."""

    reason: RestatementReason
    order_qty: Decimal
    price: Decimal | None
    cum_qty: Decimal | None = None
    """CumQty(14) from now on, where the restatement changes it (a split); None: it stays. The value of the executions
    is the same as before."""
    text: str = ""
    operator: str = ""
    """Who said so; '' when it was the venue, or the beginning of a trading day."""
    exec_id: str = ""
    """The venue's ExecID(17) of the report, so that it does not count twice; '' when there was none."""


class OrderDoneForDay(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """Nothing more is done with the order today. Since schema 3."""

    text: str = ""


class OrderSuspended(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The order stands and cannot trade: a halt. Since schema 3."""

    text: str = ""


class OrderReinstated(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """A suspended order, or one that was done for the day, can trade again. Since schema 3."""

    text: str = ""


class OrderStopped(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """The price of a quantity is guaranteed (ExecType 7, Stopped); no execution. Since schema 3."""

    last_qty: Decimal
    last_px: Decimal
    text: str = ""


class OrderExpired(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    text: str = ""
    venue_cl_ord_id: str | None = None
    """The cancel of ours by which its time was brought to an end; None when nobody here asked. Since schema 3."""


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
    reason: RestatementReason | None = None
    """Why, when its client did not ask. Since schema 3."""


class RequestRetargeted(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """A request went to the venue against a replace that the venue then rejected. It goes out once more, under a new
    id, against what stands. Since schema 3."""

    old_venue_cl_ord_id: str
    venue_cl_ord_id: str
    orig_venue_cl_ord_id: str


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
    special: SpecialTerms | None = None
    """Since schema 3."""


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
    definite: bool = False
    """Asked after the venue's quiet time: its word that it does not know the order counts. Since schema 3."""


class OrderResolved(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """A named person has found out what became of an order or request that the venue left unanswered. What it is
    follows as events of its own, in the same decision. Since schema 3."""

    outcome: str
    """A key of `oms.decide_resolution.OUTCOMES`."""
    operator: str
    reason: str


class OperatorIntervened(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A named person did something about one order, and why. What it was follows as facts of its own, in the same
    decision; of a new order it stands behind them. Since schema 3."""

    order_seq: int
    action: str
    """A word of `oms.operator_commands`: `cancel`, `enter`, `restate`, `bust`, `correct` ..."""
    operator: str
    reason: str


class OperatorRefused(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A named person wished for something about an order that is not possible: nothing came of it. Since schema 3."""

    order_seq: int | None
    action: str
    operator: str
    reason: str
    text: str
    """Why not, for that person."""


class OrderClaimed(OrderEvent, frozen=True, gc=False, array_like=True, tag=True):
    """An order that we found at a venue belongs to this account from now on. Since schema 3."""

    account: str


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
    SymbolStatusChanged,
    TradingDayBegan,
    OrderAdopted,
    OrderHeld,
    OrderTriggered,
    ExecutionBusted,
    ExecutionCorrected,
    OrderRestated,
    OrderDoneForDay,
    OrderSuspended,
    OrderReinstated,
    OrderStopped,
    RequestRetargeted,
    OrderResolved,
    TradeDisputed,
    PartRefused,
    MassCancelRequested,
    MassCancelRefused,
    VenueCapabilitiesSet,
    ClosingPhaseBegan,
    OrderWorked,
    ListReceived,
    ListRefused,
    ListExecuted,
    ListCancelRequested,
    ListRequestRefused,
    ListFinished,
    OrderClaimed,
    OperatorRefused,
    OperatorIntervened,
    EntitlementSet,
    RestrictionChanged,
    TradingHoursSet,
    BlackoutSet,
    SliceStopped,
    SliceResumed,
    KillSwitchEngaged,
    KillSwitchReleased,
    LimitRowChanged,
    LimitExceeded,
    StartOfDayPositionSet,
    ConversionRateSet,
    OverrideGranted,
    OverrideUsed,
    OverrideLapsed,
    CopyTermsSet,
    ReportingSet,
    LimitWarned,
    LimitBreached,
    LimitCleared,
    SourceWentStale,
    SourceIsFresh,
    ResultMarked,
    AlertingSet,
    AlertsDelivered,
)
"""Every event there is."""

CHANGE_NOTHING: Final[tuple[type[Event], ...]] = (
    LimitExceeded, OperatorIntervened, OperatorRefused, PartRefused,
)  # fmt: skip
"""For those who read the log, or folded beside the blotter alone."""
