"""The ledger: by hand, and as a law against the orders it is made of."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.positions import Positions
from oms.types import Side

KEY = ("ACC", "BTC-USD", "VENUE")


def figures(positions: Positions) -> list[tuple[object, ...]]:
    return [(*key, p.long_qty, p.short_qty, p.net_qty, p.long_gross, p.short_gross) for key, p in positions]


def test_what_is_bought_and_what_is_sold_are_two_sums() -> None:
    positions = Positions()
    positions.filled(KEY, Side.BUY, Decimal(3), Decimal("10.5"))
    positions.filled(KEY, Side.SELL, Decimal(1), Decimal(11))
    positions.filled(KEY, Side.BUY, Decimal(2), Decimal(10))
    assert figures(positions) == [(*KEY, Decimal(5), Decimal(1), Decimal(4), Decimal("51.5"), Decimal(11))]


def test_account_symbol_and_venue_are_apart() -> None:
    positions = Positions()
    keys = [KEY, ("OTHER", *KEY[1:]), ("ACC", "ETH-USD", "VENUE"), ("ACC", "BTC-USD", "SIM")]
    for number, key in enumerate(keys, 1):
        positions.filled(key, Side.BUY, Decimal(number), Decimal(1))
    assert [key for key, _ in positions] == keys
    assert [key for key, _ in positions.of_account("ACC")] == [keys[0], keys[2], keys[3]]
    assert [key for key, _ in positions.of_account("ACC", "BTC-USD")] == [keys[0], keys[3]]
    assert positions.of_account("NOBODY") == []


@pytest.mark.parametrize("side", Side)
def test_a_bust_leaves_nothing_and_a_correction_the_difference(side: Side) -> None:
    positions = Positions()
    positions.filled(KEY, side, Decimal(3), Decimal(10))
    positions.revised(KEY, side, Decimal(-1), Decimal(2) * Decimal(11) - Decimal(30))
    ((_, position),) = positions
    assert (position.long_qty + position.short_qty, position.long_gross + position.short_gross) == (2, 22)
    positions.revised(KEY, side, Decimal(-2), Decimal(-22))
    assert not any((position.long_qty, position.short_qty, position.long_gross, position.short_gross))


def test_nothing_is_rounded() -> None:
    positions = Positions()
    positions.filled(KEY, Side.BUY, Decimal("999999999999999.999999999999"), Decimal("999999999999999.999999999999"))
    positions.filled(KEY, Side.BUY, Decimal("0.000000000001"), Decimal("0.000000000001"))
    ((_, position),) = positions
    # (10^27 - 1)^2 + 1 in units of 10^-24
    assert position.long_gross == Decimal("999999999999999999999999998000.000000000000000000000002")


def test_it_comes_back_from_what_a_snapshot_keeps() -> None:
    positions, again = Positions(), Positions()
    positions.filled(KEY, Side.BUY, Decimal(3), Decimal(10))
    positions.filled(KEY, Side.SELL, Decimal(1), Decimal(12))
    for key, p in positions:
        again.restore(key, (p.long_qty, p.short_qty, p.long_gross, p.short_gross))
    assert again.content() == positions.content()
