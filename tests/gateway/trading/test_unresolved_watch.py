"""The watch over what venues leave unanswered: what it costs, whom it asks, what survives what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.trading.unresolved_watch import CASES_A_TICK
from oms.events import OrderQueried
from tests.world import World, memory_directory


@pytest.fixture
def world() -> Iterator[World]:
    with memory_directory() as directory:
        made = World(directory)
        made.log_on(made.client, made.venue)
        yield made
        made.close()


def questions(world: World) -> int:
    """How many the venue has got since it was looked at last."""
    asked = [raw for raw in world.venue.unread if b"\x0135=H\x01" in raw]
    world.venue.unread.clear()
    return len(asked)


def notes(world: World, event: str) -> list[dict[str, Any]]:
    found = [note.details for note in world.notes if note.event == event]
    world.notes.clear()
    return found


def test_what_is_answered_leaves_nothing_behind(world: World) -> None:
    for number in range(20):
        world.send(world.client, f"35=D|11=A{number}|38=1|44=99.07|55=SIM-USD")
    assert len(world.desk._watch._batches) == 1
    world.wait(6)
    assert not world.desk._watch._batches
    assert not world.desk._watch._cases
    assert world.desk._watch.deadline() is None
    assert questions(world) == 0
    world.client.unread.clear()


def test_a_tick_takes_a_bounded_number_and_none_is_forgotten(world: World) -> None:
    orders = 2 * CASES_A_TICK + 50
    with world.together():
        for number in range(orders):
            world.send(world.client, f"35=D|11=A{number}|38=1")
    world.venue.unread.clear()
    world.wait(5.05)
    assert questions(world) == CASES_A_TICK
    world.wait(0.1)
    assert questions(world) == CASES_A_TICK
    world.wait(0.1)
    assert questions(world) == 50
    assert len(notes(world, "order_unresolved")) == orders
    world.wait(1.9)
    assert questions(world) == orders - 50
    world.client.unread.clear()


def test_all_are_asked_about_after_a_reconnect_a_bounded_number_at_a_time(world: World) -> None:
    with world.together():
        for number in range(CASES_A_TICK + 1):
            world.send(world.client, f"35=D|11=A{number}|38=1")
    world.hang_up(world.venue)
    world.venue.unread.clear()
    world.log_on(world.venue)
    assert questions(world) == CASES_A_TICK
    world.wait(0.1)
    assert questions(world) == 1
    world.client.unread.clear()


def test_a_venue_with_a_patience_of_its_own(tmp_path: Path) -> None:
    world = World(tmp_path, changes={"venue.answer_timeout_s": 60, "venue.quiet_time_s": 0})
    world.log_on(world.client, world.venue)
    world.send(world.client, "35=D|11=A|38=1")
    world.expect(world.venue, "35=D|11=<any>")
    world.wait(59)
    assert questions(world) == 0
    world.wait(1.1)
    asked = world.expect(world.venue, "35=H|11=<any>")
    assert [event.definite for event in world.events if isinstance(event, OrderQueried)] == [True]
    world.send(world.venue, f"35=8|150=I|39=8|11={asked['11']}|37=NONE|103=5")
    world.expect(world.client, "35=8|150=8|39=8|11=A")
    world.close()


def test_a_question_that_cannot_be_written_is_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.send(world.client, "35=D|11=A|38=1")
    world.expect(world.venue, "35=D|11=<any>")

    def raise_fault(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(type(world.desk._venue_of_session["venue"]), "requests", raise_fault)
    world.wait(5.1)
    monkeypatch.undo()
    assert questions(world) == 0
    world.wait(2)
    assert questions(world) == 1


def test_a_younger_request_is_not_told_of_before_its_time(world: World) -> None:
    """The order is answered, and a cancel follows while its case is still in the heap."""
    world.send(world.client, "35=D|11=A|38=1")
    at_venue = world.expect(world.venue, "35=D|11=<any>")["11"]
    world.wait(5.1)
    assert questions(world) == 1
    assert [told["owed"] for told in notes(world, "order_unresolved")] == ["new order"]
    world.send(world.venue, f"35=8|150=0|39=0|11={at_venue}|38=1|151=1")
    world.send(world.client, "35=F|11=B|41=A|38=1")
    world.venue.unread.clear()
    world.wait(4.9)
    assert notes(world, "order_unresolved") == []
    assert questions(world) == 0
    world.wait(0.2)
    assert [told["owed"] for told in notes(world, "order_unresolved")] == ["cancel"]
    assert questions(world) == 1
    world.client.unread.clear()


def test_the_clock_of_the_wall_has_no_say(world: World) -> None:
    world.send(world.client, "35=D|11=A|38=1")
    world.expect(world.venue, "35=D|11=<any>")
    world.utc_ns += 3_600_000_000_000
    world.wait(4.9)
    assert questions(world) == 0
    world.wait(0.2)
    queried = [event for event in world.events if isinstance(event, OrderQueried)]
    assert [event.definite for event in queried] == [False]
