"""What accounts and groups of them have earned, compared with their limits (`oms.results` has the marks).

Costs as much as the accounts of the slice hold positions; for a group that is all of its accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from oms.blotter import Blotter
from oms.exact import ZERO, add, multiply, subtract
from oms.limit_use import Reading, row_of
from oms.monitor_events import ResultMarked
from oms.period_flow import part_ns
from oms.profit import profit_of
from oms.results import STEP, Marks
from oms.slice_flow import Slice
from oms.slices import RESULT_BOUNDS, Bounds
from oms.types import Moment

RESULTS: Final = "results"


class Result(NamedTuple):
    result: Decimal
    """Realised and not, less fees, since the ledger began, in the base currency."""
    missing: tuple[str, ...]
    """What could not be told, in words."""


def slices_with_results(blotter: Blotter) -> Iterator[Slice | None]:
    """Of all tables that limit results: each account that holds or held something, or its group; None for an account
    that no row is for, so that who looks can count its steps. Facts may be applied between two of them."""
    for table in blotter.monitor.results.tables:
        is_by_group, seen = table.name == "group", set[str]()
        for account in list(blotter.positions.accounts()):
            name = blotter.groups.get(account, "") if is_by_group else account
            if name in seen or (is_by_group and not name) or table.row(name) is None:
                yield None
                continue
            if is_by_group:
                seen.add(name)
            yield table.name, (name,)


def accounts_of(blotter: Blotter, which: Slice) -> Sequence[str]:
    """Those whose results are the slice's."""
    table, (name,) = which
    return (name,) if table == "account" else blotter.monitor.results.members.get(name, ())


def _bounds(blotter: Blotter, which: Slice) -> Bounds | None:
    row = row_of(blotter, which)
    if row is None or all(getattr(row.bounds, bound) is None for bound in RESULT_BOUNDS):
        return None
    return row.bounds


def result_of(blotter: Blotter, which: Slice, at_ns: int) -> Result | None:
    """None when no limit holds for it."""
    if _bounds(blotter, which) is None:
        return None
    result, missing = ZERO, list[str]()
    for account in accounts_of(blotter, which):
        profit = profit_of(blotter, account, at_ns)
        result = add(result, profit.net)
        missing += profit.missing
    return Result(result, tuple(missing))


def _start(blotter: Blotter, which: Slice, result: Decimal, at_ns: int) -> Decimal:
    """Where a slice begins that has no mark yet."""
    if which in blotter.monitor.results.anew:
        return result
    before = [account for account in accounts_of(blotter, which) if account in blotter.monitor.results.before]
    return sum_of([profit_of(blotter, account, at_ns).net for account in before])


def sum_of(numbers: list[Decimal]) -> Decimal:
    total = ZERO
    for number in numbers:
        total = add(total, number)
    return total


def _width_ns(bounds: Bounds) -> int:
    return 0 if bounds.period_loss_max is None else part_ns(bounds)


def mark_of(blotter: Blotter, which: Slice, result: Decimal, at: Moment, before: int) -> ResultMarked | None:
    """The mark that is to be stated now; None when the last one is near enough. `before` events stand before it."""
    bounds, marks = _bounds(blotter, which), blotter.monitor.results.marks.get(which)
    if bounds is None:
        return None
    width_ns = _width_ns(bounds)
    if marks is not None and width_ns == marks.part_ns:
        limits = [limit for bound in RESULT_BOUNDS if (limit := getattr(bounds, bound)) is not None]
        if subtract(result, marks.last).copy_abs() < multiply(min(limits), STEP) or result == marks.last:
            return None
    start = marks.start if marks is not None else _start(blotter, which, result, at.utc_ns)
    return ResultMarked(at.seq + before, at.utc_ns, *which, result, start, width_ns)


def read_results(blotter: Blotter, which: Slice, at_ns: int) -> tuple[list[Reading], Result | None]:
    """What was lost, against the limits, and the result; no readings when it cannot be told."""
    bounds, found = _bounds(blotter, which), result_of(blotter, which, at_ns)
    if bounds is None or found is None or found.missing:
        return [], found
    result, marks = found.result, blotter.monitor.results.marks.get(which)
    if marks is None:
        start = _start(blotter, which, result, at_ns)
        marks = Marks(start, _width_ns(bounds))
        marks.mark(start, marks.part_ns, at_ns)
    readings = []
    for bound, lost, limit in (
        ("loss_max", marks.lost_today(result), bounds.loss_max),
        ("drawdown_max", marks.drawdown(result), bounds.drawdown_max),
        ("period_loss_max", marks.lost_in_period(result, at_ns), bounds.period_loss_max),
    ):
        if limit is not None:
            readings.append(Reading(bound, max(lost, ZERO), limit))
    return readings, found
