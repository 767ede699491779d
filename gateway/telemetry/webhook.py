"""Delivers alerts to a receiver by HTTP: one POST each, in their order, again until the receiver has taken it.

    POST URL
    Content-Type: application/json
    Idempotency-Key: TESTA-4711
    {"id": "TESTA-4711", "gateway": "fixgate", "at": "2026-11-21T20:00:00.000000Z", "level": "error",
     "event": "limit_breached", "session": "", "details": {"slice": "account=A1", ...}}

Any 2xx is "taken". It is delivered at least once: after a crash, or an answer that got lost, it comes again under the
same id, so that the receiver can drop it. What the receiver refuses (4xx, but for 408, 425 and 429) will not be taken
the next time either, and is given up; all else is tried again, in growing pauses.

Nothing here is in the way of trading: an alert is put into a queue, and a full queue drops its oldest. What was not
delivered is said in the log and counted. The receiver's address is never said: it often has a token in it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from config.watching import WebhookConfig
from gateway.telemetry.alerts import Alert
from oms.monitor_commands import MarkDelivered

if TYPE_CHECKING:
    import aiohttp

PAUSE_FIRST_S: Final = 1.0
PAUSE_MAX_S: Final = 60.0
MARKS_MAX: Final = 100
"""So many deliveries are stated together at most."""
LAST_WORDS_S: Final = 2.0
_TRY_AGAIN: Final = (408, 425, 429)

Note = Callable[[str, str, str, Mapping[str, object]], None]


class Webhook:
    """`shown` makes a value of an alert presentable, by its key: without secrets. `command` gives a command to the
    turn."""

    def __init__(
        self,
        config: WebhookConfig,
        gateway: str,
        shown: Callable[[str, object], object],
        note: Note,
        command: Callable[[object], Awaitable[object]],
        pause_first_s: float = PAUSE_FIRST_S,
    ) -> None:
        self._config = config
        self._gateway = gateway
        self._shown = shown
        self._note = note
        self._command = command
        self._pause_first_s = pause_first_s
        self._queue: deque[Alert] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._marks: dict[bool, list[int]] = {False: [], True: []}
        self._failing = False
        self._idle = True
        """All has been delivered, and it is a fact that it has."""
        self.delivered = 0
        self.failed = 0
        """Attempts."""
        self.given_up = 0
        self.dropped = 0

    @property
    def waiting(self) -> int:
        return len(self._queue)

    # ------------------------------------------------------------------------------------------------- for the trading

    def put(self, alert: Alert) -> None:
        """Never waits."""
        self._queue.append(alert)
        if len(self._queue) > self._config.queue_max:
            self._lose(self._queue.popleft())
        self._idle = False
        self._wake.set()

    def _lose(self, alert: Alert) -> None:
        if not self.dropped:
            self._note("error", "", "alerts_dropped", {"queue_max": self._config.queue_max, "first": alert.id})
        self.dropped += 1
        if alert.seq is not None:
            self._marks[True].append(alert.seq)

    # ----------------------------------------------------------------------------------------------------- beside it

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """What waits has a moment to be delivered. What then still waits, and is a fact, is told after the next
        start."""
        if self._task is None:
            return
        end = asyncio.get_running_loop().time() + LAST_WORDS_S
        while not self._idle and not self._failing and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.01)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        import aiohttp  # takes a fifth of a second to load: whoever waits at the doors comes first

        patience = aiohttp.ClientTimeout(total=self._config.timeout_s)
        async with aiohttp.ClientSession(timeout=patience) as http:
            while True:
                if not self._queue:
                    await self._state_marks()
                    if not self._queue:
                        self._wake.clear()
                        self._idle = True
                        await self._wake.wait()
                    continue
                alert = self._queue.popleft()
                await self._deliver(alert, http)
                if sum(map(len, self._marks.values())) >= MARKS_MAX:
                    await self._state_marks()

    async def _deliver(self, alert: Alert, http: aiohttp.ClientSession) -> None:
        began, pause_s = asyncio.get_running_loop().time(), self._pause_first_s
        while True:
            why, is_final = await self._try(alert, http)
            if not why:
                self._took(alert)
                return
            self.failed += 1
            is_over = asyncio.get_running_loop().time() - began >= self._config.retry_for_s
            if is_final or is_over:
                self._give_up(alert, why)
                return
            if not self._failing:
                self._failing = True
                details = {"why": why, "alert_id": alert.id, "waiting": len(self._queue) + 1}
                self._note("error", "", "webhook_fails", details)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, PAUSE_MAX_S)

    async def _try(self, alert: Alert, http: aiohttp.ClientSession) -> tuple[str, bool]:
        """Why it was not taken, '' when it was; and whether that will not change."""
        import aiohttp

        headers = {"Idempotency-Key": alert.id}
        if self._config.token is not None:
            headers["Authorization"] = "Bearer " + self._config.token.reveal().decode("ascii", "replace")
        url = self._config.url.reveal().decode("ascii", "replace")
        try:
            async with http.post(url, json=self._body(alert), headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return type(error).__name__, False  # its words have the address in them
        if 200 <= status < 300:
            return "", False
        return f"HTTP {status}", 400 <= status < 500 and status not in _TRY_AGAIN

    def _body(self, alert: Alert) -> dict[str, object]:
        at = datetime.fromtimestamp(alert.utc_ns // 1_000_000_000, UTC)
        return {
            "id": alert.id,
            "gateway": self._gateway,
            "at": f"{at:%Y-%m-%dT%H:%M:%S}.{alert.utc_ns % 1_000_000_000 // 1000:06d}Z",
            "level": alert.level,
            "event": alert.event,
            "session": alert.session,
            "details": {key: self._shown(key, value) for key, value in alert.details.items()},
        }

    def _took(self, alert: Alert) -> None:
        self.delivered += 1
        if alert.seq is not None:
            self._marks[False].append(alert.seq)
        if self._failing:
            self._failing = False
            self._note("info", "", "webhook_delivers", {"waiting": len(self._queue), "dropped": self.dropped})

    def _give_up(self, alert: Alert, why: str) -> None:
        self.given_up += 1
        if alert.seq is not None:
            self._marks[True].append(alert.seq)
        self._note("error", "", "alert_given_up", {"alert_id": alert.id, "alert_event": alert.event, "why": why})

    async def _state_marks(self) -> None:
        """The facts need not be told again: that is a fact, too."""
        for given_up, numbers in self._marks.items():
            if numbers:
                some = tuple(numbers)
                del numbers[: len(some)]
                await self._command(MarkDelivered(some, given_up))
