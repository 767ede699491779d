"""Orders worked in parts: their cancel, their replace, and venues that break the law."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.children import Family
from oms.events import (
    CancelRejected,
    CancelRequested,
    OrderCanceled,
    OrderFilled,
    ReplaceRejected,
)
from oms.types import (
    FillFlag,
    OrdStatus,
    RejectReason,
)
from oms.venue_reports import (
    VenueBusted,
    VenueDisconnected,
)
from tests.oms.venues_of_parts import A, B, Parts, of, status, sums
from tests.oms.world import figures, names

# -------------------------------------------------------------------------------------------------------------- cancel


def test_a_cancel_reaches_every_living_part() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.take(one)
    world.trade(two, "40")
    events = world.cancel("Y", "X")
    assert names(events) == ["CancelRequested", "CancelRequested"]
    assert isinstance(events[1], CancelRequested)
    assert (events[1].order_seq, events[1].cause) == (one.order_seq, "PARENT_CANCEL")
    assert status(parent) is OrdStatus.PENDING_CANCEL
    (canceled,) = of(world.grant(one), parent)
    assert isinstance(canceled, OrderCanceled)
    assert (canceled.cl_ord_id, canceled.orig_cl_ord_id) == ("Y", "X")
    assert figures(parent) == ("100", "40", "0")


def test_the_cancel_is_answered_with_the_last_part() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.cancel("Y", "X")
    assert of(world.grant(one), parent) == []
    assert status(parent) is OrdStatus.PENDING_CANCEL
    assert [type(event) for event in of(world.grant(two), parent)] == [OrderCanceled]


def test_a_cancel_that_finds_the_order_filled_is_too_late() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.cancel("Y", "X")
    world.trade(one, "60")
    events = of(world.trade(two, "40"), parent)
    assert [type(event) for event in events] == [OrderFilled, CancelRejected]
    assert isinstance(events[1], CancelRejected)
    assert events[1].reason is RejectReason.TOO_LATE
    assert status(parent) is OrdStatus.FILLED
    assert of(world.keep(one), parent) == []


def test_a_part_that_is_not_let_go_keeps_the_order_alive() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.cancel("Y", "X")
    world.keep(one)
    events = of(world.grant(two), parent)
    assert [type(event) for event in events] == [CancelRejected]
    assert status(parent) is OrdStatus.PENDING_NEW
    assert len(parent.children) == 2  # what was canceled is not sent again: its client did not want it
    world.trade(one, "59")
    (_, end) = of(world.trade(one, "1"), parent)  # nothing lives any more
    assert isinstance(end, OrderCanceled)
    assert figures(parent) == ("100", "60", "0")


def test_a_fill_behind_the_cancel_is_money() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.cancel("Y", "X")
    world.grant(one)
    world.grant(two)
    assert status(parent) is OrdStatus.CANCELED
    (fill,) = of(world.trade(two, "40"), parent)
    assert isinstance(fill, OrderFilled)
    assert fill.flags == (FillFlag.AFTER_END,)
    assert status(parent) is OrdStatus.CANCELED
    assert figures(parent) == ("100", "40", "0")


def test_an_unanswered_part_keeps_the_cancel_pending() -> None:
    world = Parts()
    parent = world.parent()
    one, _ = world.children(parent)
    world.cancel("Y", "X")
    world.grant(one)
    assert status(parent) is OrdStatus.PENDING_CANCEL
    assert parent.unresolved
    assert names(world.cancel("Z", "X")) == ["CancelRefused"]


# ------------------------------------------------------------------------------------------------------------- replace


def test_a_replace_begins_anew_with_what_is_left() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.take(one)
    world.take(two)
    world.trade(one, "10")
    events = world.replace("Y", "X", "80", "101")
    assert names(events) == ["ReplaceRequested", "CancelRequested", "CancelRequested"]
    world.grant(one)
    world.trade(two, "5")
    events = world.grant(two)
    assert names(of(events, parent)) == ["OrderReplaced", "OrderWorked"]
    assert figures(parent) == ("80", "15", "65")
    assert [(child.venue, child.order_qty, child.price) for child in world.children(parent)[2:]] == [
        (A, Decimal(39), Decimal(101)),
        (B, Decimal(26), Decimal(101)),
    ]


@pytest.mark.parametrize(("asked", "stands"), [("40", "60"), ("60", "60")])
def test_a_replace_to_what_is_filled_or_less(asked: str, stands: str) -> None:
    """C.3.b and C.3.c."""
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.replace("Y", "X", asked)
    world.trade(one, "60")
    events = of(world.grant(two), parent)
    assert names(events) == ["OrderReplaced"]
    assert figures(parent) == (stands, "60", "0")
    assert status(parent) is OrdStatus.FILLED


def test_a_filled_order_is_reopened_by_more() -> None:
    """C.1.c: nothing is to be waited for."""
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.trade(one, "60")
    world.trade(two, "40")
    events = world.replace("Y", "X", "150")
    assert names(of(events, parent)) == ["ReplaceRequested", "OrderReplaced", "OrderWorked"]
    assert sums(world, parent) == (Decimal(100), Decimal(50))
    assert figures(parent) == ("150", "100", "50")


def test_a_replace_of_another_term_is_too_late_when_all_is_filled_meanwhile() -> None:
    """C.2.a."""
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.replace("Y", "X", "100", "101")
    world.trade(one, "60")
    events = of(world.trade(two, "40"), parent)
    assert names(events) == ["OrderFilled", "ReplaceRejected"]
    assert isinstance(events[1], ReplaceRejected)
    assert events[1].reason is RejectReason.TOO_LATE


def test_a_replace_that_one_venue_blocks_leaves_no_trace() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.replace("Y", "X", "50", "101")
    world.grant(one)
    events = world.keep(two)
    assert names(of(events, parent)) == ["ReplaceRejected", "OrderWorked"]
    assert figures(parent) == ("100", "0", "100")
    assert sums(world, parent) == (Decimal(0), Decimal(100))
    assert {child.price for child in world.children(parent)} == {Decimal(100)}


def test_a_cancel_behind_a_replace_answers_both() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.replace("Y", "X", "50")
    assert names(world.cancel("Z", "Y")) == ["CancelRequested"]  # the parts are on their way out already
    world.grant(one)
    events = of(world.grant(two), parent)
    assert names(events) == ["OrderReplaced", "OrderCanceled"]
    assert isinstance(events[1], OrderCanceled)
    assert events[1].orig_cl_ord_id == "Y"
    assert len(parent.children) == 2


def test_two_replaces_at_once_are_answered_one_after_the_other() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.replace("Y", "X", "50")
    world.replace("Z", "Y", "70")
    world.grant(one)
    events = of(world.grant(two), parent)
    assert names(events) == ["OrderReplaced", "OrderReplaced", "OrderWorked"]
    assert parent.cl_ord_id == "Z"
    assert sums(world, parent) == (Decimal(0), Decimal(70))


def test_a_bust_of_a_part_of_before_is_worked_once() -> None:
    """It lives again at its venue, so nothing is sent for it."""
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.trade(one, "60", exec_id="T1")
    world.replace("Y", "X", "80")
    world.grant(two)
    assert sums(world, parent) == (Decimal(60), Decimal(20))
    events = world.do(VenueBusted(A, one.venue_cl_ord_id, "V", "T2", "T1"))
    assert names(events) == ["ExecutionBusted", "ExecutionBusted"]
    assert figures(parent) == ("80", "0", "80")
    assert sums(world, parent) == (Decimal(0), Decimal(80))


def test_what_has_been_is_not_looked_at_again() -> None:
    world = Parts()
    parent, name = world.parent(), "X"
    for number in range(30):
        for child in world.children(parent)[-2:]:
            world.trade(child, "0.01")
        world.replace(f"R{number}", name, "100")
        name = f"R{number}"
        for child in [child for child in world.children(parent) if child.pending]:
            world.grant(child)
    assert len(parent.children) == 62
    assert figures(parent) == ("100", "0.60", "99.40")
    assert len(Family._considered(world.blotter, parent)) == 2


def test_a_replace_without_a_venue_ends_the_order() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.replace("Y", "X", "50")
    world.grant(one)
    world.do(VenueDisconnected(A))
    world.do(VenueDisconnected(B))
    events = of(world.grant(two), parent)
    assert names(events) == ["ReplaceRejected", "OrderCanceled"]
    assert isinstance(events[0], ReplaceRejected)
    assert events[0].code == "VENUE_UNAVAILABLE"


# ------------------------------------------------------------------------------------------- venues that break the law


def test_a_fill_behind_the_end_of_a_part_is_asked_back() -> None:
    world = Parts()
    parent = world.parent()
    one, two = world.children(parent)
    world.take(two)
    world.turn_down(one)
    three = world.at(B, parent)
    events = world.trade(one, "60")  # it was rejected, and its 60 are with another venue now
    assert isinstance(events[0], OrderFilled)
    assert events[0].flags == (FillFlag.AFTER_END,)
    asked = [event for event in events if isinstance(event, CancelRequested)]
    assert [(event.order_seq, event.cause) for event in asked] == [(three.order_seq, "PARENT_EXCESS")]
    world.grant(three)
    world.trade(two, "40")
    assert figures(parent) == ("100", "100", "0")
    assert status(parent) is OrdStatus.FILLED


def test_what_cannot_be_asked_back_is_flagged() -> None:
    world = Parts()
    parent = world.parent()
    one, _ = world.children(parent)
    world.turn_down(one)
    world.trade(world.at(B, parent), "60")
    world.trade(world.children(parent)[1], "40")
    fill = of(world.trade(one, "60"), parent)[0]
    assert isinstance(fill, OrderFilled)
    assert fill.flags == (FillFlag.OVERFILL,)
    assert parent.overfill_qty == Decimal(60)
