"""The ledger: what each account holds in each symbol at each venue, what that has cost, and what was earned by it.

A fold of OrderFilled, ExecutionCorrected and ExecutionBusted over the orders that stand at venues (a parent's fills are
those of its children, and count once), and of StartOfDayPositionSet. Restatements (a split) change orders and no
execution.

    opening     at the start of the trading day: as it was left the day before, or as a person has told it
    today       what was bought and what was sold since then, two sums
    cost        of what is open, by the average-cost method (`oms.average_cost`)
    realised    what was received, less what was paid, and the change of what is open at cost. So realised and
                unrealised together never depend on an average
    fees        Commission(12) of executions, by its currency

An execution of today that is busted or corrected leaves the ledger as if it had been told so in the first place. One of
an earlier day is behind the opening: it is taken back today, at its own price, and a correction booked today.

Quantities and values are exact, values are sums of quantity x price, without multiplier. A position without venue is
one that a person has told of without saying where it is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from oms.average_cost import OpenValue, OpenValueContent
from oms.events import ExecutionBusted, ExecutionCorrected, OrderFilled, StartOfDayPositionSet
from oms.exact import ZERO, add, fma, multiply, subtract
from oms.fill_details import FillDetails
from oms.order import Order
from oms.types import Side

Key = tuple[str, str, str]
"""Account(1), Symbol(55), venue."""
Figures = tuple[Decimal, Decimal]
"""LastQty(32) and LastPx(31)."""
PositionContent = tuple[
    list[Decimal], OpenValueContent, dict[str, Decimal], dict[str, Decimal], StartOfDayPositionSet | None
]
"""What `Position.content` is made of."""


class Position:
    """Read anything; only the ledger writes."""

    __slots__ = ("_open", "carried_qty", "earlier_fees", "earlier_realised", "fees", "long_gross", "long_qty",
                 "short_gross", "short_qty", "told")  # fmt: skip

    def __init__(self) -> None:
        self._open = OpenValue()
        self.long_qty = ZERO
        """LongQty(704) of today: bought."""
        self.short_qty = ZERO
        """ShortQty(705) of today: sold."""
        self.long_gross = ZERO
        """Sum of quantity x price of all that was bought today."""
        self.short_gross = ZERO
        self.carried_qty = ZERO
        """What the day before has left, before anybody told otherwise."""
        self.told: StartOfDayPositionSet | None = None
        """What a person has told today, of it or of all that the account holds of the symbol."""
        self.earlier_realised = ZERO
        """On the days before."""
        self.fees: dict[str, Decimal] = {}
        """Of today, by currency; '' for that of the price."""
        self.earlier_fees: dict[str, Decimal] = {}

    @property
    def opening_qty(self) -> Decimal:
        return self._open.opening_qty

    @property
    def opening_value(self) -> Decimal:
        """What the opening has cost; negative for a short one."""
        return self._open.opening_value

    @property
    def adjustment(self) -> Figures:
        """By how much the opening is more than what the day before has left, and at which price that is booked."""
        price = ZERO if self.told is None else self.told.price
        return subtract(self._open.opening_qty, self.carried_qty), price

    @property
    def net_qty(self) -> Decimal:
        """Held, negative when sold short."""
        return add(self._open.opening_qty, subtract(self.long_qty, self.short_qty))

    @property
    def open_value(self) -> Decimal:
        """What is held has cost so much; negative, what was received for it, when it was sold short."""
        return self._open.value

    @property
    def realised_today(self) -> Decimal:
        """In the currency of the price, without multiplier and before fees."""
        received = subtract(self.short_gross, self.long_gross)
        return add(received, subtract(self._open.value, self._open.opening_value))

    @property
    def realised(self) -> Decimal:
        """Since the ledger began."""
        return add(self.earlier_realised, self.realised_today)

    def booked(self) -> Iterator[tuple[int, Decimal, Decimal]]:
        """The executions of today in their order: number, quantity (negative for a sale), price."""
        return iter(self._open)

    def book(self, seq: int, side: Side, figures: Figures) -> None:
        last_qty, last_px = figures
        if side is Side.BUY:
            self.long_qty = add(self.long_qty, last_qty)
            self.long_gross = fma(last_qty, last_px, self.long_gross)
            self._open.book((seq, last_qty, last_px))
        else:
            self.short_qty = add(self.short_qty, last_qty)
            self.short_gross = fma(last_qty, last_px, self.short_gross)
            self._open.book((seq, last_qty.copy_negate(), last_px))

    def insert(self, seq: int, side: Side, figures: Figures) -> None:
        """As if it had been told then."""
        self._add(side, figures)
        last_qty, last_px = figures
        self._open.insert((seq, last_qty if side is Side.BUY else last_qty.copy_negate(), last_px))

    def revise(self, seq: int, side: Side, before: Figures, after: Figures | None) -> bool:
        """The execution of this number has other figures, or none. False when it is not one of today."""
        signed = None
        if after is not None:
            signed = after[0] if side is Side.BUY else after[0].copy_negate(), after[1]
        if self._open.revise(seq, signed) is None:
            return False
        self._add(side, (before[0].copy_negate(), before[1]))
        if after is not None:
            self._add(side, after)
        return True

    def _add(self, side: Side, figures: Figures) -> None:
        qty, price = figures
        if side is Side.BUY:
            self.long_qty = add(self.long_qty, qty)
            self.long_gross = fma(qty, price, self.long_gross)
        else:
            self.short_qty = add(self.short_qty, qty)
            self.short_gross = fma(qty, price, self.short_gross)

    def begin_with(self, told: StartOfDayPositionSet, qty: Decimal) -> None:
        self.told = told
        self._open.begin_with(qty, multiply(qty, told.price))

    def charge(self, details: FillDetails | None, *, back: bool = False) -> None:
        """The commission of an execution, or of one that is taken back."""
        if details is not None and details.commission is not None:
            commission, currency = details.commission, details.commission_currency
            before = self.fees.get(currency, ZERO)
            self.fees[currency] = subtract(before, commission) if back else add(before, commission)

    def begin_day(self) -> None:
        net_qty = self.net_qty
        self.earlier_realised = self.realised
        self._open.begin_anew(net_qty)
        self.long_qty = self.short_qty = self.long_gross = self.short_gross = ZERO
        self.carried_qty, self.told = net_qty, None
        for currency, fees in self.fees.items():
            self.earlier_fees[currency] = add(self.earlier_fees.get(currency, ZERO), fees)
        self.fees = {}

    def content(self) -> PositionContent:
        sums = [
            self.long_qty, self.short_qty, self.long_gross, self.short_gross, self.carried_qty, self.earlier_realised,
        ]  # fmt: skip
        return sums, self._open.content(), self.fees, self.earlier_fees, self.told

    def restore(self, content: PositionContent) -> None:
        sums, opened, self.fees, self.earlier_fees, self.told = content
        self.long_qty, self.short_qty, self.long_gross, self.short_gross = sums[:4]
        self.carried_qty, self.earlier_realised = sums[4:]
        self._open.restore(opened)


class Positions:
    """Only the blotter writes."""

    __slots__ = ("_by_account", "_by_key")

    def __init__(self) -> None:
        self._by_key: dict[Key, Position] = {}
        self._by_account: dict[str, dict[Key, Position]] = {}

    # --------------------------------------------------------------------------------------------------------- look-ups

    def get(self, key: Key) -> Position | None:
        return self._by_key.get(key)

    def of_account(self, account: str, symbol: str = "") -> list[tuple[Key, Position]]:
        """The account's positions in the order in which they came to be; `symbol` '' for any."""
        held = self._by_account.get(account)
        if held is None:
            return []
        return [(key, position) for key, position in held.items() if not symbol or key[1] == symbol]

    def accounts(self) -> Iterable[str]:
        """Those that have, or have had, a position."""
        return self._by_account.keys()

    def __iter__(self) -> Iterator[tuple[Key, Position]]:
        return iter(self._by_key.items())

    # ------------------------------------------------------------------------------------------------------- executions

    def filled(
        self, key: Key, seq: int, side: Side, last_qty: Decimal, last_px: Decimal, details: FillDetails | None = None
    ) -> None:
        """`seq` is the number of the OrderFilled, and rises from one to the next."""
        position = self._by_key.get(key)
        if position is None:
            position = self._of(key)
        position.book(seq, side, (last_qty, last_px))
        if details is not None:
            position.charge(details)

    def execution_revised(self, order: Order, event: ExecutionBusted | ExecutionCorrected) -> None:
        """An execution is taken back, or put right; the order does not know of it yet."""
        trade = (event.venue, event.trade_id)
        last = order.executions[trade]
        fill = order.revisions.get(trade, last)
        assert isinstance(fill, OrderFilled), fill
        assert not isinstance(last, ExecutionBusted), last
        position = self._of((order.account, order.symbol, event.venue))
        before = (last.last_qty, last.last_px)
        after = (event.last_qty, event.last_px) if isinstance(event, ExecutionCorrected) else None
        if not position.revise(fill.seq, order.side, before, after):
            position.book(event.seq, order.side, (before[0].copy_negate(), before[1]))
            if after is not None:
                position.book(event.seq, order.side, after)
        if after is None:
            position.charge(fill.details, back=True)

    def order_claimed(self, order: Order, account: str, seq: int) -> None:
        """The event `seq` has given the order to another account than this one, with what was executed on it."""
        for (venue, trade_id), last in order.executions.items():
            if isinstance(last, ExecutionBusted):
                continue
            fill = order.revisions.get((venue, trade_id), last)
            assert isinstance(fill, OrderFilled), fill
            side, figures = order.side, (last.last_qty, last.last_px)
            position, there = self._of((account, order.symbol, venue)), self._of((order.account, order.symbol, venue))
            if position.revise(fill.seq, side, figures, None):
                there.insert(fill.seq, side, figures)
            else:
                position.book(seq, side, (figures[0].copy_negate(), figures[1]))
                there.book(seq, side, figures)
            position.charge(fill.details, back=True)
            there.charge(fill.details)

    # ------------------------------------------------------------------------------------------------------------- days

    def begin_day(self) -> None:
        for position in self._by_key.values():
            position.begin_day()

    def opened(self, event: StartOfDayPositionSet) -> list[tuple[Key, Figures, Figures]]:
        """What the day began with, as a person says. The adjustments of each position that it is about, before and
        after."""
        account, symbol, venue = key = (event.account, event.symbol, event.venue)
        self._of(key)
        adjusted = []
        for other, position in self.of_account(account, symbol):
            if other == key or not venue:  # without a venue: so much in all
                before = position.adjustment
                position.begin_with(event, event.qty if other == key else ZERO)
                adjusted.append((other, before, position.adjustment))
        return adjusted

    # --------------------------------------------------------------------------------------------------------- restarts

    def _of(self, key: Key) -> Position:
        position = self._by_key.get(key)
        if position is None:
            position = self._by_key[key] = Position()
            self._by_account.setdefault(key[0], {})[key] = position
        return position

    def restore(self, key: Key, content: PositionContent) -> None:
        """From a snapshot: what `content` of the position was."""
        self._of(key).restore(content)

    def content(self) -> list[tuple[Key, PositionContent]]:
        """Everything, as plain values: for the state hash and for snapshots."""
        return [(key, position.content()) for key, position in self._by_key.items()]
