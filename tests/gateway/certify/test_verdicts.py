"""Verdicts: what another way excuses, and how a result is written."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from gateway.certify.command import EXIT_NOT_CONNECTED, certify_app
from gateway.certify.scenario import Scenario
from gateway.certify.verdicts import FAILED, OTHERWISE, PASSED, SKIPPED, Verdict, as_json, as_markdown, counted, weighed
from tests.ports import free_port

SCENARIOS = [
    Scenario("D.2.a_X.txt", other_ways=["D.2.b"]),
    Scenario("D.2.b_X.txt", other_ways=["D.2.a"]),
    Scenario("A.1.a_X.txt"),
]


def verdicts(*kinds: str) -> list[Verdict]:
    made = [Verdict(s.row_group, s.name, kind, "why|not\nmore") for s, kind in zip(SCENARIOS, kinds, strict=True)]
    return weighed(SCENARIOS, made)


def test_another_way_that_passes_is_enough() -> None:
    assert [v.verdict for v in verdicts(FAILED, PASSED, FAILED)] == [OTHERWISE, PASSED, FAILED]
    assert [v.verdict for v in verdicts(FAILED, FAILED, PASSED)] == [FAILED, FAILED, PASSED]
    assert [v.verdict for v in verdicts(FAILED, SKIPPED, PASSED)] == [FAILED, SKIPPED, PASSED]


def test_a_report_says_what_failed_and_why() -> None:
    found = verdicts(FAILED, PASSED, FAILED)
    assert counted(found) == "1 passed, 1 other way, 1 failed"
    text = as_markdown(found, {"version": "FIX.4.4"})
    assert "- version: FIX.4.4" in text
    assert "| A.1.a_X | failed | why\\|not |" in text
    assert "## A.1.a_X\n\n```\nwhy|not\nmore\n```" in text
    read = json.loads(as_json(found, {"version": "FIX.4.4"}))
    assert read["counts"] == {"passed": 1, "other way": 1, "skipped": 0, "failed": 1}
    assert [row["verdict"] for row in read["scenarios"]] == [OTHERWISE, PASSED, FAILED]


def test_the_command_lists_the_suite_and_says_when_it_cannot_reach_the_gateway(tmp_path: Path) -> None:
    listed = CliRunner().invoke(certify_app, ["list"])
    assert "A.1.a_FilledOrder\n    A.1.a [D1] Filled order." in listed.output
    ids = ["--sender-comp-id", "C", "--target-comp-id", "G"]
    ports = ["--port", str(free_port()), "--venue-port", str(free_port())]
    refused = CliRunner().invoke(certify_app, ["orders", *ids, *ports, "--version", "FIX.4.3"])
    assert refused.exit_code == 2
    assert "FIX.4.3" in refused.output
    nobody = CliRunner().invoke(certify_app, ["orders", *ids, *ports, "--venue-timeout", "0.1"])
    assert nobody.exit_code == EXIT_NOT_CONNECTED
    assert "did not log on at the venue" in nobody.output
