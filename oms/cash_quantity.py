"""CashOrderQty(152): an order given as an amount of money. The quantity is computed once, when the order comes in, and
is its OrderQty(38) from then on, whatever the market does.

The price is that of the order itself where it has one, for it can cost no more: the limit, else the stop price; else
the reference price, which must be fresh. What is left over below a lot is not spent.
"""

from __future__ import annotations

from decimal import Decimal

from oms.blotter import Blotter
from oms.exact import floor_divide, multiply, plain
from oms.instruments import Instrument
from oms.refusals import Refusal, refuse
from oms.special_terms import SpecialTerms
from oms.types import Moment


def cash_quantity(
    special: SpecialTerms,
    order_qty: Decimal,
    price: Decimal | None,
    instrument: Instrument | None,
    blotter: Blotter,
    at: Moment,
) -> Decimal | Refusal:
    """OrderQty(38), or why it cannot be computed. As given for an order that comes with no amount of money."""
    cash = special.cash_order_qty
    if cash is None or instrument is None:  # the instrument gate refuses an unknown symbol
        return order_qty
    if cash <= 0 or order_qty:
        return refuse("CASH_ORDER_QTY", f"cash_order_qty={plain(cash)} order_qty={plain(order_qty)}")
    each = price if price is not None else special.stop_px
    if each is None:
        max_ms = blotter.limits.reference_price_age_ms_max
        each = blotter.market.fresh_price(instrument.symbol, at.utc_ns, max_ms)
        if each is None:
            return refuse("STALE_REFERENCE", f"symbol={instrument.symbol} cash_order_qty={plain(cash)} max_ms={max_ms}")
    if each <= 0:
        return order_qty  # the instrument gate refuses the price
    lot = instrument.round_lot
    return multiply(floor_divide(cash, multiply(multiply(each, instrument.contract_multiplier), lot)), lot)
