"""How much memory a process holds, by /proc."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

_INTERVAL_NS = 20_000_000


class Resident(NamedTuple):
    """Bytes in memory: all of it, and what is the process's own (the rest are pages of files that it has mapped)."""

    all: int
    own: int


def resident(pid: int) -> Resident:
    """VmRSS and RssAnon of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kb = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith(" kB")}
    return Resident(kb["VmRSS"] << 10, kb["RssAnon"] << 10)


class Watch:
    """The highest figures of a process since this was made, looked at every 20 ms at most."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._next_ns = 0
        self.before = self.highest = resident(pid)

    def look(self, now_ns: int) -> None:
        if now_ns >= self._next_ns:
            self._next_ns = now_ns + _INTERVAL_NS
            now = resident(self._pid)
            self.highest = Resident(max(self.highest.all, now.all), max(self.highest.own, now.own))

    def growth(self) -> Resident:
        now = resident(self._pid)
        highest = Resident(max(self.highest.all, now.all), max(self.highest.own, now.own))
        return Resident(highest.all - self.before.all, highest.own - self.before.own)
