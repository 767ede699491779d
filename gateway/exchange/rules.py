"""What the exchange accepts: its list of instruments and the terms of an order. A refusal is a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from fixspec import tags
from fixspec.numbers import format_decimal, parse_decimal, parse_utc_timestamp
from fixspec.tags import ExecInst, OrdRejReason, OrdType, Side, TimeInForce
from gateway.exchange.floor import MARKET_TYPES, STOP_TYPES, TIMES_IN_FORCE
from gateway.exchange.house import HouseQuote
from gateway.translate.dialect import Dialect

NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ListedInstrument:
    """A symbol that is traded here. Prices and quantities are multiples of their increments.

    `reference_price` stands for the last trade until there is one."""

    symbol: bytes
    price_increment: Decimal
    qty_increment: Decimal
    reference_price: Decimal


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """All that an exchange is told at its start.

    `exchange_id` begins every OrderID(37) and ExecID(17): two journals must not share it, or their ids would meet.
    Market data goes out at most once in `market_data_interval_ns` for a symbol that has changed, and for one that has
    not after `market_data_refresh_ns`, so that a subscriber can tell a quiet market from a dead one."""

    exchange_id: str
    sessions: Mapping[str, Dialect]
    instruments: tuple[ListedInstrument, ...]
    house: Mapping[bytes, HouseQuote] = field(default_factory=dict)
    """What the exchange itself quotes, by symbol."""
    market_data_interval_ns: int = NS_PER_S
    market_data_refresh_ns: int = 5 * NS_PER_S


_SIDES = frozenset({Side.BUY, Side.SELL, Side.SELL_SHORT, Side.SELL_SHORT_EXEMPT})
_ORD_TYPES = frozenset({OrdType.MARKET, OrdType.LIMIT, OrdType.STOP, OrdType.STOP_LIMIT})
_MUST_NOT_REST = frozenset({TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL})


class Special(NamedTuple):
    """The fields of an order that few orders have, b"" where there is none: StopPx(99), ExecInst(18), DisplayQty(1138)
    or MaxFloor(111), ExpireTime(126)."""

    stop_px: bytes = b""
    exec_inst: bytes = b""
    display_qty: bytes = b""
    expire_time: bytes = b""


def special_of(fields: Mapping[bytes, bytes]) -> Special:
    get = fields.get
    return Special(
        get(tags.STOP_PX, b""),
        get(tags.EXEC_INST, b""),
        get(tags.DISPLAY_QTY, get(tags.MAX_FLOOR, b"")),
        get(tags.EXPIRE_TIME, b""),
    )


class Refused(NamedTuple):
    """Why a request was not accepted: a code of OrdRejReason(103) or CxlRejReason(102) by FIX 5.0 SP2, and a text."""

    reason: bytes
    text: bytes


def refuse_terms(
    listed: ListedInstrument | None, symbol: bytes, side: bytes, ord_type: bytes, time_in_force: bytes,
    order_qty: bytes, price: bytes, special: Special, now_ns: int,
) -> Refused | None:  # fmt: skip
    """Why an order on these terms cannot be taken at `now_ns` (UTC), as an OrdRejReason(103); None when it can."""
    if listed is None:
        return Refused(OrdRejReason.UNKNOWN_SYMBOL, b"unknown Symbol(55): %b" % symbol)
    if side not in _SIDES:
        return Refused(OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC, b"unsupported Side(54): %b" % side)
    if ord_type not in _ORD_TYPES:
        return Refused(OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC, b"unsupported OrdType(40): %b" % ord_type)
    if time_in_force not in TIMES_IN_FORCE:
        return Refused(
            OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC, b"unsupported TimeInForce(59): %b" % time_in_force
        )
    quantity = parse_decimal(order_qty)
    if quantity is None or quantity <= 0 or quantity % listed.qty_increment:
        return Refused(
            OrdRejReason.INCORRECT_QUANTITY,
            b"OrderQty(38)=%b is not a multiple of %b" % (order_qty, format_decimal(listed.qty_increment)),
        )
    return (
        (None if ord_type in MARKET_TYPES else _refuse_price(listed, b"Price(44)", price))
        or (_refuse_price(listed, b"StopPx(99)", special.stop_px) if ord_type in STOP_TYPES else None)
        or _refuse_special(listed, ord_type, time_in_force, quantity, special, now_ns)
    )


def _refuse_price(listed: ListedInstrument, name: bytes, value: bytes) -> Refused | None:
    price = parse_decimal(value)
    if price is None or price <= 0:
        return Refused(OrdRejReason.OTHER, b"a positive %b is needed" % name)
    if price % listed.price_increment:
        return Refused(
            OrdRejReason.INVALID_PRICE_INCREMENT,
            b"%b=%b is not a multiple of %b" % (name, value, format_decimal(listed.price_increment)),
        )
    return None


def _refuse_special(
    listed: ListedInstrument, ord_type: bytes, time_in_force: bytes, quantity: Decimal, special: Special, now_ns: int
) -> Refused | None:
    unsupported = OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC
    rests = ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT) and time_in_force not in _MUST_NOT_REST
    if special.stop_px and ord_type not in STOP_TYPES:
        return Refused(unsupported, b"StopPx(99) is for stop orders")
    if special.exec_inst and special.exec_inst != ExecInst.PARTICIPATE_DONT_INITIATE:
        return Refused(unsupported, b"unsupported ExecInst(18): %b" % special.exec_inst)
    if special.exec_inst and (ord_type != OrdType.LIMIT or not rests):
        return Refused(unsupported, b"ExecInst(18)=6 is for limit orders that can rest")
    if special.display_qty:
        shown = parse_decimal(special.display_qty)
        if not rests or shown is None or not 0 < shown <= quantity or shown % listed.qty_increment:
            why = b"the displayed quantity %b is no part of OrderQty(38) that can rest" % special.display_qty
            return Refused(OrdRejReason.INCORRECT_QUANTITY, why)
    if time_in_force == TimeInForce.GOOD_TILL_DATE:
        expire_ns = parse_utc_timestamp(special.expire_time)
        if expire_ns is None or expire_ns <= now_ns:
            return Refused(OrdRejReason.TOO_LATE_TO_ENTER, b"ExpireTime(126) is missing or has passed")
    return None
