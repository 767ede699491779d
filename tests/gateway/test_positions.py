"""`fixgate position` and `fixgate rate`: files, wishes, and the commands against the house in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.operators import position_cli
from gateway.operators.admin import WISHED
from gateway.operators.door_client import refuse
from gateway.operators.operator import command_of
from gateway.operators.position_file import FileRefused, read_positions
from gateway.operators.position_wishes import ShowPositions, ShowRates
from oms.position_commands import SetConversionRate, SetStartOfDay, StartOfDay
from tests.world import World, memory_directory

WHO = {"operator": "ann", "reason": "back office"}
BY = ("--by", "ann", "--why", "back office")
RUNNER = CliRunner()


# -- files -------------------------------------------------------------------------------------------------------------


def rows_of(tmp_path: Path, text: str | bytes, name: str = "sod.csv") -> list[dict[str, str]]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_positions(path)


CSV = 'account,symbol,venue,qty,price\r\nA1,BTC-USD,,1.5,50000\r\n\r\n"A,2",ETH-USD,SIM,-3,\r\n'
YAML = """
- {account: A1, symbol: BTC-USD, qty: 1.5, price: "50000", venue: null}
- account: "A,2"
  symbol: ETH-USD
  venue: SIM
  qty: -3
"""


def test_csv_and_yaml_say_the_same(tmp_path: Path) -> None:
    first = {"account": "A1", "symbol": "BTC-USD", "venue": "", "qty": "1.5", "price": "50000"}
    second = {"account": "A,2", "symbol": "ETH-USD", "venue": "SIM", "qty": "-3"}
    assert rows_of(tmp_path, CSV) == [first | {"where": "line 2"}, second | {"price": "", "where": "line 4"}]
    assert rows_of(tmp_path, YAML, "sod.yaml") == [first | {"where": "line 2"}, second | {"where": "line 3"}]
    assert rows_of(tmp_path, b"\xef\xbb\xbfqty,account,symbol\n1,A,B\n") == [
        {"qty": "1", "account": "A", "symbol": "B", "where": "line 2"}
    ]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("sod.txt", CSV, "sod.txt: is neither .csv nor .yaml"),
        ("sod.csv", "", "sod.csv: there is no position in it"),
        ("sod.csv", "account,symbol,qty\n", "there is no position in it"),
        ("sod.csv", "account,symbol\nA,B\n", "line 1: column 'qty': is missing"),
        ("sod.csv", "account,symbol,qty,Price\nA,B,1,1\n", "line 1: column 'Price': is not one of account, symbol"),
        ("sod.csv", "account,symbol,qty,qty\nA,B,1,1\n", "line 1: column 'qty': is there twice"),
        ("sod.csv", "account,symbol,qty\nA,B\nA,B,1,2\n", "line 2: 2 values, and 3 columns: account,symbol,qty"),
        ("sod.csv", "account,symbol,qty\nA,B\nA,B,1,2\n", "line 3: 4 values, and 3 columns: account,symbol,qty"),
        ("sod.csv", 'account,symbol,qty\nA,"B"x,1\n', "line 2: not CSV: "),
        ("sod.csv", 'account,symbol,qty\nA,"B,1\n', "not CSV: unexpected end of data"),
        ("sod.csv", b"account,symbol,qty\nA,\xff,1\n", "line 2: not UTF-8"),
        ("sod.csv", f"account,symbol,qty\nA,{'B' * 257},1\n", "line 2: symbol: longer than 256"),
        ("sod.csv", "x" * (1 << 20) + "y", "bytes: at most 1048576"),
        ("sod.csv", "account,symbol,qty\n" + "A,B,1\n" * 10_001, "10001 positions: at most 10000 together"),
        ("sod.yaml", "account: A1", "line 1: is no list of positions"),
        ("sod.yaml", "- A1", "line 1: is no position"),
        ("sod.yaml", "- {account: A1, symbol: B}", "line 1: column 'qty': is missing"),
        ("sod.yaml", "- {account: A1, symbol: B, qty: [1]}", "line 1: qty: one value belongs here"),
        ("sod.yml", "- {account: A1, symbol: B, qty: 1, quantity: 2}", "line 1: column 'quantity': is not one of"),
        ("sod.yml", "- {account: A1, account: A2, symbol: B, qty: 1}", "key account is said twice"),
        ("sod.yml", "- &x {account: A1, symbol: B, qty: 1}\n- *x", "anchor or alias 'x'"),
        ("sod.yml", "- {", "line 2: not YAML"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, text: str | bytes, told: str) -> None:
    with pytest.raises(FileRefused, match=re.escape(told)):
        rows_of(tmp_path, text, name)


# -- wishes ------------------------------------------------------------------------------------------------------------


def test_wishes() -> None:
    row = {"account": "A1", "symbol": "BTC-USD", "venue": "SIM", "qty": "-1.50", "price": "", "where": "line 2"}
    told = command_of({"ask": "position_set", "rows": [row], "source": "f.csv", "day": "20231115", **WHO})
    position = StartOfDay("A1", "BTC-USD", "SIM", Decimal("-1.50"), None, "line 2")
    assert told == SetStartOfDay((position,), "20231115", "f.csv", "ann", "back office")
    assert command_of({"ask": "position_list"}) == ShowPositions("", "", 1000)
    assert command_of({"ask": "position_list", "account": "A", "symbol": "S", "limit": 5}) == ShowPositions("A", "S", 5)
    assert command_of({"ask": "rate_list"}) == ShowRates()
    rate = command_of({"ask": "rate_set", "currency": "EUR", "rate": "1.10", "as_of": "2023-11-14T22:13:20Z", **WHO})
    assert rate == SetConversionRate("EUR", Decimal("1.10"), 1_700_000_000 * 10**9, "ann", "back office", "")
    assert WISHED["/position/set"] == "position_set"


def position(**changes: object) -> dict[str, object]:
    return {"account": "A1", "symbol": "B", "qty": "1", "where": "line 3", **changes}


@pytest.mark.parametrize(
    ("ask", "wish", "told"),
    [
        ("position_set", {}, "rows: missing: a list of positions"),
        ("position_set", {"rows": []}, "rows: missing"),
        ("position_set", {"rows": ["A1"]}, "rows: 'A1' is no object of texts"),
        ("position_set", {"rows": [position(qty=1)]}, "is no object of texts"),
        ("position_set", {"rows": [position(colour="red")]}, "is no object of texts"),
        ("position_set", {"rows": [position(account="")]}, "line 3: account: missing"),
        ("position_set", {"rows": [position(qty="")]}, "line 3: qty: missing"),
        *(
            ("position_set", {"rows": [position(**{key: text})]}, f"line 3: {key}: {text!r} is no number such as -12.5")
            for key in ("qty", "price")
            for text in (
                "1e3",
                "NaN",
                "Infinity",
                "1,5",
                "0x10",
                "\u0661",
                " 1",
                "+1",
                "1_000",
                "1" * 16,
                "0." + "1" * 13,
            )
        ),
        (
            "position_set",
            {"rows": [position(qty="x"), position(price="y", where="line 4")]},
            "line 3: qty: 'x' is no number such as -12.5, of at most 15 and 12 digits; line 4: price: 'y' is no",
        ),
        ("position_set", {"rows": [position()], "reason": " "}, "reason: missing: a position is told by somebody"),
        ("position_set", {"rows": [position()], "operator": 7}, "operator: 7 is no text"),
        ("position_list", {"limit": 0}, "limit: 0 is no number from 1 to 100000"),
        ("position_list", {"limit": True}, "limit: True is no number"),
        ("position_list", {"account": ["A"]}, "account: ['A'] is no text"),
        ("rate_set", {"currency": "EUR", "rate": "1e3"}, "rate: '1e3' is no number such as"),
        ("rate_set", {"currency": "EUR"}, "rate: '' is no number such as"),
        ("rate_set", {"rate": "1"}, "currency: missing: the rate of which currency?"),
        ("rate_set", {"currency": "EUR", "rate": "1", "as_of": "yesterday"}, "as_of: 'yesterday' is not a time in UTC"),
        ("rate_set", {"currency": "EUR", "rate": "1", "as_of": "2023-02-29T00:00:00Z"}, "is not a time in UTC"),
        ("rate_set", {"currency": "EUR", "rate": "1", "operator": ""}, "operator: missing: a rate is told by somebody"),
    ],
)
def test_wishes_that_cannot_be_read(ask: str, wish: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        command_of({"ask": ask, **WHO, **wish})


# -- the commands ------------------------------------------------------------------------------------------------------


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The commands ask this house instead of a socket."""
    changes = {
        "instrument.currency": "EUR",
        "limits.conversion_rates": [{"currency": "EUR", "rate": "1.1"}],
        "limits.conversion_rate_age_s_max": 60,
    }
    with memory_directory() as directory:
        made = World(directory, "FIX.4.4", changes=changes)

        def answer(config: Path, method: str, path: str, body: Mapping[str, object]) -> object:
            try:
                answered = made.command(command_of({**json.loads(json.dumps(body)), "ask": WISHED[path]}))
            except ValueError as error:
                refuse(str(error))
            assert isinstance(answered, dict)
            if "error" in answered:
                refuse(answered["error"])
            return json.loads(json.dumps(answered))

        monkeypatch.setattr(position_cli, "answer_of", answer)
        yield made
        made.close()


