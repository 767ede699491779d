"""What the exchange says about orders: bodies of ExecutionReport(8) and OrderCancelReject(9), in each dialect.

The floor speaks FIX 4.4. In FIX 4.2 every report has an ExecTransType(20), a trade is ExecType(150) 1 or 2, and the
answer to a status request is ExecTransType 3 with the OrdStatus(39) as ExecType. A reason code that the dialect does
not know is left to Text(58).
"""

from __future__ import annotations

from decimal import Decimal

from fixspec import tags
from fixspec.numbers import format_decimal
from fixspec.tags import ExecTransType, ExecType, OrdRejReason, OrdStatus, Side
from gateway.exchange.floor import TRIGGERED, FloorOrder, Report, average
from gateway.exchange.rules import Refused
from gateway.translate.dialect import Dialect

_TERMS = (
    tags.ACCOUNT, tags.SYMBOL, tags.SIDE, tags.ORDER_QTY, tags.ORD_TYPE, tags.PRICE, tags.TIME_IN_FORCE,
)  # fmt: skip

NONE = b"NONE"
"""OrderID(37) of an order that does not exist."""


def order_id(exchange_id: bytes, number: int) -> bytes:
    return b"%b-%d" % (exchange_id, number)


def execution_report(report: Report, dialect: Dialect, exchange_id: bytes, transact_time: bytes) -> bytes:
    """Body of the ExecutionReport(8) for something that happened to an order."""
    order = report.order
    exec_type = report.exec_type
    traded = exec_type == ExecType.TRADE
    if traded and not dialect.trade_by_exec_type:
        exec_type = report.ord_status
    elif exec_type == TRIGGERED:
        exec_type = dialect.triggered
    seq, position = report.exec_id
    head = b"37=%b-%d\x0111=%b\x0117=%b-%d-%d\x01%b150=%b\x0139=%b\x01" % (
        exchange_id, order.number, report.cl_ord_id, exchange_id, seq, position,
        b"20=0\x01" if dialect.exec_trans_type else b"", exec_type, report.ord_status,
    )  # fmt: skip
    if report.orig_cl_ord_id:
        head += b"41=%b\x01" % report.orig_cl_ord_id
    if traded:
        assert report.last_qty is not None and report.last_px is not None
        head += b"32=%b\x0131=%b\x01" % (format_decimal(report.last_qty), format_decimal(report.last_px))
    if report.text:
        head += b"58=%b\x01" % report.text
    return head + _figures(order, report.cum_qty, report.leaves_qty, report.notional, transact_time)


def status_report(
    order: FloorOrder, cl_ord_id: bytes, dialect: Dialect, exchange_id: bytes, transact_time: bytes, more: bytes = b""
) -> bytes:
    """Body of the ExecutionReport(8) that answers an OrderStatusRequest(H). ExecID(17) is 0: nothing was executed.

    `more` is encoded fields to go with it."""
    status = order.ord_status()
    book_order = order.book_order
    head = b"37=%b-%d\x0111=%b\x0117=0\x01%b39=%b\x01" % (
        exchange_id, order.number, cl_ord_id, _status_kind(dialect, status), status,
    )  # fmt: skip
    return head + more + _figures(order, book_order.cum_qty, order.leaves_qty, order.notional, transact_time)


def _status_kind(dialect: Dialect, ord_status: bytes) -> bytes:
    if dialect.status_by_exec_type:
        return b"150=%b\x01" % ExecType.ORDER_STATUS
    return b"20=%b\x01150=%b\x01" % (ExecTransType.STATUS, ord_status)


def _figures(
    order: FloorOrder, cum_qty: Decimal, leaves_qty: Decimal, notional: Decimal, transact_time: bytes
) -> bytes:
    price = order.book_order.price
    return b"%b55=%b\x0154=%b\x0138=%b\x0140=%b\x01%b%b59=%b\x01151=%b\x0114=%b\x016=%b\x0160=%b\x01" % (
        b"1=%b\x01" % order.account if order.account else b"",
        order.symbol,
        order.side,
        format_decimal(order.book_order.order_qty),
        order.ord_type,
        b"44=%b\x01" % format_decimal(price) if price is not None else b"",
        b"99=%b\x01" % format_decimal(order.stop_px) if order.stop_px is not None else b"",
        order.time_in_force,
        format_decimal(leaves_qty),
        format_decimal(cum_qty),
        format_decimal(average(notional, cum_qty)) if cum_qty else b"0",
        transact_time,
    )


