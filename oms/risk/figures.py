"""What each gate looks at, in figures: its value, its limit, and the slice that the limit is for. For people only.

A gate itself says nothing when a request passes, for that is what nearly all of them do, and it must cost nothing. Its
figures are computed here, beside it, when somebody asks. A gate that is not in FIGURES has its refusal alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from oms.additions import Addition
from oms.blotter import Blotter
from oms.exact import ZERO, add, multiply, percent, percent_of, plain, quotient_for_display, subtract
from oms.exposure import worst_price
from oms.limits import Rate
from oms.risk.at_venues import is_asked
from oms.risk.gate import OrderRequest, traits_of
from oms.risk.to_reserve import additions
from oms.types import Moment, OrdType, Side
from oms.venue_capabilities import what_lacks

_NS_PER_S: Final = 1_000_000_000
_NS_PER_MS: Final = 1_000_000
EVERYBODY: Final = ""
"""The slice of limits that hold for every order."""


class Figure(NamedTuple):
    name: str
    value: str
    limit: str
    slice: str = EVERYBODY


Figures = Callable[[OrderRequest, Blotter, Moment], Iterable[Figure]]


def _kill_switch(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    switch = blotter.kill_switches.holding(request)
    yield Figure("engaged", "none" if switch is None else switch.name, "none", "" if switch is None else switch.name)


def _trading_state(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    yield Figure("state", str(blotter.trading_state), "ACTIVE")


def _entitlement(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    client = blotter.clients.get(request.session)
    rights = None if client is None else client.rights
    for name, value, allowed in (
        ("symbol", request.symbol, None if rights is None else rights.symbols),
        ("side", str(request.side), None if rights is None else rights.sides),
        ("ord_type", str(request.ord_type), None if rights is None else rights.ord_types),
    ):
        limit = ",".join(sorted(map(str, allowed))) if allowed else "any"
        yield Figure(name, value, limit, f"session={request.session}")


def _duplicate_content(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    interval_ms = blotter.limits.duplicate_interval_ms
    yield Figure("interval_ms", "off" if not interval_ms else "looked at", str(interval_ms))


def _halted_symbol(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    name = f"symbol={request.symbol}"
    yield Figure("operator", str(blotter.halts.get(("", request.symbol), "TRADING")), "TRADING", name)
    if request.venue is not None:
        status = blotter.halts.get((request.venue, request.symbol), "TRADING")
        yield Figure(request.venue, str(status), "TRADING", name)


def _instrument(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    instrument = request.instrument
    name = f"symbol={request.symbol}"
    if instrument is None:
        yield Figure("symbol", request.symbol, "one that is known", name)
        return
    sizes = f"{plain(instrument.min_trade_vol)} to {plain(instrument.max_trade_vol)}"
    yield Figure("order_qty", plain(request.order_qty), f"{sizes} in {plain(instrument.round_lot)}", name)
    price = "none" if request.price is None else plain(request.price)
    yield Figure("price", price, f"above 0 in {plain(instrument.min_price_increment)}", name)


def _order_limits(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    limits, instrument = blotter.limits, request.instrument
    yield Figure("order_qty", plain(request.exposed_qty), plain(limits.order_qty_max))
    if instrument is not None:
        notional = _notional(request, blotter, at)
        value = "none" if notional is None else plain(multiply(notional, instrument.contract_multiplier))
        yield Figure("notional", value, plain(limits.order_notional_max))


def _notional(request: OrderRequest, blotter: Blotter, at: Moment) -> Decimal | None:
    """Quantity x the price that it is valued at; None when there is no such price."""
    reference = _fresh(request, blotter, at)
    prices = [price for price in (request.exposed_price, request.special.stop_px) if price is not None]
    if request.side is Side.SELL or request.ord_type in (OrdType.MARKET, OrdType.STOP, OrdType.PEGGED):
        prices += [] if reference is None else [reference]
    return multiply(request.exposed_qty, max(prices)) if prices else None


def _fresh(request: OrderRequest, blotter: Blotter, at: Moment) -> Decimal | None:
    return blotter.market.fresh_price(request.symbol, at.utc_ns, blotter.limits.reference_price_age_ms_max)


def _price_band(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    limits, instrument, name = blotter.limits, request.instrument, f"symbol={request.symbol}"
    reference = blotter.market.reference(request.symbol)
    age = "no price" if reference is None else str((at.utc_ns - reference.at_ns) // _NS_PER_MS)
    yield Figure("reference_age_ms", age, str(limits.reference_price_age_ms_max), name)
    band, name = limits.price_band, EVERYBODY
    if instrument is not None and instrument.price_band is not None:
        band, name = instrument.price_band, f"symbol={request.symbol}"
    yield from _distance(request, None if reference is None else reference.price, band, name)


def _distance(request: OrderRequest, reference: Decimal | None, band: Decimal, name: str) -> Iterable[Figure]:
    at = request.special.stop_px if request.special.stop_px is not None else reference
    if request.price is not None and at is not None and at > 0:
        distance = quotient_for_display(subtract(request.price, at), at).copy_abs()
        yield Figure(f"distance from {plain(at)}", percent(distance), percent(band), name)


def _throttle(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    client, rate, full_at_ns = blotter.clients.get(request.session), blotter.limits.messages, 0
    if client is not None:
        rate, full_at_ns = client.messages or rate, client.messages_full_at_ns
    yield Figure("messages", str(_used(rate, full_at_ns, at)), str(rate.burst), f"session={request.session}")


def _used(rate: Rate, full_at_ns: int, at: Moment) -> int:
    """Tokens that are gone from the bucket, the one for this request among them."""
    interval_ns = -(-_NS_PER_S // rate.per_s) if rate.per_s else 1
    return -(-max(0, full_at_ns - at.utc_ns) // interval_ns) + 1


def _slice_limits(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    traits = traits_of(request, blotter)
    reference = _fresh(request, blotter, at)
    for table in blotter.tables:
        key = table.key_of(traits)
        row = table.row(key)
        if row is None or not is_asked(table, request, blotter):
            continue  # of parts each is asked by itself
        bounds, name = row.bounds, table.slice_name(key)
        if bounds.order_qty_max is not None:
            yield Figure("order_qty", plain(request.exposed_qty), plain(bounds.order_qty_max), name)
        if bounds.order_notional_max is not None and request.instrument is not None:
            price = worst_price(
                request.side, request.ord_type, request.exposed_price, request.special, reference, reference
            )
            notional = blotter.in_base_currency(multiply(request.exposed_qty, price), request.instrument)
            yield Figure("notional", _short(notional), plain(bounds.order_notional_max), name)
        if bounds.price_band is not None:
            yield from _distance(request, reference, bounds.price_band, name)


def _position(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    is_buy = request.side is Side.BUY
    for addition in _additions(request, blotter, blotter.exposures.has_positions):
        bounds, holding = addition.bounds, addition.holding(request.symbol)
        limit = bounds.long_qty_max if is_buy else bounds.short_qty_max
        if limit is None:
            continue
        buy_qty, _, sell_qty, _ = addition.by_symbol[request.symbol]
        worst = buy_qty if is_buy else sell_qty
        if holding is not None:
            net = holding.net_qty if is_buy else subtract(ZERO, holding.net_qty)
            worst = add(worst, add(net, holding.buy_qty if is_buy else holding.sell_qty))
        yield Figure("worst long" if is_buy else "worst short", plain(worst), plain(limit), addition.name)


def _gross_exposure(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    for addition in _additions(request, blotter, blotter.exposures.has_values):
        limit = addition.bounds.gross_notional_max
        if limit is not None:
            before = ZERO if addition.exposure is None else addition.exposure.gross
            yield Figure("gross", _short(add(before, addition.more(blotter).gross)), plain(limit), addition.name)


def _net_exposure(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    is_buy = request.side is Side.BUY
    for addition in _additions(request, blotter, blotter.exposures.has_values):
        limit, exposure = addition.bounds.net_notional_max, addition.exposure
        if limit is not None:
            before = ZERO if exposure is None else exposure.net_long if is_buy else exposure.net_short
            more = addition.more(blotter)[1 if is_buy else 2]
            name = "net long" if is_buy else "net short"
            yield Figure(name, _short(add(before, more)), plain(limit), addition.name)


def _credit(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    for addition in _additions(request, blotter, blotter.exposures.has_credit):
        limit = addition.bounds.credit_max
        if limit is not None:
            before = ZERO if addition.exposure is None else addition.exposure.margin
            margin = add(before, addition.more(blotter).margin)
            yield Figure("margin", _short(margin), plain(limit), addition.name)
            if limit:
                yield Figure("utilisation", percent_of(margin, limit), "100%", addition.name)


def _short(number: Decimal) -> str:
    """A value in money without the zeros that its rounding has left at its end."""
    text = plain(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _additions(request: OrderRequest, blotter: Blotter, asked: bool) -> list[Addition]:
    return additions(request, blotter) if asked else []


def _venue_available(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    listed = () if request.instrument is None else request.instrument.venues
    yield Figure("venue", request.venue or "none", "connected of " + (",".join(listed) or "none"))


def _venue_supports(request: OrderRequest, blotter: Blotter, at: Moment) -> Iterable[Figure]:
    venue = request.venue
    if venue is not None:
        capabilities = blotter.capabilities_of(venue)
        lacking = what_lacks(
            capabilities, request.symbol, request.ord_type, request.time_in_force, request.special
        )  # fmt: skip
        terms = f"{request.ord_type} {request.time_in_force}"
        yield Figure(terms, lacking or "taken", "taken", f"venue={venue}")


FIGURES: Final[Mapping[str, Figures]] = {
    "kill_switch": _kill_switch,
    "trading_state": _trading_state,
    "entitlement": _entitlement,
    "duplicate_content": _duplicate_content,
    "halted_symbol": _halted_symbol,
    "instrument": _instrument,
    "order_limits": _order_limits,
    "price_band": _price_band,
    "throttle": _throttle,
    "slice_limits": _slice_limits,
    "position": _position,
    "gross_exposure": _gross_exposure,
    "net_exposure": _net_exposure,
    "credit": _credit,
    "venue_available": _venue_available,
    "venue_supports": _venue_supports,
}
"""By the name of the gate."""
