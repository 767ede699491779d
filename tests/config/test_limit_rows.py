"""`limits.slices` in YAML: the records they become, and what is wrong with them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from config.limit_rows import rows_of
from config.load import load_gateway, problems_of
from gateway.from_config.setup import terms_of
from gateway.operators.limits_table import limits_lines
from oms.limits import Account, limits_faults
from oms.slices import Bounds, Dimension, LimitRow

HEAD = """
listen: {}
accounts:
  - {name: A1, group: FUND, currency: EUR}
venues:
  - {name: SIM, adapter: simulated}
instruments:
  - {symbol: BTC-USD, venue: SIM, risk_class: crypto, currency: EUR}
"""
GOOD = """
limits:
  base_currency: CHF
  raises_need_approval: true
  conversion_rates:
    - {currency: EUR, rate: "0.95"}
  initial_margins:
    - {class: crypto, percent: "12.5"}
  slices:
    - {symbol: "*", account: A1, long_qty_max: "10", short_qty_max: "0"}
    - {account: "*", symbol: BTC-USD, long_qty_max: "5", price_band_percent: "1"}
    - {class: crypto, gross_notional_max: "1000", credit_max: "70"}
"""


def test_rows(tmp_path: object) -> None:
    file = tmp_path / "gateway.yaml"  # type: ignore[operator]
    file.write_text(HEAD + GOOD)
    config = load_gateway(file)
    terms = terms_of(config)
    first, second, third = rows_of(config.limits)
    assert terms.limits.rows == (first, second, third)
    assert first == LimitRow(
        ((Dimension.ACCOUNT, "A1"), (Dimension.SYMBOL, "*")),
        Bounds(long_qty_max=Decimal(10), short_qty_max=Decimal(0)),
    )
    assert second.bounds.price_band == Decimal("0.01")
    assert third.name == "class=crypto"
    assert terms.limits.accounts == (Account("A1", "FUND", "EUR"),)
    assert terms.limits.base_currency == "CHF"
    assert terms.limits.rates == (("EUR", Decimal("0.95")),)
    assert terms.limits.initial_margins == (("crypto", Decimal("0.125")),)
    assert terms.limits.raises_need_approval
    assert limits_faults(terms.limits) == []
    assert (terms.instruments[0].risk_class, terms.instruments[0].currency) == ("crypto", "EUR")
    assert list(limits_lines(terms.limits.rows, "CHF")) == [
        "",
        "limits by account,symbol: the first row that fits holds, values in CHF",
        f"    {'account=A1 symbol=*':<52} long_qty_max=10 short_qty_max=0",
        f"    {'account=* symbol=BTC-USD':<52} price_band=1% long_qty_max=5",
        "",
        "limits by class: the first row that fits holds, values in CHF",
        f"    {'class=crypto':<52} gross_notional_max=1000 credit_max=70",
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('{account: A1, long_qty_max: "-1"}', "limits.slices[0].long_qty_max: '-1' is not a decimal number from 0"),
        ('{account: A1, long_qty_max: "1e3"}', "limits.slices[0].long_qty_max: '1e3' is not a decimal number from 0"),
        ("{account: A1}", "limits.slices[0]: bounds: none: a row limits something"),
        ('{order_qty_max: "1"}', "limits.slices[0]: says of no slice that it is for it; write one of account, group"),
        ('{account: A1, long_qty_max: "1"}', "limits.slices[0]: long_qty_max: 1: quantities of several symbols"),
        ('{symbol: ETH, order_qty_max: "1"}', "limits.slices[0].symbol: 'ETH' is not there; known are BTC-USD, and *"),
        ('{class: fx, order_qty_max: "1"}', "limits.slices[0].class: 'fx' is not there; known are crypto, and * for"),
        ('{group: X, order_qty_max: "1"}', "limits.slices[0].group: 'X' is not there; known are FUND, and * for each"),
        ('{venue: X, order_qty_max: "1"}', "limits.slices[0].venue: 'X' is not there; known are SIM, and * for each"),
        ('{session: X, order_qty_max: "1"}', "limits.slices[0].session: 'X' is not there; known are none, and * for"),
        ('{acount: A1, order_qty_max: "1"}', "limits.slices[0].acount: unknown key 'acount'; the nearest known key is"),
        (
            '{account: A1, order_qty_max: "1"}, {account: A1, order_qty_max: "2"}',
            "limits.slices[1]: account=A1 is already limits.slices[0]",
        ),
    ],
)
def test_rows_that_cannot_be_used(row: str, told: str) -> None:
    text = HEAD.replace(", currency: EUR}\n", "}\n") + f"limits:\n  slices: [{row}]\n"
    problems = problems_of(text, "g.yaml")
    assert any(told in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("", "instruments[0].currency: 'EUR' is not the base currency USD and has no conversion rate"),
        (
            'limits: {conversion_rates: [{currency: EUR, rate: "1"}, {currency: EUR, rate: "2"}]}',
            "limits.conversion_rates[1].currency: 'EUR' is the base currency, or has a rate already",
        ),
        (
            'limits: {conversion_rates: [{currency: EUR, rate: "1000001"}]}',
            "limits.conversion_rates[0].rate: 1000001 is above 1000000",
        ),
        (
            'limits: {initial_margins: [{class: fx, percent: "5"}]}',
            "limits.initial_margins[0].class: 'fx' is not there; known are crypto",
        ),
        (
            'limits: {initial_margins: [{class: crypto, percent: "5"}, {class: crypto, percent: "1000.1"}]}',
            "limits.initial_margins[1].class: 'crypto' is already limits.initial_margins[0]",
        ),
        (
            'limits: {initial_margins: [{class: crypto, percent: "1000.1"}]}',
            "limits.initial_margins[0].percent: 1000.1 is above 1000",
        ),
        (
            "limits: {conversion_rates: [{currency: EUR}]}",
            "limits.conversion_rates[0].rate: is missing; or name the symbol whose reference price it is",
        ),
        (
            "limits: {conversion_rates: [{currency: EUR, symbol: EUR-USD}]}",
            "limits.conversion_rates[0].symbol: 'EUR-USD' is not there; known are BTC-USD",
        ),
        (
            "limits: {conversion_rates: [{currency: GBP, symbol: BTC-USD}, {currency: EUR, rate: 1}]}",
            "limits.conversion_rates[0].symbol: 'BTC-USD' has its price neither in USD nor in GBP",
        ),
        (
            'limits: {conversion_rates: [{currency: EUR, rate: "1", as_of: 2026-11-31T00:00:00Z}]}',
            "limits.conversion_rates[0].as_of: '2026-11-31T00:00:00Z' is no time",
        ),
        (
            'limits: {conversion_rates: [{currency: EUR, rate: "1", as_of: 2026-11-30}]}',
            "limits.conversion_rates[0].as_of: '2026-11-30' is not a time in UTC, as 2026-11-21T20:00:00Z",
        ),
        (
            "limits: {conversion_rates: [{currency: EUR, symbol: BTC-USD, as_of: 2026-11-30T00:00:00Z}]}",
            "limits.conversion_rates[0].as_of: there is no rate that it is the time of",
        ),
        (
            "limits: {conversion_rate_age_s_max: 0, conversion_rates: [{currency: EUR, rate: 1}]}",
            "limits.conversion_rate_age_s_max: '0' is not a whole number from 1",
        ),
    ],
)
def test_currencies(more: str, told: str) -> None:
    problems = problems_of(HEAD + more, "g.yaml")
    assert any(told in problem for problem in problems), problems


def test_rates_with_a_time_and_rates_that_are_prices(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    rates = """
limits:
  conversion_rate_age_s_max: 60
  conversion_rates:
    - {currency: EUR, rate: "1.1", as_of: 2023-11-14T22:13:20Z}
    - {currency: JPY, symbol: USD-JPY}
    - {currency: GBP, rate: "1.3", symbol: GBP-USD}
"""
    more = """  - {symbol: USD-JPY, venue: SIM, currency: JPY}
  - {symbol: GBP-USD, venue: SIM}
  - {symbol: FUT, venue: SIM, contract_multiplier: 50}
"""
    file.write_text(HEAD + more + rates)
    terms = terms_of(load_gateway(file))
    assert terms.limits.rates == (("EUR", Decimal("1.1")), ("GBP", Decimal("1.3")))
    assert terms.limits.rates_as_of_ns == (("EUR", 1_700_000_000 * 10**9),)
    assert terms.limits.rate_symbols == (("JPY", "USD-JPY"), ("GBP", "GBP-USD"))
    assert terms.limits.rate_age_ms_max == 60_000
    assert [instrument.contract_multiplier for instrument in terms.instruments] == [1, 1, 1, 50]
    assert limits_faults(terms.limits) == []


def test_an_account_that_is_said_twice() -> None:
    text = HEAD.replace("venues:", "  - {name: A1}\nvenues:") + GOOD
    (problem,) = problems_of(text, "g.yaml")
    assert "accounts[1].name: 'A1' is already accounts[0]" in problem
