"""The crash suite's stage: a real exchange, lives of a real gateway one after the other, a client with exact books.

A round is one life of the gateway: it is born on the same journal, the client logs on and trades, and at a chosen point
of a turn (or at a random moment) the gateway is killed. The exchange and the client live on. At the end of a story the
last life is left alone until everything has been told, and then the three books must agree; see `audit`.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from gateway.store.snapshot_maker import take_snapshot
from oms.blotter import Blotter
from tests.crash.audit import audit
from tests.crash.bookkeeper import Bookkeeper, Broken, fields, stamp
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
SYMBOL, SIM_SYMBOL = b"BTC-USD", b"SIM-USD"
QUIET_S = 30.0

GATEWAY_YAML = """
name: crash
listen: {{host: 127.0.0.1, port: {port}}}
journal: {{directory: {directory}/journal, map_size_gb: 4, segment_bytes: 16384}}
logs: {{directory: {directory}/logs, level: warning, raw_messages: false}}
admin: {{socket: {directory}/admin}}
session_defaults: {{sender_comp_id: FIXGATE, begin_string: FIX.4.4}}
sessions:
  - {{name: CLIENT, target_comp_id: CLIENT}}
  - {{name: LISTENER, kind: drop_copy, target_comp_id: LISTENER}}
  - {{name: EXCHANGE, kind: venue, target_comp_id: EXCHANGE, connect: {{port: {venue_port}}}, reconnect_interval_s: 1}}
venues:
  - {{name: EXCHANGE, adapter: fix_standard, session: EXCHANGE, market_data: false}}
  - {{name: SIM, adapter: simulated}}
instruments:
  - {{symbol: BTC-USD, venue: EXCHANGE, reference_price: "50000"}}
  - {{symbol: SIM-USD, venue: SIM, reference_price: "100"}}
limits: {{reference_price_age_ms_max: 86400000, throttle: {{messages: 100000, cancel_messages: 100000}}}}
"""
EXCHANGE_YAML = """
name: EXCH
listen: {{host: 127.0.0.1, port: {venue_port}}}
journal: {{directory: {directory}/exchange/journal, map_size_gb: 4, segment_bytes: 1048576}}
logs: {{directory: {directory}/exchange/logs, level: warning, raw_messages: false}}
session_defaults: {{sender_comp_id: EXCHANGE, begin_string: FIX.4.4}}
sessions:
  - {{name: FIXGATE, target_comp_id: FIXGATE}}
symbols:
  - {{symbol: BTC-USD, reference_price: "50000"}}
