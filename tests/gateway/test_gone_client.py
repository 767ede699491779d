"""An order outlives the configuration of its client: the file is changed while the gateway is down, the venue fills."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.world import World, memory_directory


def test_a_fill_for_a_client_that_is_configured_no_more_is_kept_and_told_nobody() -> None:
    with memory_directory() as directory:
        world = World(directory)
        _play(world, directory)
        world.close()


def _play(world: World, directory: Path) -> None:
    world.log_on(world.other, world.venue)
    world.send(world.other, "35=D|11=X|38=100|40=2|44=50000|55=BTC-USD|54=1|21=1")
    name = world.expect(world.venue, "35=D|38=100")["11"]
    world.send(world.venue, f"35=8|150=0|39=0|11={name}|38=100|151=100")
    world.expect(world.other, "35=8|39=0")
    sessions = tuple(session for session in world.config.sessions if session.name != world.other.name)
    assert len(sessions) == len(world.config.sessions) - 1
    world.config = msgspec.structs.replace(world.config, sessions=sessions)
    world.kill()
    world.log_on(world.venue)
    world.send(world.venue, f"35=8|150=F|39=2|11={name}|32=100|31=50000|14=100|38=100|151=0")
    (order,) = world.desk.blotter.orders.values()
    assert order.cum_qty == 100
    assert [note.event for note in world.notes if note.level == "error"] == ["no_such_session"]
