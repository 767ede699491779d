"""Clients that are away: what they find when they come back, and clocks that jump meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gateway.instant import NS_PER_S
from gateway.trading.leavers import CANCELS_A_TURN
from tests.world import World, memory_directory

DAY_NS = 86_400 * NS_PER_S


@contextmanager
def world_with(**changes: Any) -> Iterator[World]:
    with memory_directory() as directory:
        world = World(directory, changes={f"client.{key}": value for key, value in changes.items()})
        world.log_on(world.client, world.venue)
        yield world
        world.close()


def order(world: World, name: str) -> str:
    world.send(world.client, f"35=D|11={name}|38=10")
    at_venue = world.expect(world.venue, "35=D|38=10")["11"]
    world.send(world.venue, f"35=8|150=0|39=0|11={at_venue}|38=10|151=10")
    world.expect(world.client, f"35=8|150=0|39=0|11={name}")
    return at_venue


def test_reports_of_the_time_away_are_told_to_who_says_what_it_expects() -> None:
    """NextExpectedMsgSeqNum(789) in its Logon: it gets them without asking, once and in order."""
    with world_with(send_next_expected_msg_seq_num=True) as world:
        at_venue = order(world, "X")
        world.hang_up(world.client)
        for count in (1, 2, 3):
            fill = f"35=8|150=F|39=1|11={at_venue}|38=10|32=1|31=50000|14={count}|151={10 - count}"
            world.send(world.venue, fill)
        world.connect(world.client)
        world.client.log_on(b"789=%d\x01" % world.client.next_in)
        for count in (1, 2, 3):
            world.expect(world.client, f"35=8|150=F|11=X|14={count}|43=Y")
        world.settle()


def test_a_wall_clock_that_jumps_moves_no_deadline() -> None:
    """A day forth or back, within the grace period: the cancel goes out when the period is over, not before."""
    for jump in (DAY_NS, -DAY_NS):
        with world_with(cancel_on_disconnect="disconnect", cancel_on_disconnect_grace_s=10) as world:
            order(world, "X")
            world.hang_up(world.client)
            world.wait(4)
            world.utc_ns += jump
            world.wait(5)
            world.settle()
            world.wait(2)
            world.expect(world.venue, "35=F")


def test_many_orders_are_canceled_a_few_a_turn() -> None:
    with world_with(cancel_on_disconnect="disconnect") as world:
        orders = CANCELS_A_TURN + 20
        for number in range(orders):
            order(world, f"A{number}")
        world.hang_up(world.client)
        assert len(world.venue.unread) == CANCELS_A_TURN
        world.wait(0.1)
        assert len(world.venue.unread) == orders
        assert [note.details["orders"] for note in world.notes if note.event == "cancel_on_disconnect"] == [str(orders)]


def test_who_comes_back_in_the_middle_keeps_the_rest() -> None:
    with world_with(cancel_on_disconnect="disconnect") as world:
        for number in range(CANCELS_A_TURN + 20):
            order(world, f"A{number}")
        world.hang_up(world.client)
        world.log_on(world.client)
        world.wait(1)
        assert len(world.venue.unread) == CANCELS_A_TURN
