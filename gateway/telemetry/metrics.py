"""Figures of the process in Prometheus' text format. A picture is taken on the thread that trades, which costs little;
the text is made of it elsewhere (`gateway.telemetry.metrics_door`).

No label holds what a client has written (accounts, traders, ClOrdIDs, texts): labels are names of ours, of sessions and
venues of the configuration, and kinds of limits. So there are few series, whatever clients send, and nothing to leak.
Which slice it is stands in `fixgate monitor`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class SessionFigures(NamedTuple):
    name: str
    logged_on: bool
    next_sender_msg_seq_num: int
    next_target_msg_seq_num: int
    generation: int


class Picture(NamedTuple):
    """What is told."""

    sessions: Sequence[SessionFigures]
    venues: Mapping[str, bool]
    """Connected or not."""
    connections: int
    last_seq: int
    open_orders: int
    unresolved_orders: int
    trading_state: str
    kill_switches: int
    stopped_slices: int
    levels: Mapping[str, int]
    """How many limits are at each level but OK."""
    highest_use: Mapping[tuple[str, str], float]
    """By table and bound: the largest share of a limit in the last round."""
    stale: Mapping[str, int]
    """By kind of source."""
    quarantined: int
    undelivered: int
    notes: Counter[tuple[str, str]]
    """By event and level."""
    log_lines_dropped: int
    turns: Sequence[tuple[str, int]]
    """Turns by their duration: upper bound in seconds, and how many up to it."""
    turns_s: float
    inputs: int
    webhook: Mapping[str, int] | None
    """Alerts by what became of them; None without a webhook."""


def text_of(picture: Picture) -> bytes:
    """The picture, and what the system says of the process."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(picture))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, picture: Picture) -> None:
        self._picture = picture

    def collect(self) -> Iterable[Metric]:
        it = self._picture
        yield from _sessions(it.sessions)
        yield _gauge("fixgate_venue_connected", "1 while the session to the venue is up", "venue", it.venues)
        yield GaugeMetricFamily("fixgate_connections", "connections that are open, strangers included", it.connections)
        yield GaugeMetricFamily("fixgate_last_fact", "number of the last fact in the log", it.last_seq)
        yield GaugeMetricFamily("fixgate_open_orders", "orders on which something is still to come", it.open_orders)
        yield GaugeMetricFamily(
            "fixgate_unresolved_orders", "orders that their venue has left unanswered", it.unresolved_orders
        )
        state = {name: name == it.trading_state for name in ("ACTIVE", "REDUCING", "HALTED")}
        yield _gauge("fixgate_trading_state", "1 for the trading state that holds", "state", state)
        yield GaugeMetricFamily("fixgate_kill_switches_engaged", "kill switches that are engaged", it.kill_switches)
        yield GaugeMetricFamily("fixgate_slices_stopped", "slices that wait for a person", it.stopped_slices)
        yield _gauge("fixgate_limits_told", "limits that are nearly used or broken", "level", it.levels)
        yield _gauge(
            "fixgate_sources_stale", "reference prices, rates and results that are too old", "source", it.stale
        )
        yield _highest(it.highest_use)
        yield CounterMetricFamily("fixgate_reports_put_aside", "reports that fitted nothing", value=it.quarantined)
        notes = CounterMetricFamily("fixgate_notes", "what was noted in the log", labels=("event", "level"))
        for (event, level), count in it.notes.items():
            notes.add_metric((event, level), count)
        yield notes
        yield CounterMetricFamily(
            "fixgate_log_lines_dropped", "lines that the log had no room for", value=it.log_lines_dropped
        )
        yield GaugeMetricFamily("fixgate_alerts_undelivered", "facts whose alert nobody has taken", it.undelivered)
        if it.webhook is not None:
            alerts = CounterMetricFamily("fixgate_webhook", "alerts by what became of them", labels=("outcome",))
            for outcome, count in it.webhook.items():
                if outcome != "waiting":
                    alerts.add_metric((outcome,), count)
            yield alerts
            yield GaugeMetricFamily("fixgate_webhook_waiting", "alerts in the queue", it.webhook["waiting"])
        turns = HistogramMetricFamily("fixgate_turn_seconds", "turns by their duration, the disk included")
        turns.add_metric((), it.turns, it.turns_s)
        yield turns
        yield CounterMetricFamily("fixgate_inputs", "inputs that turns have taken", value=it.inputs)


def _sessions(sessions: Iterable[SessionFigures]) -> Iterable[Metric]:
    families = [
        GaugeMetricFamily(f"fixgate_session_{name}", words, labels=("session",))
        for name, words in (
            ("logged_on", "1 while the session is logged on"),
            ("next_sender_msg_seq_num", "MsgSeqNum(34) of the next message sent"),
            ("next_target_msg_seq_num", "MsgSeqNum(34) expected next"),
            ("generation", "how often the numbers began anew, and 1"),
        )
    ]
    for name, *figures in sessions:
        for family, figure in zip(families, figures, strict=True):
            family.add_metric((name,), float(figure))
    return families


def _gauge(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=(label,))
    for key, value in values.items():
        family.add_metric((key,), float(value))
    return family


def _highest(highest: Mapping[tuple[str, str], float]) -> Metric:
    family = GaugeMetricFamily(
        "fixgate_limit_use_ratio", "largest share of a limit that a slice of the table uses", labels=("table", "bound")
    )
    for key, share in highest.items():
        family.add_metric(key, share)
    return family
