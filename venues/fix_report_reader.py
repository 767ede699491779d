"""What the messages of a FIX venue say: ExecutionReport(8), OrderCancelReject(9), j, and Rejects(3) of ours.

It is read tolerantly: a field that we can do without may be missing, a field that nobody knows may be there, and 4.2's
way of telling an execution (ExecTransType(20), ExecType(150) 1 and 2) is understood from everybody. What is not
understood is never dropped: it becomes VenueUnreadable with the whole message. So does what must not be guessed at: a
trade, its cancel or its correction without the identifiers and figures that make it one, for they are money.

How an ExecutionReport(8) is read (FIX 4.4 volume 4, appendix D; FIX 4.2 volume 4):

    ExecTransType  ExecType                report
    3              any                     as I
    1              any                     as H
    2              any                     as G
    0 or none      0 New                   VenueAccepted
                   F Trade, 1, 2           VenueFilled
                   G Trade Correct         VenueCorrected
                   H Trade Cancel          VenueBusted
                   4 Canceled              VenueCanceled; with OrigClOrdID(41) ClOrdID(11) is our cancel request
                   5 Replaced              VenueReplaced
                   D Restated              VenueRestated
                   8 Rejected              VenueRejected; as I when OrdStatus(39) says that it lives (a duplicate)
                   C Expired               VenueExpired
                   6, E Pending            VenuePendingCancel, VenuePendingReplace
                   3, 7, 9                 VenueDoneForDay, VenueStopped (as I without its figures), VenueSuspended
                   L Triggered             VenueTriggered
                   A Pending New           as I
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
    CommType,
    CxlRejReason,
    ExecRestatementReason,
    ExecTransType,
    ExecType,
    MsgType,
    OrdRejReason,
    OrdStatus,
    Side,
)
from oms import exact, types
from oms.fill_details import FillDetails
from oms.types import RejectReason, RestatementReason
from oms.venue_reports import (
    AnyVenueReport,
    VenueAccepted,
    VenueBusted,
    VenueCanceled,
    VenueCancelRejected,
    VenueCorrected,
    VenueDoneForDay,
    VenueExpired,
    VenueFilled,
    VenueOrderStatus,
    VenuePendingCancel,
    VenuePendingReplace,
    VenueRejected,
    VenueReplaced,
    VenueRestated,
    VenueStopped,
    VenueSuspended,
    VenueTriggered,
    VenueUnknownOrder,
    VenueUnreadable,
)
from venues.fix_price_reader import PRICES, read_prices

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
    OrdRejReason.DUPLICATE_OF_A_VERBALLY_COMMUNICATED_ORDER: RejectReason.DUPLICATE_OF_TELEPHONED,
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

RESTATEMENT_REASONS: Final = {
    ExecRestatementReason.GT_CORPORATE_ACTION: RestatementReason.GT_CORPORATE_ACTION,
    ExecRestatementReason.GT_RENEWAL: RestatementReason.GT_RENEWAL,
    ExecRestatementReason.VERBAL_CHANGE: RestatementReason.VERBAL_CHANGE,
    ExecRestatementReason.REPRICING_OF_ORDER: RestatementReason.REPRICING_OF_ORDER,
    ExecRestatementReason.BROKER_OPTION: RestatementReason.BROKER_OPTION,
    ExecRestatementReason.PARTIAL_DECLINE_OF_ORDER_QTY: RestatementReason.PARTIAL_DECLINE_OF_ORDER_QTY,
    ExecRestatementReason.CANCEL_ON_TRADING_HALT: RestatementReason.CANCEL_ON_TRADING_HALT,
    ExecRestatementReason.CANCEL_ON_SYSTEM_FAILURE: RestatementReason.CANCEL_ON_SYSTEM_FAILURE,
    ExecRestatementReason.MARKET_OPTION: RestatementReason.MARKET_OPTION,
}

_SIDES: Final = {Side.BUY: types.Side.BUY, Side.SELL: types.Side.SELL}
"""A sale has more names at some venues (sell short, and so on): what is not here is not compared."""
_NO_ORDER_IDS = frozenset({"", "NONE", "0", "UNKNOWN"})


def read_message(venue: str, message: Message) -> list[AnyVenueReport]:
    """All that the message says, as reports of `venue`. Never raises, and [] only for prices that say nothing."""
    if message.msg_type in PRICES:
        return read_prices(venue, message)
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
    elif trans_type == ExecTransType.CANCEL:
        exec_type = ExecType.TRADE_CANCEL
    elif trans_type == ExecTransType.CORRECT:
        exec_type = ExecType.TRADE_CORRECT
    elif trans_type != ExecTransType.NEW:
        return _unreadable(venue, message, f"ExecTransType(20)={trans_type.decode('latin-1')} is none that there is")
    read = _EXECUTION_READERS.get(exec_type)
    if read is None:
        return _unreadable(venue, message, f"ExecType(150)={exec_type.decode('latin-1')} is not one we can act on")
    return read(venue, message)


def _accepted(venue: str, message: Message) -> AnyVenueReport:
    return VenueAccepted(venue, _text(message, tags.CL_ORD_ID), _text(message, tags.ORDER_ID))


def _filled(venue: str, message: Message) -> AnyVenueReport:
    fields = message.fields
    get = fields.get
    last_qty = _number(message, tags.LAST_QTY)
    last_px = _number(message, tags.LAST_PX)
    exec_id = get(tags.EXEC_ID)
    if last_qty is None or last_px is None or last_qty <= 0 or not exec_id:
        return _unreadable(venue, message, "a trade needs ExecID(17), a positive LastQty(32) and a LastPx(31)")
    transact_time = get(tags.TRANSACT_TIME)
    has_details = tags.LAST_MKT in fields or tags.COMMISSION in fields or tags.LAST_LIQUIDITY_IND in fields
    return VenueFilled(
        venue,
        fields[tags.CL_ORD_ID].decode("latin-1"),
        get(tags.ORDER_ID, b"").decode("latin-1"),
        exec_id.decode("latin-1"),
        last_qty,
        last_px,
        None if transact_time is None else parse_utc_timestamp(transact_time),
        _number(message, tags.CUM_QTY),
        _number(message, tags.LEAVES_QTY),
        get(tags.SYMBOL, b"").decode("latin-1"),
        _SIDES.get(get(tags.SIDE, b"")),
        _details(message, last_qty, last_px) if has_details else None,
    )


def _details(message: Message, last_qty: Decimal, last_px: Decimal) -> FillDetails:
    """Commission(12) is made an amount where CommType(13) says how, and left out where that is unclear."""
    commission = _number(message, tags.COMMISSION)
    comm_type = message.fields.get(tags.COMM_TYPE, CommType.ABSOLUTE)
    if commission is not None and comm_type == CommType.PER_UNIT:
        commission = exact.multiply(commission, last_qty)
    elif comm_type != CommType.ABSOLUTE:
        commission = None
    return FillDetails(
        _text(message, tags.LAST_MKT),
        commission,
        _text(message, tags.COMM_CURRENCY),
        _text(message, tags.LAST_LIQUIDITY_IND),
    )


def _corrected(venue: str, message: Message) -> AnyVenueReport:
    last_qty = _number(message, tags.LAST_QTY)
    last_px = _number(message, tags.LAST_PX)
    exec_id, exec_ref_id = _text(message, tags.EXEC_ID), _text(message, tags.EXEC_REF_ID)
    if last_qty is None or last_px is None or last_qty <= 0 or not exec_id or not exec_ref_id:
        why = "a correction needs ExecID(17), ExecRefID(19), a positive LastQty(32) and a LastPx(31)"
        return _unreadable(venue, message, why)
    return VenueCorrected(
        venue,
        _text(message, tags.CL_ORD_ID),
        _text(message, tags.ORDER_ID),
        exec_id,
        exec_ref_id,
        last_qty,
        last_px,
        _transact_time_ns(message),
    )


def _busted(venue: str, message: Message) -> AnyVenueReport:
    exec_id, exec_ref_id = _text(message, tags.EXEC_ID), _text(message, tags.EXEC_REF_ID)
    if not exec_id or not exec_ref_id:
        return _unreadable(venue, message, "the cancel of a trade needs ExecID(17) and ExecRefID(19)")
    order_id, text = _text(message, tags.ORDER_ID), _text(message, tags.TEXT)
    return VenueBusted(venue, _text(message, tags.CL_ORD_ID), order_id, exec_id, exec_ref_id, text)


def _restated(venue: str, message: Message) -> AnyVenueReport:
    fields = message.fields
    return VenueRestated(
        venue,
        _text(message, tags.CL_ORD_ID),
        _number(message, tags.ORDER_QTY),
        _number(message, tags.PRICE),
        _number(message, tags.CUM_QTY),
        RESTATEMENT_REASONS.get(fields.get(tags.EXEC_RESTATEMENT_REASON, b""), RestatementReason.OTHER),
        ORD_STATUSES.get(fields.get(tags.ORD_STATUS, b"")),
        _text(message, tags.TEXT),
        _text(message, tags.ORDER_ID),
        _text(message, tags.EXEC_ID),
    )


def _done_for_day(venue: str, message: Message) -> AnyVenueReport:
    return VenueDoneForDay(venue, _text(message, tags.CL_ORD_ID), _text(message, tags.TEXT))


def _suspended(venue: str, message: Message) -> AnyVenueReport:
    return VenueSuspended(venue, _text(message, tags.CL_ORD_ID), _text(message, tags.TEXT))


def _stopped(venue: str, message: Message) -> AnyVenueReport:
    last_qty = _number(message, tags.LAST_QTY)
    last_px = _number(message, tags.LAST_PX)
    if last_qty is None or last_px is None or last_qty <= 0:
        return _status(venue, message)
    return VenueStopped(venue, _text(message, tags.CL_ORD_ID), last_qty, last_px, _text(message, tags.TEXT))


def _triggered(venue: str, message: Message) -> AnyVenueReport:
    return VenueTriggered(venue, _text(message, tags.CL_ORD_ID))


def _canceled(venue: str, message: Message) -> AnyVenueReport:
    orig_cl_ord_id = _text(message, tags.ORIG_CL_ORD_ID) or None
    reason = RESTATEMENT_REASONS.get(message.fields.get(tags.EXEC_RESTATEMENT_REASON, b""))
    return VenueCanceled(venue, _text(message, tags.CL_ORD_ID), orig_cl_ord_id, _text(message, tags.TEXT), reason)


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
    ExecType.TRADE_CORRECT: _corrected,
    ExecType.TRADE_CANCEL: _busted,
    ExecType.RESTATED: _restated,
    ExecType.DONE_FOR_DAY: _done_for_day,
    ExecType.STOPPED: _stopped,
    ExecType.SUSPENDED: _suspended,
    ExecType.TRIGGERED_OR_ACTIVATED_BY_SYSTEM: _triggered,
}
_READERS: Final[Mapping[bytes, Callable[[str, Message], AnyVenueReport]]] = {
    MsgType.EXECUTION_REPORT: _execution_report,
    MsgType.ORDER_CANCEL_REJECT: _order_cancel_reject,
    MsgType.BUSINESS_MESSAGE_REJECT: _business_message_reject,
}


def _transact_time_ns(message: Message) -> int | None:
    transact_time = message.fields.get(tags.TRANSACT_TIME)
    return None if transact_time is None else parse_utc_timestamp(transact_time)


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
