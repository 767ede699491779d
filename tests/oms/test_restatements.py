"""What a venue says of an order that lives on: other terms, done for the day, suspended, stopped, triggered."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.commands import BeginTradingDay
from oms.events import Event, OrderCanceled, OrderReinstated, OrderRestated, OrderStopped, ReportQuarantined
from oms.order import Order
from oms.order_state import Base
from oms.types import OrdStatus, RestatementReason, TimeInForce
from oms.venue_reports import (
    AnyVenueReport,
    VenueCanceled,
    VenueDoneForDay,
    VenueExpired,
    VenueOrderStatus,
    VenueReinstated,
    VenueReplaced,
    VenueRestated,
    VenueStopped,
    VenueSuspended,
    VenueTriggered,
)
from tests.oms.world import VENUE, World, figures, names

D = Decimal


def restate(world: World, qty: str | None = None, price: str | None = None, **more: object) -> list[Event]:
    order_qty, limit = (None if number is None else D(number) for number in (qty, price))
    return world.do(VenueRestated(VENUE, world.venue_id("X"), order_qty, limit, **more))  # type: ignore[arg-type]


def status(order: Order) -> OrdStatus:
    return order.ord_status


def quarantined(events: list[Event]) -> str:
    (event,) = events
    assert isinstance(event, ReportQuarantined), event
    return event.why


# -------------------------------------------------------------------------------------------------------- other terms


def test_e_1_c_and_e_1_d_the_venue_changes_the_quantity() -> None:
    world = World()
    order = world.live("X", "10000")
    (event,) = restate(world, "11000", reason=RestatementReason.VERBAL_CHANGE, text="by phone")
    assert isinstance(event, OrderRestated)
    assert (event.reason, event.order_qty, event.price, event.cum_qty) == ("VERBAL_CHANGE", 11000, 100, None)
    assert event.text == "by phone"
    assert (figures(order), order.ord_status) == (("11000", "0", "11000"), OrdStatus.NEW)
    world.fill("X", "1000")
    restate(world, "9000", "101", reason=RestatementReason.PARTIAL_DECLINE_OF_ORDER_QTY)
    assert (figures(order), order.price) == (("9000", "1000", "8000"), 101)
    assert order.cl_ord_id == "X"
    assert order.chain == ("X",)


def test_terms_that_stand_already_say_nothing() -> None:
    world = World()
    world.live("X", "10", "100")
    assert restate(world) == []
    assert restate(world, "10", "100") == []
    assert restate(world, "10.0", None, cum_qty=D(0)) == []


def test_a_restatement_told_again_does_not_bring_back_terms_of_the_past() -> None:
    world = World()
    order = world.live("X", "10", "100")
    restate(world, "12", exec_id="R1")
    restate(world, "9", exec_id="R2")
    assert restate(world, "12", exec_id="R1") == []
    assert order.order_qty == 9


def test_a_quantity_below_what_was_executed_ends_the_rest() -> None:
    world = World()
    order = world.live("X", "10")
    world.fill("X", "4")
    restate(world, "3")
    assert (figures(order), order.ord_status) == (("4", "4", "0"), OrdStatus.FILLED)
    assert order.order_seq not in world.blotter.open_orders
    restate(world, "8")
    assert (figures(order), order.ord_status) == (("8", "4", "4"), OrdStatus.PARTIALLY_FILLED)
    assert order.order_seq in world.blotter.open_orders


def test_a_pending_replace_that_is_accepted_after_a_restatement_stands() -> None:
    world = World()
    order = world.live("X", "10")
    world.replace("Y", "X", "12", "101")
    restate(world, "9")
    assert (order.order_qty, order.ord_status) == (9, OrdStatus.PENDING_REPLACE)
    world.venue_replace("Y", "12", "101")
    assert (order.order_qty, order.price, order.cl_ord_id) == (12, 101, "Y")


def test_a_restatement_of_an_order_that_was_not_acknowledged_acknowledges_it() -> None:
    world = World()
    world.new("X", "10")
    assert names(restate(world, "9", venue_order_id="V7")) == ["OrderAccepted", "OrderRestated"]
    assert world.order("X").venue_order_id == "V7"
    world.new("Y", "10")
    assert names(world.do(VenueRestated(VENUE, world.venue_id("Y")))) == ["OrderAccepted"]


def test_other_terms_for_an_order_that_has_ended_are_an_alarm() -> None:
    world = World()
    world.live("X", "10")
    world.venue_cancel("X")
    assert quarantined(restate(world, "9")) == "ILLEGAL_TRANSITION"
    assert restate(world, "10") == []


@pytest.mark.parametrize("more", [{"qty": "0"}, {"qty": "-1"}, {"qty": "NaN"}, {"qty": "5", "price": "Infinity"}])
def test_terms_without_usable_numbers_are_quarantined(more: dict[str, str]) -> None:
    world = World()
    world.live("X")
    assert quarantined(restate(world, **more)) == "BAD_NUMBER"


@pytest.mark.parametrize("cum_qty", ["-1", "NaN", "1E15"])
def test_a_split_without_usable_numbers_is_quarantined(cum_qty: str) -> None:
    world = World()
    world.live("X")
    why = RestatementReason.GT_CORPORATE_ACTION
    assert quarantined(restate(world, "20", cum_qty=D(cum_qty), reason=why)) == "BAD_NUMBER"


def test_a_cum_qty_that_is_not_ours_is_told_and_not_believed() -> None:
    world = World()
    order = world.live("X", "10")
    events = restate(world, "9", cum_qty=D(2))
    assert names(events) == ["OrderRestated", "ReportQuarantined"]
    assert quarantined(events[1:]) == "CUM_QTY_DIFFERS"
    assert order.cum_qty == 0


def test_unknown_orders() -> None:
    world = World()
    reports: list[AnyVenueReport] = [
        VenueRestated(VENUE, "GATE99", D(9)),
        VenueDoneForDay(VENUE, "GATE99"),
        VenueSuspended(VENUE, "GATE99"),
        VenueReinstated(VENUE, "GATE99"),
        VenueStopped(VENUE, "GATE99", D(1), D(1)),
        VenueTriggered(VENUE, "GATE99"),
    ]
    for report in reports:
        assert quarantined(world.do(report)) == "UNKNOWN_ORDER"


def test_an_unsolicited_replace_is_a_restatement() -> None:
    world = World()
    order = world.live("X", "10", "100")
    (event,) = world.venue_replace("X", "9", "99")
    assert isinstance(event, OrderRestated)
    assert (event.reason, order.order_qty, order.price) == (RestatementReason.OTHER, 9, 99)
    assert world.venue_replace("X", "9", "99") == []
    world.replace("Y", "X", "12", "101")
    world.venue_replace("Y", "12", "101")
    assert world.venue_replace("Y", "12", "101") == []  # the answer once more
    world.venue_replace("Y", "8", "101")
    assert (order.order_qty, order.cl_ord_id) == (8, "Y")
    named = VenueReplaced(VENUE, world.venue_id("Y"), world.venue_id("X"), D(12), D(101))
    assert world.do(named) == []  # this one names what it replaced: it is the answer
    assert order.order_qty == 8


# -------------------------------------------------------------------------------------------------------------- renewal


def test_a_gtc_order_is_renewed_once_a_day() -> None:
    world = World()
    world.new("X", "10", time_in_force=TimeInForce.GOOD_TILL_CANCEL)
    world.accept("X")
    order = world.order("X")
    assert restate(world, reason=RestatementReason.GT_RENEWAL) == []  # it is of today
    world.do(VenueDoneForDay(VENUE, world.venue_id("X")))
    assert (order.leaves_qty, order.ord_status) == (10, OrdStatus.DONE_FOR_DAY)
    world.do(BeginTradingDay("20231116"))
    (event,) = restate(world, reason=RestatementReason.GT_RENEWAL)
    assert isinstance(event, OrderRestated)
    assert (order.leaves_qty, order.ord_status) == (10, OrdStatus.NEW)
    assert restate(world, reason=RestatementReason.GT_RENEWAL) == []


# ---------------------------------------------------------------------------------------------------------------- marks


def test_a_1_b_done_for_day() -> None:
    world = World()
    order = world.live("X", "10000")
    world.fill("X", "3000")
    report = VenueDoneForDay(VENUE, world.venue_id("X"), "closed")
    assert names(world.do(report)) == ["OrderDoneForDay"]
    assert (figures(order), order.ord_status) == (("10000", "3000", "0"), OrdStatus.DONE_FOR_DAY)
    assert world.do(report) == []
    world.do(VenueExpired(VENUE, world.venue_id("X")))
    assert (figures(order), order.ord_status) == (("10000", "3000", "0"), OrdStatus.EXPIRED)


def test_k_1_a_suspended_and_reinstated() -> None:
    world = World()
    order = world.live("X", "10000")
    world.fill("X", "1000")
    report = VenueSuspended(VENUE, world.venue_id("X"), "halt")
    assert names(world.do(report)) == ["OrderSuspended"]
    assert world.do(report) == []
    assert (figures(order), order.ord_status) == (("10000", "1000", "9000"), OrdStatus.SUSPENDED)
    (event,) = restate(world, "10000", ord_status=OrdStatus.PARTIALLY_FILLED)
    assert isinstance(event, OrderReinstated)
    assert (figures(order), order.ord_status) == (("10000", "1000", "9000"), OrdStatus.PARTIALLY_FILLED)
    world.do(report)
    assert restate(world, "10000", ord_status=OrdStatus.SUSPENDED) == []
    assert names(world.do(VenueReinstated(VENUE, world.venue_id("X")))) == ["OrderReinstated"]
    assert world.do(VenueReinstated(VENUE, world.venue_id("X"))) == []
    assert order.ord_status is OrdStatus.PARTIALLY_FILLED


def test_k_1_b_a_halt_cancels_and_says_why() -> None:
    world = World()
    order = world.live("X")
    world.do(VenueSuspended(VENUE, world.venue_id("X")))
    why = RestatementReason.CANCEL_ON_TRADING_HALT
    (event,) = world.do(VenueCanceled(VENUE, world.venue_id("X"), None, "halt", why))
    assert isinstance(event, OrderCanceled)
    assert (event.reason, order.ord_status) == (why, OrdStatus.CANCELED)


def test_l_1_a_a_guarantee_is_no_execution() -> None:
    world = World()
    order = world.live("X", "10000")
    report = VenueStopped(VENUE, world.venue_id("X"), D(1000), D("50.10"), "guaranteed")
    (event,) = world.do(report)
    assert isinstance(event, OrderStopped)
    assert (event.last_qty, event.last_px) == (1000, D("50.10"))
    assert (figures(order), order.ord_status) == (("10000", "0", "10000"), OrdStatus.STOPPED)
    assert world.do(report) == []
    world.fill("X", "1000", "50")
    assert (figures(order), order.ord_status) == (("10000", "1000", "9000"), OrdStatus.STOPPED)
    world.fill("X", "9000", "50")
    assert order.ord_status is OrdStatus.FILLED
    world.live("Y")
    bad = VenueStopped(VENUE, world.venue_id("Y"), D(0), D(1))
    assert quarantined(world.do(bad)) == "BAD_NUMBER"


def test_marks_together_show_the_highest_and_leave_one_by_one() -> None:
    world = World()
    order = world.live("X")
    venue_id = world.venue_id("X")
    world.do(VenueSuspended(VENUE, venue_id))
    world.do(VenueStopped(VENUE, venue_id, D(1), D(1)))
    assert status(order) is OrdStatus.STOPPED
    world.do(VenueDoneForDay(VENUE, venue_id))
    assert status(order) is OrdStatus.DONE_FOR_DAY
    world.replace("Y", "X", "12")
    assert status(order) is OrdStatus.PENDING_REPLACE
    world.venue_refuse("Y")
    world.do(VenueReinstated(VENUE, venue_id))
    assert status(order) is OrdStatus.STOPPED


@pytest.mark.parametrize("end", ["fill", "cancel"])
def test_of_a_finished_order_marks_say_nothing(end: str) -> None:
    world = World()
    world.live("X", "10")
    if end == "fill":
        world.fill("X", "10")
    else:
        world.venue_cancel("X")
    venue_id = world.venue_id("X")
    for report in (
        VenueDoneForDay(VENUE, venue_id),
        VenueSuspended(VENUE, venue_id),
        VenueReinstated(VENUE, venue_id),
        VenueStopped(VENUE, venue_id, D(1), D(1)),
        VenueTriggered(VENUE, venue_id),
    ):
        assert world.do(report) == []


@pytest.mark.parametrize("kind", [VenueDoneForDay, VenueSuspended, VenueTriggered])
def test_a_mark_acknowledges(kind: type[VenueDoneForDay]) -> None:
    world = World()
    world.new("X")
    events = names(world.do(kind(VENUE, world.venue_id("X"))))
    assert events[0] == "OrderAccepted"
    assert len(events) == 2
    assert world.order("X").base is Base.WORKING


@pytest.mark.parametrize("told", [OrdStatus.DONE_FOR_DAY, OrdStatus.SUSPENDED])
def test_an_answer_may_tell_of_a_mark_that_we_missed(told: OrdStatus) -> None:
    world = World()
    order = world.live("X", "10")
    answer = VenueOrderStatus(VENUE, world.venue_id("X"), told, D(0), D(10))
    assert len(world.do(answer)) == 1
    assert status(order) is told
    assert world.do(answer) == []
    assert world.do(VenueOrderStatus(VENUE, world.venue_id("X"), OrdStatus.NEW, D(0), D(10))) == []
    assert status(order) is told
    world.new("Y", "10")
    events = world.do(VenueOrderStatus(VENUE, world.venue_id("Y"), told, D(0), D(10)))
    assert names(events)[0] == "OrderAccepted"
    assert status(world.order("Y")) is told


def test_triggered_counts_once() -> None:
    world = World()
    order = world.live("X")
    assert names(world.do(VenueTriggered(VENUE, world.venue_id("X")))) == ["OrderTriggered"]
    assert order.triggered
    assert order.ord_status is OrdStatus.NEW
    assert world.do(VenueTriggered(VENUE, world.venue_id("X"))) == []
