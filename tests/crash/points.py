"""The named points of a turn at which the crash suite kills the gateway, and how each is reached.

The product contains no crash hooks: a point wraps the seam between two steps, in the forked child only. At its n-th
passing the process gets SIGKILL from itself: no handler runs, no buffer is flushed, exactly as with kill -9.
"""

from __future__ import annotations

import inspect
import os
import signal
from collections.abc import Callable
from typing import Any, NamedTuple

import gateway.journal
import gateway.trading.deciding
from gateway.crank import Crank
from gateway.inbox import Inbox
from gateway.journal import Journal, Transaction
from gateway.net.pump import Pump
from gateway.session.session import Session
from gateway.store.write_ahead import WriteAhead

Strike = Callable[[], None]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _counter(occurrence: int) -> Strike:
    """A function that kills the process at its `occurrence`-th call."""
    left = occurrence

    def strike() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            _die()

    return strike


class Point(NamedTuple):
    """Whose seam it is, and how it is wrapped."""

    owner: Any
    arm: Callable[[Strike], None]


def _before(owner: Any, name: str) -> Point:
    def arm(strike: Strike) -> None:
        original = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            strike()
            return original(*args, **kwargs)

        setattr(owner, name, wrapped)

    return Point(owner, arm)


def _after(owner: Any, name: str) -> Point:
    def arm(strike: Strike) -> None:
        original = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            strike()
            return result

        setattr(owner, name, wrapped)

    return Point(owner, arm)


def _half_sent(strike: Strike) -> None:
    """Half of the bytes reach the kernel, then the process is gone."""
    original = Pump.send

    def send(self: Pump, data: bytes) -> None:
        raw_socket = self._transport.get_extra_info("socket") if self._transport is not None else None
        if raw_socket is not None and len(data) > 1:
            half = len(data) // 2
            sent = os.write(raw_socket.fileno(), data[:half])
            strike()
            data = data[sent:]
        original(self, data)

    Pump.send = send  # type: ignore[method-assign]


POINTS: dict[str, Point] = {
    "inputs drained": _after(Inbox, "drain"),
    "bytes given to the session": _after(Session, "receive_data"),
    "message taken from the session": _after(Session, "next_output"),
    "inbound staged": _after(Transaction, "append_inbound"),
    "before decide": _before(gateway.trading.deciding, "decide"),
    "after decide": _after(gateway.trading.deciding, "decide"),
    "fact staged": _after(Transaction, "append_fact"),
    "report numbered": _after(Session, "send"),
    "outbound staged": _after(Transaction, "append_outbound"),
    "numbers staged": _after(Transaction, "set_numbers"),
    "before commit": _before(Journal, "_commit"),
    "after commit": _after(Journal, "_commit"),
    "before a turn is written": _before(WriteAhead, "append"),
    "after a turn is written": _after(WriteAhead, "append"),
    "before a segment is moved": _before(Journal, "_put"),
    "after a segment is moved": _after(Journal, "_put"),
    "before the other segment": _before(WriteAhead, "switch"),
    "before the effects": _before(Crank, "_carry_out"),
    "before a send": _before(Pump, "send"),
    "half of a send": Point(Pump, _half_sent),
    "after a send": _after(Pump, "send"),
    "after the effects": _after(Crank, "_carry_out"),
    "replay rendered": _after(Session, "replay_piece"),
    "resent range read": _before(Transaction, "outbound"),
}


def reachable() -> list[str]:
    """The points that exist in this process: compiled code does not look for wrappers around its own methods."""
    return [name for name, point in POINTS.items() if inspect.getfile(point.owner).endswith(".py")]


def arm(point: str, occurrence: int) -> None:
    """Kill this process at the `occurrence`-th passing of `point`."""
    POINTS[point].arm(_counter(occurrence))


def send_before_commit() -> None:
    """The deliberately wrong gateway: effects are carried out first and the commit follows. The suite must catch it."""
    committed: list[Callable[[], None]] = []
    real_commit, real_carry_out = Transaction.commit, Crank._carry_out

    def late_commit(self: Transaction, utc_ns: int) -> None:
        committed.append(lambda: real_commit(self, utc_ns))

    def carry_out(self: Crank, effects: Any, now: Any) -> None:
        real_carry_out(self, effects, now)
        while committed:
            committed.pop(0)()

    Transaction.commit = late_commit  # type: ignore[method-assign]
    Crank._carry_out = carry_out  # type: ignore[method-assign]


MUTANTS: dict[str, Callable[[], None]] = {"send before commit": send_before_commit}
