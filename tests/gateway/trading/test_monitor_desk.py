"""The monitor's clock, on the whole house in memory: when it looks, how much in a turn, what it tells again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import Any, cast

import pytest

from gateway.effects import LogNote
from gateway.instant import NS_PER_S, Instant
from gateway.operators.monitor_cli import lines
from gateway.trading.monitor_desk import STEPS_A_TURN, MonitorDesk, MonitorTerms, ShowMonitor
from gateway.turn import Turn
from oms.commands import Command, NewOrder
from oms.monitor_commands import LookAtSlices, MarkDelivered
from oms.positions import Position
from oms.slices import Dimension
from oms.types import OrdType, Side, TimeInForce
from tests.oms.test_gates import limits
from tests.oms.test_monitor import row
from tests.oms.world import World as Oms
from tests.world import World, memory_directory

SLICE = {"slice1.account": "*", "slice1.symbol": "*", "slice1.long_qty_max": "100"}


@pytest.fixture
def directory() -> Iterator[Path]:
    with memory_directory() as name:
        yield name


def house(directory: Path, **changes: Any) -> World:
    """Its venues are silent by themselves."""
    silent = {"name": "SIM", "adapter": "simulated", "reference_interval_ms": 86_400_000}
    world = World(directory, changes={**SLICE, "sim": silent, **changes})
    world.log_on(world.client, world.venue)
    return world


def noted(world: World, event: str) -> list[LogNote]:
    return [note for note in world.notes if note.event == event]


def test_while_nothing_happens_nothing_is_looked_at(directory: Path) -> None:
    world = house(directory)
    world.send(world.client, "35=D|11=A|1=A1|38=10")
    world.venue.unread.clear()
    world.send(world.venue, "35=8|150=0|39=0|11=TESTA%d|37=V1|38=10|14=0|151=10" % (world.desk.blotter.last_seq,))
    world.client.unread.clear()
    world.wait(6)
    due = world.desk.monitor.deadline()
    world.wait(20)
    assert world.desk.monitor.deadline() == due  # when the price will be too old
    world.close()


def test_what_was_told_and_stands_is_not_looked_at_again_and_again(directory: Path) -> None:
    world = house(
        directory,
        venue={
            "name": "VENUE",
            "adapter": "fix_standard",
            "session": "venue",
            "market_data": False,
            "answer_timeout_s": 3600,
        },
    )
    world.send(world.client, "35=D|11=A|1=A1|38=95")
    world.wait(6)
    assert len(noted(world, "limit_warned")) == 1
    due = world.desk.monitor.deadline()
    world.wait(20)
    assert world.desk.monitor.deadline() == due
    world.wait(3600)
    assert len(noted(world, "source_stale")) == 2
    assert world.desk.monitor.deadline() is None
    world.close()


def test_the_answer_of_the_door_and_what_a_person_reads(directory: Path) -> None:
    world = house(directory)
    for name, qty in (("A", 60), ("B", 35)):
        world.send(world.client, f"35=D|11={name}|1=A1|38={qty}")
    world.wait(1)
    answer = cast("dict[str, Any]", world.command(ShowMonitor()))
    assert answer["limits"] == [
        {
            "slice": "account=A1 symbol=BTC-USD", "bound": "long_qty_max", "used": "95", "limit": "100",
            "percent": "95.0", "level": "WARNED",
        },
    ]  # fmt: skip
    assert (answer["halted"], answer["stale"], answer["is_whole"], answer["looked_at"]) == ([], [], True, 1)
    world.command(row_of("account=A1 symbol=* long_qty_max=50"))
    world.wait(61)
    told = "\n".join(lines(cast("dict[str, Any]", world.command(ShowMonitor()))))
    assert "HALTED   account=A1 symbol=BTC-USD: long_qty_max 95 of 50, 60 s ago; fixgate limits resume" in told
    assert "STALE    reference BTC-USD: " in told
    row = f"{'190.0':>8} BREACHED  {'long_qty_max':<20} {95:>18} {50:>18}  account=A1 symbol=BTC-USD"
    assert row in told
    assert "long_qty_max" in "\n".join(lines(cast("dict[str, Any]", world.command(ShowMonitor())), above=90))
    assert world.desk.monitor.highest == {("account,symbol", "long_qty_max"): 1.9}
    world.close()


def row_of(text: str) -> object:
    from gateway.operators.operator import command_of

    return command_of({"ask": "limits_set", "row": text, "operator": "ann", "reason": "news"})


WEBHOOK = {"alerts": {"webhook": {"url": "env:FIXGATE_TEST_ALERTS"}}}


def test_what_nobody_has_taken_is_told_again_after_a_restart(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIXGATE_TEST_ALERTS", "http://127.0.0.1:1/hook")
    world = house(directory, **WEBHOOK)
    world.send(world.client, "35=D|11=A|1=A1|38=95")
    world.wait(1)
    (first,) = noted(world, "limit_warned")
    seq = int(first.details["alert"].removeprefix("TESTA-"))
    assert list(world.desk.blotter.monitor.undelivered) == [seq]
    world.notes.clear()
    world.kill()
    (again,) = noted(world, "limit_warned")
    assert again.details == {**first.details, "stated_at": "2023-11-15T12:00:01Z"}
    assert world.command(MarkDelivered((seq,))) == {"undelivered": 0}
    world.notes.clear()
    world.kill()
    assert noted(world, "limit_warned") == []
    world.close()


def test_without_a_receiver_nothing_waits_for_one(directory: Path) -> None:
    world = house(directory)
    world.send(world.client, "35=D|11=A|1=A1|38=95")
    world.wait(1)
    assert len(noted(world, "limit_warned")) == 1
    assert world.desk.blotter.monitor.undelivered == {}
    world.close()


# ---------------------------------------------------------------------------------------------------------------- cost


class ATurn:
    """As much of a turn as the monitor asks for."""

    def __init__(self, world: Oms, mono_ns: int) -> None:
        self.world = world
        self.now = Instant(world.now_ns, mono_ns)

    def next_seq(self) -> int:
        return self.world.seq

    def note(self, level: str, session: str, event: str, details: dict[str, str]) -> None: ...


def of_many(accounts: int, **bounds: object) -> Oms:
    """So many accounts with an open order each."""
    world = Oms(limits(rows=(row([(Dimension.ACCOUNT, "*"), (Dimension.SYMBOL, "*")], **bounds),)))
    for number in range(accounts):
        terms = ("BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(1), Decimal(100), TimeInForce.DAY)
        order = NewOrder(f"S{number % 50}", f"A{number}", f"C{number}", *terms)
        for event in quick(world, order):
            world.blotter.apply(event)
    return world


def quick(world: Oms, command: Command) -> list[Any]:
    """Decided without the watching of each step."""
    from oms.decide import decide
    from oms.types import Moment

    events = decide(world.blotter, command, Moment(world.now_ns, world.seq))
    world.seq += len(events)
    return events


def calls_in(work: Any) -> int:
    """How many functions, Python's and C's, were called."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def test_a_round_over_1000_slices_takes_turns_of_bounded_work() -> None:
    world = of_many(1000, long_qty_max=10, short_qty_max=10, gross_notional_max=10_000, net_notional_max=10_000)
    taken: list[Command] = []
    desk = MonitorDesk(world.blotter, MonitorTerms(), lambda command, turn: taken.append(command))
    turn = ATurn(world, 0)
    desk.started(cast("Turn", turn))
    taken.clear()
    assert desk.deadline() == NS_PER_S
    turns = []
    turn = ATurn(world, NS_PER_S)
    while desk.deadline() in (0, NS_PER_S):
        turns.append(calls_in(lambda: desk.reached(cast("Turn", turn))))
        assert len(turns) < 20
    assert taken == []
    assert len(turns) == 1000 // STEPS_A_TURN + 1
    assert max(turns) < 100 * STEPS_A_TURN
    assert sum(turns) < 100_000

    assert desk.highest["account,symbol", "long_qty_max"] == 0.1


