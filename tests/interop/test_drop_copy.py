"""A stock QuickFIX client listens: it takes every copy by its own dictionary, and finds what it missed by resend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.configurations import CLIENTS, LISTENERS, SIMULATED
from tests.interop.party import Fields
from tests.interop.quickfix_settings import STOCK
from tests.interop.trader import BUY, Trader
from tests.interop.venue_house import VenueHouse

SAME = (11, 14, 17, 31, 32, 37, 38, 39, 54, 55, 151)
"""What a copy has in common with the report of the client, in any two versions."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[VenueHouse]:
    one = VenueHouse(tmp_path)
    try:
        one.start()
        yield one
    finally:
        one.kill()


@pytest.fixture
def trader(house: VenueHouse, tmp_path: Path) -> Iterator[Trader]:
    with Trader(tmp_path, "FIX.4.4", CLIENTS["FIX.4.4"], "FIXGATE", house.gateway.port).at_work() as one:
        yield one


@pytest.fixture(params=LISTENERS)
def listener(request: pytest.FixtureRequest, house: VenueHouse, tmp_path: Path) -> Iterator[Trader]:
    """By the dictionary that QuickFIX was published with."""
    with Trader(
        tmp_path, request.param, LISTENERS[request.param], "FIXGATE", house.gateway.port, STOCK
    ).at_work() as one:
        yield one


def buy(trader: Trader, cl_ord_id: str) -> list[Fields]:
    """What the client hears of an order that is filled at once."""
    trader.new(cl_ord_id, SIMULATED, BUY, 2, "50000")
    return [trader.expect_new(cl_ord_id, 2), trader.expect_fill(cl_ord_id, 2, "50000", 2, 0)]


def expect_copies(listener: Trader, reports: list[Fields]) -> list[Fields]:
    copies = [listener.next_message("a copy") for _ in reports]
    for report, copy in zip(reports, copies, strict=True):
        assert copy[35] == "8"
        assert copy[115] == CLIENTS["FIX.4.4"]
        assert [copy.get(tag) for tag in SAME] == [report.get(tag) for tag in SAME]
        assert (copy.get(109), copy.get(797)) == ((copy[115], None) if listener.is_fix42 else (None, "Y"))
        assert len(copy[60].partition(".")[2]) == 6, "TransactTime(60) has microseconds"
    return copies


def test_each_report_is_heard_once_whoever_dies(house: VenueHouse, trader: Trader, listener: Trader) -> None:
    expect_copies(listener, buy(trader, "L1"))
    listener.kill()
    missed = buy(trader, "L2")
    house.gateway.kill()
    trader.expect_logout()
    house.gateway.start()
    trader.expect_logon()
    listener.start()
    listener.expect_logon()
    assert all(copy[43] == "Y" for copy in expect_copies(listener, missed))
    (copy, _) = expect_copies(listener, buy(trader, "L3"))
    assert 43 not in copy


def test_who_listens_may_not_trade(trader: Trader, listener: Trader) -> None:
    listener.new("N1", SIMULATED, BUY, 2, "50000")
    listener.expect(f"35=j|372=D|380={'0' if listener.is_fix42 else '6'}")  # 4.2 has no word for it
    expect_copies(listener, buy(trader, "N2"))
