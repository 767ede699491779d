"""The answers to a RequestForPositions(AN): RequestForPositionsAck(AO), and a PositionReport(AP) for each position.

A position is what an account holds in a symbol at a venue (`oms.positions`). Its quantities are SOD, what the trading
day began with, and TQ, what was bought and sold since then. Its amounts (PosAmtType(707)), x multiplier and in
Currency(15):

    CASH    received for what was sold today, less paid for what was bought
    SMTM    what the opening has gained by the reference price, from what it had cost
    TVAR    what the executions of today have gained by it
    FMTM    both: what was realised today, and all that is unrealised

Without a reference price the last three are left out: they are not known. Text(58) has what no field has: realised and
unrealised by themselves, fees, the age of the reference price.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from fixspec import tags
from fixspec.numbers import format_decimal
from gateway.translate.dialect import FIX50SP2, Dialect
from oms.exact import ZERO, add, multiply, part_for_display, quotient_for_display, subtract, trimmed
from oms.positions import Position
from oms.profit import PositionProfit

ONE: Final = Decimal(1)

# PosReqResult(728)
VALID_REQUEST, INVALID_REQUEST, NONE_FOUND, NOT_AUTHORIZED, NOT_SUPPORTED, OTHER = b"0", b"1", b"2", b"3", b"4", b"99"
# PosReqStatus(729)
COMPLETED, REJECTED = b"0", b"2"


def request_for_positions_ack(
    request: dict[bytes, bytes], report_id: bytes, result: bytes, total: int, text: bytes
) -> bytes:
    """Body of an AO; the fields of the request are told back."""
    status = COMPLETED if result in (VALID_REQUEST, NONE_FOUND) else REJECTED
    return b"721=%b\x01710=%b\x01727=%d\x01728=%b\x01729=%b\x01%b%b" % (
        report_id,
        request[tags.POS_REQ_ID],
        total,
        result,
        status,
        _account(request),
        b"58=%b\x01" % text if text else b"",
    )


def _account(request: dict[bytes, bytes]) -> bytes:
    account, account_type = request.get(tags.ACCOUNT), request.get(tags.ACCOUNT_TYPE)
    fields = b"" if account is None else b"1=%b\x01" % account
    return fields if account_type is None else b"%b581=%b\x01" % (fields, account_type)


def position_report(
    request: dict[bytes, bytes],
    report_id: bytes,
    total: int,
    symbol: str,
    market: bytes,
    position: Position,
    profit: PositionProfit,
    at_ns: int,
    clearing_business_date: bytes,
    dialect: Dialect,
) -> bytes:
    """Body of an AP."""
    currency = profit.currency.encode("latin-1")
    quantities = [(b"TQ", position.long_qty, position.short_qty)]
    if position.opening_qty or position.told is not None:
        opening = position.opening_qty
        is_long = opening >= 0
        quantities.insert(0, (b"SOD", opening if is_long else ZERO, ZERO if is_long else opening.copy_negate()))
    amounts = [(b"CASH", multiply(subtract(position.short_gross, position.long_gross), profit.multiplier))]
    if profit.day_opening is not None and profit.day_trades is not None:
        amounts.append((b"SMTM", profit.day_opening))
        amounts.append((b"TVAR", profit.day_trades))
        amounts.append((b"FMTM", add(profit.day_opening, profit.day_trades)))
    in_currency = b"1055=%b\x01" % currency if dialect is FIX50SP2 else b""
    return (
        b"721=%b\x01710=%b\x01727=%d\x01728=0\x01715=%b\x01%b55=%b\x01%b15=%b\x01%b702=%d\x01%b753=%d\x01%b58=%b\x01"
        % (
            report_id,
            request[tags.POS_REQ_ID],
            total,
            clearing_business_date,
            _account(request),
            symbol.encode("latin-1"),
            b"207=%b\x01" % market if market else b"",
            currency,
            _settled(position, profit, dialect),
            len(quantities),
            b"".join(
                b"703=%b\x01704=%b\x01705=%b\x01" % (kind, format_decimal(long_qty), format_decimal(short_qty))
                for kind, long_qty, short_qty in quantities
            ),
            len(amounts),
            b"".join(b"707=%b\x01708=%b\x01%b" % (kind, _amount(amount), in_currency) for kind, amount in amounts),
            _text(position, profit, at_ns).encode("latin-1", "replace"),
        )
    )


def _settled(position: Position, profit: PositionProfit, dialect: Dialect) -> bytes:
    """The reference price, said to be theoretical, and what one of the opening has cost. 4.4 requires both: 0 for
    none."""
    reference, opening = profit.reference, position.opening_qty
    prior = quotient_for_display(position.opening_value, opening) if opening else None
    if dialect is not FIX50SP2:
        price = b"0" if reference is None else format_decimal(reference.price)
        return b"730=%b\x01731=2\x01734=%b\x01" % (price, b"0" if prior is None else format_decimal(prior))
    settled = b"" if reference is None else b"730=%b\x01731=2\x01" % format_decimal(reference.price)
    return settled if prior is None else b"%b734=%b\x01" % (settled, format_decimal(prior))


def _text(position: Position, profit: PositionProfit, at_ns: int) -> str:
    """What the standard has no field for."""
    reference, unrealised = profit.reference, profit.unrealised
    words = [
        f"realised={trimmed(profit.realised)} today={trimmed(profit.realised_today)}",
        f"unrealised={'unknown' if unrealised is None else trimmed(unrealised)}",
    ]
    if profit.open_price is not None:
        words.append(f"open_price={trimmed(profit.open_price)}")
    for currency in dict.fromkeys((*position.earlier_fees, *position.fees)):
        fees = add(position.earlier_fees.get(currency, ZERO), position.fees.get(currency, ZERO))
        words.append(f"fees={trimmed(fees)} {currency or profit.currency}")
    words.append("reference=none" if reference is None else f"reference={trimmed(reference.price)} ")
    if reference is not None:
        words[-1] += f"age_ms={(at_ns - reference.at_ns) // 1_000_000}"
    return " ".join(words)


def _amount(amount: Decimal) -> bytes:
    """Of an average that is not exact only 12 fraction digits are told."""
    return trimmed(part_for_display(amount, ONE, ONE)).encode()
