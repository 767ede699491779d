"""The thread that writes logs, so that trading never waits for a disk or a terminal.

Producers only append to a queue; a full queue drops and counts. This thread wakes every `PERIOD_S`, empties the queues,
and writes. It never holds the interpreter for long at a time: each sink works in small portions with a system call
between them, at which the trading thread gets its turn. A disk that is full costs log lines, which are counted, and
nothing else.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

PERIOD_S = 0.1


class Sink(Protocol):
    def drain(self) -> None:
        """Write all that is queued. Called by the writer's thread only."""

    def close(self) -> None: ...


class AppendFile:
    """A file that only grows, readable by its owner alone. `lost_bytes` counts what the disk did not take."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1
        self.lost_bytes = 0

    def write(self, data: bytes) -> None:
        """Append, or lose and count. Opens the file at the first write and after each failure."""
        rest = memoryview(data)
        try:
            if self._fd < 0:
                self._fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
                os.fchmod(self._fd, 0o600)
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError:
            self.lost_bytes += len(rest)
            self.close()

    def close(self) -> None:
        if self._fd >= 0:
            with contextlib.suppress(OSError):
                os.close(self._fd)
            self._fd = -1


def make_directory(path: Path) -> None:
    """The directory of logs, closed to others. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)


class LogWriter:
    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._sinks = sinks
        self._asked = threading.Condition()
        self._closing = False
        self.failures = 0
        self._flushes_asked = 0
        self._flushes_done = 0
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def flush(self, timeout_s: float) -> bool:
        """Wait until what was queued before is written; False when it took too long."""
        with self._asked:
            self._flushes_asked += 1
            mine = self._flushes_asked
            self._asked.notify_all()
            return self._asked.wait_for(lambda: self._flushes_done >= mine, timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Write what is queued and end the thread; False when a sink is stuck: the thread dies with the process."""
        with self._asked:
            self._closing = True
            self._asked.notify_all()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._asked:
                if not self._closing and self._flushes_asked == self._flushes_done:
                    self._asked.wait(PERIOD_S)
                closing, flushes = self._closing, self._flushes_asked
            for sink in self._sinks:
                try:
                    sink.drain()
                except Exception:
                    self.failures += 1  # a line nobody can write: the rest of its portion is lost, the thread goes on
            with self._asked:
                self._flushes_done = flushes
                self._asked.notify_all()
            if closing:
                break
        for sink in self._sinks:
            sink.close()
