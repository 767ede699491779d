"""Whom to call next, and how soon: the addresses of one counterparty. Pure; time is the caller's.

round_robin   each call goes to the next of the list, whatever became of the one before.
priority      the first of the list, as long as it answers; a call that leads to no session goes down the list. When the
              list has been gone through, or `start_over_s` after the first was called last, it begins with the first.

The pause between two calls is the reconnect interval. Each time that all addresses in a row have led to no session it
doubles, up to PAUSE_GROWTH_MAX times the interval: a venue that is down for the night is not hammered, one that was
lost a moment ago is called as soon as agreed. Chance moves each pause by up to a tenth, so that many gateways that lost
one venue at the same moment do not all come back at one moment.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import NamedTuple

PAUSE_GROWTH_MAX = 4
JITTER = 0.1


class Host(NamedTuple):
    """One address of a counterparty."""

    name: str
    port: int
    tls: ssl.SSLContext | None = None
    server_name: str = ""
    """The name that its certificate must have; empty for `name`."""

    def __str__(self) -> str:
        return f"{self.name}:{self.port}"


class Calling(NamedTuple):
    """How an initiator calls."""

    hosts: Sequence[Host]
    reconnect_interval_s: float
    by_priority: bool = False
    start_over_s: float = 120


class HostChoice:
    """Remembers what became of the calls."""

    def __init__(self, calling: Calling) -> None:
        self.calling = calling
        self._last = -1
        self._failures = 0
        self._first_called_s = 0.0

    def use(self, calling: Calling) -> None:
        """Other addresses or intervals, from the next call on."""
        if calling.hosts != self.calling.hosts:
            self._last, self._failures = -1, 0
        self.calling = calling

    def next(self, now_s: float) -> Host:
        """The address to call now."""
        calling = self.calling
        following = (self._last + 1) % len(calling.hosts)
        if calling.by_priority and (not self._failures or now_s - self._first_called_s >= calling.start_over_s):
            following = 0
        if following == 0:
            self._first_called_s = now_s
        self._last = following
        return calling.hosts[following]

    def succeeded(self) -> None:
        """The call has led to a session; it is over now."""
        self._failures = 0

    def failed(self) -> None:
        """The call has led to no session."""
        self._failures += 1

    def pause_s(self, chance: float) -> float:
        """How long to wait before the next call. `chance` is 0 to 1."""
        rounds = self._failures // len(self.calling.hosts)
        growth = min(PAUSE_GROWTH_MAX, 1 << min(max(0, rounds - 1), 8))
        return self.calling.reconnect_interval_s * growth * (1 + JITTER * (2 * chance - 1))
