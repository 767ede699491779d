"""What is less than a kill: SIGTERM at a random moment, a process that stands still, a line that is reset, bytes in
every portion. Beside the crash suite, with its stage and its audit: nothing is lost, nothing is doubled.

`FIXGATE_STOP_ROUNDS` sets the rounds of each test (4 by default), `FIXGATE_CRASH_SEED` the seed.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import time
from pathlib import Path

from tests.crash.bookkeeper import Broken, stamp
from tests.crash.rig import SIM_SYMBOL, Stage, stage

ROUNDS = int(os.environ.get("FIXGATE_STOP_ROUNDS", "4"))
SEED = int(os.environ.get("FIXGATE_CRASH_SEED", "42"))
COALESCED = 1000


def trade_for(scene: Stage, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        scene.trade(3)
        scene.client.listen(0.002)


def test_sigterm_at_any_moment_ends_it_in_good_order(tmp_path: Path) -> None:
    """Exit code 0, also while it starts, logs on, trades or answers; the next life goes on where this one ended."""
    with stage(tmp_path, SEED + 100) as scene:
        for round_ in range(ROUNDS):
            pid = scene.bear()
            try:
                scene.client.connect(alive=scene.alive)
                trade_for(scene, scene.random.uniform(0.0, 0.15))
                if round_ % 2:
                    scene.trade(50)  # it is told to end with all of this before it
            except Broken:
                pass
            begun = time.monotonic()
            os.kill(pid, signal.SIGTERM)
            scene.listen(10)  # up to its Logout
            assert scene.wait() == 0, scene.output.read_text()[-2000:]
            assert time.monotonic() - begun < 10
        blotter = scene.live_to_tell()
    assert len(blotter.orders) > ROUNDS


def test_sigterm_while_it_starts(tmp_path: Path) -> None:
    """Before it listens for the signal it may die of it, then its exit code is 0. The store is whole either way."""
    with stage(tmp_path, SEED + 200) as scene:
        for _ in range(ROUNDS):
            scene.bear()
            time.sleep(scene.random.uniform(0.0, 0.1))
            assert scene.kill(signal.SIGTERM) in (0, -signal.SIGTERM), scene.output.read_text()[-4000:]
        scene.bear()
        scene.client.connect()
        scene.trade(5)
        scene.client.until_quiet(10, scene.settled)
        scene.kill(signal.SIGTERM)
        scene.live_to_tell()


def test_a_process_that_stands_still_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    """SIGSTOP, orders meanwhile, SIGCONT: the same connection, every order answered once."""
    with stage(tmp_path, SEED + 300) as scene:
        pid = scene.bear()
        scene.client.connect()
        for _ in range(ROUNDS):
            trade_for(scene, 0.03)
            os.kill(pid, signal.SIGSTOP)
            scene.trade(20)
            time.sleep(scene.random.uniform(0.05, 0.3))
            os.kill(pid, signal.SIGCONT)
            scene.client.until_quiet(10, scene.settled)
        logons = [raw for raw in scene.client.received.values() if b"\x0135=A\x01" in raw]
        assert len(logons) == 1
        scene.kill(signal.SIGTERM)
        scene.live_to_tell()


def test_a_connection_that_is_reset(tmp_path: Path) -> None:
    """RST instead of FIN, with reports unread and orders half sent."""
    with stage(tmp_path, SEED + 400) as scene:
        scene.bear()
        for _ in range(ROUNDS):
            scene.client.connect()
            trade_for(scene, scene.random.uniform(0.0, 0.05))
            scene.trade(10)
            line = scene.client._socket
            assert line is not None
            line.sendall(b"8=FIX.4.4\x019=150\x0135=D\x0134=")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            scene.client.disconnect()
        scene.kill(signal.SIGTERM)
        blotter = scene.live_to_tell()
    assert len(blotter.orders) > ROUNDS


def test_bytes_one_by_one_and_a_thousand_messages_at_once(tmp_path: Path) -> None:
    with stage(tmp_path, SEED + 500) as scene:
        scene.bear()
        client = scene.client
        client.connect()
        line = client._socket
        assert line is not None
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for portion in (1, 7, 1 << 20):
            client._socket = sink = Sink()  # type: ignore[assignment]  # it has what sending needs
            for number in range(COALESCED if portion > 7 else 5):
                client.send(
                    b"D",
                    b"11=P%d-%d\x0155=%b\x0154=1\x0160=%b\x0138=1\x0140=2\x0144=90\x01"
                    % (portion, number, SIM_SYMBOL, stamp()),
                )
            client._socket = line
            for start in range(0, len(sink.data), portion):
                line.sendall(sink.data[start : start + portion])
            client.until_quiet(20, scene.settled)
        scene.kill(signal.SIGTERM)
        blotter = scene.live_to_tell()
    assert len(blotter.orders) == COALESCED + 10


class Sink:
    """Takes what is sent, and keeps it."""

    def __init__(self) -> None:
        self.data = b""

    def sendall(self, data: bytes) -> None:
        self.data += data
