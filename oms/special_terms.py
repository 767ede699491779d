"""Terms that few orders have: stop price, expiry, displayed quantity, handling instructions, legs of their making.

An order with none of them carries the one shared record `NO_SPECIAL_TERMS`, and its event None: what is common stays
small and fast.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from oms.types import ExecInst


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


NO_SPECIAL_TERMS: Final = SpecialTerms()
