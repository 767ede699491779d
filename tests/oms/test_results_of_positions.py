"""What a person tells of the start of the day is neither earned nor lost: limits of losses count from there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.position_commands import SetStartOfDay, StartOfDay
from tests.oms.test_monitor import ACCOUNT, look, losing, price, same_again, world_with
from tests.oms.test_monitor import row as limit
from tests.oms.world import World, names


def tell(world: World, qty: str, cost: str | None, symbol: str = "BTC-USD") -> None:
    row = StartOfDay("ACC", symbol, "", Decimal(qty), None if cost is None else Decimal(cost))
    assert names(world.do(SetStartOfDay((row,), "", "", "ann", "file"))) == ["StartOfDayPositionSet"]


@pytest.mark.parametrize("cost", ["1000", "1"])
def test_a_cost_far_from_the_market_is_no_loss_and_no_best(cost: str) -> None:
    world = losing(loss_max=100, drawdown_max=100, period_s=60, period_loss_max=100)
    price(world, "95")
    look(world)
    tell(world, "5", cost)
    assert not [name for name in names(look(world)) if name != "ResultMarked"]
    price(world, "91")  # 50 lost with 10, then 60 with 15
    assert "LimitBreached" in names(look(world))
    same_again(world)


def test_what_was_lost_before_it_was_told_stays_lost() -> None:
    world = losing(loss_max=100)
    price(world, "95")
    look(world)
    tell(world, "0", None)
    tell(world, "5", "70")
    look(world)
    price(world, "91.9")
    assert names(look(world)) == ["ResultMarked", "LimitWarned"]


def test_an_account_that_has_nothing_else_begins_where_it_is() -> None:
    world = world_with(limit(ACCOUNT, loss_max=100))
    tell(world, "10", "1000")
    assert names(look(world)) == ["ResultMarked"]
    price(world, "90.1")
    assert names(look(world)) == ["ResultMarked", "LimitWarned"]
    price(world, "89.9")
    assert names(look(world)) == ["ResultMarked", "LimitBreached"]
