"""What has been bought and sold: the ledger of executions by account, symbol and venue.

A fold of OrderFilled, ExecutionCorrected and ExecutionBusted over the orders that stand at venues: a parent's fills are
those of its children, and count once. It says what was executed, not what is owned: what an account held before this
log began, or does elsewhere, is not known here. Restatements (a split) change orders and no execution.

Quantities and values are exact: a value is the sum of LastQty(32) x LastPx(31), without multiplier or commission.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from oms.exact import ZERO, add, fma, subtract
from oms.types import Side

Key = tuple[str, str, str]
"""Account(1), Symbol(55), venue."""


class Position:
    """Read anything; only the ledger writes."""

    __slots__ = ("long_gross", "long_qty", "short_gross", "short_qty")

    def __init__(self) -> None:
        self.long_qty = ZERO
        """LongQty(704): bought."""
        self.short_qty = ZERO
        """ShortQty(705): sold."""
        self.long_gross = ZERO
        """Sum of quantity x price of all that was bought."""
        self.short_gross = ZERO

    @property
    def net_qty(self) -> Decimal:
        """Bought less sold."""
        return subtract(self.long_qty, self.short_qty)

    def content(self) -> list[object]:
        return [self.long_qty, self.short_qty, self.long_gross, self.short_gross]


class Positions:
    """Only the blotter writes."""

    __slots__ = ("_by_key",)

    def __init__(self) -> None:
        self._by_key: dict[Key, Position] = {}

    def filled(self, key: Key, side: Side, last_qty: Decimal, last_px: Decimal) -> None:
        position = self._of(key)
        if side is Side.BUY:
            position.long_qty = add(position.long_qty, last_qty)
            position.long_gross = fma(last_qty, last_px, position.long_gross)
        else:
            position.short_qty = add(position.short_qty, last_qty)
            position.short_gross = fma(last_qty, last_px, position.short_gross)

    def revised(self, key: Key, side: Side, qty: Decimal, gross: Decimal) -> None:
        """A correction or bust: by how much quantity and value are more than they were, negative for less."""
        position = self._of(key)
        if side is Side.BUY:
            position.long_qty = add(position.long_qty, qty)
            position.long_gross = add(position.long_gross, gross)
        else:
            position.short_qty = add(position.short_qty, qty)
            position.short_gross = add(position.short_gross, gross)

    def _of(self, key: Key) -> Position:
        position = self._by_key.get(key)
        if position is None:
            position = self._by_key[key] = Position()
        return position

    def restore(self, key: Key, content: tuple[Decimal, Decimal, Decimal, Decimal]) -> None:
        """From a snapshot: what `content` of the position was."""
        position = self._of(key)
        position.long_qty, position.short_qty, position.long_gross, position.short_gross = content

    def of_account(self, account: str, symbol: str = "") -> list[tuple[Key, Position]]:
        """The account's positions in the order in which they came to be; `symbol` '' for any."""
        return [
            (key, position)
            for key, position in self._by_key.items()
            if key[0] == account and (not symbol or key[1] == symbol)
        ]

    def __iter__(self) -> Iterator[tuple[Key, Position]]:
        return iter(self._by_key.items())

    def content(self) -> list[object]:
        """Everything, as plain values: for the state hash."""
        return [[*key, *position.content()] for key, position in self._by_key.items()]
