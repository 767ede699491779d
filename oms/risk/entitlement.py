"""The session may trade this symbol, on this side, by this type of order. Whoever has no entitlement may trade all.

A replace is asked too: an OrdType(40) can be changed, and an entitlement can have been taken away since."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment


def entitlement(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    client = blotter.clients.get(request.session)
    if client is None or client.rights is None:
        return None
    rights = client.rights
    if rights.symbols and request.symbol not in rights.symbols:
        return refuse("NOT_ENTITLED", f"field=Symbol(55) value={request.symbol}")
    if rights.sides and request.side not in rights.sides:
        return refuse("NOT_ENTITLED", f"field=Side(54) value={request.side}")
    if rights.ord_types and request.ord_type not in rights.ord_types:
        return refuse("NOT_ENTITLED", f"field=OrdType(40) value={request.ord_type}")
    return None
