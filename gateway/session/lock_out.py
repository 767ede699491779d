"""Who has given wrong passwords too often, and how long it is not listened to.

What is locked is a pair of address and session, never the session: a stranger who guesses at a client's password locks
himself out, and the client at its own address logs on as ever. Tries are counted when they are made and forgotten when
one was right, so that hanging up before the answer, or trying many at once, gains nothing.
"""

from __future__ import annotations

from collections import OrderedDict

from gateway.instant import NS_PER_S

FAILURES_MAX = 5
WINDOW_S = 60
LOCK_S = 60
LOCK_S_MAX = 15 * 60
"""The second lock is twice as long as the first, and so on to this."""
FORGOTTEN_AFTER_S = 30 * 60
PAIRS_MAX = 10_000

Pair = tuple[str, str]
"""Address (of IPv6 the /64), name of the session."""


class _Record:
    __slots__ = ("last_ns", "locked_until_ns", "locks", "tries_ns")

    def __init__(self) -> None:
        self.tries_ns: list[int] = []
        self.locked_until_ns = 0
        self.locks = 0
        self.last_ns = 0


class LockOut:
    """All times monotonic, in ns."""

    __slots__ = ("_records",)

    def __init__(self) -> None:
        self._records: OrderedDict[Pair, _Record] = OrderedDict()

    def __len__(self) -> int:
        return len(self._records)

    def try_again(self, pair: Pair, mono_ns: int) -> bool:
        """Count a try that is about to be judged. False: it must not be judged, nor is it counted."""
        self._forget(mono_ns)
        record = self._records.setdefault(pair, _Record())
        if mono_ns < record.locked_until_ns:
            return False
        since = mono_ns - WINDOW_S * NS_PER_S
        record.tries_ns = [at for at in record.tries_ns if at > since]
        if len(record.tries_ns) >= FAILURES_MAX:
            return False
        record.tries_ns.append(mono_ns)
        record.last_ns = mono_ns
        self._records.move_to_end(pair)
        return True

    def failed(self, pair: Pair, mono_ns: int) -> int:
        """A try was wrong. For how many seconds the pair is locked out because of it; 0 when it is not."""
        record = self._records.get(pair)
        if record is None or len(record.tries_ns) < FAILURES_MAX:
            return 0
        lock_s: int = min(LOCK_S << min(record.locks, 10), LOCK_S_MAX)
        record.locks += 1
        record.tries_ns.clear()
        record.locked_until_ns = mono_ns + lock_s * NS_PER_S
        return lock_s

    def succeeded(self, pair: Pair) -> None:
        self._records.pop(pair, None)

    def _forget(self, mono_ns: int) -> None:
        """The oldest go: those long ago, and any above PAIRS_MAX."""
        records = self._records
        before = mono_ns - FORGOTTEN_AFTER_S * NS_PER_S
        while records:
            pair, record = next(iter(records.items()))
            if record.last_ns > before and len(records) <= PAIRS_MAX:
                return
            del records[pair]
