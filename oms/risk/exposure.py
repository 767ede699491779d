"""Gross and net exposure of slices in the base currency, in the worst case of `oms.exposure`.

Only what makes it worse is refused, so whoever is above a limit can still come back."""

from __future__ import annotations

from decimal import Decimal

from oms.additions import Addition
from oms.blotter import Blotter
from oms.exact import ZERO, add, plain, trimmed
from oms.refusals import Refusal, refuse
from oms.risk.conversion import rate_refusal
from oms.risk.gate import OrderRequest
from oms.risk.to_reserve import additions
from oms.types import Moment, Side


def gross_exposure(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    if not blotter.exposures.has_values:
        return None
    for addition in additions(request, blotter):
        limit = addition.bounds.gross_notional_max
        if limit is not None:
            if (unknown := rate_refusal(request.instrument, addition.exposure, blotter, at)) is not None:
                return unknown
            before = ZERO if addition.exposure is None else addition.exposure.gross
            more = addition.more(blotter).gross
            if (refusal := above("GROSS_EXPOSURE", before, more, limit, addition)) is not None:
                return refusal
    return None


def net_exposure(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    if not blotter.exposures.has_values:
        return None
    for addition in additions(request, blotter):
        limit, exposure = addition.bounds.net_notional_max, addition.exposure
        if limit is not None:
            if (unknown := rate_refusal(request.instrument, addition.exposure, blotter, at)) is not None:
                return unknown
            adds = addition.more(blotter)
            if request.side is Side.BUY:
                before, more = ZERO if exposure is None else exposure.net_long, adds.net_long
            else:
                before, more = ZERO if exposure is None else exposure.net_short, adds.net_short
            if (refusal := above("NET_EXPOSURE", before, more, limit, addition)) is not None:
                return refusal
    return None


def above(code: str, before: Decimal, more: Decimal, limit: Decimal, addition: Addition) -> Refusal | None:
    value = add(before, more)
    if value <= limit or more <= ZERO:
        return None
    figures = f"before={trimmed(before)} more={trimmed(more)} slice={addition.name}"
    return refuse(code, f"{figures} limit={plain(limit)} value={trimmed(value)}")
