"""What may be asked about limits of slices: from the door's JSON to a command, or to what is wrong with the wish.

A row is written in words, as the configuration has its keys: `account=A1 symbol=* long_qty_max=10`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from fixspec.numbers import parse_decimal
from gateway.operators.wish import Wish, optional_word, word
from oms.exact import multiply
from oms.limit_commands import RemoveLimitRow, SetLimitRow
from oms.rates import Rate
from oms.slices import Bounds, Dimension, limit_row, row_faults

Of = tuple[tuple[Dimension, str], ...]

PERCENT: Final = Decimal("0.01")
BOUNDS: Final = (
    "order_qty_max", "order_notional_max", "price_band_percent", "long_qty_max", "short_qty_max", "gross_notional_max",
    "net_notional_max", "credit_max", "messages_per_s", "executions_per_s", "order_to_trade_max", "loss_max",
    "drawdown_max", "period_s", "period_messages_max", "period_qty_max", "period_notional_max",
    "period_price_move_percent", "period_loss_max",
)  # fmt: skip
"""What a row may limit, in the words of the configuration."""


class ShowLimits(NamedTuple):
    """The tables that hold now. Changes nothing."""


def _set(wish: Wish) -> object:
    of, bounds = _row(wish)
    row = limit_row(bounds, of)
    if faults := row_faults(row):
        raise ValueError(f"row: {'; '.join(faults)}")
    return SetLimitRow(row, *_who(wish))


def _remove(wish: Wish) -> object:
    of, bounds = _row(wish)
    if bounds != Bounds():
        raise ValueError("row: a row is removed whole: name its slices, and no limit")
    return RemoveLimitRow(limit_row(bounds, of).of, *_who(wish))


def _row(wish: Wish) -> tuple[Of, Bounds]:
    text = wish.get("row")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("row: missing: which slices, and what they may do, as in account=A1 symbol=* long_qty_max=10")
    of: list[tuple[Dimension, str]] = []
    bounds: dict[str, Decimal | Rate] = {}
    for said in text.split():
        key, equals, value = said.partition("=")
        if not equals or not value:
            raise ValueError(f"row: {said!r} is not key=value")
        if key in list(Dimension):
            of.append((Dimension(key), value))
            continue
        if key not in BOUNDS:
            raise ValueError(f"row: {key!r} is not one of {', '.join((*Dimension, *BOUNDS))}")
        name, bound = _bound(key, value)
        if name in bounds:
            raise ValueError(f"row: {key}: said twice")
        bounds[name] = bound
    return tuple(of), msgspec.structs.replace(Bounds(), **bounds)


def _bound(key: str, value: str) -> tuple[str, Decimal | Rate]:
    """The field of `oms.slices.Bounds` that the key is about, and what it is to be."""
    number = _number(key, value)
    if key.endswith("_percent"):
        return key.removesuffix("_percent"), multiply(number, PERCENT)
    if key.endswith("_per_s"):
        per_s = int(number)
        if number != per_s or per_s < 1:
            raise ValueError(f"row: {key}: {value!r} is no whole number from 1")
        return key.removesuffix("_per_s"), Rate(per_s, per_s)
    return key, number


def _number(key: str, value: str) -> Decimal:
    number = parse_decimal(value.encode("ascii", "replace"))
    if number is None:
        raise ValueError(f"row: {key}: {value!r} is no number such as 12.5, of at most 15 and 12 digits")
    return number


def _who(wish: Wish) -> tuple[str, str, str]:
    why = "a change of limits has a name and a reason"
    return word(wish, "operator", why), word(wish, "reason", why), optional_word(wish, "approver")


READERS: Final[dict[str, Callable[[Wish], object]]] = {
    "limits_show": lambda wish: ShowLimits(),
    "limits_set": _set,
    "limits_remove": _remove,
}
"""What may be asked for, as `ask` in the wish."""
