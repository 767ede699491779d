"""The process: a turn that cannot be made durable, or that raises, ends it with its exit code, and nothing was said."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.crank import BATCH_INPUTS_MAX, EXIT_BUG, GOING_DOWN, Crank
from gateway.effects import AnswerCommand, Effect
from gateway.inbox import BytesReceived, CommandReceived, ConnectionClosed, Input, Tick
from gateway.instant import Instant
from gateway.journal import EXIT_JOURNAL_FAILED, Journal
from gateway.store.log_records import FACT, split_inbound
from oms.kill_switch_commands import EngageKillSwitch
from oms.types import KillScope
from tests.crash.bookkeeper import Bookkeeper, Broken, fields, stamp
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
ORDER = b"11=A1\x0155=SIM\x0154=1\x0160=%b\x0138=1\x0140=2\x0144=100\x01"
ORDINARY = "import sys; from gateway.cli import main; sys.argv = ['fixgate', 'run', sys.argv[1], '--init']; main()"
WITH_A_BUG = (
    "from oms.order import Order\n"
    "from oms.events import OrderRouted\n"
    "import oms.order\n"
    "def broken(order, event):\n"
    "    raise ZeroDivisionError('a bug of ours')\n"
    "oms.order._EFFECTS[OrderRouted] = broken\n" + ORDINARY
)


@contextmanager
def gateway(directory: Path, program: str) -> Iterator[tuple[subprocess.Popen[str], Bookkeeper]]:
    """A gateway process, and a client that is logged on to it."""
    port = free_port()
    config = {
        "listen": {"port": port},
        "journal": {"directory": str(directory / "journal"), "map_size_gb": 1, "segment_bytes": 1 << 20},
        "logs": {"directory": str(directory / "logs")},
        "admin": {"socket": str(directory / "admin")},
        "sessions": [{"name": "C", "begin_string": "FIX.4.4", "target_comp_id": "CLIENT"}],
        "venues": [{"name": "SIM", "adapter": "simulated"}],
        "instruments": [{"symbol": "SIM", "venue": "SIM", "reference_price": "100"}],
    }
    path = directory / "gateway.yaml"
    path.write_text(json.dumps(config))
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    client = Bookkeeper(port, "CLIENT", "FIXGATE")
    try:
        client.connect(alive=lambda: process.poll() is None)
        yield process, client
    finally:
        client.disconnect()
        process.kill()
        process.communicate()


def order_and_hear_nothing(client: Bookkeeper) -> None:
    """Send an order; the connection must end without another message."""
    heard = client.next_in
    client.send(b"D", ORDER % stamp())
    with pytest.raises(Broken):
        client.listen(10)
    assert client.next_in == heard
    assert not client.application


def orders_in(directory: Path) -> list[bytes]:
    """ClOrdIDs of the messages that the journal has of the client."""
    journal = Journal.open(directory / "journal", 1)
    found = [fields(split_inbound(record.payload)[1])[b"11"] for record in journal.records() if record.kind == b"i"]
    journal.close()
    return found


def test_full_disk_ends_the_process_and_nothing_was_said(tmp_path: Path) -> None:
    """A limit on the size of its files stands in for the full disk: the next turn cannot be written."""
    with gateway(tmp_path, ORDINARY) as (process, client):
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (64, resource.RLIM_INFINITY))
        order_and_hear_nothing(client)
        assert process.wait(10) == EXIT_JOURNAL_FAILED
        assert process.stderr is not None
        assert f"ended with exit code {EXIT_JOURNAL_FAILED}: journal: commit failed" in process.stderr.read()
    assert orders_in(tmp_path) == []


def test_a_fact_that_is_half_applied_ends_the_process_and_nothing_was_said(tmp_path: Path) -> None:
    with gateway(tmp_path, WITH_A_BUG) as (process, client):
        order_and_hear_nothing(client)
        assert process.wait(10) == EXIT_BUG
        assert process.stderr is not None
        assert "a bug of ours" in process.stderr.read()
    assert orders_in(tmp_path) == []


def test_stop_signal_logs_everybody_out_and_ends_in_good_order(tmp_path: Path) -> None:
    with gateway(tmp_path, ORDINARY) as (process, client):
        client.send(b"D", ORDER % stamp())
        client.until(lambda raw: fields(raw).get(b"39") == b"2")
        process.send_signal(signal.SIGTERM)
        with pytest.raises(Broken):
            client.listen(10)
        assert process.wait(10) == 0
    assert orders_in(tmp_path) == [b"A1"]
    journal = Journal.open(tmp_path / "journal", 1)
    assert journal.numbers()["C"][1:] == (5, 3)  # Logon, two reports, Logout; Logon, order
    assert [record for record in journal.records() if record.kind == FACT]
    journal.close()


def test_a_stranger_gets_no_answer_and_no_open_door(tmp_path: Path) -> None:
    with gateway(tmp_path, ORDINARY) as (process, client):
        with socket.create_connection(("127.0.0.1", client.port), timeout=10) as stranger:
            stranger.sendall(b"GET / HTTP/1.1\r\nHost: 8=FIX.4.4\r\n\r\n" + bytes(5000))
            assert stranger.recv(100) == b""
        assert process.poll() is None
        client.send(b"D", ORDER % stamp())
        client.until(lambda raw: fields(raw).get(b"39") == b"2")


# -- turning -----------------------------------------------------------------------------------------------------------


class Ended(BaseException):
    """Where the process would have ended."""


class Spine:
    """Remembers what each turn was given, and answers as it is told."""

    def __init__(self, answer: Callable[[Input], list[Effect]] = lambda item: []) -> None:
        self.turns: list[list[Input]] = []
        self.next_deadline: int | None = None
        self.turned = asyncio.Event()
        self._answer = answer

    def transact(self, inputs: Sequence[Input], now: Instant) -> list[Effect]:
        self.turns.append(list(inputs))
        self.turned.set()
        return [effect for item in inputs for effect in self._answer(item)]

    def start(self, now: Instant) -> list[Effect]:
        return []

    def deadline(self) -> int | None:
        deadline, self.next_deadline = self.next_deadline, None
        return deadline

    def open_connections(self) -> int:
        return 0


class Notes:
    def __init__(self) -> None:
        self.noted: list[tuple[str, str]] = []

    def note(self, level: str, session: str, event: str, details: Mapping[str, object]) -> None:
        self.noted.append((level, event))

    def messages(self, session: str, utc_ns: int, raws: list[bytes]) -> None: ...


def crank_of(spine: Spine, notes: Notes) -> Crank:
    return Crank(cast(Any, spine), lambda: Instant(0, 0), notes)


def test_what_is_ready_is_one_turn_and_a_flood_is_several_in_order() -> None:
    async def scene() -> None:
        spine = Spine()
        crank = crank_of(spine, Notes())
        flood = [BytesReceived(number, b"") for number in range(2 * BATCH_INPUTS_MAX + 3)]
        for item in flood:
            crank.inbox.put(item)
            crank.wake()
        while crank.inbox or len(spine.turns) < 3:
            await asyncio.sleep(0)
        assert [len(turn) for turn in spine.turns] == [BATCH_INPUTS_MAX, BATCH_INPUTS_MAX, 3]
        assert [item for turn in spine.turns for item in turn] == flood

    asyncio.run(scene())


def test_a_peer_that_sends_more_than_its_share_is_read_no_further_until_it_is_taken() -> None:
    """What waits in the process stays bounded, and a whisper beside the flood is in the very next turn."""

    async def scene() -> None:
        spine = Spine()
        crank = crank_of(spine, Notes())
        server = await asyncio.get_running_loop().create_server(lambda: crank.make_pump(None), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        flood = bytes(20_000_000)
        _, loud = await asyncio.open_connection("127.0.0.1", port)
        _, soft = await asyncio.open_connection("127.0.0.1", port)
        loud.write(flood)
        taken = heard = waiting = 0
        while taken < len(flood):
            spine.turned.clear()
            async with asyncio.timeout(10):
                await spine.turned.wait()
            for item in spine.turns.pop(0):
                if isinstance(item, BytesReceived):
                    taken += len(item.data) if item.data[0] == 0 else 0
                    heard += item.data.count(b"w")
            waiting = max(waiting, sum(len(i.data) for i in crank.inbox._inputs if isinstance(i, BytesReceived)))
            soft.write(b"w")
        assert waiting < 2_000_000, waiting
        assert heard > 50
        loud.close()
        soft.close()
        server.close()

    asyncio.run(scene())


def test_a_deadline_rings() -> None:
    async def scene() -> None:
        spine = Spine()
        spine.next_deadline = 1_000_000
        crank = crank_of(spine, Notes())
        crank.start()
        await asyncio.wait_for(spine.turned.wait(), 10)
        assert spine.turns == [[Tick()]]

    asyncio.run(scene())


def test_a_kill_switch_stands_before_a_flood_and_other_commands_behind_it() -> None:
    heard: list[object] = []

    def answer(item: Input) -> list[Effect]:
        heard.append(item.command if isinstance(item, CommandReceived) else type(item))
        return [AnswerCommand(item.ticket, "done")] if isinstance(item, CommandReceived) else []

    async def scene() -> None:
        crank = crank_of(Spine(answer), Notes())
        for number in range(10 * BATCH_INPUTS_MAX):
            crank.inbox.put(BytesReceived(number, b""))
        stop = EngageKillSwitch(KillScope.GLOBAL, "", "ann", "runaway")
        later = asyncio.create_task(crank.command("another"))
        await asyncio.sleep(0)
        assert await crank.command(stop) == "done"
        assert heard[0] == stop
        assert len(heard) <= 2 * BATCH_INPUTS_MAX
        assert await later == "done"
        assert heard[-1] == "another"

    asyncio.run(scene())


def test_an_operator_is_answered_by_the_turn() -> None:
    def answer(item: Input) -> list[Effect]:
        assert isinstance(item, CommandReceived)
        return [AnswerCommand(item.ticket, f"{item.command} done")]

    async def scene() -> None:
        crank = crank_of(Spine(answer), Notes())
        assert await asyncio.gather(crank.command("one"), crank.command("two")) == ["one done", "two done"]

    asyncio.run(scene())


@pytest.mark.parametrize("what", ["turn", "effect"])
def test_whatever_raises_ends_the_process(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(item: Input) -> list[Effect]:
        if what == "turn":
            raise ZeroDivisionError
        return cast("list[Effect]", ["no effect that there is"])

    codes = []

    def end(code: int) -> None:
        codes.append(code)
        raise Ended

    async def scene() -> None:
        notes = Notes()
        crank = crank_of(Spine(answer), notes)
        monkeypatch.setattr(os, "_exit", end)
        crank.inbox.put(ConnectionClosed(1))
        with pytest.raises(Ended):
            crank._turn()
        monkeypatch.undo()
        assert codes == [EXIT_BUG]
        assert notes.noted == [("critical", "process_ends")]

    asyncio.run(scene())


def test_behind_the_last_turn_there_is_no_other() -> None:
    """A timer that is due while the rest of the process closes finds no journal any more."""

    async def scene() -> None:
        spine = Spine()
        crank = crank_of(spine, Notes())
        spine.next_deadline = 1
        await crank.shut_down("the test ends", 1.0)
        turns = len(spine.turns)
        assert turns > 0
        crank.inbox.put(Tick())
        crank.wake()
        for _ in range(3):
            await asyncio.sleep(0.002)
        assert len(spine.turns) == turns
        assert await crank.command("status") == GOING_DOWN

    asyncio.run(scene())
