"""What a change of rows makes weaker: which slices have a higher limit than before, or none any more.

A row is not weaker or stricter by itself: one that is added takes its slices away from a more general row, and one that
is removed gives them back to it. So it is asked slice by slice which row held before and which holds after. The slices
that need to be asked for are those of the changed rows, and where each of them meets another row of its table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from oms.rates import Rate
from oms.slices import ANY, Bounds, Dimension, LimitRow, LimitTable, limit_tables

Bound = Decimal | Rate | None


class Weaker(NamedTuple):
    slices: str
    """As a row would name them: `account=A1 symbol=*`."""
    bound: str
    before: Bound
    after: Bound
    """None: there is no limit any more."""


def weaker_limits(before: Sequence[LimitRow], after: Sequence[LimitRow]) -> list[Weaker]:
    """All bounds that are weaker in `after`, in the order of its slices' names."""
    changed = [row for row in before if row not in after] + [row for row in after if row not in before]
    tables = {table.dimensions: table for table in limit_tables(before)}
    tables_after = {table.dimensions: table for table in limit_tables(after)}
    found: dict[tuple[str, str], Weaker] = {}
    for row in changed:
        dimensions = tuple(dimension for dimension, _ in row.of)
        old, new = tables.get(dimensions), tables_after.get(dimensions)
        for other in (*before, *after):
            met = _meet(row, other)
            if met is not None:
                name = LimitRow(met, Bounds()).name
                values = tuple(value for _, value in met)
                for bound, was, now in _weaker_bounds(_bounds(old, values), _bounds(new, values)):
                    found[name, bound] = Weaker(name, bound, was, now)
    return [found[place] for place in sorted(found)]


def _meet(one: LimitRow, other: LimitRow) -> tuple[tuple[Dimension, str], ...] | None:
    """The slices that are in both; None when there are none, or the rows are of different tables."""
    if [dimension for dimension, _ in one.of] != [dimension for dimension, _ in other.of]:
        return None
    met = []
    for (dimension, mine), (_, its) in zip(one.of, other.of, strict=True):
        if ANY not in (mine, its) and mine != its:
            return None
        met.append((dimension, its if mine == ANY else mine))
    return tuple(met)


def _bounds(table: LimitTable | None, values: tuple[str, ...]) -> Bounds:
    """What holds for the slices; ANY stands for a value that no row names."""
    row = None if table is None else table.row(values if len(values) > 1 else values[0])
    return Bounds() if row is None else row.bounds


def _weaker_bounds(before: Bounds, after: Bounds) -> Iterator[tuple[str, Bound, Bound]]:
    for name in Bounds.__struct_fields__:
        was, now = getattr(before, name), getattr(after, name)
        if _is_weaker(now, was) if name == "period_s" and None not in (was, now) else _is_weaker(was, now):
            yield name, was, now  # in a shorter period the same is more


def _is_weaker(was: Bound, now: Bound) -> bool:
    if was is None or now is None:
        return was is not None
    if isinstance(was, Rate) or isinstance(now, Rate):
        assert isinstance(was, Rate)
        assert isinstance(now, Rate)
        return now.per_s > was.per_s or now.burst > was.burst
    return now > was
