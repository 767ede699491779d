"""The two QuickFIX parties against each other: the suite's own tools work, and QuickFIX accepts our dictionaries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.party import Party
from tests.interop.quickfix_settings import write_settings
from tests.ports import free_port

Pair = tuple[Party, Party]


@pytest.fixture(params=["FIX.4.4", "FIXT.1.1"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    port = free_port()
    exchange = Party("quickfix_exchange", write_settings(tmp_path, "acceptor", request.param, "XCHG", "DESK", port))
    client = Party("quickfix_client", write_settings(tmp_path, "initiator", request.param, "DESK", "XCHG", port))
    exchange.start()
    client.start()
    try:
        client.expect_logon()
        yield client, exchange
    finally:
        client.kill()
        exchange.kill()


def test_order_replace_fill_and_cancel(pair: Pair) -> None:
    client, exchange = pair
    client.send("35=D|11=A1|55=BTC-USD|54=1|38=3|40=2|44=50000|59=0")
    client.expect("35=8|11=A1|150=0|39=0|14=0|151=3")
    client.send("35=G|11=A2|41=A1|55=BTC-USD|54=1|38=4|40=2|44=50001")
    client.expect("35=8|11=A2|41=A1|150=5|39=0|38=4|44=50001|151=4")
    exchange.command("fill", cl_ord_id="A2", last_qty="1", last_px="50001")
    client.expect("35=8|11=A2|150=F|39=1|32=1|31=50001|14=1|151=3|6=50001")
    client.send("35=F|11=A3|41=A2|55=BTC-USD|54=1|38=4")
    client.expect("35=8|11=A3|41=A2|150=4|39=4|14=1|151=0")
    client.send("35=F|11=A4|41=A3|55=BTC-USD|54=1|38=4")
    client.expect("35=9|11=A4|41=A3|434=1|102=0")
    client.send("35=H|11=A3|55=BTC-USD|54=1")
    client.expect("35=8|150=I|39=4")


def test_messages_of_a_dead_client_are_resent(pair: Pair) -> None:
    client, exchange = pair
    client.send("35=D|11=B1|55=BTC-USD|54=1|38=3|40=2|44=50000|59=0")
    client.expect("35=8|11=B1|150=0")
    client.kill()
    exchange.expect_logon()
    exchange.expect_logout()
    exchange.command("fill", cl_ord_id="B1", last_qty="3", last_px="50000")
    exchange.expect_done("fill")
    client.start()
    client.expect_logon()
    client.expect("35=8|11=B1|150=F|39=2|43=Y")


def test_a_wrong_expectation_fails(pair: Pair) -> None:
    client, _ = pair
    client.send("35=D|11=C1|55=BTC-USD|54=1|38=3|40=2|44=50000|59=0")
    with pytest.raises(AssertionError, match=r"expected 39=2 in 8=FIX"):
        client.expect("35=8|39=2")
