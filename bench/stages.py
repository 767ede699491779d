"""Where the time of an order goes: the gateway's own spine in this process, without sockets, each stage timed.

The functions at the seams are wrapped by a clock that knows who called whom, so that each stage is charged with its own
time only; what the clock itself costs is measured and taken off. The whole is also timed with nothing wrapped: the sum
of the stages must come near it, or the table is wrong.

    python -m bench.stages              # the table
    python -m bench.stages --calls      # cProfile of the same run, by own time
"""

from __future__ import annotations

import argparse
import cProfile
import functools
import gc
import importlib
import pstats
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench.systems import BENCH, WORK
from bench.wire import Party, Rendered, new_order_single, render, utc_timestamp
from config.load import load_gateway
from gateway.app import GC_THRESHOLDS
from gateway.clock import read_clock
from gateway.from_config.sessions import sessions_of
from gateway.from_config.setup import desk_of
from gateway.inbox import BytesReceived, ConnectionOpened
from gateway.journal import Journal
from gateway.session.lobby import Lobby
from gateway.session.settings import Role
from gateway.telemetry.logs import open_logs
from gateway.transact import Spine
from gateway.translate.engagement import RULES_OF_ENGAGEMENT

ORDERS, BATCH, ROUNDS = 20_000, 250, 3

# stage, module, what is wrapped there: a class's method or a name that the module has imported
SEAMS = (
    ("frame: find the end of each message", "fixspec.codec", "Framer.feed"),
    ("frame: find the end of each message", "fixspec.codec", "Framer.next_frame"),
    ("read: CheckSum, fields, values of a known shape", "fixspec.rulebook", "Rulebook.read"),
    ("session in: header checks, numbers", "gateway.session.reception", "Reception.next_output"),
    ("validate: what is left of it for a known shape", "fixspec.rulebook", "Rulebook.validate"),
    ("translate: D to NewOrder", "gateway.trading.client_requests", "new_order"),
    ("decide: gates, routing; the venue's answer", "gateway.trading.deciding", "decide"),
    ("apply: the events to the blotter", "oms.blotter", "Blotter.apply"),
    ("encode: the events for the log", "gateway.trading.deciding", "encode_event"),
    ("venue: the simulated answer", "venues.simulated", "SimulatedVenue.answer"),
    ("render: the ExecutionReport", "gateway.translate.reports", "execution_report"),
    ("session out: header, number, CheckSum", "gateway.session.session", "Session.send"),
    ("desk: who is asked, who is told", "gateway.trading.desk", "Desk.message_received"),
    ("journal: records, their checksums", "gateway.journal", "Transaction.append_inbound"),
    ("journal: records, their checksums", "gateway.journal", "Transaction.append_fact"),
    ("journal: records, their checksums", "gateway.journal", "Transaction.append_outbound"),
    ("commit: SHA-256 chain, LMDB, fsync", "gateway.journal", "Transaction.commit"),
    ("spine: what joins them", "gateway.transact", "Spine.transact"),
)