"""


@cache
def _nursery() -> subprocess.Popen[str]:
    """Forks gateways and exchanges for all stories of this process."""
    # make test-fast has put the compiled tree in front of the checkout
    environment = os.environ | {"PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT))}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.nursery"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT,
    )  # fmt: skip
    atexit.register(process.communicate)
    return process


def ask(**order: Any) -> dict[str, int]:
    """What the nursery answers to this order."""
    nursery = _nursery()
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    print(json.dumps(order), file=nursery.stdin, flush=True)
    answer: dict[str, int] = json.loads(nursery.stdout.readline())
    return answer


class Stage:
    """A process that stays (the exchange), lives of a gateway one after the other, and the client."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.directory = directory
        self.random = random.Random(seed)
        port, venue_port = free_port(), free_port()
        names = {"directory": directory, "port": port, "venue_port": venue_port}
        self.config = directory / "gateway.yaml"
        self.config.write_text(GATEWAY_YAML.format(**names))
        exchange = directory / "exchange.yaml"
        exchange.write_text(EXCHANGE_YAML.format(**names))
        self.output = directory / "output.txt"
        self._pid = 0
        self._exchange = ask(do="bear", exchange=True, config=str(exchange), output=str(self.output))["pid"]
        _wait_for_port(venue_port)
        self.client = Bookkeeper(port, "CLIENT", "FIXGATE")
        self.listener = Bookkeeper(port, "LISTENER", "FIXGATE")
        """A drop copy session: in some lives it is there, and in the end it fetches what it has missed."""
        self.orders: list[bytes] = []
        self._last_id = 0
        self._births = 0

    def close(self) -> None:
        self.client.disconnect()
        self.listener.disconnect()
        for pid in (self._pid, self._exchange):
            if pid:
                ask(do="kill", pid=pid, signal=int(signal.SIGKILL))

    def bear(self, point: str | None = None, occurrence: int = 1, mutant: str | None = None) -> int:
        """A new life of the gateway; returns its process id."""
        self._births += 1
        if self._births % 2 and (self.directory / "journal").exists():
            take_snapshot(self.directory / "journal", 4)  # every second life begins with one of what is in LMDB
        self._pid = ask(
            do="bear", config=str(self.config), output=str(self.output),
            point=point, occurrence=occurrence, mutant=mutant,
        )["pid"]  # fmt: skip
        return self._pid

    def connect(self) -> None:
        """The client, and in every third life the listener. Raises Broken when the gateway is dead already."""
        self.client.connect(alive=self.alive)
        self.listener.disconnect()
        if self._births % 3 == 0:
            self.listener.connect(alive=self.alive)

    def alive(self) -> bool:
        """The gateway runs. A dead one is a zombie until somebody waits for it."""
        return Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"

    def wait(self) -> int:
        """How the gateway ended: 0, its exit code, or minus the signal's number."""
        pid, self._pid = self._pid, 0
        return ask(do="wait", pid=pid)["exit"]

    def kill(self, number: int = signal.SIGKILL) -> int:
        pid, self._pid = self._pid, 0
        return ask(do="kill", pid=pid, signal=int(number))["exit"]

    # -- trading -----------------------------------------------------------------------------------------------------

    def trade(self, requests: int) -> None:
        """Some orders, cancels and replaces on both venues, without waiting for answers."""
        for _ in range(requests):
            kind = self.random.random()
            if kind < 0.75 or not self.orders:
                self._order()
            else:
                self._cancel_or_replace(self.random.choice(self.orders[-8:]), replace=kind > 0.9)

    def _new_id(self) -> bytes:
        self._last_id += 1
        return b"C%d" % self._last_id

    def _order(self) -> None:
        cl_ord_id = self._new_id()
        simulated = self.random.random() < 0.4
        symbol = SIM_SYMBOL if simulated else SYMBOL
        middle = 100 if simulated else 50000
        price = middle + self.random.randint(-2, 2)
        side = self.random.choice([b"1", b"2"])
        self.client.send(
            b"D",
            b"11=%b\x0155=%b\x0154=%b\x0160=%b\x0138=%d\x0140=2\x0144=%d\x01"
            % (cl_ord_id, symbol, side, stamp(), self.random.randint(1, 5), price),
        )
        self.orders.append(b"%b %b %b" % (cl_ord_id, symbol, side))

    def _cancel_or_replace(self, order: bytes, *, replace: bool) -> None:
        orig_cl_ord_id, symbol, side = order.split(b" ")
        ids = (self._new_id(), orig_cl_ord_id)
        head = b"11=%b\x0141=%b\x0155=%b\x0154=%b\x0160=%b\x01" % (*ids, symbol, side, stamp())
        if replace:
            price = (100 if symbol == SIM_SYMBOL else 50000) + self.random.randint(-2, 2)
            self.client.send(b"G", head + b"38=%d\x0140=2\x0144=%d\x01" % (self.random.randint(1, 6), price))
        else:
            self.client.send(b"F", head + b"38=1\x01")

    def listen(self, for_s: float) -> None:
        """Take what comes for a while, or until the connection ends."""
        with contextlib.suppress(Broken):
            self.client.listen(for_s)

    def live_to_tell(self) -> Blotter:
        """A last life in peace: everything that is owed is told, all go down in good order, and the books are compared.
        Returns the state that the gateway's log leads to."""
        self.bear()
        self.client.connect()
        self.client.until_quiet(QUIET_S, self.settled)
        self.client.disconnect()
        self.listener.connect()
        self.listener.until_quiet(QUIET_S, lambda: self.listener.complete)
        self.listener.disconnect()
        time.sleep(0.05)
        live = self._live_state()
        assert self.kill(signal.SIGTERM) == 0, self.output.read_text()[-2000:]
        exchange, self._exchange = self._exchange, 0
        assert ask(do="kill", pid=exchange, signal=int(signal.SIGTERM))["exit"] == 0, self.output.read_text()[-2000:]
        journals = self.directory / "journal", self.directory / "exchange" / "journal"
        return audit(*journals, self.client, self.listener, live)

    def _live_state(self) -> tuple[int, str]:
        """Number of the last fact and hash of the live state, from the operators' door."""
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(10)
            end = time.monotonic() + 10
            while door.connect_ex(str(self.directory / "admin")):  # it opens behind the clients' doors
                assert time.monotonic() < end, "the operators' door did not open"
                time.sleep(0.01)
            door.sendall(b"GET /state-hash HTTP/1.0\r\nHost: fixgate\r\n\r\n")
            answer = b""
            while data := door.recv(1 << 16):
                answer += data
        status = json.loads(answer.partition(b"\r\n\r\n")[2])
        return status["last_seq"], status["state_hash"]

    def settled(self) -> bool:
        """Every request has its final answer, and no number is missing."""
        return self.client.complete and not (self.asked() - self.answered())

    def asked(self) -> set[bytes]:
        return {fields(body)[b"11"] for msg_type, body, _ in self.client.sent.values() if msg_type in b"DFG"}

    def answered(self) -> set[bytes]:
        """ClOrdIDs with a report that is not merely pending."""
        return {
            told[b"11"]
            for told in map(fields, self.client.application)
            if told[b"35"] == b"9" or told.get(b"150") not in {b"A", b"6", b"E"}
        }


@contextlib.contextmanager
def stage(directory: Path, seed: int) -> Iterator[Stage]:
    built = Stage(directory, seed)
    try:
        yield built
    finally:
        built.close()


def _wait_for_port(port: int, timeout_s: float = 30.0) -> None:
    end = time.monotonic() + timeout_s
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < end, f"nothing listens on port {port}"
            time.sleep(0.02)
