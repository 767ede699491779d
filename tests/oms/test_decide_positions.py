"""Positions and rates that a person tells: what is taken, what is refused and why, and what stands already."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from oms.commands import BeginTradingDay, DefineInstrument
from oms.events import ConversionRateSet, Event, OperatorRefused, StartOfDayPositionSet
from oms.limits import Account
from oms.position_commands import ROWS_MAX, SetConversionRate, SetStartOfDay, StartOfDay
from tests.oms.world import BTC, LIMITS, START_NS, VENUE, World, names

ETH = msgspec.structs.replace(BTC, symbol="ETH-USD")


def row(qty: str = "5", price: str | None = "100", **changes: object) -> StartOfDay:
    told = StartOfDay("ACC", "BTC-USD", "", Decimal(qty), None if price is None else Decimal(price))
    return msgspec.structs.replace(told, **changes)


def tell(world: World, *rows: StartOfDay, day: str = "") -> list[Event]:
    return world.do(SetStartOfDay(rows, day, "positions.csv", "ann", "back office"))


def refusal(events: list[Event]) -> str:
    (refused,) = events
    assert isinstance(refused, OperatorRefused)
    assert (refused.action, refused.operator, refused.reason) == ("position", "ann", "back office")
    return refused.text


def test_a_position_is_told() -> None:
    world = World()
    world.do(BeginTradingDay("20231115"))
    (told,) = tell(world, row("-5.5"), day="20231115")
    assert isinstance(told, StartOfDayPositionSet)
    assert (told.day, told.account, told.symbol, told.venue) == ("20231115", "ACC", "BTC-USD", "")
    assert (told.qty, told.price, told.is_reference) == (Decimal("-5.5"), 100, False)
    assert (told.source, told.operator, told.reason) == ("positions.csv", "ann", "back office")


def test_without_a_price_the_reference_price_is_taken() -> None:
    world = World(price="123")
    (told,) = tell(world, row(price=None))
    assert isinstance(told, StartOfDayPositionSet)
    assert (told.price, told.is_reference) == (123, True)
    assert tell(world, row(price=None)) == []
    world.pass_ms(LIMITS.reference_price_age_ms_max + 1)
    assert refusal(tell(world, row("6", price=None))) == (
        "price: missing: BTC-USD has no reference price of the last 3600000 ms to take instead"
    )


def test_what_stands_so_already_is_no_event() -> None:
    world = World()
    rows = (row(), row(account="OTHER"), row("0", price=None, account="EMPTY"))
    assert len(tell(world, *rows)) == 3
    assert tell(world, *rows) == []
    assert len(tell(world, row("6"), *rows[1:])) == 1
    assert len(tell(world, row("6", "101"))) == 1
    world.do(BeginTradingDay("20231116"))
    assert len(tell(world, row("6", "101"))) == 1, "for each day anew"


def test_all_of_an_account_is_not_at_a_venue() -> None:
    world = World()
    world.live("A", "10")
    world.fill("A", "10")
    world.do(BeginTradingDay("20231115"))
    assert names(tell(world, row("10"))) == ["StartOfDayPositionSet"]
    assert tell(world, row("10")) == []
    assert [position.net_qty for _, position in world.blotter.positions.of_account("ACC")] == [0, 10]
    assert refusal(tell(world, row("3", venue=VENUE))).startswith(
        f"venue: {VENUE}: ACC BTC-USD was told as a whole, 10: tell that as 0 first"
    )
    tell(world, row("0", price=None))
    assert len(tell(world, row("3", venue=VENUE))) == 1
    assert len(tell(world, row("0", price=None))) == 1, "nothing in all is not what stands"
    assert [position.net_qty for _, position in world.blotter.positions.of_account("ACC")] == [0, 0]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "rows: 0: 1 to 10000 positions"),
        ([row(account="")], "account: '': 1 to 64 printable ASCII characters"),
        ([row(account=" A")], "account: ' A': 1 to 64"),
        ([row(account="A\u0661")], "account: 'A\u0661': 1 to 64"),
        ([row(account="A" * 65)], "1 to 64 printable"),
        ([row(symbol="XRP")], "symbol: 'XRP': not one of BTC-USD"),
        ([row(venue="NYSE")], f"venue: 'NYSE': not one of {VENUE}"),
        ([row("1E+20")], "qty: 1E+20: at most 15 integer and 12 fraction digits"),
        ([row("NaN")], "qty: NaN: at most 15"),
        ([row("Infinity")], "qty: Infinity: at most 15"),
        ([row("0.0000000000001")], "qty: 1E-13: at most 15"),
        ([row(price="0")], "price: 0: above 0, at most 15"),
        ([row(price="-1")], "price: -1: above 0"),
        ([row(price="NaN")], "price: NaN: above 0"),
        ([row("0", price="-1")], "price: -1: above 0"),
        ([row(where="line 2"), row(where="line 3")], "line 3: symbol: BTC-USD: ACC BTC-USD is there twice, see line 2"),
        ([row(), row(venue=VENUE, where="line 3")], "line 3: venue: ACC BTC-USD is told as a whole, and for a venue"),
    ],
)
def test_what_is_refused(rows: list[StartOfDay], told: str) -> None:
    world = World()
    assert told in refusal(tell(world, *rows))
    assert list(world.blotter.positions) == []


def test_one_fault_refuses_all_and_every_fault_is_named() -> None:
    world = World()
    bad = [row(symbol=f"S{number}", where=f"line {number}") for number in range(2, 27)]
    text = refusal(tell(world, row(), *bad))
    assert text.startswith("line 2: symbol: 'S2': not one of BTC-USD; line 3: symbol: 'S3'")
    assert text.endswith("line 21: symbol: 'S21': not one of BTC-USD; and 5 more")
    assert list(world.blotter.positions) == []


def test_of_another_day() -> None:
    world = World()
    world.do(BeginTradingDay("20231115"))
    assert refusal(tell(world, row(), day="20231114")) == "day: '20231114': the trading day is 20231115"


def test_where_limits_need_two_people_positions_do() -> None:
    world = world_with_euros(two=True)
    for approver in ("", " ", "ANN"):
        (refused,) = world.do(SetStartOfDay((row(),), "", "", "ann", "back office", approver))
        assert isinstance(refused, OperatorRefused)
        assert refused.text.endswith("a position makes room in limits, so a second person has to approve")
    (told,) = world.do(SetStartOfDay((row(),), "", "", "ann", "back office", " bob "))
    assert isinstance(told, StartOfDayPositionSet)
    assert told.approver == "bob"


def test_too_many() -> None:
    rows = tuple(row(account=f"A{number}") for number in range(ROWS_MAX + 1))
    assert refusal(tell(World(), *rows)) == "rows: 10001: 1 to 10000 positions"


# -- rates ---------------------------------------------------------------------------------------------------------


def world_with_euros(*, two: bool = False) -> World:
    world = World(
        msgspec.structs.replace(
            LIMITS, rates=(("EUR", Decimal("1.1")),), raises_need_approval=two, accounts=(Account("A", "", "CHF"),)
        )
    )
    world.do(DefineInstrument(msgspec.structs.replace(ETH, currency="GBP")))
    return world


def test_a_rate_is_told() -> None:
    world = world_with_euros()
    world.pass_ms(1000)
    (told,) = world.do(SetConversionRate("EUR", Decimal("1.2"), None, "ann", "feed"))
    assert isinstance(told, ConversionRateSet)
    assert (told.rate, told.as_of_ns, told.symbol, told.operator) == (Decimal("1.2"), world.now_ns, "", "ann")
    assert world.do(SetConversionRate("EUR", Decimal("1.2"), world.now_ns, "ann", "feed")) == []
    (told,) = world.do(SetConversionRate("EUR", Decimal("1.2"), START_NS, "ann", "feed"))
    assert world.blotter.conversion.by_currency["EUR"].as_of_ns == START_NS
    for currency in ("GBP", "CHF"):
        assert len(world.do(SetConversionRate(currency, Decimal(1), None, "ann", "feed"))) == 1


@pytest.mark.parametrize(
    ("currency", "rate", "as_of_ns", "approver", "two", "told"),
    [
        ("USD", "1", None, "", False, "currency: 'USD': not one of EUR, GBP, CHF"),
        ("JPY", "1", None, "", False, "currency: 'JPY': not one of EUR, GBP, CHF"),
        ("EUR", "0", None, "", False, "rate: 0: above 0, at most 1000000"),
        ("EUR", "-1", None, "", False, "rate: -1: above 0"),
        ("EUR", "NaN", None, "", False, "rate: NaN: above 0"),
        ("EUR", "1000001", None, "", False, "rate: 1000001: above 0, at most 1000000"),
        ("EUR", "1", START_NS + 1, "", False, "as_of: it is not so yet"),
        ("EUR", "1", None, " ", True, "approver: '': limits are in USD, so a second person has to approve"),
        ("EUR", "1", None, "ANN ", True, "approver: 'ANN': limits are in USD"),
    ],
)
def test_rates_that_are_refused(
    currency: str, rate: str, as_of_ns: int | None, approver: str, two: bool, told: str
) -> None:
    world = world_with_euros(two=two)
    (refused,) = world.do(SetConversionRate(currency, Decimal(rate), as_of_ns, "ann", "feed", approver))
    assert isinstance(refused, OperatorRefused)
    assert refused.action == "rate"
    assert told in refused.text
    assert world.blotter.rates["EUR"] == Decimal("1.1")


def test_a_second_person_approves() -> None:
    world = world_with_euros(two=True)
    (told,) = world.do(SetConversionRate("EUR", Decimal(1), None, "ann", "feed", "bob"))
    assert isinstance(told, ConversionRateSet)
    assert told.approver == "bob"
