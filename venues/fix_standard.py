"""The translator for a venue that speaks plain FIX 4.2, 4.4 or 5.0 SP2: order events to D, F, G, H; what it says to reports.

The gateway's engine runs the session, so there are only bodies of messages here. What a venue says is read tolerantly:
a field that we can do without may be missing, a field that nobody knows may be there, and 4.2's way of telling an
execution (ExecTransType(20), ExecType(150) 1 and 2) is understood from everybody. What is not understood is never
dropped: it becomes VenueUnreadable with the whole message, and so does what must not be guessed at, above all the
cancel (H, ExecTransType 1) and the correction (G, ExecTransType 2) of a trade, which change what was paid.

How an ExecutionReport(8) is read (FIX 4.4 volume 4, appendix D; FIX 4.2 volume 4):

    ExecTransType  ExecType                report
    3              any                     as I
    1, 2           any                     unreadable
    0 or none      0 New                   VenueAccepted
                   F Trade, 1, 2           VenueFilled
                   4 Canceled              VenueCanceled; with OrigClOrdID(41) ClOrdID(11) is our cancel request
                   5 Replaced              VenueReplaced
                   8 Rejected              VenueRejected; when OrdStatus(39) says that the order lives, as I (a duplicate)
                   C Expired               VenueExpired
                   6, E Pending            VenuePendingCancel, VenuePendingReplace
                   A, 3, 7, 9              as I: PendingNew, DoneForDay, Stopped, Suspended are states, not executions
                   I Order Status          VenueUnknownOrder when rejected as unknown, else VenueOrderStatus
                   anything else           unreadable
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from fixspec import tags
from fixspec.message import Message
from fixspec.numbers import format_decimal, format_utc_timestamp, parse_decimal, parse_utc_timestamp
from fixspec.tags import (
    CxlRejReason,
    ExecTransType,
    ExecType,
    HandlInst,
    MDEntryType,
    MDUpdateAction,
    MDUpdateType,
    MsgType,
    OrdRejReason,
    OrdStatus,
    SubscriptionRequestType,
)
from oms import exact, types
from oms.events import CancelRequested, Event, OrderQueried, OrderRouted, ReplaceRequested
from oms.order import Order
from oms.types import Moment, RejectReason
from oms.venue_reports import (
    AnyVenueReport,
    ReferencePriceSeen,
    VenueAccepted,
    VenueCanceled,
    VenueCancelRejected,
    VenueExpired,
    VenueFilled,
    VenueOrderStatus,
    VenuePendingCancel,
    VenuePendingReplace,
    VenueRejected,
    VenueReplaced,
    VenueUnknownOrder,
    VenueUnreadable,
)
from venues.port import Capabilities, Carrier, FixRequest

SIDES: Final = {types.Side.BUY: tags.Side.BUY, types.Side.SELL: tags.Side.SELL}
ORD_TYPES: Final = {types.OrdType.MARKET: tags.OrdType.MARKET, types.OrdType.LIMIT: tags.OrdType.LIMIT}
TIMES_IN_FORCE: Final = {
    types.TimeInForce.DAY: tags.TimeInForce.DAY,
    types.TimeInForce.GOOD_TILL_CANCEL: tags.TimeInForce.GOOD_TILL_CANCEL,
    types.TimeInForce.IMMEDIATE_OR_CANCEL: tags.TimeInForce.IMMEDIATE_OR_CANCEL,
    types.TimeInForce.FILL_OR_KILL: tags.TimeInForce.FILL_OR_KILL,
}
ORD_STATUSES: Final[Mapping[bytes, types.OrdStatus]] = {
    OrdStatus.NEW: types.OrdStatus.NEW,
    OrdStatus.PARTIALLY_FILLED: types.OrdStatus.PARTIALLY_FILLED,
    OrdStatus.FILLED: types.OrdStatus.FILLED,
    OrdStatus.DONE_FOR_DAY: types.OrdStatus.DONE_FOR_DAY,
    OrdStatus.CANCELED: types.OrdStatus.CANCELED,
    OrdStatus.PENDING_CANCEL: types.OrdStatus.PENDING_CANCEL,
    OrdStatus.STOPPED: types.OrdStatus.STOPPED,
    OrdStatus.REJECTED: types.OrdStatus.REJECTED,
    OrdStatus.SUSPENDED: types.OrdStatus.SUSPENDED,
    OrdStatus.PENDING_NEW: types.OrdStatus.PENDING_NEW,
    OrdStatus.EXPIRED: types.OrdStatus.EXPIRED,
    OrdStatus.PENDING_REPLACE: types.OrdStatus.PENDING_REPLACE,
}
ORD_REJ_REASONS: Final = {
    OrdRejReason.UNKNOWN_SYMBOL: RejectReason.UNKNOWN_SYMBOL,
    OrdRejReason.EXCHANGE_CLOSED: RejectReason.EXCHANGE_CLOSED,
    OrdRejReason.ORDER_EXCEEDS_LIMIT: RejectReason.ORDER_EXCEEDS_LIMIT,
    OrdRejReason.TOO_LATE_TO_ENTER: RejectReason.TOO_LATE,
    OrdRejReason.UNKNOWN_ORDER: RejectReason.UNKNOWN_ORDER,
    OrdRejReason.DUPLICATE_ORDER: RejectReason.DUPLICATE,
    OrdRejReason.STALE_ORDER: RejectReason.STALE,
    OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC: RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
    OrdRejReason.INCORRECT_QUANTITY: RejectReason.INCORRECT_QUANTITY,
    OrdRejReason.UNKNOWN_ACCOUNT: RejectReason.UNKNOWN_ACCOUNT,
    OrdRejReason.INVALID_PRICE_INCREMENT: RejectReason.PRICE_INCREMENT,
    OrdRejReason.OTHER: RejectReason.OTHER,
}
CXL_REJ_REASONS: Final = {
    CxlRejReason.TOO_LATE_TO_CANCEL: RejectReason.TOO_LATE,
    CxlRejReason.UNKNOWN_ORDER: RejectReason.UNKNOWN_ORDER,
    CxlRejReason.ORDER_ALREADY_IN_PENDING_STATUS: RejectReason.ALREADY_PENDING,
    CxlRejReason.DUPLICATE_CL_ORD_ID: RejectReason.DUPLICATE,
    CxlRejReason.INVALID_PRICE_INCREMENT: RejectReason.PRICE_INCREMENT,
    CxlRejReason.OTHER: RejectReason.OTHER,
}

_NO_ORDER_IDS = frozenset({"", "NONE", "0", "UNKNOWN"})
_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class FixStandardSettings:
    """`application_version` is the BeginString(8) of the version that orders are spoken in: FIX.4.2, FIX.4.4 or
    FIX.5.0SP2. `market_data` subscribes to prices at each Logon."""

    name: str
    application_version: str
    market_data: bool = True


class FixStandard:
    """Implements `venues.port.FixVenue`. Holds no state."""

    def __init__(self, settings: FixStandardSettings) -> None:
        self.name = settings.name
        self.capabilities = Capabilities(
            carrier=Carrier.FIX,
            replace=True,
            status_query=True,
            resend=True,
            market_data=settings.market_data,
            ord_types=frozenset(ORD_TYPES),
            times_in_force=frozenset(TIMES_IN_FORCE),
        )
        fix42 = settings.application_version == "FIX.4.2"
        # HandlInst(21) is required up to FIX 4.2, OrdStatusReqID(790) came with 4.4.
        self._handl_inst = b"21=%b\x01" % HandlInst.AUTOMATED_EXECUTION_NO_INTERVENTION if fix42 else b""
        self._knows_ord_status_req_id = not fix42
        self._requests: dict[type[Event], Callable[..., FixRequest]] = {
            OrderRouted: self._new_order_single,
            CancelRequested: self._order_cancel_request,
            ReplaceRequested: self._order_cancel_replace_request,
            OrderQueried: self._order_status_request,
        }
        self._readers: dict[bytes, Callable[[Message], AnyVenueReport | list[AnyVenueReport]]] = {
            MsgType.EXECUTION_REPORT: self._execution_report,
            MsgType.ORDER_CANCEL_REJECT: self._order_cancel_reject,
            MsgType.BUSINESS_MESSAGE_REJECT: self._business_message_reject,
            MsgType.MARKET_DATA_SNAPSHOT_FULL_REFRESH: self._prices,
            MsgType.MARKET_DATA_INCREMENTAL_REFRESH: self._prices,
        }

    # -- what we ask ---------------------------------------------------------------------------------------------

    def requests(self, event: Event, order: Order, at: Moment) -> list[FixRequest]:
        write = self._requests.get(type(event))
        return [] if write is None else [write(event, order)]

    def on_logon(self, symbols: Sequence[str], at: Moment) -> list[FixRequest]:
        if not symbols or not self.capabilities.market_data:
            return []
        wanted = (MDEntryType.TRADE, MDEntryType.BID, MDEntryType.OFFER)
        body = b"262=%b\x01263=%b\x01264=1\x01265=%b\x01267=%d\x01%b146=%d\x01%b" % (
            f"{self.name}-{at.seq}".encode(),
            SubscriptionRequestType.SNAPSHOT_AND_UPDATES,
            MDUpdateType.FULL_REFRESH,
            len(wanted),
            b"".join([b"269=%b\x01" % entry_type for entry_type in wanted]),
            len(symbols),
            b"".join([b"55=%b\x01" % symbol.encode() for symbol in symbols]),
        )
        return [FixRequest(MsgType.MARKET_DATA_REQUEST, body)]

    def _new_order_single(self, event: OrderRouted, order: Order) -> FixRequest:
        price = order.price
        body = b"11=%b\x01%b%b55=%b\x0154=%b\x0160=%b\x0138=%b\x0140=%b\x01%b59=%b\x01" % (
            event.venue_cl_ord_id.encode(),
            b"1=%b\x01" % order.account.encode("latin-1") if order.account else b"",
            self._handl_inst,
            order.symbol.encode(),
            SIDES[order.side],
            format_utc_timestamp(event.at_ns),
            format_decimal(order.order_qty),
            ORD_TYPES[order.ord_type],
            b"44=%b\x01" % format_decimal(price) if price is not None else b"",
            TIMES_IN_FORCE[order.time_in_force],
        )
        return FixRequest(MsgType.NEW_ORDER_SINGLE, body)

    def _order_cancel_request(self, event: CancelRequested, order: Order) -> FixRequest:
        body = b"41=%b\x0111=%b\x01%b55=%b\x0154=%b\x0160=%b\x0138=%b\x01" % (
            event.orig_venue_cl_ord_id.encode(),
            event.venue_cl_ord_id.encode(),
            b"1=%b\x01" % order.account.encode("latin-1") if order.account else b"",
            order.symbol.encode(),
            SIDES[order.side],
            format_utc_timestamp(event.at_ns),
            format_decimal(order.order_qty),
        )
        return FixRequest(MsgType.ORDER_CANCEL_REQUEST, body)

    def _order_cancel_replace_request(self, event: ReplaceRequested, order: Order) -> FixRequest:
        price = event.price
        body = b"41=%b\x0111=%b\x01%b%b55=%b\x0154=%b\x0160=%b\x0138=%b\x0140=%b\x01%b59=%b\x01" % (
            event.orig_venue_cl_ord_id.encode(),
            event.venue_cl_ord_id.encode(),
            b"1=%b\x01" % order.account.encode("latin-1") if order.account else b"",
            self._handl_inst,
            order.symbol.encode(),
            SIDES[order.side],
            format_utc_timestamp(event.at_ns),
            format_decimal(event.order_qty),
            ORD_TYPES[event.ord_type],
            b"44=%b\x01" % format_decimal(price) if price is not None else b"",
            TIMES_IN_FORCE[event.time_in_force],
        )
        return FixRequest(MsgType.ORDER_CANCEL_REPLACE_REQUEST, body)

    def _order_status_request(self, event: OrderQueried, order: Order) -> FixRequest:
        body = b"11=%b\x01%b55=%b\x0154=%b\x01" % (
            event.venue_cl_ord_id.encode(),
            b"790=%b\x01" % event.query_id.encode() if self._knows_ord_status_req_id else b"",
            order.symbol.encode(),
            SIDES[order.side],
        )
        return FixRequest(MsgType.ORDER_STATUS_REQUEST, body)

    # -- what it tells -------------------------------------------------------------------------------------------

    def reports(self, message: Message, at: Moment) -> list[AnyVenueReport]:
        read = self._readers.get(message.msg_type)
        if read is None:
            kind = message.msg_type.decode("latin-1")
            return [self._unreadable(message, f"MsgType(35)={kind} is not one of the messages we read")]
        report = read(message)
        return report if isinstance(report, list) else [report]

    def _unreadable(self, message: Message, why: str) -> VenueUnreadable:
        return VenueUnreadable(self.name, why, message.raw, _text(message, tags.CL_ORD_ID))

    def _execution_report(self, message: Message) -> AnyVenueReport:
        fields = message.fields
        if not fields.get(tags.CL_ORD_ID):
            return self._unreadable(message, "ExecutionReport(8) without ClOrdID(11)")
        trans_type = fields.get(tags.EXEC_TRANS_TYPE, ExecTransType.NEW)
        exec_type = fields.get(tags.EXEC_TYPE, b"")
        if trans_type == ExecTransType.STATUS:
            exec_type = ExecType.ORDER_STATUS
        elif trans_type != ExecTransType.NEW:
            return self._unreadable(message, f"a trade is taken back: ExecTransType(20)={trans_type.decode('latin-1')}")
        read = _EXECUTION_READERS.get(exec_type)
        if read is None:
            return self._unreadable(message, f"ExecType(150)={exec_type.decode('latin-1')} is not one we can act on")
        return read(self, message)

    def _accepted(self, message: Message) -> AnyVenueReport:
        return VenueAccepted(self.name, _text(message, tags.CL_ORD_ID), _text(message, tags.ORDER_ID))

    def _filled(self, message: Message) -> AnyVenueReport:
        last_qty = _number(message, tags.LAST_QTY)
        last_px = _number(message, tags.LAST_PX)
        exec_id = _text(message, tags.EXEC_ID)
        if last_qty is None or last_px is None or last_qty <= 0 or not exec_id:
            return self._unreadable(message, "a trade needs ExecID(17), a positive LastQty(32) and a LastPx(31)")
        transact_time = message.fields.get(tags.TRANSACT_TIME)
        return VenueFilled(
            self.name,
            _text(message, tags.CL_ORD_ID),
            _text(message, tags.ORDER_ID),
            exec_id,
            last_qty,
            last_px,
            None if transact_time is None else parse_utc_timestamp(transact_time),
            _number(message, tags.CUM_QTY),
            _number(message, tags.LEAVES_QTY),
        )

    def _canceled(self, message: Message) -> AnyVenueReport:
        orig_cl_ord_id = _text(message, tags.ORIG_CL_ORD_ID) or None
        return VenueCanceled(self.name, _text(message, tags.CL_ORD_ID), orig_cl_ord_id, _text(message, tags.TEXT))

    def _replaced(self, message: Message) -> AnyVenueReport:
        return VenueReplaced(
            self.name,
            _text(message, tags.CL_ORD_ID),
            _text(message, tags.ORIG_CL_ORD_ID) or None,
            _number(message, tags.ORDER_QTY),
            _number(message, tags.PRICE),
            _text(message, tags.ORDER_ID),
        )

    def _rejected(self, message: Message) -> AnyVenueReport:
        fields = message.fields
        if fields.get(tags.ORD_STATUS, OrdStatus.REJECTED) != OrdStatus.REJECTED:
            return self._status(message)
        return VenueRejected(
            self.name,
            _text(message, tags.CL_ORD_ID),
            _why(message, tags.ORD_REJ_REASON, "OrdRejReason"),
            ORD_REJ_REASONS.get(fields.get(tags.ORD_REJ_REASON, b""), RejectReason.BROKER_OPTION),
        )

    def _expired(self, message: Message) -> AnyVenueReport:
        return VenueExpired(self.name, _text(message, tags.CL_ORD_ID), _text(message, tags.TEXT))

    def _pending_cancel(self, message: Message) -> AnyVenueReport:
        return VenuePendingCancel(self.name, _text(message, tags.CL_ORD_ID))

    def _pending_replace(self, message: Message) -> AnyVenueReport:
        return VenuePendingReplace(self.name, _text(message, tags.CL_ORD_ID))

    def _status(self, message: Message) -> AnyVenueReport:
        fields = message.fields
        status = fields.get(tags.ORD_STATUS, b"")
        venue_order_id = _text(message, tags.ORDER_ID)
        if status == OrdStatus.REJECTED:
            unknown = fields.get(tags.ORD_REJ_REASON) == OrdRejReason.UNKNOWN_ORDER
            if unknown or venue_order_id in _NO_ORDER_IDS:
                return VenueUnknownOrder(self.name, _text(message, tags.CL_ORD_ID), _text(message, tags.TEXT))
        ord_status = ORD_STATUSES.get(status)
        cum_qty, leaves_qty = _number(message, tags.CUM_QTY), _number(message, tags.LEAVES_QTY)
        if ord_status is None or cum_qty is None or leaves_qty is None:
            return self._unreadable(message, "a status needs OrdStatus(39), CumQty(14) and LeavesQty(151)")
        return VenueOrderStatus(
            self.name,
            _text(message, tags.CL_ORD_ID),
            ord_status,
            cum_qty,
            leaves_qty,
            venue_order_id,
            _number(message, tags.ORDER_QTY),
            _number(message, tags.AVG_PX),
            _text(message, tags.TEXT),
        )

    def _order_cancel_reject(self, message: Message) -> AnyVenueReport:
        cl_ord_id = _text(message, tags.CL_ORD_ID)
        if not cl_ord_id:
            return self._unreadable(message, "OrderCancelReject(9) without ClOrdID(11)")
        reason = CXL_REJ_REASONS.get(message.fields.get(tags.CXL_REJ_REASON, b""), RejectReason.BROKER_OPTION)
        return VenueCancelRejected(self.name, cl_ord_id, _why(message, tags.CXL_REJ_REASON, "CxlRejReason"), reason)

    def _business_message_reject(self, message: Message) -> AnyVenueReport:
        """Says which request was refused only if BusinessRejectRefID(379) names it: its ClOrdID(11) then."""
        ref_id = _text(message, tags.BUSINESS_REJECT_REF_ID)
        ref_msg_type = message.fields.get(tags.REF_MSG_TYPE, b"")
        why = _why(message, tags.BUSINESS_REJECT_REASON, "BusinessRejectReason")
        if ref_id and ref_msg_type == MsgType.NEW_ORDER_SINGLE:
            return VenueRejected(self.name, ref_id, why)
        if ref_id and ref_msg_type in (MsgType.ORDER_CANCEL_REQUEST, MsgType.ORDER_CANCEL_REPLACE_REQUEST):
            return VenueCancelRejected(self.name, ref_id, why)
        kind = ref_msg_type.decode("latin-1")
        return VenueUnreadable(
            self.name, f"BusinessMessageReject(j) of a RefMsgType(372)={kind}: {why}", message.raw, ref_id
        )

    def _prices(self, message: Message) -> list[AnyVenueReport]:
        """The last trade of each symbol, else the middle of the best bid and offer when the message has both.

        Prices that are repeated because we missed them (PossDup) are of the past and say nothing about now."""
        if message.fields.get(tags.POSS_DUP_FLAG) == b"Y":
            return []
        told: list[AnyVenueReport] = []
        for symbol, prices in _entries_by_symbol(message).items():
            price = prices.get(MDEntryType.TRADE)
            if price is None and MDEntryType.BID in prices and MDEntryType.OFFER in prices:
                price = exact.multiply(exact.add(prices[MDEntryType.BID], prices[MDEntryType.OFFER]), _HALF)
            if price is not None:
                told.append(ReferencePriceSeen(self.name, symbol.decode("latin-1"), price))
        return told


_EXECUTION_READERS: Final[Mapping[bytes, Callable[[FixStandard, Message], AnyVenueReport]]] = {
    ExecType.NEW: FixStandard._accepted,
    ExecType.TRADE: FixStandard._filled,
    ExecType.PARTIAL_FILL: FixStandard._filled,
    ExecType.FILL: FixStandard._filled,
    ExecType.CANCELED: FixStandard._canceled,
    ExecType.REPLACED: FixStandard._replaced,
    ExecType.REJECTED: FixStandard._rejected,
    ExecType.EXPIRED: FixStandard._expired,
    ExecType.PENDING_CANCEL: FixStandard._pending_cancel,
    ExecType.PENDING_REPLACE: FixStandard._pending_replace,
    ExecType.ORDER_STATUS: FixStandard._status,
    ExecType.PENDING_NEW: FixStandard._status,
    ExecType.DONE_FOR_DAY: FixStandard._status,
    ExecType.STOPPED: FixStandard._status,
    ExecType.SUSPENDED: FixStandard._status,
}


def _text(message: Message, tag: bytes) -> str:
    """The value as text, "" when there is none. Latin-1 gives every byte a character, so nothing is lost."""
    value = message.fields.get(tag)
    return "" if value is None else value.decode("latin-1")


def _number(message: Message, tag: bytes) -> Decimal | None:
    value = message.fields.get(tag)
    return None if value is None else parse_decimal(value)


def _why(message: Message, reason_tag: bytes, reason_name: str) -> str:
    """The venue's reason in words: Text(58), else the code."""
    text = _text(message, tags.TEXT)
    if text:
        return text
    code = _text(message, reason_tag)
    return f"{reason_name}({reason_tag.decode()})={code}" if code else "no reason given"


def _entries_by_symbol(message: Message) -> dict[bytes, dict[bytes, Decimal]]:
    """Positive prices of W or X by symbol and MDEntryType(269), read in wire order, so from any dictionary.

    In W the symbol stands before the entries, in X within each; an entry that is taken back (279=2) counts as none."""
    found: dict[bytes, dict[bytes, Decimal]] = {}
    symbol = entry_type = b""
    deleted = False
    for tag, value in message.pairs:
        if tag == tags.MD_UPDATE_ACTION:
            deleted = value == MDUpdateAction.DELETE
            entry_type = b""
        elif tag == tags.MD_ENTRY_TYPE:
            entry_type = value
        elif tag == tags.SYMBOL:
            symbol = value
        elif tag == tags.MD_ENTRY_PX and symbol and not deleted:
            price = parse_decimal(value)
            if price is not None and price > 0:
                found.setdefault(symbol, {}).setdefault(entry_type, price)
    return found
