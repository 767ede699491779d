"""What is watched while it runs, and who is told: the monitor, alerts, metrics."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from config.records import Port, Record
from config.secret import Secret


class MonitorConfig(Record, frozen=True, kw_only=True):
    """The monitor compares every second what slices use with their limits."""

    warn_percent: Annotated[int, Meta(ge=1, le=100, description="so much of a limit used is told, once")] = 90
    clear_percent: Annotated[
        int, Meta(ge=1, le=100, description="below it that is told to be over; not above warn_percent")
    ] = 85


class WebhookConfig(Record, frozen=True, kw_only=True):
    """A receiver of alerts: each is one POST of a JSON object, with an id by which doubles are known."""

    url: Annotated[Secret, Meta(description="where to; env:NAME or file:PATH, for it often has a token in it")]
    token: Annotated[
        Secret | None, Meta(description="sent as Authorization: Bearer; without it there is no such header")
    ] = None
    timeout_s: Annotated[int, Meta(ge=1, le=60, description="an answer that takes longer is none")] = 5
    retry_for_s: Annotated[
        int, Meta(ge=1, le=604_800, description="an alert that could not be delivered for so long is given up")
    ] = 86_400
    queue_max: Annotated[
        int, Meta(ge=1, le=100_000, description="alerts that wait for the receiver; above it the oldest are dropped")
    ] = 1000


class AlertsConfig(Record, frozen=True, kw_only=True):
    """Who hears of alerts, besides the log and metrics."""

    webhook: Annotated[WebhookConfig | None, Meta(description="an HTTP receiver; without it nobody else")] = None


class MetricsConfig(Record, frozen=True, kw_only=True):
    """Figures in Prometheus' text format, at http://host:port/metrics."""

    host: Annotated[str, Meta(min_length=1, description="address of this machine to listen on")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="TCP port; 0 takes a free one, for tests")] = 9464
