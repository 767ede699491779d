"""The rules of the simulated venue, as its table tells them, with the real order state machine on the other side."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.events import OrderQueried
from oms.order import Order
from oms.types import OrdStatus, Side, TimeInForce
from oms.venue_reports import (
    ReferencePriceSeen,
    VenueCanceled,
    VenueFilled,
    VenueOrderStatus,
    VenueReplaced,
    VenueUnknownOrder,
)
from tests.venues.desk_in_memory import LOT, REFERENCE, SYMBOL, Desk, Simulated
from venues.simulated import SimulatedInstrument, SimulatedSettings, SimulatedVenue

D = Decimal


@pytest.fixture
def simulated() -> Simulated:
    return Simulated()


@pytest.fixture
def desk(simulated: Simulated) -> Desk:
    return Desk(simulated)


def status(order: Order) -> OrdStatus:
    """OrdStatus(39), in a call so that mypy takes each one for a new one."""
    return order.ord_status


def tick(desk: Desk, simulated: Simulated) -> None:
    desk.hear(simulated.venue.tick(desk.moment()))


@pytest.mark.parametrize(
    ("side", "price", "filled"),
    [
        (Side.BUY, "50000", True),
        (Side.BUY, "50000.01", True),
        (Side.BUY, "49999.98", False),
        (Side.SELL, "50000", True),
        (Side.SELL, "49000", True),
        (Side.SELL, "50000.01", False),
    ],
)
def test_a_limit_is_filled_at_the_reference_price_when_it_reaches_it(
    desk: Desk, side: Side, price: str, filled: bool
) -> None:
    order = desk.new("a1", side, "2", price)
    assert status(order) is (OrdStatus.FILLED if filled else OrdStatus.NEW)
    assert order.avg_px == (REFERENCE if filled else 0)


@pytest.mark.parametrize("price", ["40000.13", "60000.13", "50000.130"])
def test_13_is_rejected(desk: Desk, price: str) -> None:
    order = desk.new("a1", Side.BUY, "2", price)
    assert status(order) is OrdStatus.REJECTED and not order.venue_order_id


@pytest.mark.parametrize(("qty", "half"), [("2", "1"), ("1.5", "0.75"), ("0.0003", "0.0001")])
def test_07_is_filled_by_half(desk: Desk, qty: str, half: str) -> None:
    order = desk.new("a1", Side.BUY, qty, "50001.07")
    assert status(order) is OrdStatus.PARTIALLY_FILLED and order.cum_qty == D(half) and order.avg_px == D("50001.07")
    desk.cancel("a2", "a1")
    assert status(order) is OrdStatus.CANCELED and order.cum_qty == D(half)


def test_07_with_one_lot_rests(desk: Desk) -> None:
    assert status(desk.new("a1", Side.BUY, "0.0001", "49999.07")) is OrdStatus.NEW


@pytest.mark.parametrize(
    ("time_in_force", "cum_qty"), [(TimeInForce.IMMEDIATE_OR_CANCEL, D(1)), (TimeInForce.FILL_OR_KILL, D(0))]
)
def test_07_with_terms_that_forbid_to_rest(desk: Desk, time_in_force: TimeInForce, cum_qty: Decimal) -> None:
    order = desk.new("a1", Side.BUY, "2", "49999.07", time_in_force)
    assert status(order) is OrdStatus.CANCELED and order.cum_qty == cum_qty
    assert isinstance(desk.heard[-1], VenueCanceled) and desk.heard[-1].text


def test_25_is_filled_by_quarters(desk: Desk, simulated: Simulated) -> None:
    order = desk.new("a1", Side.BUY, "1", "50001.25")
    seen = []
    for _ in range(5):
        tick(desk, simulated)
        seen.append(order.cum_qty)
    assert seen == [D("0.25"), D("0.5"), D("0.75"), D(1), D(1)] and status(order) is OrdStatus.FILLED
    exec_ids = [report.exec_id for report in desk.heard if isinstance(report, VenueFilled)]
    assert len(set(exec_ids)) == 4


def test_25_below_four_lots_is_filled_at_once(desk: Desk, simulated: Simulated) -> None:
    order = desk.new("a1", Side.BUY, "0.0003", "50001.25")
    tick(desk, simulated)
    assert status(order) is OrdStatus.FILLED


def test_25_can_be_canceled_between_two_quarters(desk: Desk, simulated: Simulated) -> None:
    order = desk.new("a1", Side.BUY, "1", "50001.25")
    tick(desk, simulated)
    desk.cancel("a2", "a1")
    tick(desk, simulated)
    assert status(order) is OrdStatus.CANCELED and order.cum_qty == D("0.25")


@pytest.mark.parametrize("by_replace", [False, True])
def test_31_is_filled_when_one_asks_for_its_cancel(desk: Desk, by_replace: bool) -> None:
    order = desk.new("a1", Side.BUY, "1", "50001.31")
    assert status(order) is OrdStatus.NEW
    if by_replace:
        desk.replace("a2", "a1", "2", "50002")
    else:
        desk.cancel("a2", "a1")
    assert status(order) is OrdStatus.FILLED and order.cum_qty == 1 and not order.pending


def test_99_says_nothing_until_it_is_asked(desk: Desk) -> None:
    order = desk.new("a1", Side.BUY, "1", "50001.99")
    assert status(order) is OrdStatus.PENDING_NEW and order.unresolved
    desk.query_unresolved()
    assert status(order) is OrdStatus.NEW and order.venue_order_id and not order.unresolved


def test_after_a_replace_the_new_price_counts(desk: Desk) -> None:
    order = desk.new("a1", Side.BUY, "1", "40000")
    desk.replace("a2", "a1", "4", "50001.07")
    assert order.cum_qty == 2 and status(order) is OrdStatus.PARTIALLY_FILLED
    desk.replace("a3", "a2", "1", "40000")
    assert status(order) is OrdStatus.FILLED and order.order_qty == 2
    assert isinstance(desk.heard[-1], VenueReplaced) and not order.unresolved
    question = OrderQueried(99, desk.at_ns, order.order_seq, "V", order.venue_cl_ord_id, "T99")
    (told,) = desk.counterparty.ask(question, order, desk.moment())
    assert isinstance(told, VenueUnknownOrder)  # the venue has closed it too


def test_13_and_99_after_a_replace_rest(desk: Desk) -> None:
    order = desk.new("a1", Side.BUY, "1", "40000")
    desk.replace("a2", "a1", "1", "50001.13")
    desk.replace("a3", "a2", "1", "50001.99")
    assert status(order) is OrdStatus.NEW and order.price == D("50001.99") and not order.pending


def test_the_book_is_rebuilt_from_the_open_orders(desk: Desk) -> None:
    desk.new("a1", Side.BUY, "1", "40000")
    desk.replace("a2", "a1", "3", "40001")
    desk.new("b1", Side.BUY, "2", "50001.07")
    desk.new("c1", Side.BUY, "1", "50001.25")
    desk.new("d1", Side.BUY, "1", "50000")
    silent = desk.new("e1", Side.BUY, "1", "50001.99")
    again = Simulated()
    for order in desk.blotter.orders.values():
        if order.leaves_qty:
            again.venue.recover(order)
    desk.counterparty = again
    desk.query_unresolved()
    assert status(silent) is OrdStatus.NEW
    half = desk.order("b1")
    question = OrderQueried(99, desk.at_ns, half.order_seq, "V", half.venue_cl_ord_id, "T99")
    (told,) = again.ask(question, half, desk.moment())
    assert isinstance(told, VenueOrderStatus) and (told.cum_qty, told.leaves_qty) == (D(1), D(1))
    tick(desk, again)
    assert desk.order("c1").cum_qty == D("0.25")
    for cl_ord_id, orig in (("a3", "a2"), ("b2", "b1"), ("c2", "c1"), ("e2", "e1")):
        desk.cancel(cl_ord_id, orig)
        assert status(desk.order(orig)) is OrdStatus.CANCELED, orig
    assert desk.order("b1").cum_qty == 1 and status(desk.order("d1")) is OrdStatus.FILLED
    assert not desk.quarantined


def test_the_same_events_get_the_same_answers() -> None:
    heard = []
    for _ in range(2):
        desk = Desk(Simulated())
        desk.new("a1", Side.BUY, "2", "50001.07")
        desk.cancel("a2", "a1")
        heard.append(desk.heard)
    assert heard[0] == heard[1]


def test_every_tick_publishes_the_reference_prices(simulated: Simulated) -> None:
    desk = Desk(simulated)
    for _ in range(2):
        assert simulated.venue.tick(desk.moment()) == [ReferencePriceSeen("V", SYMBOL, REFERENCE)]


def test_without_a_reference_price_limits_rest_and_market_orders_are_canceled() -> None:
    simulated = Simulated()
    desk = Desk(simulated)
    instruments = (SimulatedInstrument(SYMBOL, None, LOT),)
    simulated.venue = SimulatedVenue(SimulatedSettings("V", instruments))
    assert status(desk.new("a1", Side.BUY, "1", "60000")) is OrdStatus.NEW
    assert status(desk.new("a2", Side.BUY, "1")) is OrdStatus.CANCELED
    assert simulated.venue.tick(desk.moment()) == []


def test_a_question_about_an_order_it_has_not_is_answered(desk: Desk) -> None:
    order = desk.new("a1", Side.BUY, "1", "50001.99")
    desk.counterparty = Simulated()
    desk.query_unresolved()
    assert isinstance(desk.heard[-1], VenueUnknownOrder) and status(order) is OrdStatus.REJECTED
