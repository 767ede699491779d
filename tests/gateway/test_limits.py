"""Limits of slices over the operators' door, on the command line, and between two files."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from config.limit_slices import SliceConfig
from config.load import load_gateway
from gateway.cli import app
from gateway.operators import limits_cli
from gateway.operators.limit_wishes import BOUNDS, ShowLimits
from gateway.operators.limits_diff import limits_diff
from gateway.operators.operator import command_of
from oms.limit_commands import RemoveLimitRow, SetLimitRow
from oms.rates import Rate
from oms.slices import Bounds, Dimension

WHO = {"operator": "ann", "reason": "why"}
RUNNER = CliRunner()


def test_wishes() -> None:
    of = ((Dimension.ACCOUNT, "A1"), (Dimension.SYMBOL, "*"))
    text = "symbol=* account=A1 long_qty_max=0.5 price_band_percent=2"
    command = command_of({"ask": "limits_set", "row": text, **WHO, "approver": " bob "})
    assert isinstance(command, SetLimitRow)
    assert command.row.of == of
    assert command.row.bounds == Bounds(long_qty_max=Decimal("0.5"), price_band=Decimal("0.02"))
    assert (command.operator, command.reason, command.approver) == ("ann", "why", "bob")
    rates = command_of({"ask": "limits_set", "row": "trader=* messages_per_s=50 executions_per_s=5", **WHO})
    assert isinstance(rates, SetLimitRow)
    assert rates.row.bounds == Bounds(messages=Rate(50, 50), executions=Rate(5, 5))
    removed = command_of({"ask": "limits_remove", "row": "account=A1 symbol=*", **WHO})
    assert removed == RemoveLimitRow(of, "ann", "why")
    assert command_of({"ask": "limits_show"}) == ShowLimits()


def test_a_row_is_set_whole_so_everything_in_it_can_be_said() -> None:
    places = {"risk_class" if dimension is Dimension.RISK_CLASS else str(dimension) for dimension in Dimension}
    assert set(BOUNDS) == set(SliceConfig.__struct_fields__) - places


@pytest.mark.parametrize(
    ("ask", "wish", "told"),
    [
        ("set", {}, "row: missing: which slices"),
        ("set", {"row": "account"}, "row: 'account' is not key=value"),
        ("set", {"row": "account=A1 color=red"}, "row: 'color' is not one of account, group"),
        ("set", {"row": "account=A1 credit_mux=1"}, "row: 'credit_mux' is not one of"),
        ("set", {"row": "account=A1 order_qty_max=1e3"}, "row: order_qty_max: '1e3' is no number such as 12.5"),
        ("set", {"row": "account=A1 order_qty_max=NaN"}, "row: order_qty_max: 'NaN' is no number such as 12.5"),
        ("set", {"row": "account=A1 order_qty_max=-1"}, "row: order_qty_max: -1: not negative"),
        ("set", {"row": "account=A1 order_qty_max=1 order_qty_max=2"}, "row: order_qty_max: said twice"),
        ("set", {"row": "account=A1 messages_per_s=0"}, "row: messages_per_s: '0' is no whole number from 1"),
        ("set", {"row": "account=A1 executions_per_s=1.5"}, "row: executions_per_s: '1.5' is no whole number from 1"),
        ("set", {"row": "account=A1 messages_per_s=2000000"}, "row: messages.per_s: 2000000: 0 to 1000000"),
        ("set", {"row": "account=A1 account=A2 order_qty_max=1"}, "limits: account: named twice in one row"),
        ("set", {"row": "order_qty_max=1"}, "limits: a row names at least one dimension"),
        ("set", {"row": "account=A1"}, "row: bounds: none: a row limits something"),
        ("set", {"row": "account=A1 long_qty_max=1"}, "row: long_qty_max: 1: quantities of several symbols"),
        ("set", {"row": "account=A1 order_qty_max=1", "reason": " "}, "reason: missing: a change of limits has"),
        ("set", {"row": "account=A1 order_qty_max=1", "approver": 7}, "approver: 7 is no text"),
        ("remove", {"row": "account=A1 order_qty_max=1"}, "row: a row is removed whole"),
    ],
)
def test_wishes_that_cannot_be_read(ask: str, wish: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        command_of({"ask": f"limits_{ask}", **WHO, **wish})


def test_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def answer(*question: Any) -> dict[str, Any]:
        asked.append(question[1:])
        return {"lines": ["limits by account"], "raises_need_approval": True, "changed": False}

    monkeypatch.setattr(limits_cli, "answer_of", answer)
    told = RUNNER.invoke(app, ["limits", "show"])
    assert told.output.splitlines() == [
        "it stands so already", "limits by account", "a limit is only made weaker with --approver",
    ]  # fmt: skip
    words = ["limits", "set", "account=A1", "order_qty_max=1", "--reason", "why", "--operator", "ann"]
    RUNNER.invoke(app, [*words, "--approver", "bob"])
    RUNNER.invoke(app, ["limits", "remove", "account=A1", "--reason", "why", "--operator", "ann"])
    row = {"row": "account=A1 order_qty_max=1", "reason": "why", "operator": "ann", "approver": "bob"}
    assert asked == [
        ("GET", "/limits"),
        ("POST", "/limits/set", row),
        ("POST", "/limits/remove", row | {"row": "account=A1", "approver": ""}),
    ]


FILE = """
listen: {}
accounts: [{name: A1, group: F}]
venues: [{name: SIM, adapter: simulated}]
instruments: [{symbol: BTC-USD, venue: SIM, price_band_percent: "5", risk_class: x}]
limits:
  initial_margins: [{class: x, percent: "20"}]
  max_order_qty: "100"
  duplicate_interval_ms: 100
  raises_need_approval: true
  slices:
    - {account: "*", order_qty_max: "5"}
    - {account: A1, order_qty_max: "3", credit_max: "50"}
