"""News(B): who hears it, what it says, and what is no news."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from gateway.certify.spelling import VERSIONS, NotAsExpected
from gateway.operators.operator import command_of
from gateway.trading.news import TellNews
from tests.world import World, memory_directory

WISH: dict[str, object] = {
    "ask": "news", "headline": "maintenance", "lines": ["at 18:00", "for an hour"], "operator": "ann",
}  # fmt: skip


@pytest.fixture(params=VERSIONS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with memory_directory() as directory:
        made = World(directory, request.param)
        made.log_on(made.client, made.dropcopy, made.venue)
        yield made
        made.close()


def test_everybody_who_is_there_hears_it_and_no_venue(world: World) -> None:
    assert world.command(command_of(WISH)) == {"told": ["client", "dropcopy"]}
    for peer in (world.client, world.dropcopy):
        raw = peer.unread[0]
        got = world.expect(peer, "35=B|148=maintenance|33=2")
        assert re.findall(rb"\x0158=([^\x01]*)", raw) == [b"at 18:00", b"for an hour"]
        assert got["42"].startswith("20231115-12:00:00")
    with pytest.raises(NotAsExpected, match="got nothing"):
        world.expect(world.venue, "35=B")
    (note,) = [note for note in world.notes if note.event == "news_told"]
    assert (note.details["operator"], note.details["sessions"]) == ("ann", "client,dropcopy")


def test_who_comes_later_has_missed_it(world: World) -> None:
    world.command(command_of(WISH))
    world.expect(world.client, "35=B")
    world.expect(world.dropcopy, "35=B")
    world.log_on(world.other)
    with pytest.raises(NotAsExpected, match="got nothing"):
        world.expect(world.other, "35=B")


def test_news_that_was_not_durable_was_not_told(world: World) -> None:
    world.store.death = "before commit"
    assert world.command(command_of(WISH)) is None
    with pytest.raises(NotAsExpected, match="got nothing"):
        world.expect(world.client, "35=B")


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"lines": "one"}, "'one' is no list of texts"),
        ({"lines": []}, "1 to 20 lines"),
        ({"lines": ["a\x01b"]}, "printable"),
        ({"lines": [" "]}, "not empty"),
        ({"headline": "x" * 201}, "up to 200"),
        ({"headline": ""}, "news has a headline"),
        ({"operator": ""}, "news has a name"),
    ],
)
def test_what_is_no_news(wish: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        command_of(WISH | wish)


def test_the_wish_as_a_command() -> None:
    assert command_of(WISH) == TellNews("maintenance", ("at 18:00", "for an hour"), "ann")
