"""Takes the picture that metrics are told from: reads what there is, between two turns. Costs as much as there are
sessions, and nothing that grows with orders, accounts or what clients send."""

from __future__ import annotations

from collections import Counter

from gateway.telemetry.logs import Logs
from gateway.telemetry.metrics import Picture, SessionFigures
from gateway.telemetry.turn_times import TurnTimes
from gateway.telemetry.watched_record import WatchedRecord
from gateway.telemetry.webhook import Webhook
from gateway.trading.desk import Desk
from gateway.transact import Spine
from oms.decide_slices import stopped_slices


def picture_of(
    spine: Spine, desk: Desk, record: WatchedRecord, logs: Logs, turns: TurnTimes, webhook: Webhook | None
) -> Picture:  # fmt: skip
    blotter = desk.blotter
    monitor = blotter.monitor
    return Picture(
        sessions=[
            SessionFigures(
                session.settings.name,
                session.is_logged_on,
                session.numbers.next_sender_msg_seq_num,
                session.numbers.next_target_msg_seq_num,
                session.numbers.generation,
            )
            for session in spine.sessions
        ],
        venues=dict(blotter.venues),
        connections=spine.open_connections(),
        last_seq=blotter.last_seq,
        open_orders=len(blotter.open_orders),
        unresolved_orders=desk.unresolved_orders,
        trading_state=str(blotter.trading_state),
        kill_switches=len(blotter.kill_switches),
        stopped_slices=len(stopped_slices(blotter)),
        levels=Counter(str(level) for level in monitor.levels.values()),
        highest_use=dict(desk.monitor.highest),
        stale=Counter(source for source, _ in monitor.stale),
        quarantined=blotter.quarantined,
        undelivered=len(monitor.undelivered),
        notes=Counter(record.counts),
        log_lines_dropped=logs.dropped,
        turns=turns.buckets(),
        turns_s=turns.sum_ns / 1e9,
        inputs=turns.inputs,
        webhook=None if webhook is None else _of_webhook(webhook),
    )


def _of_webhook(webhook: Webhook) -> dict[str, int]:
    return {
        "delivered": webhook.delivered,
        "failed_attempts": webhook.failed,
        "given_up": webhook.given_up,
        "dropped": webhook.dropped,
        "waiting": webhook.waiting,
    }
