"""What a person must look at, told when it has come to stand: reports that were put aside, executions that were booked
and are odd, orders that were found at a venue. Each is a line of the log with what to do about it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Any

from gateway.telemetry.alerts import ALERT, alert_id
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.events import (
    Event,
    ExecutionCorrected,
    OrderAdopted,
    OrderFilled,
    OrderRefused,
    ReplaceRefused,
    ReportQuarantined,
    SliceStopped,
)
from oms.further_gates import FAILED
from oms.quarantine import REASONS
from oms.types import order_id


class Alarms:
    """`table` completes that of `gateway.trading.tellers`; executions come here only when they are odd."""

    def __init__(self, blotter: Blotter) -> None:
        self._blotter = blotter
        self.table: Mapping[type[Event], Callable[[Any, Turn], None]] = {
            ReportQuarantined: self._put_aside,
            OrderAdopted: self._adopted,
            SliceStopped: self._slice_stopped,
        }

    def _put_aside(self, event: ReportQuarantined, turn: Turn) -> None:
        reason = REASONS[event.why]
        details = {
            "venue": event.venue,
            "why": event.why,
            "order_id": "" if event.order_seq is None else self._order_id(event.order_seq),
            "seq": str(event.seq),
            **self._alert(event),
            "report": repr(event.report),
            "meaning": reason.meaning,
            "cure": reason.cure,
        }
        turn.note("error", "", "report_put_aside", details)

    def _adopted(self, event: OrderAdopted, turn: Turn) -> None:
        details = {
            "order_id": self._order_id(event.seq),
            "venue": event.venue,
            "venue_cl_ord_id": event.venue_cl_ord_id,
            "venue_order_id": event.venue_order_id,
            "order": f"{event.side} {event.order_qty:f} {event.symbol}",
            **self._alert(event),
        }
        turn.note("error", "", "external_order", details)

    def _slice_stopped(self, event: SliceStopped, turn: Turn) -> None:
        details = {
            "slice": event.name,
            "per_s": str(event.rate.per_s),
            "burst": str(event.rate.burst),
            "meaning": "More executions than its limit allows: no new orders in it until a person lets it go on.",
            "cure": "Look at what was executed; then: fixgate limits resume, with a reason.",
            **self._alert(event),
        }
        turn.note("error", "", "slice_stopped", details)

    def gate_failed(self, event: OrderRefused | ReplaceRefused, turn: Turn) -> None:
        """One of the installation's own gates could not judge a request."""
        for gate in self._blotter.further_gates:
            begins = f"{FAILED}: gate={gate.name} "
            text = next((text for text in (event.text, *event.also) if text.startswith(begins)), "")
            if text:
                failure = gate.failure
                trace = () if failure is None else traceback.format_exception(failure)
                details = {
                    "gate": gate.name,
                    "order_id": "" if event.order_seq is None else self._order_id(event.order_seq),
                    "text": text,
                    "error": "" if failure is None else repr(failure),
                    "traceback": "".join(trace),
                    "meaning": "A gate of this installation failed, so the request was refused, as all will be.",
                    "cure": "Mend the gate, or take it out of risk.further_gates; then restart.",
                    **self._alert(event),
                }
                turn.note("error", "", "further_gate_failed", details)

    def odd_execution(self, event: OrderFilled | ExecutionCorrected, turn: Turn) -> None:
        """It is booked, for it is money, and it is not what was to be expected."""
        details = {
            "order_id": self._order_id(event.order_seq),
            "venue": event.venue,
            "exec_id": event.exec_id,
            "execution": f"{event.last_qty:f} at {event.last_px:f}",
            "flags": ", ".join(event.flags),
        }
        turn.note("error", self._blotter.order(event.order_seq).session, "odd_execution", details)

    def _alert(self, event: Event) -> dict[str, str]:
        return {ALERT: alert_id(self._blotter.store_id, event.seq)}

    def _order_id(self, order_seq: int) -> str:
        return order_id(self._blotter.store_id, order_seq)
