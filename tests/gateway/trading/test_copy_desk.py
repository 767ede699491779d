"""Who hears what is a fact: a change of scope holds from its fact on, and what was sent stays sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from gateway.from_config.setup import clients_of
from oms import events
from tests.listener import listener_version
from tests.peer import fields_of
from tests.world import World, configuration, memory_directory


@pytest.fixture
def directory() -> Iterator[Path]:
    with memory_directory() as directory:
        yield directory


def world_of(directory: Path, changes: Mapping[str, object]) -> World:
    world = World(directory, changes=changes)
    world.log_on(world.client, world.venue, world.dropcopy)
    return world


def restart(world: World, changes: Mapping[str, object]) -> None:
    """With another configuration."""
    world.config = configuration(world.directory, "FIX.4.4", "FIX.4.4", changes)
    world.kill()
    world.log_on(world.client, world.venue)


def order(world: World, name: str, account: str) -> None:
    """An order of that account is accepted: its client hears one report."""
    world.send(world.client, f"35=D|11={name}|38=10|1={account}")
    at_venue = world.expect(world.venue, "35=D")["11"]
    world.send(world.venue, f"35=8|150=0|39=0|11={at_venue}|38=10|14=0|151=10")
    world.client.unread.clear()


def heard(world: World) -> list[str]:
    """Accounts in the order in which the listener got copies about them."""
    accounts = [fields_of(raw)[b"1"].decode() for raw in world.dropcopy.unread if fields_of(raw)[b"35"] == b"8"]
    world.dropcopy.unread.clear()
    return accounts


A, B = {"dropcopy.copies.accounts": ["A"]}, {"dropcopy.copies.accounts": ["B"]}


def test_a_listener_to_a_never_hears_of_b_whatever_else_becomes_of_its_scope(directory: Path) -> None:
    """Not live, not by resend after a restart, not when its scope is made wider later."""
    world = world_of(directory, A)
    order(world, "1", "B")
    order(world, "2", "A")
    assert heard(world) == ["A"]
    world.hang_up(world.dropcopy)
    order(world, "3", "B")
    order(world, "4", "A")
    restart(world, {})
    order(world, "5", "B")
    world.log_on(world.dropcopy)
    assert heard(world) == ["A", "B"], "of the time before only what was in its scope then"
    world.close()


def test_what_was_sent_stays_sent(directory: Path) -> None:
    """Its number is given: a narrower scope begins behind it, and takes nothing back."""
    world = world_of(directory, {})
    world.hang_up(world.dropcopy)
    order(world, "1", "B")
    restart(world, A)
    order(world, "2", "B")
    order(world, "3", "A")
    world.log_on(world.dropcopy)
    assert heard(world) == ["B", "A"]
    world.close()


def test_a_reload_changes_the_scope_within_the_next_turn(directory: Path) -> None:
    world = world_of(directory, A)
    changed = configuration(directory, "FIX.4.4", "FIX.4.4", B)
    world.desk.use_clients(clients_of(changed.sessions))
    world.wait(0)
    (said,) = [event for event in world.events if isinstance(event, events.CopyTermsSet)]
    assert said.terms is not None
    assert said.terms.accounts == ("B",)
    order(world, "1", "A")
    order(world, "2", "B")
    assert heard(world) == ["B"]
    world.close()


def test_who_listens_no_more_gets_no_more_numbers(directory: Path) -> None:
    world = world_of(directory, {})
    restart(world, {"dropcopy.kind": "client"})
    assert world.desk.blotter.copies == {}
    before = len(world.book.outbound("dropcopy"))
    order(world, "1", "A")
    assert len(world.book.outbound("dropcopy")) == before
    world.close()


def test_pending_reports_are_copied_when_the_client_hears_of_them(directory: Path) -> None:
    world = world_of(directory, {"client.report_pending": ["new"]})
    world.send(world.client, "35=D|11=1|38=10")
    world.expect(world.client, "35=8|150=A")
    world.expect(world.dropcopy, "35=8|150=A|39=A|11=1")
    world.expect(world.venue, "35=D")
    world.send(world.client, "35=F|11=2|41=1|38=10")
    world.expect(world.venue, "35=F")
    world.settle()
    world.close()


def test_where_nobody_listens_nothing_stands_in_the_way(directory: Path) -> None:
    """The tellers are the very ones there were before there was such a thing as a copy, and no fact tells of it."""
    world = World(directory, changes={"dropcopy.kind": "client"})
    assert dict(world.desk._tellers) == world.desk._told.table
    assert world.desk.blotter.reporting == {}
    world.close()


def test_the_sequence_of_the_application_goes_on_over_a_reset_of_the_session(directory: Path) -> None:
    """ApplSeqNum(1181) is the number of the fact, ApplLastSeqNum(1350) that of the copy before, whatever happened."""
    world = world_of(directory, listener_version("FIX.5.0SP2") | {"dropcopy.reset_on_logon": True})
    order(world, "1", "A")
    first = fields_of(world.dropcopy.unread.popleft())
    assert (first[b"34"], first[b"1350"]) == (b"2", b"0")
    world.kill()
    world.dropcopy.next_in = world.dropcopy.next_out = 1
    world.log_on(world.client, world.venue, world.dropcopy)
    order(world, "2", "A")
    second = fields_of(world.dropcopy.unread.popleft())
    assert second[b"34"] == b"2", "a new generation of numbers"
    assert second[b"1350"] == first[b"1181"]
    assert second[b"1181"] == second[b"17"].rpartition(b"-")[2] > first[b"1181"]
    world.close()
