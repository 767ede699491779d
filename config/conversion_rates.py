"""Conversion rates as the configuration has them: what is wrong with one, and the terms that the OMS is told."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from config.convert import Fault
from config.limit_slices import ConversionRate
from config.model import GatewayConfig, LimitsConfig
from config.session_checks import at

NS_PER_S = 1_000_000_000
MS_PER_S = 1_000


class RateTerms(NamedTuple):
    """In the words of `oms.limits.Limits`."""

    rates: tuple[tuple[str, Decimal], ...]
    rates_as_of_ns: tuple[tuple[str, int], ...]
    rate_symbols: tuple[tuple[str, str], ...]
    rate_age_ms_max: int


def rate_terms(limits: LimitsConfig) -> RateTerms:
    told = limits.conversion_rates
    times = ((of.currency, as_of_ns(of.as_of)) for of in told if of.as_of is not None)
    return RateTerms(
        rates=tuple((of.currency, of.rate) for of in told if of.rate is not None),
        rates_as_of_ns=tuple((currency, time) for currency, time in times if time is not None),
        rate_symbols=tuple((of.currency, of.symbol) for of in told if of.symbol is not None),
        rate_age_ms_max=(limits.conversion_rate_age_s_max or 0) * MS_PER_S,
    )


def source_faults(where: str, of: ConversionRate, config: GatewayConfig) -> list[Fault]:
    """Of when a rate was so, and of the instrument that it comes from."""
    faults, base = [], config.limits.base_currency
    if of.as_of is not None and of.rate is None:
        faults.append(at(f"{where}.as_of", "there is no rate that it is the time of"))
    elif of.as_of is not None and as_of_ns(of.as_of) is None:
        faults.append(at(f"{where}.as_of", f"'{of.as_of}' is no time: YYYY-MM-DDTHH:MM:SSZ"))
    if of.symbol is None:
        if of.rate is None:
            faults.append(at(f"{where}.rate", "is missing; or name the symbol whose reference price it is"))
        return faults
    instrument = next((each for each in config.instruments if each.symbol == of.symbol), None)
    if instrument is None:
        there = ", ".join(each.symbol for each in config.instruments) or "none"
        faults.append(at(f"{where}.symbol", f"'{of.symbol}' is not there; known are {there}"))
    elif (instrument.currency or base) not in (base, of.currency) or instrument.contract_multiplier != 1:
        why = f"'{of.symbol}' has its price neither in {base} nor in {of.currency}, or has a multiplier"
        faults.append(at(f"{where}.symbol", why))
    return faults


def as_of_ns(text: str) -> int | None:
    """`2026-11-21T20:00:00Z` as ns since 1970-01-01; None for what is no time."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()) * NS_PER_S
    except ValueError:
        return None
