"""What the messages of a FIX venue say: ExecutionReport(8), OrderCancelReject(9), j, prices, and Rejects(3) of ours.

It is read tolerantly: a field that we can do without may be missing, a field that nobody knows may be there, and 4.2's
way of telling an execution (ExecTransType(20), ExecType(150) 1 and 2) is understood from everybody. What is not
understood is never dropped: it becomes VenueUnreadable with the whole message. So does what must not be guessed at:
above all the cancel (H, ExecTransType 1) and the correction (G, ExecTransType 2) of a trade, for they are money.

How an ExecutionReport(8) is read (FIX 4.4 volume 4, appendix D; FIX 4.2 volume 4):

    ExecTransType  ExecType                report
    3              any                     as I
    1, 2           any                     unreadable
    0 or none      0 New                   VenueAccepted
                   F Trade, 1, 2           VenueFilled
                   4 Canceled              VenueCanceled; with OrigClOrdID(41) ClOrdID(11) is our cancel request
                   5 Replaced              VenueReplaced
                   8 Rejected              VenueRejected; as I when OrdStatus(39) says that it lives (a duplicate)
                   C Expired               VenueExpired
                   6, E Pending            VenuePendingCancel, VenuePendingReplace
                   A, 3, 7, 9              as I: PendingNew, DoneForDay, Stopped, Suspended are states, not executions
                   I Order Status          VenueOrderStatus; VenueUnknownOrder only for OrdStatus 8 with
                                           OrdRejReason(103)=5, for it lets an order be given up
                   anything else           unreadable
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from fixspec import tags
from fixspec.message import Message
from fixspec.numbers import parse_decimal, parse_utc_timestamp
from fixspec.tags import (
    CxlRejReason,
    ExecTransType,
    ExecType,
    MDEntryType,
    MDUpdateAction,
    MsgType,
    OrdRejReason,
    OrdStatus,
)
from oms import exact, types
from oms.types import RejectReason
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


def read_message(venue: str, message: Message) -> list[AnyVenueReport]:
    """All that the message says, as reports of `venue`. Never raises, and [] only for prices that say nothing."""
    if message.msg_type in _PRICES:
        return _prices(venue, message)
    read = _READERS.get(message.msg_type)
    if read is None:
        kind = message.msg_type.decode("latin-1")
        return [_unreadable(venue, message, f"MsgType(35)={kind} is not one of the messages we read")]
    return [read(venue, message)]


def read_reject(venue: str, refused: Message, reject: Message) -> list[AnyVenueReport]:
    """What follows from a Reject(3) of a message of ours: a request so answered was not processed. Questions that were
    refused are no answer to anything."""
    cl_ord_id = _text(refused, tags.CL_ORD_ID)
    why = _why(reject, tags.SESSION_REJECT_REASON, "SessionRejectReason")
    if refused.msg_type == MsgType.NEW_ORDER_SINGLE:
        return [VenueRejected(venue, cl_ord_id, why)]
    if refused.msg_type in (MsgType.ORDER_CANCEL_REQUEST, MsgType.ORDER_CANCEL_REPLACE_REQUEST):
        return [VenueCancelRejected(venue, cl_ord_id, why)]
    return []


def _unreadable(venue: str, message: Message, why: str) -> VenueUnreadable:
    return VenueUnreadable(venue, why, message.raw, _text(message, tags.CL_ORD_ID))


def _execution_report(venue: str, message: Message) -> AnyVenueReport:
    fields = message.fields
    if not fields.get(tags.CL_ORD_ID):
        return _unreadable(venue, message, "ExecutionReport(8) without ClOrdID(11)")
    trans_type = fields.get(tags.EXEC_TRANS_TYPE, ExecTransType.NEW)
    exec_type = fields.get(tags.EXEC_TYPE, b"")
    if trans_type == ExecTransType.STATUS:
        exec_type = ExecType.ORDER_STATUS
    elif trans_type != ExecTransType.NEW:
        return _unreadable(venue, message, f"a trade is taken back: ExecTransType(20)={trans_type.decode('latin-1')}")
    read = _EXECUTION_READERS.get(exec_type)
    if read is None:
        return _unreadable(venue, message, f"ExecType(150)={exec_type.decode('latin-1')} is not one we can act on")
    return read(venue, message)


def _accepted(venue: str, message: Message) -> AnyVenueReport:
    return VenueAccepted(venue, _text(message, tags.CL_ORD_ID), _text(message, tags.ORDER_ID))


def _filled(venue: str, message: Message) -> AnyVenueReport:
    last_qty = _number(message, tags.LAST_QTY)
    last_px = _number(message, tags.LAST_PX)
    exec_id = _text(message, tags.EXEC_ID)
    if last_qty is None or last_px is None or last_qty <= 0 or not exec_id:
        return _unreadable(venue, message, "a trade needs ExecID(17), a positive LastQty(32) and a LastPx(31)")
    transact_time = message.fields.get(tags.TRANSACT_TIME)
    return VenueFilled(
        venue,
        _text(message, tags.CL_ORD_ID),
        _text(message, tags.ORDER_ID),
        exec_id,
        last_qty,
        last_px,
        None if transact_time is None else parse_utc_timestamp(transact_time),
        _number(message, tags.CUM_QTY),
        _number(message, tags.LEAVES_QTY),
    )


def _canceled(venue: str, message: Message) -> AnyVenueReport:
    orig_cl_ord_id = _text(message, tags.ORIG_CL_ORD_ID) or None
    return VenueCanceled(venue, _text(message, tags.CL_ORD_ID), orig_cl_ord_id, _text(message, tags.TEXT))


def _replaced(venue: str, message: Message) -> AnyVenueReport:
    return VenueReplaced(
        venue,
        _text(message, tags.CL_ORD_ID),
        _text(message, tags.ORIG_CL_ORD_ID) or None,
        _number(message, tags.ORDER_QTY),
        _number(message, tags.PRICE),
        _text(message, tags.ORDER_ID),
    )


def _rejected(venue: str, message: Message) -> AnyVenueReport:
    fields = message.fields
    if fields.get(tags.ORD_STATUS, OrdStatus.REJECTED) != OrdStatus.REJECTED:
        return _status(venue, message)
    return VenueRejected(
        venue,
        _text(message, tags.CL_ORD_ID),
        _why(message, tags.ORD_REJ_REASON, "OrdRejReason"),
        ORD_REJ_REASONS.get(fields.get(tags.ORD_REJ_REASON, b""), RejectReason.BROKER_OPTION),
    )


def _expired(venue: str, message: Message) -> AnyVenueReport:
    return VenueExpired(venue, _text(message, tags.CL_ORD_ID), _text(message, tags.TEXT))


def _pending_cancel(venue: str, message: Message) -> AnyVenueReport:
    return VenuePendingCancel(venue, _text(message, tags.CL_ORD_ID))


def _pending_replace(venue: str, message: Message) -> AnyVenueReport:
    return VenuePendingReplace(venue, _text(message, tags.CL_ORD_ID))


def _status(venue: str, message: Message) -> AnyVenueReport:
    fields = message.fields
    status = fields.get(tags.ORD_STATUS, b"")
    venue_order_id = _text(message, tags.ORDER_ID)
    if status == OrdStatus.REJECTED:
        if fields.get(tags.ORD_REJ_REASON) == OrdRejReason.UNKNOWN_ORDER:
            question = _text(message, tags.ORD_STATUS_REQ_ID)
            return VenueUnknownOrder(venue, _text(message, tags.CL_ORD_ID), _text(message, tags.TEXT), question)
        if venue_order_id in _NO_ORDER_IDS:
            return _unreadable(venue, message, "the question was refused: that says nothing about the order")
    ord_status = ORD_STATUSES.get(status)
    cum_qty, leaves_qty = _number(message, tags.CUM_QTY), _number(message, tags.LEAVES_QTY)
    if ord_status is None or cum_qty is None or leaves_qty is None:
        return _unreadable(venue, message, "a status needs OrdStatus(39), CumQty(14) and LeavesQty(151)")
    return VenueOrderStatus(
        venue,
        _text(message, tags.CL_ORD_ID),
        ord_status,
        cum_qty,
        leaves_qty,
        venue_order_id,
        _number(message, tags.ORDER_QTY),
        _number(message, tags.AVG_PX),
        _text(message, tags.TEXT),
        _number(message, tags.PRICE),
    )


def _order_cancel_reject(venue: str, message: Message) -> AnyVenueReport:
    cl_ord_id = _text(message, tags.CL_ORD_ID)
    if not cl_ord_id:
        return _unreadable(venue, message, "OrderCancelReject(9) without ClOrdID(11)")
    reason = CXL_REJ_REASONS.get(message.fields.get(tags.CXL_REJ_REASON, b""), RejectReason.BROKER_OPTION)
    return VenueCancelRejected(venue, cl_ord_id, _why(message, tags.CXL_REJ_REASON, "CxlRejReason"), reason)


def _business_message_reject(venue: str, message: Message) -> AnyVenueReport:
    """Says which request was refused only if BusinessRejectRefID(379) names it: its ClOrdID(11) then."""
    ref_id = _text(message, tags.BUSINESS_REJECT_REF_ID)
    ref_msg_type = message.fields.get(tags.REF_MSG_TYPE, b"")
    why = _why(message, tags.BUSINESS_REJECT_REASON, "BusinessRejectReason")
    if ref_id and ref_msg_type == MsgType.NEW_ORDER_SINGLE:
        return VenueRejected(venue, ref_id, why)
    if ref_id and ref_msg_type in (MsgType.ORDER_CANCEL_REQUEST, MsgType.ORDER_CANCEL_REPLACE_REQUEST):
        return VenueCancelRejected(venue, ref_id, why)
    why = f"BusinessMessageReject(j) of a RefMsgType(372)={_text(message, tags.REF_MSG_TYPE)}: {why}"
    return VenueUnreadable(venue, why, message.raw, ref_id)


def _prices(venue: str, message: Message) -> list[AnyVenueReport]:
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
            told.append(ReferencePriceSeen(venue, symbol.decode("latin-1"), price))
    return told


_EXECUTION_READERS: Final[Mapping[bytes, Callable[[str, Message], AnyVenueReport]]] = {
    ExecType.NEW: _accepted,
    ExecType.TRADE: _filled,
    ExecType.PARTIAL_FILL: _filled,
    ExecType.FILL: _filled,
    ExecType.CANCELED: _canceled,
    ExecType.REPLACED: _replaced,
    ExecType.REJECTED: _rejected,
    ExecType.EXPIRED: _expired,
    ExecType.PENDING_CANCEL: _pending_cancel,
    ExecType.PENDING_REPLACE: _pending_replace,
    ExecType.ORDER_STATUS: _status,
    ExecType.PENDING_NEW: _status,
    ExecType.DONE_FOR_DAY: _status,
    ExecType.STOPPED: _status,
    ExecType.SUSPENDED: _status,
}
_READERS: Final[Mapping[bytes, Callable[[str, Message], AnyVenueReport]]] = {
    MsgType.EXECUTION_REPORT: _execution_report,
    MsgType.ORDER_CANCEL_REJECT: _order_cancel_reject,
    MsgType.BUSINESS_MESSAGE_REJECT: _business_message_reject,
}
_PRICES: Final = frozenset({MsgType.MARKET_DATA_SNAPSHOT_FULL_REFRESH, MsgType.MARKET_DATA_INCREMENTAL_REFRESH})


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
                prices = found.setdefault(symbol, {})
                if entry_type == MDEntryType.TRADE or entry_type not in prices:  # the last trade, the first (best) bid
                    prices[entry_type] = price
    return found
