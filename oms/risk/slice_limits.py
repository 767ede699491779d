"""One order is not too large and not too far from the market for the slices that it is in (`oms.slices`).

The limits for everybody have gates of their own and count besides, so a slice can only be narrower. Values are in the
base currency, by the same prices as there: of a market order and of a sell the reference price, if it is higher."""

from __future__ import annotations

from decimal import Decimal

from oms.blotter import Blotter
from oms.exact import multiply, percent, plain, subtract, trimmed
from oms.exposure import worst_price
from oms.refusals import Refusal, refuse
from oms.risk.at_venues import is_asked, is_plain
from oms.risk.conversion import rate_fault
from oms.risk.gate import OrderRequest, traits_of
from oms.slices import Bounds
from oms.types import Moment


def slice_limits(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    tables = blotter.order_tables
    if not tables:
        return None
    traits = traits_of(request, blotter)
    reference = request.trigger_price
    if reference is None:
        reference = blotter.market.fresh_price(request.symbol, at.utc_ns, blotter.limits.reference_price_age_ms_max)
    plain_request = is_plain(request)
    for table in tables:
        if not plain_request and not is_asked(table, request, blotter):
            continue
        key = table.key_of(traits)
        row = table.row(key)
        if row is None:
            continue
        bounds = row.bounds
        refusal = (
            _qty(request, bounds)
            or _notional(request, bounds, reference, blotter, at)
            or _band(request, bounds, reference)
        )
        if refusal is not None:
            code, *figures = refusal
            before, limit, value = figures
            return refuse(code, f"{before} slice={table.slice_name(key)} limit={limit} value={value}".strip())
    return None


_Excess = tuple[str, str, str, str]
"""Code, figures, limit and value."""


def _qty(request: OrderRequest, bounds: Bounds) -> _Excess | None:
    limit, order_qty = bounds.order_qty_max, request.exposed_qty
    if limit is None or order_qty <= limit:
        return None
    return "ORDER_QTY_LIMIT", f"order_qty={plain(order_qty)}", plain(limit), plain(order_qty)


def _notional(
    request: OrderRequest, bounds: Bounds, reference: Decimal | None, blotter: Blotter, at: Moment
) -> _Excess | None:
    limit, instrument = bounds.order_notional_max, request.instrument
    if limit is None or instrument is None:
        return None
    if (fault := rate_fault(instrument, blotter, at)) is not None:
        return *fault, plain(limit), "none"
    side, ord_type, price = request.side, request.ord_type, request.exposed_price
    each = worst_price(side, ord_type, price, request.special, reference, reference)
    notional = blotter.in_base_currency(multiply(request.exposed_qty, each), instrument)
    if notional <= limit:
        return None
    return "ORDER_NOTIONAL_LIMIT", f"notional={trimmed(notional)}", plain(limit), trimmed(notional)


def _band(request: OrderRequest, bounds: Bounds, reference: Decimal | None) -> _Excess | None:
    band, price = bounds.price_band, request.price
    if request.special.stop_px is not None:
        reference = request.special.stop_px
    if band is None or price is None or reference is None:
        return None  # without a fresh reference the gate price_band refuses
    distance = subtract(price, reference) if price > reference else subtract(reference, price)
    if distance <= multiply(reference, band):
        return None
    figures = f"price={plain(price)} reference={plain(reference)} band={percent(band)}"
    return "PRICE_BAND", figures, percent(band), plain(distance)
