"""The numbered copies that a drop copy session was sent, read from the log of what we sent: over all its sequence
resets, as far back as the log goes. ApplSeqNum(1181) is the number of a fact, and a copy stands in the turn of its
fact: so the index of the log knows where to begin, whatever else was said to the session meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from gateway.recovery import Sent

LOOK: Final = 64
"""Messages that are looked at in one go."""
LOOKED_MAX: Final = 16_384
"""Messages that are looked at for the newest copy: a few hundredths of a second, once after a start."""
REPEATED: Final = b"\x011352=Y\x01"
"""ApplResendFlag(1352): it was sent once more, for whoever asked for it; no copy in its own place."""
_APPL_SEQ_NUM: Final = re.compile(rb"\x011181=([0-9]+)\x01")


class Place(NamedTuple):
    """A message of ours: its generation of numbers and its MsgSeqNum(34)."""

    generation: int
    msg_seq_num: int


class SentCopy(NamedTuple):
    appl_seq_num: int
    raw: bytes


class SentCopies:
    def __init__(self, sent: Sent) -> None:
        self._sent = sent

    def newest(self, session: str) -> int:
        """ApplSeqNum(1181) of the last copy in the log; 0 when there is none, or none among the last LOOKED_MAX
        messages to the session."""
        looked = 0
        for generation in range(self._generation(session), 0, -1):
            end = self._sent.last_outbound(session, generation)
            while end and looked < LOOKED_MAX:
                begin = max(1, end - LOOK + 1)
                found = [*_copies(self._sent.outbound(session, generation, begin, end))]
                if found:
                    return found[-1].appl_seq_num
                looked += LOOK
                end = self._sent.last_outbound(session, generation, begin - 1)
        return 0

    def place_of(self, session: str, appl_seq_num: int) -> Place | None:
        """Where to begin to read on for the first copy with this ApplSeqNum or a higher one; None when the session has
        been told nothing since."""
        place = None
        for generation in range(self._generation(session), 0, -1):
            msg_seq_num = self._sent.outbound_since(session, generation, appl_seq_num)
            if msg_seq_num:
                place = Place(generation, msg_seq_num)
            elif self._sent.last_outbound(session, generation):
                break  # in it, and so in those before, nothing was said since
        return place

    def after(self, session: str, place: Place, count: int) -> tuple[list[SentCopy], Place | None]:
        """Those among the next `count` messages from `place` on, and where to read on; None at the end of the log."""
        generation, begin = place
        last = self._sent.last_outbound(session, generation)
        messages = list(islice(self._sent.outbound(session, generation, begin, last), count))
        if len(messages) == count:
            following = Place(generation, messages[-1][0] + 1)
        elif generation < self._generation(session):
            following = Place(generation + 1, 1)
        else:
            return [*_copies(messages)], None
        return [*_copies(messages)], following

    def _generation(self, session: str) -> int:
        numbers = self._sent.numbers().get(session)
        return 0 if numbers is None else numbers.generation


def _copies(messages: Iterable[tuple[int, bytes]]) -> Iterator[SentCopy]:
    """Those that stand in their own place."""
    for _, raw in messages:
        found = _APPL_SEQ_NUM.search(raw)
        if found is not None and REPEATED not in raw:
            yield SentCopy(int(found[1]), raw)
