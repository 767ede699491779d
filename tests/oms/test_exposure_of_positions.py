"""What a person tells of positions and rates counts in the limits of slices, as if it had always been so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.blotter import Blotter
from oms.commands import BeginTradingDay, DefineInstrument, SetLimits
from oms.position_commands import SetConversionRate, SetStartOfDay, StartOfDay
from oms.slices import ANY
from oms.types import Side
from tests.oms.test_exposure import ETH, loaded, refusal, row, slice_of, told, values_fit, with_rows, world_with
from tests.oms.test_position_laws import PRICES, WORKLOAD, Trading, quantities
from tests.oms.world import BTC, VENUE, World

GROSS = row({"gross_notional_max": "1000"}, account=ANY)
LONG = row({"long_qty_max": "10", "short_qty_max": "10"}, account=ANY, symbol=ANY)
AT_VENUE = row({"long_qty_max": "10"}, symbol=ANY, venue=ANY)
EUROS = msgspec.structs.replace(BTC, currency="EUR")


def tell(world: World, qty: str, price: str | None = "100", venue: str = "") -> None:
    told_price = None if price is None else Decimal(price)
    command = SetStartOfDay((StartOfDay("ACC", "BTC-USD", venue, Decimal(qty), told_price),), "", "", "ann", "file")
    assert world.do(command)


def gross(world: World) -> Decimal:
    return slice_of(world, "account", "ACC").gross


def test_it_counts_at_the_price_that_was_told() -> None:
    world = world_with(GROSS, LONG)
    tell(world, "9", "100")
    assert gross(world) == 900
    assert refusal(world.new("A", "1.01")).startswith("POSITION_LIMIT_LONG: position=9 open_buys=0 more=1.01 ")
    assert refusal(world.new("B", "1.0", "101")).startswith("GROSS_EXPOSURE: before=900 more=101 ")
    tell(world, "9", "80")
    assert gross(world) == 720
    tell(world, "-9", "80")
    assert gross(world) == 720
    assert refusal(world.new("C", "2", side=Side.SELL)).startswith("POSITION_LIMIT_SHORT: position=-9 ")
    tell(world, "0", None)
    assert gross(world) == 0


def test_what_was_executed_since_is_above_it() -> None:
    world = world_with(GROSS, LONG)
    world.live("A", "4")
    world.fill("A", "4", "100")
    tell(world, "5", "90")
    assert gross(world) == 850
    assert refusal(world.new("B", "1.01", "99")).startswith("POSITION_LIMIT_LONG: position=9 ")


def test_the_day_before_is_put_right_by_the_difference() -> None:
    world = world_with(GROSS, LONG)
    world.live("A", "8")
    world.fill("A", "8", "100")
    world.do(BeginTradingDay("20231115"))
    tell(world, "6", "90")
    assert refusal(world.new("B", "4.01", "90")).startswith("POSITION_LIMIT_LONG: position=6 ")
    assert gross(world) == 600  # at what it has cost
    tell(world, "10", "90")
    assert gross(world) == 980
    world.do(BeginTradingDay("20231116"))
    tell(world, "10", "95")
    assert gross(world) == 980


def test_at_a_venue_it_counts_for_that_venue() -> None:
    world = world_with(AT_VENUE)
    tell(world, "9", "100", VENUE)
    assert refusal(world.new("A", "2")).startswith("POSITION_LIMIT_LONG: position=9 open_buys=0 more=2 slice=symbol=")
    tell(world, "0", None, VENUE)
    assert refusal(world.new("B", "2")) == ""


def test_it_counts_when_a_table_comes_later() -> None:
    world = World()
    tell(world, "-9", "90")
    world.live("A", "2")
    world.fill("A", "2", "100")
    world.do(SetLimits(with_rows(GROSS, LONG), "op", "begin"))
    assert refusal(world.new("B", "3.1", side=Side.SELL)).startswith("POSITION_LIMIT_SHORT: position=-7 ")
    assert gross(world) == 630


def test_what_is_at_no_venue_is_not_lost_when_a_table_by_venue_comes_later() -> None:
    world = World()
    tell(world, "5", "90")
    world.live("A", "2")
    world.fill("A", "2", "100")
    world.do(SetLimits(with_rows(LONG, AT_VENUE), "op", "begin"))
    assert slice_of(world, "account,symbol", ("ACC", "BTC-USD")).holdings["BTC-USD"].net_qty == 7
    assert slice_of(world, "symbol,venue", ("BTC-USD", VENUE)).holdings["BTC-USD"].net_qty == 2


def test_a_stale_rate_of_something_else_in_the_slice_refuses_too() -> None:
    limits = {"rates": (("EUR", Decimal(1)),), "rate_age_ms_max": 1000}
    world = world_with(row({"gross_notional_max": "100000"}, account="ACC"), **limits)
    world.do(DefineInstrument(msgspec.structs.replace(ETH, currency="EUR")))
    world.pass_ms(1001)
    assert refusal(world.new("A", "1")) == ""
    assert world.do(SetStartOfDay((StartOfDay("ACC", "ETH-USD", "", Decimal(1), Decimal(10)),), "", "", "ann", "file"))
    stale = "STALE_RATE: symbol=ETH-USD currency=EUR base=USD rate=1 age_ms=1001 max_ms=1000"
    assert refusal(world.new("B", "1")) == stale
    world.do(SetConversionRate("EUR", Decimal(1), None, "ann", "feed"))
    assert refusal(world.new("C", "1")) == ""
    world.do(SetStartOfDay((StartOfDay("ACC", "ETH-USD", "", Decimal(0), None),), "", "", "ann", "file"))
    world.pass_ms(1001)
    assert refusal(world.new("D", "1")) == ""


@pytest.mark.parametrize("rate", ["2", "0.5"])
def test_a_new_rate_revalues_what_is_there(rate: str) -> None:
    limits = with_rows(row({"gross_notional_max": "100000"}, account=ANY), rates=(("EUR", Decimal(1)),))
    world = World(limits, EUROS)
    tell(world, "3", "100")
    world.new("A", "2")
    assert gross(world) == 500
    world.do(SetConversionRate("EUR", Decimal(rate), None, "ann", "feed"))
    assert gross(world) == 500 * Decimal(rate)
    assert slice_of(world, "account", "ACC").net_long == 500 * Decimal(rate)
    world.venue_cancel("A")
    assert gross(world) == 300 * Decimal(rate)


def test_a_stale_rate_refuses_what_is_judged_by_it() -> None:
    limits = with_rows(
        row({"gross_notional_max": "100000"}, account="ACC"),
        row({"net_notional_max": "100000"}, session=ANY),
        row({"order_notional_max": "100000"}, trader=ANY),
        rates=(("EUR", Decimal(1)),),
        rate_age_ms_max=1000,
    )
    for keep, bound in enumerate(("gross", "net", "order")):
        world = World(msgspec.structs.replace(limits, rows=limits.rows[keep : keep + 1]), EUROS)
        world.pass_ms(1000)
        assert refusal(world.new("A", "1")) == "", bound
        world.pass_ms(1)
        text = refusal(world.new("B", "1"))
        assert text.startswith("STALE_RATE: symbol=BTC-USD currency=EUR base=USD rate=1 age_ms=1001 max_ms=1000"), bound
        assert refusal(world.cancel("C", "A")) == ""
        world.do(SetConversionRate("EUR", Decimal(1), None, "ann", "feed"))
        assert refusal(world.new("D", "1")) == "", bound


# ----------------------------------------------------------------------------------------------------------------- law

LAW_ROWS = (
    row({"long_qty_max": "100000000"}, account=ANY, symbol=ANY),
    row({"gross_notional_max": "100000000000"}, account=ANY),
    row({"long_qty_max": "100000000"}, symbol=ANY, venue=ANY),
)


class Watched(Trading):
    def __init__(self) -> None:
        super().__init__(with_rows(*LAW_ROWS, rates=(("EUR", Decimal(1)),)), EUROS)

    def rate(self, pick: int, qty: Decimal, price: Decimal) -> None:
        self.world.do(SetConversionRate("EUR", qty, None, "ann", "feed"))


Step = tuple[Callable[[Watched, int, Decimal, Decimal], None], int, Decimal, Decimal]
steps = st.tuples(
    st.sampled_from([*WORKLOAD, Watched.rate]), st.integers(0, 2**10), quantities, st.sampled_from(PRICES)
)


def held(blotter: Blotter) -> dict[tuple[str, object, str], Decimal]:
    """What the ledger of positions has, by table and slice."""
    sums: dict[tuple[str, object, str], Decimal] = defaultdict(Decimal)
    for (account, symbol, venue), position in blotter.positions:
        sums["account,symbol", (account, symbol), symbol] += position.net_qty
        sums["account", account, symbol] += position.net_qty
        if venue:
            sums["symbol,venue", (symbol, venue), symbol] += position.net_qty
    return {key: qty for key, qty in sums.items() if qty}


@given(st.lists(steps, min_size=10, max_size=40))
def test_both_ledgers_hold_the_same(history: list[Step]) -> None:
    played = Watched()
    for step, pick, qty, price in history:
        step(played, pick, qty, price)
        blotter = played.world.blotter
        counted = {
            (name, key, symbol): sums[0]
            for (name, key), by_symbol in told(blotter).items()
            for symbol, sums in by_symbol.items()
            if sums[0]
        }
        assert counted == held(blotter)
        for book in blotter.exposures.books:
            for exposure in book.slices.values() if book.has_values else ():
                assert all(holding.factor == blotter.rates["EUR"] for holding in exposure.holdings.values())
                if blotter.rates["EUR"] == 1:
                    values_fit(exposure)
    again = loaded(played.world)
    assert told(again) == told(played.world.blotter)
    assert again.state_hash() == played.world.replayed().state_hash() == played.world.blotter.state_hash()
