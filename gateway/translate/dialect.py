"""How the versions of FIX differ in the words we use, as tables. One core, three dialects.

Facts: FIX 4.2 with Errata, FIX 4.4 with Errata, FIX 5.0 SP2. In 4.2 an execution is told by ExecTransType(20) and an
ExecType(150) that repeats the OrdStatus(39) (1 Partial fill, 2 Fill); from 4.3 on ExecType F Trade says it, G and H
correct and cancel it, I answers a status request.
"""

from __future__ import annotations

from dataclasses import dataclass


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


def _up_to(last: int, *more: int) -> frozenset[bytes]:
    return frozenset(b"%d" % number for number in (*range(last + 1), *more))


FIX42 = Dialect(
    name="FIX.4.2",
    exec_trans_type=True,
    trade_by_exec_type=False,
    status_by_exec_type=False,
    cxl_rej_reasons=_up_to(3),
    ord_rej_reasons=_up_to(8),
    business_reject_reasons=_up_to(5),
)
FIX44 = Dialect(
    name="FIX.4.4",
    exec_trans_type=False,
    trade_by_exec_type=True,
    status_by_exec_type=True,
    cxl_rej_reasons=_up_to(6, 99),
    ord_rej_reasons=_up_to(15, 99),
    business_reject_reasons=_up_to(7),
)
FIX50SP2 = Dialect(
    name="FIX.5.0SP2",
    exec_trans_type=False,
    trade_by_exec_type=True,
    status_by_exec_type=True,
    cxl_rej_reasons=_up_to(8, 18, 99),
    ord_rej_reasons=_up_to(16, 18, 99),
    business_reject_reasons=_up_to(10, 18),
)

_DIALECTS = {b"FIX.4.2": FIX42, b"FIX.4.4": FIX44, b"4": FIX42, b"6": FIX44, b"9": FIX50SP2}
"""By BeginString(8), and by DefaultApplVerID(1137)."""


def dialect_of(begin_string: bytes, default_appl_ver_id: bytes) -> Dialect:
    """The dialect of a session. FIXT.1.1 sessions speak the application version of DefaultApplVerID(1137).

    Raises KeyError with the version when orders are not spoken in it."""
    return _DIALECTS[default_appl_ver_id if begin_string == b"FIXT.1.1" else begin_string]
