"""Two doors for a person who can reach nothing else: a signal and a file. Both stop everything.

SIGUSR1 engages the switch `global`. So does a file that appears where `kill_switch.file` says; it is looked for every
second, and before anybody is let in at a start. What it holds is the reason. A file that stays engages once: it must be
taken away and put there again, or the gateway restarted, to engage again after a release.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from oms.kill_switch_commands import EngageKillSwitch
from oms.types import KillScope

LOOK_S = 1.0
REASON_MAX = 200


class KillSwitchDoors:
    """`command` gives a command to the turn. `file` may be None."""

    def __init__(self, command: Callable[[object], Awaitable[object]], file: Path | None) -> None:
        self._command = command
        self._file = file
        self._was_there = False
        self._tasks: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def open(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, self._engage, "SIGUSR1", "a signal to the process")
        if self._file is not None:
            self._look()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR1)
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)

    def _look(self) -> None:
        assert self._file is not None
        is_there = self._file.exists()
        if is_there and not self._was_there:
            self._engage(f"file {self._file}", _reason_in(self._file))
        self._was_there = is_there
        self._timer = asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def _engage(self, operator: str, reason: str) -> None:
        task = asyncio.ensure_future(self._command(EngageKillSwitch(KillScope.GLOBAL, "", operator, reason)))
        assert isinstance(task, asyncio.Task)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _reason_in(file: Path) -> str:
    """What somebody wrote into it. A file that cannot be read is there all the same."""
    try:
        with file.open("rb") as content:
            text = content.read(REASON_MAX).decode("utf-8", "replace")
    except OSError:
        text = ""
    return " ".join(text.split()) or "the file has appeared"
