"""The answers to a RequestForPositions(AN): RequestForPositionsAck(AO), and a PositionReport(AP) for each position.

A position is what was executed here for an account in a symbol at a venue (`oms.positions`). PosAmt(708) of type CASH
is the money: what was received for all that was sold, less what was paid for all that was bought; exact.
"""

from __future__ import annotations

from decimal import Decimal

from fixspec import tags
from fixspec.numbers import format_decimal
from gateway.translate.dialect import FIX50SP2, Dialect
from oms.exact import subtract
from oms.positions import Position

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
    reference_price: Decimal | None,
    clearing_business_date: bytes,
    dialect: Dialect,
) -> bytes:
    """Body of an AP. 4.4 requires a settlement price: the reference price, said to be theoretical; 0 for none."""
    settl_price = b"0" if reference_price is None else format_decimal(reference_price)
    settled = b"" if dialect is FIX50SP2 else b"730=%b\x01731=2\x01734=0\x01" % settl_price
    return b"721=%b\x01710=%b\x01727=%d\x01728=0\x01715=%b\x01%b55=%b\x01207=%b\x01%b%b%b" % (
        report_id,
        request[tags.POS_REQ_ID],
        total,
        clearing_business_date,
        _account(request),
        symbol.encode("latin-1"),
        market,
        settled,
        b"702=1\x01703=TQ\x01704=%b\x01705=%b\x01"
        % (format_decimal(position.long_qty), format_decimal(position.short_qty)),
        b"753=1\x01707=CASH\x01708=%b\x01" % format_decimal(subtract(position.short_gross, position.long_gross)),
    )
