"""How the versions of FIX differ in the words we use, as tables. One core, three dialects.

Facts: FIX 4.2 with Errata, FIX 4.4 with Errata, FIX 5.0 SP2. In 4.2 an execution is told by ExecTransType(20) and an
ExecType(150) that repeats the OrdStatus(39) (1 Partial fill, 2 Fill); from 4.3 on ExecType F Trade says it, G and H
correct and cancel it, I answers a status request. That a held order was triggered is ExecType L from 5.0 on; older
versions hear of it as a restatement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fixspec import tags
from oms.types import ExecInst, RestatementReason


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs in the messages to one session."""

    name: str
    exec_trans_type: bool
    """ExecTransType(20) is required on every ExecutionReport(8)."""
    trade_by_exec_type: bool
    """A fill is ExecType(150)=F; otherwise 1 or 2, as the OrdStatus(39) it leads to."""
    status_by_exec_type: bool
    """A status answer is ExecType(150)=I; otherwise ExecTransType(20)=3 and the OrdStatus."""
    cxl_rej_reasons: frozenset[bytes]
    """Values of CxlRejReason(102) that the version knows; any other is left out and said in Text(58)."""
    ord_rej_reasons: frozenset[bytes]
    """Values of OrdRejReason(103) that the version knows; any other becomes 0 Broker option or is said in Text(58)."""
    business_reject_reasons: frozenset[bytes]
    exec_restatement_reasons: Mapping[RestatementReason, bytes]
    """ExecRestatementReason(378); what the version has no word for is 4 Broker option."""
    triggered: bytes
    """ExecType(150) of the report that a held order was triggered or activated."""
    working_indicator: bool
    """WorkingIndicator(636) is known."""
    comm_currency: bool
    """CommCurrency(479) is known."""
    last_liquidity_ind: bool
    """LastLiquidityInd(851) is known."""
    mass_action_report_id: bool
    """MassActionReportID(1369) is required of an OrderMassCancelReport(r)."""
    display_qty: bytes
    """The tag of the displayed quantity: DisplayQty(1138), before 5.0 MaxFloor(111)."""
    exec_insts: Mapping[ExecInst, bytes]
    """ExecInst(18) values that the version has a word for."""
    peg_price_types: Mapping[ExecInst, bytes]
    """PegPriceType(1094), which from 5.0 on says what an ExecInst(18) said before."""
    last_fragment: bool = True
    """LastFragment(893) of a list is known."""
    list_reject_reason: bool = False
    """ListRejectReason(1386) is known."""
    copy_fields: bool = False
    """CopyMsgIndicator(797), Parties(453) and SecondaryExecID(527) of an ExecutionReport(8) are known; before, firms
    stand in ClientID(109) and ExecBroker(76)."""
    appl_sequence: bool = False
    """ApplicationSequenceControl is a part of the ExecutionReport(8): ApplID(1180), ApplSeqNum(1181)."""


def exec_restatement_reason(reason: RestatementReason, dialect: Dialect) -> bytes:
    """ExecRestatementReason(378); what the version does not know becomes 4 Broker option."""
    return dialect.exec_restatement_reasons.get(reason, b"4")


def _up_to(last: int, *more: int) -> frozenset[bytes]:
    return frozenset(b"%d" % number for number in (*range(last + 1), *more))


_RESTATED = {
    RestatementReason.GT_CORPORATE_ACTION: b"0",
    RestatementReason.GT_RENEWAL: b"1",
    RestatementReason.VERBAL_CHANGE: b"2",
    RestatementReason.REPRICING_OF_ORDER: b"3",
    RestatementReason.BROKER_OPTION: b"4",
    RestatementReason.PARTIAL_DECLINE_OF_ORDER_QTY: b"5",
}
_RESTATED_SINCE_44 = _RESTATED | {
    RestatementReason.CANCEL_ON_TRADING_HALT: b"6",
    RestatementReason.CANCEL_ON_SYSTEM_FAILURE: b"7",
    RestatementReason.MARKET_OPTION: b"8",
    RestatementReason.OTHER: b"99",
}
_PEGS = {
    ExecInst.MARKET_PEG: tags.ExecInst.MARKET_PEG,
    ExecInst.PRIMARY_PEG: tags.ExecInst.PRIMARY_PEG,
    ExecInst.MID_PRICE_PEG: tags.ExecInst.MID_PRICE_PEG,
}
_EXEC_INSTS = {
    ExecInst.NOT_HELD: tags.ExecInst.NOT_HELD,
    ExecInst.WORK: tags.ExecInst.WORK,
    ExecInst.HELD: tags.ExecInst.HELD,
    ExecInst.PARTICIPATE_DONT_INITIATE: tags.ExecInst.PARTICIPATE_DONT_INITIATE,
    **_PEGS,
}
_EXEC_INSTS_SINCE_44 = _EXEC_INSTS | {
    ExecInst.REINSTATE_ON_TRADING_HALT: tags.ExecInst.REINSTATE_ON_TRADING_HALT,
    ExecInst.CANCEL_ON_TRADING_HALT: tags.ExecInst.CANCEL_ON_TRADING_HALT,
}

