"""How much of its limits each slice has used: for whoever watches or shows them. No order pays for it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from oms.blotter import Blotter
from oms.exact import ZERO, add, subtract
from oms.holdings import Book, Exposure
from oms.slices import Bounds, LimitTable


class Use(NamedTuple):
    """One bound of one slice."""

    table: LimitTable
    key: Any
    """As `LimitTable.key_of` makes it."""
    kind: str
    """A field of `Bounds`."""
    used: Decimal
    """The worst case as it is now: what is held, and all that is reserved. Never below 0. In the base currency; a
    quantity where the bound is one."""
    limit: Decimal

    @property
    def name(self) -> str:
        """The slice, as refusals name it: `account=A1 symbol=BTC-USD`."""
        return self.table.slice_name(self.key)


def uses(blotter: Blotter) -> Iterator[Use]:
    """Of all slices in which something is, every bound that accumulates. Nothing may be applied meanwhile."""
    for book in blotter.exposures.books:
        for key, exposure in book.slices.items():
            yield from _uses(book, key, exposure)


def uses_of(blotter: Blotter, table: str, key: Any) -> Iterator[Use]:
    """Of one slice, by the name of its table; nothing when there is nothing in it."""
    for book in blotter.exposures.books:
        if book.table.name == table and (exposure := book.slices.get(key)) is not None:
            yield from _uses(book, key, exposure)


def _uses(book: Book, key: Any, exposure: Exposure) -> Iterator[Use]:
    row = book.table.row(key)
    if row is None:
        return
    for kind, used, limit in _bounds(row.bounds, exposure):
        if limit is not None:
            yield Use(book.table, key, kind, max(used, ZERO), limit)


def _bounds(bounds: Bounds, exposure: Exposure) -> Iterator[tuple[str, Decimal, Decimal | None]]:
    for holding in exposure.holdings.values():  # one at most where positions are bounded: such tables name the symbol
        yield "long_qty_max", add(holding.net_qty, holding.buy_qty), bounds.long_qty_max
        yield "short_qty_max", subtract(holding.sell_qty, holding.net_qty), bounds.short_qty_max
    yield "gross_notional_max", exposure.gross, bounds.gross_notional_max
    yield "credit_max", exposure.margin, bounds.credit_max
    yield "net_notional_max", max(exposure.net_long, exposure.net_short), bounds.net_notional_max
