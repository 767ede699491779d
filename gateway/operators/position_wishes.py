"""What may be asked about positions and conversion rates: from the door's JSON to a command, or to what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from fixspec.numbers import parse_decimal
from gateway.operators.wish import Wish, optional_word, word
from oms.position_commands import SetConversionRate, SetStartOfDay, StartOfDay

FAULTS_TOLD: Final = 20
LIMIT_MAX: Final = 100_000
NUMBER: Final = "is no number such as -12.5, of at most 15 and 12 digits"
_KEYS: Final = ("account", "symbol", "venue", "qty", "price", "where")
_NS_PER_S: Final = 1_000_000_000


class ShowPositions(NamedTuple):
    """What is held, and what it has earned. Changes nothing."""

    account: str
    """'' for all."""
    symbol: str
    limit: int


class ShowRates(NamedTuple):
    """The conversion rates and their age. Changes nothing."""


def _positions(wish: Wish) -> object:
    limit = wish.get("limit", 1000)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= LIMIT_MAX:
        raise ValueError(f"limit: {limit!r} is no number from 1 to {LIMIT_MAX}")
    return ShowPositions(optional_word(wish, "account"), optional_word(wish, "symbol"), limit)


def _start_of_day(wish: Wish) -> object:
    rows = wish.get("rows")
    if not isinstance(rows, list) or not rows:
        raise ValueError("rows: missing: a list of positions")
    read = [_row(row) for row in rows]
    faults = [fault for of_row in read if isinstance(of_row, list) for fault in of_row]
    if faults:
        more = f"; and {len(faults) - FAULTS_TOLD} more" if len(faults) > FAULTS_TOLD else ""
        raise ValueError("; ".join(faults[:FAULTS_TOLD]) + more)
    day, why = optional_word(wish, "day"), "a position is told by somebody, and for a reason"
    return SetStartOfDay(
        rows=tuple(row for row in read if isinstance(row, StartOfDay)),
        day=day,
        source=optional_word(wish, "source"),
        operator=word(wish, "operator", why),
        reason=word(wish, "reason", why),
        approver=optional_word(wish, "approver"),
    )


def _row(row: object) -> StartOfDay | list[str]:
    """The position, or what is wrong with it."""
    if not isinstance(row, dict) or any(key not in _KEYS or not isinstance(row[key], str) for key in row):
        return [f"rows: {str(row)[:80]!r} is no object of texts: {', '.join(_KEYS)}"]
    faults = list(_faults(row))
    qty, price = parse_decimal(_ascii(row["qty"])) if not faults else None, _price(row)
    if qty is None:
        return faults
    where = row.get("where", "")
    return StartOfDay(row["account"], row["symbol"], row.get("venue", ""), qty, price, where)


def _faults(row: dict[str, str]) -> Iterator[str]:
    where = f"{row['where']}: " if row.get("where") else ""
    for key in ("account", "symbol", "qty"):
        if not row.get(key):
            yield f"{where}{key}: missing"
    if row.get("qty") and parse_decimal(_ascii(row["qty"])) is None:
        yield f"{where}qty: {row['qty']!r} {NUMBER}"
    if row.get("price") and _price(row) is None:
        yield f"{where}price: {row['price']!r} {NUMBER}"


def _price(row: dict[str, str]) -> Decimal | None:
    return parse_decimal(_ascii(row["price"])) if row.get("price") else None


def _ascii(text: str) -> bytes:
    return text.encode("ascii", "replace")


def _rate(wish: Wish) -> object:
    text, why = optional_word(wish, "rate"), "a rate is told by somebody, and for a reason"
    rate = parse_decimal(_ascii(text))
    if rate is None:
        raise ValueError(f"rate: {text!r} {NUMBER}")
    return SetConversionRate(
        currency=word(wish, "currency", "the rate of which currency?"),
        rate=rate,
        as_of_ns=_time(optional_word(wish, "as_of")),
        operator=word(wish, "operator", why),
        reason=word(wish, "reason", why),
        approver=optional_word(wish, "approver"),
    )


def _time(text: str) -> int | None:
    if not text:
        return None
    try:
        at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"as_of: {text!r} is not a time in UTC, as 2026-11-21T20:00:00Z") from None
    return int(at.timestamp()) * _NS_PER_S


READERS: Final[dict[str, Callable[[Wish], object]]] = {
    "position_list": _positions,
    "position_set": _start_of_day,
    "rate_list": lambda wish: ShowRates(),
    "rate_set": _rate,
}
"""What may be asked for, as `ask` in the wish."""
