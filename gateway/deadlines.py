"""When what is due next: deadlines by key, of which there may be ten thousand.

A heap whose entries are only looked at when they are on top. A deadline that moves to later, as that of a session does
with every message, leaves its entry where it is, and the entry moves when it gets to the top; so setting costs nothing,
and what is on top is put right before it is believed. A deadline that moves to earlier gets a second entry, and the
first is dropped when it is met: it is known by its serial number.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush, heapreplace

SLACK = 64
"""Entries that may be left over before the heap is made anew."""


class Deadlines:
    """Keys are names of sessions and numbers of connections; times are monotonic, in ns."""

    __slots__ = ("_at", "_entries", "_last_serial", "_serials")

    def __init__(self) -> None:
        self._at: dict[str | int, int] = {}
        self._serials: dict[str | int, int] = {}  # of the entry of each key
        self._entries: list[tuple[int, int, str | int]] = []
        self._last_serial = 0

    def __len__(self) -> int:
        return len(self._at)

    def set(self, key: str | int, at: int | None) -> None:
        """The deadline of this key from now on; None for never."""
        before = self._at.get(key)
        if at is None:
            if before is not None:
                del self._at[key], self._serials[key]
            return
        self._at[key] = at
        if before is None or at < before:
            self._enter(key, at)

    def earliest(self) -> int | None:
        """None when there is nothing to wait for."""
        entries, serials = self._entries, self._serials
        while entries:
            entered, serial, key = entries[0]
            if serials.get(key) != serial:
                heappop(entries)
                continue
            at = self._at[key]
            if at == entered:
                return at
            heapreplace(entries, (at, serial, key))
        return None

    def due(self, mono_ns: int) -> list[str | int]:
        """The keys whose time has come, the longest due first. They stay as they are until they are set again."""
        found: list[str | int] = []
        taken: list[tuple[int, int, str | int]] = []
        while (at := self.earliest()) is not None and at <= mono_ns:
            taken.append(heappop(self._entries))
            found.append(taken[-1][2])
        for entry in taken:
            heappush(self._entries, entry)
        return found

    def _enter(self, key: str | int, at: int) -> None:
        self._last_serial += 1
        self._serials[key] = self._last_serial
        heappush(self._entries, (at, self._last_serial, key))
        if len(self._entries) > 2 * len(self._at) + SLACK:
            self._entries = [(self._at[each], serial, each) for each, serial in self._serials.items()]
            heapify(self._entries)
