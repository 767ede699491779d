"""The house stands on both sides, comes back after each trade, and is rebuilt from the log."""

from __future__ import annotations

from dataclasses import replace

from gateway.exchange.house import SESSION, HouseQuote
from tests.gateway.exchange.floor_in_memory import SETTINGS, Venue

QUOTED = replace(SETTINGS, house={b"BTC-USD": HouseQuote(b"49990", b"50000", b"10")})


def open_venue() -> Venue:
    venue = Venue(QUOTED)
    venue.exchange.started(venue.turn)
    return venue


def test_a_first_order_at_the_offer_is_filled() -> None:
    venue = open_venue()
    new, trade = venue.order("A44", "A", "1", "1.5", "50000")
    assert (new["150"], trade["150"], trade["39"], trade["31"], trade["32"]) == ("0", "F", "2", "50000", "1.5")


def test_the_house_hears_nothing_and_asks_for_nothing() -> None:
    venue = open_venue()
    assert {told["to"] for told in venue.order("A44", "A", "2", "3", "49990")} == {"A44"}


def test_an_empty_quote_is_put_up_again() -> None:
    venue = open_venue()
    venue.order("A44", "A", "1", "10", "50000")
    assert venue.order("A44", "B", "1", "10", "50000")[-1]["39"] == "2"


def test_a_restart_finds_its_quotes_standing() -> None:
    venue = open_venue()
    venue.order("A44", "A", "1", "4", "50000")
    twin = venue.restarted(QUOTED)
    before = len(twin.turn.log)
    twin.exchange.started(twin.turn)
    assert len(twin.turn.log) == before
    *_, last = twin.order("A44", "B", "1", "10", "50000")
    assert (last["14"], last["151"], last["39"]) == ("10", "0", "2"), "the old quote's 6, and 4 of the new one"


def test_no_session_can_be_called_like_the_house() -> None:
    assert " " in SESSION  # a session's name in YAML has none
