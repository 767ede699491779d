"""The same order is not sent twice within a moment: same session, account, symbol, side, quantity and price under
another ClOrdID(11). Off at an interval of 0. Replaces are not looked at: they name the order that they are about.

SEC 15c3-5 (c)(1)(ii) asks for it by name: orders that indicate duplicative orders."""

from __future__ import annotations

from typing import Final

from oms.blotter import Blotter
from oms.recent_orders import content_of
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment, order_id

_NS_PER_MS: Final = 1_000_000


def duplicate_content(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    interval_ms = blotter.limits.duplicate_interval_ms
    if not interval_ms or request.order is not None:
        return None
    content = content_of(
        request.session, request.account, request.symbol, request.side, request.order_qty, request.price,
        request.special,
    )  # fmt: skip
    first = blotter.recent_orders.orders.get(content)
    if first is None or first.order_seq == request.order_seq:
        return None
    age_ns = abs(at.utc_ns - first.at_ns)  # a clock that was put back makes nothing young again for long
    if age_ns >= interval_ms * _NS_PER_MS:
        return None
    its_name = f"cl_ord_id={first.cl_ord_id or 'NONE'} order_id={order_id(blotter.store_id, first.order_seq)}"
    return refuse("DUPLICATE_CONTENT", f"{its_name} age_ms={age_ns // _NS_PER_MS} interval_ms={interval_ms}")
