"""A TCP line between two parties that breaks again and again, at random bytes and in every manner, by a seed.

    reset      both ends get RST; what is under way in either direction is lost
    end        both ends get FIN at once
    half       one end hears of the end at once, the other up to 1.2 s later: it may find its peer calling again before
    swallow    for a while the proxy reads from both and passes nothing on, then RST: messages of both sides are lost

When a connection comes, the proxy throws dice for how many bytes it may carry and how it will end; half of them end
within the Logon exchange and what directly follows it. After `cuts_wanted` ends it is a good line.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time to linger
EARLY_BYTES_MAX, LATE_BYTES_MAX = 600, 6000
SWALLOW_S_MAX, HALF_S_MAX = 0.15, 1.2
MANNERS = ("reset", "end", "half", "swallow")


class CuttingProxy:
    """Listens on `port`, carries to 127.0.0.1:`target_port`."""

    def __init__(self, target_port: int, seed: int, cuts_wanted: int) -> None:
        self._target_port = target_port
        self._random = random.Random(seed)
        self._cuts_wanted = cuts_wanted
        self.cuts: list[str] = []
        """How each broken connection ended."""
        self.swallowed_bytes = 0
        """Read from one party and never passed on."""
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._carry, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    @property
    def is_good(self) -> bool:
        return len(self.cuts) >= self._cuts_wanted

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.transport.abort()
            self._tasks.discard(task)
            return
        connection = _Connection(self, (reader, far_reader), (writer, far_writer))
        try:
            await connection.run()
        finally:
            connection.reset()
            self._tasks.discard(task)

    def dice(self) -> tuple[int | None, str]:
        """Bytes that the next connection may carry, None for any number; how it will end."""
        if self.is_good:
            return None, "end"
        most = self._random.choice([EARLY_BYTES_MAX, LATE_BYTES_MAX])
        return self._random.randint(1, most), self._random.choice(MANNERS)

    def wait_s(self, most: float) -> float:
        return self._random.uniform(0.0, most)


class _Connection:
    def __init__(
        self,
        proxy: CuttingProxy,
        readers: tuple[asyncio.StreamReader, asyncio.StreamReader],
        writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
    ) -> None:
        self._proxy = proxy
        self._readers = readers
        self._writers = writers
        self._left, self._manner = proxy.dice()
        self._over = asyncio.Event()

    async def run(self) -> None:
        pumps = [asyncio.ensure_future(self._pump(side)) for side in (0, 1)]
        waits = [asyncio.ensure_future(self._over.wait()), *pumps]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if self._over.is_set():
            await self._cut()
        for task in waits:
            task.cancel()
        await asyncio.gather(*waits, return_exceptions=True)

    async def _pump(self, side: int) -> None:
        """From one party to the other, until it ends or the bytes are used up."""
        reader, writer = self._readers[side], self._writers[1 - side]
        try:
            while data := await reader.read(1 << 16):
                if self._left is not None:
                    passed = data[: self._left]
                    self._left -= len(passed)
                    self._proxy.swallowed_bytes += len(data) - len(passed)
                    data = passed
                    if self._left == 0:
                        self._over.set()
                if data:
                    writer.write(data)
                    await writer.drain()
        except OSError:
            pass

    async def _cut(self) -> None:
        proxy, manner = self._proxy, self._manner
        proxy.cuts.append(manner)
        if manner == "reset":
            self.reset()
        elif manner == "end":
            for writer in self._writers:
                writer.close()
        elif manner == "half":
            first = proxy._random.randint(0, 1)
            self._writers[first].close()
            await asyncio.sleep(proxy.wait_s(HALF_S_MAX))
        else:
            await asyncio.sleep(proxy.wait_s(SWALLOW_S_MAX))  # the pumps go on reading, and pass nothing on

    def reset(self) -> None:
        for writer in self._writers:
            raw = writer.get_extra_info("socket")
            if raw is not None and raw.fileno() >= 0:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()
