"""Margin in use and reserved stays within the credit of the slices that the request is in: of each symbol the worst
case of `oms.exposure`, times what the limits ask for its class.

Only what needs more margin is refused, so whoever is above a limit can still come back."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.exact import ZERO
from oms.refusals import Refusal
from oms.risk.conversion import rate_refusal
from oms.risk.exposure import above
from oms.risk.gate import OrderRequest
from oms.risk.to_reserve import additions
from oms.types import Moment


def credit(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    if not blotter.exposures.has_credit:
        return None
    for addition in additions(request, blotter):
        limit, exposure = addition.bounds.credit_max, addition.exposure
        if limit is not None:
            if (unknown := rate_refusal(request.instrument, addition.exposure, blotter, at)) is not None:
                return unknown
            before = ZERO if exposure is None else exposure.margin
            if (refusal := above("CREDIT_LIMIT", before, addition.more(blotter).margin, limit, addition)) is not None:
                return refusal
    return None
