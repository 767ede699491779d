"""The monitor: what it tells of limits, whom it halts, who goes on, and that all of it is in the log."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms import snapshot
from oms.commands import BeginTradingDay, SetLimits
from oms.decide_monitor import STANDING
from oms.events import (
    AlertingSet,
    AlertsDelivered,
    Event,
    LimitBreached,
    LimitCleared,
    LimitWarned,
    SourceIsFresh,
    SourceWentStale,
)
from oms.limit_commands import RemoveLimitRow, SetLimitRow
from oms.limit_levels import Level
from oms.limit_use import SOURCES, slice_of_name
from oms.limits import Account
from oms.monitor import UNDELIVERED_MAX, Monitor
from oms.monitor_commands import LookAtSlices, LookAtSources, MarkDelivered, SetAlerting
from oms.permission_commands import ResumeSlice
from oms.positions import Position
from oms.rates import Rate
from oms.result_use import RESULTS, slices_with_results
from oms.slices import Bounds, Dimension, LimitRow, limit_row
from oms.snapshot import encode_snapshot, load_snapshot
from oms.types import Side
from oms.venue_reports import ReferencePriceSeen
from tests.oms.test_gates import limits, refusal
from tests.oms.world import VENUE, World, names

BTC = "BTC-USD"
BOTH = [(Dimension.ACCOUNT, "*"), (Dimension.SYMBOL, "*")]
ACCOUNT = [(Dimension.ACCOUNT, "*")]


def row(of: list[tuple[Dimension, str]], **bounds: object) -> LimitRow:
    values = {name: Decimal(value) if isinstance(value, str | int) else value for name, value in bounds.items()}
    return limit_row(Bounds(**values), of)  # type: ignore[arg-type]  # names and types are those of Bounds


def world_with(*rows: LimitRow, **more: object) -> World:
    return World(limits(rows=rows, **more))


def look(world: World) -> list[Event]:
    """One round over all there is, as the monitor makes it every second."""
    found: list[Event] = []
    for name, source in SOURCES.items():
        found += world.do(LookAtSlices(name, tuple(source.slices(world.blotter))))
    found += world.do(LookAtSlices(RESULTS, tuple(filter(None, slices_with_results(world.blotter)))))
    standing = dict.fromkeys((table, values) for table, values, _ in world.blotter.monitor.levels)
    return found + world.do(LookAtSlices(STANDING, tuple(standing)))


def price(world: World, price: str) -> None:
    world.do(ReferencePriceSeen(VENUE, BTC, Decimal(price)))


def same_again(world: World) -> None:
    """The log, and a snapshot, lead to the same state."""
    assert world.replayed().state_hash() == world.blotter.state_hash()
    blotter = world.empty()
    load_snapshot(blotter, encode_snapshot(world.blotter, world.payloads), snapshot.SCHEMA)
    assert blotter.state_hash() == world.blotter.state_hash()
    world.blotter = blotter


LONG = row(BOTH, long_qty_max=10)


def test_a_limit_is_told_at_90_percent_once() -> None:
    world = world_with(LONG)
    world.new("A", "8")
    assert look(world) == []
    world.new("B", "1")
    (warned,) = look(world)
    assert isinstance(warned, LimitWarned)
    assert (warned.name, warned.bound) == ("account=ACC symbol=BTC-USD", "long_qty_max")
    assert (warned.used, warned.limit) == (Decimal(9), Decimal(10))
    for _ in range(5):
        world.pass_ms(1000)
        assert look(world) == []
    world.new("C", "1")
    assert look(world) == []
    same_again(world)
    assert look(world) == []


def test_it_is_over_when_it_is_clearly_over() -> None:
    world = world_with(LONG)
    world.live("A", "9")
    assert names(look(world)) == ["LimitWarned"]
    world.replace("B", "A", "8.5")
    world.venue_replace("B", "8.5")
    assert look(world) == []
    world.replace("C", "B", "8.4")
    world.venue_replace("C", "8.4")
    (cleared,) = look(world)
    assert isinstance(cleared, LimitCleared)
    assert cleared.used == Decimal("8.4")
    assert world.blotter.monitor.levels == {}


def breached(world: World) -> World:
    """9 are held and 1 is open, and then the limit is lowered to 5."""
    world.live("X", "10")
    world.fill("X", "9")
    world.do(SetLimitRow(row(BOTH, long_qty_max=5), "ann", "news"))
    (breach,) = look(world)
    assert isinstance(breach, LimitBreached)
    assert (breach.used, breach.limit, breach.halts) == (Decimal(10), Decimal(5), True)
    return world


TEXT = "LIMIT_BREACHED: bound=long_qty_max slice=account=ACC symbol=BTC-USD limit=5 value=10"


def test_a_breach_halts_its_slice_and_cancels_pass() -> None:
    world = breached(world_with(LONG))
    assert refusal(world.new("A", "1")).startswith("POSITION_LIMIT_LONG")
    assert TEXT in also(world.new("B", "1"))
    assert refusal(world.new("C", "10", side=Side.SELL)) == TEXT
    assert refusal(world.replace("D", "X", "9.5")) == ""
    assert names(world.cancel("E", "X")) == ["CancelRequested"]
    assert look(world) == []


def also(events: list[Event]) -> tuple[str, ...]:
    found: tuple[str, ...] = getattr(events[-1], "also")  # noqa: B009 - of two kinds of events
    return found


def test_what_leads_back_passes_and_what_could_turn_the_position_does_not() -> None:
    world = breached(world_with(LONG))
    assert refusal(world.new("A", "9.1", side=Side.SELL)) == TEXT
    assert refusal(world.new("B", "5", side=Side.SELL)) == ""
    assert refusal(world.new("C", "4.1", side=Side.SELL)) == TEXT
    assert refusal(world.new("D", "4", side=Side.SELL)) == ""
    assert refusal(world.new("E", "0.1", side=Side.SELL)) == TEXT


def test_a_halt_outlives_a_restart_a_trading_day_its_row_and_the_use_of_the_limit() -> None:
    world = breached(world_with(LONG))
    same_again(world)
    world.do(BeginTradingDay("20231116"))
    world.do(RemoveLimitRow(LONG.of, "ann", "gone"))
    (cleared,) = look(world)
    assert isinstance(cleared, LimitCleared)
    assert cleared.limit is None
    assert refusal(world.new("A", "1")) == TEXT
    same_again(world)
    assert refusal(world.new("B", "1")) == TEXT
    assert names(world.do(ResumeSlice("account=ACC symbol=BTC-USD", "ann", "looked at"))) == ["SliceResumed"]
    assert refusal(world.new("C", "1")) == ""


def test_after_the_word_of_a_person_a_standing_breach_is_known_and_a_new_one_is_told() -> None:
    world = breached(world_with(LONG))
    world.do(ResumeSlice("account=ACC symbol=BTC-USD", "ann", "looked at"))
    same_again(world)
    assert look(world) == []
    assert list(world.blotter.monitor.levels.values()) == [Level.RELEASED]
    world.new("S", "4", side=Side.SELL)
    world.accept("S")
    world.fill("S", "4")
    world.cancel("E", "X")
    world.venue_cancel("E")
    assert names(look(world)) == ["LimitWarned"]
    world.fill("X", "1")
    assert names(look(world)) == ["LimitBreached"]
    assert refusal(world.new("A", "1", side=Side.SELL)) == ""
    assert TEXT.replace("value=10", "value=6") in also(world.new("B", "1"))


def test_other_slices_trade_on() -> None:
    world = World(limits(rows=(row(BOTH, long_qty_max=10), row([(Dimension.TRADER, "*")], gross_notional_max=1000))))
    world.live("X", "10")
    world.do(SetLimits(limits(rows=(row([(Dimension.TRADER, "*")], gross_notional_max=900),)), "op", "lower"))
    (breach,) = look(world)
    assert isinstance(breach, LimitBreached)
    assert (breach.table, breach.values, breach.name) == ("trader", ("",), "trader=")


@pytest.mark.parametrize(
    ("bound", "limit", "used"),
    [
        ("gross_notional_max", 1100, "1000"),
        ("net_notional_max", 1100, "1000"),
        ("credit_max", 1100, "1000"),
        ("short_qty_max", 11, "10"),
    ],
)
def test_every_limit_of_what_is_held_and_open_is_watched(bound: str, limit: int, used: str) -> None:
    world = world_with(row(BOTH, **{bound: limit}))
    world.new("A", "10", side=Side.SELL if bound == "short_qty_max" else Side.BUY)
    (warned,) = look(world)
    assert isinstance(warned, LimitWarned)
    assert (warned.bound, warned.used, warned.limit) == (bound, Decimal(used), Decimal(limit))
    world.do(SetLimitRow(row(BOTH, **{bound: limit // 2}), "ann", "lower"))
    (breach,) = look(world)
    assert isinstance(breach, LimitBreached)
    events = world.new("B", "1")
    assert any(text.startswith("LIMIT_BREACHED") for text in (refusal(events), *also(events)))


# --------------------------------------------------------------------------------------------------------------- flows


def test_messages_are_told_and_halt_nothing() -> None:
    world = world_with(row(ACCOUNT, messages=Rate(per_s=10, burst=10)))
    for number in range(9):
        world.new(f"A{number}", "1")
    (warned,) = look(world)
    assert isinstance(warned, LimitWarned)
    assert (warned.bound, warned.used) == ("messages", Decimal(9))
    world.new("B", "1")
    world.new("C", "1")
    assert look(world) == []
    world.pass_ms(1000)
    assert names(look(world)) == ["LimitCleared"]


def test_order_to_trade_is_told_and_halts_nothing() -> None:
    world = world_with(row(ACCOUNT, order_to_trade_max=1001))
    world.blotter.order_to_trade.counts["account", ("ACC",)] = (1000, 0)
    assert names(look(world)) == ["LimitWarned"]
    world.new("B", "1")
    assert look(world) == []
    world.new("C", "1")  # refused, and a message all the same
    (breach,) = look(world)
    assert isinstance(breach, LimitBreached)
    assert not breach.halts
    assert "LIMIT" not in refusal(world.new("D", "1"))
    world.do(BeginTradingDay("20231116"))
    assert names(look(world)) == ["LimitCleared"]


PERIOD = row(BOTH, period_s=10, period_qty_max=10, period_notional_max=5000, period_messages_max=8)


def test_executions_of_a_period_halt_when_they_are_too_many_and_count_anew_after_the_word_of_a_person() -> None:
    world = world_with(PERIOD)
    world.live("X", "100")
    world.fill("X", "5")
    world.pass_ms(5000)
    assert look(world) == []
    world.fill("X", "5.5")
    (breach,) = look(world)
    assert isinstance(breach, LimitBreached)
    assert (breach.bound, breach.used) == ("period_qty_max", Decimal("10.5"))
    assert refusal(world.new("A", "1", side=Side.SELL)).startswith("LIMIT_BREACHED: bound=period_qty_max")
    same_again(world)
    world.do(ResumeSlice("account=ACC symbol=BTC-USD", "ann", "looked at"))
    assert names(look(world)) == ["LimitCleared"]
    assert refusal(world.new("B", "1", side=Side.SELL)) == ""


@pytest.mark.parametrize(("after_ms", "told"), [(9900, ["LimitBreached"]), (11_000, [])])
def test_a_period_ends(after_ms: int, told: list[str]) -> None:
    world = world_with(PERIOD)
    world.live("X", "100")
    world.fill("X", "6")
    world.pass_ms(after_ms)
    world.fill("X", "5")
    assert names(look(world)) == told


def test_what_was_told_of_a_period_is_over_when_the_period_is() -> None:
    world = world_with(PERIOD)
    world.live("X", "100")
    world.fill("X", "9.5")
    assert names(look(world)) == ["LimitWarned"]
    world.pass_ms(9900)
    assert look(world) == []
    world.pass_ms(1100)
    assert names(look(world)) == ["LimitCleared"]


def test_the_other_limits_of_a_period() -> None:
    world = world_with(PERIOD)
    world.live("X", "100")
    for number in range(8):
        world.new(f"A{number}", "1")
    (breach,) = look(world)
    assert isinstance(breach, LimitBreached)
    assert (breach.bound, breach.used, breach.limit) == ("period_messages_max", Decimal(9), Decimal(8))
    world.fill("X", "1", "5001")
    (value,) = look(world)
    assert isinstance(value, LimitBreached)
    assert (value.bound, value.used) == ("period_notional_max", Decimal(5001))


MOVES = row([(Dimension.SYMBOL, "*")], period_s=60, period_price_move="0.05")


@pytest.mark.parametrize("to", ["94", "106"])
def test_a_price_that_runs_away_halts_its_symbol(to: str) -> None:
    world = world_with(MOVES)
    world.live("X", "1")
    world.pass_ms(30_000)
    price(world, "104" if to == "106" else "96")
    assert look(world) == []
    world.pass_ms(29_000)
    price(world, to)
    (breach,) = look(world)
    assert isinstance(breach, LimitBreached)
    assert (breach.name, breach.bound, breach.used) == ("symbol=BTC-USD", "period_price_move", Decimal("0.06"))
    text = refusal(world.new("A", "1"))
    assert text == "PRICE_MOVED: bound=period_price_move slice=symbol=BTC-USD limit=0.05 value=0.06"
    assert names(world.cancel("B", "X")) == ["CancelRequested"]
    same_again(world)
    world.do(ResumeSlice("symbol=BTC-USD", "ann", "it was news"))
    price(world, to)
    assert names(look(world)) == ["LimitCleared"]
    assert refusal(world.new("C", "1")) == ""


def test_the_same_move_over_a_longer_time_halts_nothing() -> None:
    world = world_with(MOVES)
    for to in ("101", "102", "103", "104", "105", "106"):
        world.pass_ms(30_000)
        price(world, to)
        assert look(world) == []


# ------------------------------------------------------------------------------------------------------------- results


def losing(**bounds: object) -> World:
    world = world_with(row(ACCOUNT, **bounds))
    world.live("X", "10")
    world.fill("X", "10")
    look(world)
    return world


def test_a_loss_of_the_day_halts_the_account() -> None:
    world = losing(loss_max=100)
    price(world, "91")
    (mark, warned) = look(world)
    assert names([mark, warned]) == ["ResultMarked", "LimitWarned"]
    price(world, "89.9")
    assert names(look(world)) == ["ResultMarked", "LimitBreached"]
    text = refusal(world.new("A", "1", "90", side=Side.SELL))
    assert text == "LOSS_LIMIT: bound=loss_max slice=account=ACC limit=100 value=101"
    same_again(world)
    world.do(ResumeSlice("account=ACC", "ann", "looked at"))
    assert names(look(world)) == ["ResultMarked", "LimitCleared"]
    assert refusal(world.new("B", "1", "90")) == ""
    price(world, "79.8")
    assert names(look(world)) == ["ResultMarked", "LimitBreached"]


def test_what_was_lost_before_the_day_or_before_the_limit_does_not_count() -> None:
    world = World()
    world.live("X", "10")
    world.fill("X", "10")
    price(world, "50")
    world.do(SetLimits(limits(rows=(row(ACCOUNT, loss_max=100),)), "op", "from now on"))
    assert names(look(world)) == ["ResultMarked"]
    price(world, "42")
    assert names(look(world)) == ["ResultMarked"]
    world.do(BeginTradingDay("20231116"))
    price(world, "34")
    assert names(look(world)) == ["ResultMarked"]
    price(world, "30")
    assert names(look(world)) == ["ResultMarked", "LimitBreached"]


def test_drawdown_is_from_the_best_of_the_day() -> None:
    world = losing(drawdown_max=100)
    price(world, "130")
    assert names(look(world)) == ["ResultMarked"]
    same_again(world)
    price(world, "121")
    assert names(look(world)) == ["ResultMarked", "LimitWarned"]
    price(world, "119")
    *_, breach = look(world)
    assert isinstance(breach, LimitBreached)
    assert (breach.bound, breach.used) == ("drawdown_max", Decimal(110))


def test_a_loss_over_a_period() -> None:
    world = losing(period_s=60, period_loss_max=100)
    for to in ("96", "92", "88", "84"):
        world.pass_ms(40_000)
        price(world, to)
        look(world)
    assert not world.blotter.monitor.levels
    world.pass_ms(10_000)
    price(world, "75")
    *_, breach = look(world)
    assert isinstance(breach, LimitBreached)
    assert breach.bound == "period_loss_max"
    same_again(world)


def test_a_small_change_is_no_mark() -> None:
    world = losing(loss_max=100)
    price(world, "99.95")
    assert look(world) == []
    price(world, "99.9")
    assert names(look(world)) == ["ResultMarked"]


def test_accounts_of_a_group_add_up() -> None:
    rows = (row([(Dimension.GROUP, "*")], loss_max=100),)
    world = World(limits(rows=rows, accounts=(Account("ACC", "FUND"), Account("OTHER", "FUND"))))
    world.live("X", "10")
    world.fill("X", "10")
    look(world)
    price(world, "89")
    *_, breach = look(world)
    assert isinstance(breach, LimitBreached)
    assert breach.name == "group=FUND"
    assert refusal(world.new("A", "1", "90")).startswith("LOSS_LIMIT: bound=loss_max slice=group=FUND")


# ------------------------------------------------------------------------------------------------------------- sources


def test_a_reference_price_that_is_too_old_is_told_once_and_so_is_a_new_one() -> None:
    world = World()
    asked = LookAtSources((BTC,))
    assert world.do(asked) == []
    world.pass_ms(3_600_001)
    (stale,) = world.do(asked)
    assert isinstance(stale, SourceWentStale)
    assert (stale.source, stale.name, stale.age_ms, stale.max_ms) == ("reference", BTC, 3_600_001, 3_600_000)
    assert world.do(asked) == []
    same_again(world)
    assert world.do(asked) == []
    price(world, "100")
    assert names(world.do(asked)) == ["SourceIsFresh"]
    assert world.do(asked) == []


# ------------------------------------------------------------------------------------------------------------ delivery


def test_alerts_wait_for_their_delivery_where_there_is_a_receiver() -> None:
    world = world_with(LONG)
    world.do(LookAtSources(("ETH-USD",)))
    assert world.blotter.monitor.undelivered == {}
    assert names(world.do(SetAlerting(True))) == ["AlertingSet"]
    assert world.do(SetAlerting(True)) == []
    breached(world)
    (number,) = world.blotter.monitor.undelivered
    same_again(world)
    assert list(world.blotter.monitor.undelivered) == [number]
    assert world.do(MarkDelivered((number + 1,))) == []
    assert names(world.do(MarkDelivered((number, number + 1)))) == ["AlertsDelivered"]
    assert world.blotter.monitor.undelivered == {}
    same_again(world)


def test_the_oldest_alert_is_given_up_when_there_are_too_many() -> None:
    monitor = Monitor()
    monitor.fold(AlertingSet(1, 0, True))
    for seq in range(2, UNDELIVERED_MAX + 4):
        stale, fresh = SourceWentStale(seq, 0, "reference", BTC, 2, 1), SourceIsFresh(seq, 0, "reference", BTC)
        monitor.fold(fresh if seq % 2 else stale)
    assert list(monitor.undelivered) == list(range(4, UNDELIVERED_MAX + 4))
    assert monitor.never_delivered == 2
    monitor.fold(AlertsDelivered(2000, 0, (4, 5), True))
    assert (len(monitor.undelivered), monitor.never_delivered) == (UNDELIVERED_MAX - 2, 4)
    monitor.fold(AlertingSet(2001, 0, False))
    assert monitor.undelivered == {}


def test_who_has_no_account_has_results_too() -> None:
    world = losing(loss_max=100)
    found = list(slices_with_results(world.blotter))
    assert found == [("account", ("ACC",))]
    world.do(SetLimitRow(row([(Dimension.GROUP, "*")], loss_max=100), "ann", "more"))
    assert list(slices_with_results(world.blotter)) == [("account", ("ACC",)), None]
    world.blotter.positions.restore(("", BTC, VENUE), Position().content())
    assert list(slices_with_results(world.blotter)) == [("account", ("ACC",)), ("account", ("",)), None, None]


def test_a_result_that_nobody_asks_for_any_more_is_not_missed() -> None:
    world = losing(loss_max=100)
    world.blotter.market.references.clear()
    (stale,) = world.do(LookAtSlices(RESULTS, (("account", ("ACC",)),)))
    assert isinstance(stale, SourceWentStale)
    assert (stale.source, stale.name, stale.age_ms) == (RESULTS, "account=ACC", None)
    asked = LookAtSources(results=(slice_of_name("account=ACC"),))
    assert world.do(asked) == []
    world.do(RemoveLimitRow(limit_row(Bounds(), ACCOUNT).of, "ann", "gone"))
    assert names(world.do(asked)) == ["SourceIsFresh"]
    assert world.do(asked) == []
