"""What can be traded, and in which steps."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from oms.exact import in_bounds

CONTRACT_MULTIPLIER_DIGITS_MAX = 9


class Instrument(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One symbol. Field names are those of FIX security definitions; changes are events (InstrumentDefined)."""

    symbol: str
    """Symbol(55)."""
    min_price_increment: Decimal
    """MinPriceIncrement(969): the tick. A price is a multiple of it."""
    round_lot: Decimal
    """RoundLot(561): a quantity is a multiple of it."""
    min_trade_vol: Decimal
    """MinTradeVol(562): the smallest OrderQty(38)."""
    max_trade_vol: Decimal
    """MaxTradeVol(1140): the largest OrderQty(38)."""
    venues: tuple[str, ...]
    """The venues that list it, the preferred one first."""
    contract_multiplier: Decimal = Decimal(1)
    """ContractMultiplier(231): notional value = quantity x price x multiplier. At most 9 digits."""
    price_band: Decimal | None = None
    """How far Price(44) may be from the reference price, as a fraction of it; None: as the limits say."""
    weights: tuple[int, ...] = ()
    """How an order is divided over the `venues`, one number for each; empty: whole to the first connected one."""
    has_close: bool = False
    """Its market has a close that orders can wait for. Since schema 3."""
    risk_class: str = ""
    """What limits call it together with others: `crypto`, `small caps`. Since schema 3, as `currency`."""
    currency: str = ""
    """Currency(15) of its price; '' for the base currency of the limits."""


def instrument_faults(instrument: Instrument) -> list[str]:
    """What is wrong with the record, each as `field: value: rule`; empty when it can be used."""
    faults = []
    for name in ("min_price_increment", "round_lot", "min_trade_vol", "max_trade_vol", "contract_multiplier"):
        value: Decimal = getattr(instrument, name)
        if not in_bounds(value) or value <= 0:
            faults.append(f"{name}: {value}: a positive number of at most 15 integer and 12 fraction digits")
    if not faults:
        if instrument.max_trade_vol < instrument.min_trade_vol:
            faults.append(
                f"max_trade_vol: {instrument.max_trade_vol}: not below min_trade_vol {instrument.min_trade_vol}"
            )
        if len(instrument.contract_multiplier.as_tuple().digits) > CONTRACT_MULTIPLIER_DIGITS_MAX:
            faults.append(f"contract_multiplier: {instrument.contract_multiplier}: at most 9 digits")
    band = instrument.price_band
    if band is not None and (not in_bounds(band) or band < 0):
        faults.append(f"price_band: {band}: not negative, at most 15 integer and 12 fraction digits")
    if not instrument.symbol:
        faults.append("symbol: '': not empty")
    if not instrument.venues:
        faults.append("venues: (): at least one venue")
    if len(set(instrument.venues)) != len(instrument.venues):
        faults.append(f"venues: {', '.join(instrument.venues)}: each venue once")
    weights = instrument.weights
    if weights and (len(weights) != len(instrument.venues) or min(weights) < 1):
        faults.append(f"weights: {', '.join(map(str, weights))}: a positive number for each venue")
    return faults