def said(*words: str, code: int = 0) -> str:
    told = RUNNER.invoke(app, list(words))
    assert told.exit_code == code, told.output
    return told.output


def asked(*words: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(said(*words, "--json"))
    return answer


def test_a_file_is_loaded_whole_and_again(world: World, tmp_path: Path) -> None:
    path = tmp_path / "sod.csv"
    path.write_text("account,symbol,qty,price\nA1,BTC-USD,2,40000\nA2,SIM-USD,-5,\n")
    assert said("position", "load", str(path), *BY) == "start of 20231115: 2 told\n"
    assert said("position", "load", str(path), *BY, "--day", "20231115") == (
        "start of 20231115: 0 told, 2 stood so already\n"
    )
    told = asked("position", "list")
    assert [(held["account"], held["qty"]) for held in told["positions"]] == [("A1", "2"), ("A2", "-5")]
    start = told["positions"][1]["start_of_day"]
    assert (start["told_by"], start["told_from"], start["price"], start["is_reference_price"]) == (
        "ann", "sod.csv", "100", True,
    )  # fmt: skip
    assert "20231114" in said("position", "load", str(path), *BY, "--day", "20231114", code=78)
    path.write_text("account,symbol,qty,price\nA1,BTC-USD,3,40000\nA2,NONE,x,\n")
    assert said("position", "load", str(path), *BY, code=78) == (
        "fixgate: line 3: qty: 'x' is no number such as -12.5, of at most 15 and 12 digits\n"
    )
    path.write_text("account,symbol,qty,price\nA1,BTC-USD,3,40000\nA2,NONE,1,\n")
    assert said("position", "load", str(path), *BY, code=78) == (
        "fixgate: line 3: symbol: 'NONE': not one of BTC-USD, SIM-USD; "
        "line 3: price: missing: NONE has no reference price of the last 60000 ms to take instead\n"
    )
    assert asked("position", "list", "--account", "A1")["positions"][0]["qty"] == "2"
    assert "No such file" in said("position", "load", str(tmp_path / "none.csv"), *BY, code=78)
    path.write_text("account\n")
    assert "column 'symbol': is missing" in said("position", "load", str(path), *BY, code=78)


def test_what_is_held_and_earned(world: World) -> None:
    assert said("position", "list") == "0 positions\n"
    assert said("position", "show", "A1") == "no positions\n"
    said("position", "set", "A1", "BTC-USD", "-2", "--price", "51000", *BY)
    said("position", "set", "A1", "SIM-USD", "10", "--venue", "SIM", "--price", "90", *BY)
    world.wait(1)
    listed = said("position", "list")
    assert listed.splitlines() == [
        f"{'A1':12} BTC-USD {'-2 @ 51000':>27}: realised 0, unrealised 2000 at 50000, 1.0 s old EUR, fees none",
        f"{'A1':12} SIM-USD {'10 @ 90 at SIM':>31}: realised 0, unrealised 100 at 100, 0.0 s old USD, fees none",
        "2 positions",
        "A1: realised 0 (today 0), unrealised 2300, fees 0, net 2300 USD",
    ]
    assert said("position", "show", "A1", "BTC-USD").splitlines() == [
        "A1 BTC-USD: -2",
        "  average price: 51000 EUR, multiplier 1",
        "  realised: 0 EUR, today 0",
        "  unrealised: 2000 at 50000, 1.0 s old EUR",
        "  start of day: -2 @ 51000, told by ann: back office; the day before left 0",
        "  today: 0 bought for 0, 0 sold for 0",
        "  rate: 1.1, 1.0 s old",
        "A1: realised 0 (today 0), unrealised 2200, fees 0, net 2200 USD",
    ]
    assert said("position", "list", "--limit", "1").splitlines()[1] == "2 positions, 1 shown"
    world.wait(60)
    stale = asked("position", "show", "A1")
    assert stale["accounts"]["A1"]["missing"] == ["EUR: the conversion rate is 61 s old, at most 60"]
    assert stale["accounts"]["A1"]["unrealised"] == "100"
    assert stale["positions"][0]["rate"] is None
    assert "NOT in it: EUR: the conversion rate is 61 s old, at most 60" in said("position", "list")
    assert "rate: EUR: the conversion rate is 61 s old" in said("position", "show", "A1")


def test_rates(world: World) -> None:
    assert said("rate", "list") == "1 EUR = 1.1 USD, 0.0 s old, from configuration\n"
    world.wait(61)
    assert said("rate", "list") == "1 EUR = 1.1 USD, 61.0 s old, STALE, from configuration\n"
    assert said("rate", "set", "EUR", "1.2", *BY) == "1 EUR = 1.2 USD, 0.0 s old, from ann\n"
    told = asked("rate", "set", "EUR", "1.3", *BY, "--as-of", "2023-11-15T12:00:00Z")
    assert told == {
        "changed": True, "base_currency": "USD", "age_max_ms": 60_000,
        "rates": [{
            "currency": "EUR", "rate": "1.3", "as_of": "2023-11-15T12:00:00Z", "age_ms": 61_000, "is_stale": True,
            "from": "ann", "symbol": "",
        }],
    }  # fmt: skip
    assert "'JPY': not one of EUR" in said("rate", "set", "JPY", "1", *BY, code=78)
    assert "'x' is no number" in said("rate", "set", "EUR", "x", *BY, code=78)
