"""The cancels of a kill switch: the flag first, then in batches, and none twice whatever dies in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.inbox import Tick
from gateway.operators.kill_switch_wishes import ShowKillSwitches
from gateway.trading.kill_switch_desk import CANCELS_A_TURN
from oms.events import CancelRequested, KillSwitchEngaged, OrderRefused
from oms.kill_switch_commands import EngageKillSwitch, ReleaseKillSwitch
from oms.types import KillScope
from tests.world import World, memory_directory

ORDERS = 2 * CANCELS_A_TURN + 50
ENGAGE = EngageKillSwitch(KillScope.GLOBAL, "", "ann", "runaway")


@pytest.fixture
def directory() -> Iterator[Path]:
    with memory_directory() as path:
        yield path


@pytest.fixture
def world(directory: Path) -> Iterator[World]:
    """ORDERS orders stand at the venue."""
    made = World(directory)
    made.log_on(made.client, made.venue)
    with made.together():
        for number in range(ORDERS):
            made.send(made.client, f"35=D|11=O{number}|38=1")
    made.venue.unread.clear()
    yield made
    made.close()


def asked(world: World) -> list[int]:
    """The orders that a cancel of the switch was asked for, in the log: the oldest first."""
    book = [request for order in world.desk.blotter.orders.values() for request in order.requests.values()]
    return sorted(request.asked.order_seq for request in book if request.name == "KILL_SWITCH")


def test_the_flag_stands_before_any_cancel_and_new_orders_are_heard_between_the_batches(world: World) -> None:
    world.command(ENGAGE)
    kinds = [type(event) for event in world.events]
    assert kinds[0] is KillSwitchEngaged
    assert kinds.count(CancelRequested) == CANCELS_A_TURN
    world.send(world.client, "35=D|11=LATE|38=1")
    assert isinstance(world.events[-1], OrderRefused)
    assert len(asked(world)) == CANCELS_A_TURN
    world.wait(0.01)
    assert asked(world) == sorted(world.desk.blotter.open_orders)
    assert len(world.venue.unread) == ORDERS
    answer = world.command(ShowKillSwitches())
    assert isinstance(answer, dict)
    assert answer["to_be_looked_at"] == 0
    assert answer["kill_switches"][0]["venues"]["VENUE"]["asked"] == ORDERS


@pytest.mark.parametrize("batches", [1, 2])
def test_a_death_in_the_middle_leaves_the_rest_to_the_next_life(world: World, batches: int) -> None:
    world.command(ENGAGE)
    for _ in range(batches - 1):
        world.put(Tick())
    assert len(asked(world)) == batches * CANCELS_A_TURN
    before = set(asked(world))
    world.kill()
    world.wait(0.05)
    assert set(asked(world)) > before
    world.kill()
    world.wait(0.05)
    assert asked(world) == sorted(world.desk.blotter.open_orders), "each once"
    assert len(asked(world)) == ORDERS


def test_what_is_released_in_the_middle_keeps_the_rest(world: World) -> None:
    world.command(ENGAGE)
    world.command(ReleaseKillSwitch(KillScope.GLOBAL, "", "carl", "a slip", "bob"))
    world.wait(0.05)
    assert len(asked(world)) == CANCELS_A_TURN
