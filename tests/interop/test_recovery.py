"""Lost connections and killed processes, on both sides: who comes back finds what was missed, once.

QuickFIX decides what a resend is worth: it answers gaps with its stored messages and takes ours with PossDupFlag.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.configurations import CLIENTS, LISTED, SIMULATED
from tests.interop.party import Fields, Party, readable
from tests.interop.quickfix_settings import OWN
from tests.interop.trader import BUY, Trader
from tests.interop.venue_house import VenueHouse

ORDERS = 400


@pytest.fixture
def house(tmp_path: Path) -> Iterator[VenueHouse]:
    one = VenueHouse(tmp_path)
    try:
        one.start()
        yield one
        one.exchange.assert_content()
    finally:
        one.kill()


@pytest.fixture(params=CLIENTS)
def trader(request: pytest.FixtureRequest, house: VenueHouse, tmp_path: Path) -> Iterator[Trader]:
    """Keeps its numbers over its own death."""
    with Trader(tmp_path, request.param, CLIENTS[request.param], "FIXGATE", house.gateway.port, OWN).at_work() as one:
        yield one


def test_a_client_that_was_dead_gets_the_fills_it_missed(house: VenueHouse, trader: Trader) -> None:
    trader.new("A1", LISTED, BUY, 3, "49000")
    order = house.exchange.expect("35=D")
    trader.expect_new("A1", 3)
    trader.kill()
    house.exchange.command("fill", cl_ord_id=order[11], last_qty="1", last_px="49000")
    house.exchange.command("fill", cl_ord_id=order[11], last_qty="2", last_px="49000")
    house.exchange.expect_done("fill")
    house.exchange.expect_done("fill")
    trader.start()
    trader.expect_logon()
    first = trader.expect_fill("A1", 1, "49000", 1, 2)
    second = trader.expect_fill("A1", 2, "49000", 3, 0)
    assert all(message.get(43) == "Y" and 122 in message for message in (first, second)), "resent, and marked so"
    trader.new("A2", LISTED, BUY, 1, "49000")
    trader.expect_new("A2", 1)


def test_a_client_killed_in_the_middle_of_a_burst(house: VenueHouse, trader: Trader) -> None:
    answered = [start_burst(trader, SIMULATED)]
    trader.kill()
    trader.start()
    trader.expect_logon()
    answered += answers_up_to_one_more_order(trader, SIMULATED)
    # What QuickFIX had not written to its store before it died was never sent; the rest is accepted once, in order.
    accepted = [message[11] for message in answered if message[150] == "0"]
    assert accepted == [f"B{number}" for number in range(len(accepted) - 1)] + ["LAST"]


def test_a_gateway_killed_in_the_middle_of_a_burst_takes_each_order_once(house: VenueHouse, trader: Trader) -> None:
    answered = [start_burst(trader, LISTED)]
    house.gateway.kill()
    trader.expect_logout()
    house.gateway.start()
    house.exchange.expect_logon()
    trader.expect_logon()
    answered += answers_up_to_one_more_order(trader, LISTED)
    assert {message[11] for message in answered} == {f"B{number}" for number in range(ORDERS)} | {"LAST"}
    # An order that comes while the venue is still away is refused; nothing else may be.
    refused = [message for message in answered if message[150] == "8"]
    assert all(message[58].startswith("VENUE_") for message in refused)
    assert_orders_at_the_exchange(house.exchange, len(answered) - len(refused))


def test_a_venue_answer_missing_at_restart_is_asked_for_and_not_sent_again(house: VenueHouse, trader: Trader) -> None:
    with house.muted():
        trader.new("Q1", LISTED, BUY, 2, "49000")
        order = house.exchange.expect("35=D")
        house.gateway.kill()
        trader.expect_logout()
    house.gateway.start()
    house.expect_venue_session()
    house.exchange.expect(f"35=H|11={order[11]}|55={LISTED}|54=1")
    trader.expect_logon()
    trader.expect_new("Q1", 2)
    house.exchange.command("fill", cl_ord_id=order[11], last_qty="2", last_px="49000")
    trader.expect_fill("Q1", 2, "49000", 2, 0)
    assert_orders_at_the_exchange(house.exchange, 1)


def test_a_fill_while_the_gateway_is_down_arrives_by_resend(house: VenueHouse, trader: Trader) -> None:
    trader.new("W1", LISTED, BUY, 2, "49000")
    order = house.exchange.expect("35=D")
    trader.expect_new("W1", 2)
    house.gateway.kill()
    house.exchange.expect_logout()
    house.exchange.command("fill", cl_ord_id=order[11], last_qty="2", last_px="49000")
    house.exchange.expect_done("fill")
    house.gateway.start()
    trader.expect_fill("W1", 2, "49000", 2, 0)
    assert_orders_at_the_exchange(house.exchange, 1)


def test_an_exchange_that_dies_and_comes_back_gets_no_order_twice(house: VenueHouse, trader: Trader) -> None:
    trader.new("V1", LISTED, BUY, 2, "49000")
    house.exchange.expect("35=D")
    trader.expect_new("V1", 2)
    house.exchange.kill()
    house.gateway.wait_for_session("EXCHANGE", up=False)
    trader.new("V2", LISTED, BUY, 2, "49000")
    refused = trader.expect_report("8", "8", "11=V2")
    assert refused[58].startswith("VENUE_")
    house.exchange.start()
    house.expect_venue_session()
    trader.new("V3", LISTED, BUY, 2, "49000")
    house.exchange.expect("35=D")
    trader.expect_new("V3", 2)
    assert_orders_at_the_exchange(house.exchange, 2)


def test_a_clean_stop_and_start_goes_on_with_the_numbers(house: VenueHouse, trader: Trader) -> None:
    trader.new("S1", LISTED, BUY, 1, "49000")
    house.exchange.expect("35=D")
    trader.expect_new("S1", 1)
    house.gateway.stop()
    trader.expect_administrative("35=5")
    house.exchange.expect_administrative("35=5")
    house.gateway.start()
    house.expect_venue_session()
    trader.expect_logon()
    trader.cancel("S2", "S1", LISTED, BUY, 1)
    trader.expect_pending_cancel("S2", "S1")
    trader.expect_canceled("S2", "S1", 0)
    # QuickFIX spends numbers on Logons that nobody heard, and is asked for them; of ours none is missing.
    assert_nothing_was_missed(trader)


def test_a_client_that_logs_out_comes_back_without_a_gap(house: VenueHouse, trader: Trader) -> None:
    trader.new("L1", SIMULATED, BUY, 1, "49000")
    trader.expect_new("L1", 1)
    trader.command("logout")
    trader.expect_administrative("35=5")
    trader.stop()
    trader.start()
    trader.expect_logon()
    trader.ask("L1", SIMULATED, BUY)
    trader.expect_status("L1", "0")
    assert_nothing_was_missed(trader)


def start_burst(trader: Trader, symbol: str) -> Fields:
    """Have orders sent without a pause, and return while most of them are still on their way; the first is answered."""
    trader.new("B0", symbol, BUY, 1, "49000")
    answer = trader.next_message()
    for number in range(1, ORDERS):
        trader.new(f"B{number}", symbol, BUY, 1, "49000")
    return answer


def answers_up_to_one_more_order(trader: Trader, symbol: str) -> list[Fields]:
    """Send one order more and take all answers up to its own. None may come twice."""
    trader.new("LAST", symbol, BUY, 1, "49000")
    answers: list[Fields] = []
    while not answers or answers[-1][11] != "LAST":
        answers.append(trader.next_message("the answer to the last order"))
        assert answers[-1][35] == "8"
        assert answers[-1][150] in ("0", "8"), readable(answers[-1])
    cl_ord_ids = [message[11] for message in answers]
    assert len(cl_ord_ids) == len(set(cl_ord_ids)), f"answered twice: {cl_ord_ids}"
    return answers


def assert_nothing_was_missed(trader: Trader) -> None:
    """QuickFIX has seen no gap in the gateway's numbers."""
    trader.drain()
    requests = [readable(message) for message in trader.sent if message[35] == "2"]
    assert not requests, f"asked for {requests}"


def assert_orders_at_the_exchange(exchange: Party, orders: int) -> None:
    """QuickFIX has handed so many orders to the exchange, none of them twice."""
    exchange.drain()
    cl_ord_ids = [message[11] for message in exchange.received if message[35] == "D"]
    assert len(cl_ord_ids) == len(set(cl_ord_ids)) == orders
