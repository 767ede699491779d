"""The price is not far from the reference price, on either side. Without a fresh reference nothing passes: fail closed.

A market order has no price to compare, but it needs the reference too: it is valued by it, and it trades near it. The
price of a stop limit order is compared with its StopPx(99): that is where the market is when it comes to count."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.exact import multiply, percent, plain, subtract
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment


def price_band(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    limits = blotter.limits
    reference = blotter.market.fresh_price(request.symbol, at.utc_ns, limits.reference_price_age_ms_max)
    if reference is None:
        return _stale(request.symbol, blotter, at)
    price = request.price
    if price is None:
        return None
    if request.special.stop_px is not None:
        reference = request.special.stop_px
    instrument, band = request.instrument, limits.price_band
    if instrument is not None and instrument.price_band is not None:
        band = instrument.price_band
    distance = subtract(price, reference) if price > reference else subtract(reference, price)
    if distance > multiply(reference, band):
        return refuse("PRICE_BAND", f"price={plain(price)} reference={plain(reference)} band={percent(band)}")
    return None


def _stale(symbol: str, blotter: Blotter, at: Moment) -> Refusal:
    reference = blotter.market.reference(symbol)
    max_ms = blotter.limits.reference_price_age_ms_max
    if reference is None:
        return refuse("STALE_REFERENCE", f"symbol={symbol} reference=none max_ms={max_ms}")
    age_ms = (at.utc_ns - reference.at_ns) // 1_000_000
    return refuse(
        "STALE_REFERENCE", f"symbol={symbol} reference={plain(reference.price)} age_ms={age_ms} max_ms={max_ms}"
    )
