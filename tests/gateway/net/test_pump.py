"""Connections on real sockets of this machine: bytes in, bytes out, and what becomes of a peer that does not read."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any

import pytest
import uvloop

from gateway.inbox import BytesReceived, ConnectionClosed, ConnectionOpened, Inbox, Input, RoomToSend
from gateway.net.acceptor import Acceptor, DoorTerms
from gateway.net.hosts import Calling, Host
from gateway.net.initiator import Initiator
from gateway.net.pump import UNSENT_BYTES_MAX, Pump

WAIT_S = 10
Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Both loops; uvloop is the one that the gateway runs on."""
    return request.param  # type: ignore[no-any-return]  # a fixture's parameter has no type


class House:
    """What pumps talk to."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        self.pumps: dict[int, Pump] = {}
        self.seen: list[Input] = []
        self._woken = asyncio.Event()
        self._last = 0

    def make_pump(self, session: str | None) -> Pump:
        self._last += 1
        return Pump(self._last, self.inbox, self._woken.set, self.pumps, session)

    async def until(self, wanted: Callable[[list[Input]], bool]) -> None:
        """Take inputs until they are as wanted."""
        async with asyncio.timeout(WAIT_S):
            while True:
                self.seen += self.inbox.drain(1000)
                if wanted(self.seen):
                    return
                self._woken.clear()
                if not self.inbox:
                    await self._woken.wait()

    def received(self) -> bytes:
        return b"".join(item.data for item in self.seen if isinstance(item, BytesReceived))


def ignore(level: str, session: str, event: str, details: Mapping[str, object]) -> None:
    pass


def has(kind: type[Input]) -> Callable[[list[Input]], bool]:
    return lambda seen: any(isinstance(item, kind) for item in seen)


@contextlib.asynccontextmanager
async def listening(house: House) -> AsyncIterator[Acceptor]:
    acceptor = Acceptor(DoorTerms("127.0.0.1", 0), house.make_pump, ignore)
    await acceptor.open()
    try:
        yield acceptor
    finally:
        acceptor.close()


def test_bytes_come_and_go_in_order_and_the_end_is_told(run: Run) -> None:
    async def scene() -> None:
        house = House()
        async with listening(house) as acceptor:
            reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
            writer.write(b"one")
            await house.until(lambda _: house.received() == b"one")
            opened = house.seen[0]
            assert isinstance(opened, ConnectionOpened)
            assert opened.session is None
            assert opened.peer.startswith("127.0.0.1:")
            pump = house.pumps[opened.connection]
            pump.send(b"two")
            pump.send(b"three")
            assert await reader.readexactly(8) == b"twothree"
            writer.close()
            await house.until(has(ConnectionClosed))
            assert house.seen[-1] == ConnectionClosed(opened.connection)
            assert house.pumps == {}
            assert pump.lost.done()
            pump.send(b"nobody hears this")
            pump.close()

    run(scene())


def test_what_was_sent_before_a_close_arrives(run: Run) -> None:
    async def scene() -> None:
        house = House()
        async with listening(house) as acceptor:
            reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
            await house.until(has(ConnectionOpened))
            (pump,) = house.pumps.values()
            logout = b"5" * 1_000_000
            pump.send(logout)
            pump.close()
            pump.send(b"too late")
            assert await reader.read(-1) == logout
            await house.until(has(ConnectionClosed))
            writer.close()

    run(scene())


def test_a_peer_that_does_not_read_is_cut_off(run: Run) -> None:
    """It cannot make us keep more than what waits for it when it is cut: the limit and one portion."""

    async def scene() -> None:
        house = House()
        async with listening(house) as acceptor:
            _, writer = await asyncio.open_connection("127.0.0.1", acceptor.port, limit=1024)
            await house.until(has(ConnectionOpened))
            (pump,) = house.pumps.values()
            portion = bytes(1 << 20)
            for _ in range(100):
                pump.send(portion)
            transport = pump._transport
            assert transport is None or transport.get_write_buffer_size() <= UNSENT_BYTES_MAX + len(portion)
            await house.until(has(ConnectionClosed))
            closed = house.seen[-1]
            assert isinstance(closed, ConnectionClosed)
            assert "more than 4194304" in closed.cut
            writer.close()

    run(scene())


def test_a_peer_that_reads_nothing_is_cut_off_when_its_time_is_over(run: Run) -> None:
    """However little it is that waits."""

    async def scene() -> None:
        house = House()
        async with listening(house) as acceptor:
            _, writer = await asyncio.open_connection("127.0.0.1", acceptor.port, limit=1024)
            await house.until(has(ConnectionOpened))
            (pump,) = house.pumps.values()
            pump.limit(1 << 30, 0.2)
            transport = pump._transport
            assert transport is not None
            while transport.get_write_buffer_size() == 0:  # until the kernel takes no more
                pump.send(bytes(1 << 16))
                await asyncio.sleep(0)
            await house.until(has(ConnectionClosed))
            closed = house.seen[-1]
            assert isinstance(closed, ConnectionClosed)
            assert "the oldest for 0." in closed.cut
            writer.close()

    run(scene())


def test_room_is_told_when_what_was_sent_has_left(run: Run) -> None:
    """At once to a peer that reads; to one that does not, when it reads again."""

    async def scene() -> None:
        house = House()
        async with listening(house) as acceptor:
            reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port, limit=1024)
            await house.until(has(ConnectionOpened))
            (pump,) = house.pumps.values()
            pump.send(b"little")
            pump.tell_room()
            await house.until(has(RoomToSend))
            assert await reader.readexactly(6) == b"little"
            house.seen.clear()
            much = bytes(UNSENT_BYTES_MAX * 2)
            pump.send(much)
            pump.tell_room()
            for _ in range(20):
                await asyncio.sleep(0)
            assert not house.inbox
            assert await reader.readexactly(len(much)) == much
            await house.until(has(RoomToSend))
            assert len([item for item in house.seen if isinstance(item, RoomToSend)]) == 1
            writer.close()
            await house.until(has(ConnectionClosed))

    run(scene())


def test_a_long_replay_reaches_a_peer_that_reads(run: Run) -> None:
    """One turn may have more to say than the limit: a peer that missed a day's reports must get them in the end."""

    async def scene() -> None:
        house = House()
        async with listening(house) as acceptor:
            reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
            await house.until(has(ConnectionOpened))
            (pump,) = house.pumps.values()
            replay = bytes(5 * UNSENT_BYTES_MAX)
            pump.send(replay)
            async with asyncio.timeout(WAIT_S):
                assert await reader.readexactly(len(replay)) == replay
            writer.close()
            await house.until(has(ConnectionClosed))

    run(scene())


