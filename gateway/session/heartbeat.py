"""Is the line alive? When we must say something, when we must ask, and when the peer is given up.

- Heartbeat(0) when we have sent nothing for HeartBtInt(108).
- TestRequest(1), TestReqID(112)=TEST, when nothing has arrived for 1.2 times HeartBtInt (session test case 6: the
  interval and a fifth for the way).
- The peer is lost when the TestRequest has gone unanswered for another 1.2 times HeartBtInt: 2.4 in all. Counting from
  the TestRequest, not from the last message, gives a peer its chance also when it was our own process that stood still.

While a TestRequest is open, no Heartbeat is sent: the acceptance definitions (6) expect silence until the hang-up.
Any message proves the line, not only the Heartbeat that repeats the TestReqID.
"""

from __future__ import annotations

import enum

from gateway.instant import NS_PER_S

CHALLENGE_S = 10
HEARD_LATELY_S = 2
"""Whoever has said something in this time is there, and need not be asked."""


class Pulse(enum.Enum):
    """What the clock asks for."""

    NOTHING = "nothing"
    HEARTBEAT = "send a Heartbeat"
    TEST_REQUEST = "send a TestRequest"
    LOST = "give the peer up"


class Heartbeats:
    """All times monotonic, in ns. With HeartBtInt(108)=0 the clock never asks for anything."""

    __slots__ = (
        "_answer_ns",
        "_asks_after",
        "_grace_ns",
        "_interval_ns",
        "_is_checking",
        "_loses_after",
        "last_received_ns",
        "last_sent_ns",
        "tested_ns",
    )

    def __init__(self, asks_after: float = 1.2, loses_after: float = 2.4, is_checking: bool = True) -> None:
        """How many intervals of silence bring the TestRequest, and how many the end. Without checking, silence is
        nothing to us."""
        self._asks_after, self._loses_after, self._is_checking = asks_after, loses_after, is_checking
        self._interval_ns = self._grace_ns = self._answer_ns = 0
        self.last_sent_ns = self.last_received_ns = 0
        self.tested_ns: int | None = None
        """When the open TestRequest was sent; None when none is."""

    def start(self, heart_bt_int_s: int, mono_ns: int) -> None:
        self._interval_ns = heart_bt_int_s * NS_PER_S
        self._grace_ns = round(self._interval_ns * self._asks_after)
        self._answer_ns = round(self._interval_ns * (self._loses_after - self._asks_after))
        self.last_sent_ns = self.last_received_ns = mono_ns
        self.tested_ns = None

    @property
    def interval_s(self) -> int:
        return self._interval_ns // NS_PER_S

    def deadline(self) -> int | None:
        if not self._interval_ns:
            return None
        if self.tested_ns is not None:
            return self.tested_ns + self._answer_ns
        if not self._is_checking:
            return self.last_sent_ns + self._interval_ns
        return min(self.last_sent_ns + self._interval_ns, self.last_received_ns + self._grace_ns)

    def challenge(self, mono_ns: int) -> bool:
        """Somebody else wants this session: is the peer still there? It has CHALLENGE_S to show it, or less when it
        was asked before. True when a TestRequest must be sent."""
        if mono_ns - self.last_received_ns < HEARD_LATELY_S * NS_PER_S:
            return False
        must_ask = self.tested_ns is None
        asked_ns = mono_ns - max(0, self._answer_ns - CHALLENGE_S * NS_PER_S)
        self.tested_ns = asked_ns if self.tested_ns is None else min(self.tested_ns, asked_ns)
        return must_ask

    def pulse(self, mono_ns: int) -> Pulse:
        if not self._interval_ns:
            return Pulse.NOTHING
        if self.tested_ns is not None:
            return Pulse.LOST if mono_ns >= self.tested_ns + self._answer_ns else Pulse.NOTHING
        if self._is_checking and mono_ns >= self.last_received_ns + self._grace_ns:
            return Pulse.TEST_REQUEST
        if mono_ns >= self.last_sent_ns + self._interval_ns:
            return Pulse.HEARTBEAT
        return Pulse.NOTHING
