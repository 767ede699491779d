"""The drill of the kill switch, small: it plays on processes of its own, and its report says what held."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from typer.testing import CliRunner

from gateway.cli import app
from gateway.drill.kill_switch import Result
from gateway.drill.report import as_json, as_markdown


def test_a_small_drill_passes_and_writes_its_report(tmp_path: Path) -> None:
    words = ["--report", str(tmp_path), "--resting", "150", "--rate", "100", "--operator", "ann", "--approver", "bob"]
    ran = CliRunner().invoke(app, ["drill", "kill-switch", *words])
    assert ran.exit_code == 0, ran.output
    told = json.loads((tmp_path / "kill-switch.json").read_text())
    assert told["findings"] == []
    assert told["orders"]["routed_behind_the_flag"] == 0
    assert told["orders"]["canceled"] == told["outcome"]["EXCHANGE"]["canceled"] >= 150
    assert told["orders"]["refused"] > 0
    assert all(ms is not None and ms >= 0 for ms in told["ms"].values())
    assert told["release"] == {
        "alone": "approver: 'ann' is who engaged it: a second person approves of the release",
        "by two": "released",
        "an order then": "accepted",
    }
    assert (tmp_path / "kill-switch.md").read_text() == ran.output
    assert "# Kill switch drill: PASSED" in ran.output
    result = msgspec.convert(told, Result)
    assert as_json(result) == (tmp_path / "kill-switch.json").read_bytes()
    result.findings.append("3 orders are open at the end")
    failed = as_markdown(result)
    assert "# Kill switch drill: FAILED" in failed
    assert "FINDING: 3 orders are open at the end." in failed
