"""Marks of what slices have earned: at the beginning of the trading day, at its best, and in the last so many seconds.

What an account has earned changes with every price, and is not kept for every price. The monitor looks once a second
and states a mark (ResultMarked) when it has moved by a hundredth of the smallest limit that holds for it since the last
one. So a mark is right to a hundredth of the limit; it is in the log, so a loss counts across a restart; and a result
that does not move costs nothing.

The first mark of a slice says where it begins. What it held before anybody limited its results, or before a named
person let it go on, is where it stood then; what came into being later began with nothing. A trading day begins where
the one before ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from oms.exact import add, subtract
from oms.monitor_events import ResultMarked
from oms.period_flow import PARTS
from oms.slice_flow import Slice
from oms.slices import RESULT_BOUNDS, LimitTable

STEP: Final = Decimal("0.01")
"""Of the smallest limit: how far a result must move for the next mark."""

Best = tuple[int, Decimal, Decimal]
"""Number of a part of the period, highest and last result that was marked in it."""
MarksContent = tuple[str, tuple[str, ...], Decimal, Decimal, Decimal, int, list[Best]]
ResultsContent = tuple[list[MarksContent], list[str], list[Slice]]
"""What `Results.content` is made of."""


class Marks:
    """Of one slice. Only the fold writes."""

    __slots__ = ("best", "high", "last", "part_ns", "start")

    def __init__(self, start: Decimal, part_ns: int) -> None:
        self.start = self.high = self.last = start
        self.part_ns = part_ns
        """0 where no loss over a period is limited."""
        self.best: list[Best] = []

    def mark(self, result: Decimal, part_ns: int, at_ns: int) -> None:
        self.last = result
        self.high = max(self.high, result)
        if part_ns != self.part_ns:
            self.part_ns, self.best = part_ns, []
        if not part_ns:
            return
        part, best = at_ns // part_ns, self.best
        while len(best) > 1 and best[1][0] < part - PARTS:
            del best[0]
        if best and best[-1][0] >= part:
            best[-1] = (best[-1][0], max(best[-1][1], result), result)
        else:
            best.append((part, result, result))

    def move(self, by: Decimal) -> None:
        """All of it, by what was neither earned nor lost."""
        self.start, self.high, self.last = add(self.start, by), add(self.high, by), add(self.last, by)
        self.best = [(part, add(high, by), add(last, by)) for part, high, last in self.best]

    def lost_today(self, result: Decimal) -> Decimal:
        return subtract(self.start, result)

    def drawdown(self, result: Decimal) -> Decimal:
        return subtract(max(self.high, result), result)

    def lost_in_period(self, result: Decimal, at_ns: int) -> Decimal:
        """Of the best in the period. A part before it stands for what it began with."""
        highest = before = result
        if self.part_ns:
            first = at_ns // self.part_ns - PARTS
            for part, high, last in self.best:
                if part < first:
                    before = last
                else:
                    highest = max(highest, high)
        return subtract(max(highest, before), result)


class Results:
    """Only the blotter writes to it. `before` has the accounts that were there before any table limited results, `anew`
    the slices that were let go on and have no mark since, `members` the accounts of each group."""

    __slots__ = ("anew", "before", "marks", "members", "tables")

    def __init__(self) -> None:
        self.tables: tuple[LimitTable, ...] = ()
        self.marks: dict[Slice, Marks] = {}
        self.before: dict[str, None] = {}
        self.anew: dict[Slice, None] = {}
        self.members: dict[str, list[str]] = {}

    def use(self, tables: Iterable[LimitTable], accounts: Iterable[str], groups: Mapping[str, str]) -> None:
        """`accounts` are those that hold something, `groups` has the group of each account that is in one."""
        were_there = {table.name for table in self.tables}
        self.tables = tuple(table for table in tables if any(map(table.limits, RESULT_BOUNDS)))
        names = {table.name for table in self.tables}
        self.members = {}
        for account, group in groups.items() if "group" in names else ():
            self.members.setdefault(group, []).append(account)
        self.marks = {which: marks for which, marks in self.marks.items() if which[0] in names}
        self.anew = {which: None for which in self.anew if which[0] in names}
        if not names:
            self.before = {}
        elif not names <= were_there:
            self.before |= dict.fromkeys(accounts)

    def marked(self, event: ResultMarked) -> None:
        which = (event.table, event.values)
        marks = self.marks.get(which)
        if marks is None:
            marks = self.marks[which] = Marks(event.start, event.part_ns)
            marks.mark(event.start, event.part_ns, event.at_ns)
            self.anew.pop(which, None)
        marks.mark(event.result, event.part_ns, event.at_ns)

    def resumed(self, which: Slice) -> None:
        if self.marks.pop(which, None) is not None:
            self.anew[which] = None

    def told(self, account: str, group: str, gained: Decimal | None) -> None:
        """A person has told what the account's day began with: that much of its result was neither earned nor lost.
        None: nobody can say how much, so it begins anew."""
        for which in (("account", (account,)), ("group", (group,))):
            if gained is None:
                self.resumed(which)
            elif which in self.marks:
                self.marks[which].move(gained)
            elif any(table.name == which[0] for table in self.tables):
                self.anew[which] = None

    def begin_day(self) -> None:
        for marks in self.marks.values():
            marks.start = marks.high = marks.last

    def content(self) -> ResultsContent:
        """Everything, as plain values: for the state hash and snapshots."""
        return (
            [
                (*which, marks.start, marks.high, marks.last, marks.part_ns, marks.best)
                for which, marks in self.marks.items()
            ],
            list(self.before),
            list(self.anew),
        )

    def restore(self, content: ResultsContent) -> None:
        for table, values, start, high, last, part_ns, best in content[0]:
            marks = self.marks[table, values] = Marks(start, part_ns)
            marks.high, marks.last, marks.best = high, last, list(best)
        self.before = dict.fromkeys(content[1])
        self.anew = dict.fromkeys(content[2])
