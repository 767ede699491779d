"""Whether values in the currency of an instrument can be told in the base currency: there is a rate, and it is not too
old. For every gate that judges values of slices; two look-ups and a comparison."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.conversion_rates import is_stale
from oms.exact import plain
from oms.instruments import Instrument
from oms.refusals import Refusal, refuse
from oms.types import Moment


def rate_fault(instrument: Instrument, blotter: Blotter, at: Moment) -> tuple[str, str] | None:
    """Code and figures of a refusal; None when the rate can be used."""
    currency, limits = instrument.currency, blotter.limits
    if not currency or currency == limits.base_currency:
        return None
    rate = blotter.conversion.get(currency)
    figures = f"symbol={instrument.symbol} currency={currency} base={limits.base_currency}"
    if rate is None:
        return "NO_CONVERSION_RATE", figures
    if not is_stale(rate, limits, at.utc_ns):
        return None
    age_ms = (at.utc_ns - rate.as_of_ns) // 1_000_000
    return "STALE_RATE", f"{figures} rate={plain(rate.rate)} age_ms={age_ms} max_ms={limits.rate_age_ms_max}"


def rate_refusal(instrument: Instrument | None, blotter: Blotter, at: Moment) -> Refusal | None:
    if instrument is None:
        return None  # another gate refuses
    fault = rate_fault(instrument, blotter, at)
    return None if fault is None else refuse(*fault)
