"""Commands: wishes of clients and operators. A command may be refused; what became of it is told by events.

Commands are never logged; they are written for `oms.decide` and may change from one version to the next.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from oms.copy_commands import CopyCommand
from oms.instruments import Instrument
from oms.kill_switch_commands import KillSwitchCommand
from oms.limit_commands import LimitCommand
from oms.limits import Limits, Rate
from oms.monitor_commands import MonitorCommand
from oms.operator_commands import OperatorCommand
from oms.override_commands import OverrideCommand
from oms.permission_commands import RestrictSymbol, ResumeSlice, SetBlackout, SetEntitlement, SetTradingHours
from oms.position_commands import PositionCommand
from oms.refusals import Refusal
from oms.special_terms import SpecialTerms
from oms.types import Contingency, OrdType, Side, SymbolStatus, TimeInForce, TradingState
from oms.venue_capabilities import VenueCapabilities


class NewOrder(msgspec.Struct, frozen=True, gc=False):
    """NewOrderSingle(D)."""

    session: str
    """The client session it came in by: the name space of its ClOrdID."""
    account: str
    """Account(1), or ''."""
    cl_ord_id: str
    symbol: str
    side: Side
    ord_type: OrdType
    order_qty: Decimal
    price: Decimal | None
    """Price(44); None when the message has none. A market order with one is refused."""
    time_in_force: TimeInForce
    transact_time_ns: int | None = None
    """TransactTime(60), UTC in ns."""
    poss_resend: bool = False
    """PossResend(97)=Y."""
    special: SpecialTerms | None = None
    operator: str = ""
    """Who enters it for the client, by telephone: it then has no ClOrdID."""
    trader: str = ""
    """SenderSubID(50), or ''."""
    cl_ord_link_id: str = ""
    """ClOrdLinkID(583), the algorithm that sends it; or ''."""


class CancelOrder(msgspec.Struct, frozen=True, gc=False):
    """OrderCancelRequest(F)."""

    session: str
    cl_ord_id: str
    orig_cl_ord_id: str
    symbol: str
    side: Side
    poss_resend: bool = False


class ReplaceOrder(msgspec.Struct, frozen=True, gc=False):
    """OrderCancelReplaceRequest(G). Every field is the wanted one, changed or not."""

    session: str
    cl_ord_id: str
    orig_cl_ord_id: str
    symbol: str
    side: Side
    ord_type: OrdType
    order_qty: Decimal
    """OrderQty(38) in all, what is filled already included."""
    price: Decimal | None
    time_in_force: TimeInForce
    poss_resend: bool = False
    special: SpecialTerms | None = None
    trader: str = ""
    """SenderSubID(50) of the request, or ''."""


class NewList(msgspec.Struct, frozen=True, gc=False):
    """NewOrderList(E)."""

    session: str
    list_id: str
    contingency: Contingency
    waits: bool
    """For ListExecute(L): ListExecInstType(433) is not 1."""
    orders: tuple[NewOrder, ...]
    """As the client arranged them; fewer than there are when one cannot be taken: see `fault`."""
    cl_ord_ids: tuple[str, ...]
    """Of all orders of the list."""
    is_whole: bool = True
    """All orders are in this message."""
    fault: Refusal | None = None
    """What the translator has against an order of the list."""
    poss_resend: bool = False


class CancelList(msgspec.Struct, frozen=True, gc=False):
    """ListCancelRequest(K): cancel every order of the list."""

    session: str
    list_id: str


class ExecuteList(msgspec.Struct, frozen=True, gc=False):
    """ListExecute(L): begin with a list that waited for it."""

    session: str
    list_id: str


class QueryOrder(msgspec.Struct, frozen=True, gc=False):
    """OrderStatusRequest(H). Answered from the blotter by whoever asked; here it is only counted for the throttle."""

    session: str
    cl_ord_id: str
    order_id: str | None = None


class OpenLog(msgspec.Struct, frozen=True, gc=False):
    """Give a new log its name: the very first command. On a log that has one, nothing happens."""

    store_id: str


class DefineInstrument(msgspec.Struct, frozen=True, gc=False):
    """Add or change an instrument. No event when it stands so already: it may be repeated at every start."""

    instrument: Instrument


class SetLimits(msgspec.Struct, frozen=True, gc=False):
    """Change the limits. No event when they stand so already."""

    limits: Limits
    operator: str
    reason: str


class SetSessionRates(msgspec.Struct, frozen=True, gc=False):
    """Rates of one session in place of those of the limits; None for those. No event when they stand so already."""

    session: str
    messages: Rate | None
    cancels: Rate | None


class MarkClientArrived(msgspec.Struct, frozen=True, gc=False):
    """A session whose orders are canceled when it leaves has logged on."""

    session: str


class MarkClientLeft(msgspec.Struct, frozen=True, gc=False):
    """It has gone. No event when it was not there."""

    session: str
    in_good_order: bool
    cancel_at_ns: int | None
    """When its orders are to be canceled (UTC); None for never."""


class CancelForLeaver(msgspec.Struct, frozen=True, gc=False):
    """Cancel this order of a client that is away, or that has canceled all its orders at once. No event when nothing is
    left to cancel, or a cancel is pending."""

    order_seq: int
    cause: str = "CANCEL_ON_DISCONNECT"
    """Why: the beginning of the Text(58) that the client reads."""


class MassCancel(msgspec.Struct, frozen=True, gc=False):
    """OrderMassCancelRequest(q)."""

    session: str
    cl_ord_id: str
    scope: str
    """MassCancelRequestType(530), the character."""
    symbol: str = ""
    """Only orders in it; '' for any."""
    side: Side | None = None
    account: str = ""


class DisputeTrade(msgspec.Struct, frozen=True, gc=False):
    """DontKnowTrade(Q)."""

    session: str
    order_id: str
    exec_id: str
    dk_reason: str
    """DKReason(127), the character."""
    text: str


class EndForLeaver(msgspec.Struct, frozen=True, gc=False):
    """All cancels that were to be sent because the session is away have been sent. No event when none were to be."""

    session: str
    orders: int


class SetTradingState(msgspec.Struct, frozen=True, gc=False):
    """Halt, reduce or go on. No event when the state stands so already."""

    state: TradingState
    operator: str
    reason: str


class SetVenueCapabilities(msgspec.Struct, frozen=True, gc=False):
    """What a venue takes. No event when it stands so already."""

    venue: str
    capabilities: VenueCapabilities


class SetSymbolStatus(msgspec.Struct, frozen=True, gc=False):
    """An operator halts a symbol, or lets it trade again. No event when it stands so already."""

    symbol: str
    status: SymbolStatus
    operator: str
    reason: str


class BeginTradingDay(msgspec.Struct, frozen=True, gc=False):
    """No event when it is that day already."""

    day: str
    """TradeDate(75) as YYYYMMDD."""


class BeginClosingPhase(msgspec.Struct, frozen=True, gc=False):
    """The market of a symbol closes. No event when it has closed on this trading day."""

    symbol: str


class ExpireOrder(msgspec.Struct, frozen=True, gc=False):
    """The time of this order is over. No event when it is not, when nothing is left of it, or when that is under way
    already."""

    order_seq: int


class RenewOrder(msgspec.Struct, frozen=True, gc=False):
    """The order has outlived its trading day: tell its client that it stands. No event when that was done today."""

    order_seq: int


class AskVenue(msgspec.Struct, frozen=True, gc=False):
    """Ask the venue about an order that it owes an answer to. No event when it owes none: see `oms.unresolved`."""

    order_seq: int
    is_after_quiet_time: bool
    """The venue's quiet time has passed since the order was sent and since the line came up: its "not found" counts."""


Command = (
    NewOrder
    | CancelOrder
    | ReplaceOrder
    | NewList
    | CancelList
    | ExecuteList
    | QueryOrder
    | OpenLog
    | DefineInstrument
    | SetLimits
    | SetTradingState
    | SetSessionRates
    | SetEntitlement
    | RestrictSymbol
    | SetTradingHours
    | SetBlackout
    | ResumeSlice
    | MarkClientArrived
    | MarkClientLeft
    | CancelForLeaver
    | EndForLeaver
    | MassCancel
    | DisputeTrade
    | SetVenueCapabilities
    | SetSymbolStatus
    | BeginTradingDay
    | BeginClosingPhase
    | ExpireOrder
    | RenewOrder
    | AskVenue
    | OperatorCommand
    | KillSwitchCommand
    | LimitCommand
    | PositionCommand
    | OverrideCommand
    | MonitorCommand
    | CopyCommand
)
