"""Mass cancels and disputed trades: what is decided. What is told is in the scenarios."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.commands import DisputeTrade, MassCancel
from oms.events import ExecutionCorrected, MassCancelRefused, MassCancelRequested, OrderFilled, TradeDisputed
from oms.types import Side
from oms.venue_reports import VenueCorrected
from tests.oms.world import SESSION, VENUE, World


@pytest.fixture
def world() -> World:
    """X buys, Y sells, both stand at the venue; Z has been filled, W is of another session."""
    made = World()
    made.live("X")
    made.new("Y", side=Side.SELL)
    made.accept("Y")
    made.live("Z")
    made.fill("Z", "10")
    made.new("W", session="OTHER")
    return made


def concerned(world: World, **wish: object) -> list[str]:
    """The names of the orders that a mass cancel of this session would concern."""
    command = MassCancel(**{"session": SESSION, "cl_ord_id": "M", "scope": "7", **wish})  # type: ignore[arg-type]
    (event,) = world.do(command)
    assert isinstance(event, MassCancelRequested), event
    return [world.blotter.order(order_seq).cl_ord_id for order_seq in event.orders]


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        ({}, ["X", "Y"]),
        ({"side": Side.SELL}, ["Y"]),
        ({"scope": "1", "symbol": "BTC-USD"}, ["X", "Y"]),
        ({"account": "ACC"}, ["X", "Y"]),
        ({"account": "NOBODY"}, []),
        ({"session": "OTHER"}, ["W"]),
        ({"session": "NEW"}, []),
    ],
)
def test_whom_it_concerns(world: World, wish: dict[str, object], names: list[str]) -> None:
    assert concerned(world, **wish) == names


def test_what_is_being_canceled_is_not_concerned_and_what_may_reopen_is(world: World) -> None:
    world.cancel("C", "X")
    world.replace("R", "Z", "20")
    assert concerned(world) == ["Y", "Z"]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"scope": "3"}, "MASS_CANCEL_SCOPE"),
        ({"scope": "1"}, "UNKNOWN_SYMBOL"),
        ({"symbol": "NOTHING"}, "UNKNOWN_SYMBOL"),
        ({"cl_ord_id": "X"}, "DUPLICATE_CL_ORD_ID"),
    ],
)
def test_refused(world: World, wish: dict[str, object], code: str) -> None:
    command = MassCancel(**{"session": SESSION, "cl_ord_id": "M", "scope": "7", **wish})  # type: ignore[arg-type]
    (event,) = world.do(command)
    assert isinstance(event, MassCancelRefused)
    assert event.code == code


def test_its_name_is_spent_and_it_counts_as_one_cancel(world: World) -> None:
    before = world.blotter.clients[SESSION].cancels_full_at_ns
    concerned(world)
    assert "M" in world.blotter.clients[SESSION].cl_ord_ids
    assert world.blotter.clients[SESSION].cancels_full_at_ns > before
    (event,) = world.new("M")
    assert type(event).__name__ == "DuplicateRefused"


def dispute(world: World, exec_id: str, session: str = SESSION, order: str = "Z") -> int | None:
    command = DisputeTrade(session, world.order(order).order_id, exec_id, "D", "what?")
    before = world.blotter.positions.content()
    (event,) = world.do(command)
    assert isinstance(event, TradeDisputed)
    assert world.blotter.positions.content() == before
    return event.order_seq


def test_a_dispute_finds_the_execution_as_it_was_told(world: World) -> None:
    order = world.order("Z")
    ((_, filled),) = order.executions.items()
    assert isinstance(filled, OrderFilled)
    assert dispute(world, f"GATE-{filled.seq}") == order.order_seq
    (corrected,) = world.do(
        VenueCorrected(VENUE, world.venue_id("Z"), "V", "E9", filled.exec_id, Decimal(9), Decimal(100))
    )
    assert isinstance(corrected, ExecutionCorrected)
    assert dispute(world, f"GATE-{corrected.seq}") == order.order_seq
    assert dispute(world, f"GATE-{filled.seq}") == order.order_seq


@pytest.mark.parametrize("exec_id", ["", "GATE-1", "GATE-x", "GATE-", "OTHER-12", "GATE-" + "9" * 30])
def test_a_dispute_about_nothing_of_ours(world: World, exec_id: str) -> None:
    assert dispute(world, exec_id) is None


def test_a_dispute_about_another_sessions_trade(world: World) -> None:
    ((_, filled),) = world.order("Z").executions.items()
    assert dispute(world, f"GATE-{filled.seq}", session="OTHER") is None
