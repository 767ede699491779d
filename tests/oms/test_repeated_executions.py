"""Too many executions stop a slice by itself, and only a named person lets it go on."""

from __future__ import annotations

from decimal import Decimal

from oms import snapshot
from oms.commands import BeginTradingDay, SetLimits
from oms.events import SliceResumed, SliceStopped
from oms.permission_commands import ResumeSlice
from oms.rates import Rate
from oms.slices import Bounds, Dimension, limit_row
from oms.snapshot import encode_snapshot, load_snapshot
from oms.types import Side
from tests.oms.test_gates import limits, refusal
from tests.oms.world import World, names

TEXT = "REPEATED_EXECUTIONS: slice=account=ACC symbol=BTC-USD per_s=1 burst=2"
BOUNDS = Bounds(executions=Rate(per_s=1, burst=2))
LIMITED = limits(rows=(limit_row(BOUNDS, [(Dimension.ACCOUNT, "*"), (Dimension.SYMBOL, "*")]),))


def stopped() -> World:
    world = World(LIMITED)
    world.live("X", "10", "100")
    for _ in range(2):
        assert names(world.fill("X", "1")) == ["OrderFilled"]
    events = world.fill("X", "1")
    assert names(events) == ["OrderFilled", "SliceStopped"]
    stop = events[-1]
    assert isinstance(stop, SliceStopped)
    assert (stop.table, stop.values, stop.name) == ("account,symbol", ("ACC", "BTC-USD"), "account=ACC symbol=BTC-USD")
    return world


def test_executions_are_booked_and_the_slice_is_stopped_once() -> None:
    world = stopped()
    assert names(world.fill("X", "1")) == ["OrderFilled"]
    assert world.order("X").cum_qty == Decimal(4)


def test_at_the_rate_nothing_happens() -> None:
    world = World(LIMITED)
    world.live("X", "10", "100")
    for _ in range(8):
        assert names(world.fill("X", "1")) == ["OrderFilled"]
        world.pass_ms(1000)


def test_a_stopped_slice_takes_no_order_however_long_and_cancels_pass() -> None:
    world = stopped()
    world.pass_ms(60_000)
    assert refusal(world.new("A")) == refusal(world.new("B", side=Side.SELL)) == TEXT
    assert refusal(world.replace("C", "X", "11")) == TEXT
    assert refusal(world.replace("D", "X", "9")) == ""
    assert names(world.cancel("E", "X")) == ["CancelRequested"]
    world.do(BeginTradingDay("20231116"))
    assert refusal(world.new("F")) == TEXT


def test_it_goes_on_by_the_word_of_a_named_person_and_counts_anew() -> None:
    world = stopped()
    assert world.do(ResumeSlice("account=ACC", "ann", "no such slice")) == []
    (resumed,) = world.do(ResumeSlice("account=ACC symbol=BTC-USD", "ann", "looked at"))
    assert isinstance(resumed, SliceResumed)
    assert (resumed.operator, resumed.reason) == ("ann", "looked at")
    assert refusal(world.new("A")) == ""
    for _ in range(2):
        assert names(world.fill("X", "1")) == ["OrderFilled"]
    assert names(world.fill("X", "1")) == ["OrderFilled", "SliceStopped"]


def test_it_is_in_the_log_and_in_snapshots() -> None:
    world = stopped()
    assert world.replayed().state_hash() == world.blotter.state_hash()
    blotter = world.empty()
    load_snapshot(blotter, encode_snapshot(world.blotter, world.payloads), snapshot.SCHEMA)
    assert blotter.state_hash() == world.blotter.state_hash()
    world.blotter = blotter
    assert refusal(world.new("A")) == TEXT


def test_other_limits_of_the_table_do_not_let_it_go_on() -> None:
    world = stopped()
    wider = Bounds(executions=Rate(per_s=100, burst=200))
    row = limit_row(wider, [(Dimension.ACCOUNT, "*"), (Dimension.SYMBOL, "*")])
    world.do(SetLimits(limits(rows=(row,)), "op", "wider"))
    assert refusal(world.new("A")) == TEXT
    world.do(SetLimits(limits(), "op", "none"))
    assert refusal(world.new("B")) == ""
