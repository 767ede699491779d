"""From the log to memory: whatever was live before is live again, and a log that cannot be read is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from gateway.from_config.setup import desk_of
from gateway.journal import Journal
from gateway.recovery import recover
from gateway.store.log_records import FACT, NUMBERS, TURN, Numbers
from gateway.store.store_files import JournalRefused
from oms.codec import SCHEMA
from tests.world import World, memory_directory


@pytest.fixture
def world() -> Iterator[World]:
    with memory_directory() as directory:
        made = World(directory)
        made.log_on(made.client, made.venue)
        made.send(made.client, "35=D|11=X|38=10000")
        name = made.expect(made.venue, "35=D")["11"]
        made.send(made.venue, f"35=8|150=F|39=1|11={name}|32=1|31=50000|14=1|38=10000|151=9999")
        made.send(made.client, "35=G|11=Y|41=X|38=12000")
        made.send(made.client, "35=D|11=S|38=8|55=SIM-USD|44=99.25")
        yield made
        made.close()


def test_what_was_live_is_live_again(world: World) -> None:
    before = world.desk.blotter.state_hash()
    desk = desk_of(world.config, world.journal.store_id)
    recovered = recover(world.journal, desk)
    assert desk.blotter.state_hash() == before
    kinds = [record.kind for record in world.journal.records()]
    assert recovered[:3] == (len(kinds), kinds.count(FACT), kinds.count(TURN))
    assert recovered.facts > 10


def test_recovery_changes_nothing(world: World) -> None:
    before = world.state()
    recover(world.journal, desk_of(world.config, world.journal.store_id))
    assert world.journal.head == before[0]


def test_a_second_restart_states_only_what_is_new(world: World) -> None:
    """The terms of the configuration are facts already; what stands is not said again."""
    world.kill()
    world.kill()
    said = {type(event).__name__ for event in world.events}
    assert said <= {"VenueStateChanged", "ReferencePriceSet", "OrderQueried", "OrderFilled"}
    assert not world.desk.blotter.venues["VENUE"], "nobody has called the venue yet"


def test_a_changed_configuration_becomes_a_fact(world: World) -> None:
    limits = world.config.limits
    world.config = type(world.config)(
        **{name: getattr(world.config, name) for name in world.config.__struct_fields__}
        | {"limits": type(limits)(max_order_qty=limits.max_order_qty + 1, max_notional=limits.max_notional)}
    )
    world.kill()
    assert "LimitsSet" in {type(event).__name__ for event in world.events}
    assert world.desk.blotter.limits.order_qty_max == limits.max_order_qty + 1


def one_fact(directory: Path, payload: bytes) -> Journal:
    journal = Journal.create(directory / "other", "TESTB", 1)
    turn = journal.transaction()
    turn.append_fact(payload)
    turn.commit(1)
    return journal


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b'9["LogOpened",1,1,"TESTB"]', f"record 1: event: schema 9 is newer than {SCHEMA}"),
        (b'1["NoSuchEvent",1,1]', "record 1: event: "),
        (b"nonsense", "record 1: event: b'nonsense': does not begin with a schema version"),
        (b'1["LogOpened",7,1,"TESTB"]', "record 1: .*event 7 stands at 1"),
    ],
)
def test_a_fact_that_cannot_be_read_is_refused_by_its_number(world: World, payload: bytes, why: str) -> None:
    with memory_directory() as directory:
        journal = one_fact(directory, payload)
        with pytest.raises(JournalRefused, match=why):
            recover(journal, desk_of(world.config, "TESTB"))
        journal.close()


class OtherNumbers:
    """A journal whose index of session numbers is another one."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)

    def numbers(self) -> dict[str, Numbers]:
        return {"client": Numbers(1, 9, 9)}


def test_session_numbers_that_disagree_with_the_log_are_refused(world: World) -> None:
    with pytest.raises(JournalRefused, match="session numbers disagree with the log"):
        recover(cast("Journal", OtherNumbers(world.journal)), desk_of(world.config, world.journal.store_id))


def test_numbers_are_in_the_log(world: World) -> None:
    assert any(record.kind == NUMBERS for record in world.journal.records())
