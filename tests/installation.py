"""Gates as an installation might add them: the one of docs/HACKING.md, and one that breaks."""

from __future__ import annotations

from decimal import Decimal

from oms.blotter import Blotter
from oms.exact import multiply, plain
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment

BAD_DAY = {"BTC-USD": Decimal("0.08")}
"""What a bad day takes of the value: from the desk's own model."""
AT_RISK_MAX = Decimal(40_000)


def value_at_risk(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    reference, bad_day = blotter.market.reference(request.symbol), BAD_DAY.get(request.symbol)
    if reference is None or bad_day is None:
        return refuse("FURTHER_LIMIT", f"symbol={request.symbol} model=none")
    at_risk = multiply(multiply(request.exposed_qty, reference.price), bad_day)
    if at_risk <= AT_RISK_MAX:
        return None
    return refuse("FURTHER_LIMIT", f"at_risk={plain(at_risk)} limit={plain(AT_RISK_MAX)}")


def breaks_on_eleven(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    if request.order_qty == 11:
        raise ArithmeticError("what a model does on its worst day")
    return None


takes_too_little = len
NO_FUNCTION = 7
