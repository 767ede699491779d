"""What operators say about restricted symbols and stopped slices: the command line, and the wishes that it makes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway import cli
from gateway.operators import limits_cli
from gateway.operators.operator import command_of
from oms.permission_commands import RestrictSymbol, ResumeSlice

WHO = {"operator": "ann", "reason": "why"}
RUNNER = CliRunner()


def test_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def answer(*question: Any) -> dict[str, Any]:
        asked.append(question[1:])
        return {"stopped_slices": []}

    monkeypatch.setattr(limits_cli, "answer_of", answer)
    monkeypatch.setattr(cli, "answer_of", answer)
    who = ["--reason", "why", "--operator", "ann"]
    told = RUNNER.invoke(cli.app, ["limits", "resume", "account=A1", "symbol=X", *who])
    assert told.output == "stopped: nothing\n"
    RUNNER.invoke(cli.app, ["restrict", "X", *who])
    RUNNER.invoke(cli.app, ["restrict", "X", "--lift", *who])
    assert asked == [
        ("POST", "/slice-resume", {"slice": "account=A1 symbol=X", **WHO}),
        ("POST", "/restriction", {"symbol": "X", "restricted": True, **WHO}),
        ("POST", "/restriction", {"symbol": "X", "restricted": False, **WHO}),
    ]


def test_wishes() -> None:
    resume = command_of({"ask": "slice_resume", "slice": "account=A1", **WHO})
    assert resume == ResumeSlice("account=A1", "ann", "why")
    restrict = command_of({"ask": "restriction", "symbol": "X", "restricted": True, **WHO})
    assert restrict == RestrictSymbol("X", True, "ann", "why")


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"ask": "slice_resume", **WHO}, "slice: missing: which slice?"),
        ({"ask": "slice_resume", "slice": "account=A1", "operator": "ann"}, "reason: missing"),
        ({"ask": "restriction", "symbol": "X", **WHO}, "restricted: None is neither true nor false"),
        ({"ask": "restriction", "restricted": True, **WHO}, "symbol: missing: which symbol?"),
        ({"ask": "restriction", "symbol": "X", "restricted": True, "reason": "why"}, "operator: missing"),
    ],
)
def test_wishes_that_cannot_be_read(wish: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        command_of(wish)
