"""The desk beside the orders: what operators hear, what is asked of venues, what is said without being asked.

What clients hear about their orders is in the scenarios (`tests/scenarios`)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from gateway.inbox import Tick
from gateway.operators.operator import StateHash, Status
from oms.commands import SetTradingState
from oms.types import TradingState
from tests.peer import fields_of
from tests.world import NotAsExpected, World, memory_directory


@pytest.fixture
def world() -> Iterator[World]:
    with memory_directory() as directory:
        made = World(directory)
        made.log_on(made.client, made.venue)
        yield made
        made.close()


def status(world: World) -> dict[str, object]:
    answer = world.command(Status())
    assert isinstance(answer, dict)
    return answer


def test_status_says_who_is_there_and_what_is_open(world: World) -> None:
    world.send(world.client, "35=D|11=X|38=10")
    before = world.state()
    answer = status(world)
    assert answer["sessions"] == {"client": True, "other": False, "dropcopy": False, "venue": True}
    assert answer["open_orders"] == 1
    assert answer["trading_state"] == "ACTIVE"
    assert answer["last_seq"] == world.desk.blotter.last_seq
    assert world.command(StateHash()) == {
        "last_seq": world.desk.blotter.last_seq,
        "state_hash": world.desk.blotter.state_hash().hex(),
    }
    assert world.state() == before, "a question changes nothing"


def test_a_halt_is_answered_when_it_is_durable_and_said_once(world: World) -> None:
    halt = SetTradingState(TradingState.HALTED, "ann", "runaway")
    answer = world.command(halt)
    assert isinstance(answer, dict)
    assert answer["trading_state"] == "HALTED"
    (changed,) = world.events
    assert (type(changed).__name__, changed.seq) == ("TradingStateChanged", world.desk.blotter.last_seq)
    before = world.state()
    world.command(halt)
    assert world.state() == before


def test_a_halt_that_was_not_durable_is_not_answered(world: World) -> None:
    world.store.death = "before commit"
    assert world.command(SetTradingState(TradingState.HALTED, "ann", "runaway")) is None
    assert status(world)["trading_state"] == "ACTIVE"


def test_prices_are_asked_for_at_each_logon_of_the_venue() -> None:
    with memory_directory() as directory:
        world = World(directory, changes={"venue.market_data": True})
        world.log_on(world.venue)
        first = world.expect(world.venue, "35=V|263=1|55=BTC-USD")
        world.hang_up(world.venue)
        world.log_on(world.venue)
        second = world.expect(world.venue, "35=V|263=1|55=BTC-USD")
        assert first["262"] != second["262"]
        world.close()


def test_a_price_of_the_past_does_not_count(world: World) -> None:
    """What the venue repeats because we missed it says nothing about now."""
    world.hang_up(world.venue)
    world.send(world.venue, "35=W|55=BTC-USD|268=1|269=2|270=40000")
    world.wait(1)
    world.log_on(world.venue)
    reference = world.desk.blotter.market.reference("BTC-USD")
    assert reference is not None
    assert f"{reference.price:f}" == "50000"


def test_venues_inside_the_process_speak_each_second(world: World) -> None:
    heads = []
    for _ in range(3):
        world.wait(1)
        heads.append(world.desk.blotter.market.references["SIM-USD"].at_ns)
    assert [later - sooner for sooner, later in pairwise(heads)] == [10**9, 10**9]


def test_a_tick_that_comes_early_does_nothing(world: World) -> None:
    before = world.state()
    world.put(Tick())
    assert world.state() == before


def test_no_two_answers_have_one_exec_id(world: World) -> None:
    """Also those that state no fact of an order, all in one turn."""
    with world.together():
        for number in range(5):
            world.send(world.client, f"35=D|11=U{number}|38=1|40=D")
            world.send(world.client, "35=H|11=NOBODY")
            world.send(world.client, "35=D|11=DUP|38=1|44=99999")
            world.send(world.client, f"35=D|11=S{number}|38=1|55=SIM-USD|44=101")
            world.put(Tick())
    exec_ids = [fields_of(raw)[b"17"] for raw in world.client.unread]
    assert len(exec_ids) == 25
    assert len(set(exec_ids)) == len(exec_ids)


def test_the_process_starts_with_all_its_venues_down_but_those_inside(world: World) -> None:
    world.kill()
    assert world.desk.blotter.venues == {"VENUE": False, "SIM": True}


def test_a_reject_of_ours_is_not_answered_by_one(world: World) -> None:
    for peer in (world.client, world.dropcopy):
        if peer.wire is None:
            world.log_on(peer)
        world.send(peer, "35=j|45=1|372=8|380=0|58=why")
        with pytest.raises(NotAsExpected, match="got nothing"):
            world.expect(peer, "35=j")
        assert b"58=why" in world.book.inbound[peer.name][-1]
