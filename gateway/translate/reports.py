"""Facts to ExecutionReport(8) and OrderCancelReject(9): one renderer, one field list.

Every report carries the order as it stands after the fact: OrdStatus(39) by precedence, quantities by arithmetic. The
ClOrdID(11) is the last accepted one, except in the answers to a cancel or replace, which carry the request's own and
the last accepted one as OrigClOrdID(41) (FIX 4.4 Volume 4, Appendix D). An order that came by telephone has none.

Orders that outlive the day carry the day's quantities (424, 425, 426), and whatever special terms an order came with is
told back.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Final

from fixspec.numbers import format_decimal
from gateway.translate.dialect import Dialect
from gateway.translate.special_terms import special_fields
from gateway.translate.values import ORD_STATUS_VALUES, ORD_TYPE_VALUES, SIDE_VALUES, TIME_IN_FORCE_VALUES
from oms.fill_details import FillDetails
from oms.order import Order
from oms.special_terms import NO_SPECIAL_TERMS
from oms.types import TimeInForce

# ExecType(150)
NEW: Final = b"0"
DONE_FOR_DAY: Final = b"3"
CANCELED: Final = b"4"
REPLACED: Final = b"5"
PENDING_CANCEL: Final = b"6"
STOPPED: Final = b"7"
REJECTED: Final = b"8"
SUSPENDED: Final = b"9"
PENDING_NEW: Final = b"A"
EXPIRED: Final = b"C"
RESTATED: Final = b"D"
PENDING_REPLACE: Final = b"E"
TRADE: Final = b"F"
TRADE_CORRECT: Final = b"G"
TRADE_CANCEL: Final = b"H"
ORDER_STATUS: Final = b"I"

REJECTED_STATUS: Final = b"8"
CANCEL_REQUEST: Final = b"1"  # CxlRejResponseTo(434)
REPLACE_REQUEST: Final = b"2"

_GOOD_TILL_CANCEL: Final = TimeInForce.GOOD_TILL_CANCEL
_GOOD_TILL_DATE: Final = TimeInForce.GOOD_TILL_DATE

_EXECUTION_REPORT: Final = b"".join(
    (
        b"37=%b\x01",  # OrderID
        b"11=%b\x01%b",  # ClOrdID, and OrigClOrdID(41) in the answer to a request
        b"17=%b\x01%b",  # ExecID, and ExecTransType(20) where the dialect has it
        b"150=%b\x01",  # ExecType
        b"39=%b\x01%b",  # OrdStatus, and Account(1) when the order has one
        b"55=%b\x01",  # Symbol
        b"54=%b\x01",  # Side
        b"38=%b\x01",  # OrderQty
        b"40=%b\x01%b",  # OrdType, and Price(44) of a limit order
        b"59=%b\x01",  # TimeInForce
        b"151=%b\x01",  # LeavesQty
        b"14=%b\x01",  # CumQty
        b"6=%b\x01",  # AvgPx
        b"60=%b\x01%b",  # TransactTime, and what this report is about
    )
)


def execution_report(
    order: Order,
    exec_id: bytes,
    exec_type: bytes,
    transact_time: bytes,
    dialect: Dialect,
    cl_ord_id: str | None = None,
    orig_cl_ord_id: str | None = None,
    detail: bytes = b"",
) -> bytes:
    """Body of an ExecutionReport(8) about `order` as it stands.

    `cl_ord_id` overrides the order's own; `detail` is further encoded fields (last quantity, reasons, text)."""
    price, cum_qty, time_in_force = order.price, order.cum_qty, order.time_in_force
    if order.special is not NO_SPECIAL_TERMS:
        detail = special_fields(order.special, dialect) + detail
    if time_in_force is _GOOD_TILL_CANCEL or time_in_force is _GOOD_TILL_DATE:
        detail = _day_quantities(order) + detail
    name = cl_ord_id or order.cl_ord_id
    order_qty, leaves_qty = format_decimal(order.order_qty), order.leaves_qty
    body = _EXECUTION_REPORT % (
        order.order_id.encode(),
        name.encode("latin-1"),
        b"41=%b\x01" % orig_cl_ord_id.encode("latin-1") if orig_cl_ord_id is not None else b"",
        exec_id,
        b"20=0\x01" if dialect.exec_trans_type else b"",
        exec_type,
        ORD_STATUS_VALUES[order.ord_status],
        _account_field(order.account),
        order.symbol.encode("latin-1"),
        SIDE_VALUES[order.side],
        order_qty,
        ORD_TYPE_VALUES[order.ord_type],
        b"44=%b\x01" % format_decimal(price) if price is not None else b"",
        TIME_IN_FORCE_VALUES[time_in_force],
        (format_decimal(leaves_qty) if cum_qty else order_qty) if leaves_qty else b"0",
        format_decimal(cum_qty) if cum_qty else b"0",
        format_decimal(order.avg_px) if cum_qty else b"0",
        transact_time,
        detail,
    )
    return body if name else body.replace(b"\x0111=\x01", b"\x01", 1)


