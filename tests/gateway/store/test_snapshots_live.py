"""A gateway has its snapshots taken by itself, says so, and starts from them."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from gateway.store.inspect import verify_journal
from tests.gateway.live_gateway import LiveGateway

SESSIONS = [{"name": "CLIENT", "target_comp_id": "CLIENT", "sender_comp_id": "GATE", "begin_string": "FIX.4.4"}]


def gateway(directory: Path, snapshot_records: int) -> LiveGateway:
    made = LiveGateway(directory, [{}], SESSIONS)
    # four turns fill a segment; the next one moves them into LMDB
    made.config["journal"] |= {"segment_bytes": 16384, "snapshot_records": snapshot_records}
    return made


def some_turns(live: LiveGateway) -> None:
    """Each wish at the operators' door is one."""
    for state in ("HALTED", "ACTIVE") * 4:
        body = json.dumps({"state": state, "operator": "ann", "reason": "a test"})
        head = f"POST /trading-state HTTP/1.0\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(str(live.directory / "admin"))
            door.sendall((head + body).encode())
            assert b" 200 " in door.recv(1 << 16)


def test_it_is_taken_and_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with gateway(tmp_path, 5) as live:
        some_turns(live)
        live.until(lambda: bool(live.lines("snapshot_taken")), "a snapshot is taken")
        assert list((tmp_path / "journal").glob("snapshot-*"))
        live.stop()
        live.start()
        assert not live.lines("snapshot_passed_over")
        assert not live.lines("snapshot_failed")
        live.stop()
    assert verify_journal(tmp_path / "journal") == 0
    assert "comes to the same" in capsys.readouterr().out


def test_one_that_fails_is_told_and_the_gateway_goes_on(tmp_path: Path) -> None:
    with gateway(tmp_path, 5) as live:
        (tmp_path / "journal" / "snapshot.lock").mkdir()  # nothing can be locked there
        some_turns(live)
        live.until(lambda: bool(live.lines("snapshot_failed")), "it says that there is none")
        assert "snapshot.lock" in live.lines("snapshot_failed")[0]["said"]
        some_turns(live)
        live.stop()


def test_a_damaged_one_is_told_at_the_start(tmp_path: Path) -> None:
    with gateway(tmp_path, 0) as live:
        some_turns(live)
        live.stop()
        assert "taken at record" in live.ask("snapshot", str(tmp_path / "journal"))
        (path,) = (tmp_path / "journal").glob("snapshot-*[0-9]")
        path.write_bytes(path.read_bytes()[:-1])
        live.start()
        assert path.name in live.lines("snapshot_passed_over")[0]["why"]
        live.stop()
