"""Post only, icebergs, stop orders, expiry and halts at the exchange, in each dialect."""

from __future__ import annotations

import pytest

from fixspec.numbers import format_utc_timestamp
from gateway.instant import NS_PER_S
from oms.commands import SetSymbolStatus
from oms.types import SymbolStatus
from tests.gateway.exchange.floor_in_memory import START_NS, Told, Venue, shown

SEEN = ("to", "11", "150", "39", "14", "151", "32", "31")


@pytest.fixture(params=["A42", "A44", "A50"])
def session(request: pytest.FixtureRequest) -> str:
    assert isinstance(request.param, str)
    return request.param


@pytest.fixture
def venue() -> Venue:
    return Venue()


def stop(
    venue: Venue, session: str, cl_ord_id: str, side: str, qty: str, stop_px: str, price: str | None = None
) -> list[Told]:
    terms = f"40=3|99={stop_px}" if price is None else f"40=4|44={price}|99={stop_px}"
    return venue.tell(session, f"35=D|11={cl_ord_id}|21=1|55=BTC-USD|54={side}|60=20260101-00:00:00|38={qty}|{terms}")


def trade(venue: Venue, price: str) -> None:
    """Somebody trades at that price."""
    number = venue.turn.seq
    venue.order("B44", f"t{number}", "2", "0.0001", price)
    venue.order("B44", f"u{number}", "1", "0.0001", price)


def halt(venue: Venue, status: SymbolStatus) -> list[Told]:
    venue.turn.seq += 1
    venue.exchange.command(SetSymbolStatus("BTC-USD", status, "op", "why"), venue.turn)
    return venue.heard()


# -- post only ---------------------------------------------------------------------------------------------------------


def test_post_only_rests_or_is_canceled(venue: Venue, session: str) -> None:
    venue.order("B44", "b1", "2", "1", "50000")
    new, canceled = venue.order(session, "a1", "1", "1", "50000", "18=6")
    assert shown([new, canceled], "150", "39", "14", "151") == [("0", "0", "0", "1"), ("4", "4", "0", "0")]
    assert canceled["58"].startswith("participate, do not initiate")
    assert shown(venue.order(session, "a2", "1", "1", "49999.99", "18=6"), "150", "39", "151") == [("0", "0", "1")]
    assert shown(venue.replace(session, "a3", "a2", "1", "50000", "54=1|18=6"), "150", "39") == [("5", "0"), ("4", "4")]


def test_post_only_is_for_orders_that_can_rest(venue: Venue) -> None:
    (refused,) = venue.order("A44", "a1", "1", "1", None, "18=6")
    assert (refused["150"], refused["103"]) == ("8", "11")
    (refused,) = venue.order("A44", "a2", "1", "1", "50000", "18=6|59=3")
    assert refused["103"] == "11"
    (refused,) = venue.order("A44", "a3", "1", "1", "50000", "18=G")
    assert refused["58"] == "unsupported ExecInst(18): G"


# -- icebergs ----------------------------------------------------------------------------------------------------------


def test_an_iceberg_shows_a_part_and_loses_its_turn_with_each(venue: Venue, session: str) -> None:
    tag = "1138" if session == "A50" else "111"
    venue.order(session, "ice", "2", "5", "50000", f"{tag}=2")
    venue.order("B44", "b1", "2", "1", "50000")
    (book,) = venue.exchange._floor.books[b"BTC-USD"].offers()
    assert (book.quantity, book.orders) == (3, 2)
    told = venue.order("B44", "c1", "1", "4", "50000")
    traded = [(report["to"], report["11"], report["32"], report["14"], report["151"]) for report in told[1:]]
    assert [row for row in traded if row[1] != "c1"] == [
        (session, "ice", "2", "2", "3"),
        ("B44", "b1", "1", "1", "0"),
        (session, "ice", "1", "3", "2"),
    ]
    (book,) = venue.exchange._floor.books[b"BTC-USD"].offers()
    assert book.quantity == 1


def test_an_iceberg_counts_whole_for_fill_or_kill(venue: Venue) -> None:
    venue.order("A44", "ice", "2", "5", "50000", "111=1")
    told = venue.order("B44", "b1", "1", "5", "50000", "59=4")
    assert told[-1]["39"] == "2" and len(told) == 11
    assert told[-2]["39"] == "2"


def test_a_displayed_quantity_is_a_part_of_the_order(venue: Venue) -> None:
    for cl_ord_id, more in (("a1", "111=2"), ("a2", "111=0"), ("a3", "111=0.00001"), ("a4", "111=1|59=3")):
        (refused,) = venue.order("A44", cl_ord_id, "1", "1", "50000", more)
        assert (refused["150"], refused["103"]) == ("8", "13")


# -- stop orders -------------------------------------------------------------------------------------------------------


def test_a_stop_order_waits_for_a_trade_at_its_price(venue: Venue, session: str) -> None:
    triggered = {"A42": "D", "A44": "D", "A50": "L"}[session]
    assert shown(stop(venue, session, "s1", "1", "1", "50100"), "150", "39", "99", "151") == [("0", "0", "50100", "1")]
    trade(venue, "50099.99")
    venue.order("B44", "b1", "2", "1", "50150")
    venue.order("B44", "y1", "2", "1", "50100")
    told = venue.order("B44", "y2", "1", "1", "50100")
    mine = [report for report in told if report["11"] == "s1"]
    assert shown(mine, "150", "39", "151") == [
        (triggered, "0", "1"),
        ({"A42": "2"}.get(session, "F"), "2", "0"),
    ]
    assert mine[1]["31"] == "50150"
    twin = venue.restarted()
    ask = "35=H|11=s1|55=BTC-USD|54=1"
    assert venue.tell(session, ask) == twin.tell(session, ask)


