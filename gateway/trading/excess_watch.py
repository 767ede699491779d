"""Behind every execution, and what is said of one later: is a limit exceeded by it? Then that is a fact, at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import Command
from oms.decide_excess import is_exceeded
from oms.events import Event, ExecutionBusted, ExecutionCorrected, LimitExceeded, OrderFilled
from oms.limit_levels import Thresholds
from oms.monitor_commands import LookAtExecution
from oms.types import order_id

Tell = Callable[[Any, Turn], None]


class ExcessWatch:
    """`take` decides a command and carries out what follows."""

    def __init__(self, blotter: Blotter, thresholds: Thresholds, take: Callable[[Command, Turn], None]) -> None:
        self._blotter = blotter
        self._thresholds = thresholds
        self._take = take

    def behind(self, tellers: Mapping[type[Event], Tell]) -> dict[type[Event], Tell]:
        """These tellers of executions, each with a look behind it; and one for what the look finds."""
        kinds: tuple[type[Event], ...] = (OrderFilled, ExecutionBusted, ExecutionCorrected)
        return {LimitExceeded: self._exceeded, **{kind: self._followed(tellers[kind]) for kind in kinds}}

    def _followed(self, tell: Tell) -> Tell:
        def told(event: OrderFilled | ExecutionBusted | ExecutionCorrected, turn: Turn) -> None:
            tell(event, turn)
            blotter = self._blotter
            if blotter.exposures.books and is_exceeded(blotter, blotter.order(event.order_seq)):
                self._take(LookAtExecution(event.order_seq, event.exec_id, self._thresholds), turn)

        return told

    def _exceeded(self, event: LimitExceeded, turn: Turn) -> None:
        details = {
            "order_id": order_id(self._blotter.store_id, event.order_seq),
            "exec_id": event.exec_id,
            "slice": event.name,
            "bound": event.bound,
            "used": f"{event.used:f}",
            "limit": f"{event.limit:f}",
            "meaning": "An execution has brought the slice above its limit; it is booked.",
            "cure": "Look at it: what leads back passes. Reduce, or change the limit; then: fixgate limits resume.",
        }
        turn.note("error", self._blotter.order(event.order_seq).session, "limit_exceeded", details)
