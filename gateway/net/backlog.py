"""How much waits for a peer that does not read, and for how long. Arithmetic only: the time is given.

A connection counts as stuck when more than `bytes_max` wait for it, or when the oldest byte that waits is `timeout_s`
old. The age is known by marks: at each look, how much had been given by then. What was given before a mark has left
when as much has left in all. So an age is found too small by at most the time between two looks, never too large.
"""

from __future__ import annotations

from collections import deque

LOOKS_MAX = 4
"""Times that is looked within one timeout."""


class Backlog:
    """`given` is the number of bytes handed over so far, `unsent` in the calls those of them that still wait."""

    __slots__ = ("_marks", "bytes_max", "given", "timeout_s")

    def __init__(self, bytes_max: int, timeout_s: float) -> None:
        self.bytes_max = bytes_max
        self.timeout_s = timeout_s
        self.given = 0
        self._marks: deque[tuple[int, float]] = deque()

    @property
    def look_interval_s(self) -> float:
        """How often to `look` while something waits."""
        return self.timeout_s / LOOKS_MAX

    def is_above(self, unsent: int) -> str:
        """What is wrong when more is to be sent while this much waits; empty when nothing is."""
        return f"{unsent} bytes wait to be read, more than {self.bytes_max}" if unsent > self.bytes_max else ""

    def look(self, unsent: int, now_s: float) -> str:
        """Remember what waits now. Returns what is wrong with it; empty when nothing is."""
        marks, gone = self._marks, self.given - unsent
        while marks and marks[0][0] <= gone:
            marks.popleft()
        if unsent and (not marks or marks[-1][0] < self.given):
            marks.append((self.given, now_s))
        if marks and now_s - marks[0][1] >= self.timeout_s:
            return f"{unsent} bytes wait to be read, the oldest for {now_s - marks[0][1]:.1f} s"
        return ""

    def forget(self) -> None:
        """Nothing waits any more."""
        self._marks.clear()