def test_one_stop_order_triggers_another(venue: Venue) -> None:
    venue.order("B44", "b1", "1", "1", "49900")
    venue.order("B44", "b2", "1", "1", "49800")
    venue.order("B44", "b3", "1", "1", "49700")
    stop(venue, "A44", "s1", "2", "1", "49900")
    stop(venue, "A44", "s2", "2", "1", "49800")
    stop(venue, "A44", "s3", "2", "1", "49000")
    told = venue.order("B44", "c1", "2", "1", "49900")
    assert [report["11"] for report in told if report["150"] == "D"] == ["s1", "s2"]
    assert [report["31"] for report in told if report["11"].startswith("s") and "31" in report] == ["49800", "49700"]


def test_a_stop_price_that_was_traded_comes_in_at_once(venue: Venue) -> None:
    trade(venue, "50000")
    assert shown(stop(venue, "A44", "s1", "1", "1", "50000", "50000"), "150", "39") == [("0", "0")]
    (resting,) = venue.exchange._floor.books[b"BTC-USD"].bids()
    assert resting.quantity == 1


def test_a_waiting_stop_order_is_canceled_and_replaced(venue: Venue) -> None:
    trade(venue, "50000")
    stop(venue, "A44", "s1", "1", "1", "50100")
    text = "35=G|11=s2|41=s1|21=1|55=BTC-USD|54=1|60=20260101-00:00:00|38=2|40=3|99=50200"
    assert shown(venue.tell("A44", text), "150", "39", "38", "151", "99") == [("5", "0", "2", "2", "50200")]
    trade(venue, "50100")
    assert shown(venue.cancel("A44", "s3", "s2"), "150", "39", "151") == [("4", "4", "0")]
    stop(venue, "A44", "s4", "2", "1", "50000", "49990")
    text = "35=G|11=s5|41=s4|21=1|55=BTC-USD|54=2|60=20260101-00:00:00|38=1|40=2|44=50500"
    assert shown(venue.tell("A44", text), "150", "39", "40", "99") == [("5", "0", "2", None)]
    (resting,) = venue.exchange._floor.books[b"BTC-USD"].offers()
    assert (resting.price, resting.quantity) == (50500, 1)


# -- expiry ------------------------------------------------------------------------------------------------------------


def in_seconds(seconds: int) -> str:
    return format_utc_timestamp(START_NS + seconds * NS_PER_S).decode()


def test_good_till_date_ends_at_its_time(venue: Venue, session: str) -> None:
    venue.order(session, "a1", "1", "1", "50000", f"59=6|126={in_seconds(10)}")
    venue.order(session, "a2", "1", "1", "50000", f"59=6|126={in_seconds(20)}")
    venue.cancel(session, "a3", "a2")
    assert venue.wait(9.9) == []
    assert shown(venue.wait(0.1), "to", "11", "150", "39", "151") == [(session, "a1", "C", "C", "0")]
    assert venue.wait(60) == []
    assert venue.exchange.deadline() is None
    (refused,) = venue.order(session, "a4", "1", "1", "50000", f"59=6|126={in_seconds(1)}")
    assert (refused["150"], refused["103"]) == ("8", "4")


def test_what_expired_while_it_was_down_expires_at_the_start(venue: Venue) -> None:
    venue.order("A44", "a1", "1", "1", "50000", f"59=6|126={in_seconds(10)}")
    twin = venue.restarted()
    twin.wait(0)
    twin.turn.now = type(twin.turn.now)(START_NS + 20 * NS_PER_S, 0)
    twin.exchange.started(twin.turn)
    assert shown(twin.heard(), "11", "150") == [("a1", "C")]


# -- halts -------------------------------------------------------------------------------------------------------------


def test_a_halt_is_told_to_everybody_and_only_cancels_are_taken(venue: Venue) -> None:
    venue.order("A44", "a1", "1", "1", "50000")
    told = halt(venue, SymbolStatus.HALTED)
    assert shown(told, "to", "35", "55", "326") == [
        (session, "f", "BTC-USD", "2") for session in ("A42", "A44", "B44", "A50")
    ]
    assert halt(venue, SymbolStatus.HALTED) == []
    (refused,) = venue.order("B44", "b1", "2", "1", "50000")
    assert (refused["150"], refused["103"]) == ("8", "2")
    (refused,) = venue.replace("A44", "a2", "a1", "2", "50000")
    assert refused["35"] == "9"
    assert venue.restarted().order("B44", "b2", "2", "1", "50000")[0]["103"] == "2"
    assert shown(venue.cancel("A44", "a3", "a1"), "150") == [("4",)]
    assert shown(halt(venue, SymbolStatus.TRADING), "326") == [("3",)] * 4
    assert shown(venue.order("B44", "b3", "2", "1", "50000"), "150") == [("0",)]
