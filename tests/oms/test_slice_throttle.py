"""Budgets of slices: what counts, for which slices, and that a cancel is never asked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms import snapshot
from oms.commands import BeginTradingDay, NewOrder, SetLimits
from oms.limits import Limits
from oms.rates import Rate
from oms.slices import Bounds, Dimension, limit_row
from oms.snapshot import encode_snapshot, load_snapshot
from oms.types import OrdType, Side, TimeInForce
from tests.oms.test_gates import limits, refusal
from tests.oms.world import VENUE, World, names


def rated(burst: int, **of: str) -> Limits:
    places = [(Dimension(name), value) for name, value in of.items()]
    return limits(rows=(limit_row(Bounds(messages=Rate(per_s=1, burst=burst)), places),))


def send(world: World, name: str, account: str = "A1", session: str = "S", trader: str = "") -> str:
    price, day = Decimal(100), TimeInForce.DAY
    order = NewOrder(session, account, name, "BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(1), price, day, trader=trader)
    return refusal(world.do(order))


def test_a_slice_has_one_budget_over_all_sessions_and_each_slice_its_own() -> None:
    world = World(rated(2, account="*"))
    assert send(world, "A") == send(world, "A", session="T") == ""
    throttled = "SLICE_THROTTLED: slice=account=A1 per_s=1 burst=2 retry_ms=1000"
    assert send(world, "B") == send(world, "B", session="T") == throttled
    assert send(world, "C", account="A2") == ""
    world.pass_ms(1000)
    assert send(world, "D") == ""


def test_exact_rows_come_before_wildcards_and_who_is_in_no_row_is_not_limited() -> None:
    world = World(rated(1, trader="bob", account="*"))
    for name in "ABC":
        assert send(world, name, trader="ann") == ""
    assert send(world, "D", trader="bob") == ""
    assert "slice=account=A1 trader=bob" in send(world, "E", trader="bob")


def test_replaces_count_and_are_asked_and_cancels_are_not() -> None:
    world = World(rated(3, account="ACC"))
    world.live("X")
    assert refusal(world.replace("Y", "X", "9")) == ""
    assert refusal(world.replace("Z", "X", "0")).startswith("QTY_BELOW_MIN")
    assert refusal(world.replace("W", "Y", "8")).startswith("SLICE_THROTTLED")
    assert names(world.cancel("C", "X")) == ["CancelRequested"]


def test_a_refused_order_counts_as_it_does_for_its_session() -> None:
    world = World(rated(1, account="ACC"))
    assert refusal(world.new("A", "0")).startswith("QTY_BELOW_MIN")
    assert refusal(world.new("B")).startswith("SLICE_THROTTLED")


def test_of_a_venue_counts_what_goes_there() -> None:
    world = World(rated(1, venue=VENUE))
    assert refusal(world.new("A", "0")).startswith("QTY_BELOW_MIN")
    assert refusal(world.new("B")) == ""
    assert f"slice=venue={VENUE}" in refusal(world.new("C"))


@pytest.mark.parametrize("days", [0, 1])
def test_it_is_in_the_log_and_in_snapshots_and_ends_with_the_day(days: int) -> None:
    world = World(rated(2, account="*"))
    send(world, "A")
    for day in range(days):
        world.pass_ms(86_400_000)
        world.do(BeginTradingDay(f"2023111{5 + day}"))
    assert len(world.blotter.slice_flow.full_at_ns) == 1 - days
    assert world.replayed().state_hash() == world.blotter.state_hash()
    blotter = world.empty()
    load_snapshot(blotter, encode_snapshot(world.blotter, world.payloads), snapshot.SCHEMA)
    assert blotter.state_hash() == world.blotter.state_hash()


def test_limits_without_rates_keep_nothing() -> None:
    world = World(rated(2, account="*"))
    send(world, "A")
    world.do(SetLimits(limits(), "op", "off"))
    assert not world.blotter.slice_flow.full_at_ns
    assert not world.blotter.is_followed
