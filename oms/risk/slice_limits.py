"""One order is not too large and not too far from the market for the slices that it is in (`oms.slices`).

The limits for everybody have gates of their own and count besides, so a slice can only be narrower. Values are in the
base currency, by the same prices as there: of a market order and of a sell the reference price, if it is higher."""

from __future__ import annotations

from decimal import Decimal

from oms.blotter import Blotter
from oms.exact import multiply, percent, plain, subtract, trimmed
from oms.exposure import worst_price
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.slices import Bounds
from oms.types import Moment


def slice_limits(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    tables = blotter.tables
    if not tables:
        return None
    order = request.order
    session, trader = (request.session, request.trader) if order is None else (order.session, order.trader)
    traits = blotter.traits(request.account, request.symbol, session, trader, request.venue or "")
    reference = blotter.market.fresh_price(request.symbol, at.utc_ns, blotter.limits.reference_price_age_ms_max)
    for table in tables:
        key = table.key_of(traits)
        row = table.row(key)
        if row is None:
            continue
        refusal = (
            _qty(request, row.bounds, table.slice_name(key))
            or _notional(request, row.bounds, table.slice_name(key), reference, blotter)
            or _band(request, row.bounds, table.slice_name(key), reference)
        )
        if refusal is not None:
            return refusal
    return None


def _qty(request: OrderRequest, bounds: Bounds, name: str) -> Refusal | None:
    limit, order_qty = bounds.order_qty_max, request.exposed_qty
    if limit is None or order_qty <= limit:
        return None
    return refuse(
        "ORDER_QTY_LIMIT",
        f"order_qty={plain(order_qty)} slice={name} limit={plain(limit)} value={plain(order_qty)}",
    )


def _notional(
    request: OrderRequest, bounds: Bounds, name: str, reference: Decimal | None, blotter: Blotter
) -> Refusal | None:
    limit, instrument = bounds.order_notional_max, request.instrument
    if limit is None or instrument is None:
        return None
    if not blotter.has_rate(instrument):
        return refuse(
            "NO_CONVERSION_RATE",
            f"symbol={instrument.symbol} currency={instrument.currency} base={blotter.limits.base_currency}",
        )
    price = worst_price(
        request.side, request.ord_type, request.exposed_price, request.special, reference, reference
    )  # fmt: skip
    notional = blotter.in_base_currency(multiply(request.exposed_qty, price), instrument)
    if notional <= limit:
        return None
    return refuse(
        "ORDER_NOTIONAL_LIMIT",
        f"notional={trimmed(notional)} slice={name} limit={plain(limit)} value={trimmed(notional)}",
    )


def _band(request: OrderRequest, bounds: Bounds, name: str, reference: Decimal | None) -> Refusal | None:
    band, price = bounds.price_band, request.price
    if request.special.stop_px is not None:
        reference = request.special.stop_px
    if band is None or price is None or reference is None:
        return None  # without a fresh reference the gate price_band refuses
    distance = subtract(price, reference) if price > reference else subtract(reference, price)
    if distance <= multiply(reference, band):
        return None
    return refuse(
        "PRICE_BAND",
        f"price={plain(price)} reference={plain(reference)} band={percent(band)} slice={name} limit={percent(band)} "
        f"value={plain(distance)}",
    )
