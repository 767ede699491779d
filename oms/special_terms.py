"""Terms that few orders have: stop price, expiry, displayed quantity, handling instructions, legs of their making.

An order with none of them carries the one shared record `NO_SPECIAL_TERMS`, and its event None: what is common stays
small and fast.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from oms.types import ExecInst, Side


class Leg(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One leg of a multileg order: for each unit of the order so much of it."""

    ref_id: str
    """LegRefID(654), or its place among the legs, from 1."""
    symbol: str
    side: Side
    ratio_qty: Decimal
    """LegRatioQty(623)."""
    price: Decimal | None = None
    """LegPrice(566); None for the market's."""


class SpecialTerms(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """All fields are those of the request, or of a replace of it. Fields are only added, at the end, with a default."""

    stop_px: Decimal | None = None
    """StopPx(99): the reference price at which a stop order is triggered."""
    expire_time_ns: int | None = None
    """ExpireTime(126), UTC in ns, or the end of ExpireDate(432): when a GOOD_TILL_DATE order ends."""
    display_qty: Decimal | None = None
    """DisplayQty(1138), before FIX 5.0 MaxFloor(111): how much of the order the market may see."""
    exec_inst: tuple[ExecInst, ...] = ()
    """ExecInst(18), in the order in which the client wrote them."""
    cash_order_qty: Decimal | None = None
    """CashOrderQty(152): the order was given as an amount of money; OrderQty(38) was computed from it."""
    peg_offset: Decimal | None = None
    """PegOffsetValue(211) of a pegged order, in units of price."""
    legs: tuple[Leg, ...] = ()
    """Of a multileg order, the one that is worked first in front."""
    leg_ref_id: str = ""
    """Of an order that works a leg: which one."""


NO_SPECIAL_TERMS: Final = SpecialTerms()
