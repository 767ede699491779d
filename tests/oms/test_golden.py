"""Every released log and snapshot can be read for ever, and means what it meant: see `tests.oms.golden.scripted_day`.

GOLDEN=write writes those of the newest schema anew, which may be done until it is released."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from oms import snapshot
from oms.blotter import Blotter
from oms.codec import SCHEMA, Fields, UnreadableEvent, Upcaster, decode_event, upcast
from oms.events import OrderAccepted
from oms.snapshot import encode_snapshot, load_snapshot
from tests.oms.golden.scripted_day import main, play, seen
from tests.oms.world import World

GOLDEN = Path(__file__).with_name("golden")
WRITE = os.environ.get("GOLDEN") == "write"


def log_of(schema: int) -> list[bytes]:
    if WRITE and schema == SCHEMA:
        main(GOLDEN)
    return (GOLDEN / f"schema_{schema}.events").read_bytes().splitlines()


def folded(log: list[bytes]) -> World:
    """A world with that log and what it leads to."""
    world = World()
    world.log = log
    world.blotter = world.replayed()
    world.seq = len(log) + 1
    world.now_ns = decode_event(log[-1]).at_ns
    return world


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_a_log_of_each_schema_leads_to_what_its_program_saw(schema: int) -> None:
    log = log_of(schema)
    assert all(payload.startswith(b"%d[" % schema) for payload in log)
    assert seen(folded(log).blotter) == (GOLDEN / f"schema_{schema}.orders").read_text()


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_and_goes_on(schema: int) -> None:
    """The order that was silent is accepted and filled by this version."""
    world = folded(log_of(schema))
    world.accept("SILENT")
    world.fill("SILENT", "10")
    assert world.order("SILENT").leaves_qty == 0
    assert world.replayed().state_hash() == world.blotter.state_hash()


def test_the_newest_is_what_this_version_writes() -> None:
    world = World()
    play(world)
    assert world.log == log_of(SCHEMA)


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_a_snapshot_may_hold_events_of_any_schema(schema: int) -> None:
    world = folded(log_of(schema))
    blotter = world.empty()
    load_snapshot(blotter, encode_snapshot(world.blotter, world.payloads), snapshot.SCHEMA)
    assert blotter.state_hash() == world.blotter.state_hash()


@pytest.mark.parametrize("schema", range(1, snapshot.SCHEMA + 1))
def test_a_snapshot_of_each_schema_is_the_state_it_was_taken_of(schema: int) -> None:
    path = GOLDEN / f"snapshot_{schema}.msgpack"
    world = World()
    play(world)
    world.finished_kept = 3
    world.blotter = world.replayed()
    current = encode_snapshot(world.blotter, world.payloads)
    if WRITE and schema == snapshot.SCHEMA:
        path.write_bytes(current)
        path.with_suffix(".orders").write_text(seen(world.blotter))
    blotter = Blotter()
    load_snapshot(blotter, path.read_bytes(), schema)
    assert seen(blotter) == path.with_suffix(".orders").read_text()
    if schema == snapshot.SCHEMA:
        assert path.read_bytes() == current, "another state is another schema: oms.snapshot"


def test_upcasters_take_an_event_up_one_schema_at_a_time() -> None:
    """A law of the table, by an example: what an acceptance calls its order was another word twice."""

    def was(number: int) -> Upcaster:
        def step(fields: Fields) -> Fields:
            return [*fields[:4], f"{fields[4]}-{number}"] if fields[0] == "OrderAccepted" else fields

        return step

    upcasters = {schema: was(schema) for schema in range(1, SCHEMA)}
    for schema in range(1, SCHEMA + 1):
        event = decode_event(upcast(b'%d["OrderAccepted",1,2,3,"V"]' % schema, upcasters))
        assert isinstance(event, OrderAccepted)
        assert event.venue_order_id == "".join(["V", *(f"-{step}" for step in range(schema, SCHEMA))])
        other = b'%d["LogOpened",1,2,"GATE"]' % schema
        assert decode_event(upcast(other, upcasters)) == decode_event(other)


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_without_upcasters_an_event_stays_what_it_is(schema: int) -> None:
    for payload in log_of(schema):
        assert decode_event(upcast(payload, {})) == decode_event(payload)


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_the_same_log_of_a_version_to_come_is_refused(schema: int) -> None:
    with pytest.raises(UnreadableEvent, match="Start the version that wrote the log"):
        decode_event(b"%d" % (SCHEMA + 1) + log_of(schema)[0][1:])
