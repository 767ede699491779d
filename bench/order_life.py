"""What orders cost when they are over: memory, questions about old ones, and the way back after a restart.

    python -m bench.order_life                 # 200,000 finished orders; --orders=1000000 takes some minutes
    python -m bench.order_life --only restart

The orders go through the real spine and desk on a real journal, in this process, without sockets; the venue is the
simulated one and fills each at once. Each figure is taken in a process of its own. The restart is that of a real
process: from its start to its answer to the first Logon, over TCP.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import fast.build
from bench.fixgate import gateway_command, write_config
from bench.processes import ROOT, cpu_s, free_port
from bench.session_layer.memory import resident
from bench.systems import BENCH, WORK
from bench.wire import Party, utc_timestamp
from config.load import load_gateway
from gateway.app import GC_THRESHOLDS
from gateway.clock import read_clock
from gateway.effects import SendBytes
from gateway.from_config.sessions import sessions_of
from gateway.from_config.setup import Clients, clients_of, desk_of
from gateway.inbox import BytesReceived, ConnectionClosed, ConnectionOpened, Tick
from gateway.journal import Journal
from gateway.recovery import recover
from gateway.session.lobby import Lobby
from gateway.session.settings import Role
from gateway.store.snapshot_maker import take_snapshot
from gateway.store.snapshots import snapshot_files
from gateway.trading.recovering import Recovering
from gateway.transact import Spine
from gateway.translate.engagement import RULES_OF_ENGAGEMENT
from oms.finished import FINISHED_KEPT

ORDERS = 200_000
OPEN_ORDERS, TAIL_EVENTS = 10_000, 100_000
BATCH = 250
EVENTS_AN_ORDER = 4  # received, routed, accepted, filled
FILLED, RESTS = b"50000", b"49000"
PARTY = Party(b"FIX.4.4", b"BENCH", b"GATEWAY")


class House:
    """A gateway without sockets on the store in `directory`, made if there is none; session logged on."""

    def __init__(self, directory: Path) -> None:
        config = load_gateway(BENCH / "fixgate.yaml")
        path = directory / "journal"
        self.journal = Journal.open(path) if path.exists() else Journal.create(path, "BENCH")
        self.desk = desk_of(config, self.journal.store_id)
        clients = Clients()
        clients.update(clients_of(config.sessions))
        self.desk.use_clients(clients)
        recover(self.journal, self.desk)
        sessions = sessions_of(config.sessions, self.journal.numbers(), RULES_OF_ENGAGEMENT)
        lobby = Lobby(session for session in sessions if session.settings.role is Role.ACCEPTOR)
        self.spine = Spine(self.journal, sessions, lobby, self.desk)
        gc.set_threshold(*GC_THRESHOLDS)
        self.spine.start(read_clock())
        self.spine.transact([ConnectionOpened(1, "bench")], read_clock())
        self.msg_seq_num = 0
        self.send([(b"A", b"98=0\x01108=30\x01141=Y\x01")])

    def send(self, messages: Iterable[tuple[bytes, bytes]]) -> bytes:
        """One turn; what is answered."""
        now = utc_timestamp()
        data = []
        for msg_type, body in messages:
            self.msg_seq_num += 1
            data.append(PARTY.message(msg_type, self.msg_seq_num, body, now))
        effects = self.spine.transact([BytesReceived(1, b"".join(data))], read_clock())
        return b"".join(effect.data for effect in effects if isinstance(effect, SendBytes))

    def trade(self, numbers: range, price: bytes) -> None:
        for begin in range(numbers.start, numbers.stop, BATCH):
            now = utc_timestamp()
            some = range(begin, min(begin + BATCH, numbers.stop))
            answer = self.send([(b"D", new_order(number, price, now)) for number in some])
            at, deadline = read_clock(), self.spine.deadline()
            if deadline is not None and deadline <= at.mono_ns:  # the venue repeats its prices
                self.spine.transact([Tick()], at)
            assert answer.count(b"\x0139=2\x01" if price is FILLED else b"\x01150=0\x01") == len(some), answer[-500:]

    def close(self) -> None:
        self.spine.transact([ConnectionClosed(1)], read_clock())
        self.journal.close()


def cl_ord_id(number: int) -> bytes:
    """As long as those that clients send."""
    return b"20261121-BENCH-%08d" % number


def new_order(number: int, price: bytes, now: bytes) -> bytes:
    return b"1=BENCH\x0111=%b\x0138=1\x0140=2\x0144=%b\x0154=1\x0155=BTC-USD\x0159=0\x0160=%b\x01" % (
        cl_ord_id(number),
        price,
        now,
    )


# ------------------------------------------------------------------------------------------------------- the figures


def memory(directory: Path, orders: int) -> dict[str, float]:
    """Growth of resident memory by `orders` finished orders, when as many as are kept are there already; and what it
    then costs to answer for the oldest of them."""
    house = House(directory)
    warm = 2 * FINISHED_KEPT
    house.trade(range(warm), FILLED)
    house.journal.settle()
    before, start = resident(os.getpid()), time.perf_counter()
    house.trade(range(warm, warm + orders), FILLED)
    seconds = time.perf_counter() - start
    house.journal.settle()
    after = resident(os.getpid())
    assert len(house.desk.blotter.orders) == FINISHED_KEPT
    figures = {
        "rss_mb_per_million": (after.all - before.all) / orders,
        "own_mb_per_million": (after.own - before.own) / orders,
        "orders_per_s": orders / seconds,
    }
    now = utc_timestamp()
    asked = {
        "duplicate_us": (b"D", new_order(0, FILLED, now), b"\x01103=6\x01", b"\x0139=2\x01"),
        "status_us": (b"H", b"11=%b\x0155=BTC-USD\x0154=1\x01" % cl_ord_id(1), b"\x01150=I\x01", b"\x0139=2\x01"),
    }
    for name, (msg_type, body, *expected) in asked.items():
        times = []
        for _ in range(50):
            begin = time.perf_counter_ns()
            answer = house.send([(msg_type, body)])
            times.append(time.perf_counter_ns() - begin)
            assert all(field in answer for field in expected), answer
        figures[name] = sorted(times)[len(times) // 2] / 1000
    house.close()
    return figures


def replay(directory: Path, orders: int) -> dict[str, float]:
    """The whole log folded, then a snapshot taken of it, and a start from that."""
    house = House(directory)
    house.trade(range(orders), FILLED)
    house.close()
    figures: dict[str, float] = {}
    for name in ("replay", "start"):
        journal = Journal.open(directory / "journal")
        start = time.perf_counter()
        recovered = recover(journal, Recovering())
        figures[f"{name}_s"] = time.perf_counter() - start
        if name == "replay":
            figures["events"] = recovered.facts
            figures["events_per_s"] = recovered.facts / figures["replay_s"]
        journal.close()
        if name == "replay":
            start = time.perf_counter()
            taken = take_snapshot(directory / "journal")
            figures["snapshot_s"] = time.perf_counter() - start
            assert taken.path is not None
            figures["snapshot_mb"] = taken.path.stat().st_size / 1e6
    return figures


def restart(directory: Path, finished: int, tree: Path | None = None) -> dict[str, float]:
    """From the start of the process to its answer to the first Logon: 10,000 open orders, 100,000 events behind the
    snapshot, `finished` orders before it. The last process was killed."""
    house = House(directory)
    house.trade(range(finished), FILLED)
    house.trade(range(finished, finished + OPEN_ORDERS), RESTS)
    house.close()
    take_snapshot(directory / "journal")
    house = House(directory)
    begin = finished + OPEN_ORDERS
    house.trade(range(begin, begin + TAIL_EVENTS // EVENTS_AN_ORDER), FILLED)
    open_orders = len(house.desk.blotter.open_orders)
    house.journal.abandon()
    assert open_orders == OPEN_ORDERS
    assert len(snapshot_files(directory / "journal")) == 1
    lives = sorted(start_to_logon(directory, tree) for _ in range(3))
    return {"restart_s": lives[1][0], "fastest_s": lives[0][0], "slowest_s": lives[2][0], "cpu_s": lives[1][1]}


def start_to_logon(directory: Path, tree: Path | None) -> tuple[float, float]:
    """One life of a real gateway on the store, which ends by kill -9: seconds, and processor time of the process."""
    port = free_port()
    config = write_config("fixgate.yaml", directory, port)
    variables = dict(os.environ) | {"PYTHONPATH": str(ROOT)} if tree is None else fast.build.environment(tree)
    with (directory / "restart.out").open("ab") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            gateway_command("run", config), cwd=directory, env=variables, stdout=output, stderr=output
        )
    try:
        while True:
            assert process.poll() is None, (directory / "restart.out").read_text()[-2000:]
            try:
                line = socket.create_connection(("127.0.0.1", port), timeout=30)
                break
            except ConnectionRefusedError:
                time.sleep(0.002)
        with line:
            line.sendall(PARTY.message(b"A", 1, b"98=0\x01108=30\x01141=Y\x01", utc_timestamp()))
            answer = line.recv(4096)
            seconds, used = time.perf_counter() - start, cpu_s(process.pid)
            assert b"\x0135=A\x01" in answer, answer
    finally:
        process.kill()
        process.wait()
    return seconds, used


FIGURES: dict[str, Callable[[Path, int], dict[str, float]]] = {
    "memory": memory,
    "replay": replay,
    "restart": restart,
    "restart-compiled": lambda directory, orders: restart(directory, orders, fast.build.ensure()),
}


def measure(name: str, orders: int) -> dict[str, Any]:
    """One figure, in a process of its own on a store of its own."""
    WORK.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK, prefix="order-life-") as directory:
        command = [sys.executable, "-m", "bench.order_life", f"--member={name}", f"--orders={orders}", directory]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        return {"failed": ran.stderr.strip()[-500:]}
    figures: dict[str, Any] = json.loads(ran.stdout)
    return figures


def rows(results: dict[str, dict[str, Any]], orders: int) -> list[str]:
    """Markdown."""
    lines = ["| what | figure |", "|---|--:|"]
    texts: dict[str, Sequence[tuple[str, str]]] = {
        "memory": (
            ("resident memory for 1,000,000 finished orders", "{rss_mb_per_million:.0f} MB"),
            ("of it the process's own (the rest is the journal, mapped)", "{own_mb_per_million:.0f} MB"),
            ("orders filled meanwhile, without sockets", "{orders_per_s:,.0f}/s"),
            ("duplicate of the oldest answered, commit included", "{duplicate_us:,.0f} us"),
            ("status of the oldest answered, commit included", "{status_us:,.0f} us"),
        ),
        "replay": (
            ("whole log folded: {events:,.0f} events", "{replay_s:.1f} s, {events_per_s:,.0f} events/s"),
            ("snapshot of it taken from nothing, {snapshot_mb:.1f} MB", "{snapshot_s:.1f} s"),
            ("the same state from the snapshot", "{start_s:.2f} s"),
        ),
    }
    for name, what in (("restart", "Python"), ("restart-compiled", "compiled")):
        before = f"{OPEN_ORDERS:,} open and {orders:,} finished orders before the snapshot"
        title = f"restart to the first Logon, {what}: {before}, {TAIL_EVENTS:,} events behind it"
        texts[name] = ((title, "{restart_s:.2f} s ({fastest_s:.2f} to {slowest_s:.2f}); {cpu_s:.2f} s of processor"),)
    for name, figures in results.items():
        if "failed" in figures:
            lines.append(f"| {name} | failed: {figures['failed'].splitlines()[-1][:200]} |")
        else:
            lines += [f"| {what.format(**figures)} | {figure.format(**figures)} |" for what, figure in texts[name]]
    return lines


def table(orders: int, names: Iterable[str] = FIGURES) -> tuple[str, int]:
    """The section of the report, and how many figures are missing from it."""
    results = {}
    for name in names:
        if name == "restart-compiled" and fast.build.missing():
            continue
        print(f"orders that are over: {name} ...", end=" ", flush=True)
        start = time.monotonic()
        results[name] = measure(name, orders)
        print(f"{'FAILED' if 'failed' in results[name] else 'done'} ({time.monotonic() - start:.0f} s)", flush=True)
    failures = sum("failed" in figures for figures in results.values())
    return "\n".join(
        [f"## Orders that are over\n\n{orders:,} finished orders.\n", *rows(results, orders), ""]
    ), failures


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.order_life", description="what finished orders cost")
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--only", nargs="*", default=list(FIGURES), choices=list(FIGURES))
    parser.add_argument("--member", choices=list(FIGURES), help=argparse.SUPPRESS)
    parser.add_argument("directory", nargs="?", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.member:
        print(json.dumps(FIGURES[given.member](given.directory, given.orders)))
        return 0
    text, failures = table(given.orders, given.only)
    print(f"\n{text}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