class Charges:
    """Own time of each stage, in ns, and how often it was entered."""

    def __init__(self) -> None:
        self.ns: dict[str, int] = {}
        self.calls: dict[str, int] = {}
        self._inner: list[int] = []

    def wrap(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with its clock. What it calls through another clock is charged there."""
        charged, calls, inner, clock = self.ns, self.calls, self._inner, time.perf_counter_ns
        charged.setdefault(stage, 0)
        calls.setdefault(stage, 0)

        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            inner.append(0)
            start = clock()
            try:
                return function(*arguments, **named)
            finally:
                taken = clock() - start
                charged[stage] += taken - inner.pop()
                calls[stage] += 1
                if inner:
                    inner[-1] += taken

        return timed


@contextmanager
def wrapped(charges: Charges) -> Iterator[None]:
    """All seams with their clocks, for as long as the block lasts."""
    undo: list[tuple[Any, str, Any]] = []
    try:
        for stage, module, path in SEAMS:
            holder: Any = importlib.import_module(module)
            *outer, name = path.split(".")
            for part in outer:
                holder = getattr(holder, part)
            original = getattr(holder, name)
            undo.append((holder, name, original))
            setattr(holder, name, charges.wrap(stage, original))
        yield
    finally:
        for holder, name, original in reversed(undo):
            setattr(holder, name, original)


def clock_cost_ns() -> tuple[float, float]:
    """What one wrapped call costs, beyond the bare one: charged to the callee itself, and to its caller."""
    calls = 100_000
    charges = Charges()

    def bare() -> None: ...

    timed = charges.wrap("callee", bare)

    def loop(function: Callable[[], None]) -> None:
        for _ in range(calls):
            function()

    start = time.perf_counter_ns()
    loop(bare)
    plain = time.perf_counter_ns() - start
    start = time.perf_counter_ns()
    loop(timed)
    full = time.perf_counter_ns() - start
    callee = (charges.ns["callee"] - plain / 2) / calls
    return callee, (full - plain) / calls - callee


class Bench:
    """A gateway without sockets: session logged on, journal on the disk, the simulated venue."""

    def __init__(self, directory: Path) -> None:
        config = load_gateway(BENCH / "fixgate.yaml")
        self.journal = Journal.create(directory / "journal", "BENCH", 16)
        sessions = sessions_of(config.sessions, self.journal.numbers(), RULES_OF_ENGAGEMENT)
        lobby = Lobby(session for session in sessions if session.settings.role is Role.ACCEPTOR)
        self.spine = Spine(self.journal, sessions, lobby, desk_of(config, self.journal.store_id))
        self.spine.start(read_clock())
        self.party = Party(b"FIX.4.4", b"BENCH", b"GATEWAY")
        self.spine.transact([ConnectionOpened(1, "bench")], read_clock())
        logon = self.party.message(b"A", 1, b"98=0\x01108=30\x01141=Y\x01", utc_timestamp())
        self.spine.transact([BytesReceived(1, logon)], read_clock())

    def orders(self, count: int) -> Rendered:
        now = utc_timestamp()
        return render(new_order_single(self.party, n + 2, n, b"BTC-USD", b"49000", now) for n in range(count))

    def take(self, orders: Rendered, count: int, batch: int) -> float:
        """Give the spine all orders, `batch` a turn; seconds."""
        turns = [bytes(orders.span(begin, min(begin + batch, count))) for begin in range(0, count, batch)]
        gc.collect()
        gc.freeze()
        start = time.perf_counter()
        for data in turns:
            effects = self.spine.transact([BytesReceived(1, data)], read_clock())
            assert effects
        return time.perf_counter() - start


@contextmanager
def bench() -> Iterator[Bench]:
    """The collector is set as the gateway sets it, and as before afterwards."""
    WORK.mkdir(exist_ok=True)
    thresholds = gc.get_threshold()
    with tempfile.TemporaryDirectory(dir=WORK, prefix="stages-") as directory:
        one = Bench(Path(directory))
        gc.set_threshold(*GC_THRESHOLDS)
        try:
            yield one
        finally:
            one.journal.close()
            gc.set_threshold(*thresholds)
            gc.unfreeze()


def whole_us(count: int, batch: int) -> float:
    """Microseconds per order with nothing wrapped."""
    with bench() as one:
        return one.take(one.orders(count), count, batch) / count * 1e6


def logs_us(count: int, batch: int) -> float:
    """Microseconds per order to write its two messages into the raw log, processor time of both threads."""
    config = load_gateway(BENCH / "fixgate.yaml")
    party = Party(b"FIX.4.4", b"BENCH", b"GATEWAY")
    raw = new_order_single(party, 1, 1, b"BTC-USD", b"49000", utc_timestamp())
    with tempfile.TemporaryDirectory(dir=WORK, prefix="stages-") as directory:
        logs = open_logs(msgspec.structs.replace(config.logs, directory=directory), config.sessions)
        start = time.process_time()
        for _ in range(0, count, batch):
            logs.messages("BENCH", time.time_ns(), [raw] * (2 * batch))
        logs.flush()
        taken = time.process_time() - start
        logs.close()
    return taken / count * 1e6


class Stage(NamedTuple):
    name: str
    calls: float
    us: float


def stages(count: int, batch: int) -> list[Stage]:
    """Own microseconds per order of each stage, in the order of an order's way."""
    charges = Charges()
    with wrapped(charges), bench() as one:
        orders = one.orders(count)
        for stage in charges.ns:
            charges.ns[stage] = charges.calls[stage] = 0
        one.take(orders, count, batch)
    callee, caller = clock_cost_ns()
    called = sum(charges.calls.values())
    found = []
    for stage, ns in charges.ns.items():
        cost = charges.calls[stage] * callee
        found.append(Stage(stage, charges.calls[stage] / count, (ns - cost) / count / 1000))
    # What a wrapped call costs its caller cannot be told apart by caller: it is taken off the three that call most.
    callers = [index for index, stage in enumerate(found) if stage.name.startswith(("desk", "session in", "spine"))]
    share = called * caller / count / 1000 / len(callers)
    for index in callers:
        found[index] = found[index]._replace(us=max(0.0, found[index].us - share))
    return found


def table() -> str:
    """The Markdown of the section in docs/BENCHMARKS.md."""
    rounds = [stages(ORDERS, BATCH) for _ in range(ROUNDS)]
    whole = min(whole_us(ORDERS, BATCH) for _ in range(ROUNDS))
    alone = min(whole_us(2_000, 1) for _ in range(ROUNDS))
    logs = min(logs_us(ORDERS, BATCH) for _ in range(ROUNDS))
    lines = [
        "## Where the time of an order goes",
        "",
        f"The spine in one process without sockets: {ORDERS:,} orders, {BATCH} a turn, the best of {ROUNDS} rounds;",
        "own time of each stage (`python -m bench.stages`).",
        "",
        "| stage | calls per order | us per order |",
        "|---|--:|--:|",
    ]
    total = 0.0
    for index, stage in enumerate(rounds[0]):
        us = min(one[index].us for one in rounds)
        total += us
        lines.append(f"| {stage.name} | {stage.calls:.2f} | {us:.2f} |")
    lines += [
        f"| **sum of the stages** | | **{total:.1f}** |",
        f"| whole, timed with nothing wrapped | | {whole:.1f} |",
        f"| whole, one order a turn: each order pays its own fsync | | {alone:.1f} |",
        f"| besides: the raw message log, in its own thread of the same interpreter | | {logs:.1f} |",
        "",
        "What is left of the CPU per order in the first table is the event loop and the sockets.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.stages", description="where the time of an order goes")
    parser.add_argument("--calls", action="store_true", help="cProfile by own time instead of the table")
    if not parser.parse_args().calls:
        print(table())
        return
    with bench() as one:
        orders, profile = one.orders(ORDERS), cProfile.Profile()
        profile.enable()
        one.take(orders, ORDERS, BATCH)
        profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(50)


if __name__ == "__main__":
    main()
