"""One replay that is under way: the answer to a ResendRequest(2), which may be a million messages long, in pieces.

Two parts, one behind the other, and nothing comes between them:

    again     the numbers that were asked for: messages go out as possible duplicates; what is not sent again (session
              messages, numbers under which nothing is stored) becomes a gap fill, one for each run of them, also when
              the run crosses the border of two pieces
    waiting   what was said while the replay ran: it has its numbers and is stored, and now leaves for the first time

A message that waits for longer than WAITED_TOO_LONG_S has a SendingTime(52) that its peer may no longer take. It goes
out as a possible duplicate too: OrigSendingTime(122) tells when it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.instant import NS_PER_S
from gateway.session.resend import GapFill, Replayed, as_poss_dup

WAITED_TOO_LONG_S = 30


class Replay:
    """`request` is BeginSeqNo(7) and EndSeqNo(16) as the peer asked; 0 for an open end."""

    __slots__ = ("_next_seq_no", "_unfilled", "_waiting_from", "_waiting_since_ns", "end_seq_no", "is_again", "request")

    def __init__(self, request: tuple[int, int], end_seq_no: int, waiting_from: int, mono_ns: int) -> None:
        """`end_seq_no` is the last number of the range, `waiting_from` the first that the peer was not sent yet."""
        self.request = request
        self.end_seq_no = end_seq_no
        self.is_again = True
        """Whether numbers that were asked for are still to come."""
        self._next_seq_no = self._unfilled = request[0]
        self._waiting_from = waiting_from
        self._waiting_since_ns = mono_ns

    def restart(self, request: tuple[int, int], end_seq_no: int) -> None:
        """The peer has asked anew: go on with that."""
        if not self.is_again:
            self._waiting_from = self._next_seq_no
        self.request = request
        self.end_seq_no = end_seq_no
        self.is_again = True
        self._next_seq_no = self._unfilled = request[0]

    def covers_no_more_than(self, begin_seq_no: int, end_seq_no: int) -> bool:
        """Whether a request for these numbers makes the rest of this range superfluous."""
        return begin_seq_no <= self._next_seq_no and end_seq_no >= self.end_seq_no

    def wanted(self, last: int, mono_ns: int) -> tuple[int, int] | None:
        """The numbers to be read next, both inclusive; None at the end. `last` is the last number given to anything."""
        if self.is_again:
            return self._next_seq_no, self.end_seq_no
        if self._next_seq_no > last:
            return None
        if mono_ns - self._waiting_since_ns > WAITED_TOO_LONG_S * NS_PER_S:
            self.is_again = True
            self.end_seq_no = last
            self._unfilled = self._next_seq_no
            self._waiting_from = last + 1
            self._waiting_since_ns = mono_ns
        return self._next_seq_no, last

    def again(
        self, stored: Iterable[tuple[int, bytes]], through: int, sending_time: bytes
    ) -> Iterator[GapFill | Replayed]:
        """Cover the numbers to `through`, at most `end_seq_no`. `stored` has (MsgSeqNum, message as sent) in rising
        order and may have holes."""
        unfilled = self._unfilled
        for msg_seq_num, raw in stored:
            if not unfilled <= msg_seq_num <= through:
                continue
            content = as_poss_dup(raw, sending_time)
            if content is None:
                continue
            if unfilled < msg_seq_num:
                yield GapFill(unfilled, msg_seq_num)
            yield Replayed(msg_seq_num, content)
            unfilled = msg_seq_num + 1
        if through >= self.end_seq_no:
            if unfilled <= through:
                yield GapFill(unfilled, through + 1)
            self.is_again = False
            self._next_seq_no = max(self._waiting_from, through + 1)
        else:
            self._unfilled = unfilled
            self._next_seq_no = through + 1

    def waited(self, stored: Iterable[tuple[int, bytes]], through: int) -> Iterator[GapFill | Replayed]:
        """The same for what waits; the content of a message is the whole of it."""
        for msg_seq_num, raw in stored:
            if self._next_seq_no < msg_seq_num:
                yield GapFill(self._next_seq_no, msg_seq_num)
            yield Replayed(msg_seq_num, raw)
            self._next_seq_no = msg_seq_num + 1
        if self._next_seq_no <= through:
            yield GapFill(self._next_seq_no, through + 1)
            self._next_seq_no = through + 1
