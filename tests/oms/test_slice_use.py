"""What slices have used of their limits."""

from __future__ import annotations

from decimal import Decimal

from oms.slice_use import Use, uses, uses_of
from oms.slices import ANY
from oms.types import Side
from tests.oms.test_exposure import row, world_with


def told(found: list[Use]) -> list[tuple[str, str, Decimal, Decimal]]:
    return [(use.name, use.kind, use.used, use.limit) for use in found]


def test_each_bound_of_each_slice() -> None:
    world = world_with(
        row({"long_qty_max": "10", "short_qty_max": "5"}, account=ANY, symbol=ANY),
        row({"gross_notional_max": "5000", "net_notional_max": "4000"}, account=ANY),
        row({"gross_notional_max": "9000"}, account="OTHER"),
    )
    world.live("A", "6")
    world.fill("A", "2")
    world.new("B", "1", side=Side.SELL)
    position, values = ("ACC", "BTC-USD"), "ACC"
    assert told(list(uses(world.blotter))) == [
        ("account=ACC symbol=BTC-USD", "long_qty_max", Decimal(6), Decimal(10)),
        ("account=ACC symbol=BTC-USD", "short_qty_max", Decimal(0), Decimal(5)),
        ("account=ACC", "gross_notional_max", Decimal(600), Decimal(5000)),
        ("account=ACC", "net_notional_max", Decimal(600), Decimal(4000)),
    ]
    assert list(uses_of(world.blotter, "account,symbol", position)) == list(uses(world.blotter))[:2]
    assert list(uses_of(world.blotter, "account", values)) == list(uses(world.blotter))[2:]
    assert list(uses_of(world.blotter, "account", "NOBODY")) == []
