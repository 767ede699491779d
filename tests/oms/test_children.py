"""Orders worked in parts: how they are divided, and what befalls parts befalls the order."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from oms.commands import NewOrder, SetSymbolStatus, SetTradingState, SetVenueCapabilities
from oms.events import (
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderRouted,
    OrderWorked,
)
from oms.special_terms import SpecialTerms
from oms.types import (
    OrdStatus,
    OrdType,
    RestatementReason,
    Side,
    SymbolStatus,
    TimeInForce,
    TradingState,
    WorkReason,
)
from oms.venue_reports import (
    VenueDisconnected,
    VenueDoneForDay,
    VenueReinstated,
    VenueRestated,
    VenueStopped,
    VenueSuspended,
)
from tests.oms.venues_of_parts import EVERYTHING, A, B, C, Parts, of, status, sums
from tests.oms.world import figures, names

# ------------------------------------------------------------------------------------------------------------ division


def test_an_order_is_divided_by_weight() -> None:
    world = Parts()
    events = world.new("X", "100")
    assert names(events) == [
        "OrderReceived", "OrderWorked", "OrderReceived", "OrderRouted", "OrderReceived", "OrderRouted",
    ]  # fmt: skip
    parent = world.order("X")
    worked = events[1]
    assert isinstance(worked, OrderWorked)
    assert worked.venues == (A, B)
    assert worked.quantities == (Decimal(60), Decimal(40))
    assert worked.reason is WorkReason.NEW
    assert worked.children == tuple(parent.children)
    assert parent.venue == ""
    assert [(child.venue, f"{child.order_qty}") for child in world.children(parent)] == [(A, "60"), (B, "40")]
    assert {(child.session, child.cl_ord_id, child.parent_seq) for child in world.children(parent)} == {
        ("", "", parent.order_seq)
    }
    assert status(parent) is OrdStatus.PENDING_NEW


@pytest.mark.parametrize(
    ("qty", "expected"),
    [
        ("100", ["50", "30", "20"]),
        ("0.0101", ["0.0051", "0.0030", "0.0020"]),  # lots of 0.0001; what they leave over goes to the first
        ("0.0049", ["0.0031", "0.0018"]),  # a fifth of it would be below the smallest order
        ("0.0012", ["0.0012"]),  # and here a third
    ],
)
def test_parts_are_lots_and_not_too_small(qty: str, expected: list[str]) -> None:
    world = Parts(50, 30, 20)
    events = world.new("X", qty)
    routed = [world.blotter.order(event.order_seq) for event in events if isinstance(event, OrderRouted)]
    assert [f"{order.order_qty}" for order in routed] == expected
    assert [order.venue for order in routed] == [A, B, C][: len(expected)]
    assert sum(order.order_qty for order in routed) == Decimal(qty)


def test_an_order_for_one_venue_has_no_parts() -> None:
    world = Parts()
    world.do(VenueDisconnected(A))
    events = world.new("X", "100")
    assert names(events) == ["OrderReceived", "OrderRouted"]
    assert world.order("X").venue == B
    assert world.blotter.parents == 0


def test_fill_or_kill_is_not_divided() -> None:
    world = Parts()
    assert names(world.new("X", "100", time_in_force=TimeInForce.FILL_OR_KILL)) == ["OrderReceived", "OrderRouted"]


def test_the_gates_see_the_parent_only() -> None:
    """A part may be larger than what is left of the session's budget, and counts for nothing."""
    world = Parts()
    before = world.blotter.clients["CLIENT44"].messages_full_at_ns if "CLIENT44" in world.blotter.clients else 0
    world.new("X", "100")
    client = world.blotter.clients["CLIENT44"]
    assert client.messages_full_at_ns - max(before, world.now_ns) == 1_000_000  # one of 1000 a second
    assert "" not in world.blotter.clients


# ------------------------------------------------------------------------------------------------------------- roll-up


def test_the_first_part_that_is_accepted_accepts_the_order() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    assert [type(event) for event in of(world.take(two), parent)] == [OrderAccepted]
    assert status(parent) is OrdStatus.NEW
    assert of(world.take(one), parent) == []


