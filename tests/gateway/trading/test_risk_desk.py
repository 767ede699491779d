"""`fixgate risk explain`: through the operators' door of the whole house, and its words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from gateway.operators.operator import command_of
from gateway.operators.risk_cli import told
from tests.gateway.live_gateway import LiveGateway
from tests.world import World, memory_directory

DAY_OLD = {"limits.reference_price_age_ms_max": 86_400_000}
TERMS = {"session": "client", "symbol": "BTC-USD", "side": "BUY", "qty": "10", "price": "50000"}


@pytest.fixture
def world() -> Iterator[World]:
    with memory_directory() as directory:
        made = World(directory, changes={**DAY_OLD, "limits.max_order_qty": "100", "client.accounts": ["A1", "A2"]})
        made.log_on(made.client, made.venue)
        yield made
        made.close()


def ask(world: World, wish: dict[str, object]) -> dict[str, Any]:
    before = world.desk.blotter.state_hash()
    answer = cast("dict[str, Any]", world.command(command_of(wish)))
    assert world.desk.blotter.state_hash() == before
    assert not world.venue.unread
    return answer


def terms(world: World, **changes: object) -> dict[str, Any]:
    return ask(world, {"ask": "risk_explain_terms", **TERMS, "account": "A1", **changes})


def test_an_order_that_nobody_has_sent(world: World) -> None:
    answer = terms(world)
    assert answer["passes"] and answer["answer"] == "" and answer["beside_the_gates"] == []
    answer = terms(world, qty="101", price="60000")
    assert not answer["passes"]
    assert answer["answer"] == "ORDER_QTY_LIMIT: order_qty=101 limit=100"
    assert answer["cure"] == "Send at most `limit`, or ask for a higher limit."
    refusing = [row["gate"] for row in answer["now"] if row["verdict"] == "refuses"]
    assert refusing == ["order_limits", "price_band"]
    assert world.desk.blotter.orders == {}


def test_market_and_stop_orders(world: World) -> None:
    assert terms(world, price="")["passes"]
    assert terms(world, price="", stop_px="50100")["passes"]
    assert terms(world, price="50200", stop_px="50100")["passes"]
    assert not terms(world, price="60000", stop_px="50100")["passes"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"session": "nobody"}, "session: 'nobody' is no session of a client that sends orders"),
        ({"session": "dropcopy"}, "session: 'dropcopy' is no session of a client that sends orders"),
        ({"account": "A3"}, "account: 'A3' is not one of those of client: A1, A2"),
    ],
)
def test_who_could_not_send_it(world: World, changes: dict[str, object], why: str) -> None:
    assert terms(world, **changes) == {"error": why}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"qty": ""}, "qty: missing"),
        ({"qty": "NaN"}, "qty: 'NaN' is no number"),
        ({"qty": 10}, "qty: 10 is no number"),
        ({"price": "1e3"}, "price: '1e3' is no number"),
        ({"side": "LEFT"}, "side: 'LEFT' is not one of BUY, SELL"),
        ({"symbol": " "}, "symbol: missing"),
        ({"session": None}, "session: missing"),
        ({"trader": 7}, "trader: 7 is no text"),
        ({"time_in_force": "SOON"}, "time_in_force: 'SOON' is not one of"),
    ],
)
def test_wishes_that_cannot_be_read(changes: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why.replace("(", r"\(")):
        command_of({"ask": "risk_explain_terms", **TERMS, **changes})


def test_an_order_that_was_refused_and_would_pass_now(world: World) -> None:
    world.send(world.client, "35=D|11=A|1=A1|38=10|44=56000")
    world.send(world.venue, "35=W|262=1|55=BTC-USD|268=1|269=2|270=55000")
    order = next(iter(world.desk.blotter.orders.values()))
    answer = ask(world, {"ask": "risk_explain", "order": order.order_id})
    assert answer["recorded"] == ["PRICE_BAND: price=56000 reference=50000 band=10%"]
    assert answer["passes"]
    lines = list(told(answer))
    assert lines[0] == f"{order.order_id} is REJECTED"
    assert "  PRICE_BAND: price=56000 reference=50000 band=10%" in lines
    assert lines[-1] == "passes"


def test_an_order_that_stands(world: World) -> None:
    world.send(world.client, "35=D|11=A|1=A1|38=10")
    world.venue.unread.clear()
    answer = ask(world, {"ask": "risk_explain", "order": "client/A"})
    assert answer["recorded"] == [] and answer["passes"]
    assert "neither an OrderID" in ask(world, {"ask": "risk_explain", "order": "client/B"})["error"]


OVERRIDE = {
    "ask": "risk_override", "session": "client", "cl_ord_id": "", "symbol": "BTC-USD", "side": "BUY", "qty_max": "10",
    "codes": ["PRICE_BAND"], "valid_s": 60, "operator": "ann", "approver": "bob", "reason": "by telephone",
}  # fmt: skip


def grant(world: World, **changes: object) -> dict[str, Any]:
    return cast("dict[str, Any]", world.command(command_of({**OVERRIDE, **changes})))


def test_an_order_passes_by_an_override_once(world: World) -> None:
    assert grant(world) == {"granted": ["PRICE_BAND"], "valid_s": 60, "open": 1}
    world.kill()
    world.log_on(world.venue, world.client)
    world.send(world.client, "35=D|11=A|1=A1|38=10|44=60000")
    world.expect(world.venue, "35=D|38=10|44=60000")
    world.send(world.client, "35=D|11=B|1=A1|38=10|44=60000")
    world.expect(world.client, "35=8|150=8|11=B|58=PRICE_BAND: price=60000 reference=50000 band=10%")


def test_an_override_that_nobody_uses_lapses_by_the_clock(world: World) -> None:
    grant(world)
    world.wait(59.9)
    assert world.desk.blotter.overrides
    world.wait(0.2)
    assert not world.desk.blotter.overrides
    world.send(world.client, "35=D|11=A|1=A1|38=10|44=60000")
    world.expect(world.client, "35=8|150=8|11=A|58=PRICE_BAND: price=60000 reference=50000 band=10%")


def test_an_override_lapses_while_the_gateway_is_down(world: World) -> None:
    grant(world)
    world.pass_down(61)
    world.wait(0.1)
    assert not world.desk.blotter.overrides


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"approver": "Ann"}, "approver: 'Ann' is who asks for it"),
        ({"codes": ["KILL_SWITCH"]}, "codes: KILL_SWITCH: can be overridden"),
        ({"session": "dropcopy"}, "session: 'dropcopy' is no session of a client"),
    ],
)
def test_what_is_not_overridden(world: World, changes: dict[str, object], why: str) -> None:
    assert grant(world, **changes)["error"].startswith(why)
    assert not world.desk.blotter.overrides


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"codes": "PRICE_BAND"}, "codes: 'PRICE_BAND' is no list of codes"),
        ({"valid_s": "60"}, "valid_s: '60' is no number of seconds"),
        ({"qty_max": ""}, "qty_max: missing"),
        ({"approver": ""}, "approver: missing"),
    ],
)
def test_overrides_that_cannot_be_read(changes: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        command_of({**OVERRIDE, **changes})


def test_from_the_command_line(tmp_path: Path) -> None:
    made = LiveGateway(tmp_path, [{}], [{"name": "A", "begin_string": "FIX.4.4", "target_comp_id": "ALICE"}])
    made.config["instruments"] = [{"symbol": "SIM", "venue": "SIM", "reference_price": "100"}]
    made.config["limits"] = {"reference_price_age_ms_max": 86_400_000}
    with made:

        def risk(*words: str) -> str:
            return CliRunner().invoke(app, ["risk", "explain", *words, "--config", str(made.path)]).output

        order = ["--session", "A", "--symbol", "SIM", "--side", "buy", "--qty", "1"]
        text = risk(*order, "--price", "200")
        assert "price_band           refuses" in text and "PRICE_BAND: price=200 reference=100" in text
        assert text.endswith("does not pass\n")
        assert json.loads(risk(*order, "--price", "100", "--json"))["passes"]
        assert "an ORDER, or --session" in risk()
        assert "neither an OrderID" in risk("A/X")

        words = ["--session", "A", "--symbol", "SIM", "--side", "buy", "--qty-max", "1", "--codes", "PRICE_BAND"]
        people = ["--operator", "ann", "--approver", "bob", "--reason", "why", "--config", str(made.path)]
        granted = CliRunner().invoke(app, ["risk", "override", *words, *people]).output
        assert granted == "granted for 60 s: PRICE_BAND; 1 open\n"
