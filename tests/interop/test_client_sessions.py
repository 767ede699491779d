"""A stock QuickFIX client of each version trades through a running gateway: new, cancel, replace, to a fill.

Each case is played on both venues: the simulated one inside the gateway, and the bundled exchange behind FIX, where
another QuickFIX client is the counterparty. QuickFIX validates each report by our dictionary, and in some cases
once more by the one that it was published with, which takes it seconds to read.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.configurations import CLIENTS, LISTED, SIMULATED, write_exchange, write_gateway
from tests.interop.fixgate_process import Fixgate
from tests.interop.quickfix_settings import OWN, STOCK
from tests.interop.trader import BUY, SELL, Trader
from tests.ports import free_port

_numbers = itertools.count(1)


def ids(letter: str, count: int) -> list[str]:
    """ClOrdIDs that no other test of this house uses."""
    return [f"{letter}{next(_numbers)}" for _ in range(count)]


class House:
    """The gateway, its exchange, and the traders of a test. One house serves all tests of this file."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        gateway_port, exchange_port = free_port(), free_port()
        self.exchange = Fixgate("exchange", write_exchange(directory, exchange_port), exchange_port)
        self.gateway = Fixgate("run", write_gateway(directory, gateway_port, exchange_port), gateway_port)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    one = House(tmp_path_factory.mktemp("house"))
    one.exchange.start()
    one.gateway.start()
    try:
        one.gateway.wait_for_session("EXCHANGE")
        yield one
        one.gateway.stop()
        one.exchange.stop()
    finally:
        one.gateway.kill()
        one.exchange.kill()


@pytest.fixture
def dictionaries(request: pytest.FixtureRequest) -> Path:
    path: Path = getattr(request, "param", OWN)
    return path


by_both_dictionaries = pytest.mark.parametrize(
    "dictionaries", [pytest.param(OWN, id="own"), pytest.param(STOCK, id="stock")], indirect=True
)


@pytest.fixture(params=CLIENTS)
def trader(request: pytest.FixtureRequest, house: House, dictionaries: Path, tmp_path: Path) -> Iterator[Trader]:
    """Logged on, with both sequence numbers at 1: its store is new, the gateway's is not."""
    one = Trader(tmp_path, request.param, CLIENTS[request.param], "FIXGATE", house.gateway.port, dictionaries)
    one.reset_on_logon()
    with one.at_work():
        yield one


@pytest.fixture
def member(house: House, tmp_path: Path) -> Iterator[Trader]:
    """A QuickFIX client of the exchange itself, to trade against."""
    one = Trader(tmp_path, "FIX.4.4", "MEMBER", "EXCHANGE", house.exchange.port)
    one.reset_on_logon()
    with one.at_work():
        yield one


@by_both_dictionaries
@pytest.mark.parametrize("symbol", [SIMULATED, LISTED])
def test_new_replace_and_cancel(trader: Trader, symbol: str) -> None:
    first, second, third = ids("R", 3)
    trader.new(first, symbol, BUY, 2, "49000")
    new = trader.expect_new(first, 2)
    trader.replace(second, first, symbol, BUY, 3, "49001")
    trader.expect_pending_replace(second, first)
    replaced = trader.expect_replaced(second, first, 3, "49001")
    trader.ask(second, symbol, BUY)
    trader.expect_status(second, "0")
    trader.cancel(third, second, symbol, BUY, 3)
    trader.expect_pending_cancel(third, second)
    canceled = trader.expect_canceled(third, second, 0)
    assert new[37] == replaced[37] == canceled[37]
    assert len({new[17], replaced[17], canceled[17]}) == 3


def test_replace_to_a_fill_on_the_simulated_venue(trader: Trader) -> None:
    first, second = ids("F", 2)
    trader.new(first, SIMULATED, BUY, 4, "49000")
    trader.expect_new(first, 4)
    trader.replace(second, first, SIMULATED, BUY, 4, "50000")
    trader.expect_pending_replace(second, first)
    trader.expect_replaced(second, first, 4, "50000")
    trader.expect_fill(second, 4, "50000", 4, 0)


@by_both_dictionaries
def test_partial_fill_and_fill_against_a_member_of_the_exchange(trader: Trader, member: Trader) -> None:
    first, second = ids("X", 2)
    other = ids("M", 2)
    trader.new(first, LISTED, BUY, 3, "49500")
    trader.expect_new(first, 3)
    member.new(other[0], LISTED, SELL, 1, "49500")
    member.expect_new(other[0], 1)
    member.expect_fill(other[0], 1, "49500", 1, 0)
    trader.expect_fill(first, 1, "49500", 1, 2)
    member.new(other[1], LISTED, SELL, 4, "49510")
    member.expect_new(other[1], 4)
    trader.replace(second, first, LISTED, BUY, 5, "49510")
    trader.expect_pending_replace(second, first)
    trader.expect("35=8|150=5|39=1|38=5|14=1|151=4")
    fill = trader.expect_fill(second, 4, "49510", 5, 0)
    assert fill[6] == "49508"
    member.expect_fill(other[1], 4, "49510", 4, 0)


def test_a_cancel_of_an_unknown_order_is_refused(trader: Trader) -> None:
    (unknown,) = ids("U", 1)
    trader.cancel(unknown, "NEVER", LISTED, BUY, 1)
    trader.expect(f"35=9|11={unknown}|41=NEVER|37=NONE|39=8|434=1|102=1")


def test_an_order_beyond_the_price_band_is_refused_with_its_figures(trader: Trader) -> None:
    (wide,) = ids("B", 1)
    trader.new(wide, SIMULATED, BUY, 1, "60000")
    refused = trader.expect_report("8", "8", f"11={wide}|14=0|151=0")
    assert refused[58].startswith("PRICE_BAND: price=60000 reference=50000 band=10%")


def test_a_cl_ord_id_used_twice_is_refused(trader: Trader) -> None:
    (twice,) = ids("T", 1)
    trader.new(twice, SIMULATED, BUY, 1, "49000")
    trader.expect_new(twice, 1)
    trader.new(twice, SIMULATED, BUY, 1, "49000")
    trader.expect(f"35=8|150=8|11={twice}|103=6")


def test_a_market_order_is_filled_at_once(trader: Trader) -> None:
    (market,) = ids("K", 1)
    hand_inst = "|21=1" if trader.is_fix42 else ""
    trader.send(f"35=D|11={market}|55={SIMULATED}|54={SELL}|38=2|40=1|59=3{hand_inst}")
    trader.expect_new(market, 2)
    trader.expect_fill(market, 2, "50000", 2, 0)
