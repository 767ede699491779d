"""Gates that an installation adds: asked as all others are, and what fails does not let pass."""

from __future__ import annotations

import pytest

from oms.blotter import Blotter
from oms.decide_client import judged
from oms.events import OrderRefused, OrderRouted, ReplaceRefused
from oms.exact import plain
from oms.further_gates import FurtherGate, Question
from oms.refusals import Refusal, refuse
from oms.risk.explain import explain
from oms.risk.gate import OrderRequest
from oms.risk.pipeline import GATES, gates_of
from oms.types import Moment, Side
from tests.oms.test_exposure import row, world_with
from tests.oms.test_within_slices import order
from tests.oms.world import World, names


def odd_lots(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    """An example: no more than 5 at once."""
    if request.exposed_qty <= 5:
        return None
    return refuse("FURTHER_LIMIT", f"lots={plain(request.exposed_qty)} limit=5")


def no_sales(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    return refuse("FURTHER_LIMIT", "side=SELL") if request.side is Side.SELL else None


def breaks(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    raise ZeroDivisionError("1/0 of a secret")


def world_of(*gates: Question) -> World:
    world = world_with(row({"order_qty_max": "8"}, account="*"))
    world.blotter.further_gates = tuple(FurtherGate(f"mine:{gate.__name__}", gate) for gate in gates)
    return world


def test_each_is_asked_and_all_refusals_are_in_the_event() -> None:
    world = world_of(odd_lots, no_sales)
    assert names(world.new("A", "5")) == ["OrderReceived", "OrderRouted"]
    _, refused = world.new("B", "9", side=Side.SELL)
    assert isinstance(refused, OrderRefused)
    assert refused.text.startswith("ORDER_QTY_LIMIT: ")
    assert refused.also == (
        "FURTHER_LIMIT: gate=mine:odd_lots lots=9 limit=5",
        "FURTHER_LIMIT: gate=mine:no_sales side=SELL",
    )


def test_a_replace_is_asked_about_too() -> None:
    world = world_of(odd_lots)
    world.live("A", "5")
    (refused,) = world.replace("B", "A", "6")
    assert isinstance(refused, ReplaceRefused)
    assert refused.text == "FURTHER_LIMIT: gate=mine:odd_lots lots=6 limit=5"


def answers_yes(request: OrderRequest, blotter: Blotter, at: Moment) -> object:
    return True


def another_code(request: OrderRequest, blotter: Blotter, at: Moment) -> object:
    return refuse("RESTRICTED", "by=me")


def soh(request: OrderRequest, blotter: Blotter, at: Moment) -> object:
    return refuse("FURTHER_LIMIT", "a\x0139=2")


@pytest.mark.parametrize(
    ("gate", "figures"),
    [
        (breaks, "error=ZeroDivisionError"),
        (answers_yes, "returned=bool"),
        (another_code, "returned=Refusal"),
        (soh, "returned=Refusal"),
    ],
)
def test_what_fails_does_not_let_pass(gate: Question, figures: str) -> None:
    world = world_of(gate)
    _, refused = world.new("A", "1")
    assert isinstance(refused, OrderRefused)
    assert refused.text == f"FURTHER_GATE_FAILED: gate=mine:{gate.__name__} {figures}"
    (its,) = world.blotter.further_gates
    assert isinstance(its.failure, ZeroDivisionError) is (gate is breaks)


def test_they_stand_behind_credit_and_are_explained() -> None:
    world = world_of(odd_lots)
    found = [name for name, _ in gates_of(world.blotter)]
    assert found[found.index("credit") + 1] == "mine:odd_lots"
    assert [name for name in found if ":" not in name] == [gate.__name__ for gate in GATES]
    at = Moment(world.now_ns, world.seq)

    _, request, _ = judged(world.blotter, order("6"), at)
    told = {finding.gate: finding.refusal for finding in explain(request, world.blotter, at)}
    assert told["mine:odd_lots"] == refuse("FURTHER_LIMIT", "gate=mine:odd_lots lots=6 limit=5")


def test_a_replay_asks_none() -> None:
    world = world_of(odd_lots)
    routed = world.new("A", "5")[-1]
    assert isinstance(routed, OrderRouted)
    world.blotter.further_gates = (FurtherGate("mine:breaks", breaks),)
    assert world.replayed().state_hash() == world.blotter.state_hash()
