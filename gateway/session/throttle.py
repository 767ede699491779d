"""The throttle of session messages. FIX has no way to slow a peer down, only to end it: a flood of them is logged out.

Requests are throttled by the application, which can refuse one; a TestRequest(1) must be answered, a Heartbeat(0) be
taken, an order that breaks the dictionary be rejected. So here a bucket counts them, and the message that finds it
empty is the last one. An honest peer says a few a minute of its own accord. What it says in bulk answers us or goes
through our numbers once, and so comes to its end without our help. That is not counted:

    ResendRequest(2)     from a higher number than the one before it: the next chunk of what the peer has missed
    Reject(3)            of a higher number than the one before it, which we have sent
    SequenceReset(4)     a gap fill, and any session message sent again, while a gap that we have asked for is open
    a possible duplicate of a number that we have asked for, and that has not come again since (`Gap.comes_again`)
    Logon(A), Logout(5)  that open or end a session; a reset of the numbers in mid-session is counted

The bucket outlives the transport, so that calling again at once brings no new one. It is one integer, the moment at
which it will be full again.
"""

from __future__ import annotations

from gateway.instant import NS_PER_S


class Throttle:
    __slots__ = ("_burst", "_full_at_ns", "_interval_ns", "rejected", "requested")

    def __init__(self, per_s: int, burst: int) -> None:
        """`per_s` 0: without a limit."""
        self._interval_ns = -(-NS_PER_S // per_s) if per_s else 0
        self._burst = burst
        self._full_at_ns = 0
        self.requested = 0
        """BeginSeqNo(7) of the last ResendRequest(2) of the peer since its Logon."""
        self.rejected = 0
        """Highest RefSeqNum(45) of its Rejects since then."""

    def forget(self) -> None:
        """Our numbers may have begun again, or the peer has forgotten what it had."""
        self.requested = self.rejected = 0

    def goes_on_from(self, begin_seq_no: int) -> bool:
        """Whether a ResendRequest(2) from there goes on with what the one before it has brought."""
        goes_on = begin_seq_no > self.requested
        self.requested = begin_seq_no
        return goes_on

    def is_first_reject_of(self, ref_seq_num: int, last: int) -> bool:
        """Whether a Reject(3) refers to another number of ours than any before it; `last` is our last one."""
        if not self.rejected < ref_seq_num <= last:
            return False
        self.rejected = ref_seq_num
        return True

    def is_above(self, mono_ns: int) -> bool:
        """Count one message. True when it is one too many."""
        full_at_ns = max(self._full_at_ns, mono_ns) + self._interval_ns
        if full_at_ns - mono_ns > self._interval_ns * self._burst:
            return True
        self._full_at_ns = full_at_ns
        return False
