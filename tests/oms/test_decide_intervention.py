"""What a named person does to an order: first who and why, then the facts; or why not, and nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.events import (
    CancelRequested,
    Event,
    ExecutionBusted,
    ExecutionCorrected,
    OperatorIntervened,
    OperatorRefused,
    OrderCanceled,
    OrderReceived,
    OrderRefused,
    OrderRestated,
    ReportQuarantined,
)
from oms.operator_commands import (
    BustByOperator,
    CancelByOperator,
    ClaimOrder,
    CorrectByOperator,
    EnterOrder,
    MarkDoneForDay,
    OperatorCommand,
    ReinstateOrder,
    RestateOrder,
    SuspendOrder,
)
from oms.order import Order
from oms.types import FillFlag, OrdStatus, OrdType, RestatementReason, Side, TimeInForce
from oms.venue_reports import VenueBusted, VenueCanceled
from tests.oms.world import SESSION, VENUE, World, figures, names

WHO = ("ann", "by telephone")


def act(world: World, command: OperatorCommand) -> Event:
    """The fact that follows on who and why."""
    who, *facts = world.do(command)
    assert isinstance(who, OperatorIntervened), who
    assert (who.action, who.operator, who.reason) == (command.action, *WHO)
    (fact,) = facts
    return fact


def refusal(world: World, command: OperatorCommand) -> str:
    before = [order.content() for order in world.blotter.orders.values()]
    (event,) = world.do(command)
    assert isinstance(event, OperatorRefused), event
    assert (event.action, event.operator, event.reason) == (command.action, *WHO)
    assert [order.content() for order in world.blotter.orders.values()] == before
    return event.text


# -------------------------------------------------------------------------------------------------------- enter, cancel


def entered(world: World, qty: str = "10", price: str = "100") -> list[Event]:
    terms = (OrdType.LIMIT, Decimal(qty), Decimal(price), TimeInForce.DAY)
    return world.do(EnterOrder(SESSION, "ACC", "BTC-USD", Side.BUY, *terms, *WHO))


def test_a_telephoned_order_has_no_cl_ord_id_and_lives_as_any_other() -> None:
    world = World()
    received, routed, who = entered(world)
    assert isinstance(received, OrderReceived)
    assert (received.cl_ord_id, received.operator, received.session) == ("", "ann", SESSION)
    assert names([routed, who]) == ["OrderRouted", "OperatorIntervened"]
    assert isinstance(who, OperatorIntervened) and who.order_seq == received.seq
    assert names(entered(world)) == ["OrderReceived", "OrderRouted", "OperatorIntervened"]
    assert world.blotter.order_by_cl_ord_id(SESSION, "") is None
    assert len(world.blotter.orders) == 2


def test_a_telephoned_order_passes_the_same_gates() -> None:
    world = World()
    _, refused, _ = entered(world, price="200")
    assert isinstance(refused, OrderRefused) and refused.code == "PRICE_BAND"


def test_a_cancel_goes_to_the_venue_and_is_told_as_unsolicited() -> None:
    world = World()
    order = world.live("X")
    asked = act(world, CancelByOperator(order.order_seq, *WHO))
    assert isinstance(asked, CancelRequested)
    assert (asked.cause, asked.cl_ord_id) == ("OPERATOR", "")
    assert "a cancel is pending already (OPERATOR)" in refusal(world, CancelByOperator(order.order_seq, *WHO))
    (end,) = world.do(VenueCanceled(VENUE, asked.venue_cl_ord_id, order.venue_cl_ord_id))
    assert isinstance(end, OrderCanceled) and end.reason is RestatementReason.VERBAL_CHANGE
    assert "there is nothing to cancel" in refusal(world, CancelByOperator(order.order_seq, *WHO))


# -------------------------------------------------------------------------------------------------------------- restate


def restate(
    order: Order, why: RestatementReason, qty: str | None = None, price: str | None = None, cum: str | None = None
) -> RestateOrder:
    numbers = (None if text is None else Decimal(text) for text in (qty, price, cum))
    return RestateOrder(order.order_seq, *WHO, why, *numbers)


def test_other_terms() -> None:
    world = World()
    order = world.live("X")
    fact = act(world, restate(order, RestatementReason.PARTIAL_DECLINE_OF_ORDER_QTY, "9"))
    assert isinstance(fact, OrderRestated) and fact.operator == "ann"
    assert figures(order) == ("9", "0", "9")
    act(world, restate(order, RestatementReason.REPRICING_OF_ORDER, price="99"))
    assert order.price == 99


def test_a_split() -> None:
    world = World()
    order = world.live("X")
    world.fill("X", "2")
    act(world, restate(order, RestatementReason.GT_CORPORATE_ACTION, "20", "50", "4"))
    assert figures(order) == ("20", "4", "16") and order.avg_px == 50
    assert "which replaced its figures" in refusal(world, BustByOperator(order.order_seq, *WHO, "E1"))


@pytest.mark.parametrize(
    ("why", "qty", "price", "cum", "text"),
    [
        (RestatementReason.OTHER, None, None, None, "it stands on these terms already"),
        (RestatementReason.OTHER, "1", None, None, "OrderQty(38) 1 would be below CumQty(14) 2"),
        (RestatementReason.OTHER, "0", None, None, "a quantity is a positive number"),
        (RestatementReason.OTHER, None, "NaN", None, "a price is a number"),
        (RestatementReason.OTHER, "20", None, "4", "CumQty(14) changes only by a corporate action"),
    ],
)
def test_terms_that_cannot_stand(
    why: RestatementReason, qty: str | None, price: str | None, cum: str | None, text: str
) -> None:
    world = World()
    order = world.live("X")
    world.fill("X", "2")
    assert text in refusal(world, restate(order, why, qty, price, cum))


def test_an_order_that_cannot_be_restated() -> None:
    world = World()
    order = world.live("X")
    world.replace("R", "X", "12")
    assert "requests are pending" in refusal(world, restate(order, RestatementReason.OTHER, "11"))
    market = world.live("M", price=None)
    assert "OrdType MARKET has no price" in refusal(world, restate(market, RestatementReason.OTHER, price="1"))
    world.fill("M", "10")
    assert "it is FILLED" in refusal(world, restate(market, RestatementReason.OTHER, "11"))


# ----------------------------------------------------------------------------------------------------------- executions


def test_bust_and_correct_by_either_name() -> None:
    world = World()
    order = world.live("X")
    world.fill("X", "2", "100", "E1")
    (fill,) = world.fill("X", "3", "100", "E2")
    ours = f"GATE-{fill.seq}"
    corrected = act(world, CorrectByOperator(order.order_seq, *WHO, ours, Decimal(4), Decimal(99)))
    assert isinstance(corrected, ExecutionCorrected) and corrected.ref_seq == fill.seq
    assert figures(order) == ("10", "6", "4")
    again = act(world, CorrectByOperator(order.order_seq, *WHO, ours, Decimal(9), Decimal(99)))
    assert isinstance(again, ExecutionCorrected) and again.flags == (FillFlag.OVERFILL,)
    assert again.ref_seq == corrected.seq
    once_more = CorrectByOperator(order.order_seq, *WHO, f"GATE-{corrected.seq}", Decimal(8), Decimal(99))
    assert isinstance(act(world, once_more), ExecutionCorrected)  # named by what was said of it in between
    act(world, CorrectByOperator(order.order_seq, *WHO, ours, Decimal(9), Decimal(99)))
    busted = act(world, BustByOperator(order.order_seq, *WHO, "E1"))
    assert isinstance(busted, ExecutionBusted) and busted.trade_id == "E1"
    assert figures(order) == ("10", "9", "1")
    assert "has been taken back already" in refusal(world, BustByOperator(order.order_seq, *WHO, "E1"))


def test_the_venues_own_bust_comes_too_late_to_count_twice() -> None:
    world = World()
    order = world.live("X")
    world.fill("X", "2", "100", "E1")
    act(world, BustByOperator(order.order_seq, *WHO, "E1"))
    (event,) = world.do(VenueBusted(VENUE, order.venue_cl_ord_id, "V", "B1", "E1"))
    assert isinstance(event, ReportQuarantined)
    assert order.cum_qty == 0


def test_executions_that_cannot_be_touched() -> None:
    world = World()
    order = world.live("X")
    assert "has no execution E9; it has none" in refusal(world, BustByOperator(order.order_seq, *WHO, "E9"))
    (fill,) = world.fill("X", "2", "100", "E1")
    assert f"it has GATE-{fill.seq} (E1)" in refusal(world, BustByOperator(order.order_seq, *WHO, "E9"))
    same = CorrectByOperator(order.order_seq, *WHO, "E1", Decimal(2), Decimal(100))
    assert "has these figures already" in refusal(world, same)
    nothing = CorrectByOperator(order.order_seq, *WHO, "E1", Decimal(0), Decimal(100))
    assert "to take the execution back, bust it" in refusal(world, nothing)


# ---------------------------------------------------------------------------------------------------------------- marks


def test_marks() -> None:
    world = World()
    order = world.live("X")
    seq = order.order_seq
    act(world, SuspendOrder(seq, *WHO))
    assert str(order.ord_status) == "SUSPENDED"
    assert "is SUSPENDED" in refusal(world, SuspendOrder(seq, *WHO))
    act(world, ReinstateOrder(seq, *WHO))
    assert str(order.ord_status) == "NEW"
    assert "neither suspended nor done for the day" in refusal(world, ReinstateOrder(seq, *WHO))
    act(world, MarkDoneForDay(seq, *WHO))
    assert order.ord_status is OrdStatus.DONE_FOR_DAY
    act(world, ReinstateOrder(seq, *WHO))
    world.fill("X", "10")
    assert "is FILLED" in refusal(world, MarkDoneForDay(seq, *WHO))


def test_an_order_of_ours_is_nobodys_to_claim() -> None:
    world = World()
    assert "is an order of ours" in refusal(world, ClaimOrder(world.live("X").order_seq, *WHO, "ACC"))
