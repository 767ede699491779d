"""A quick look instead of the gates on slices: of nearly all orders it sees at once that none of them can refuse.

It never lets pass what one of the gates would refuse. It knows an upper bound of what a new order adds: no sum of a
slice goes up by more than the order's own value, unless the order could turn a position; then by no more than the whole
side comes to. What is within the limits by that bound is within them. Of anything else, of replaces and of orders that
come together it says nothing, and the gates are asked."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from oms.blotter import Blotter
from oms.exact import ZERO, add, multiply, multiply_rounded_up, subtract
from oms.holdings import Cell
from oms.place_limits import PlaceLimits, PositionLimit, ValueLimit, narrower
from oms.risk.conversion import rate_fault
from oms.risk.gate import OrderRequest, Stage
from oms.types import Moment, OrdType, Side

_BUY: Final = Side.BUY
_LIMIT: Final = OrdType.LIMIT
_MARKET: Final = OrdType.MARKET
_ENTRY: Final = Stage.ENTRY
_REMEMBERED_MAX: Final = 16_384


def within_slices(request: OrderRequest, blotter: Blotter, at: Moment) -> bool:
    """The gates slice_limits, position, gross_exposure, net_exposure and credit let it pass. False: ask them."""
    if not blotter.tables:
        return True
    instrument, price = request.instrument, request.price
    if (
        instrument is None
        or instrument.weights
        or request.order_seq is not None
        or request.beside
        or request.stage is not _ENTRY
        or request.special.stop_px is not None
        or request.exposed_price is not price
    ):
        return False
    limits = _limits(request, blotter)
    if limits is None:
        return False
    qty, is_buy = request.exposed_qty, request.side is _BUY
    each = _price(request, blotter, limits.price_band, is_buy=is_buy)
    if each is None or (limits.order_qty_max is not None and qty > limits.order_qty_max):
        return False
    for position in limits.positions:
        holding, most = position.holding, position.long_max if is_buy else position.short_max
        if most is not None:
            held = add(holding.net_qty, holding.buy_qty) if is_buy else subtract(holding.sell_qty, holding.net_qty)
            if add(held, qty) > most:
                return False
    if not limits.values and limits.order_notional_max is None:
        return True
    value = multiply(qty, each)
    if not value > ZERO or (limits.needs_rate and rate_fault(instrument, blotter, at) is not None):
        return False
    if blotter.limits.rate_age_ms_max and blotter.conversion.any_is_stale(blotter.limits, at.utc_ns):
        return False
    return _values_are_within(limits, value, blotter.rates, is_buy=is_buy)


def _values_are_within(limits: PlaceLimits, value: Decimal, rates: Mapping[str, Decimal], *, is_buy: bool) -> bool:
    """`value` is in the currency of the instrument, and above 0."""
    factor = limits.factor
    in_base = value if factor is None else multiply_rounded_up(value, factor)
    if limits.order_notional_max is not None and in_base > limits.order_notional_max:
        return False
    for limit in limits.values:
        exposure, holding = limit.exposure, limit.holding
        if exposure.currencies and not exposure.currencies.keys() <= rates.keys():
            return False
        more = more_gross = in_base
        if (holding.sign < 0) if is_buy else (holding.sign > 0):  # it closes, or could turn: then the side counts whole
            whole = add(holding.buy_value if is_buy else holding.sell_value, value)
            if factor is not None:
                whole = multiply_rounded_up(whole, factor)
            more = subtract(whole, holding.long_worst if is_buy else holding.short_worst)
            more_gross = subtract(whole, holding.gross) if whole > holding.gross else ZERO
        if limit.net_max is not None:
            if add(exposure.net_long if is_buy else exposure.net_short, more) > limit.net_max:
                return False
        if limit.gross_max is not None and add(exposure.gross, more_gross) > limit.gross_max:
            return False
        if limit.credit_max is not None and add(exposure.margin, holding.margin_of(more_gross)) > limit.credit_max:
            return False
    return True


def _price(request: OrderRequest, blotter: Blotter, band: Decimal | None, *, is_buy: bool) -> Decimal | None:
    """The highest that any of the gates values it at; None when that is not known, or it is too far from the market."""
    price = request.price
    if price is None:
        return blotter.worst_prices(request.symbol)[1] if request.ord_type is _MARKET else None
    if request.ord_type is not _LIMIT:
        return None
    if is_buy and band is None:
        return price
    reference = blotter.market.references.get(request.symbol)
    if reference is None:
        return price
    market = reference.price
    if price > market:
        if band is not None and subtract(price, market) > multiply(market, band):
            return None
        return price
    if band is not None and subtract(market, price) > multiply(market, band):
        return None
    return price if is_buy else market


def _limits(request: OrderRequest, blotter: Blotter) -> PlaceLimits | None:
    """None as long as nothing of the place is in the slices."""
    place = request.account, request.symbol, request.session, request.trader, request.venue or ""
    known = blotter.places.get(place)
    if known is not None:
        return known
    ledger = blotter.exposures
    cells: list[Cell] = []
    if ledger.books:
        for at_venue in ("", place[4]) if ledger.is_by_venue and place[4] else ("",):
            cell = ledger.cells.get((place[0], place[1], place[2], place[3], at_venue))
            if cell is None:
                return None
            cells.append(cell)
    limits = _limits_of(place, cells, blotter)
    if len(blotter.places) >= _REMEMBERED_MAX:
        blotter.places.clear()
    blotter.places[place] = limits
    return limits


def _limits_of(place: tuple[str, str, str, str, str], cells: list[Cell], blotter: Blotter) -> PlaceLimits:
    factor, traits = blotter.value_factor(blotter.instruments.get(place[1])), blotter.traits(*place)
    limits = PlaceLimits(
        None if factor == 1 else factor, needs_rate=traits.currency not in ("", blotter.limits.base_currency)
    )
    for table in blotter.order_tables:
        row = table.row(table.key_of(traits))
        if row is not None:
            bounds = row.bounds
            limits.order_qty_max = narrower(limits.order_qty_max, bounds.order_qty_max)
            limits.order_notional_max = narrower(limits.order_notional_max, bounds.order_notional_max)
            limits.price_band = narrower(limits.price_band, bounds.price_band)
    for cell in cells:
        for _, _, bounds, exposure, holding in cell.slots:
            assert exposure is not None and holding is not None, place
            if bounds.long_qty_max is not None or bounds.short_qty_max is not None:
                limits.positions.append(PositionLimit(holding, bounds.long_qty_max, bounds.short_qty_max))
            gross_max, net_max, credit_max = bounds.gross_notional_max, bounds.net_notional_max, bounds.credit_max
            if gross_max is not None or net_max is not None or credit_max is not None:
                limits.values.append(ValueLimit(exposure, holding, gross_max, net_max, credit_max))
    return limits
