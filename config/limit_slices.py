"""The keys of limits for slices: accounts, symbols, traders and so on, each by itself (`oms.slices` has the rules)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from config.records import CurrencyCode, Name, NotNegative, Positive, Record, Symbol

Which = Annotated[str, Meta(pattern=r"^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$", max_length=64)]


UtcTime = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", max_length=20)]
AgeSeconds = Annotated[int, Meta(ge=1, le=31_536_000)]
PerSecond = Annotated[int, Meta(ge=1, le=1_000_000)]
Seconds = Annotated[int, Meta(ge=1, le=86_400)]


class SliceConfig(Record, frozen=True, kw_only=True):
    """One row of limits: which slices, and what they may do. Each key that says which is a value, or * for every value,
    each by itself. Rows with the same such keys are a table: of its rows the one with the most exact values holds,
    between equals the one that is exact further to the left. All tables must pass."""

    account: Annotated[Which | None, Meta(description="Account(1)")] = None
    group: Annotated[Which | None, Meta(description="group of the account, as in accounts")] = None
    symbol: Annotated[Which | None, Meta(description="Symbol(55)")] = None
    risk_class: Annotated[Which | None, Meta(description="risk_class of the instrument")] = msgspec.field(
        default=None, name="class"
    )
    currency: Annotated[Which | None, Meta(description="currency of the instrument")] = None
    session: Annotated[Which | None, Meta(description="name of the client's session")] = None
    trader: Annotated[Which | None, Meta(description="SenderSubID(50)")] = None
    venue: Annotated[Which | None, Meta(description="name of the venue that the order goes to")] = None
    order_qty_max: Annotated[NotNegative | None, Meta(description="most OrderQty(38) of one order")] = None
    order_notional_max: Annotated[
        NotNegative | None, Meta(description="most OrderQty x price of one order, in base_currency")
    ] = None
    price_band_percent: Annotated[
        NotNegative | None, Meta(description="how far Price(44) may be from the reference price, besides other bands")
    ] = None
    long_qty_max: Annotated[
        NotNegative | None, Meta(description="longest position if all open buys are executed; needs symbol")
    ] = None
    short_qty_max: Annotated[
        NotNegative | None, Meta(description="shortest position if all open sells are executed; needs symbol")
    ] = None
    gross_notional_max: Annotated[
        NotNegative | None, Meta(description="most of all symbols' larger worst cases together, in base_currency")
    ] = None
    net_notional_max: Annotated[
        NotNegative | None, Meta(description="most of all symbols' worst cases of one side, in base_currency")
    ] = None
    credit_max: Annotated[
        NotNegative | None, Meta(description="most margin in use and reserved, by initial_margins, in base_currency")
    ] = None

    messages_per_s: Annotated[
        PerSecond | None,
        Meta(description="most new orders and replaces a second, over all sessions, cancels not counted"),
    ] = None

    executions_per_s: Annotated[
        PerSecond | None, Meta(description="more executions a second stop it until a named person lets it go on")
    ] = None

    order_to_trade_max: Annotated[
        Positive | None,
        Meta(description="most new orders and replaces for each execution of a day, beyond the first 1000"),
    ] = None

    loss_max: Annotated[
        NotNegative | None,
        Meta(description="most lost on a trading day, in base_currency; account or group alone; halts it"),
    ] = None
    drawdown_max: Annotated[
        NotNegative | None,
        Meta(description="most lost of the best of a trading day, in base_currency; account or group alone; halts it"),
    ] = None
    period_s: Annotated[
        Seconds | None, Meta(description="how far back the limits over a period look; they halt the slice")
    ] = None
    period_messages_max: Annotated[NotNegative | None, Meta(description="most new orders and replaces in a period")] = (
        None
    )
    period_qty_max: Annotated[NotNegative | None, Meta(description="most executed in a period; needs symbol")] = None
    period_notional_max: Annotated[
        NotNegative | None, Meta(description="most executed in a period, quantity x price in base_currency")
    ] = None
    period_price_move_percent: Annotated[
        NotNegative | None, Meta(description="furthest that the reference price may move in a period; symbol alone")
    ] = None
    period_loss_max: Annotated[
        NotNegative | None, Meta(description="most lost in a period, in base_currency; account or group alone")
    ] = None


class ConversionRate(Record, frozen=True, kw_only=True):
    """What one of a currency is in the base currency."""

    currency: Annotated[CurrencyCode, Meta(description="as instruments have it")]
    rate: Annotated[
        Positive | None, Meta(description="one of it in base_currency, at most 1000000; with symbol until that has one")
    ] = None
    as_of: Annotated[
        UtcTime | None, Meta(description="YYYY-MM-DDTHH:MM:SSZ at which it was so; without it when it was first read")
    ] = None
    symbol: Annotated[
        Symbol | None, Meta(description="an instrument, as EUR-USD or USD-JPY, whose reference price is the rate")
    ] = None


class InitialMargin(Record, frozen=True, kw_only=True):
    """What of a value counts against credit_max."""

    risk_class: Annotated[Which, Meta(description="risk_class of instruments")] = msgspec.field(name="class")
    percent: Annotated[Positive, Meta(description="of the worst case of each symbol, at most 1000")]


class AccountConfig(Record, frozen=True, kw_only=True):
    """What limits must know of an account; others have no group."""

    name: Annotated[Which, Meta(description="Account(1)")]
    group: Annotated[Name | None, Meta(description="accounts that share limits")] = None
    currency: Annotated[CurrencyCode | None, Meta(description="in which its results are told")] = None


RiskClass = Annotated[Symbol | None, Meta(description="what limits call it together with others")]
Currency = Annotated[CurrencyCode | None, Meta(description="Currency(15) of its price; without it base_currency")]
