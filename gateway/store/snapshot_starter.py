"""Has a snapshot taken now and then: starts the process that does it, and says what became of it.

A look at the journal's head every second is all that the loop does for it.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from gateway.journal import Journal

LOOK_INTERVAL_S = 1.0
Note = Callable[[str, str, str, Mapping[str, object]], None]


class SnapshotStarter:
    """One at a time, when `records` more have been written than the last time; 0: never."""

    def __init__(self, journal: Journal, map_size_gb: int, records: int, snapshot_seq: int, note: Note) -> None:
        command = [sys.executable, "-m", "gateway", "snapshot", str(journal.directory)]
        self._command = [*command, f"--map-size-gb={map_size_gb}", "--background"]
        self._journal = journal
        self._records = records
        self._seq = snapshot_seq
        self._note = note
        self._process: subprocess.Popen[str] | None = None
        self._began = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        if self._records:
            self._timer = asyncio.get_running_loop().call_later(LOOK_INTERVAL_S, self._look)

    def stop(self) -> None:
        """A process that is at it is killed: it would hold the store a little longer, and there is no harm in it."""
        if self._timer is not None:
            self._timer.cancel()
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _look(self) -> None:
        self.start()
        if self._process is not None:
            if self._process.poll() is not None:
                self._ended(self._process)
        elif self._journal.head - self._seq >= self._records:
            self._seq = self._journal.head
            self._began = time.monotonic()
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )

    def _ended(self, process: subprocess.Popen[str]) -> None:
        self._process = None
        said = process.communicate()[0].strip()[-1000:]
        self._journal.forget_dead_readers()
        details = {"seconds": f"{time.monotonic() - self._began:.1f}", "exit_code": process.returncode, "said": said}
        if process.returncode == 0:
            self._note("info", "", "snapshot_taken", details)
        else:
            self._note("error", "", "snapshot_failed", details)