@lru_cache(maxsize=4096)
def _account_field(account: str) -> bytes:
    return b"1=%b\x01" % account.encode("latin-1") if account else b""


def _day_quantities(order: Order) -> bytes:
    """DayOrderQty(424), DayCumQty(425), DayAvgPx(426)."""
    day_cum_qty = order.day_cum_qty
    if not day_cum_qty:
        return b"424=%b\x01425=0\x01426=0\x01" % format_decimal(order.day_order_qty)
    return b"424=%b\x01425=%b\x01426=%b\x01" % (
        format_decimal(order.day_order_qty),
        format_decimal(day_cum_qty),
        format_decimal(order.day_avg_px),
    )


def trade_report(
    order: Order,
    exec_id: bytes,
    last_qty: Decimal,
    last_px: Decimal,
    transact_time: bytes,
    dialect: Dialect,
    more: bytes = b"",
) -> bytes:
    """Body of the report of a fill. FIX 4.2 says it by the status that it leads to: 1 Partial fill, 2 Fill.

    `more` is what is known of the execution beside quantity and price: LastMkt(30), `fill_details`."""
    exec_type = TRADE if dialect.trade_by_exec_type else _fill_or_partial_fill(order)
    detail = b"32=%b\x0131=%b\x01%b" % (format_decimal(last_qty), format_decimal(last_px), more)
    return execution_report(order, exec_id, exec_type, transact_time, dialect, None, None, detail)


def _fill_or_partial_fill(order: Order) -> bytes:
    return b"1" if order.cum_qty < order.order_qty else b"2"


def fill_details(details: FillDetails, last_mkt: bytes, dialect: Dialect) -> bytes:
    """LastMkt(30) as it is said of this execution, else `last_mkt`; Commission(12) as an amount, its currency, and
    LastLiquidityInd(851)."""
    fields = [b"30=%b\x01" % details.last_mkt.encode("latin-1", "replace") if details.last_mkt else last_mkt]
    if details.commission is not None:
        fields.append(b"12=%b\x0113=3\x01" % format_decimal(details.commission))
        if details.commission_currency and dialect.comm_currency:
            fields.append(b"479=%b\x01" % details.commission_currency.encode("latin-1"))
    if details.last_liquidity_ind and dialect.last_liquidity_ind:
        fields.append(b"851=%b\x01" % details.last_liquidity_ind.encode("latin-1"))
    return b"".join(fields)


def revision_report(
    order: Order,
    exec_id: bytes,
    exec_ref_id: bytes,
    correction: tuple[Decimal, Decimal] | None,
    transact_time: bytes,
    dialect: Dialect,
    more: bytes = b"",
) -> bytes:
    """Body of the report that an execution has another quantity and price than was told, `correction`, or that it is
    void. ExecRefID(19) is the ExecID(17) under which it was told last."""
    last_qty, last_px = (b"0", b"0") if correction is None else map(format_decimal, correction)
    detail = b"19=%b\x0132=%b\x0131=%b\x01%b" % (exec_ref_id, last_qty, last_px, more)
    if dialect.trade_by_exec_type:
        exec_type = TRADE_CANCEL if correction is None else TRADE_CORRECT
        return execution_report(order, exec_id, exec_type, transact_time, dialect, detail=detail)
    body = execution_report(order, exec_id, _fill_or_partial_fill(order), transact_time, dialect, detail=detail)
    return body.replace(b"\x0120=0\x01", b"\x0120=1\x01" if correction is None else b"\x0120=2\x01", 1)


def status_report(
    order: Order,
    exec_id: bytes,
    transact_time: bytes,
    dialect: Dialect,
    cl_ord_id: str | None = None,
    detail: bytes = b"",
) -> bytes:
    """Body of the answer to an OrderStatusRequest(H) or OrderMassStatusRequest(AF), or to a request that was sent
    before. While a request of the client's is pending, the names are the request's and the order's (G.1.c)."""
    orig_cl_ord_id = None
    if cl_ord_id is None and order.pending and order.pending[-1].cl_ord_id:
        cl_ord_id, orig_cl_ord_id = order.pending[-1].cl_ord_id, order.cl_ord_id
    exec_type = ORDER_STATUS if dialect.status_by_exec_type else ORD_STATUS_VALUES[order.ord_status]
    body = execution_report(order, exec_id, exec_type, transact_time, dialect, cl_ord_id, orig_cl_ord_id, detail=detail)
    if dialect.status_by_exec_type:
        return body
    return body.replace(b"\x0120=0\x01", b"\x0120=3\x01", 1)


