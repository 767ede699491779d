"""The gateway as client of a foreign exchange: a stock QuickFIX acceptor takes its orders and answers them.

What a client of the gateway hears must follow from what the exchange said, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.configurations import CLIENTS, LISTED
from tests.interop.trader import BUY, SELL, Trader
from tests.interop.venue_house import VenueHouse


@pytest.fixture(scope="module", params=["FIX.4.2", "FIX.4.4"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VenueHouse]:
    """One gateway and its QuickFIX exchange for all tests of a version."""
    one = VenueHouse(tmp_path_factory.mktemp("venue"), request.param)
    try:
        one.start()
        yield one
        one.exchange.assert_content()
    finally:
        one.kill()


@pytest.fixture
def trader(house: VenueHouse, tmp_path: Path) -> Iterator[Trader]:
    one = Trader(tmp_path, "FIX.4.4", CLIENTS["FIX.4.4"], "FIXGATE", house.gateway.port)
    one.reset_on_logon()
    with one.at_work():
        yield one


def test_new_replace_partial_fill_and_cancel(house: VenueHouse, trader: Trader) -> None:
    exchange = house.exchange
    trader.new("A1", LISTED, BUY, 4, "49000")
    order = exchange.expect(f"35=D|55={LISTED}|54=1|38=4|40=2|44=49000|59=0")
    trader.expect_new("A1", 4)
    trader.replace("A2", "A1", LISTED, BUY, 5, "49001")
    replace = exchange.expect(f"35=G|41={order[11]}|55={LISTED}|54=1|38=5|40=2|44=49001")
    trader.expect_pending_replace("A2", "A1")
    trader.expect_replaced("A2", "A1", 5, "49001")
    exchange.command("fill", cl_ord_id=replace[11], last_qty="2", last_px="49000.5")
    trader.expect_fill("A2", 2, "49000.5", 2, 3)
    trader.cancel("A3", "A2", LISTED, BUY, 5)
    cancel = exchange.expect(f"35=F|41={replace[11]}|55={LISTED}|54=1")
    trader.expect_pending_cancel("A3", "A2")
    trader.expect_canceled("A3", "A2", 2)
    assert len({order[11], replace[11], cancel[11]}) == 3


def test_two_fills_of_one_order(house: VenueHouse, trader: Trader) -> None:
    trader.new("B1", LISTED, SELL, 3, "51000")
    order = house.exchange.expect(f"35=D|55={LISTED}|54=2|38=3|44=51000")
    trader.expect_new("B1", 3)
    house.exchange.command("fill", cl_ord_id=order[11], last_qty="1", last_px="51000")
    house.exchange.command("fill", cl_ord_id=order[11], last_qty="2", last_px="51003")
    first = trader.expect_fill("B1", 1, "51000", 1, 2)
    second = trader.expect_fill("B1", 2, "51003", 3, 0)
    assert second[6] == "51002"
    assert first[17] != second[17]


def test_an_order_that_the_exchange_rejects(house: VenueHouse, trader: Trader) -> None:
    with house.refusing():
        trader.new("C1", LISTED, BUY, 1, "49000")
        house.exchange.expect("35=D")
        rejected = trader.expect_report("8", "8", "11=C1|14=0|151=0")
    assert "closed for the day" in rejected[58]


def test_a_cancel_that_comes_too_late_leaves_the_order_as_it_is(house: VenueHouse, trader: Trader) -> None:
    trader.new("D1", LISTED, BUY, 2, "49000")
    house.exchange.expect("35=D")
    trader.expect_new("D1", 2)
    with house.refusing():
        trader.cancel("D2", "D1", LISTED, BUY, 2)
        house.exchange.expect("35=F")
        trader.expect_pending_cancel("D2", "D1")
        trader.expect("35=9|11=D2|41=D1|434=1|39=0")
    trader.ask("D1", LISTED, BUY)
    trader.expect_status("D1", "0")


def test_a_replace_that_is_refused_leaves_the_order_as_it_is(house: VenueHouse, trader: Trader) -> None:
    trader.new("E1", LISTED, BUY, 2, "49000")
    house.exchange.expect("35=D")
    trader.expect_new("E1", 2)
    with house.refusing():
        trader.replace("E2", "E1", LISTED, BUY, 3, "49002")
        house.exchange.expect("35=G")
        trader.expect_pending_replace("E2", "E1")
        trader.expect("35=9|11=E2|41=E1|434=2|39=0")
    trader.ask("E1", LISTED, BUY)
    status = trader.expect_status("E1", "0")
    assert status[38] == "2"


def test_a_fill_that_crosses_a_cancel_is_reported(house: VenueHouse, trader: Trader) -> None:
    trader.new("F1", LISTED, BUY, 2, "49000")
    order = house.exchange.expect("35=D")
    trader.expect_new("F1", 2)
    with house.holding():
        trader.cancel("F2", "F1", LISTED, BUY, 2)
        house.exchange.expect("35=F")
        trader.expect_pending_cancel("F2", "F1")
        house.exchange.command("fill", cl_ord_id=order[11], last_qty="1", last_px="49000")
        trader.expect("35=8|150=F|39=6|32=1|31=49000|14=1|151=1")
    trader.expect_canceled("F2", "F1", 1)
