"""What can be traded and whether it can now: SecurityList(y), SecurityDefinition(d), TradingSessionStatus(h); and
News(B).

FIX 4.2 has no SecurityList. Fields that a version lacks (tick, largest quantity, before 5.0 SP2) are said in Text(58)
by their names, so that every client can read all there is to an instrument.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from fixspec.numbers import format_decimal, format_utc_timestamp
from fixspec.tags import TradSesStatus
from gateway.translate.dialect import FIX42, FIX50SP2, Dialect
from oms.exact import plain
from oms.instruments import Instrument

FRAGMENT_MAX: Final = 100
"""Instruments of one SecurityList(y); more of them come in several, LastFragment(893) on the last."""
DAY_SESSION: Final = b"1"
"""TradingSessionID(336): the one there is."""

# SecurityRequestResult(560)
VALID_REQUEST, INVALID_REQUEST, NO_INSTRUMENTS, UNAVAILABLE, UNSUPPORTED = b"0", b"1", b"2", b"4", b"5"
# SecurityResponseType(323)
ACCEPT_AS_IS, LIST_OF_SECURITIES, REJECT = b"1", b"4", b"5"

_ONE: Final = Decimal(1)


def security_lists(
    security_req_id: bytes, response_id: bytes, instruments: Sequence[Instrument], dialect: Dialect
) -> list[bytes]:
    """Bodies of the SecurityLists(y) with these instruments."""
    starts = range(0, len(instruments), FRAGMENT_MAX)
    return [
        b"320=%b\x01322=%b\x01560=0\x01393=%d\x01893=%b\x01146=%d\x01%b"
        % (
            security_req_id,
            response_id,
            len(instruments),
            b"Y" if start == starts[-1] else b"N",
            len(part := instruments[start : start + FRAGMENT_MAX]),
            b"".join([_listed(instrument, dialect) for instrument in part]),
        )
        for start in starts
    ]


def refused_security_list(security_req_id: bytes, response_id: bytes, result: bytes) -> bytes:
    """Body of the SecurityList(y) that has none. It has no Text(58): the code has to say why."""
    return b"320=%b\x01322=%b\x01560=%b\x01" % (security_req_id, response_id, result)


def _listed(instrument: Instrument, dialect: Dialect) -> bytes:
    symbol, multiplier = instrument.symbol.encode("latin-1"), _multiplier(instrument)
    lot, least, most = _quantities(instrument)
    if dialect is FIX50SP2:
        tick = format_decimal(instrument.min_price_increment)
        return b"55=%b\x01%b969=%b\x01562=%b\x011140=%b\x01561=%b\x01" % (symbol, multiplier, tick, least, most, lot)
    return b"55=%b\x01%b561=%b\x01562=%b\x0158=%b\x01" % (symbol, multiplier, lot, least, _in_words(instrument))


def security_definition(
    security_req_id: bytes,
    response_id: bytes,
    instrument: Instrument,
    market: bytes,
    total: int,
    dialect: Dialect,
) -> bytes:
    """Body of the SecurityDefinition(d) of one instrument, of `total` that answer the request."""
    response_type = LIST_OF_SECURITIES if dialect is FIX42 and total > 1 else ACCEPT_AS_IS
    symbol, multiplier = instrument.symbol.encode("latin-1"), _multiplier(instrument)
    head = b"320=%b\x01322=%b\x01323=%b\x01" % (security_req_id, response_id, response_type)
    lot, least, most = _quantities(instrument)
    if dialect is FIX50SP2:
        return b"%b55=%b\x01%b969=%b\x011310=1\x011301=%b\x01562=%b\x011140=%b\x01561=%b\x01" % (
            head,
            symbol,
            multiplier,
            format_decimal(instrument.min_price_increment),
            market,
            least,
            most,
            lot,
        )
    if dialect is FIX42:
        words = b"round_lot=%b min_trade_vol=%b %b" % (lot, least, _in_words(instrument))
        return b"%b393=%d\x0155=%b\x01%b58=%b\x01" % (head, total, symbol, multiplier, words)
    return b"%b55=%b\x01%b207=%b\x01561=%b\x01562=%b\x0158=%b\x01" % (
        head,
        symbol,
        multiplier,
        market,
        lot,
        least,
        _in_words(instrument),
    )


def refused_security_definition(security_req_id: bytes, response_id: bytes, text: bytes, dialect: Dialect) -> bytes:
    total = b"393=0\x01" if dialect is FIX42 else b""
    return b"320=%b\x01322=%b\x01323=%b\x01%b58=%b\x01" % (security_req_id, response_id, REJECT, total, text)


def _multiplier(instrument: Instrument) -> bytes:
    multiplier = instrument.contract_multiplier
    return b"" if multiplier == _ONE else b"231=%b\x01" % format_decimal(multiplier)


def _quantities(instrument: Instrument) -> tuple[bytes, bytes, bytes]:
    return (
        format_decimal(instrument.round_lot),
        format_decimal(instrument.min_trade_vol),
        format_decimal(instrument.max_trade_vol),
    )


def _in_words(instrument: Instrument) -> bytes:
    tick, most = plain(instrument.min_price_increment), plain(instrument.max_trade_vol)
    return f"min_price_increment={tick} max_trade_vol={most}".encode()


# ------------------------------------------------------------------------------------------------ the trading session


def trading_session_status(status: bytes, req_id: bytes, unsolicited: bool, text: bytes) -> bytes:
    """Body of a TradingSessionStatus(h): TradSesStatus(340)."""
    asked = b"335=%b\x01" % req_id if req_id else b""
    words = b"58=%b\x01" % text if text else b""
    indicator = b"Y" if unsolicited else b"N"
    return b"%b336=%b\x01340=%b\x01325=%b\x01%b" % (asked, DAY_SESSION, status, indicator, words)


def refused_trading_session_status(
    req_id: bytes, trading_session_id: bytes, unknown: bool, text: bytes, dialect: Dialect
) -> bytes:
    """The same, refused. FIX 4.2 has no word for that: what it does not know is closed."""
    if dialect is FIX42:
        why = b"340=%b\x01" % TradSesStatus.CLOSED
    else:
        why = b"340=%b\x01567=%b\x01" % (TradSesStatus.REQUEST_REJECTED, b"1" if unknown else b"99")
    return b"335=%b\x01336=%b\x01%b325=N\x0158=%b\x01" % (req_id, trading_session_id, why, text)


# --------------------------------------------------------------------------------------------------------------- news


def news(headline: str, lines: Sequence[str], utc_ns: int) -> bytes:
    """Body of a News(B)."""
    return b"148=%b\x0142=%b\x0133=%d\x01%b" % (
        headline.encode("latin-1", "replace"),
        format_utc_timestamp(utc_ns),
        len(lines),
        b"".join([b"58=%b\x01" % line.encode("latin-1", "replace") for line in lines]),
    )