def test_fills_roll_up() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.take(one)
    (fill,) = of(world.trade(one, "10", "99", "T1"), parent)
    assert isinstance(fill, OrderFilled)
    name = f"T1/{one.order_seq}"
    assert (fill.venue, fill.exec_id, fill.last_qty, fill.last_px) == (A, name, Decimal(10), Decimal(99))
    world.trade(two, "40", "100", "T1")  # the other venue has an execution of that name too
    assert figures(parent) == ("100", "50", "50")
    assert parent.avg_px == Decimal("99.8")
    assert status(parent) is OrdStatus.PARTIALLY_FILLED
    world.trade(one, "50")
    assert status(parent) is OrdStatus.FILLED
    assert figures(parent) == ("100", "100", "0")


def test_a_fill_that_is_told_twice_counts_once() -> None:
    world = Parts()
    parent = world.parent()
    one, _ = world.children(parent)
    world.trade(one, "10", exec_id="T1")
    assert world.trade(one, "10", exec_id="T1") == []
    assert figures(parent) == ("100", "10", "90")


def test_two_parts_at_one_venue_may_number_their_executions_alike() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.trade(two, "5", exec_id="1")
    world.turn_down(one)
    (_, _, three) = world.children(parent)
    assert three.venue == two.venue == B
    world.trade(three, "7", exec_id="1")
    assert figures(parent) == ("100", "12", "88")
    assert list(parent.executions) == [(B, f"1/{two.order_seq}"), (B, f"1/{three.order_seq}")]


def test_positions_count_each_execution_once() -> None:
    world = Parts()
    parent = world.parent()
    one, _ = world.children(parent)
    world.trade(one, "10")
    ((key, position),) = list(world.blotter.positions)
    assert key == ("ACC", "BTC-USD", A)
    assert position.long_qty == Decimal(10)


def test_what_is_true_of_all_living_parts_is_true_of_the_order() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.take(one)
    assert names(world.do(VenueSuspended(A, one.venue_cl_ord_id))) == ["OrderSuspended"]
    world.take(two)
    assert names(of(world.do(VenueSuspended(B, two.venue_cl_ord_id)), parent)) == ["OrderSuspended"]
    assert status(parent) is OrdStatus.SUSPENDED
    assert names(of(world.do(VenueReinstated(B, two.venue_cl_ord_id)), parent)) == ["OrderReinstated"]
    assert status(parent) is OrdStatus.NEW


def test_a_part_that_is_filled_needs_no_mark() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.trade(one, "60")
    world.take(two)
    assert names(of(world.do(VenueDoneForDay(B, two.venue_cl_ord_id)), parent)) == ["OrderDoneForDay"]
    assert status(parent) is OrdStatus.DONE_FOR_DAY


def test_a_guarantee_for_a_part_is_one_for_the_order() -> None:
    world = Parts()
    parent = world.parent()
    one, _ = world.children(parent)
    world.take(one)
    report = VenueStopped(A, one.venue_cl_ord_id, Decimal(5), Decimal(99))
    assert names(of(world.do(report), parent)) == ["OrderStopped"]
    assert status(parent) is OrdStatus.STOPPED


def test_a_split_of_the_share_makes_more_of_the_order() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.trade(one, "10")
    world.take(two)
    reason = RestatementReason.GT_CORPORATE_ACTION
    world.do(VenueRestated(A, one.venue_cl_ord_id, Decimal(120), Decimal(50), Decimal(20), reason))
    assert figures(parent) == ("160", "20", "140")
    events = world.do(VenueRestated(B, two.venue_cl_ord_id, Decimal(80), Decimal(50), Decimal(0), reason))
    assert "CancelRequested" not in names(events)
    assert parent.order_qty - parent.cum_qty == sums(world, parent)[1]


def test_what_a_venue_declines_of_its_part_goes_to_another() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.take(one)
    reason = RestatementReason.PARTIAL_DECLINE_OF_ORDER_QTY
    events = world.do(VenueRestated(A, one.venue_cl_ord_id, Decimal(50), Decimal(100), None, reason))
    assert names(events) == ["OrderRestated", "OrderWorked", *["OrderReceived", "OrderRouted"] * 2]
    assert sums(world, parent) == (Decimal(0), Decimal(100))
    assert two.order_qty == Decimal(40)


# -------------------------------------------------------------------------------------------------------- a part fails


