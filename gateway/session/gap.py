"""Our side of a gap: what arrived above it, and when to ask for what is missing.

A gap is asked for once, open-ended: "from the number we expect to the last you have". Until the last number known to be
missing then has arrived, messages that come above the gap are held and nothing more is asked, except:
- a possible duplicate above the expected number shows that the replay itself has a hole (its messages come in order):
  the rest is asked for again, once for each number that such a hole begins at;
- where the settings want chunks, the next one is asked for when the one before it has arrived;
- where the settings want it (a peer that loses requests), each message above the gap asks again;
- nothing has moved for `resend_timeout_s`: asked again, `resend_requests_max` times in all for the same number.

What is held is bounded in count and bytes. What does not fit is dropped; it is a later gap, and asked for then.
"""

from __future__ import annotations

from gateway.instant import NS_PER_S
from gateway.session.settings import SessionSettings

_NOT_ASKED = 1 << 62


class Gap:
    """`expected` is NextNumIn throughout: the lowest number missing."""

    __slots__ = (
        "_again",
        "_asked_to",
        "_begin",
        "_bytes",
        "_hole_begin",
        "_moved_ns",
        "_requests",
        "_settings",
        "end",
        "held",
    )

    def __init__(self, settings: SessionSettings) -> None:
        self._settings = settings
        self.held: dict[int, bytes | None] = {}
        """Messages above the gap by number; None for one that was acted on already and only has its number left."""
        self._bytes = 0
        self.end = 0
        """The last number known to be missing when we last asked; 0 when there is no gap."""
        self._begin = 0
        self._asked_to = 0  # EndSeqNo of a request that leaves a part of the gap for later, else 0
        self._hole_begin = 0
        self._requests = 0
        self._moved_ns = 0
        self._again = _NOT_ASKED  # the last number that came a second time, or the one before those we asked for

    def forget(self) -> None:
        self.held.clear()
        self._bytes = self.end = self._begin = self._asked_to = self._hole_begin = self._requests = 0
        self._again = _NOT_ASKED

    def hold(self, msg_seq_num: int, raw: bytes | None) -> bool:
        """Keep a message until its turn. False when there is no room for it."""
        held = self.held
        if msg_seq_num in held:
            return True
        size = len(raw) if raw else 0
        if len(held) >= self._settings.held_messages_max or self._bytes + size > self._settings.held_bytes_max:
            return False
        held[msg_seq_num] = raw
        self._bytes += size
        return True

    def take(self, expected: int) -> bytes | None:
        """Remove and return the held message whose turn it is."""
        raw = self.held.pop(expected)
        self._bytes -= len(raw) if raw else 0
        return raw

    def moved(self, expected: int, mono_ns: int) -> None:
        """A message has been taken; `expected` is the next."""
        self._moved_ns = mono_ns
        if expected > self.end:
            self.end = self._begin = self._asked_to = self._hole_begin = self._requests = 0

    def skipped(self, was: int, expected: int, mono_ns: int) -> None:
        """The expected number has jumped: forget what was held for the numbers between."""
        held = self.held
        if expected - was < len(held):
            passed = [number for number in range(was, expected) if number in held]
        else:
            passed = [number for number in held if number < expected]
        for msg_seq_num in passed:
            self.take(msg_seq_num)
        self.moved(expected, mono_ns)

    def must_ask(self, expected: int, poss_dup: bool) -> bool:
        """Whether a message above `expected` that just came calls for a ResendRequest."""
        if self.end < expected or self._settings.send_redundant_resend_requests:
            return True
        return poss_dup and expected > self._hole_begin

    def end_to_ask_for(self, expected: int, above: int) -> int:
        """EndSeqNo(16) of a request from `expected` because of a message numbered `above`; 0 for an open end."""
        chunk, last = self._settings.resend_request_chunk_size, max(self.end, above - 1)
        if chunk and expected + chunk <= last:
            return expected + chunk - 1
        return last if self._settings.closed_resend_interval else 0

    def is_at_end_of_chunk(self, expected: int) -> bool:
        return 0 < self._asked_to < expected <= self.end

    def is_beyond_what_was_asked(self, expected: int) -> bool:
        """A request with an end has been answered, and there is another gap below what is held. An open one covers
        that: what is missing is on its way."""
        settings = self._settings
        closed = settings.closed_resend_interval or settings.resend_request_chunk_size
        return bool(closed and self.held and not self.end and expected not in self.held)

    def asked(self, expected: int, above: int, mono_ns: int, end_seq_no: int = 0) -> None:
        """A ResendRequest from `expected` to `end_seq_no` (0: open) has gone out because of a message numbered `above`,
        or the peer knows without it."""
        self._again = min(self._again, expected - 1)
        redundant = self._settings.send_redundant_resend_requests and self.end >= expected == self._begin
        if redundant and mono_ns < self._moved_ns + self._settings.resend_timeout_s * NS_PER_S:
            return
        if self.end >= expected:
            self._hole_begin = expected
        self._requests = self._requests + 1 if expected == self._begin else 1
        self._begin = expected
        self.end = max(self.end, above - 1) if self.end >= expected else above - 1
        self._asked_to = end_seq_no if end_seq_no < self.end else 0
        self._moved_ns = mono_ns

    def is_open(self, expected: int) -> bool:
        """Whether something that we have asked for is missing still."""
        return self.end >= expected

    def comes_again(self, msg_seq_num: int) -> bool:
        """Whether a number that was taken already comes once more because we have asked for it: an open request is
        answered with all there is, also with what came above the gap."""
        if self._settings.send_redundant_resend_requests:
            return True  # each of them is answered with the same
        if msg_seq_num <= self._again:
            return False
        self._again = msg_seq_num
        return True

    def deadline(self) -> int | None:
        """When nothing has moved for too long (monotonic, ns)."""
        if not self.end and not self.held:
            return None
        return self._moved_ns + self._settings.resend_timeout_s * NS_PER_S

    def above(self, expected: int) -> int:
        """A number above the gap to name when it is asked for again."""
        return min(self.held) if self.held else max(self.end, expected) + 1

    def is_hopeless(self, expected: int) -> bool:
        return expected == self._begin and self._requests >= self._settings.resend_requests_max