def order_refused(
    refused: Refused, request: dict[bytes, bytes], dialect: Dialect, exec_id: bytes, transact_time: bytes
) -> bytes:
    """Body of the ExecutionReport(8) that refuses a NewOrderSingle(D) with these fields."""
    reason = refused.reason if refused.reason in dialect.ord_rej_reasons else b"0"
    return b"37=%b\x0111=%b\x0117=%b\x01%b150=%b\x0139=%b\x01103=%b\x0158=%b\x01%b151=0\x0114=0\x016=0\x0160=%b\x01" % (
        NONE,
        request[tags.CL_ORD_ID],
        exec_id,
        b"20=0\x01" if dialect.exec_trans_type else b"",
        ExecType.REJECTED,
        OrdStatus.REJECTED,
        reason,
        refused.text,
        _echo(request, _TERMS),
        transact_time,
    )


def duplicate_refused(
    order: FloorOrder, refused: Refused, dialect: Dialect, exec_id: bytes, cl_ord_id: bytes, transact_time: bytes
) -> bytes:
    """Body of the ExecutionReport(8) that refuses a second order under the ClOrdID(11) of `order`, which goes on: the
    reject carries the OrdStatus(39) and the figures of the first (FIX 4.4 volume 4, appendix D, F.1.a)."""
    book_order = order.book_order
    head = b"37=%b\x0111=%b\x0117=%b\x01%b150=%b\x0139=%b\x01103=%b\x0158=%b\x01" % (
        NONE,
        cl_ord_id,
        exec_id,
        b"20=0\x01" if dialect.exec_trans_type else b"",
        ExecType.REJECTED,
        order.ord_status(),
        refused.reason,
        refused.text,
    )
    return head + _figures(order, book_order.cum_qty, order.leaves_qty, order.notional, transact_time)


def unknown_order_status(
    request: dict[bytes, bytes], dialect: Dialect, transact_time: bytes, more: bytes = b""
) -> bytes:
    """Body of the ExecutionReport(8) that answers a status request for an order that does not exist (G.1.a).

    The report must have a Symbol(55) and a Side(54); a mass status request may have none to repeat."""
    return b"37=%b\x0117=0\x01%b39=%b\x01103=%b\x0158=%b\x01%b%b55=%b\x0154=%b\x01151=0\x0114=0\x016=0\x0160=%b\x01" % (
        NONE,
        _status_kind(dialect, OrdStatus.REJECTED),
        OrdStatus.REJECTED,
        OrdRejReason.UNKNOWN_ORDER,
        b"unknown order",
        _echo(request, (tags.CL_ORD_ID, tags.ACCOUNT)),
        more,
        request.get(tags.SYMBOL, b"[N/A]"),
        request.get(tags.SIDE, Side.UNDISCLOSED),
        transact_time,
    )


def cancel_refused(
    order: FloorOrder | None,
    refused: Refused,
    request: dict[bytes, bytes],
    response_to: bytes,
    dialect: Dialect,
    exchange_id: bytes,
) -> bytes:
    """Body of the OrderCancelReject(9) for an OrderCancelRequest(F) or OrderCancelReplaceRequest(G).

    `response_to` is CxlRejResponseTo(434): 1 for F, 2 for G."""
    reason = b"102=%b\x01" % refused.reason if refused.reason in dialect.cxl_rej_reasons else b""
    return b"37=%b\x0111=%b\x0141=%b\x0139=%b\x01434=%b\x01%b58=%b\x01" % (
        NONE if order is None else order_id(exchange_id, order.number),
        request[tags.CL_ORD_ID],
        request[tags.ORIG_CL_ORD_ID],
        OrdStatus.REJECTED if order is None else order.ord_status(),
        response_to,
        reason,
        refused.text,
    )


def security_status(symbol: bytes, status: bytes, transact_time: bytes) -> bytes:
    """Body of a SecurityStatus(f) that nobody has asked for."""
    return b"55=%b\x01325=Y\x01326=%b\x0160=%b\x01" % (symbol, status, transact_time)


def _echo(request: dict[bytes, bytes], wanted: tuple[bytes, ...]) -> bytes:
    """The fields of the request that the answer repeats."""
    return b"".join([b"%b=%b\x01" % (tag, request[tag]) for tag in wanted if tag in request])
