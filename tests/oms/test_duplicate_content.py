"""The same order sent twice within a moment: what is the same, for how long, and what is remembered of it."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms import snapshot
from oms.commands import NewOrder
from oms.recent_orders import RecentOrders, content_of
from oms.snapshot import encode_snapshot, load_snapshot
from oms.special_terms import SpecialTerms
from oms.types import OrdType, Side, TimeInForce
from tests.oms.test_gates import limits, refusal
from tests.oms.world import SESSION, World

MS = 1_000_000


def world_of(interval_ms: int = 500) -> World:
    return World(limits(duplicate_interval_ms=interval_ms))


def test_the_same_order_is_refused_up_to_the_interval_and_not_at_its_end() -> None:
    world = world_of()
    assert refusal(world.new("A")) == ""
    world.pass_ms(499)
    world.now_ns += MS - 1
    text = f"DUPLICATE_CONTENT: cl_ord_id=A order_id={world.order('A').order_id} age_ms=499 interval_ms=500"
    assert refusal(world.new("B")) == text
    assert refusal(world.new("C")) == text  # the refused one is not the first of the next
    world.now_ns += 1
    assert refusal(world.new("D")) == ""


def test_it_is_off_until_an_interval_is_set() -> None:
    world = World()
    for name in "AB":
        assert refusal(world.new(name)) == ""
    assert not world.blotter.recent_orders.orders


@pytest.mark.parametrize(
    "changes",
    [{"qty": "10.0001"}, {"price": "100.01"}, {"price": None}, {"side": Side.SELL}, {"session": "OTHER"}],
    ids=str,
)
def test_what_differs_is_no_duplicate(changes: dict[str, object]) -> None:
    world = world_of()
    world.new("A")
    assert refusal(world.new("B", **changes)) == ""  # type: ignore[arg-type]


def test_equal_numbers_are_equal_however_they_are_written() -> None:
    world = world_of()
    world.new("A", "10", "100")
    assert "DUPLICATE_CONTENT" in refusal(world.new("B", "10.000", "100.0"))


@pytest.mark.parametrize(("stop_px", "code"), [("101", "DUPLICATE_CONTENT"), ("102", "")])
def test_stop_orders_are_told_apart_by_their_stop_price(stop_px: str, code: str) -> None:
    world = world_of()
    for name, px in (("A", "101"), ("B", stop_px)):
        special = SpecialTerms(stop_px=Decimal(px))
        order = NewOrder(
            SESSION, "ACC", name, "BTC-USD", Side.BUY, OrdType.STOP, Decimal(1), None, TimeInForce.DAY, special=special
        )
        events = world.do(order)
    assert refusal(events).partition(":")[0] == code


def test_replaces_are_not_looked_at() -> None:
    world = world_of()
    world.live("A", "10", "100")
    assert refusal(world.replace("B", "A", "10", "100")) == ""


def test_an_order_that_was_refused_was_never_there() -> None:
    world = world_of()
    assert refusal(world.new("A", "10", "200")).startswith("PRICE_BAND")
    assert refusal(world.new("B", "10", "200")).startswith("PRICE_BAND")
    assert not world.blotter.recent_orders.orders


def test_one_that_was_canceled_counts_all_the_same() -> None:
    world = world_of()
    world.live("A")
    world.cancel("C", "A")
    assert "DUPLICATE_CONTENT" in refusal(world.new("B"))


def test_it_is_in_the_log_and_in_snapshots() -> None:
    world = world_of()
    world.new("A")
    world.new("B")
    assert world.replayed().state_hash() == world.blotter.state_hash()
    blotter = world.empty()
    load_snapshot(blotter, encode_snapshot(world.blotter, world.payloads), snapshot.SCHEMA)
    assert blotter.state_hash() == world.blotter.state_hash()
    assert blotter.recent_orders.content() == world.blotter.recent_orders.content() != []


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 6), st.booleans()), max_size=60))
def test_what_is_remembered_is_the_last_of_each_content_within_the_interval(steps: list[tuple[int, int, bool]]) -> None:
    """Law: however orders come and are refused, what the gate would find is what a search through all would."""
    recent, now, all_of_them = RecentOrders(), 0, []
    for seq, (pause, qty, is_refused) in enumerate(steps, 1):
        now += pause
        content = content_of("S", "A", "X", Side.BUY, Decimal(qty), None, None)
        recent.received(content, now, seq, str(seq), 1000)
        if is_refused:
            recent.refused(content, seq)
        else:
            all_of_them.append((content, now, seq))
        for known in {content for content, _, _ in all_of_them}:
            last = max((at, seq) for other, at, seq in all_of_them if other == known)
            found = recent.orders.get(known)
            if now - last[0] < 1000:
                assert found is not None
                assert (found.at_ns, found.order_seq) == last
            elif found is not None:
                assert now - found.at_ns >= 1000
    assert len(recent.orders) <= 6


def test_memory_is_bounded_by_the_interval() -> None:
    recent = RecentOrders()
    for n in range(10_000):
        recent.received(content_of("S", "A", "X", Side.BUY, Decimal(n), None, None), n, n, "", 100)
    assert len(recent.orders) == 100


def test_bounds_of_the_interval() -> None:
    from oms.limits import limits_faults

    for interval_ms, count in ((0, 0), (60_000, 0), (-1, 1), (60_001, 1)):
        assert len(limits_faults(msgspec.structs.replace(limits(), duplicate_interval_ms=interval_ms))) == count
