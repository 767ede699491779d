"""Which row of a table holds: the rule of precedence against a reading of it that looks at all rows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.rates import Rate
from oms.slices import ANY, Bounds, Dimension, LimitRow, Traits, limit_row, limit_tables, rows_faults, traits_of
from tests.oms.world import BTC

VALUES = ("A", "B", "C")
DIMENSIONS = (Dimension.ACCOUNT, Dimension.SYMBOL, Dimension.TRADER)


def rows_of(table: Sequence[tuple[str, ...]]) -> list[LimitRow]:
    return [
        LimitRow(tuple(zip(DIMENSIONS, values, strict=True)), Bounds(order_qty_max=Decimal(number)))
        for number, values in enumerate(table)
    ]


def by_the_rule(rows: Sequence[LimitRow], key: tuple[str, ...]) -> LimitRow | None:
    """The row with the most exact values; between equals the one that is exact further to the left."""
    fitting = [row for row in rows if all(mine in (ANY, its) for (_, mine), its in zip(row.of, key, strict=True))]
    exact = [[value != ANY for _, value in row.of] for row in fitting]
    best = max(exact, key=lambda places: (sum(places), places), default=None)
    return None if best is None else fitting[exact.index(best)]


tables = st.lists(st.tuples(*[st.sampled_from((ANY, *VALUES))] * len(DIMENSIONS)), unique=True, min_size=1)
keys = st.tuples(*[st.sampled_from((*VALUES, "D", ""))] * len(DIMENSIONS))


@given(tables, st.lists(keys, min_size=1))
def test_precedence(written: list[tuple[str, ...]], asked: list[tuple[str, ...]]) -> None:
    rows = rows_of(written)
    (table,) = limit_tables(rows)
    for key in [*asked, *asked]:  # the second time from memory
        assert table.row(key) == by_the_rule(rows, key)


def test_a_table_of_one_dimension_has_plain_keys() -> None:
    exact, other = limit_row(Bounds(), [(Dimension.VENUE, "X")]), limit_row(Bounds(), [(Dimension.VENUE, ANY)])
    (table,) = limit_tables([other, exact])
    traits = traits_of("ACC", "FUND", "BTC-USD", BTC, "S", "T", "X")
    assert table.key_of(traits) == "X"
    assert table.row("X") == exact
    assert table.row("Y") == other
    assert table.slice_name("X") == "venue=X"


def test_rows_of_other_dimensions_are_other_tables() -> None:
    one = limit_row(Bounds(order_qty_max=Decimal(1)), [(Dimension.SYMBOL, ANY), (Dimension.ACCOUNT, "A")])
    two = limit_row(Bounds(price_band=Decimal(1)), [(Dimension.ACCOUNT, "A")])
    first, second = limit_tables([one, two])
    assert (first.name, second.name) == ("account,symbol", "account")
    assert first.limits("order_qty_max")
    assert not first.limits("price_band")
    assert second.limits("price_band")
    assert first.slice_name(("A", "S")) == "account=A symbol=S"
    assert one.name == "account=A symbol=*"


def test_traits_are_in_the_order_of_the_dimensions() -> None:
    assert len(Traits._fields) == len(Dimension)
    assert traits_of("a", "g", "s", None, "se", "t", "v") == Traits("a", "g", "s", "", "", "se", "t", "v")
    for field, dimension in zip(Traits._fields, Dimension, strict=True):
        assert field.removeprefix("risk_") == dimension


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (LimitRow(((Dimension.ACCOUNT, "A"),), Bounds()), "rows: account=A: bounds: none"),
        (LimitRow(((Dimension.ACCOUNT, ""),), Bounds(price_band=Decimal(1))), "rows: account=: account: '': a value"),
        (LimitRow((), Bounds(price_band=Decimal(1))), "rows: : of: : each dimension at most once"),
        (
            LimitRow(((Dimension.SYMBOL, "S"), (Dimension.ACCOUNT, "A")), Bounds(price_band=Decimal(1))),
            "rows: symbol=S account=A: of: symbol, account: each dimension at most once, in the order",
        ),
        (
            LimitRow(((Dimension.ACCOUNT, "A"),), Bounds(gross_notional_max=Decimal(-1))),
            "rows: account=A: gross_notional_max: -1: not negative",
        ),
        (
            LimitRow(((Dimension.ACCOUNT, "A"),), Bounds(net_notional_max=Decimal("NaN"))),
            "rows: account=A: net_notional_max: NaN: not negative",
        ),
        (
            LimitRow(((Dimension.ACCOUNT, "A"),), Bounds(long_qty_max=Decimal(1))),
            "rows: account=A: long_qty_max: 1: quantities of several symbols have no sum",
        ),
        (
            LimitRow(((Dimension.ACCOUNT, "A"),), Bounds(messages=Rate(-1, 1))),
            "rows: account=A: messages.per_s: -1: 0 to 1000000",
        ),
    ],
)
def test_what_is_wrong_with_a_row(row: LimitRow, fault: str) -> None:
    (found,) = rows_faults([row])
    assert found.startswith(fault)


def test_a_row_that_is_said_twice() -> None:
    row = limit_row(Bounds(order_qty_max=Decimal(0)), [(Dimension.ACCOUNT, ANY)])
    assert rows_faults([row]) == []
    assert rows_faults([row, row]) == ["rows: account=*: said twice"]
    with pytest.raises(ValueError, match="account: named twice"):
        limit_row(Bounds(), [(Dimension.ACCOUNT, "A"), (Dimension.ACCOUNT, "B")])
    with pytest.raises(ValueError, match="at least one dimension"):
        limit_row(Bounds(), [])
