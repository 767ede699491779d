"""Which kill switches are engaged, and what became of the cancels that they asked for.

A switch stops a slice: everything, or what goes to one venue, or what has one account, session, symbol, trader
(SenderSubID 50) or algorithm (ClOrdLinkID 583). It is engaged by KillSwitchEngaged and released by KillSwitchReleased
and by nothing else: neither a restart nor a new trading day changes it.

To ask whether an order is stopped costs one look-up for each *kind* of slice that has a switch engaged, whatever the
number of switches and orders; with none engaged it costs the truth of an empty dict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, Protocol

import msgspec

from oms.causes import KILL_SWITCH
from oms.events import CancelRequested, Event, KillSwitchEngaged, KillSwitchReleased, OrderCanceled
from oms.order import Order
from oms.special_terms import SpecialTerms
from oms.types import KillScope

Key = tuple[KillScope, str]


class Traded(Protocol):
    """An order, or a request for one."""

    @property
    def special(self) -> SpecialTerms: ...


class Outcome(msgspec.Struct):
    """Of the cancels at one venue. What is in none of the last three is unanswered."""

    asked: int = 0
    canceled: int = 0
    """The order has ended: by our cancel, or before it came there."""
    filled: int = 0
    """It was executed before the cancel came there."""
    rejected: int = 0
    """The venue keeps it."""

    @property
    def unanswered(self) -> int:
        return self.asked - self.canceled - self.filled - self.rejected


class KillSwitch(msgspec.Struct):
    """One that is engaged. Read anything; only the fold writes."""

    scope: KillScope
    value: str
    operator: str
    """Who engaged it first since it was last released."""
    reason: str
    cancel: bool
    engaged_seq: int
    """The KillSwitchEngaged that last asked for cancels; the first one when none did."""
    engaged_at_ns: int
    outcomes: dict[str, Outcome] = {}
    """By venue; '' for orders that are at no venue: held here, or worked in parts."""

    @property
    def name(self) -> str:
        return slice_name(self.scope, self.value)


def slice_name(scope: KillScope, value: str) -> str:
    """As operators and clients read it: `account=A1`, or `global`."""
    return f"{scope}={value}" if value else str(scope)


_VALUE: Final[Mapping[KillScope, Callable[[Any], str | None]]] = {
    KillScope.GLOBAL: lambda of: "",
    KillScope.VENUE: attrgetter("venue"),
    KillScope.ACCOUNT: attrgetter("account"),
    KillScope.SESSION: attrgetter("session"),
    KillScope.TRADER: attrgetter("trader"),
    KillScope.SYMBOL: attrgetter("symbol"),
    KillScope.ALGO: attrgetter("cl_ord_link_id"),
}


class KillSwitches:
    """Written to by the blotter only.

    `unanswered` has the orders of which a cancel is pending that switches asked for, with the switches that count."""

    __slots__ = ("by_scope", "unanswered")

    def __init__(self) -> None:
        self.by_scope: dict[KillScope, dict[str, KillSwitch]] = {}
        self.unanswered: dict[int, list[Key]] = {}

    # ------------------------------------------------------------------------------------------------------ to be read

    def __iter__(self) -> Iterator[KillSwitch]:
        return (switch for by_value in self.by_scope.values() for switch in by_value.values())

    def __len__(self) -> int:
        return sum(map(len, self.by_scope.values()))

    def get(self, scope: KillScope, value: str) -> KillSwitch | None:
        by_value = self.by_scope.get(scope)
        return None if by_value is None else by_value.get(value)

    def holding(self, of: Traded) -> KillSwitch | None:
        """The first switch that stops it; None when it may go on."""
        for scope, by_value in self.by_scope.items():
            value = _VALUE[scope](of)
            if value is not None and (switch := by_value.get(value)) is not None:
                return switch
            if scope is KillScope.SYMBOL:
                for leg in of.special.legs:
                    if leg.symbol in by_value:
                        return by_value[leg.symbol]
        return None

    def holds_venue(self, venue: str) -> bool:
        by_value = self.by_scope.get(KillScope.VENUE)
        return by_value is not None and venue in by_value

    def canceling(self, order: Order) -> list[KillSwitch]:
        """The switches that want this order canceled. A part of an order is canceled with the whole of it, but for a
        venue's switch: what stands elsewhere goes on."""
        found = []
        for scope, by_value in self.by_scope.items():
            if order.parent_seq is not None and scope is not KillScope.VENUE:
                continue
            for value in (_VALUE[scope](order), *_leg_symbols(scope, order)):
                switch = None if value is None else by_value.get(value)
                if switch is not None and switch.cancel and switch not in found:
                    found.append(switch)
        return found

    def content(self) -> Sequence[object]:
        """All of it, for the hash of the state."""
        return [list(self), [[order_seq, keys] for order_seq, keys in self.unanswered.items()]]

    # ---------------------------------------------------------------------------------------------------- the fold

    def restore(self, switches: Sequence[KillSwitch], unanswered: Sequence[tuple[int, list[Key]]]) -> None:
        """What a snapshot has of it."""
        for switch in switches:
            self.by_scope.setdefault(switch.scope, {})[switch.value] = switch
        self.unanswered = dict(unanswered)

    def engage(self, event: KillSwitchEngaged) -> None:
        by_value = self.by_scope.setdefault(event.scope, {})
        switch = by_value.get(event.value)
        if switch is None:
            by_value[event.value] = KillSwitch(
                event.scope, event.value, event.operator, event.reason, event.cancel, event.seq, event.at_ns
            )
        elif event.cancel:
            switch.cancel, switch.engaged_seq = True, event.seq

    def release(self, event: KillSwitchReleased) -> None:
        key = (event.scope, event.value)
        by_value = self.by_scope[event.scope]
        del by_value[event.value]
        if not by_value:
            del self.by_scope[event.scope]
        left = {order_seq: [other for other in keys if other != key] for order_seq, keys in self.unanswered.items()}
        self.unanswered = {order_seq: keys for order_seq, keys in left.items() if keys}

    def asked(self, event: CancelRequested, order: Order) -> None:
        """A cancel goes out: one of ours, or of a part of an order that we want canceled."""
        if event.cause == KILL_SWITCH:
            keys = [(switch.scope, switch.value) for switch in self.canceling(order)]
        else:
            keys = [] if order.parent_seq is None else list(self.unanswered.get(order.parent_seq, ()))
        if keys:
            self.unanswered[event.order_seq] = keys
            for outcome in self._outcomes(keys, order.venue):
                outcome.asked += 1

    def see(self, event: Event, order: Order) -> None:
        """The event has been applied to the order."""
        keys = self.unanswered.get(order.order_seq)
        if keys is None:
            if type(event) is OrderCanceled and event.venue_cl_ord_id is None and event.text == KILL_SWITCH:
                for outcome in self._outcomes([(s.scope, s.value) for s in self.canceling(order)], ""):
                    outcome.asked += 1
                    outcome.canceled += 1
            return
        if not order.ended and order.cancel_pending:
            return
        del self.unanswered[order.order_seq]
        for outcome in self._outcomes(keys, order.venue):
            if order.ended:
                outcome.canceled += 1
            elif order.cum_qty >= order.order_qty:
                outcome.filled += 1
            else:
                outcome.rejected += 1

    def _outcomes(self, keys: Sequence[Key], venue: str) -> Iterator[Outcome]:
        for scope, value in keys:
            outcomes = self.by_scope[scope][value].outcomes
            outcome = outcomes.get(venue)
            if outcome is None:
                outcome = outcomes[venue] = Outcome()
            yield outcome


def _leg_symbols(scope: KillScope, order: Order) -> tuple[str, ...]:
    return tuple(leg.symbol for leg in order.special.legs) if scope is KillScope.SYMBOL else ()
