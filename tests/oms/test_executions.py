"""Executions taken back and put right, on orders that work, are filled, have ended; and the figures of a day."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.commands import BeginTradingDay
from oms.events import Event, ExecutionBusted, ExecutionCorrected, OrderFilled, ReportQuarantined
from oms.fill_details import FillDetails
from oms.order import Order
from oms.order_state import Base
from oms.quarantine import REASONS
from oms.types import FillFlag, OrdStatus, RestatementReason, Side, TimeInForce
from oms.venue_reports import (
    VenueBusted,
    VenueCanceled,
    VenueCorrected,
    VenueExpired,
    VenueFilled,
    VenueRejected,
    VenueRestated,
)
from tests.oms.world import VENUE, World, figures, names

D = Decimal


def bust(world: World, ref: str, exec_id: str = "B1", cl_ord_id: str = "X") -> list[Event]:
    return world.do(VenueBusted(VENUE, world.venue_id(cl_ord_id), "V", exec_id, ref))


def correct(world: World, ref: str, qty: str, price: str, exec_id: str = "C1", cl_ord_id: str = "X") -> list[Event]:
    return world.do(VenueCorrected(VENUE, world.venue_id(cl_ord_id), "V", exec_id, ref, D(qty), D(price)))


def quarantined(events: list[Event]) -> str:
    (event,) = events
    assert isinstance(event, ReportQuarantined), event
    assert event.why in REASONS
    return event.why


def money(order: Order) -> tuple[Decimal, Decimal, Decimal]:
    return order.cum_qty, order.gross, order.avg_px


def test_j_1_a_a_filled_order_is_busted_corrected_and_opened_again() -> None:
    """Every row of FIX 4.4 Volume 4, Appendix D, J.1.a."""
    world = World()
    order = world.live("X", "10000")
    world.fill("X", "1000", "100", "C")
    (fill_d,) = world.fill("X", "9000", "110", "D")
    assert (order.avg_px, order.ord_status) == (109, OrdStatus.FILLED)
    (event,) = bust(world, "C", "E")
    assert isinstance(event, ExecutionBusted)
    assert (event.trade_id, event.ref_seq) == ("C", fill_d.seq - 1)
    assert (figures(order), order.avg_px) == (("10000", "9000", "1000"), 110)
    assert order.ord_status is OrdStatus.PARTIALLY_FILLED
    (corrected,) = correct(world, "D", "9000", "100", "F")
    assert isinstance(corrected, ExecutionCorrected)
    assert (corrected.trade_id, corrected.ref_seq) == ("D", fill_d.seq)
    assert (figures(order), order.avg_px) == (("10000", "9000", "1000"), 100)
    (fill_g,) = world.fill("X", "1000", "120", "G")
    assert (order.avg_px, order.ord_status) == (102, OrdStatus.FILLED)
    (again,) = correct(world, "F", "9000", "120", "H")  # a correction of a correction, by its own ExecID
    assert isinstance(again, ExecutionCorrected)
    assert (again.trade_id, again.ref_seq) == ("D", corrected.seq)
    assert (order.avg_px, order.ord_status, order.is_open) == (120, OrdStatus.FILLED, False)
    world.replace("Y", "X", "12000")
    world.venue_replace("Y", "12000")
    (last,) = correct(world, "D", "9500", "120", "K")  # ... and by the ExecID of the fill
    assert isinstance(last, ExecutionCorrected)
    assert last.ref_seq == again.seq
    assert (figures(order), order.avg_px) == (("12000", "10500", "1500"), 120)
    assert fill_g.seq in [execution.seq for execution in order.executions.values()]


def test_j_1_b_a_bust_and_an_execution_on_a_canceled_order() -> None:
    world = World()
    order = world.live("X", "10000")
    world.fill("X", "5000", "50", "B")
    world.cancel("Y", "X")
    world.venue_cancel("Y", "X")
    bust(world, "B", "E")
    assert (figures(order), order.ord_status) == (("10000", "0", "0"), OrdStatus.CANCELED)
    assert money(order) == (0, 0, 0)
    (event,) = world.fill("X", "4000", "51", "F")
    assert isinstance(event, OrderFilled)
    assert event.flags == (FillFlag.AFTER_END,)
    assert (figures(order), order.ord_status) == (("10000", "4000", "0"), OrdStatus.CANCELED)
    correct(world, "F", "3000", "52", "G")
    assert money(order) == (3000, 156000, 52)


@pytest.mark.parametrize("base", [Base.EXPIRED, Base.REJECTED])
def test_an_execution_of_an_ended_order_can_be_taken_back(base: Base) -> None:
    world = World()
    order = world.live("X")
    world.fill("X", "3", exec_id="E1")
    world.do({Base.EXPIRED: VenueExpired, Base.REJECTED: VenueRejected}[base](VENUE, world.venue_id("X")))
    assert names(correct(world, "E1", "2", "100", "C1")) == ["ExecutionCorrected"]
    assert names(bust(world, "C1")) == ["ExecutionBusted"]
    assert (order.base, order.cum_qty, order.leaves_qty) == (base, 0, 0)


def test_a_bust_opens_a_filled_order_and_a_correction_may_fill_it_again() -> None:
    world = World()
    order = world.live("X", "10")
    world.fill("X", "4", exec_id="E1")
    world.fill("X", "6", exec_id="E2")
    assert order.order_seq not in world.blotter.open_orders
    bust(world, "E1")
    assert order.order_seq in world.blotter.open_orders
    correct(world, "E2", "10", "99")
    assert order.order_seq not in world.blotter.open_orders
    assert order.ord_status is OrdStatus.FILLED


def test_the_same_again_says_nothing() -> None:
    world = World()
    order = world.live("X", "10")
    world.fill("X", "4", "100", "E1")
    correct(world, "E1", "5", "101", "C1")
    correct(world, "C1", "6", "102", "C2")
    bust(world, "E1", "B1")
    before = order.content()
    assert world.fill("X", "4", "100", "E1") == []  # the fill, as it was told then
    assert correct(world, "E1", "5", "101", "C1") == []
    assert correct(world, "C1", "6", "102", "C2") == []
    assert correct(world, "E1", "6", "102", "C2") == []  # named by its first id: the same execution
    assert bust(world, "E1", "B1") == []
    assert bust(world, "C2", "B1") == []
    assert order.content() == before


def test_an_exec_id_with_another_meaning_is_an_alarm() -> None:
    world = World()
    order = world.live("X", "10")
    world.fill("X", "1", "100", "E1")
    world.fill("X", "2", "100", "E2")
    correct(world, "E1", "3", "101", "C1")
    before = order.content()
    assert quarantined(world.fill("X", "3", "101", "E1")) == "EXEC_ID_REUSED"  # a fill that was told differently
    assert quarantined(world.fill("X", "3", "101", "C1")) == "EXEC_ID_REUSED"
    assert quarantined(correct(world, "E1", "4", "101", "C1")) == "EXEC_ID_REUSED"
    assert quarantined(correct(world, "E2", "3", "101", "C1")) == "EXEC_ID_REUSED"
    assert quarantined(correct(world, "E1", "1", "100", "E1")) == "EXEC_ID_REUSED"
    assert quarantined(bust(world, "E1", "C1")) == "EXEC_ID_REUSED"
    assert quarantined(bust(world, "E1", "E2")) == "EXEC_ID_REUSED"
    assert order.content() == before
    bust(world, "E2", "B1")
    assert quarantined(bust(world, "E1", "B1")) == "EXEC_ID_REUSED"
    assert quarantined(correct(world, "E1", "3", "101", "B1")) == "EXEC_ID_REUSED"


def test_what_names_no_execution_is_an_alarm() -> None:
    world = World()
    world.live("X", "10")
    world.live("Z", "10")
    world.fill("Z", "1", "100", "E9")
    assert quarantined(bust(world, "E1")) == "NO_SUCH_EXECUTION"
    assert quarantined(correct(world, "E1", "3", "101")) == "NO_SUCH_EXECUTION"
    assert quarantined(bust(world, "E9")) == "NO_SUCH_EXECUTION"  # of another order
    world.fill("X", "1", "100", "E1")
    bust(world, "E1", "B1")
    assert quarantined(bust(world, "E1", "B2")) == "NO_SUCH_EXECUTION"  # it has been taken back
    assert quarantined(correct(world, "E1", "3", "101")) == "NO_SUCH_EXECUTION"
    assert quarantined(correct(world, "B1", "3", "101")) == "NO_SUCH_EXECUTION"
    assert quarantined(world.do(VenueBusted(VENUE, "GATE99", "V", "B", "E1"))) == "UNKNOWN_ORDER"
    assert quarantined(world.do(VenueCorrected(VENUE, "GATE99", "V", "C", "E1", D(1), D(1)))) == "UNKNOWN_ORDER"
    elsewhere = VenueBusted("XALT", world.venue_id("X"), "V", "B3", "E1")
    assert quarantined(world.do(elsewhere)) == "UNKNOWN_ORDER"


@pytest.mark.parametrize(("qty", "price"), [("0", "100"), ("-1", "100"), ("NaN", "1"), ("1", "Infinity")])
def test_a_correction_without_a_usable_number_is_quarantined(qty: str, price: str) -> None:
    world = World()
    world.live("X")
    world.fill("X", "1", exec_id="E1")
    assert quarantined(correct(world, "E1", qty, price)) == "BAD_NUMBER"


def test_a_correction_above_the_quantity_is_booked_and_flagged() -> None:
    world = World()
    order = world.live("X", "10")
    world.fill("X", "4", exec_id="E1")
    world.fill("X", "6", exec_id="E2")
    (event,) = correct(world, "E1", "5", "100")
    assert isinstance(event, ExecutionCorrected)
    assert event.flags == (FillFlag.OVERFILL,)
    assert order.overfill_qty == 1
    (event,) = correct(world, "C1", "4", "100", "C2")
    assert isinstance(event, ExecutionCorrected)
    assert event.flags == ()


def test_a_fill_that_is_not_the_orders_is_booked_and_flagged() -> None:
    world = World()
    order = world.live("X")
    venue_id = world.venue_id("X")
    fill = VenueFilled(VENUE, venue_id, "V", "E1", D(1), D(100), symbol="ETH-USD", side=Side.SELL)
    (event,) = world.do(fill)
    assert isinstance(event, OrderFilled)
    assert event.flags == (FillFlag.WRONG_SIDE, FillFlag.WRONG_SYMBOL)
    assert order.cum_qty == 1
    fill = VenueFilled(VENUE, venue_id, "V", "E2", D(1), D(100), symbol="BTC-USD", side=Side.BUY)
    (event,) = world.do(fill)
    assert isinstance(event, OrderFilled)
    assert event.flags == ()


def test_the_details_of_a_fill_are_kept() -> None:
    world = World()
    order = world.live("X")
    details = FillDetails("XLON", D("0.5"), "USD", "1")
    world.do(VenueFilled(VENUE, world.venue_id("X"), "V", "E1", D(1), D(100), details=details))
    (execution,) = order.executions.values()
    assert isinstance(execution, OrderFilled)
    assert execution.details == details


# --------------------------------------------------------------------------------------------------------- days, splits


def day_figures(order: Order) -> tuple[str, str]:
    return f"{order.day_order_qty:f}", f"{order.day_cum_qty:f}"


def gtc(world: World, qty: str = "10000") -> Order:
    world.new("X", qty, time_in_force=TimeInForce.GOOD_TILL_CANCEL)
    world.accept("X")
    return world.order("X")


def test_h_1_a_and_j_1_c_day_quantities_and_corrections_of_both_days() -> None:
    world = World()
    order = gtc(world)
    assert day_figures(order) == ("10000", "0")
    world.fill("X", "2000", "100", "B")
    assert day_figures(order) == ("10000", "2000")
    assert order.day_avg_px == 100
    world.do(BeginTradingDay("20231116"))
    assert day_figures(order) == ("8000", "0")
    assert order.day_avg_px == 0
    world.fill("X", "1000", "110", "E")
    assert (figures(order), day_figures(order)) == (("10000", "3000", "7000"), ("8000", "1000"))
    assert order.day_avg_px == 110
    correct(world, "B", "1500", "100", "F")  # of yesterday: it moves DayOrderQty
    assert (figures(order), day_figures(order)) == (("10000", "2500", "7500"), ("8500", "1000"))
    correct(world, "E", "500", "110", "G")  # of today: it moves DayCumQty
    assert (figures(order), day_figures(order)) == (("10000", "2000", "8000"), ("8500", "500"))
    bust(world, "F", "H")
    assert (figures(order), day_figures(order)) == (("10000", "500", "9500"), ("10000", "500"))
    bust(world, "G", "I")
    assert (figures(order), day_figures(order)) == (("10000", "0", "10000"), ("10000", "0"))


def test_h_1_d_a_replace_on_the_second_day() -> None:
    world = World()
    order = gtc(world)
    world.fill("X", "2000", "100", "B")
    world.do(BeginTradingDay("20231116"))
    world.replace("Y", "X", "15000")
    world.fill("X", "1000", "100", "C")
    world.venue_replace("Y", "15000")
    assert (figures(order), day_figures(order)) == (("15000", "3000", "12000"), ("13000", "1000"))


def split(world: World, order_qty: str, price: str, cum_qty: str) -> list[Event]:
    why = RestatementReason.GT_CORPORATE_ACTION
    return world.do(VenueRestated(VENUE, world.venue_id("X"), D(order_qty), D(price), D(cum_qty), why))


def test_h_1_b_a_split_carries_what_was_executed() -> None:
    world = World()
    order = gtc(world)
    world.fill("X", "2000", "100", "B")
    world.do(BeginTradingDay("20231116"))
    assert names(split(world, "20000", "50", "4000")) == ["OrderRestated"]
    assert (figures(order), day_figures(order)) == (("20000", "4000", "16000"), ("16000", "0"))
    assert (order.gross, order.avg_px, order.price) == (200000, 50, 50)
    assert split(world, "20000", "50", "4000") == []
    world.fill("X", "1000", "50", "C")
    assert (figures(order), day_figures(order)) == (("20000", "5000", "15000"), ("16000", "1000"))
    world.fill("X", "15000", "50", "D")
    assert (figures(order), day_figures(order)) == (("20000", "20000", "0"), ("16000", "16000"))
    assert order.avg_px == 50


def test_what_was_executed_before_a_split_is_not_taken_back_by_the_old_figures() -> None:
    world = World()
    order = gtc(world)
    world.fill("X", "2000", "100", "B")
    split(world, "20000", "50", "4000")
    assert quarantined(bust(world, "B")) == "EXECUTION_RESTATED"
    assert quarantined(correct(world, "B", "1000", "100")) == "EXECUTION_RESTATED"
    assert order.cum_qty == 4000
    world.fill("X", "1000", "50", "C")
    assert names(bust(world, "C")) == ["ExecutionBusted"]
    assert order.cum_qty == 4000
    assert world.fill("X", "2000", "100", "B") == []


def test_an_execution_of_yesterday_that_is_taken_back_opens_its_order_today() -> None:
    world = World()
    order = gtc(world, "10")
    venue_id = world.venue_id("X")
    world.fill("X", "10", "100", "B")
    world.do(BeginTradingDay("20231116"))
    assert world.blotter.order_by_cl_ord_id("CLIENT44", "X") is None
    world.do(VenueBusted(VENUE, venue_id, "V", "B1", "B"))
    assert (figures(order), day_figures(order)) == (("10", "0", "10"), ("10", "0"))
    assert world.order("X") is order
    world.cancel("Y", "X")
    world.do(VenueCanceled(VENUE, world.venue_id("Y"), venue_id))
    assert order.ord_status is OrdStatus.CANCELED
