"""What a drill runs on: a gateway and a simulated exchange of its own, two processes with stores in a directory that
nobody else uses. Nothing of the gateway that trades is touched, and the path is the same."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

START_S = 30.0
STOP_S = 20.0
SYMBOL, ACCOUNT, CLIENT = "DRILL-USD", "DRILL", "CLIENT"
PRICE = "49000"
"""Of the drill's orders: nobody on the exchange sells at it."""

_GATEWAY = """
name: drill
listen: {{host: 127.0.0.1, port: {port}}}
journal: {{directory: {directory}/journal, map_size_gb: 4}}
logs: {{directory: {directory}/logs, level: warning, raw_messages: false}}
admin: {{socket: {directory}/door}}
session_defaults: {{sender_comp_id: FIXGATE, begin_string: FIX.4.4}}
sessions:
  - {{name: CLIENT, target_comp_id: CLIENT}}
  - {{name: EXCHANGE, kind: venue, target_comp_id: EXCHANGE, connect: {{port: {venue_port}}}, reconnect_interval_s: 1}}
venues:
  - {{name: EXCHANGE, adapter: fix_standard, session: EXCHANGE, market_data: false}}
instruments:
  - {{symbol: DRILL-USD, venue: EXCHANGE, reference_price: "50000"}}
limits: {{reference_price_age_ms_max: 86400000, throttle: {{messages: 1000000, cancel_messages: 1000000}}}}
"""
_EXCHANGE = """
name: DRILL
listen: {{host: 127.0.0.1, port: {venue_port}}}
journal: {{directory: {directory}/exchange/journal, map_size_gb: 4}}
logs: {{directory: {directory}/exchange/logs, level: warning, raw_messages: false}}
session_defaults: {{sender_comp_id: EXCHANGE, begin_string: FIX.4.4}}
sessions:
  - {{name: FIXGATE, target_comp_id: FIXGATE}}
symbols:
  - {{symbol: DRILL-USD, reference_price: "50000"}}
"""


class StageFailed(Exception):
    """A process did not come up, or did not answer."""


class Stage(NamedTuple):
    port: int
    """Where clients of the gateway connect."""
    door: str
    """The operators' socket."""
    journal: Path
    venue_journal: Path

    def ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> tuple[int, Any]:
        """HTTP status and answer of the operators' door."""
        return ask_door(self.door, method, path, body)


def ask_door(door: str, method: str, path: str, body: Mapping[str, object] | None = None) -> tuple[int, Any]:
    """Over a plain socket: what is measured is the gateway, not an HTTP client that has to be loaded first."""
    line = http.client.HTTPConnection("fixgate", timeout=60)
    line.sock = socket.socket(socket.AF_UNIX)
    line.sock.settimeout(60)
    line.sock.connect(door)
    try:
        content = None if body is None else json.dumps(body)
        line.request(method, path, content, {"Content-Type": "application/json"})
        response = line.getresponse()
        return response.status, json.loads(response.read())
    finally:
        line.close()


@contextlib.contextmanager
def stage(directory: Path) -> Iterator[Stage]:
    """Both processes are up; they have ended in good order behind it."""
    port, venue_port = _free_port(), _free_port()
    names = {"directory": directory, "port": port, "venue_port": venue_port}
    gateway, exchange = directory / "gateway.yaml", directory / "exchange.yaml"
    gateway.write_text(_GATEWAY.format(**names))
    exchange.write_text(_EXCHANGE.format(**names))
    processes: list[subprocess.Popen[bytes]] = []
    output = directory / "output.txt"
    try:
        processes.append(_start("exchange", exchange, output))
        _wait_for(venue_port, processes[0], output)
        processes.append(_start("run", gateway, output))
        _wait_for(port, processes[1], output)
        door = directory / "door"
        end = time.monotonic() + START_S
        while not door.exists() and time.monotonic() < end:
            time.sleep(0.02)
        yield Stage(port, str(door), directory / "journal", directory / "exchange" / "journal")
    finally:
        for process in reversed(processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(what: str, config: Path, output: Path) -> subprocess.Popen[bytes]:
    with output.open("ab") as told:
        return subprocess.Popen(
            [sys.executable, "-m", "gateway", what, str(config), "--init"],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )


def _wait_for(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise StageFailed(f"a process of the drill did not come up: {output.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
