"""Tells the client of a multileg order what its legs have executed. The order itself is told about as any other."""

from __future__ import annotations

from fixspec.tags import MsgType
from gateway.trading.reporter import Reporter
from gateway.translate.multileg import leg_revision_report, leg_trade_report
from gateway.turn import Turn
from oms import events
from oms.blotter import Blotter
from oms.order import Order


class LegReports:
    def __init__(self, blotter: Blotter, reporter: Reporter) -> None:
        self._blotter = blotter
        self._reporter = reporter

    def filled(self, event: events.OrderFilled, leg: Order, last_mkt: bytes, turn: Turn) -> None:
        order, reporter = self._order(leg), self._reporter
        body = leg_trade_report(
            leg,
            order,
            reporter.exec_id(event.seq),
            event.last_qty,
            event.last_px,
            reporter.transact_time(turn),
            reporter.clients[order.session].dialect,
            last_mkt,
        )
        turn.send(order.session, MsgType.EXECUTION_REPORT, body)

    def revised(self, event: events.ExecutionBusted | events.ExecutionCorrected, leg: Order, turn: Turn) -> None:
        order, reporter = self._order(leg), self._reporter
        correction = (event.last_qty, event.last_px) if isinstance(event, events.ExecutionCorrected) else None
        body = leg_revision_report(
            leg,
            order,
            reporter.exec_id(event.seq),
            reporter.exec_id(event.ref_seq),
            correction,
            reporter.transact_time(turn),
            reporter.clients[order.session].dialect,
        )
        turn.send(order.session, MsgType.EXECUTION_REPORT, body)

    def _order(self, leg: Order) -> Order:
        assert leg.parent_seq is not None, leg
        return self._blotter.order(leg.parent_seq)
