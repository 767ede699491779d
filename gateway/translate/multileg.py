"""Multileg orders, both ways: NewOrderMultileg(AB) and MultilegOrderCancelReplace(AC) to commands, and the reports on
single legs (MultiLegReportingType(442)=2; those on the order itself have 3).

A leg is named by LegRefID(654), or by its place among the legs, from 1. Its side is LegSide(624) as it stands there, so
the order itself is bought (Side 1): sold legs are said leg by leg.
"""

from __future__ import annotations

from decimal import Decimal

from fixspec import tags
from fixspec.message import Group, Message
from fixspec.numbers import parse_decimal, parse_utc_timestamp
from gateway.translate.dialect import Dialect
from gateway.translate.reports import revision_report, trade_report
from gateway.translate.requests import DAY, Unsupported, unsupported
from gateway.translate.values import ORD_TYPES, SIDE_VALUES, SIDES, TIMES_IN_FORCE
from oms.commands import NewOrder, ReplaceOrder
from oms.order import Order
from oms.refusals import refuse
from oms.special_terms import Leg, SpecialTerms
from oms.types import OrdType, Side, TimeInForce

NO_SYMBOL = b"[N/A]"
"""Symbol(55) of an order whose legs have symbols of their own (FIX 4.4 Volume 1, Symbol)."""
_ONE = Decimal(1)
_ZERO = Decimal(0)


def new_multileg(session: str, message: Message) -> NewOrder | Unsupported:
    fields, get = message.fields, message.fields.get
    terms = _terms(fields)
    legs = _legs(message)
    if isinstance(terms, Unsupported):
        return terms
    if isinstance(legs, Unsupported):
        return legs
    side, ord_type, time_in_force = terms
    transact_time = get(tags.TRANSACT_TIME)
    return NewOrder(
        session,
        get(tags.ACCOUNT, b"").decode("latin-1"),
        fields[tags.CL_ORD_ID].decode("latin-1"),
        get(tags.SYMBOL, NO_SYMBOL).decode("latin-1"),
        side,
        ord_type,
        _quantity(fields),
        _price(get(tags.PRICE)),
        time_in_force,
        None if transact_time is None else parse_utc_timestamp(transact_time),
        get(tags.POSS_RESEND) == b"Y",
        SpecialTerms(legs=legs),
        "",
        get(tags.SENDER_SUB_ID, b"").decode("latin-1"),
        get(tags.CL_ORD_LINK_ID, b"").decode("latin-1"),
    )


def replace_multileg(session: str, message: Message) -> ReplaceOrder | Unsupported:
    fields, get = message.fields, message.fields.get
    terms = _terms(fields)
    legs = _legs(message)
    if isinstance(terms, Unsupported):
        return terms
    if isinstance(legs, Unsupported):
        return legs
    side, ord_type, time_in_force = terms
    return ReplaceOrder(
        session,
        fields[tags.CL_ORD_ID].decode("latin-1"),
        fields[tags.ORIG_CL_ORD_ID].decode("latin-1"),
        get(tags.SYMBOL, NO_SYMBOL).decode("latin-1"),
        side,
        ord_type,
        _quantity(fields),
        _price(get(tags.PRICE)),
        time_in_force,
        get(tags.POSS_RESEND) == b"Y",
        SpecialTerms(legs=legs),
        get(tags.SENDER_SUB_ID, b"").decode("latin-1"),
    )


def _terms(fields: dict[bytes, bytes]) -> tuple[Side, OrdType, TimeInForce] | Unsupported:
    side, ord_type = SIDES.get(fields[tags.SIDE]), ORD_TYPES.get(fields[tags.ORD_TYPE])
    time_in_force = TIMES_IN_FORCE.get(fields.get(tags.TIME_IN_FORCE, DAY))
    if side is None or ord_type is None or time_in_force is None:
        return unsupported(fields)
    return side, ord_type, time_in_force


def _legs(message: Message) -> tuple[Leg, ...] | Unsupported:
    legs = []
    for place, group in enumerate(message.groups.get(tags.NO_LEGS, ()), 1):
        leg = _leg(place, group)
        if leg is None:
            return Unsupported(*refuse("LEGS", f"leg={place} needs LegSymbol(600), LegSide(624)=1 or 2"))
        legs.append(leg)
    return tuple(legs)


def _leg(place: int, group: Group) -> Leg | None:
    get = group.fields.get
    symbol, side = get(tags.LEG_SYMBOL), SIDES.get(get(tags.LEG_SIDE, b""))
    if symbol is None or side is None:
        return None
    ratio_qty = get(tags.LEG_RATIO_QTY)
    return Leg(
        get(tags.LEG_REF_ID, b"%d" % place).decode("latin-1"),
        symbol.decode("latin-1"),
        side,
        _ONE if ratio_qty is None else parse_decimal(ratio_qty) or _ZERO,
        _price(get(tags.LEG_PRICE)),
    )


def _quantity(fields: dict[bytes, bytes]) -> Decimal:
    order_qty = fields.get(tags.ORDER_QTY)
    return _ZERO if order_qty is None else parse_decimal(order_qty) or _ZERO


def _price(price: bytes | None) -> Decimal | None:
    return None if price is None else parse_decimal(price)


# -- what is told of a leg ---------------------------------------------------------------------------------------------


def leg_trade_report(
    leg: Order,
    order: Order,
    exec_id: bytes,
    last_qty: Decimal,
    last_px: Decimal,
    transact_time: bytes,
    dialect: Dialect,
    more: bytes,
) -> bytes:
    """Body of the report of a fill of a leg: quantities and price are the leg's, the names are the order's."""
    body = trade_report(leg, exec_id, last_qty, last_px, transact_time, dialect, more + _of_leg(leg))
    return _named(body, leg, order)


def leg_revision_report(
    leg: Order,
    order: Order,
    exec_id: bytes,
    exec_ref_id: bytes,
    correction: tuple[Decimal, Decimal] | None,
    transact_time: bytes,
    dialect: Dialect,
) -> bytes:
    """Body of the report that an execution of a leg is void, or has other figures."""
    body = revision_report(leg, exec_id, exec_ref_id, correction, transact_time, dialect, _of_leg(leg))
    return _named(body, leg, order)


def _of_leg(leg: Order) -> bytes:
    return b"442=2\x01555=1\x01600=%b\x01624=%b\x01654=%b\x01" % (
        leg.symbol.encode("latin-1"),
        SIDE_VALUES[leg.side],
        leg.special.leg_ref_id.encode("latin-1"),
    )


def _named(body: bytes, leg: Order, order: Order) -> bytes:
    own, names = b"37=%b\x01" % leg.order_id.encode(), (order.order_id.encode(), order.cl_ord_id.encode("latin-1"))
    assert body.startswith(own), body
    return b"37=%b\x0111=%b\x01" % names + body[len(own) :]
