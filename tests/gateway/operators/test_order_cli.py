"""`fixgate order`, against a process: what an operator types, and what he reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from tests.gateway.live_gateway import LiveGateway

SESSIONS = [{"name": "A", "begin_string": "FIX.4.4", "target_comp_id": "ALICE"}]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[LiveGateway]:
    made = LiveGateway(tmp_path, [{}], [dict(session) for session in SESSIONS])
    made.config["instruments"] = [{"symbol": "SIM", "venue": "SIM", "reference_price": "100"}]
    made.config["limits"] = {"reference_price_age_ms_max": 86_400_000}
    with made:
        yield made


def test_a_day_of_an_operator(gateway: LiveGateway) -> None:
    config = ["--config", str(gateway.path)]

    def order(*words: str, given: str = "") -> str:
        return CliRunner().invoke(app, ["order", *words, *config], input=given).output

    why = ["--reason", "by telephone", "--operator", "ann"]
    assert order("list") == "0 open orders\n"

    # an order by telephone; whoever hesitates has done nothing
    hesitant = order("enter", "A", "buy", "10", "SIM", "--px", "98.99", *why, given="n\n")
    assert "A: buy 10 SIM at 98.99, DAY. Is that what the client said? [y/N]" in hesitant
    assert "fixgate: nothing was done" in hesitant
    assert "Aborted" in order("enter", "A", "buy", "10", "SIM", *why)  # nobody is there to answer
    assert order("list") == "0 open orders\n"
    told = order("enter", "A", "buy", "10", "SIM", "--px", "98.99", "--yes", *why)
    assert told.startswith("done: OrderReceived, OrderRouted, OperatorIntervened\n")
    (order_id,) = re.findall(r"^([A-Z]{6}-\d+) ", told, re.MULTILINE)
    assert "PENDING_NEW      BUY  SIM        10 at 98.99, 0 done, 10 open, at SIM" in told
    assert "entered by ann" in told
    assert "waits for: the answer to: new order" in told

    # the venue is silent: what was found out there
    told = order("resolve", order_id, "--as", "filled", "--qty", "4", "--px", "98.99", "--yes", *why)
    assert told.startswith("done: OrderResolved, OrderFilled\n")
    assert f"execution {order_id.split('-')[0]}-" in told and "4 at 98.99" in told
    again = order("resolve", order_id, "--as", "filled", "--qty", "4", "--px", "98.99", "--yes", *why)
    assert again.startswith("fixgate: ") and "is booked already" in again
    (exec_id,) = re.findall(r"execution (\S+), the venue's", told)
    told = order("correct", order_id, exec_id, "--qty", "5", "--px", "98", "--yes", *why)
    assert "5 at 98" in told and "PARTIALLY_FILLED" in told
    told = order("bust", order_id, exec_id, "--yes", *why)
    assert "taken back" in told and "0 done, 10 open" in told
    told = order("restate", order_id, "--why", "verbal_change", "--qty", "12", "--yes", *why)
    assert "12 at 98.99, 0 done, 12 open" in told
    assert "marks: SUSPENDED" in order("suspend", order_id, *why)
    assert "marks" not in order("reinstate", order_id, *why)
    assert "marks: DONE_FOR_DAY" in order("done", order_id, *why)
    assert "is an order of ours" in order("claim", order_id, "--account", "X", *why)
    assert "CANCELED" in order("cancel", order_id, "--yes", *why)
    assert "there is nothing to cancel" in order("cancel", order_id, "--yes", *why)

    # what is finished is still shown; what never was is not
    assert "cancel OPERATOR, sent" in order("show", order_id)
    assert "is neither an OrderID(37) of this gateway nor" in order("show", "A/X")
    assert order("list", "--external") == "0 external orders\n"
    assert "outcome: 'gone' is not one of" in order("resolve", order_id, "--as", "gone", "--yes", *why)
    gateway.stop()
    log = gateway.ask("log", str(gateway.directory / "journal"))
    assert log.count("ann") >= 12 and log.count("by telephone") >= 12
    assert "no gateway answers" in order("list")