def test_who_is_inside_stays_when_the_door_is_closed(run: Run) -> None:
    async def scene() -> None:
        house = House()
        async with listening(house) as acceptor:
            reader, writer = await asyncio.open_connection("127.0.0.1", acceptor.port)
            await house.until(has(ConnectionOpened))
            acceptor.close()
            with pytest.raises(OSError):
                await asyncio.open_connection("127.0.0.1", acceptor.port)
            (pump,) = house.pumps.values()
            pump.send(b"still here")
            assert await reader.readexactly(10) == b"still here"
            writer.close()
            await house.until(has(ConnectionClosed))

    run(scene())


def test_a_taken_address_is_told(run: Run) -> None:
    async def scene() -> None:
        house = House()
        async with listening(house) as first:
            with pytest.raises(OSError, match="Address already in use"):
                await Acceptor(DoorTerms("127.0.0.1", first.port), house.make_pump, ignore).open()

    run(scene())


# -- calling -----------------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def calling(house: House, host: str, port: int, notes: list[object]) -> AsyncIterator[Initiator]:
    to = Calling((Host(host, port),), 0.001)
    initiator = Initiator("VENUE", to, house.make_pump, lambda *note: notes.append(note))
    task: asyncio.Task[None] = asyncio.create_task(initiator.run())
    try:
        yield initiator
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def test_the_initiator_calls_again_after_each_loss(run: Run) -> None:
    async def scene() -> None:
        house, notes = House(), list[object]()
        server = await asyncio.start_server(_hang_up, "127.0.0.1", 0)
        async with calling(house, "127.0.0.1", server.sockets[0].getsockname()[1], notes):
            await house.until(lambda seen: sum(isinstance(item, ConnectionClosed) for item in seen) >= 3)
        opened = [item for item in house.seen if isinstance(item, ConnectionOpened)]
        assert {item.session for item in opened} == {"VENUE"}
        assert len({item.connection for item in opened}) == len(opened)
        assert len(notes) == 1
        server.close()

    run(scene())


@pytest.mark.parametrize("host", ["127.0.0.1", "a..b", "x" * 100])
def test_a_venue_that_is_not_there_is_told_once_and_called_again(run: Run, host: str) -> None:
    """Whatever is wrong with the address: the calling goes on."""

    async def scene() -> None:
        house, notes = House(), list[object]()
        noted = asyncio.Event()

        def note(*args: object) -> None:
            notes.append(args)
            noted.set()

        calls = 0
        loop = asyncio.get_running_loop()
        connect = loop.create_connection

        def counted(*args: Any, **kwargs: Any) -> Awaitable[Any]:
            nonlocal calls
            calls += 1
            return connect(*args, **kwargs)

        initiator = Initiator("VENUE", Calling((Host(host, 1),), 0.001), house.make_pump, note)
        with pytest.MonkeyPatch.context() as patch:
            if not isinstance(loop, uvloop.Loop):
                patch.setattr(loop, "create_connection", counted)
            task = asyncio.create_task(initiator.run())
            async with asyncio.timeout(WAIT_S):
                await noted.wait()
                while not isinstance(loop, uvloop.Loop) and calls < 3 and not task.done():
                    await asyncio.sleep(0)
            assert not task.done(), task.exception()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        assert len(notes) == 1

    run(scene())


class ClosedUnderneath(asyncio.Transport):
    """What uvloop's transport is when its handle has been closed and nobody has been told."""

    def is_closing(self) -> bool:
        return False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def write(self, data: object) -> None:
        raise RuntimeError("unable to perform operation; the handler is closed")

    def pause_reading(self) -> None:
        self.write(b"")

    def resume_reading(self) -> None:
        self.write(b"")


@pytest.mark.parametrize("deed", [lambda pump: pump.send(b"x"), Pump.pause_reading, Pump.resume_reading])
def test_a_transport_that_is_closed_underneath_is_a_lost_connection(run: Run, deed: Callable[[Pump], None]) -> None:
    async def scene() -> None:
        house = House()
        pump = house.make_pump(None)
        pump.connection_made(ClosedUnderneath())
        deed(pump)
        assert not pump.is_up
        pump.connection_lost(None)
        await house.until(lambda seen: any(isinstance(item, ConnectionClosed) for item in seen))

    run(scene())
