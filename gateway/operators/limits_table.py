"""The tables of limits, for people: table by table, each row above those that hold where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from oms.exact import percent, plain
from oms.rates import Rate
from oms.slices import ANY, Bounds, LimitRow, limit_tables


def limits_lines(rows: Sequence[LimitRow], base_currency: str) -> Iterator[str]:
    """The lines; none when there is no row."""
    for table in limit_tables(rows):
        yield ""
        yield f"limits by {table.name}: the first row that fits holds, values in {base_currency}"
        of_table = [row for row in rows if tuple(dimension for dimension, _ in row.of) == table.dimensions]
        for row in sorted(of_table, key=_precedence):
            yield f"    {row.name:<52} {bounds_text(row.bounds)}"


def _precedence(row: LimitRow) -> tuple[int, list[bool], str]:
    wild = [value == ANY for _, value in row.of]
    return sum(wild), wild, row.name


def bounds_text(bounds: Bounds) -> str:
    """`long_qty_max=10 price_band=1%`."""
    known = ((name, getattr(bounds, name)) for name in Bounds.__struct_fields__)
    return " ".join(f"{name}={bound_text(name, value)}" for name, value in known if value is not None)


def bound_text(name: str, value: Decimal | Rate | None) -> str:
    """One bound; `none` where there is none."""
    if value is None:
        return "none"
    if isinstance(value, Rate):
        return f"{value.per_s}/s,{value.burst}"
    return percent(value) if name in ("price_band", "period_price_move") else plain(value)
