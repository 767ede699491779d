"""kill -9 while a kill switch cancels: the flag and every cancel survive, none is sent twice, nothing new goes out."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

from gateway.journal import Journal
from gateway.store.log_records import INBOUND, split_inbound
from tests.crash.bookkeeper import Broken, fields, stamp
from tests.crash.rig import SYMBOL, Stage, stage

ORDERS = 2_000
LIVES = 8
SEED = 7
QUIET_S = 30.0
ENGAGE: dict[str, object] = {"scope": "global", "operator": "ann", "reason": "runaway"}


def rest(scene: Stage, count: int) -> None:
    """Orders that stand at the exchange: nobody sells at their price."""
    for _ in range(count):
        scene.client.send(
            b"D",
            b"11=%b\x0155=%b\x0154=1\x0160=%b\x0138=1\x0140=2\x0144=49000\x01" % (scene._new_id(), SYMBOL, stamp()),
        )


def say(scene: Stage, method: str, path: str, body: dict[str, object] | None = None) -> socket.socket:
    """A request at the operators' door, of which nobody waits for the answer yet."""
    door = socket.socket(socket.AF_UNIX)
    door.settimeout(10)
    end = time.monotonic() + 10
    while True:
        try:
            door.connect(str(scene.directory / "admin"))
            break
        except OSError:
            assert time.monotonic() < end, "nobody is behind the operators' door"
            time.sleep(0.01)
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.0\r\nHost: fixgate\r\nContent-Type: application/json\r\n"
    door.sendall(head.encode() + b"Content-Length: %d\r\n\r\n" % len(content) + content)
    return door


def answer(door: socket.socket) -> dict[str, Any]:
    told = b""
    while data := door.recv(1 << 16):
        told += data
    door.close()
    read: dict[str, Any] = json.loads(told.partition(b"\r\n\r\n")[2])
    return read


def reports(scene: Stage, exec_type: bytes) -> list[bytes]:
    told = map(fields, scene.client.application)
    return [it[b"11"] for it in told if it[b"35"] == b"8" and it[b"150"] == exec_type]


def test_a_kill_switch_survives_any_number_of_deaths(tmp_path: Path) -> None:
    with stage(tmp_path, SEED) as scene:
        scene.bear()
        scene.client.connect(alive=scene.alive)
        while not answer(say(scene, "GET", "/status"))["sessions"]["EXCHANGE"]:
            scene.client.listen(0.05)
        rest(scene, ORDERS)
        scene.client.until_quiet(QUIET_S, lambda: len(reports(scene, b"0")) == ORDERS)
        door = say(scene, "POST", "/kill/engage", ENGAGE)
        cut, was_engaged = 0, False
        for _ in range(LIVES):
            try:
                scene.client.listen(scene.random.uniform(0.0, 0.03))
            except Broken:
                pass
            if was_engaged:
                rest(scene, 3)  # these arrive in this life or in a later one, and in none of them at the venue
            scene.kill()
            door.close()
            scene.bear()
            scene.client.connect(alive=scene.alive)
            switches = answer(say(scene, "GET", "/kill"))["kill_switches"]
            assert switches or not was_engaged
            was_engaged = bool(switches)
            for switch in switches:
                cut += 0 < switch["venues"]["EXCHANGE"]["asked"] < ORDERS
            if not was_engaged:  # the death came before the commit: nothing was promised
                door = say(scene, "POST", "/kill/engage", ENGAGE)
        late = len(scene.asked()) - ORDERS
        scene.client.until_quiet(
            QUIET_S, lambda: len(reports(scene, b"4")) == ORDERS and len(reports(scene, b"8")) == late
        )
        scene.kill()
        blotter = scene.live_to_tell()
        assert cut, "no death came while the cancels were under way"
        assert len(set(reports(scene, b"4"))) == ORDERS
        assert not blotter.open_orders
        (switch,) = blotter.kill_switches
        outcome = switch.outcomes["EXCHANGE"]
        assert (outcome.asked, outcome.canceled, outcome.unanswered) == (ORDERS, ORDERS, 0)
    journal = Journal.open(tmp_path / "exchange" / "journal", 4)
    inbound = [fields(split_inbound(record.payload)[1]) for record in journal.records() if record.kind == INBOUND]
    journal.close()
    canceled = [it[b"41"] for it in inbound if it[b"35"] == b"F" and it.get(b"43") != b"Y"]
    assert len(canceled) == len(set(canceled)), "an order was asked back twice"
    assert sum(it[b"35"] == b"D" for it in inbound) == ORDERS, "an order went out behind the flag"
