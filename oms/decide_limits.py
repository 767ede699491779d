"""What a change of one row of limits leads to: LimitRowChanged, or OperatorRefused alone, and nothing has happened.

Where `Limits.raises_need_approval`, a change that makes any limit weaker needs a second person. One that makes limits
stricter never does: it must be possible at once."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.events import Event, LimitRowChanged, OperatorRefused
from oms.limit_commands import LimitCommand, RemoveLimitRow, SetLimitRow
from oms.persons import is_second
from oms.slices import LimitRow, changed_rows, row_faults
from oms.types import Moment
from oms.weaker_limits import weaker_limits

ACTION = "limit"


def set_limit_row(blotter: Blotter, command: SetLimitRow, at: Moment) -> list[Event]:
    """LimitRowChanged, unless it stands so already; or OperatorRefused."""
    row = command.row
    before = _row(blotter, row.of)
    if before == row:
        return []
    if faults := row_faults(row):
        return [_refused(command, "; ".join(faults), at)]
    return _changed(blotter, command, before, row, at)


def remove_limit_row(blotter: Blotter, command: RemoveLimitRow, at: Moment) -> list[Event]:
    """LimitRowChanged; or OperatorRefused, also when there is no such row."""
    before = _row(blotter, command.of)
    if before is None:
        name = " ".join(f"{dimension}={value}" for dimension, value in command.of)
        return [_refused(command, f"of: {name!r}: no row is for these slices", at)]
    return _changed(blotter, command, before, None, at)


def _row(blotter: Blotter, of: object) -> LimitRow | None:
    return next((row for row in blotter.limits.rows if row.of == of), None)


def _changed(
    blotter: Blotter, command: LimitCommand, before: LimitRow | None, after: LimitRow | None, at: Moment
) -> list[Event]:
    approver = command.approver.strip()
    rows = blotter.limits.rows
    if blotter.limits.raises_need_approval and not is_second(approver, command.operator):
        weaker = weaker_limits(rows, changed_rows(rows, before, after))
        if weaker:
            slices, bound = weaker[0].slices, weaker[0].bound
            why = f"approver: {approver!r}: {bound} of {slices} gets weaker, so a second person has to approve"
            return [_refused(command, why, at)]
    return [LimitRowChanged(at.seq, at.utc_ns, before, after, command.operator, command.reason, approver)]


def _refused(command: LimitCommand, text: str, at: Moment) -> OperatorRefused:
    return OperatorRefused(at.seq, at.utc_ns, None, ACTION, command.operator, command.reason, text)
