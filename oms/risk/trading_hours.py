"""The instrument is within its trading hours, if it has some, and in no blackout. What only lowers an order passes.

The windows are facts (`oms.closures`): this gate compares instants and knows no calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from oms.blotter import Blotter
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.risk.trading_state import only_lowers
from oms.types import Moment

_NS_PER_S: Final = 1_000_000_000


def trading_hours(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    hours = blotter.closures.hours
    if not hours:
        return None
    window = hours.get(request.symbol)
    if window is None or window[0] <= at.utc_ns < window[1] or only_lowers(request):
        return None
    start_ns, end_ns = window
    figure = f"opens={_time(start_ns)}" if at.utc_ns < start_ns else f"closed={_time(end_ns)}"
    return refuse("OUT_OF_HOURS", f"symbol={request.symbol} {figure}")


def blackout(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    closures = blotter.closures
    names_of = closures.blackouts_of
    if not names_of:
        return None
    for whose in ("", request.symbol):
        for name in names_of.get(whose, ()):
            start_ns, end_ns = closures.blackouts[name].window
            if start_ns <= at.utc_ns < end_ns and not only_lowers(request):
                return refuse("BLACKOUT", f"symbol={request.symbol} blackout={name} ends={_time(end_ns)}")
    return None


def _time(utc_ns: int) -> str:
    return datetime.fromtimestamp(utc_ns // _NS_PER_S, UTC).strftime("%Y%m%d-%H:%M:%S")