"""


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ([], []),
        ([('max_order_qty: "100"', 'max_order_qty: "99"')], ["limits.max_order_qty: 100 -> 99"]),
        ([('max_order_qty: "100"', 'max_order_qty: "101"')], ["WEAKER limits.max_order_qty: 100 -> 101"]),
        ([("_ms: 100", "_ms: 99")], ["WEAKER limits.duplicate_interval_ms: 100 -> 99"]),
        ([("l: true", "l: false")], ["WEAKER limits.raises_need_approval: True -> False"]),
        (
            [('percent: "5"', 'percent: "6"')],
            [
                "PERHAPS WEAKER instruments[BTC-USD].price_band_percent: 5 -> 6",
                "WEAKER instruments[BTC-USD].price_band_percent: 5 -> 6",
            ],
        ),
        (
            [('credit_max: "50"', 'credit_max: "51"')],
            [
                "limits.slices account=A1.credit_max: 50 -> 51",
                "WEAKER limits.slices account=A1 credit_max: 50 -> 51",
            ],
        ),
        ([('percent: "20"}', 'percent: "19.5"}')], ["WEAKER limits.initial_margins[x]: 20% -> 19.5%"]),
        ([('percent: "20"}', 'percent: "20.5"}')], ["limits.initial_margins[x]: 20% -> 20.5%"]),
        ([('[{class: x, percent: "20"}]', "[]")], ["limits.initial_margins[x]: 20% -> 100%"]),
        ([("group: F", "group: G")], ["PERHAPS WEAKER accounts[A1].group: 'F' -> 'G'"]),
        (
            [('    - {account: A1, order_qty_max: "3", credit_max: "50"}\n', "")],
            [
                "limits.slices account=A1: removed",
                "WEAKER limits.slices account=A1 credit_max: 50 -> none",
                "WEAKER limits.slices account=A1 order_qty_max: 3 -> 5",
            ],
        ),
        (
            [('account: A1, order_qty_max: "3"', 'account: A2, order_qty_max: "9"')],
            [
                "limits.slices account=A1: removed",
                "limits.slices account=A2: added",
                "WEAKER limits.slices account=A1 credit_max: 50 -> none",
                "WEAKER limits.slices account=A1 order_qty_max: 3 -> 5",
                "WEAKER limits.slices account=A2 order_qty_max: 5 -> 9",
            ],
        ),
        ([('order_qty_max: "3"', 'order_qty_max: "2"')], ["limits.slices account=A1.order_qty_max: 3 -> 2"]),
    ],
)
def test_between_two_files(tmp_path: Path, changes: list[tuple[str, str]], lines: list[str]) -> None:
    old, new, text = tmp_path / "old.yaml", tmp_path / "new.yaml", FILE
    for was, now in changes:
        assert was in text
        text = text.replace(was, now)
    old.write_text(FILE)
    new.write_text(text)
    assert list(limits_diff(load_gateway(old), load_gateway(new))) == lines
    told = RUNNER.invoke(app, ["config", "diff", str(old), str(new)])
    weaker = sum(line.startswith("WEAKER ") for line in lines)
    assert told.output.splitlines() == [*lines, f"{len(lines)} differences, {weaker} limits weaker"]
    assert told.exit_code == (1 if weaker else 0)


def test_a_file_that_cannot_be_used(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("limits: []")
    assert RUNNER.invoke(app, ["config", "diff", str(bad), str(bad)]).exit_code == 2
