"""Orders for each execution: the first thousand are free, then each execution allows so many more."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms import snapshot
from oms.commands import BeginTradingDay
from oms.risk import order_to_trade
from oms.slices import Bounds, Dimension, limit_row
from oms.snapshot import encode_snapshot, load_snapshot
from tests.oms.test_gates import limits, refusal
from tests.oms.world import World, names

ROW = limit_row(Bounds(order_to_trade_max=Decimal("2.5")), [(Dimension.ACCOUNT, "*")])


@pytest.fixture(autouse=True)
def _four_are_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_to_trade, "FREE_MESSAGES", 4)


def world_after(messages: int) -> World:
    world = World(limits(rows=(ROW,)))
    world.live("X")
    for number in range(messages - 1):
        world.new(f"O{number}", "0")  # refused, and a message all the same
    return world


def test_the_first_are_free_and_no_execution_counts_as_one() -> None:
    assert refusal(world_after(3).new("A")) == ""
    world = world_after(4)
    text = "ORDER_TO_TRADE: slice=account=ACC messages=4 executions=0 limit=2.5"
    assert refusal(world.new("A")) == text
    assert refusal(world.replace("B", "X", "11")) == text.replace("=4", "=5")
    assert refusal(world.replace("C", "X", "9")) == ""
    assert names(world.cancel("D", "X")) == ["CancelRequested"]


def test_each_execution_allows_more() -> None:
    world = world_after(4)
    world.fill("X", "1")
    assert refusal(world.new("A")).endswith("messages=4 executions=1 limit=2.5")
    world.fill("X", "1")
    world.fill("X", "1")
    assert refusal(world.new("B")) == refusal(world.new("C")) == refusal(world.new("D")) == ""
    assert refusal(world.new("E")).endswith("messages=8 executions=3 limit=2.5")


def test_a_day_begins_anew_and_it_is_in_the_log_and_in_snapshots() -> None:
    world = world_after(4)
    assert world.replayed().state_hash() == world.blotter.state_hash()
    blotter = world.empty()
    load_snapshot(blotter, encode_snapshot(world.blotter, world.payloads), snapshot.SCHEMA)
    assert blotter.state_hash() == world.blotter.state_hash()
    world.blotter = blotter
    assert refusal(world.new("A")).startswith("ORDER_TO_TRADE")
    world.do(BeginTradingDay("20231116"))
    assert refusal(world.new("B")) == ""
