"""The numbered copies that a drop copy session was sent, read from the log of what we sent: over all its sequence
resets, as far back as the log goes. ApplSeqNum(1181) rises from each to the next, so they are found by halving."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.recovery import Sent

LOOK: Final = 64
"""Messages that are looked at in one go."""
REPEATED: Final = b"\x011352=Y\x01"
"""ApplResendFlag(1352): it was sent once more, for whoever asked for it; no copy in its own place."""
_APPL_SEQ_NUM: Final = re.compile(rb"\x011181=([0-9]+)\x01")


class Place(NamedTuple):
    """A message of ours: its generation of numbers and its MsgSeqNum(34)."""

    generation: int
    msg_seq_num: int


class SentCopy(NamedTuple):
    place: Place
    appl_seq_num: int
    raw: bytes


def appl_seq_num_of(raw: bytes) -> int | None:
    """ApplSeqNum(1181) of a copy in its own place; None for any other message."""
    found = _APPL_SEQ_NUM.search(raw)
    return None if found is None or REPEATED in raw else int(found[1])


class SentCopies:
    def __init__(self, sent: Sent) -> None:
        self._sent = sent

    def newest(self, session: str) -> SentCopy | None:
        """The last one in the log."""
        for generation in range(self._generation(session), 0, -1):
            end = self._sent.last_outbound(session, generation)
            while end > 0:
                begin = max(1, end - LOOK + 1)
                found = [*self._copies(session, generation, begin, end)]
                if found:
                    return found[-1]
                end = begin - 1
        return None

    def first_from(self, session: str, appl_seq_num: int) -> SentCopy | None:
        """The first one with this ApplSeqNum or a higher one."""
        best = None
        for generation in range(self._generation(session), 0, -1):
            last = self._sent.last_outbound(session, generation)
            found = self._in_generation(session, generation, last, appl_seq_num)
            if found is not None:
                best = found
            if self._has_lower(session, generation, last, appl_seq_num):
                break
        return best

    def after(self, session: str, place: Place, count: int) -> tuple[list[SentCopy], Place | None]:
        """Those among the next `count` messages from `place` on, and where to read on; None at the end of the log."""
        generation, begin = place
        last = self._sent.last_outbound(session, generation)
        found = [*self._copies(session, generation, begin, min(last, begin + count - 1))]
        if begin + count <= last:
            return found, Place(generation, begin + count)
        newest = self._generation(session)
        return found, Place(generation + 1, 1) if generation < newest else None

    def _generation(self, session: str) -> int:
        numbers = self._sent.numbers().get(session)
        return 0 if numbers is None else numbers.generation

    def _copies(self, session: str, generation: int, begin: int, end: int) -> Iterator[SentCopy]:
        for msg_seq_num, raw in self._sent.outbound(session, generation, begin, end):
            appl_seq_num = appl_seq_num_of(raw)
            if appl_seq_num is not None:
                yield SentCopy(Place(generation, msg_seq_num), appl_seq_num, raw)

    def _next(self, session: str, generation: int, begin: int, last: int) -> SentCopy | None:
        """The first copy from message `begin` on."""
        while begin <= last:
            end = min(last, begin + LOOK - 1)
            for copy in self._copies(session, generation, begin, end):
                return copy
            begin = end + 1
        return None

    def _has_lower(self, session: str, generation: int, last: int, appl_seq_num: int) -> bool:
        first = self._next(session, generation, 1, last)
        return first is not None and first.appl_seq_num < appl_seq_num

    def _in_generation(self, session: str, generation: int, last: int, appl_seq_num: int) -> SentCopy | None:
        low, high = 1, last + 1  # what is wanted begins in low..high; high: nowhere
        best: SentCopy | None = None
        while low < high:
            middle = (low + high) // 2
            copy = self._next(session, generation, middle, last)
            if copy is None:
                high = middle
            elif copy.appl_seq_num >= appl_seq_num:
                best, high = copy, middle
            else:
                low = copy.place.msg_seq_num + 1
        return best
