"""What the ledger has earned: prices, multipliers, currencies, fees, and what cannot be told."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from oms.commands import DefineInstrument, NewOrder, SetLimits
from oms.conversion_rates import RENEWED_AFTER_NS
from oms.events import ConversionRateSet, OrderRouted
from oms.fill_details import FillDetails
from oms.limits import Limits
from oms.position_commands import SetConversionRate, SetStartOfDay, StartOfDay
from oms.profit import Profit, conversion, position_profit, profit_of
from oms.types import OrdType, Side, TimeInForce
from oms.venue_reports import ReferencePriceSeen, VenueAccepted, VenueFilled
from tests.oms.world import BTC, LIMITS, SECOND_NS, SESSION, START_NS, VENUE, World, names

DAX = msgspec.structs.replace(BTC, symbol="DAX", currency="EUR", contract_multiplier=Decimal(25))
EUR = msgspec.structs.replace(BTC, symbol="EUR-USD")
JPY = msgspec.structs.replace(BTC, symbol="USD-JPY", currency="JPY")


def terms(**changes: object) -> Limits:
    return msgspec.structs.replace(LIMITS, order_notional_max=Decimal(10**12), **changes)


def world_of(limits: Limits) -> World:
    world = World(limits)
    for instrument in (DAX, EUR, JPY):
        world.do(DefineInstrument(instrument))
    return world


def trade(world: World, side: Side, qty: str, price: str, symbol: str = "BTC-USD", fee: str = "", of: str = "") -> None:
    """An execution of account ACC."""
    world.do(ReferencePriceSeen(VENUE, symbol, Decimal(price)))
    name = f"T{world.seq}"
    terms = (OrdType.LIMIT, Decimal(qty), Decimal(price), TimeInForce.DAY)
    (routed,) = [
        event
        for event in world.do(NewOrder(SESSION, "ACC", name, symbol, side, *terms))
        if isinstance(event, OrderRouted)
    ]
    world.do(VenueAccepted(VENUE, routed.venue_cl_ord_id, "V"))
    details = FillDetails(commission=Decimal(fee), commission_currency=of) if fee else None
    figures = (Decimal(qty), Decimal(price))
    world.do(VenueFilled(VENUE, routed.venue_cl_ord_id, "V", name, *figures, details=details))


def price(world: World, symbol: str, number: str) -> None:
    world.do(ReferencePriceSeen(VENUE, symbol, Decimal(number)))


def of(world: World, currency: str = "") -> Profit:
    return profit_of(world.blotter, "ACC", world.now_ns, currency)


def test_realised_unrealised_and_fees() -> None:
    world = world_of(terms())
    trade(world, Side.BUY, "10", "100", fee="1.5", of="USD")
    trade(world, Side.SELL, "4", "110", fee="-0.5", of="USD")
    price(world, "BTC-USD", "120")
    world.pass_ms(2500)
    profit = of(world)
    assert (profit.realised, profit.unrealised, profit.fees) == (40, 120, Decimal("1.0"))
    assert (profit.net, profit.currency, profit.missing) == (159, "USD", ())
    assert (profit.price_age_ns, profit.rate_age_ns) == (5 * SECOND_NS // 2, 0)


def test_nobody_has_earned_nothing() -> None:
    profit = profit_of(World().blotter, "NOBODY", START_NS)
    assert profit == Profit(Decimal(0), Decimal(0), Decimal(0), "USD", Decimal(0), Decimal(0))


def test_another_currency_and_a_multiplier() -> None:
    world = world_of(terms(rates=(("EUR", Decimal("1.1")),)))
    trade(world, Side.SELL, "2", "100", "DAX", fee="3", of="")
    price(world, "DAX", "98")
    world.pass_ms(1000)
    profit = of(world)
    assert (profit.realised, profit.unrealised, profit.fees) == (0, Decimal("110.0"), Decimal("3.3"))
    assert profit.rate_age_ns == SECOND_NS
    in_euros = of(world, "EUR")
    assert (in_euros.unrealised, in_euros.fees, in_euros.currency, in_euros.rate_age_ns) == (100, 3, "EUR", 0)
    trade(world, Side.BUY, "1", "100")
    price(world, "BTC-USD", "111")
    assert of(world, "EUR").unrealised == 100 + 10  # 11 USD


def test_a_fee_in_a_currency_of_its_own() -> None:
    world = world_of(terms(rates=(("EUR", Decimal("1.1")),)))
    trade(world, Side.BUY, "1", "100", fee="2", of="EUR")
    assert of(world).fees == Decimal("2.2")


def test_what_cannot_be_told_is_said_and_not_counted() -> None:
    world = world_of(terms(rates=(("EUR", Decimal("1.1")),), rate_age_ms_max=60_000))
    trade(world, Side.BUY, "1", "100", "DAX")
    trade(world, Side.BUY, "1", "100", fee="1", of="BTC")
    trade(world, Side.BUY, "1", "100", "USD-JPY")
    price(world, "USD-JPY", "101")
    price(world, "DAX", "101")
    world.pass_ms(60_001)
    profit = of(world)
    assert profit.missing == (
        "EUR: the conversion rate is 60 s old, at most 60",
        "BTC: no conversion rate",
        "JPY: no conversion rate",
    )
    assert (profit.realised, profit.unrealised, profit.fees) == (0, 0, 0)


def test_without_a_reference_price_unrealised_is_not_known() -> None:
    world = world_of(terms())
    row = StartOfDay("ACC", "EUR-USD", "", Decimal(5), Decimal("1.2"))
    world.do(SetStartOfDay((row,), "", "", "ann", "file"))
    assert of(world).missing == ("EUR-USD: no reference price",)
    ((_, position),) = world.blotter.positions
    told = position_profit(world.blotter, "EUR-USD", position)
    assert (told.unrealised, told.day_opening, told.day_trades, told.open_price) == (None, None, None, Decimal("1.2"))
    row = msgspec.structs.replace(row, qty=Decimal(0), price=None)
    world.do(SetStartOfDay((row,), "", "", "ann", "file"))
    assert of(world).missing == ()


@pytest.mark.parametrize(
    ("currency", "to", "factor"),
    [("EUR", "USD", "1.25"), ("USD", "EUR", "0.8"), ("EUR", "GBP", "0.625"), ("GBP", "GBP", "1"), ("CHF", "CHF", "1")],
)
def test_conversion(currency: str, to: str, factor: str) -> None:
    world = world_of(terms(rates=(("EUR", Decimal("1.25")), ("GBP", Decimal(2)))))
    assert conversion(world.blotter, currency, to, world.now_ns).factor == Decimal(factor)


def test_rates_of_the_configuration_have_a_time() -> None:
    limits = terms(
        rates=(("EUR", Decimal(1)), ("GBP", Decimal(2)), ("CHF", Decimal(3))),
        rates_as_of_ns=(("EUR", START_NS - 5), ("GBP", START_NS + 5)),
    )
    world = world_of(limits)
    times = {currency: rate.as_of_ns for currency, rate in world.blotter.conversion.by_currency.items()}
    assert times == {"EUR": START_NS - 5, "GBP": START_NS, "CHF": START_NS}
    world.pass_ms(1000)
    world.do(SetConversionRate("EUR", Decimal("1.5"), None, "ann", "feed"))
    changed = msgspec.structs.replace(limits, order_qty_max=Decimal(7))
    world.do(SetLimits(changed, "configuration", "start"))
    assert world.blotter.rates["EUR"] == Decimal("1.5")  # other limits, the same rates
    world.do(SetLimits(msgspec.structs.replace(changed, rates=(("EUR", Decimal(4)),)), "configuration", "start"))
    assert world.blotter.rates == {"": 1, "USD": 1, "EUR": 4}


def test_a_reference_price_is_a_rate() -> None:
    world = world_of(terms(rate_symbols=(("EUR", "EUR-USD"), ("JPY", "USD-JPY"))))
    assert "EUR" not in world.blotter.rates
    events = world.do(ReferencePriceSeen(VENUE, "EUR-USD", Decimal("1.25")))
    assert names(events) == ["ReferencePriceSet", "ConversionRateSet"]
    price(world, "USD-JPY", "160")
    assert (world.blotter.rates["EUR"], world.blotter.rates["JPY"]) == (Decimal("1.25"), Decimal("0.00625"))
    assert names(world.do(ReferencePriceSeen(VENUE, "EUR-USD", Decimal("1.2501")))) == ["ReferencePriceSet"]
    (_, moved) = world.do(ReferencePriceSeen(VENUE, "EUR-USD", Decimal("1.26")))
    assert isinstance(moved, ConversionRateSet)
    assert (moved.rate, moved.symbol, moved.operator) == (Decimal("1.26"), "EUR-USD", "")
    world.now_ns += RENEWED_AFTER_NS
    assert names(world.do(ReferencePriceSeen(VENUE, "EUR-USD", Decimal("1.26")))) == [
        "ReferencePriceSet",
        "ConversionRateSet",
    ]
    assert world.replayed().state_hash() == world.blotter.state_hash()


@pytest.mark.parametrize("number", ["0.0000001", "0.0000000000001"])
def test_a_price_that_is_no_rate_makes_none(number: str) -> None:
    world = world_of(terms(rate_symbols=(("JPY", "USD-JPY"),)))
    assert "ConversionRateSet" not in names(world.do(ReferencePriceSeen(VENUE, "USD-JPY", Decimal(number))))
