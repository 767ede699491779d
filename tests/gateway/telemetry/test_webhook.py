"""Alerts reach a real HTTP receiver: in their order, at least once, and never in the way of anything."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from config.secret import Secret
from config.watching import WebhookConfig
from gateway.telemetry.alerts import Alert
from gateway.telemetry.log_redaction import presentable
from gateway.telemetry.webhook import Webhook
from oms.monitor_commands import MarkDelivered

PATH = "/hook/CANARY-token"
WAIT_S = 10


@dataclass
class Receiver:
    """Answers as it is told, 200 when nothing is; keeps what it got."""

    answers: list[int | str] = field(default_factory=list)
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        assert request.path == PATH
        answer = self.answers.pop(0) if self.answers else 200
        if answer == "hangs up":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if answer == "is silent":
            await asyncio.sleep(5)
        self.got.append(await request.json())
        self.headers.append(dict(request.headers))
        if answer == "leads away":
            return web.Response(status=302, headers={"Location": PATH})
        return web.Response(status=answer if isinstance(answer, int) else 200)


@dataclass
class Stage:
    receiver: Receiver
    webhook: Webhook
    commands: list[object]
    notes: list[tuple[str, dict[str, object]]]

    def put(self, seq: int, level: str = "error") -> None:
        details = {"slice": "account=A1", "password": "CANARY-password", "used": 7}
        self.webhook.put(Alert(f"TESTA-{seq}", seq, level, "limit_breached", "", 1_700_000_000_123_456_789, details))

    async def until(self, wanted: Callable[[], bool]) -> None:
        end = asyncio.get_running_loop().time() + WAIT_S
        while not wanted():
            assert asyncio.get_running_loop().time() < end, (self.receiver, self.notes, self.commands)
            await asyncio.sleep(0.001)

    def noted(self) -> list[str]:
        return [event for event, _ in self.notes]


def with_receiver(play: Callable[[Stage], Awaitable[None]], **keys: Any) -> Stage:
    """A receiver on a free port, and a webhook to it."""

    async def run() -> Stage:
        receiver = Receiver()
        application = web.Application()
        application.router.add_post(PATH, receiver.take)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
        commands: list[object] = []
        notes: list[tuple[str, dict[str, object]]] = []

        async def command(given: object) -> object:
            commands.append(given)
            return {}

        def note(level: str, session: str, event: str, details: Mapping[str, object]) -> None:
            notes.append((event, dict(details)))

        token = Secret("env:TOKEN", b"CANARY-bearer")
        config = WebhookConfig(url=Secret("env:ALERTS", url.encode()), token=token, **{"timeout_s": 1, **keys})
        webhook = Webhook(config, "world", presentable, note, command, 0.001)
        stage = Stage(receiver, webhook, commands, notes)
        webhook.start()
        try:
            await play(stage)
        finally:
            await webhook.close()
            await runner.cleanup()
        return stage

    return asyncio.run(run())


def test_an_alert_is_one_post_with_an_id() -> None:
    async def play(stage: Stage) -> None:
        stage.put(4711)
        await stage.until(lambda: bool(stage.commands))

    stage = with_receiver(play)
    (body,) = stage.receiver.got
    assert body == {
        "id": "TESTA-4711", "gateway": "world", "at": "2023-11-14T22:13:20.123456Z", "level": "error",
        "event": "limit_breached", "session": "",
        "details": {"slice": "account=A1", "password": "***", "used": 7},
    }  # fmt: skip
    (headers,) = stage.receiver.headers
    assert headers["Idempotency-Key"] == "TESTA-4711"
    assert headers["Authorization"] == "Bearer CANARY-bearer"
    assert stage.commands == [MarkDelivered((4711,))]
    assert stage.notes == []


@pytest.mark.parametrize("trouble", [500, 503, 408, 429, "hangs up", "is silent", "leads away"])
def test_it_is_sent_again_until_it_is_taken_and_the_order_stays(trouble: int | str) -> None:
    async def play(stage: Stage) -> None:
        stage.receiver.answers = [trouble, trouble]
        for seq in range(1, 6):
            stage.put(seq)
        await stage.until(lambda: stage.webhook.delivered == 5 and bool(stage.commands))

    stage = with_receiver(play)
    ids = [body["id"] for body in stage.receiver.got]
    assert list(dict.fromkeys(ids)) == [f"TESTA-{seq}" for seq in range(1, 6)]
    assert stage.noted() == ["webhook_fails", "webhook_delivers"]
    assert stage.webhook.failed == 2
    assert stage.commands == [MarkDelivered((1, 2, 3, 4, 5))]


@pytest.mark.parametrize("refusal", [400, 401, 404, 410])
def test_what_is_refused_is_given_up_and_said(refusal: int) -> None:
    async def play(stage: Stage) -> None:
        stage.receiver.answers = [refusal]
        stage.put(1)
        stage.put(2)
        await stage.until(lambda: len(stage.commands) == 2)

    stage = with_receiver(play)
    assert stage.commands == [MarkDelivered((2,)), MarkDelivered((1,), True)]
    ((event, details),) = stage.notes
    assert event == "alert_given_up"
    assert details == {"alert_id": "TESTA-1", "alert_event": "limit_breached", "why": f"HTTP {refusal}"}
    assert (stage.webhook.delivered, stage.webhook.given_up) == (1, 1)


def test_a_full_queue_drops_its_oldest_and_nobody_waits() -> None:
    async def play(stage: Stage) -> None:
        stage.receiver.answers = [500] * 5
        for seq in range(1, 11):
            stage.put(seq)
        assert stage.webhook.waiting == 3
        await stage.until(lambda: stage.webhook.delivered == 3 and len(stage.commands) == 2)

    stage = with_receiver(play, queue_max=3)
    assert [body["id"] for body in stage.receiver.got][-2:] == ["TESTA-9", "TESTA-10"]
    assert stage.webhook.dropped == 7
    assert stage.noted().count("alerts_dropped") == 1
    assert MarkDelivered((1, 2, 3, 4, 5, 6, 7), True) in stage.commands


def test_nobody_listens_and_nothing_tells_the_address() -> None:
    async def play(stage: Stage) -> None:
        stage.put(1)
        await stage.until(lambda: stage.webhook.failed > 2)

    async def run() -> Stage:
        async def command(given: object) -> object:
            return {}

        notes: list[tuple[str, dict[str, object]]] = []
        config = WebhookConfig(url=Secret("env:ALERTS", b"http://127.0.0.1:1/CANARY"))
        webhook = Webhook(
            config,
            "world",
            presentable,
            lambda level, session, event, it: notes.append((event, dict(it))),
            command,
            0.001,
        )
        stage = Stage(Receiver(), webhook, [], notes)
        webhook.start()
        await play(stage)
        await webhook.close()
        return stage

    stage = asyncio.run(run())
    assert stage.noted() == ["webhook_fails"]
    assert "CANARY" not in json.dumps(stage.notes)
    assert stage.webhook.delivered == 0


def test_what_takes_too_long_is_given_up() -> None:
    async def play(stage: Stage) -> None:
        stage.receiver.answers = [500] * 1000
        stage.put(1)
        await stage.until(lambda: stage.webhook.given_up == 1)

    stage = with_receiver(play, retry_for_s=1)
    assert stage.noted() == ["webhook_fails", "alert_given_up"]


def test_the_end_waits_for_what_is_on_its_way() -> None:
    async def play(stage: Stage) -> None:
        for seq in range(1, 4):
            stage.put(seq)

    stage = with_receiver(play)
    assert [body["id"] for body in stage.receiver.got] == ["TESTA-1", "TESTA-2", "TESTA-3"]
    assert stage.commands == [MarkDelivered((1, 2, 3))]
