"""Whether values in other currencies can be told in the base currency: there is a rate, and it is not too old. For
every gate that judges values of slices; a look-up and a comparison for each currency that is in the slice."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.conversion_rates import is_stale
from oms.exact import plain
from oms.holdings import Exposure
from oms.instruments import Instrument
from oms.refusals import Refusal, refuse
from oms.types import Moment


def rate_fault(instrument: Instrument, blotter: Blotter, at: Moment) -> tuple[str, str] | None:
    """Code and figures of a refusal; None when values of the instrument can be told."""
    return _fault(instrument.symbol, instrument.currency, blotter, at)


def rate_refusal(
    instrument: Instrument | None, exposure: Exposure | None, blotter: Blotter, at: Moment
) -> Refusal | None:
    """Also None when nothing that is in the slice is in a currency of which that cannot be told."""
    if instrument is None:
        return None  # another gate refuses
    fault = rate_fault(instrument, blotter, at)
    if fault is not None:
        return refuse(*fault)
    for currency in () if exposure is None else exposure.currencies:
        fault = None if currency == instrument.currency else _fault("", currency, blotter, at)
        if fault is not None:
            assert exposure is not None
            symbol = _symbol_in(currency, exposure, blotter)
            if symbol:
                return refuse(fault[0], f"symbol={symbol}{fault[1].removeprefix('symbol=')}")
    return None


def _fault(symbol: str, currency: str, blotter: Blotter, at: Moment) -> tuple[str, str] | None:
    limits = blotter.limits
    if not currency or currency == limits.base_currency:
        return None
    rate = blotter.conversion.get(currency)
    figures = f"symbol={symbol} currency={currency} base={limits.base_currency}"
    if rate is None:
        return "NO_CONVERSION_RATE", figures
    if not is_stale(rate, limits, at.utc_ns):
        return None
    age_ms = (at.utc_ns - rate.as_of_ns) // 1_000_000
    return "STALE_RATE", f"{figures} rate={plain(rate.rate)} age_ms={age_ms} max_ms={limits.rate_age_ms_max}"


def _symbol_in(currency: str, exposure: Exposure, blotter: Blotter) -> str:
    """One that the slice holds, or has orders in; '' when it has nothing in the currency."""
    for symbol, held in exposure.holdings.items():
        instrument = blotter.instruments.get(symbol)
        if instrument is not None and instrument.currency == currency:
            if held.net_qty or held.buy_qty or held.sell_qty:
                return symbol
    return ""
