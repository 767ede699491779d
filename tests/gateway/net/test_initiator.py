"""The calling door against sockets of this machine; pauses are counted, not waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from gateway.inbox import ConnectionOpened, Inbox
from gateway.net.hosts import Calling, Host
from gateway.net.initiator import LOOK_AGAIN_S, Initiator
from gateway.net.pump import Pump

STEPS_MAX = 2000


class Scene:
    """An initiator, the pauses it made and what it noted."""

    def __init__(self, calling: Calling, closed_s: list[float] | None = None) -> None:
        self.inbox = Inbox()
        self.pumps: dict[int, Pump] = {}
        self.pauses: list[float] = []
        self.notes: list[tuple[str, Mapping[str, object]]] = []
        self.logons = 0
        self.stop_after = 1
        self.closed_s = closed_s or []
        self.initiator = Initiator(
            "VENUE", calling, self.make_pump, self.note, self.opens_in_s, lambda: self.logons, lambda: 0.5, self.sleep
        )

    def make_pump(self, session: str | None) -> Pump:
        return Pump(len(self.pumps) + 1, self.inbox, lambda: None, self.pumps, session)

    def note(self, level: str, session: str, event: str, details: Mapping[str, object]) -> None:
        self.notes.append((event, details))

    def opens_in_s(self) -> float:
        return self.closed_s.pop(0) if self.closed_s else 0.0

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if len(self.pauses) >= self.stop_after:
            self.initiator.close()


async def refusing_port() -> int:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


def test_the_second_host_is_called_when_the_first_refuses() -> None:
    async def scene() -> Scene:
        called = asyncio.Event()

        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            played.logons += 1
            called.set()
            writer.close()

        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        played = Scene(Calling((Host("127.0.0.1", await refusing_port()), Host("127.0.0.1", port)), 30))
        played.stop_after = 2
        await asyncio.wait_for(played.initiator.run(), 10)
        assert called.is_set()
        server.close()
        return played

    played = asyncio.run(scene())
    assert [event for event, _ in played.notes] == ["connect_failed", "connected"]
    opened = [item for item in played.inbox.drain(99) if isinstance(item, ConnectionOpened)]
    assert [item.session for item in opened] == ["VENUE"]
    assert played.pauses == [30, 30]


def test_the_same_failure_is_told_once_and_the_pause_grows() -> None:
    async def scene() -> Scene:
        played = Scene(Calling((Host("127.0.0.1", await refusing_port()),), 10))
        played.stop_after = 5
        await asyncio.wait_for(played.initiator.run(), 10)
        return played

    played = asyncio.run(scene())
    assert [event for event, _ in played.notes] == ["connect_failed"]
    assert played.pauses == [10, 20, 40, 40, 40]


def test_a_connection_without_a_logon_is_a_failed_call() -> None:
    async def scene() -> Scene:
        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        played = Scene(Calling((Host("127.0.0.1", server.sockets[0].getsockname()[1]),), 10))
        played.stop_after = 3
        await asyncio.wait_for(played.initiator.run(), 10)
        server.close()
        return played

    assert asyncio.run(scene()).pauses == [10, 20, 40]


@pytest.mark.parametrize(
    ("closed_s", "pauses"),
    [([5.0], [5.0, 10]), ([3600.0, 3570.0, 1.0], [LOOK_AGAIN_S, LOOK_AGAIN_S, 1.0, 10])],
)
def test_nobody_is_called_outside_the_hours(closed_s: list[float], pauses: list[float]) -> None:
    async def scene() -> Scene:
        played = Scene(Calling((Host("127.0.0.1", await refusing_port()),), 10), closed_s)
        played.stop_after = len(pauses)
        await asyncio.wait_for(played.initiator.run(), 10)
        return played

    played = asyncio.run(scene())
    assert played.pauses == pauses
    assert len(played.notes) == 1
