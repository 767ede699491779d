"""The best price at which each owner already buys and sells each symbol: what a new order of his would meet of his own.

An owner is an account, or a group of accounts; orders without an account belong to their session. An order counts from
its sending until nothing of it can be executed any more, at the best price for the other side of all terms that stand
or are pending. A market order, and a pegged one without a limit, would meet any price. What waits here, or at a venue
for its stop price, is not in the market and does not count.

For each owner, symbol and side there is a heap of what counts, with entries that are out of date left in it until they
come to its top, or are the greater part. So an order costs O(log n) when it comes, changes and goes, and the best price
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from heapq import heapify, heappop, heappush
from typing import Final

from oms.events import Event, OrderEvent, ReplaceRequested
from oms.order import Order
from oms.order_state import ENDED, Base
from oms.self_match_policy import SelfMatchPolicy
from oms.types import OrdType, Side

ANY_PRICE: Final = Decimal("-Infinity")
_STOPS: Final = (OrdType.STOP, OrdType.STOP_LIMIT)
_NOT_AT_A_VENUE: Final = ENDED | {Base.HELD, Base.RECEIVED}
_STALE_MIN: Final = 64


Owner = tuple[str, str]
"""What it is, `account`, `group` or `session`; and its name."""
Key = tuple[Owner, str, Side]
Entry = tuple[Decimal, int]
"""How good the price is for the other side, the least being the best: the price of a sell, the negative of that of a
buy, ANY_PRICE of what meets any; and the `order_seq`."""


def rank(side: Side, price: Decimal | None) -> Decimal:
    if price is None:
        return ANY_PRICE
    return price.copy_negate() if side is Side.BUY else price


class OwnPrices:
    """Only the blotter writes to it. Empty while there is no policy."""

    __slots__ = ("_counts", "_heaps", "_standing", "exempt", "groups", "policy")

    def __init__(self) -> None:
        self.policy: SelfMatchPolicy | None = None
        self.exempt: frozenset[tuple[str, str]] = frozenset()
        self.groups: Mapping[str, str] = {}
        self._heaps: dict[Key, list[Entry]] = {}
        self._standing: dict[int, tuple[Key, Entry]] = {}
        self._counts: dict[Key, int] = {}

    def use(self, policy: SelfMatchPolicy | None, groups: Mapping[str, str], orders: Mapping[int, Order]) -> None:
        """This policy holds from now on, for the orders that are open, too."""
        if policy == self.policy and groups == self.groups:
            return
        self.rebuild(policy, groups, orders)

    def rebuild(self, policy: SelfMatchPolicy | None, groups: Mapping[str, str], orders: Mapping[int, Order]) -> None:
        self.policy, self.groups = policy, dict(groups)
        self._heaps, self._standing, self._counts = {}, {}, {}
        self.exempt = frozenset()
        if policy is not None:
            symbols = [("symbol", symbol) for symbol in policy.except_symbols]
            self.exempt = frozenset([*symbols, *(("account", account) for account in policy.except_accounts)])
            for order in orders.values():
                self.follow(order)

    def is_exempt(self, account: str, symbol: str) -> bool:
        exempt = self.exempt
        return bool(exempt) and (("symbol", symbol) in exempt or ("account", account) in exempt)

    def owner(self, account: str, session: str) -> Owner:
        if not account:
            return "session", session
        policy = self.policy
        group = self.groups.get(account) if policy is not None and policy.by_group else None
        return ("group", group) if group else ("account", account)

    def best(self, owner: Owner, symbol: str, side: Side) -> Entry | None:
        """The best entry of what he has there; None when he has nothing."""
        heap = self._heaps.get((owner, symbol, side))
        return heap[0] if heap else None

    def best_without(self, owner: Owner, symbol: str, side: Side, over: tuple[int, ...]) -> Entry | None:
        """The same without these orders. It looks at all that he has there: for what is let go, not for what comes."""
        key, standing = (owner, symbol, side), self._standing
        found = [entry for entry in self._heaps.get(key, ()) if standing.get(entry[1]) == (key, entry)]
        return min((entry for entry in found if entry[1] not in over), default=None)

    def see(self, event: Event, orders: Mapping[int, Order]) -> None:
        if isinstance(event, OrderEvent) and (order := orders.get(event.order_seq)) is not None:
            self.follow(order)

    def follow(self, order: Order) -> None:
        """What counts of it may have changed."""
        standing = self._standing
        before, now = standing.get(order.order_seq), self._of(order)
        if before == now:
            return
        if before is not None:
            del standing[order.order_seq]
            self._counts[before[0]] -= 1
        if now is not None:
            key, entry = now
            standing[order.order_seq] = now
            self._counts[key] = self._counts.get(key, 0) + 1
            heappush(self._heaps.setdefault(key, []), entry)
        for key in {which[0] for which in (before, now) if which is not None}:
            self._clean(key)

    def _clean(self, key: Key) -> None:
        heap, standing, count = self._heaps[key], self._standing, self._counts[key]
        if len(heap) > 2 * count + _STALE_MIN:
            heap[:] = {entry for entry in heap if standing.get(entry[1]) == (key, entry)}
            heapify(heap)
        while heap and standing.get(heap[0][1]) != (key, heap[0]):
            heappop(heap)
        if not heap:
            del self._heaps[key], self._counts[key]

    def _of(self, order: Order) -> tuple[Key, Entry] | None:
        """Where and how good it is; None when it cannot be met."""
        if order.base in _NOT_AT_A_VENUE or not order.is_open or order.special.legs:
            return None
        if order.ord_type in _STOPS and not order.triggered:
            return None
        if order.parent_seq is not None and not order.special.leg_ref_id:
            return None  # its parent counts
        if self.is_exempt(order.account, order.symbol) or not (order.account or order.session):
            return None
        side = order.side
        best = rank(side, None if order.ord_type is OrdType.STOP else order.price)
        for request in order.pending:
            asked = request.asked
            if isinstance(asked, ReplaceRequested):
                best = min(best, rank(side, asked.price))
        return (self.owner(order.account, order.session), order.symbol, side), (best, order.order_seq)

    def content(self) -> list[list[object]]:
        """What stands, for tests: it follows from the orders."""
        return sorted(
            [*map(str, (*key[0], *key[1:])), str(entry[0]), entry[1]] for key, entry in self._standing.values()
        )