def unknown_order_report(
    cl_ord_id: bytes,
    symbol: bytes,
    side: bytes,
    exec_id: bytes,
    text: bytes,
    dialect: Dialect,
    more: bytes = b"",
) -> bytes:
    """Body of the answer to an OrderStatusRequest(H) for an order that this session does not have, or to an
    OrderMassStatusRequest(AF) that concerns none."""
    exec_type = ORDER_STATUS if dialect.status_by_exec_type else REJECTED
    detail = b"103=5\x0158=%b\x01%b" % (text, more)
    return _report_without_order(cl_ord_id, exec_id, b"3", exec_type, symbol, side, detail, dialect)


def refused_order_report(
    fields: dict[bytes, bytes], exec_id: bytes, ord_rej_reason: bytes, text: bytes, dialect: Dialect
) -> bytes:
    """Body of the report that refuses a NewOrderSingle(D) of which no order came: its own fields are told back."""
    quantity = b"38=%b\x01" % fields[b"38"] if b"38" in fields else b""
    detail = b"%b103=%b\x0158=%b\x01" % (quantity, ord_rej_reason, text)
    return _report_without_order(
        fields[b"11"], exec_id, b"0", REJECTED, fields.get(b"55", b"[N/A]"), fields[b"54"], detail, dialect
    )


def spent_cl_ord_id_report(cl_ord_id: str, exec_id: bytes, detail: bytes, dialect: Dialect) -> bytes:
    """Body of the report that refuses a new order whose ClOrdID was spent on a request that never had an order."""
    return _report_without_order(cl_ord_id.encode("latin-1"), exec_id, b"0", REJECTED, b"[N/A]", b"1", detail, dialect)


def _report_without_order(
    cl_ord_id: bytes,
    exec_id: bytes,
    exec_trans_type: bytes,
    exec_type: bytes,
    symbol: bytes,
    side: bytes,
    detail: bytes,
    dialect: Dialect,
) -> bytes:
    """A report on an order that there is not: OrderID(37)=NONE, OrdStatus(39)=8, nothing left and nothing done."""
    return b"37=NONE\x01%b17=%b\x01%b150=%b\x0139=8\x0155=%b\x0154=%b\x01151=0\x0114=0\x016=0\x01%b" % (
        b"11=%b\x01" % cl_ord_id if cl_ord_id else b"",
        exec_id,
        b"20=%b\x01" % exec_trans_type if dialect.exec_trans_type else b"",
        exec_type,
        symbol,
        side,
        detail,
    )


def order_cancel_reject(
    order: Order | None,
    cl_ord_id: str,
    orig_cl_ord_id: str,
    response_to: bytes,
    cxl_rej_reason: bytes,
    text: bytes,
) -> bytes:
    """Body of an OrderCancelReject(9); without an order OrderID(37) is NONE and OrdStatus(39) is Rejected."""
    return b"37=%b\x0111=%b\x0141=%b\x0139=%b\x01434=%b\x01102=%b\x0158=%b\x01" % (
        order.order_id.encode() if order is not None else b"NONE",
        cl_ord_id.encode("latin-1"),
        orig_cl_ord_id.encode("latin-1"),
        ORD_STATUS_VALUES[order.ord_status] if order is not None else REJECTED_STATUS,
        response_to,
        cxl_rej_reason,
        text,
    )


def order_mass_cancel_report(
    order_id: bytes,
    cl_ord_id: str,
    scope: str,
    total_affected_orders: int | None,
    mass_cancel_reject_reason: bytes,
    transact_time: bytes,
    text: bytes,
    dialect: Dialect,
) -> bytes:
    """Body of an OrderMassCancelReport(r): how many orders are to be canceled, or why none is (`None`)."""
    request_type = scope.encode("latin-1")
    answer = (
        b"531=0\x01532=%b\x01" % mass_cancel_reject_reason
        if total_affected_orders is None
        else b"531=%b\x01533=%d\x01" % (request_type, total_affected_orders)
    )
    return b"37=%b\x01%b11=%b\x01530=%b\x01%b60=%b\x01%b" % (
        order_id,
        b"1369=%b\x01" % order_id if dialect.mass_action_report_id else b"",
        cl_ord_id.encode("latin-1"),
        request_type,
        answer,
        transact_time,
        b"58=%b\x01" % text if text else b"",
    )
