"""What every venue adapter must do, as numbered cases by capability. An adapter runs all cases that its capabilities
name; a new adapter needs a counterparty in `test_conformance.COUNTERPARTIES` and nothing else.

1 orders   2 cancels   3 replaces   4 questions   5 prices   6 special terms
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from oms.events import CancelRequested, OrderQueried, ReplaceRequested
from oms.order import Order
from oms.special_terms import SpecialTerms
from oms.types import ExecInst, OrdStatus, OrdType, Side, TimeInForce
from oms.venue_reports import (
    VenueCanceled,
    VenueCancelRejected,
    VenueFilled,
    VenueOrderStatus,
    VenueReplaced,
    VenueUnknownOrder,
)
from tests.venues.desk_in_memory import REFERENCE, Desk
from venues.port import Capabilities

D = Decimal


class Case(NamedTuple):
    number: str
    needs: Callable[[Capabilities], bool]
    run: Callable[[Desk], None]


CASES: list[Case] = []


Run = Callable[[Desk], None]
Needs = Callable[[Capabilities], bool]


def case(number: str, needs: Needs = lambda can: True) -> Callable[[Run], None]:
    def enter(run: Run) -> None:
        assert all(known.number != number for known in CASES), number
        CASES.append(Case(number, needs, run))

    return enter


def can_replace(can: Capabilities) -> bool:
    return can.replace


def takes(time_in_force: TimeInForce) -> Callable[[Capabilities], bool]:
    return lambda can: time_in_force in can.times_in_force


def carries_out(exec_inst: ExecInst) -> Callable[[Capabilities], bool]:
    return lambda can: exec_inst in can.exec_insts


def status(order: Order) -> OrdStatus:
    return order.ord_status


def shows_parts(can: Capabilities) -> bool:
    return can.display_qty


def takes_stops(can: Capabilities) -> bool:
    return {OrdType.STOP, OrdType.STOP_LIMIT} <= can.ord_types


# -- 1 orders ----------------------------------------------------------------------------------------------------------


@case("1.1")
def an_order_away_from_the_market_rests(desk: Desk) -> None:
    order = desk.new("a1", Side.BUY, "1.5", "40000")
    assert order.ord_status is OrdStatus.NEW and order.leaves_qty == D("1.5") and order.venue_order_id


@case("1.2")
def a_marketable_order_is_filled_and_every_execution_is_told_once(desk: Desk) -> None:
    desk.counterparty.offer(Side.SELL, D(1), REFERENCE)
    desk.counterparty.offer(Side.SELL, D("0.5"), REFERENCE)
    order = desk.new("a1", Side.BUY, "1.5", "50000")
    assert order.ord_status is OrdStatus.FILLED and order.cum_qty == D("1.5") and order.avg_px == REFERENCE
    fills = [report for report in desk.heard if isinstance(report, VenueFilled)]
    assert sum(fill.last_qty for fill in fills) == D("1.5") and len({fill.exec_id for fill in fills}) == len(fills)
    assert fills[-1].cum_qty == D("1.5") and fills[-1].leaves_qty == 0


@case("1.3")
def a_market_order_is_filled(desk: Desk) -> None:
    desk.counterparty.offer(Side.BUY, D(2), REFERENCE)
    order = desk.new("a1", Side.SELL, "2")
    assert order.ord_status is OrdStatus.FILLED and order.avg_px == REFERENCE


@case("1.4", takes(TimeInForce.IMMEDIATE_OR_CANCEL))
def immediate_or_cancel_away_from_the_market_is_canceled(desk: Desk) -> None:
    order = desk.new("a1", Side.BUY, "1", "40000", TimeInForce.IMMEDIATE_OR_CANCEL)
    assert order.ord_status is OrdStatus.CANCELED and order.leaves_qty == 0
    assert isinstance(desk.heard[-1], VenueCanceled) and desk.heard[-1].orig_venue_cl_ord_id is None


@case("1.5", takes(TimeInForce.FILL_OR_KILL))
def fill_or_kill_away_from_the_market_is_canceled(desk: Desk) -> None:
    order = desk.new("a1", Side.SELL, "1", "60000", TimeInForce.FILL_OR_KILL)
    assert order.ord_status is OrdStatus.CANCELED and order.cum_qty == 0


@case("1.6", takes(TimeInForce.GOOD_TILL_CANCEL))
def good_till_cancel_rests(desk: Desk) -> None:
    assert desk.new("a1", Side.SELL, "1", "60000", TimeInForce.GOOD_TILL_CANCEL).ord_status is OrdStatus.NEW


@case("1.7")
def two_orders_have_two_identities(desk: Desk) -> None:
    one, other = desk.new("a1", Side.BUY, "1", "40000"), desk.new("a2", Side.BUY, "1", "40000")
    assert one.venue_order_id != other.venue_order_id
    desk.cancel("a3", "a1")
    assert one.ord_status is OrdStatus.CANCELED and other.ord_status is OrdStatus.NEW


# -- 2 cancels ---------------------------------------------------------------------------------------------------------


@case("2.1")
def a_cancel_names_the_request_and_the_order(desk: Desk) -> None:
    order = desk.new("a1", Side.BUY, "1", "40000")
    venue_cl_ord_id = order.venue_cl_ord_id
    desk.cancel("a2", "a1")
    assert order.ord_status is OrdStatus.CANCELED and not order.pending
    told = desk.heard[-1]
    assert isinstance(told, VenueCanceled) and told.orig_venue_cl_ord_id == venue_cl_ord_id != told.venue_cl_ord_id


@case("2.2")
def a_cancel_of_an_order_that_the_venue_has_closed_is_too_late(desk: Desk) -> None:
    order = desk.new("a1", Side.BUY, "1", "40000")
    request = _cancel_request(desk, "a1")
    desk.cancel("a2", "a1")
    (told,) = desk.counterparty.ask(request, order, desk.moment())
    assert isinstance(told, VenueCancelRejected) and told.venue_cl_ord_id == request.venue_cl_ord_id and told.text


# -- 3 replaces --------------------------------------------------------------------------------------------------------


@case("3.1", can_replace)
def a_replace_changes_price_and_quantity_and_keeps_the_order(desk: Desk) -> None:
    order = desk.new("a1", Side.BUY, "1", "40000")
    venue_order_id = order.venue_order_id
    desk.replace("a2", "a1", "2", "41000")
    assert (order.ord_status, order.order_qty, order.price) == (OrdStatus.NEW, D(2), D(41000)) and not order.pending
    assert isinstance(desk.heard[-1], VenueReplaced) and order.venue_order_id == venue_order_id
    desk.cancel("a3", "a2")
    assert order.ord_status is OrdStatus.CANCELED


@case("3.2", can_replace)
def a_replace_that_reaches_the_market_trades(desk: Desk) -> None:
    desk.counterparty.offer(Side.SELL, D(2), REFERENCE)
    order = desk.new("a1", Side.BUY, "1", "40000")
    desk.replace("a2", "a1", "2", "50000")
    assert order.ord_status is OrdStatus.FILLED and order.cum_qty == 2 and order.avg_px == REFERENCE


@case("3.3", can_replace)
def a_replace_of_an_order_that_the_venue_has_closed_is_too_late(desk: Desk) -> None:
    order = desk.new("a1", Side.BUY, "1", "40000")
    request = _cancel_request(desk, "a1")
    desk.cancel("a2", "a1")
    late = ReplaceRequested(
        request.seq, request.at_ns, request.order_seq, "C", "a9", "a1", request.venue_cl_ord_id,
        request.orig_venue_cl_ord_id, OrdType.LIMIT, D(2), D(40000), TimeInForce.DAY,
    )  # fmt: skip
    (told,) = desk.counterparty.ask(late, order, desk.moment())
    assert isinstance(told, VenueCancelRejected) and told.venue_cl_ord_id == request.venue_cl_ord_id


# -- 4 questions -------------------------------------------------------------------------------------------------------


@case("4.1", lambda can: can.status_query)
def a_question_about_a_resting_order_is_answered(desk: Desk) -> None:
    order = desk.new("a1", Side.BUY, "1", "40000")
    (told,) = desk.counterparty.ask(_query(desk, order.venue_cl_ord_id), order, desk.moment())
    assert isinstance(told, VenueOrderStatus) and told.ord_status is OrdStatus.NEW
    assert (told.cum_qty, told.leaves_qty, told.venue_order_id) == (D(0), D(1), order.venue_order_id)


@case("4.2", lambda can: can.status_query)
def a_question_about_an_order_that_never_came_is_answered_for_certain(desk: Desk) -> None:
    order = desk.new("a1", Side.BUY, "1", "40000")
    (told,) = desk.counterparty.ask(_query(desk, "T999"), order, desk.moment())
    assert isinstance(told, VenueUnknownOrder) and told.venue_cl_ord_id == "T999"


# -- 5 prices ----------------------------------------------------------------------------------------------------------


@case("5.1", lambda can: can.market_data)
def a_reference_price_is_published(desk: Desk) -> None:
    assert desk.reference_price() == REFERENCE


# -- helpers of the cases ----------------------------------------------------------------------------------------------


def _cancel_request(desk: Desk, cl_ord_id: str) -> CancelRequested:
    order = desk.order(cl_ord_id)
    return CancelRequested(900, desk.at_ns, order.order_seq, "C", "a9", cl_ord_id, "T900", order.venue_cl_ord_id)


def _query(desk: Desk, venue_cl_ord_id: str) -> OrderQueried:
    return OrderQueried(901, desk.at_ns, desk.order("a1").order_seq, "V", venue_cl_ord_id, "T901")


# -- 6 special terms ---------------------------------------------------------------------------------------------------


@case("6.1", carries_out(ExecInst.PARTICIPATE_DONT_INITIATE))
def post_only_never_trades_when_it_comes_in(desk: Desk) -> None:
    post_only = SpecialTerms(exec_inst=(ExecInst.PARTICIPATE_DONT_INITIATE,))
    desk.counterparty.offer(Side.SELL, D(1), REFERENCE)
    order = desk.new("a1", Side.BUY, "1", "50000", special=post_only)
    assert order.ended and order.cum_qty == 0
    assert desk.new("a2", Side.BUY, "1", "49999", special=post_only).ord_status is OrdStatus.NEW


@case("6.2", shows_parts)
def an_iceberg_trades_in_full(desk: Desk) -> None:
    order = desk.new("a1", Side.SELL, "5", "50000", special=SpecialTerms(display_qty=D(1)))
    assert status(order) is OrdStatus.NEW and order.leaves_qty == 5
    desk.counterparty.offer(Side.BUY, D(5), REFERENCE)
    desk.hear(desk.counterparty.said())
    assert status(order) is OrdStatus.FILLED and len(order.executions) == 5


@case("6.3", takes_stops)
def a_stop_order_rests_until_its_price_is_traded(desk: Desk) -> None:
    stop = desk.new("a1", Side.BUY, "1", special=SpecialTerms(stop_px=D(50100)))
    limit = desk.new("a2", Side.BUY, "1", "50200", special=SpecialTerms(stop_px=D(50100)))
    assert status(stop) is status(limit) is OrdStatus.NEW and not stop.cum_qty
    desk.counterparty.offer(Side.SELL, D(2), D(50100))
    desk.counterparty.offer(Side.BUY, D(1), D(50100))
    desk.hear(desk.counterparty.said())
    assert status(stop) is OrdStatus.FILLED and status(limit) is OrdStatus.NEW
    desk.cancel("a3", "a2")
    assert status(limit) is OrdStatus.CANCELED


@case("6.4", takes(TimeInForce.GOOD_TILL_DATE))
def good_till_date_rests(desk: Desk) -> None:
    until = SpecialTerms(expire_time_ns=desk.at_ns + 3_600_000_000_000)
    assert desk.new("a1", Side.BUY, "1", "40000", TimeInForce.GOOD_TILL_DATE, until).ord_status is OrdStatus.NEW
