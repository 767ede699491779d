"""What watches a process from within and tells others: alerts to a receiver, figures for a monitoring system."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from config.model import ExchangeConfig, GatewayConfig
from gateway.clock import read_clock
from gateway.crank import Crank
from gateway.telemetry.log_redaction import Masker, presentable
from gateway.telemetry.logs import Logs
from gateway.telemetry.watched_record import WatchedRecord
from gateway.telemetry.webhook import Webhook
from gateway.trading.desk import Desk
from gateway.transact import Spine
from gateway.turn import Application

if TYPE_CHECKING:
    from gateway.telemetry.metrics_door import MetricsDoor


class Watching:
    """Only a gateway has a receiver of alerts and a door for metrics; the record is counted in any process."""

    def __init__(
        self, config: GatewayConfig | ExchangeConfig, application: Application, logs: Logs, store_id: str
    ) -> None:
        self._config = config
        self._desk = application if isinstance(application, Desk) else None
        self._logs = logs
        self.record = WatchedRecord(logs, store_id, read_clock)
        self._webhook: Webhook | None = None
        self._door: MetricsDoor | None = None

    def use(self, crank: Crank) -> None:
        """Before the first turn: its alerts wait for the receiver."""
        config = self._config
        if isinstance(config, GatewayConfig) and self._desk is not None and config.alerts.webhook is not None:
            shown = _shown(config.logs.masked_tags)
            self._webhook = Webhook(config.alerts.webhook, config.name, shown, self.record.note, crank.command)
            self.record.receiver = self._webhook

    async def open(self, spine: Spine, crank: Crank) -> None:
        """When the clients' doors are open. Raises OSError when the address for metrics is taken."""
        if self._webhook is not None:
            self._webhook.start()
        config, desk = self._config, self._desk
        if not isinstance(config, GatewayConfig) or desk is None or config.metrics is None:
            return
        from gateway.telemetry.metrics_door import MetricsDoor  # an HTTP server takes a fifth of a second to load
        from gateway.telemetry.metrics_picture import picture_of

        door = MetricsDoor(
            config.metrics.host,
            config.metrics.port,
            lambda: picture_of(spine, desk, self.record, self._logs, crank.turn_times, self._webhook),
        )
        await door.listen()
        self._door = door
        self.record.note("info", "", "metrics", {"listen": f"{config.metrics.host}:{door.port}"})

    async def close(self) -> None:
        """While turns are still taken: what was delivered is a fact."""
        if self._webhook is not None:
            await self._webhook.close()
        if self._door is not None:
            await self._door.close()


def _shown(masked_tags: tuple[int, ...]) -> Callable[[str, object], object]:
    """As a line of the log would have it."""
    masker = Masker(masked_tags) if masked_tags else None

    def shown(key: str, value: object) -> object:
        plain = presentable(key, value)
        return plain if masker is None else masker.shown(key, plain)

    return shown
