"""Lists of orders: what refuses a list, what its orders mean for each other, and what its client may ask of it."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from oms.commands import BeginTradingDay, CancelList, ExecuteList, NewList, NewOrder, SetTradingState
from oms.events import (
    CancelRejected,
    CancelRequested,
    Event,
    ListFinished,
    ListReceived,
    ListRefused,
    ListRequestRefused,
    OrderCanceled,
    OrderHeld,
    OrderRefused,
)
from oms.limits import Rate
from oms.lists import OrderList
from oms.order import Order
from oms.order_state import Base
from oms.refusals import refuse
from oms.types import Contingency, HoldReason, OrdStatus, OrdType, Side, TimeInForce, TradingState
from oms.venue_reports import VenueBusted, VenueCanceled, VenueDisconnected, VenueFilled, VenueRejected
from tests.oms.venues_of_parts import Parts
from tests.oms.world import LIMITS, SESSION, VENUE, World, names

NONE, OCO, OTO = Contingency
ALONE = "OrderReceived", "OrderRouted"
HELD = "OrderReceived", "OrderHeld"
REFUSED = "OrderReceived", "OrderRefused"


def order(cl_ord_id: str, qty: str = "10", price: str = "100", side: Side = Side.BUY) -> NewOrder:
    return NewOrder(
        SESSION, "ACC", cl_ord_id, "BTC-USD", side, OrdType.LIMIT, Decimal(qty), Decimal(price), TimeInForce.DAY
    )


def send(
    world: World,
    *orders: NewOrder,
    contingency: Contingency = NONE,
    waits: bool = False,
    list_id: str = "L",
    is_whole: bool = True,
    poss_resend: bool = False,
) -> list[Event]:
    cl_ord_ids = tuple(one.cl_ord_id for one in orders)
    return world.do(NewList(SESSION, list_id, contingency, waits, orders, cl_ord_ids, is_whole, None, poss_resend))


def pair(world: World, contingency: Contingency, *, waits: bool = False) -> tuple[Order, Order]:
    send(world, order("A"), order("B", price="101", side=Side.SELL), contingency=contingency, waits=waits)
    return world.order("A"), world.order("B")


def the_list(world: World, list_id: str = "L") -> OrderList:
    found = world.blotter.lists[SESSION, list_id]
    assert found is not None
    return found


def status(one: Order) -> OrdStatus:
    return one.ord_status


# --------------------------------------------------------------------------------------------------------- independent


def test_independent_orders_go_out_at_once() -> None:
    world = World()
    events = send(world, order("A"), order("B"))
    assert names(events) == ["ListReceived", *ALONE, *ALONE]
    head = events[0]
    assert isinstance(head, ListReceived)
    assert [world.blotter.order(order_seq).cl_ord_id for order_seq in head.orders] == ["A", "B"]
    assert {world.order(name).list_seq for name in "AB"} == {head.seq}


def test_an_independent_order_is_refused_alone() -> None:
    world = World()
    assert names(send(world, order("A"), order("B", "0.00001"), order("C"))) == [
        "ListReceived", *ALONE, *REFUSED, *ALONE,
    ]  # fmt: skip


def test_the_list_is_finished_with_its_last_order() -> None:
    world = World()
    send(world, order("A"), order("B"))
    world.fill("A", "10")
    assert names(world.fill("B", "4")) == ["OrderFilled"]
    events = world.venue_cancel("B")
    assert names(events) == ["OrderCanceled", "ListFinished"]
    assert the_list(world).finished
    assert names(world.fill("B", "1")) == ["OrderFilled"]  # late; it is said once


# -------------------------------------------------------------------------------------------------------- refused whole


def refused_as(events: list[Event]) -> str:
    (event,) = events
    assert isinstance(event, ListRefused), event
    assert event.text.startswith(event.code + ": ")
    return event.code


def test_what_refuses_a_list_whole() -> None:
    world = World()
    world.new("USED")
    assert refused_as(send(world, order("A"), is_whole=False)) == "LIST_INCOMPLETE"
    assert refused_as(send(world, order("B"), list_id="L")) == "DUPLICATE_LIST_ID"  # also of one that was refused
    assert refused_as(send(world, order("USED"), list_id="M")) == "LIST_CL_ORD_ID"
    assert refused_as(send(world, order("C"), order("C"), list_id="N")) == "LIST_CL_ORD_ID"
    assert refused_as(send(world, order("D"), contingency=OCO, list_id="O")) == "CONTINGENCY_NOT_SUPPORTED"
    many = [order(f"M{number}") for number in range(101)]
    assert refused_as(send(world, *many, list_id="P")) == "LIST_TOO_LONG"
    fault = refuse("UNKNOWN_SYMBOL", "symbol=?")
    events = world.do(NewList(SESSION, "Q", NONE, False, (), ("E",), fault=fault))
    assert refused_as(events) == "UNKNOWN_SYMBOL"


def test_the_identifiers_of_a_refused_list_are_spent() -> None:
    world = World()
    send(world, order("A"), is_whole=False)
    assert names(world.new("A")) == ["DuplicateRefused"]
    assert not world.blotter.orders


def test_every_order_of_a_list_counts() -> None:
    world = World(msgspec.structs.replace(LIMITS, messages=Rate(per_s=1, burst=3)))
    assert refused_as(send(world, *(order(f"A{i}") for i in range(4)))) == "LIST_THROTTLED"
    world.pass_ms(1000)  # the refused list counted once
    assert names(send(world, *(order(f"B{i}") for i in range(3)), list_id="M"))[0] == "ListReceived"
    assert names(world.new("C")) == ["OrderReceived", "OrderRefused"]


@pytest.mark.parametrize("contingency", [OCO, OTO])
def test_of_orders_that_depend_on_each_other_all_or_none(contingency: Contingency) -> None:
    world = World()
    events = send(world, order("A"), order("B", "0.00001"), contingency=contingency)
    assert names(events) == ["ListReceived", *REFUSED, *REFUSED]
    codes = [event.code for event in events if isinstance(event, OrderRefused)]
    assert codes == ["OTHER_ORDER_REFUSED", "QTY_BELOW_MIN"]
    assert the_list(world).refused


def test_a_list_that_comes_again_is_recognised() -> None:
    world = World()
    send(world, order("A"), order("B"))
    assert names(send(world, order("A"), order("B"), poss_resend=True)) == ["RequestCounted"]
    assert names(send(world, order("C"), list_id="NEW", poss_resend=True)) == ["ListReceived", *ALONE]


# ----------------------------------------------------------------------------------------------------------------- OCO


def test_any_execution_cancels_the_other() -> None:
    world = World()
    _, other = pair(world, OCO)
    events = world.fill("A", "1")
    assert names(events) == ["OrderFilled", "CancelRequested"]
    assert isinstance(events[1], CancelRequested)
    assert (events[1].order_seq, events[1].cl_ord_id, events[1].cause) == (other.order_seq, "", "ONE_CANCELS_THE_OTHER")
    assert names(world.fill("A", "1")) == ["OrderFilled"]  # it is on its way


def test_both_may_execute() -> None:
    """The cancel comes too late: what the other one did meanwhile is money."""
    world = World()
    one, other = pair(world, OCO)
    world.fill("A", "10")
    cancel = other.pending[0].venue_cl_ord_id
    assert names(world.fill("B", "10")) == ["OrderFilled", "ListFinished"]
    events = world.do(VenueRejected(VENUE, cancel, "too late"))
    assert names(events) == ["CancelRejected"]
    assert isinstance(events[0], CancelRejected)
    assert (status(one), status(other)) == (OrdStatus.FILLED, OrdStatus.FILLED)


def test_an_order_that_ends_otherwise_leaves_the_other() -> None:
    world = World()
    _, other = pair(world, OCO)
    assert names(world.venue_cancel("A")) == ["OrderCanceled"]
    assert status(other) is OrdStatus.PENDING_NEW


def test_an_order_in_parts_cancels_the_other_and_is_canceled_in_parts() -> None:
    world = Parts()
    send(world, order("A", "100"), order("B", "100", "101", Side.SELL), contingency=OCO)
    one, other = world.order("A"), world.order("B")
    events = world.trade(world.children(one)[0], "1")
    assert names(events) == [
        "OrderFilled", "OrderFilled", "CancelRequested", "CancelRequested", "CancelRequested",
    ]  # fmt: skip
    assert [event.order_seq for event in events if isinstance(event, CancelRequested)] == [
        other.order_seq, *other.children,
    ]  # fmt: skip


# ----------------------------------------------------------------------------------------------------------------- OTO


def test_the_other_waits_until_the_first_is_filled() -> None:
    world = World()
    _, other = pair(world, OTO)
    assert other.hold is HoldReason.OTHER_ORDER
    assert other.base is Base.HELD
    assert names(world.fill("A", "9")) == ["OrderFilled"]
    assert names(world.fill("A", "1")) == ["OrderFilled", "OrderTriggered", "OrderRouted"]
    assert status(other) is OrdStatus.NEW
    assert other.venue == VENUE


def test_the_other_ends_with_a_first_that_was_not_filled() -> None:
    world = World()
    _, other = pair(world, OTO)
    world.fill("A", "9")
    events = world.venue_cancel("A")
    assert names(events) == ["OrderCanceled", "OrderCanceled", "ListFinished"]
    assert isinstance(events[1], OrderCanceled)
    assert events[1].cl_ord_id is None
    assert events[1].text.startswith("ONE_TRIGGERS_THE_OTHER: ")
    assert isinstance(events[2], ListFinished)
    assert status(other) is OrdStatus.CANCELED


def test_a_released_order_passes_the_gates_that_may_have_closed() -> None:
    world = World()
    _, other = pair(world, OTO)
    venue_id = world.venue_id("A")
    world.do(VenueDisconnected(VENUE))
    assert venue_id
    events = world.fill("A", "10")
    assert names(events) == ["OrderFilled", "OrderTriggered", "OrderRefused", "ListFinished"]
    assert status(other) is OrdStatus.REJECTED


def test_a_first_order_in_parts_releases_when_all_parts_are_filled() -> None:
    world = Parts()
    send(world, order("A", "100"), order("B", "100", "101", Side.SELL), contingency=OTO)
    one, two = world.children(world.order("A"))
    world.trade(one, "60")
    assert names(world.trade(two, "40")) == [
        "OrderFilled", "OrderFilled", "OrderTriggered", "OrderWorked",
        "OrderReceived", "OrderRouted", "OrderReceived", "OrderRouted",
    ]  # fmt: skip


def test_what_waits_can_be_canceled_and_replaced_by_its_client() -> None:
    world = World()
    _, other = pair(world, OTO)
    assert names(world.replace("B2", "B", "5", "101", side=Side.SELL)) == ["ReplaceRequested", "OrderReplaced"]
    assert other.hold is HoldReason.OTHER_ORDER
    assert names(world.cancel("B3", "B2", side=Side.SELL)) == ["CancelRequested", "OrderCanceled"]
    assert names(world.fill("A", "10")) == ["OrderFilled", "ListFinished"]


def test_what_was_released_stands() -> None:
    """Also when the first order is busted, or opened again and then canceled."""
    world = World()
    one, other = pair(world, OTO)
    world.fill("A", "10", exec_id="E")
    assert names(world.do(VenueBusted(VENUE, one.venue_cl_ord_id, "V", "E2", "E"))) == ["ExecutionBusted"]
    assert names(world.venue_cancel("A")) == ["OrderCanceled"]
    assert other.venue == VENUE
    assert not other.pending


# ----------------------------------------------------------------------------------------------------- execute, cancel


def test_a_list_may_wait_for_its_client() -> None:
    world = World()
    events = send(world, order("A"), order("B"), waits=True)
    assert names(events) == ["ListReceived", *HELD, *HELD]
    assert [event.why for event in events if isinstance(event, OrderHeld)] == [HoldReason.LIST_EXECUTE] * 2
    events = world.do(ExecuteList(SESSION, "L"))
    assert names(events) == ["ListExecuted", "OrderTriggered", "OrderRouted", "OrderTriggered", "OrderRouted"]
    assert the_list(world).executed
    (refused,) = world.do(ExecuteList(SESSION, "L"))
    assert isinstance(refused, ListRequestRefused)
    assert refused.code == "LIST_EXECUTING"


def test_of_an_oto_list_the_word_lets_the_first_go() -> None:
    world = World()
    _, other = pair(world, OTO, waits=True)
    assert names(world.do(ExecuteList(SESSION, "L"))) == ["ListExecuted", "OrderTriggered", "OrderRouted"]
    assert other.hold is HoldReason.OTHER_ORDER


def test_a_list_that_is_let_go_while_trading_is_halted_is_refused() -> None:
    world = World()
    send(world, order("A"), order("B"), waits=True)
    world.do(SetTradingState(TradingState.HALTED, "ann", "test"))
    events = world.do(ExecuteList(SESSION, "L"))
    assert names(events) == [
        "ListExecuted", "OrderTriggered", "OrderRefused", "OrderTriggered", "OrderRefused", "ListFinished",
    ]  # fmt: skip


def test_a_list_is_canceled_order_by_order() -> None:
    world = World()
    send(world, order("A"), order("B"), order("C"))
    world.fill("B", "10")
    events = world.do(CancelList(SESSION, "L"))
    assert names(events) == ["ListCancelRequested", "CancelRequested", "CancelRequested"]
    assert {event.cause for event in events if isinstance(event, CancelRequested)} == {"LIST_CANCEL"}
    assert the_list(world).canceling


def test_a_waiting_list_is_canceled_at_once() -> None:
    world = World()
    pair(world, OTO, waits=True)
    events = world.do(CancelList(SESSION, "L"))
    assert names(events) == ["ListCancelRequested", "OrderCanceled", "OrderCanceled", "ListFinished"]


@pytest.mark.parametrize("command", [CancelList, ExecuteList])
def test_another_session_has_no_such_list(command: type[CancelList] | type[ExecuteList]) -> None:
    world = World()
    pair(world, NONE)
    (refused,) = world.do(command("OTHER", "L"))
    assert isinstance(refused, ListRequestRefused)
    assert refused.code == "UNKNOWN_LIST"


def test_lists_are_of_a_day_unless_an_order_of_theirs_is_open() -> None:
    world = World()
    pair(world, OCO)
    send(world, order("C"), list_id="M")
    send(world, order("D"), list_id="N", is_whole=False)
    world.fill("A", "10")
    other = world.order("B")
    world.do(VenueCanceled(VENUE, other.pending[0].venue_cl_ord_id, other.venue_cl_ord_id))
    world.do(BeginTradingDay("20231116"))
    assert list(world.blotter.lists) == [(SESSION, "M")]
    assert names(world.do(VenueFilled(VENUE, other.venue_cl_ord_id, "V", "LATE", Decimal(1), Decimal(100)))) == [
        "OrderFilled"
    ]
    assert names(send(world, order("E"), list_id="N")) == ["ListReceived", *ALONE]
    assert world.replayed().state_hash() == world.blotter.state_hash()


@pytest.mark.parametrize("contingency", list(Contingency))
def test_the_log_makes_the_same_lists(contingency: Contingency) -> None:
    world = World()
    pair(world, contingency, waits=True)
    world.do(ExecuteList(SESSION, "L"))
    world.fill("A", "10")
    send(world, order("Z"), is_whole=False, list_id="BAD")
    world.do(CancelList(SESSION, "L"))
    assert world.replayed().state_hash() == world.blotter.state_hash()
