"""Client messages to commands: NewOrderSingle(D), OrderCancelRequest(F), OrderCancelReplaceRequest(G),
OrderStatusRequest(H), OrderMassCancelRequest(q), DontKnowTrade(Q). From here on there is no FIX.

The session has judged the message by then: it is in sequence, every field has its format, and what the rules of
engagement require is there (`gateway.translate.engagement`). What is left to refuse are values that FIX knows and this
desk does not.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from fixspec.message import Group, Message
from fixspec.numbers import parse_decimal, parse_utc_timestamp
from fixspec.tags import (
    ACCOUNT,
    CL_ORD_ID,
    CL_ORD_LINK_ID,
    DK_REASON,
    EXEC_ID,
    FIELD_NAMES,
    MASS_CANCEL_REQUEST_TYPE,
    ORD_TYPE,
    ORDER_ID,
    ORDER_QTY,
    ORIG_CL_ORD_ID,
    POSS_RESEND,
    PRICE,
    SENDER_SUB_ID,
    SIDE,
    SYMBOL,
    TEXT,
    TIME_IN_FORCE,
    TRANSACT_TIME,
)
from gateway.translate.dialect import Dialect
from gateway.translate.special_terms import TAGS, special_terms
from gateway.translate.values import ORD_TYPES, SIDES, TIMES_IN_FORCE
from oms.commands import CancelOrder, DisputeTrade, MassCancel, NewOrder, QueryOrder, ReplaceOrder
from oms.types import RejectReason

DAY: Final = b"0"
_NO_QTY: Final = Decimal(0)


class Unsupported(NamedTuple):
    """A request that FIX allows and this desk does not take."""

    code: str
    reason: RejectReason
    text: str


def new_order(session: str, message: Message | Group, dialect: Dialect) -> NewOrder | Unsupported:
    fields = message.fields
    get = fields.get
    ord_type = ORD_TYPES.get(fields[ORD_TYPE])
    side = SIDES.get(fields[SIDE])
    time_in_force = TIMES_IN_FORCE.get(get(TIME_IN_FORCE, DAY))
    if ord_type is None or side is None or time_in_force is None:
        return unsupported(fields)
    special = None
    if not fields.keys().isdisjoint(TAGS):
        terms = special_terms(fields, dialect)
        if isinstance(terms, str):
            return _not_supported(terms)
        special = terms
    quantity, price = get(ORDER_QTY), get(PRICE)
    order_qty = _NO_QTY if quantity is None else parse_decimal(quantity)
    assert order_qty is not None, "the rulebook checks formats"
    transact_time = get(TRANSACT_TIME)
    return NewOrder(
        session,
        get(ACCOUNT, b"").decode("latin-1"),
        fields[CL_ORD_ID].decode("latin-1"),
        fields[SYMBOL].decode("latin-1"),
        side,
        ord_type,
        order_qty,
        None if price is None else parse_decimal(price),
        time_in_force,
        None if transact_time is None else parse_utc_timestamp(transact_time),
        get(POSS_RESEND) == b"Y",
        special,
        "",
        get(SENDER_SUB_ID, b"").decode("latin-1"),
        get(CL_ORD_LINK_ID, b"").decode("latin-1"),
    )


def cancel_order(session: str, message: Message) -> CancelOrder | Unsupported:
    fields = message.fields
    side = SIDES.get(fields[SIDE])
    if side is None:
        return unsupported(fields)
    return CancelOrder(
        session,
        fields[CL_ORD_ID].decode("latin-1"),
        fields[ORIG_CL_ORD_ID].decode("latin-1"),
        fields[SYMBOL].decode("latin-1"),
        side,
        fields.get(POSS_RESEND) == b"Y",
    )


def replace_order(session: str, message: Message, dialect: Dialect) -> ReplaceOrder | Unsupported:
    fields = message.fields
    get = fields.get
    ord_type = ORD_TYPES.get(fields[ORD_TYPE])
    side = SIDES.get(fields[SIDE])
    time_in_force = TIMES_IN_FORCE.get(get(TIME_IN_FORCE, DAY))
    if ord_type is None or side is None or time_in_force is None:
        return unsupported(fields)
    special = None
    if not fields.keys().isdisjoint(TAGS):
        terms = special_terms(fields, dialect)
        if isinstance(terms, str):
            return _not_supported(terms)
        special = terms
    quantity, price = get(ORDER_QTY), get(PRICE)
    order_qty = _NO_QTY if quantity is None else parse_decimal(quantity)
    assert order_qty is not None, "the rulebook checks formats"
    return ReplaceOrder(
        session,
        fields[CL_ORD_ID].decode("latin-1"),
        fields[ORIG_CL_ORD_ID].decode("latin-1"),
        fields[SYMBOL].decode("latin-1"),
        side,
        ord_type,
        order_qty,
        None if price is None else parse_decimal(price),
        time_in_force,
        get(POSS_RESEND) == b"Y",
        special,
        get(SENDER_SUB_ID, b"").decode("latin-1"),
    )


def query_order(session: str, message: Message) -> QueryOrder:
    """OrderID(37) names the order where it is there: an order entered by telephone has no ClOrdID(11)."""
    get = message.fields.get
    order_id = get(ORDER_ID)
    return QueryOrder(
        session,
        get(CL_ORD_ID, b"").decode("latin-1"),
        None if order_id is None else order_id.decode("latin-1"),
    )


def mass_cancel(session: str, message: Message) -> MassCancel | Unsupported:
    fields = message.fields
    get = fields.get
    value = get(SIDE)
    side = None if value is None else SIDES.get(value)
    if value is not None and side is None:
        return unsupported(fields)
    return MassCancel(
        session,
        fields[CL_ORD_ID].decode("latin-1"),
        fields[MASS_CANCEL_REQUEST_TYPE].decode("latin-1"),
        get(SYMBOL, b"").decode("latin-1"),
        side,
        get(ACCOUNT, b"").decode("latin-1"),
    )


def dispute_trade(session: str, message: Message) -> DisputeTrade:
    get = message.fields.get
    return DisputeTrade(
        session,
        get(ORDER_ID, b"").decode("latin-1"),
        get(EXEC_ID, b"").decode("latin-1"),
        get(DK_REASON, b"").decode("latin-1"),
        get(TEXT, b"").decode("latin-1"),
    )


def unsupported(fields: dict[bytes, bytes]) -> Unsupported:
    """Names the first of the fields whose value the desk does not take."""
    for name, tag, known in (
        ("Side", SIDE, SIDES),
        ("OrdType", ORD_TYPE, ORD_TYPES),
        ("TimeInForce", TIME_IN_FORCE, TIMES_IN_FORCE),
    ):
        value = fields.get(tag)
        if value is not None and value not in known:
            taken = ",".join(v.decode() for v in known)
            return _not_supported(f"{name}({tag.decode()})={value.decode('latin-1')} taken={taken}")
    raise AssertionError("every value is supported")


def _not_supported(figures: str) -> Unsupported:
    return Unsupported("NOT_SUPPORTED", RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC, f"NOT_SUPPORTED: {figures}")


def field_not_taken(tag: bytes) -> Unsupported:
    """The field would make another order of it, in a way that the desk does not know."""
    return _not_supported(f"{FIELD_NAMES[tag]}({tag.decode()})")


def account_not_allowed(account: str) -> Unsupported:
    """The session may not trade for this Account(1)."""
    return Unsupported(
        "ACCOUNT_NOT_ALLOWED", RejectReason.UNKNOWN_ACCOUNT, f"ACCOUNT_NOT_ALLOWED: Account(1)={account}"
    )
