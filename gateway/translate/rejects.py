"""The reject table: which answer, 3, j, 8 or 9, a fault gets, and how the desk's reasons map to FIX codes.

| what is wrong                                              | answer | code                                          |
|------------------------------------------------------------|--------|-----------------------------------------------|
| the message breaks the dictionary                          | 3      | SessionRejectReason(373), by the session      |
| a MsgType that nobody may send, or no version like this   | j      | 380=3, by the session's rules of engagement   |
| a MsgType, field or value that this session may not send   | j      | 380=6, likewise                               |
| a field that the rules of engagement require is missing    | j      | 380=5, likewise                               |
| a listener (drop copy) session sends a request             | j      | 380=6                                         |
| a status request (H, AF) above the throttle                | j      | 380=8                                         |
| a new order is refused, by us or by the venue              | 8      | OrdRejReason(103), LeavesQty(151)=0           |
| a cancel or replace is refused                             | 9      | CxlRejReason(102), OrderID(37)=NONE if unknown|
| a status request names no order, a mass status none        | 8      | 150=I 39=8 103=5, 911=0                       |
| a mass cancel is refused                                   | r      | 531=0, MassCancelRejectReason(532)            |
| a request for instruments is refused                       | y, d   | SecurityRequestResult(560), 323=5             |
| a request for the trading session's status is refused      | h      | 340=6, 567; in 4.2 340=3                      |
| a request for positions is refused                         | AO     | PosReqResult(728), 729=2                      |

FIX 4.4 Volume 2: a BusinessMessageReject(j) is for what cannot be refused by any other message.
"""

from __future__ import annotations

from fixspec import tags
from fixspec.message import Message
from gateway.translate.dialect import Dialect
from oms.types import RejectReason as Reason

NOT_AUTHORIZED = b"6"  # BusinessRejectReason(380)
THROTTLED = b"8"

# Reason -> OrdRejReason(103) of an ExecutionReport(8), CxlRejReason(102) of an OrderCancelReject(9)
_CODES: dict[Reason, tuple[bytes, bytes]] = {
    Reason.BROKER_OPTION: (b"0", b"2"),
    Reason.UNKNOWN_SYMBOL: (b"1", b"99"),
    Reason.EXCHANGE_CLOSED: (b"2", b"2"),
    Reason.ORDER_EXCEEDS_LIMIT: (b"3", b"2"),
    Reason.TOO_LATE: (b"4", b"0"),
    Reason.UNKNOWN_ORDER: (b"5", b"1"),
    Reason.DUPLICATE: (b"6", b"6"),
    Reason.DUPLICATE_OF_TELEPHONED: (b"7", b"2"),
    Reason.STALE: (b"8", b"2"),
    Reason.UNSUPPORTED_ORDER_CHARACTERISTIC: (b"11", b"2"),
    Reason.INCORRECT_QUANTITY: (b"13", b"2"),
    Reason.UNKNOWN_ACCOUNT: (b"15", b"2"),
    Reason.PRICE_INCREMENT: (b"18", b"18"),
    Reason.ALREADY_PENDING: (b"99", b"3"),
    Reason.OTHER: (b"99", b"99"),
}


def ord_rej_reason(reason: Reason, dialect: Dialect) -> bytes:
    """OrdRejReason(103); what the version does not know becomes 0 Broker option, and Text(58) says the rest."""
    code = _CODES[reason][0]
    return code if code in dialect.ord_rej_reasons else b"0"


def cxl_rej_reason(reason: Reason, dialect: Dialect) -> bytes:
    """CxlRejReason(102); what the version does not know becomes 2 Broker option."""
    code = _CODES[reason][1]
    return code if code in dialect.cxl_rej_reasons else b"2"


def mass_cancel_reject_reason(code: str) -> bytes:
    """MassCancelRejectReason(532), by the code of the refusal."""
    return {"MASS_CANCEL_SCOPE": b"0", "UNKNOWN_SYMBOL": b"1"}.get(code, b"99")


def business_reject(message: Message, reason: bytes, text: bytes, dialect: Dialect) -> bytes:
    """Body of a BusinessMessageReject(j); a reason that the version does not know becomes 0 Other."""
    return b"45=%b\x01372=%b\x01380=%b\x0158=%b\x01" % (
        message.fields[tags.MSG_SEQ_NUM],
        message.msg_type,
        reason if reason in dialect.business_reject_reasons else b"0",
        text,
    )
