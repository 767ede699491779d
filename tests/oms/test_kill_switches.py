"""Kill switches: whom they stop, what they ask back, how the answers are counted, and who may release them."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from oms import snapshot
from oms.blotter import Blotter
from oms.commands import NewOrder, ReplaceOrder
from oms.decide_kill_switch import release_refusal
from oms.events import (
    CancelRequested,
    Event,
    KillSwitchEngaged,
    KillSwitchReleased,
    OrderCanceled,
    OrderRefused,
    OrderRouted,
    ReplaceRefused,
)
from oms.kill_switch_commands import EngageKillSwitch, KillOrder, ReleaseKillSwitch
from oms.special_terms import SpecialTerms
from oms.types import KillScope, OrdType, RestatementReason, Side, TimeInForce
from oms.venue_reports import ReferencePriceSeen, VenueCanceled, VenueCancelRejected, VenueConnected
from tests.oms.world import SESSION, VENUE, World

OWN = {
    KillScope.GLOBAL: "",
    KillScope.VENUE: VENUE,
    KillScope.ACCOUNT: "ACC",
    KillScope.SESSION: SESSION,
    KillScope.TRADER: "T1",
    KillScope.SYMBOL: "BTC-USD",
    KillScope.ALGO: "7",
}
"""The slices that `order` makes an order of."""


def order(cl_ord_id: str, **changes: object) -> NewOrder:
    made = NewOrder(
        SESSION, "ACC", cl_ord_id, "BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(10), Decimal(100), TimeInForce.DAY,
        trader="T1", cl_ord_link_id="7",
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def engage(world: World, scope: KillScope, value: str | None = None, **changes: object) -> list[Event]:
    command = EngageKillSwitch(scope, OWN[scope] if value is None else value, "ann", "runaway")
    return world.do(msgspec.structs.replace(command, **changes))


def release(world: World, scope: KillScope, approver: str = "bob", operator: str = "ann") -> list[Event]:
    return world.do(ReleaseKillSwitch(scope, OWN[scope], operator, "fixed", approver))


def kill_all(world: World) -> list[Event]:
    return [event for seq in sorted(world.blotter.open_orders) for event in world.do(KillOrder(seq))]


STOP = SpecialTerms(stop_px=Decimal(110))


def _cancel(world: World, cl_ord_id: str) -> str:
    """The id of the cancel that is pending on the order."""
    return next(request.venue_cl_ord_id for request in world.order(cl_ord_id).pending)


def canceled(world: World, cl_ord_id: str) -> None:
    world.do(VenueCanceled(VENUE, _cancel(world, cl_ord_id), world.order(cl_ord_id).venue_cl_ord_id, ""))


def keeps(world: World, cl_ord_id: str) -> None:
    """The venue refuses the cancel."""
    world.do(VenueCancelRejected(VENUE, _cancel(world, cl_ord_id), "no"))


def outcome(world: World, scope: KillScope, venue: str = VENUE) -> tuple[int, ...]:
    switch = world.blotter.kill_switches.get(scope, OWN[scope])
    assert switch is not None
    it = switch.outcomes[venue]
    return it.asked, it.canceled, it.filled, it.rejected, it.unanswered


@pytest.mark.parametrize("scope", list(KillScope))
def test_each_scope_stops_its_slice_from_the_next_message_on_and_no_other(scope: KillScope) -> None:
    world = World()
    assert isinstance(engage(world, scope)[0], KillSwitchEngaged)
    refused = world.do(order("A"))[-1]
    assert isinstance(refused, OrderRefused)
    name = f"{scope}={OWN[scope]}" if OWN[scope] else "global"
    assert refused.text == f"KILL_SWITCH: slice={name}"
    if scope is not KillScope.GLOBAL:
        release(world, scope)
        engage(world, scope, "ANOTHER")
        assert isinstance(world.do(order("B"))[-1], OrderRouted)


@pytest.mark.parametrize("scope", list(KillScope))
def test_each_scope_asks_each_open_order_back_once(scope: KillScope) -> None:
    world = World()
    world.do(order("A"))
    world.accept("A")
    engage(world, scope)
    (asked,) = kill_all(world)
    assert isinstance(asked, CancelRequested)
    assert (asked.cause, asked.cl_ord_id) == ("KILL_SWITCH", "")
    assert kill_all(world) == []
    assert outcome(world, scope) == (1, 0, 0, 0, 1)


@pytest.mark.parametrize("scope", [scope for scope in KillScope if scope is not KillScope.GLOBAL])
def test_orders_of_other_slices_stay(scope: KillScope) -> None:
    world = World()
    world.do(order("A"))
    engage(world, scope, "ANOTHER")
    assert kill_all(world) == []


def test_replaces_are_refused_and_cancels_pass() -> None:
    world = World()
    world.do(order("A"))
    world.accept("A")
    engage(world, KillScope.ACCOUNT, cancel=False)
    assert kill_all(world) == []
    refused = world.replace("B", "A", "5")[-1]
    assert isinstance(refused, ReplaceRefused)
    assert refused.text == "KILL_SWITCH: slice=account=ACC"
    assert isinstance(world.cancel("C", "A")[-1], CancelRequested)


def test_the_replace_of_another_trader_does_not_go_round_it() -> None:
    world = World()
    world.do(order("A"))
    engage(world, KillScope.TRADER, cancel=False)
    terms = ("BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(5), Decimal(100), TimeInForce.DAY)
    for number, trader in enumerate(("T1", "T2")):
        events = world.do(ReplaceOrder(SESSION, f"B{number}", "A", *terms, trader=trader))
        assert isinstance(events[-1], ReplaceRefused), trader
    release(world, KillScope.TRADER)
    engage(world, KillScope.TRADER, "T2", cancel=False)
    assert isinstance(world.do(ReplaceOrder(SESSION, "B9", "A", *terms, trader="T2"))[-1], ReplaceRefused)


def test_what_became_of_the_cancels_is_counted_by_venue() -> None:
    world = World()
    for name in ("A", "B", "C", "D"):
        world.do(order(name))
        world.accept(name)
    engage(world, KillScope.GLOBAL)
    kill_all(world)
    canceled(world, "A")
    world.fill("B", "10")
    assert outcome(world, KillScope.GLOBAL) == (4, 1, 0, 0, 3), "a cancel of B is still under way"
    keeps(world, "B")
    keeps(world, "C")
    assert outcome(world, KillScope.GLOBAL) == (4, 1, 1, 1, 1)
    assert world.replayed().state_hash() == world.blotter.state_hash()


def test_a_venue_that_refused_is_asked_again_when_it_is_engaged_again() -> None:
    world = World()
    world.do(order("A"))
    world.accept("A")
    engage(world, KillScope.SYMBOL)
    kill_all(world)
    keeps(world, "A")
    assert kill_all(world) == []
    engage(world, KillScope.SYMBOL, operator="carl")
    assert len(kill_all(world)) == 1
    assert outcome(world, KillScope.SYMBOL) == (2, 0, 0, 1, 1)
    switch = world.blotter.kill_switches.get(KillScope.SYMBOL, "BTC-USD")
    assert switch is not None
    assert switch.operator == "ann", "who engaged it first"


def test_a_cancel_of_the_clients_is_waited_for() -> None:
    world = World()
    world.do(order("A"))
    world.accept("A")
    world.cancel("C", "A")
    engage(world, KillScope.GLOBAL)
    assert kill_all(world) == []
    keeps(world, "A")
    assert len(kill_all(world)) == 1


def test_a_held_order_ends_here() -> None:
    world = World()
    world.do(order("A", ord_type=OrdType.STOP, price=None, special=STOP))
    engage(world, KillScope.ACCOUNT)
    (ended,) = kill_all(world)
    assert isinstance(ended, OrderCanceled)
    assert (ended.text, ended.reason) == ("KILL_SWITCH", RestatementReason.BROKER_OPTION)
    assert outcome(world, KillScope.ACCOUNT, "") == (1, 1, 0, 0, 0)


def test_a_held_order_is_not_let_go_while_it_is_engaged() -> None:
    world = World()
    world.do(order("A", ord_type=OrdType.STOP, price=None, special=STOP))
    engage(world, KillScope.ACCOUNT, cancel=False)
    events = world.do(ReferencePriceSeen(VENUE, "BTC-USD", Decimal(110)))
    assert isinstance(events[-1], OrderRefused)
    assert events[-1].text == "KILL_SWITCH: slice=account=ACC"


def test_orders_go_to_another_venue_when_one_is_stopped() -> None:
    world = World()
    world.do(VenueConnected("XALT"))
    engage(world, KillScope.VENUE)
    routed = world.do(order("A"))[-1]
    assert isinstance(routed, OrderRouted)
    assert routed.venue == "XALT"
    engage(world, KillScope.VENUE, "XALT")
    refused = world.do(order("B"))[-1]
    assert isinstance(refused, OrderRefused)
    assert refused.text == f"KILL_SWITCH: slice=venue={VENUE}"


def test_engaging_is_idempotent_without_cancels() -> None:
    world = World()
    assert len(engage(world, KillScope.GLOBAL, cancel=False)) == 1
    assert engage(world, KillScope.GLOBAL, cancel=False) == []
    assert len(engage(world, KillScope.GLOBAL)) == 1, "now with cancels"


@pytest.mark.parametrize(("scope", "value"), [(KillScope.GLOBAL, "X"), (KillScope.ACCOUNT, "")])
def test_a_scope_without_its_value_is_a_bug_of_the_callers(scope: KillScope, value: str) -> None:
    with pytest.raises(ValueError, match="scope"):
        engage(World(), scope, value)


@pytest.mark.parametrize(
    ("approver", "operator", "passes"),
    [("bob", "ann", True), ("bob", "carl", True), ("", "carl", False), ("ann", "carl", False), (" Ann", "carl", False),
     ("carl", "carl", False)],
)  # fmt: skip
def test_a_second_person_releases(approver: str, operator: str, passes: bool) -> None:
    world = World()
    engage(world, KillScope.GLOBAL)
    events = release(world, KillScope.GLOBAL, approver, operator)
    assert [type(event) for event in events] == ([KillSwitchReleased] if passes else [])
    assert isinstance(world.do(order("A"))[-1], OrderRouted if passes else OrderRefused)


def test_where_none_is_asked_for_one_person_releases() -> None:
    world = World()
    engage(world, KillScope.GLOBAL)
    command = ReleaseKillSwitch(KillScope.GLOBAL, "", "ann", "fixed", second_person=False)
    assert len(world.do(command)) == 1
    assert "is not engaged; engaged: none" in release_refusal(world.blotter, command)


def test_it_is_in_the_snapshot() -> None:
    world = World()
    world.do(order("A"))
    world.accept("A")
    engage(world, KillScope.GLOBAL)
    engage(world, KillScope.TRADER, cancel=False)
    kill_all(world)
    loaded: Blotter = world.empty()
    snapshot.load_snapshot(loaded, snapshot.encode_snapshot(world.blotter, world.payloads), snapshot.SCHEMA)
    assert loaded.state_hash() == world.blotter.state_hash()
    world.blotter = loaded
    assert kill_all(world) == []
    canceled(world, "A")
    assert outcome(world, KillScope.GLOBAL) == (1, 1, 0, 0, 0)


def test_what_is_released_forgets_its_outcome() -> None:
    world = World()
    world.do(order("A"))
    world.accept("A")
    engage(world, KillScope.GLOBAL)
    kill_all(world)
    release(world, KillScope.GLOBAL)
    engage(world, KillScope.GLOBAL, cancel=False)
    canceled(world, "A")
    switch = world.blotter.kill_switches.get(KillScope.GLOBAL, "")
    assert switch is not None
    assert not switch.outcomes
