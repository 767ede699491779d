"""What few orders have is right in itself: stop price, expiry, displayed quantity, instructions that do not contradict
each other. Whether a venue takes it is another question (`oms.risk.venue_supports`)."""

from __future__ import annotations

from typing import Final

from oms.blotter import Blotter
from oms.exact import plain, remainder
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.special_terms import NO_SPECIAL_TERMS, SpecialTerms
from oms.types import ExecInst, Moment, OrdType, TimeInForce

_PLAIN_TYPES: Final = (OrdType.LIMIT, OrdType.MARKET)
_TIMED: Final = (TimeInForce.GOOD_TILL_DATE, TimeInForce.AT_THE_CLOSE)
_STOPS: Final = (OrdType.STOP, OrdType.STOP_LIMIT)
_MUST_NOT_REST: Final = (TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL)
_PEGS: Final = frozenset({ExecInst.MARKET_PEG, ExecInst.PRIMARY_PEG, ExecInst.MID_PRICE_PEG})
_EXCLUDE_EACH_OTHER: Final = (
    frozenset({ExecInst.REINSTATE_ON_TRADING_HALT, ExecInst.CANCEL_ON_TRADING_HALT}),
    frozenset({ExecInst.REINSTATE_ON_CONNECTION_LOSS, ExecInst.CANCEL_ON_CONNECTION_LOSS}),
    frozenset({ExecInst.HELD, ExecInst.NOT_HELD}),
    _PEGS,
)


def order_terms(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    special, ord_type = request.special, request.ord_type
    if special is NO_SPECIAL_TERMS and ord_type in _PLAIN_TYPES and request.time_in_force not in _TIMED:
        return None
    return (
        _stop_px(request, special)
        or _expiry(request, special, at)
        or _display_qty(request, special)
        or _exec_inst(request, special)
        or _peg(request, special)
        or _close(request, blotter)
    )


def _stop_px(request: OrderRequest, special: SpecialTerms) -> Refusal | None:
    stop_px, ord_type = special.stop_px, request.ord_type
    if ord_type not in _STOPS:
        return (
            None if stop_px is None else refuse("STOP_PX_NOT_ALLOWED", f"ord_type={ord_type} stop_px={plain(stop_px)}")
        )
    if stop_px is None:
        return refuse("STOP_PX_MISSING", f"ord_type={ord_type}")
    if request.instrument is not None:
        tick = request.instrument.min_price_increment
        if stop_px <= 0 or remainder(stop_px, tick):
            return refuse("STOP_PX_INCREMENT", f"stop_px={plain(stop_px)} min_price_increment={plain(tick)}")
    return None


def _expiry(request: OrderRequest, special: SpecialTerms, at: Moment) -> Refusal | None:
    expire_time_ns, time_in_force = special.expire_time_ns, request.time_in_force
    if time_in_force is not TimeInForce.GOOD_TILL_DATE:
        if expire_time_ns is None:
            return None
        return refuse("EXPIRE_TIME_NOT_ALLOWED", f"time_in_force={time_in_force}")
    if expire_time_ns is None:
        return refuse("EXPIRE_TIME_MISSING", f"time_in_force={time_in_force}")
    if expire_time_ns <= at.utc_ns:
        return refuse("EXPIRE_TIME_PAST", f"late_ms={(at.utc_ns - expire_time_ns) // 1_000_000}")
    return None


def _display_qty(request: OrderRequest, special: SpecialTerms) -> Refusal | None:
    display_qty = special.display_qty
    if display_qty is None:
        return None
    lot = None if request.instrument is None else request.instrument.round_lot
    if (
        not 0 < display_qty <= request.order_qty
        or (lot is not None and remainder(display_qty, lot))
        or request.ord_type is OrdType.MARKET
        or request.time_in_force in _MUST_NOT_REST
    ):
        figures = f"display_qty={plain(display_qty)} order_qty={plain(request.order_qty)}"
        return refuse("DISPLAY_QTY", figures if lot is None else f"{figures} round_lot={plain(lot)}")
    return None


def _exec_inst(request: OrderRequest, special: SpecialTerms) -> Refusal | None:
    exec_inst = special.exec_inst
    if not exec_inst:
        return None
    for group in _EXCLUDE_EACH_OTHER:
        both = [inst for inst in exec_inst if inst in group]
        if len(both) > 1:
            return refuse("EXEC_INST_CONFLICT", f"exec_inst={','.join(both)}")
    if ExecInst.PARTICIPATE_DONT_INITIATE in exec_inst and (
        request.price is None or request.time_in_force in _MUST_NOT_REST
    ):
        figures = f"ord_type={request.ord_type} time_in_force={request.time_in_force}"
        return refuse("EXEC_INST_CONFLICT", f"exec_inst={ExecInst.PARTICIPATE_DONT_INITIATE} {figures}")
    return None


def _peg(request: OrderRequest, special: SpecialTerms) -> Refusal | None:
    pegged = request.ord_type is OrdType.PEGGED
    has_peg = not _PEGS.isdisjoint(special.exec_inst)
    if pegged is not has_peg or (special.peg_offset is not None and not pegged):
        return refuse(
            "PEG_NOT_ALLOWED", f"ord_type={request.ord_type} exec_inst={','.join(special.exec_inst) or 'none'}"
        )
    return None


def _close(request: OrderRequest, blotter: Blotter) -> Refusal | None:
    instrument = request.instrument
    if request.time_in_force is not TimeInForce.AT_THE_CLOSE or instrument is None:
        return None
    if not instrument.has_close:
        return refuse("NO_CLOSE", f"symbol={request.symbol}")
    if request.symbol in blotter.closed_symbols and request.order is None:
        return refuse("CLOSE_PASSED", f"symbol={request.symbol}")
    return None
