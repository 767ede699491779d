"""Overrides: a named person, together with another, lets one order pass in spite of named refusals (RTS 6, 15(6)).

Only refusals by soft limits can be overridden, each by its name. What a person has stopped, what a session is not
entitled to, and what no venue could execute rightly stays refused. An override is for one new order of one session, by
its ClOrdID(11) or as the next one on its terms; it is used once at most, and lapses by itself. An order that then has
to wait here is judged anew when it is let go, as any other, and so is a replace of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from oms.commands import NewOrder
from oms.override_events import OverrideGranted
from oms.refusals import Refusal

SOFT_CODES: Final = frozenset(
    {
        "ORDER_QTY_LIMIT",
        "ORDER_NOTIONAL_LIMIT",
        "PRICE_BAND",
        "DUPLICATE_CONTENT",
        "POSITION_LIMIT_LONG",
        "POSITION_LIMIT_SHORT",
        "GROSS_EXPOSURE",
        "NET_EXPOSURE",
        "CREDIT_LIMIT",
    }
)
VALID_S_MAX: Final = 3600


def matching(
    granted: Iterable[OverrideGranted], command: NewOrder, order_qty: Decimal, refused: Iterable[Refusal], at_ns: int
) -> OverrideGranted | None:
    """The first override that is for this order and for all that is held against it."""
    codes = {refusal.code for refusal in refused}
    for grant in granted:
        if (
            at_ns < grant.until_ns
            and codes.issubset(grant.codes)
            and grant.session == command.session
            and grant.cl_ord_id in ("", command.cl_ord_id)
            and grant.symbol == command.symbol
            and grant.side is command.side
            and order_qty <= grant.qty_max
            and grant.price in (None, command.price)
        ):
            return grant
    return None
