"""How many connections a door has, in all, from one address, and of strangers. Pure.

A stranger is who has not been admitted by a Logon yet. When there are too many of those, whoever comes is let in and a
place is made: the oldest stranger of the address that has the most goes. A flood from one place pushes itself out, and
a client that logs on as soon as it is connected is never the oldest.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.networks import neighbourhood


def _gone() -> None:
    """There is nothing left to end."""


class Visitor:
    """One connection. `cut` ends it."""

    __slots__ = ("cut", "neighbourhood")

    def __init__(self, neighbourhood: str, cut: Callable[[], None]) -> None:
        self.neighbourhood = neighbourhood
        self.cut = cut


class Gate:
    def __init__(self, connections_max: int, per_address_max: int, strangers_max: int) -> None:
        self._connections_max = connections_max
        self._per_address_max = per_address_max
        self._strangers_max = strangers_max
        self._visitors: dict[Visitor, None] = {}
        self._of_address: dict[str, int] = {}
        self._strangers: dict[str, dict[Visitor, None]] = {}  # of each address, in the order of their coming
        self._strangers_count = 0

    def __len__(self) -> int:
        return len(self._visitors)

    @property
    def strangers(self) -> int:
        return self._strangers_count

    def refusal_of(self, host: str) -> str | None:
        """Why nobody else may come from there now."""
        if len(self._visitors) >= self._connections_max:
            return f"{self._connections_max} connections are open here (connections_max)"
        if self._of_address.get(neighbourhood(host), 0) >= self._per_address_max:
            return f"{self._per_address_max} connections are open from its address (connections_per_address_max)"
        return None

    def enter(self, host: str, cut: Callable[[], None]) -> Visitor:
        """Let a stranger in; `refusal_of` has been asked before, `crowded_out` is to be asked behind it."""
        visitor = Visitor(neighbourhood(host), cut)
        self._visitors[visitor] = None
        self._of_address[visitor.neighbourhood] = self._of_address.get(visitor.neighbourhood, 0) + 1
        self._strangers.setdefault(visitor.neighbourhood, {})[visitor] = None
        self._strangers_count += 1
        return visitor

    def crowded_out(self) -> Visitor | None:
        """Who has to go because there are too many strangers."""
        if self._strangers_count <= self._strangers_max:
            return None
        most = max(self._strangers.values(), key=len)
        return next(iter(most))

    def admit(self, visitor: Visitor) -> None:
        """It is no stranger any more."""
        strangers = self._strangers.get(visitor.neighbourhood, {})
        if visitor not in strangers:
            return
        del strangers[visitor]
        self._strangers_count -= 1
        if not strangers:
            del self._strangers[visitor.neighbourhood]

    def leave(self, visitor: Visitor) -> None:
        """Its connection is over. May be said twice."""
        if visitor not in self._visitors:
            return
        del self._visitors[visitor]
        visitor.cut = _gone  # what it called knows the visitor: a circle, of which floods would leave thousands
        self.admit(visitor)
        left = self._of_address[visitor.neighbourhood] - 1
        if left:
            self._of_address[visitor.neighbourhood] = left
        else:
            del self._of_address[visitor.neighbourhood]
