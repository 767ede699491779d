"""The ledger by hand: what is held, what it has cost, what was earned."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.average_cost import PACK_SIZE
from oms.fill_details import FillDetails
from oms.position_events import StartOfDayPositionSet
from oms.positions import Position, Positions
from oms.types import Side

KEY = ("ACC", "BTC-USD", "VENUE")
WHOLE = ("ACC", "BTC-USD", "")


def filled(positions: Positions, *executions: str, key: tuple[str, str, str] = KEY, first_seq: int = 1) -> Position:
    """`+3@10.5` is bought, `-3@10.5` sold."""
    for seq, text in enumerate(executions, first_seq):
        qty, _, price = text.partition("@")
        side = Side.SELL if qty.startswith("-") else Side.BUY
        positions.filled(key, seq, side, Decimal(qty[1:]), Decimal(price))
    position = positions.get(key)
    assert position is not None
    return position


def told(qty: str, price: str, venue: str = "", account: str = "ACC") -> StartOfDayPositionSet:
    return StartOfDayPositionSet(
        9, 0, "20231114", account, "BTC-USD", venue, Decimal(qty), Decimal(price), False, "", "ann", "file"
    )


def test_what_is_bought_and_what_is_sold_are_two_sums() -> None:
    position = filled(Positions(), "+3@10.5", "-1@11", "+2@10")
    assert (position.long_qty, position.short_qty, position.net_qty) == (5, 1, 4)
    assert (position.long_gross, position.short_gross) == (Decimal("51.5"), 11)


@pytest.mark.parametrize(
    ("executions", "qty", "value", "realised"),
    [
        (["+10@100"], "10", "1000", "0"),
        (["+10@100", "+10@110"], "20", "2100", "0"),
        (["+10@100", "+10@110", "-5@120"], "15", "1575", "75"),
        (["+10@100", "-10@90"], "0", "0", "-100"),
        (["+10@100", "-15@90"], "-5", "-450", "-100"),
        (["+10@100", "-15@90", "+5@80"], "0", "0", "-50"),
        (["-10@100"], "-10", "-1000", "0"),
        (["-10@100", "-10@90", "+4@80"], "-16", "-1520", "60"),
        (["-10@100", "+12@90"], "2", "180", "100"),
        (["+3@10", "+4@11", "-2@12"], "5", "52.857142857142857142857143", "2.857142857142857142857143"),
    ],
)
def test_average_cost(executions: list[str], qty: str, value: str, realised: str) -> None:
    position = filled(Positions(), *executions)
    assert (position.net_qty, position.open_value, position.realised) == (
        Decimal(qty), Decimal(value), Decimal(realised),
    )  # fmt: skip


def test_nothing_is_rounded_when_all_is_closed() -> None:
    position = filled(Positions(), "+3@10", "+4@11", "-2@12", "-5@13")
    assert (position.net_qty, position.open_value, position.realised) == (0, 0, 24 + 65 - 30 - 44)


def test_account_symbol_and_venue_are_apart() -> None:
    positions = Positions()
    keys = [KEY, ("OTHER", *KEY[1:]), ("ACC", "ETH-USD", "VENUE"), ("ACC", "BTC-USD", "SIM")]
    for number, key in enumerate(keys, 1):
        filled(positions, f"+{number}@1", key=key)
    assert [key for key, _ in positions] == keys
    assert [key for key, _ in positions.of_account("ACC")] == [keys[0], keys[2], keys[3]]
    assert [key for key, _ in positions.of_account("ACC", "BTC-USD")] == [keys[0], keys[3]]
    assert positions.of_account("NOBODY") == []
    assert list(positions.accounts()) == ["ACC", "OTHER"]


def test_sums_are_exact() -> None:
    positions = Positions()
    position = filled(
        positions, "+999999999999999.999999999999@999999999999999.999999999999", "+0.000000000001@0.000000000001"
    )
    # (10^27 - 1)^2 + 1 in units of 10^-24
    assert position.long_gross == Decimal("999999999999999999999999998000.000000000000000000000002")
    assert position.open_value == position.long_gross


def test_commissions_are_kept_by_currency() -> None:
    positions = Positions()
    for seq, (commission, currency) in enumerate([("1.5", "USD"), ("-0.5", "USD"), ("0.001", "BTC"), ("2", "")], 1):
        details = FillDetails(commission=Decimal(commission), commission_currency=currency)
        positions.filled(KEY, seq, Side.BUY, Decimal(1), Decimal(1), details)
    positions.filled(KEY, 5, Side.BUY, Decimal(1), Decimal(1), FillDetails())
    ((_, position),) = positions
    assert position.fees == {"USD": Decimal("1.0"), "BTC": Decimal("0.001"), "": Decimal(2)}
    positions.begin_day()
    assert position.fees == {}
    assert position.earlier_fees == {"USD": Decimal("1.0"), "BTC": Decimal("0.001"), "": Decimal(2)}


def test_a_day_begins_with_what_the_day_before_has_left() -> None:
    positions = Positions()
    position = filled(positions, "+10@100", "-4@110")
    positions.begin_day()
    assert (position.opening_qty, position.opening_value, position.carried_qty) == (6, 600, 6)
    assert (position.realised_today, position.realised) == (0, 40)
    filled(positions, "-6@120", first_seq=3)
    assert (position.long_qty, position.short_qty, position.net_qty) == (0, 6, 0)
    assert (position.realised_today, position.realised) == (120, 160)


def test_what_a_person_has_told_is_below_the_executions_of_the_day() -> None:
    positions = Positions()
    position = filled(positions, "+10@100", "-4@110", key=WHOLE)
    ((key, before, after),) = positions.opened(told("20", "90"))
    assert (key, before, after) == (WHOLE, (0, 0), (20, 90))
    assert position.net_qty == 26
    assert position.realised_today == Decimal("66.666666666666666666666667")
    ((_, before, after),) = positions.opened(told("20", "80"))
    assert (before, after) == ((20, 90), (20, 80))


def test_told_for_all_venues_leaves_nothing_at_any() -> None:
    positions = Positions()
    there = filled(positions, "+10@100")
    positions.begin_day()
    filled(positions, "-1@100", first_seq=5)
    changed = positions.opened(told("8", "101"))
    assert changed == [(KEY, (0, 0), (-10, 101)), (WHOLE, (0, 0), (8, 101))]
    whole = positions.get(WHOLE)
    assert whole is not None
    assert (there.net_qty, whole.net_qty) == (-1, 8)
    positions.begin_day()
    assert (there.carried_qty, there.adjustment, there.told) == (-1, (0, 0), None)


def test_it_comes_back_from_what_a_snapshot_keeps() -> None:
    positions, again = Positions(), Positions()
    details = FillDetails(commission=Decimal(1), commission_currency="USD")
    for seq in range(1, 3 * PACK_SIZE):
        side = Side.SELL if seq % 3 == 0 else Side.BUY
        positions.filled(KEY, seq, side, Decimal(seq % 7 + 1), Decimal(100 + seq % 5), details)
    positions.opened(told("20", "80", "VENUE"))
    for key, content in positions.content():
        again.restore(key, content)
    assert again.content() == positions.content()
    one, other = positions.get(KEY), again.get(KEY)
    assert one is not None and other is not None
    assert (one.open_value, one.realised, one.fees, one.told) == (
        other.open_value, other.realised, other.fees, other.told,
    )  # fmt: skip
    assert other.told is not None
