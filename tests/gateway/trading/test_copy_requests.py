"""Copies once more: over resets of the session, a piece at a time, and only what was sent to this very session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from gateway.trading.copy_requests import PIECE, RANGES_MAX
from gateway.trading.sent_copies import SentCopies
from tests.gateway.trading.test_copy_desk import heard, order, restart
from tests.listener import listener_version
from tests.peer import fields_of
from tests.world import World, memory_directory

LISTENER = listener_version("FIX.5.0SP2")
ORDERS = PIECE + 20


@pytest.fixture
def directory() -> Iterator[Path]:
    with memory_directory() as directory:
        yield directory


def world_of(directory: Path, changes: Mapping[str, object] = LISTENER) -> World:
    world = World(directory, changes=changes)
    world.log_on(world.client, world.venue, world.dropcopy)
    return world


def trade(world: World, orders: int) -> list[int]:
    """Each is refused: one report, one copy. ApplSeqNum(1181) of each copy."""
    with world.together():
        for number in range(orders):
            world.send(world.client, f"35=D|11={number}-{world.mono_ns}|38=10|44=90000")
    world.client.unread.clear()
    numbers = [int(fields_of(raw)[b"1181"]) for raw in world.dropcopy.unread]
    world.dropcopy.unread.clear()
    return numbers


def ask(world: World, more: str = "1351=1|1355=dropcopy|1182=0|1183=0", name: str = "R") -> None:
    world.send(world.dropcopy, f"35=BW|1346={name}|1347=0|{more}")


def answered(world: World) -> list[str]:
    """What came: BX, BY, or the ApplSeqNum(1181) of a copy that was sent again."""
    found = []
    for raw in world.dropcopy.unread:
        fields = fields_of(raw)
        if fields[b"35"] == b"8":
            assert (fields[b"97"], fields[b"1352"]) == (b"Y", b"Y")
        found.append((fields[b"1181"] if fields[b"35"] == b"8" else fields[b"35"]).decode())
    world.dropcopy.unread.clear()
    return found


def all_of(numbers: list[int]) -> list[str]:
    return ["BX", *map(str, numbers), "BY"]


def test_more_than_fits_into_one_turn(directory: Path) -> None:
    world = world_of(directory)
    numbers = trade(world, ORDERS)
    assert len(numbers) == ORDERS
    ask(world)
    assert answered(world) == all_of(numbers)
    ask(world, f"1351=1|1355=dropcopy|1182={numbers[5]}|1183={numbers[-5]}")
    assert answered(world) == all_of(numbers[5:-4])
    world.close()


def test_over_resets_and_deaths(directory: Path) -> None:
    """What was said in numbers that are no more is found, and what was sent again for a request is not found twice."""
    world = world_of(directory, LISTENER | {"dropcopy.reset_on_logon": True})
    numbers = trade(world, 20)
    ask(world)
    assert answered(world) == all_of(numbers)
    for _ in range(2):
        world.kill()
        world.dropcopy.next_in = world.dropcopy.next_out = 1
        world.log_on(world.client, world.dropcopy)
        numbers += trade(world, 20)
    ask(world)
    assert answered(world) == all_of(numbers)
    for begin in (1, 19, 20, 21, 45, 59):
        ask(world, f"1351=1|1355=dropcopy|1182={numbers[begin] - 1}|1183={numbers[begin]}")
        assert answered(world)[-2:] == [str(numbers[begin]), "BY"]
    world.close()


def test_who_does_not_read_is_given_a_piece_and_no_more(directory: Path) -> None:
    """New copies stand between the pieces, each in its place; nothing is lost and nothing is there twice."""
    world = world_of(directory)
    numbers = trade(world, 3 * PIECE)
    world.stop_reading(world.dropcopy)
    ask(world)
    said = len(world.book.outbound("dropcopy"))
    world.wait(1)
    assert len(world.book.outbound("dropcopy")) == said < 3 * PIECE + 20, "it waits for room"
    (new,) = trade_unread(world)
    world.read_again(world.dropcopy)
    told = [fields_of(raw) for raw in world.dropcopy.unread]
    again = [int(fields[b"1181"]) for fields in told if b"1352" in fields]
    assert again == numbers
    assert [int(fields[b"1181"]) for fields in told if fields[b"35"] == b"8" and b"1352" not in fields] == [new]
    world.close()


def trade_unread(world: World) -> list[int]:
    """An order while the listener does not read: the number of its copy, as the journal has it."""
    before = len(world.book.outbound("dropcopy"))
    trade(world, 1)
    said = world.book.outbound("dropcopy")
    return [int(fields_of(said[number])[b"1181"]) for number in range(before + 1, len(said) + 1)]


def test_who_goes_away_meanwhile_asks_again(directory: Path) -> None:
    world = world_of(directory)
    numbers = trade(world, 2 * PIECE)
    world.stop_reading(world.dropcopy)
    ask(world)
    world.hang_up(world.dropcopy)
    world.log_on(world.dropcopy)
    got = [int(word) for word in answered(world) if word.isdigit()]
    assert got == numbers[: len(got)] != numbers, "by ResendRequest what had been said"
    ask(world, f"1351=1|1355=dropcopy|1182={got[-1] + 1}" if got else "1351=1|1355=dropcopy")
    assert answered(world) == all_of(numbers[len(got) :])
    world.close()


def test_a_request_can_be_taken_back(directory: Path) -> None:
    world = world_of(directory)
    trade(world, 2 * PIECE)
    world.stop_reading(world.dropcopy)
    ask(world)
    world.send(world.dropcopy, "35=BW|1346=C|1347=5")
    world.read_again(world.dropcopy)
    answers = answered(world)
    assert answers.count("BX") == 2
    assert "BY" not in answers
    world.close()


def test_what_waits_is_bounded(directory: Path) -> None:
    world = world_of(directory)
    trade(world, 1)
    ranges = "|".join(["1355=dropcopy"] * (RANGES_MAX + 1))
    ask(world, f"1351={RANGES_MAX + 1}|{ranges}")
    first = fields_of(world.dropcopy.unread[0])
    assert (first[b"1348"], first[b"1354"]) == (b"2", b"1")
    assert answered(world).count("BY") == RANGES_MAX
    world.close()


def test_requests_count_for_the_throttle(directory: Path) -> None:
    world = world_of(directory, LISTENER | {"limits.throttle": {"messages": 3}})
    for number in range(4):
        world.send(world.dropcopy, f"35=BW|1346=T{number}|1347=2")
    for _ in range(3):
        world.expect(world.dropcopy, "35=BX|1348=0")
    world.expect(world.dropcopy, "35=j|372=BW|380=8")
    world.close()


def test_nothing_of_another_account_is_found_when_the_scope_is_another(directory: Path) -> None:
    world = world_of(directory, LISTENER | {"dropcopy.copies.accounts": ["A"]})
    order(world, "1", "B")
    order(world, "2", "A")
    restart(world, LISTENER | {"dropcopy.copies.accounts": ["B"]})
    world.log_on(world.dropcopy)
    order(world, "3", "A")
    order(world, "4", "B")
    world.dropcopy.unread.clear()
    ask(world)
    assert heard(world) == ["A", "B"], "what it was sent when it was sent, and no more"
    world.close()


def test_who_was_never_sent_anything(directory: Path) -> None:
    world = world_of(directory)
    sent = SentCopies(world.journal)
    assert (sent.newest("dropcopy"), sent.newest("nobody")) == (0, 0)
    assert sent.place_of("nobody", 1) is None
    assert sent.place_of("dropcopy", world.journal.head + 1) is None
    ask(world)
    assert fields_of(world.dropcopy.unread[1])[b"1357"] == b"0"
    assert answered(world) == all_of([])
    ask(world, "1351=1|1355=dropcopy|1182=99999")
    assert fields_of(world.dropcopy.unread[0])[b"1348"] == b"2"
    world.close()
