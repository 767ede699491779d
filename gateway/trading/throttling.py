"""The second level of a session's throttle: a client that goes on being refused for it is logged out.

The first level refuses requests; it is a gate, and what it counts is in the log (`oms.risk.throttle`). Only requests
that were refused for it come here: nothing is counted on the way of an order that passes. A Logout gives the client's
software a reason to stop, and everybody else the time that refusing takes. Counted on the monotonic clock and in memory
only: a client that was thrown out, or found us restarted, begins with a full bucket.
"""

from __future__ import annotations

from oms.limits import Rate
from oms.token_bucket import take, wait_ns


class Refusals:
    __slots__ = ("_full_at_ns",)

    def __init__(self) -> None:
        self._full_at_ns: dict[str, int] = {}

    def count(self, session: str, rate: Rate, mono_ns: int) -> bool:
        """One more request of this session was refused for its throttle. True when that is one too many."""
        full_at_ns = self._full_at_ns.get(session, 0)
        if wait_ns(full_at_ns, mono_ns, rate):
            self._full_at_ns.pop(session, None)
            return True
        self._full_at_ns[session] = take(full_at_ns, mono_ns, rate)
        return False
