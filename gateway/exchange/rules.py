"""What the exchange accepts: its list of instruments and the terms of an order. A refusal is a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from fixspec.numbers import format_decimal, parse_decimal
from fixspec.tags import OrdRejReason, OrdType, Side
from gateway.exchange.floor import TIMES_IN_FORCE
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
_ORD_TYPES = frozenset({OrdType.MARKET, OrdType.LIMIT})


class Refused(NamedTuple):
    """Why a request was not accepted: a code of OrdRejReason(103) or CxlRejReason(102) by FIX 5.0 SP2, and a text."""

    reason: bytes
    text: bytes


def refuse_terms(
    listed: ListedInstrument | None, symbol: bytes, side: bytes, ord_type: bytes, time_in_force: bytes,
    order_qty: bytes, price: bytes,
) -> Refused | None:  # fmt: skip
    """Why an order on these terms cannot be taken, as an OrdRejReason(103); None when it can."""
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
    if ord_type == OrdType.MARKET:
        return None
    limit = parse_decimal(price)
    if limit is None or limit <= 0:
        return Refused(OrdRejReason.OTHER, b"a limit order needs a positive Price(44)")
    if limit % listed.price_increment:
        return Refused(
            OrdRejReason.INVALID_PRICE_INCREMENT,
            b"Price(44)=%b is not a multiple of %b" % (price, format_decimal(listed.price_increment)),
        )
    return None