def test_only_what_comes_to_another_level_is_decided_about() -> None:
    world = of_many(300, long_qty_max=1)
    taken: list[Command] = []
    desk = MonitorDesk(world.blotter, MonitorTerms(), lambda command, turn: taken.append(command))
    desk.started(cast("Turn", ATurn(world, 0)))
    taken.clear()
    turn = ATurn(world, NS_PER_S)
    desk.reached(cast("Turn", turn))
    (look,) = taken
    assert isinstance(look, LookAtSlices)
    assert len(look.slices) == STEPS_A_TURN


def test_accounts_without_a_limit_count_as_steps_too() -> None:
    rows = (row([(Dimension.ACCOUNT, "ONE")], loss_max=10),)
    world = Oms(limits(rows=rows))
    for number in range(1000):
        world.blotter.positions.restore((f"A{number}", "BTC-USD", "XSIM"), Position().content())
    desk = MonitorDesk(world.blotter, MonitorTerms(), lambda command, turn: None)
    desk.started(cast("Turn", ATurn(world, 0)))
    turns = 0
    while desk.deadline() in (0, NS_PER_S):
        desk.reached(cast("Turn", ATurn(world, NS_PER_S)))
        turns += 1
        assert turns < 20
    assert turns == 1000 // STEPS_A_TURN + 1
