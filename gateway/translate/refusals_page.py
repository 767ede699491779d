"""docs/REFUSALS.md: every code that a client can read in Text(58), made from `oms.refusals`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateway.translate.dialect import FIX42, FIX44, FIX50SP2
from gateway.translate.rejects import cxl_rej_reason, ord_rej_reason
from oms.refusals import CODES, Code

HEAD = """\
# Refusals

Made from `oms/refusals.py` by `python -m gateway.generate`; a test holds it current.

Text(58) of every refusal is `CODE: key=value ...`: the code, which never changes its meaning, and the figures of the
case. The number beside it is what the version of FIX has for it: OrdRejReason(103) where a new order is refused
(ExecutionReport, 8), CxlRejReason(102) where a cancel or replace is (OrderCancelReject, 9). Where versions differ all
are given: FIX.4.2, FIX.4.4, FIX.5.0SP2. All gates are asked; the first refusal is told, the others are in the journal.
What is sent again after a refusal is sent under a new ClOrdID(11).

| code | 103 | 102 | what it means | what to do |
|---|---|---|---|---|
"""
_DIALECTS = (FIX42, FIX44, FIX50SP2)


def refusals_page(codes: Mapping[str, Code] = CODES) -> str:
    return HEAD + "".join(_rows(codes))


def _rows(codes: Mapping[str, Code]) -> Iterator[str]:
    for code, (reason, meaning, cure) in sorted(codes.items()):
        new_order = _numbers([ord_rej_reason(reason, dialect) for dialect in _DIALECTS])
        request = _numbers([cxl_rej_reason(reason, dialect) for dialect in _DIALECTS])
        yield f"| `{code}` | {new_order} | {request} | {_cell(meaning)} | {_cell(cure)} |\n"


def _numbers(numbers: list[bytes]) -> str:
    return ", ".join(number.decode() for number in (numbers[:1] if len(set(numbers)) == 1 else numbers))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