def test_what_a_venue_refuses_goes_to_another() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.take(two)
    events = world.turn_down(one)
    assert names(events) == ["OrderRejected", "OrderWorked", "OrderReceived", "OrderRouted"]
    worked = events[1]
    assert isinstance(worked, OrderWorked)
    assert (worked.venues, worked.quantities, worked.reason) == ((B,), (Decimal(60),), WorkReason.REROUTED)
    assert figures(parent) == ("100", "0", "100")


def test_each_venue_refuses_once() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.turn_down(one)
    three = world.at(B, parent)
    assert names(world.turn_down(three)) == ["OrderRejected"]  # nobody is left for it; 40 live on
    assert status(parent) is OrdStatus.PENDING_NEW
    events = world.turn_down(two)
    assert names(events) == ["OrderRejected", "OrderRejected"]
    (rejected,) = of(events, parent)
    assert isinstance(rejected, OrderRejected)
    assert (rejected.code, rejected.text) == ("VENUE_REJECTED", "VENUE_REJECTED: text=no")
    assert status(parent) is OrdStatus.REJECTED


def test_an_order_of_which_a_part_was_done_is_canceled() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.trade(one, "60")
    world.do(VenueDisconnected(A))
    events = of(world.turn_down(two), parent)
    assert [type(event) for event in events] == [OrderCanceled]
    assert figures(parent) == ("100", "60", "0")


def test_a_part_that_a_venue_drops_goes_to_another() -> None:
    world = Parts(50, 30, 20)
    parent = world.parent()
    one = world.children(parent)[0]
    world.take(one)
    world.trade(one, "10")
    world.drop(one)
    assert [(child.venue, child.order_qty) for child in world.children(parent)[3:]] == [
        (B, Decimal(24)),
        (C, Decimal(16)),
    ]
    assert sums(world, parent) == (Decimal(10), Decimal(90))


def test_the_last_part_that_expires_expires_the_order() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.take(one)
    world.expire(one)
    world.expire(two)
    (*_, last) = of(world.expire(world.children(parent)[2]), parent)
    assert isinstance(last, OrderExpired)
    assert status(parent) is OrdStatus.EXPIRED


def test_what_must_be_executed_at_once_is_not_routed_again() -> None:
    world = Parts()
    world.new("X", "100", time_in_force=TimeInForce.IMMEDIATE_OR_CANCEL)
    parent = world.order("X")
    one, two = world.children(parent)
    world.trade(two, "40")
    world.take(one)
    world.trade(one, "1")
    (end,) = of(world.drop(one), parent)
    assert isinstance(end, OrderCanceled)
    assert figures(parent) == ("100", "41", "0")


def test_nothing_new_goes_out_while_trading_is_halted() -> None:
    """Not what a venue has turned down, and not on the terms of a replace that was under way: that ends the order."""
    world = Parts()
    parent, other = world.parent(), world.parent("Y")
    one, two = world.children(parent)
    world.replace("Y2", "Y", "50")
    world.do(SetTradingState(TradingState.HALTED, "ann", "test"))
    assert names(world.turn_down(one)) == ["OrderRejected"]
    assert names(of(world.turn_down(two), parent)) == ["OrderRejected"]
    three, four = world.children(other)
    world.grant(three)
    assert names(of(world.grant(four), other)) == ["ReplaceRejected", "OrderCanceled"]


def test_in_a_symbol_that_an_operator_has_halted_neither() -> None:
    world = Parts()
    parent = world.parent()
    world.do(SetSymbolStatus("BTC-USD", SymbolStatus.HALTED, "ann", "news"))
    assert names(world.turn_down(world.children(parent)[0])) == ["OrderRejected"]


def test_what_its_venue_expires_at_its_time_is_over() -> None:
    world = Parts()
    until = world.now_ns + 1_000_000
    special = SpecialTerms(expire_time_ns=until)
    gtd = TimeInForce.GOOD_TILL_DATE
    world.do(SetVenueCapabilities(A, EVERYTHING))
    world.do(SetVenueCapabilities(B, EVERYTHING))
    new = NewOrder("CLIENT44", "", "X", "BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(100), Decimal(100), gtd)
    world.do(msgspec.structs.replace(new, special=special))
    parent = world.order("X")
    one, two = world.children(parent)
    world.pass_ms(1)
    assert names(world.expire(one)) == ["OrderExpired"]
    assert names(of(world.expire(two), parent)) == ["OrderExpired"]
