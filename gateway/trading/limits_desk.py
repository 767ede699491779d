"""Limits of slices, shown and changed by operators. What changes one is decided by `oms.decide`, and in the log with
who and why before it is answered; the answer is the tables as they stand then."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway.operators.limit_wishes import ShowLimits
from gateway.operators.limits_table import limits_lines
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import Command
from oms.decide import decide
from oms.events import OperatorRefused
from oms.limit_commands import RemoveLimitRow, SetLimitRow
from oms.slices import ANY, Dimension
from oms.types import Moment

Answer = dict[str, object]


class LimitsDesk:
    """`take` decides a command and carries out what follows."""

    def __init__(self, blotter: Blotter, take: Callable[[Command, Turn], None]) -> None:
        self._blotter = blotter
        self._take = take
        self.deeds: Mapping[type, Callable[..., Answer]] = {
            ShowLimits: self._show,
            SetLimitRow: self._set,
            RemoveLimitRow: self._change,
        }
        """By the type of the command: the answer, with `error` in it when the wish cannot be met."""

    def _show(self, command: ShowLimits, turn: Turn) -> Answer:
        limits = self._blotter.limits
        lines = [line for line in limits_lines(limits.rows, limits.base_currency) if line]
        return {"rows": len(limits.rows), "lines": lines, "raises_need_approval": limits.raises_need_approval}

    def _set(self, command: SetLimitRow, turn: Turn) -> Answer:
        there = {Dimension.SYMBOL: list(self._blotter.instruments), Dimension.VENUE: list(self._blotter.venues)}
        for dimension, value in command.row.of:
            known = there.get(dimension)
            if known is not None and value != ANY and value not in known:
                return {"error": f"row: {dimension}: {value!r} is not one of {', '.join(known)}, or {ANY}"}
        return self._change(command, turn)

    def _change(self, command: SetLimitRow | RemoveLimitRow, turn: Turn) -> Answer:
        # deciding changes nothing, so what will be said can be read beforehand
        events = decide(self._blotter, command, Moment(turn.now.utc_ns, turn.next_seq()))
        self._take(command, turn)
        for event in events:
            if isinstance(event, OperatorRefused):
                return {"error": event.text}
        return {"changed": bool(events), **self._show(ShowLimits(), turn)}