FIX42 = Dialect(
    name="FIX.4.2",
    exec_trans_type=True,
    trade_by_exec_type=False,
    status_by_exec_type=False,
    cxl_rej_reasons=_up_to(3),
    ord_rej_reasons=_up_to(8),
    business_reject_reasons=_up_to(5),
    exec_restatement_reasons=_RESTATED,
    triggered=b"D",
    working_indicator=False,
    comm_currency=False,
    last_liquidity_ind=False,
    mass_action_report_id=False,
    display_qty=tags.MAX_FLOOR,
    exec_insts=_EXEC_INSTS,
    peg_price_types={},
    last_fragment=False,
)
FIX44 = Dialect(
    name="FIX.4.4",
    exec_trans_type=False,
    trade_by_exec_type=True,
    status_by_exec_type=True,
    cxl_rej_reasons=_up_to(6, 99),
    ord_rej_reasons=_up_to(15, 99),
    business_reject_reasons=_up_to(7),
    exec_restatement_reasons=_RESTATED_SINCE_44,
    triggered=b"D",
    working_indicator=True,
    comm_currency=True,
    last_liquidity_ind=True,
    mass_action_report_id=False,
    display_qty=tags.MAX_FLOOR,
    exec_insts=_EXEC_INSTS_SINCE_44
    | {
        # 4.4 knows the line between the two only as a part of the system
        ExecInst.REINSTATE_ON_CONNECTION_LOSS: tags.ExecInst.REINSTATE_ON_SYSTEM_FAILURE,
        ExecInst.CANCEL_ON_CONNECTION_LOSS: tags.ExecInst.CANCEL_ON_SYSTEM_FAILURE,
    },
    peg_price_types={},
    copy_fields=True,
)
FIX50SP2 = Dialect(
    name="FIX.5.0SP2",
    exec_trans_type=False,
    trade_by_exec_type=True,
    status_by_exec_type=True,
    cxl_rej_reasons=_up_to(8, 18, 99),
    ord_rej_reasons=_up_to(16, 18, 99),
    business_reject_reasons=_up_to(10, 18),
    exec_restatement_reasons=_RESTATED_SINCE_44
    | {RestatementReason.CANCEL_ON_SYSTEM_FAILURE: b"12"},  # it means its client's line, for which 5.0 has a word
    triggered=b"L",
    working_indicator=True,
    comm_currency=True,
    last_liquidity_ind=True,
    mass_action_report_id=True,
    display_qty=tags.DISPLAY_QTY,
    exec_insts=_EXEC_INSTS_SINCE_44
    | {
        ExecInst.REINSTATE_ON_CONNECTION_LOSS: tags.ExecInst.REINSTATE_ON_CONNECTION_LOSS,
        ExecInst.CANCEL_ON_CONNECTION_LOSS: tags.ExecInst.CANCEL_ON_CONNECTION_LOSS,
    },
    peg_price_types={
        ExecInst.MARKET_PEG: tags.PegPriceType.MARKET_PEG,
        ExecInst.PRIMARY_PEG: tags.PegPriceType.PRIMARY_PEG,
        ExecInst.MID_PRICE_PEG: tags.PegPriceType.MID_PRICE_PEG,
    },
    list_reject_reason=True,
    copy_fields=True,
    appl_sequence=True,
)

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (FIX42, FIX44, FIX50SP2)}
_DIALECTS = {b"FIX.4.2": FIX42, b"FIX.4.4": FIX44, b"4": FIX42, b"6": FIX44, b"9": FIX50SP2}
"""By BeginString(8), and by DefaultApplVerID(1137)."""


def dialect_of(begin_string: bytes, default_appl_ver_id: bytes) -> Dialect:
    """The dialect of a session. FIXT.1.1 sessions speak the application version of DefaultApplVerID(1137).

    Raises KeyError with the version when orders are not spoken in it."""
    return _DIALECTS[default_appl_ver_id if begin_string == b"FIXT.1.1" else begin_string]
