"""What holds of the monitor whatever happens: orders, executions, busts, other limits, words of persons, restarts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from oms import snapshot
from oms.commands import BeginTradingDay
from oms.decide_slices import stopped_slices
from oms.events import (
    Event,
    LimitBreached,
    LimitCleared,
    LimitWarned,
    OrderRefused,
    OrderRouted,
    ReplaceRefused,
    SliceResumed,
)
from oms.exact import ZERO, add, subtract
from oms.limit_commands import SetLimitRow
from oms.limit_levels import Level
from oms.permission_commands import ResumeSlice
from oms.slice_use import uses
from oms.snapshot import encode_snapshot, load_snapshot
from oms.types import Side
from tests.oms.test_gates import limits
from tests.oms.test_monitor import BOTH, look, price, row
from tests.oms.world import World

NAME = "account=ACC symbol=BTC-USD"
QTY = st.sampled_from(["1", "2.5", "4", "7"])
LIMIT = st.sampled_from(["2", "5", "8", "20"])


class Days:
    """A world with one slice, all that was said of it, and who may go on."""

    def __init__(self) -> None:
        self.world = World(limits(rows=(row(BOTH, long_qty_max=8, short_qty_max=8),)))
        self.orders: list[str] = []
        self.told: dict[tuple[str, str], str] = {}
        self.halted = False
        self.restarts = 0

    def saw(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, LimitWarned | LimitBreached | LimitCleared):
                key, what = (event.name, event.bound), type(event).__name__
                before = self.told.get(key, "LimitCleared")
                assert what != before, f"{what} twice"
                assert (before, what) != ("LimitBreached", "LimitWarned") or key in self.released
                self.told[key] = what
            if isinstance(event, LimitBreached):
                assert event.used > event.limit
                self.halted = True

    released: frozenset[tuple[str, str]] = frozenset()

    def new(self, qty: str, side: Side) -> None:
        name = f"O{len(self.orders)}"
        self.orders.append(name)
        events = self.world.new(name, qty, side=side)
        if isinstance(events[-1], OrderRouted):
            self.world.accept(name)
            if self.halted:
                assert self._worst()[side is Side.SELL] <= 0, "it leads back, and cannot turn the position"
        else:
            assert isinstance(events[-1], OrderRefused)

    def _worst(self) -> tuple[Decimal, Decimal]:
        """Long and short, if all that is open on that side is executed."""
        exposure = self.world.blotter.exposures.of("account,symbol", ("ACC", "BTC-USD"))
        if exposure is None:
            return ZERO, ZERO
        holding = exposure.holdings["BTC-USD"]
        return add(holding.net_qty, holding.buy_qty), subtract(holding.sell_qty, holding.net_qty)

    def cancel(self, number: int) -> None:
        """A cancel always passes."""
        for name in self.orders[number % max(1, len(self.orders)) :]:
            order = self.world.blotter.order_by_cl_ord_id("CLIENT44", name)
            if order is not None and order.leaves_qty and not order.cancel_pending:
                (event,) = self.world.cancel(f"C{name}", name, side=order.side)
                assert type(event).__name__ == "CancelRequested"
                self.world.venue_cancel(f"C{name}")
                return

    def fill(self, number: int) -> None:
        for name in self.orders[number % max(1, len(self.orders)) :]:
            order = self.world.blotter.order_by_cl_ord_id("CLIENT44", name)
            if order is not None and order.leaves_qty:
                self.world.fill(name, "1")
                return

    def limit(self, most: str) -> None:
        self.world.do(SetLimitRow(row(BOTH, long_qty_max=most, short_qty_max=most), "ann", "why"))

    def look(self) -> None:
        self.saw(look(self.world))
        for use in uses(self.world.blotter):
            level = self.world.blotter.monitor.level((use.table.name, use.key, use.kind))
            assert (use.used > use.limit) <= (level in (Level.BREACHED, Level.RELEASED)), "a breach goes untold"
        assert look(self.world) == []

    def resume(self) -> None:
        events = self.world.do(ResumeSlice(NAME, "ann", "why"))
        assert bool(events) == self.halted
        assert all(isinstance(event, SliceResumed) for event in events)
        if events:
            self.released = frozenset(self.told)
        self.halted = False

    def restart(self) -> None:
        """By the log, or by a snapshot."""
        self.restarts += 1
        blotter = self.world.replayed()
        if self.restarts % 2:
            blotter = self.world.empty()
            load_snapshot(blotter, encode_snapshot(self.world.blotter, self.world.payloads), snapshot.SCHEMA)
        assert blotter.state_hash() == self.world.blotter.state_hash()
        self.world.blotter = blotter

    def day(self) -> None:
        self.world.do(BeginTradingDay(f"2024{len(self.world.log):04}"))
        price(self.world, "100")


Step = Callable[[Days], None]
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda qty, side: lambda days: days.new(qty, side), QTY, st.sampled_from(Side)),
    st.builds(lambda number: lambda days: days.cancel(number), st.integers(0, 9)),
    st.builds(lambda number: lambda days: days.fill(number), st.integers(0, 9)),
    st.builds(lambda most: lambda days: days.limit(most), LIMIT),
    st.sampled_from([Days.look, Days.look, Days.resume, Days.restart]),
)


@settings(max_examples=200)
@given(st.lists(STEPS, min_size=5, max_size=40), st.sampled_from([None, *Side]))
def test_of_any_day(steps: list[Step], halted: Side | None) -> None:
    days = Days()
    if halted is not None:
        days.new("7", halted)
        for _ in range(6):
            days.fill(0)
        days.limit("2")
        days.look()
        assert days.halted
    for step in steps:
        step(days)
        assert stopped_slices(days.world.blotter) == ([NAME] if days.halted else [])
    days.look()
    days.restart()


def test_a_refusal_names_the_halt_among_all_others() -> None:
    days = Days()
    days.new("7", Side.BUY)
    days.fill(0)
    days.limit("2")
    days.look()
    assert days.halted
    events = days.world.replace("R", "O0", "7.5")
    refused = events[-1]
    assert isinstance(refused, ReplaceRefused)
    assert any(text.startswith("LIMIT_BREACHED") for text in (refused.text, *refused.also))
