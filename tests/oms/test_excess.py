"""A limit that an execution has exceeded is told with its cause, once, and halts the slice."""

from __future__ import annotations

from oms.decide_excess import is_exceeded
from oms.events import LimitBreached, LimitExceeded, SliceResumed
from oms.monitor_commands import LookAtExecution
from oms.permission_commands import ResumeSlice
from tests.oms.test_exposure import refusal, row, with_rows
from tests.oms.world import World

GROSS = row({"gross_notional_max": "1050"}, account="*")


def exceeded() -> tuple[World, int]:
    world = World(with_rows(GROSS))
    order = world.live("X", "10")
    world.fill("X", "10", "106", exec_id="E")
    return world, order.order_seq


def test_an_execution_dearer_than_its_order_is_told_and_halts() -> None:
    world, order_seq = exceeded()
    assert is_exceeded(world.blotter, world.blotter.order(order_seq))
    told, breached = world.do(LookAtExecution(order_seq, "E"))
    assert isinstance(told, LimitExceeded)
    assert (told.name, told.bound, f"{told.used:f}", f"{told.limit:f}") == (
        "account=ACC", "gross_notional_max", f"{told.used:f}", "1050",
    )  # fmt: skip
    assert told.used == 1060
    assert isinstance(breached, LimitBreached)
    assert breached.halts


def test_it_is_told_once() -> None:
    world, order_seq = exceeded()
    world.do(LookAtExecution(order_seq, "E"))
    assert not is_exceeded(world.blotter, world.blotter.order(order_seq))
    assert world.do(LookAtExecution(order_seq, "E")) == []
    assert isinstance(world.do(ResumeSlice("account=ACC", "ann", "looked at"))[0], SliceResumed)
    assert world.do(LookAtExecution(order_seq, "E")) == [], "a person knows"


def test_new_orders_are_refused_before_anybody_has_looked() -> None:
    world, _ = exceeded()
    assert refusal(world.new("Y", "1")).startswith("GROSS_EXPOSURE: before=1060 more=100 ")


def test_an_execution_within_the_limit_is_nothing() -> None:
    world = World(with_rows(GROSS))
    order = world.live("X", "10")
    world.fill("X", "10", "105")
    assert not is_exceeded(world.blotter, world.blotter.order(order.order_seq))
    assert world.do(LookAtExecution(order.order_seq, "E1")) == []
