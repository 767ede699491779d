"""`fixgate kill` and the doors beside it, against a process: what an operator types, and what he reads."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from tests.gateway.live_gateway import LiveGateway

PATIENCE_S = 10.0


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[LiveGateway]:
    made = LiveGateway(tmp_path, [{}], [{"name": "A", "begin_string": "FIX.4.4", "target_comp_id": "ALICE"}])
    made.config["instruments"] = [{"symbol": "SIM", "venue": "SIM", "reference_price": "100"}]
    made.config["kill_switch"] = {"file": str(tmp_path / "STOP")}
    with made:
        yield made


def test_engaged_by_command_signal_and_file_and_released_by_two(gateway: LiveGateway, tmp_path: Path) -> None:
    config = ["--config", str(gateway.path)]

    def kill(*words: str) -> str:
        return CliRunner().invoke(app, ["kill", *words, *config]).output

    def until(said: Callable[[str], bool]) -> str:
        end = time.monotonic() + PATIENCE_S
        while not said(told := kill("status")):
            assert time.monotonic() < end, told
            time.sleep(0.05)
        return told

    why = ["--reason", "runaway", "--operator", "ann"]
    assert kill("status") == "no kill switch is engaged\n"
    assert "is neither global nor one of" in kill("engage", "--scope", "everything", *why)
    told = kill("engage", "--scope", "account=A1", "--no-cancel", *why)
    assert re.match(r"account=A1: engaged \d+ s ago by ann: runaway, open orders stay\n", told), told
    assert "approver: missing" in kill("release", "--scope", "account=A1", *why)
    assert kill("release", "--scope", "account=A1", "--approver", "bob", *why) == "no kill switch is engaged\n"

    assert gateway.process is not None
    gateway.process.send_signal(signal.SIGUSR1)
    told = until(lambda said: "engaged" in said and said.startswith("global"))
    assert "by SIGUSR1: a signal to the process" in told
    assert "no order was to be canceled" in told
    kill("release", "--scope", "global", "--approver", "bob", *why)

    (tmp_path / "STOP").write_text("smoke")
    told = until(lambda said: said.startswith("global"))
    assert f"by file {tmp_path / 'STOP'}: smoke" in told
    kill("release", "--scope", "global", "--approver", "bob", *why)
    assert kill("status") == "no kill switch is engaged\n", "a file that stays engages once"
