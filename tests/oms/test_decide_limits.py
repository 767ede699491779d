"""Rows of limits that change while orders are open: who may, what is weaker, what a restart makes of it."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from oms.commands import SetLimits
from oms.events import Event, LimitRowChanged, OperatorRefused
from oms.limit_commands import RemoveLimitRow, SetLimitRow
from oms.rates import Rate
from oms.slices import ANY, Bounds, Dimension, LimitRow, limit_tables
from oms.weaker_limits import Weaker, weaker_limits
from tests.oms.test_exposure import PER_SYMBOL, holding_of, loaded, refusal, row, with_rows, world_with
from tests.oms.world import names

WIDER = row({"long_qty_max": "20", "short_qty_max": "5"}, account=ANY, symbol=ANY)
OF_ACC = row({"long_qty_max": "20", "short_qty_max": "5"}, account="ACC", symbol=ANY)


def text_of(events: list[Event]) -> str:
    (event,) = events
    assert isinstance(event, OperatorRefused)
    assert (event.action, event.order_seq) == ("limit", None)
    return event.text


def test_a_row_holds_from_the_next_message_on() -> None:
    world = world_with(PER_SYMBOL)
    world.live("A", "10")
    assert refusal(world.new("B", "5")) != ""
    (event,) = world.do(SetLimitRow(WIDER, "ann", "more business"))
    assert isinstance(event, LimitRowChanged)
    assert (event.before, event.after, event.operator) == (PER_SYMBOL, WIDER, "ann")
    assert refusal(world.new("C", "5")) == ""
    assert holding_of(world, "account,symbol", ("ACC", "BTC-USD")) == ("0", "15", "0")
    assert world.do(SetLimitRow(WIDER, "ann", "again")) == []
    assert names(world.do(RemoveLimitRow(WIDER.of, "ann", "no limits"))) == ["LimitRowChanged"]
    assert world.blotter.tables == ()
    assert world.replayed().state_hash() == world.blotter.state_hash()


def test_a_row_that_cannot_be_and_one_that_is_not_there() -> None:
    world = world_with(PER_SYMBOL)
    bad = LimitRow(((Dimension.ACCOUNT, "A"),), Bounds(long_qty_max=Decimal(1)))
    assert text_of(world.do(SetLimitRow(bad, "ann", "why"))).startswith("long_qty_max: 1: quantities of several")
    assert text_of(world.do(RemoveLimitRow(OF_ACC.of, "ann", "why"))) == (
        "of: 'account=ACC symbol=*': no row is for these slices"
    )


def test_a_raise_needs_a_second_person_where_it_is_so_configured() -> None:
    world = world_with(PER_SYMBOL, raises_need_approval=True)
    for approver in ("", " ", "Ann"):
        told = text_of(world.do(SetLimitRow(WIDER, "ann", "why", approver)))
        assert told.endswith("long_qty_max of account=* symbol=* gets weaker, so a second person has to approve")
    told = text_of(world.do(SetLimitRow(OF_ACC, "ann", "a row of its own")))
    assert "long_qty_max of account=ACC symbol=* gets weaker" in told
    (event,) = world.do(SetLimitRow(WIDER, "ann", "why", "bob"))
    assert isinstance(event, LimitRowChanged)
    assert event.approver == "bob"
    assert names(world.do(SetLimitRow(PER_SYMBOL, "ann", "back"))) == ["LimitRowChanged"], "stricter needs nobody"
    assert text_of(world.do(RemoveLimitRow(PER_SYMBOL.of, "ann", "why"))).startswith("approver: '': long_qty_max of")


def test_a_start_on_the_same_configuration_keeps_what_was_changed_meanwhile() -> None:
    world = world_with(PER_SYMBOL)
    stricter = row({"long_qty_max": "1"}, account=ANY, symbol=ANY)
    world.do(SetLimitRow(stricter, "ann", "quiet day"))
    configured = with_rows(PER_SYMBOL)
    world.blotter = loaded(world)
    assert world.do(SetLimits(configured, "configuration", "start")) == []
    assert world.blotter.limits.rows == (stricter,)
    other = msgspec.structs.replace(configured, order_qty_max=Decimal(7))
    assert names(world.do(SetLimits(other, "configuration", "start"))) == ["LimitsSet"]
    assert world.blotter.limits.rows == (stricter,), "the rows of the configuration are what they were"
    assert world.blotter.limits.order_qty_max == 7
    world.do(SetLimits(msgspec.structs.replace(other, rows=(WIDER,)), "configuration", "start"))
    assert world.blotter.limits.rows == (WIDER,)


def test_weaker_is_told_by_the_slices() -> None:
    general = row({"long_qty_max": "5"}, account=ANY, symbol=ANY)
    exact = row({"long_qty_max": "3"}, account="ACC", symbol=ANY)
    assert weaker_limits([general], [general, exact]) == []
    assert weaker_limits([general, exact], [general]) == [
        Weaker("account=ACC symbol=*", "long_qty_max", Decimal(3), Decimal(5))
    ]
    assert weaker_limits([general], []) == [Weaker("account=* symbol=*", "long_qty_max", Decimal(5), None)]
    slower, faster = (LimitRow(exact.of, Bounds(messages=Rate(1, burst))) for burst in (1, 2))
    assert weaker_limits([slower], [faster]) == [Weaker("account=ACC symbol=*", "messages", Rate(1, 1), Rate(1, 2))]
    assert weaker_limits([faster], [slower]) == []


VALUES = ("A", "B")
rows = st.lists(
    st.tuples(st.sampled_from((ANY, *VALUES)), st.sampled_from((ANY, *VALUES)), st.integers(0, 3)),
    unique_by=lambda of: of[:2],
)


def made(written: list[tuple[str, str, int]]) -> list[LimitRow]:
    return [row({"long_qty_max": str(most)}, account=account, symbol=symbol) for account, symbol, most in written]


@given(rows, rows)
def test_weaker_is_found_where_any_slice_is_weaker(
    before: list[tuple[str, str, int]], after: list[tuple[str, str, int]]
) -> None:
    old, new = made(before), made(after)
    weaker = set()
    for key in product((*VALUES, "other"), repeat=2):
        most = []
        for written in (old, new):
            (table,) = limit_tables(written) or (None,)
            held = None if table is None else table.row(key)
            most.append(None if held is None else held.bounds.long_qty_max)
        if most[0] is not None and (most[1] is None or most[1] > most[0]):
            weaker.add(tuple(ANY if value == "other" else value for value in key))
    told = {tuple(part.partition("=")[2] for part in found.slices.split()) for found in weaker_limits(old, new)}
    assert told <= weaker
    assert bool(told) == bool(weaker)
