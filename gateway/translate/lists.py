"""Lists of orders, both ways: NewOrderList(E), ListCancelRequest(K) and ListExecute(L) to commands, and ListStatus(N).

What the orders of a list have to do with each other is said by ContingencyType(1385), which came with FIX 5.0. Before
that, and in any version, ListExecInst(69) may say it: the word OCO or OTO and nothing else. The field is free text for
a person who executes the list; here is none, so any other text refuses the list and is not passed over.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fixspec import tags
from fixspec.message import Group, Message
from fixspec.numbers import format_decimal
from fixspec.tags import BidType, ContingencyType, ListExecInstType, ListOrderStatus, ListRejectReason
from gateway.translate.dialect import Dialect
from gateway.translate.engagement import NOT_TAKEN
from gateway.translate.requests import Unsupported, account_not_allowed, field_not_taken, new_order
from gateway.translate.values import ORD_STATUS_VALUES
from oms.commands import NewList, NewOrder
from oms.exact import ZERO, subtract
from oms.lists import OrderList
from oms.order import Order
from oms.refusals import CODES, Refusal, refuse
from oms.types import Contingency, RejectReason

_CONTINGENCIES = {
    ContingencyType.ONE_CANCELS_THE_OTHER: Contingency.ONE_CANCELS_THE_OTHER,
    ContingencyType.ONE_TRIGGERS_THE_OTHER: Contingency.ONE_TRIGGERS_THE_OTHER,
}
_WORDS = {b"OCO": Contingency.ONE_CANCELS_THE_OTHER, b"OTO": Contingency.ONE_TRIGGERS_THE_OTHER}
_WAITS = {ListExecInstType.IMMEDIATE: False, ListExecInstType.WAIT_FOR_EXECUTE_INSTRUCTION: True}
_REJECT_REASONS = {
    RejectReason.EXCHANGE_CLOSED: ListRejectReason.EXCHANGE_CLOSED,
    RejectReason.TOO_LATE: ListRejectReason.TOO_LATE_TO_ENTER,
    RejectReason.UNKNOWN_ORDER: ListRejectReason.UNKNOWN_ORDER,
    RejectReason.DUPLICATE: ListRejectReason.DUPLICATE_ORDER,
    RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC: ListRejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
}


# -- what a client asks ------------------------------------------------------------------------------------------------


def missing_field(message: Message) -> tuple[bytes, bytes] | None:
    """An order of the list, and the field that every order needs and this one has not."""
    for order in message.groups[tags.NO_ORDERS]:
        for tag in (tags.CL_ORD_ID, tags.SYMBOL, tags.SIDE, tags.ORD_TYPE):
            if tag not in order.fields:
                return order.fields.get(tags.LIST_SEQ_NO, b"?"), tag
        if tags.ORDER_QTY not in order.fields and tags.CASH_ORDER_QTY not in order.fields:
            return order.fields.get(tags.LIST_SEQ_NO, b"?"), tags.ORDER_QTY
    return None


def new_list(session: str, message: Message, accounts: frozenset[str], dialect: Dialect) -> NewList:
    """A list with an order that cannot be taken has a `fault`. `accounts` as in `gateway.trading.client_terms`. The
    message has no `missing_field`."""
    fields, groups = message.fields, message.groups[tags.NO_ORDERS]
    contingency = _contingency(fields)
    waits = _WAITS.get(fields.get(tags.LIST_EXEC_INST_TYPE, ListExecInstType.IMMEDIATE))
    trader = fields.get(tags.SENDER_SUB_ID, b"").decode("latin-1")
    fault = None
    if fields.get(tags.BID_TYPE, BidType.NO_BIDDING_PROCESS) != BidType.NO_BIDDING_PROCESS:
        fault = _not_taken("BidType(394)", fields[tags.BID_TYPE], b"3")
    elif waits is None:
        fault = _not_taken("ListExecInstType(433)", fields[tags.LIST_EXEC_INST_TYPE], b"1,2")
    elif isinstance(contingency, Refusal):
        fault = contingency
    orders: list[NewOrder] = []
    for group in groups:
        order = _order(session, group, accounts, dialect)
        if trader and isinstance(order, NewOrder):
            order = msgspec.structs.replace(order, trader=trader)
        if isinstance(order, NewOrder):
            orders.append(order)
        elif fault is None:
            fault = Refusal(order.code, order.reason, order.text)
    total = fields.get(tags.TOT_NO_ORDERS, b"0")
    return NewList(
        session,
        fields[tags.LIST_ID].decode("latin-1"),
        contingency if isinstance(contingency, Contingency) else Contingency.NONE,
        bool(waits),
        tuple(orders),
        tuple(group.fields[tags.CL_ORD_ID].decode("latin-1") for group in groups),
        int(total) == len(groups) and fields.get(tags.LAST_FRAGMENT) != b"N",
        fault,
        fields.get(tags.POSS_RESEND) == b"Y",
    )


def _order(session: str, group: Group, accounts: frozenset[str], dialect: Dialect) -> NewOrder | Unsupported:
    strange = NOT_TAKEN.intersection(group.fields)
    if strange:
        return field_not_taken(min(strange, key=int))
    order = new_order(session, group, dialect)
    if isinstance(order, NewOrder) and accounts and order.account not in accounts:
        return account_not_allowed(order.account)
    return order


def _contingency(fields: dict[bytes, bytes]) -> Contingency | Refusal:
    value, text = fields.get(tags.CONTINGENCY_TYPE), fields.get(tags.LIST_EXEC_INST)
    if value is not None:
        found = _CONTINGENCIES.get(value)
        return found or refuse("CONTINGENCY_NOT_SUPPORTED", f"contingency_type={value.decode()} taken=1,2")
    if text is None:
        return Contingency.NONE
    found = _WORDS.get(text.strip().upper())
    return found or refuse("CONTINGENCY_NOT_SUPPORTED", "list_exec_inst is neither of taken=OCO,OTO")


def _not_taken(name: str, value: bytes, taken: bytes) -> Refusal:
    text = f"NOT_SUPPORTED: {name}={value.decode('latin-1')} taken={taken.decode()}"
    return Refusal("NOT_SUPPORTED", RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC, text)


# -- what it is told ---------------------------------------------------------------------------------------------------


def list_status(
    orders: OrderList, members: Sequence[Order], status_type: bytes, text: str, time: bytes, dialect: Dialect
) -> bytes:
    """Body of a ListStatus(N): the list and each of its orders as they stand."""
    group = b"".join([_member(order, dialect) for order in members])
    rejected = orders.refused
    state = ListOrderStatus.REJECT if rejected else _list_order_status(orders, members)
    code = "OTHER_ORDER_REFUSED" if rejected else ""
    return _status(orders.list_id, status_type, state, len(members), group, code, text, time, dialect)


def refused_list_status(
    list_id: str, cl_ord_ids: Sequence[str], status_type: bytes, code: str, text: str, time: bytes, dialect: Dialect
) -> bytes:
    """Body of the ListStatus(N) that refuses a list of which no order came."""
    group = b"".join(
        [
            b"11=%b\x0114=0\x0139=8\x01%b151=0\x0184=0\x016=0\x01" % (name.encode("latin-1"), _idle(dialect))
            for name in cl_ord_ids
        ]
    )
    return _status(list_id, status_type, ListOrderStatus.REJECT, len(cl_ord_ids), group, code, text, time, dialect)


def _list_order_status(orders: OrderList, members: Sequence[Order]) -> bytes:
    if not any(order.leaves_qty for order in members):
        return ListOrderStatus.ALL_DONE
    if orders.canceling:
        return ListOrderStatus.CANCELLING
    return ListOrderStatus.EXECUTING if orders.executed else ListOrderStatus.RECEIVED_FOR_EXECUTION


def _member(order: Order, dialect: Dialect) -> bytes:
    cum_qty, leaves_qty = order.cum_qty, order.leaves_qty
    working = b"636=Y\x01" if dialect.working_indicator else b""
    canceled = subtract(order.order_qty, cum_qty) if order.ended and cum_qty < order.order_qty else ZERO
    return b"11=%b\x0114=%b\x0139=%b\x01%b151=%b\x0184=%b\x016=%b\x01" % (
        order.cl_ord_id.encode("latin-1"),
        format_decimal(cum_qty) if cum_qty else b"0",
        ORD_STATUS_VALUES[order.ord_status],
        working if leaves_qty and order.hold is None else _idle(dialect),
        format_decimal(leaves_qty) if leaves_qty else b"0",
        format_decimal(canceled) if canceled else b"0",
        format_decimal(order.avg_px) if cum_qty else b"0",
    )


def _idle(dialect: Dialect) -> bytes:
    return b"636=N\x01" if dialect.working_indicator else b""


def _status(
    list_id: str,
    status_type: bytes,
    state: bytes,
    count: int,
    group: bytes,
    code: str,
    text: str,
    time: bytes,
    dialect: Dialect,
) -> bytes:
    reason = b""
    if code and dialect.list_reject_reason:
        known = CODES.get(code)
        reject_reason = RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC if known is None else known.reason
        reason = b"1386=%b\x01" % _REJECT_REASONS.get(reject_reason, ListRejectReason.OTHER)
    return b"66=%b\x01429=%b\x01431=%b\x0182=1\x0183=1\x0168=%d\x01%b%b60=%b\x01%b73=%d\x01%b" % (
        list_id.encode("latin-1"),
        status_type,
        state,
        count,
        b"893=Y\x01" if dialect.last_fragment else b"",
        reason,
        time,
        b"444=%b\x01" % text.encode("latin-1", "replace") if text else b"",
        count,
        group,
    )
