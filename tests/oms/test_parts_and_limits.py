"""Parts of orders keep to the limits of the venues that they go to, and count for nothing else."""

from __future__ import annotations

import msgspec

from oms.commands import DefineInstrument, SetLimits
from oms.events import (
    Event,
    OrderCanceled,
    OrderRefused,
    OrderRejected,
    OrderReplaced,
    OrderRouted,
    PartRefused,
    ReplaceRejected,
)
from oms.limits import Limits
from oms.permission_commands import RestrictSymbol
from oms.rates import Rate
from oms.slices import LimitRow
from oms.types import RestatementReason
from oms.venue_reports import VenueAccepted, VenueCanceled, VenueConnected, VenueRejected
from tests.oms.test_exposure import holding_of, row, with_rows
from tests.oms.world import BTC, VENUE, World

OTHER = "XALT"


def divided(*rows: LimitRow) -> World:
    world = World(with_rows(*rows))
    world.do(VenueConnected(OTHER))
    world.do(DefineInstrument(msgspec.structs.replace(BTC, venues=(VENUE, OTHER), weights=(60, 40))))
    return world


def parts(events: list[Event]) -> list[tuple[str, str]]:
    """Venue and its name of each part that is sent."""
    return [(event.venue, event.venue_cl_ord_id) for event in events if isinstance(event, OrderRouted)]


def refused(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.venue, event.code) for event in events if isinstance(event, PartRefused)]


def reject(world: World, part: tuple[str, str]) -> list[Event]:
    return world.do(VenueRejected(*part, "not today"))


def canceled(world: World, part: tuple[str, str]) -> list[Event]:
    order = world.blotter.order_by_venue_cl_ord_id(part[1])
    assert order is not None
    return world.do(VenueCanceled(part[0], order.newest_venue_cl_ord_id, part[1], ""))


OF_VENUES = row({"long_qty_max": "70"}, symbol="*", venue="*")


def test_a_part_that_goes_elsewhere_keeps_to_the_limit_of_that_venue() -> None:
    world = divided(OF_VENUES)
    one, _ = parts(world.new("X", "100"))
    events = reject(world, one)
    assert refused(events) == [(OTHER, "POSITION_LIMIT_LONG")], "40 there, 60 more"
    assert parts(events) == []
    assert world.order("X").is_open, "the other part lives"
    assert holding_of(world, "symbol,venue", ("BTC-USD", OTHER)) == ("0", "40", "0")


def test_a_part_that_fits_goes_elsewhere() -> None:
    world = divided(row({"long_qty_max": "100"}, symbol="*", venue="*"))
    one, _ = parts(world.new("X", "100"))
    assert [venue for venue, _ in parts(reject(world, one))] == [OTHER]
    assert holding_of(world, "symbol,venue", ("BTC-USD", OTHER)) == ("0", "100", "0")


def test_an_order_ends_as_its_last_part_did_when_no_venue_is_left() -> None:
    world = divided(OF_VENUES)
    one, two = parts(world.new("X", "100"))
    reject(world, one)
    last = reject(world, two)[-1]
    assert isinstance(last, OrderRejected)
    assert last.code == "VENUE_REJECTED", "no venue was left that had not refused"


def test_a_part_that_nobody_may_have_waits_until_nothing_lives() -> None:
    world = divided(row({"order_qty_max": "70"}, venue=OTHER))
    world.do(VenueConnected(OTHER))
    one, two = parts(world.new("X", "100"))
    world.do(VenueAccepted(*one, "V"))
    world.do(SetLimits(with_rows(row({"order_qty_max": "30"}, venue="*")), "op", "tighter"))
    assert refused(canceled(world, two)) == [(VENUE, "ORDER_QTY_LIMIT")]
    events = canceled(world, one)
    assert parts(events) == []
    last = events[-1]
    assert isinstance(last, OrderCanceled)
    assert world.order("X").ended


def test_a_venue_is_told_of_once_for_each_part_that_it_does_not_get() -> None:
    world = divided(OF_VENUES)
    one, two = parts(world.new("X", "100"))
    assert len(refused(reject(world, one))) == 1
    assert refused(world.do(VenueAccepted(*two, "V"))) == []


def test_a_restricted_symbol_gets_no_new_parts() -> None:
    world = divided()
    one, _ = parts(world.new("X", "100"))
    world.do(RestrictSymbol("BTC-USD", True, "ann", "research"))
    assert refused(reject(world, one)) == [(OTHER, "RESTRICTED")]


def test_a_replace_puts_its_parts_where_the_old_ones_were() -> None:
    """The last part that ended is still counted when the new ones are asked for: it must not stand in their way."""
    world = divided(OF_VENUES)
    one, two = parts(world.new("X", "100"))
    for part in (one, two):
        world.do(VenueAccepted(*part, "V"))
    world.replace("Y", "X", "100", "101")
    canceled(world, two)
    events = canceled(world, one)
    assert any(isinstance(event, OrderReplaced) for event in events)
    assert not any(isinstance(event, ReplaceRejected) for event in events)
    assert [venue for venue, _ in parts(events)] == [VENUE, OTHER]


def test_a_replace_whose_parts_no_venue_may_get_any_more_is_rejected_and_so_is_what_was_there() -> None:
    world = divided(OF_VENUES)
    one, two = parts(world.new("X", "100"))
    for part in (one, two):
        world.do(VenueAccepted(*part, "V"))
    world.replace("Y", "X", "100", "101")
    world.do(SetLimits(with_rows(row({"order_qty_max": "5"}, venue="*")), "op", "tighter"))
    canceled(world, two)
    events = canceled(world, one)
    rejected = [event for event in events if isinstance(event, ReplaceRejected)]
    assert [event.code for event in rejected] == ["ORDER_QTY_LIMIT"]
    last = events[-1]
    assert isinstance(last, OrderCanceled)
    assert (last.text.partition(":")[0], last.reason) == ("ORDER_QTY_LIMIT", RestatementReason.BROKER_OPTION)
    assert parts(events) == []


def limits_of_one(**bounds: str) -> Limits:
    return with_rows(row(bounds, venue="*"))


def test_a_divided_order_is_asked_part_by_part_when_it_comes() -> None:
    world = divided(row({"order_qty_max": "60"}, venue="*"))
    assert len(parts(world.new("A", "100"))) == 2, "60 and 40"
    last = world.new("B", "101")[-1]
    assert isinstance(last, OrderRefused)
    assert last.text.startswith("ORDER_QTY_LIMIT: order_qty=")
    world.do(SetLimits(with_rows(row({"order_qty_max": "30"}, venue=OTHER)), "op", "tighter"))
    last = world.new("C", "100")[-1]
    assert isinstance(last, OrderRefused)
    assert f"venue={OTHER}" in last.text


def test_what_names_no_venue_is_not_asked_of_a_part() -> None:
    """The order was asked about it whole, and counts there whole."""
    limits = {"order_qty_max": "100", "long_qty_max": "100", "gross_notional_max": "10000"}
    of_account = row(limits, account="*", symbol="*")
    bounds = msgspec.structs.replace(of_account.bounds, messages=Rate(1, 1))
    world = divided(msgspec.structs.replace(of_account, bounds=bounds))
    one, _ = parts(world.new("X", "100"))
    tighter = row({"order_qty_max": "5", "long_qty_max": "5", "gross_notional_max": "5"}, account="*", symbol="*")
    world.do(SetLimits(with_rows(tighter), "op", "tighter"))
    assert [venue for venue, _ in parts(reject(world, one))] == [OTHER]

    world = divided(msgspec.structs.replace(of_account, bounds=bounds))
    one, _ = parts(world.new("X", "100"))
    assert refusal_code(world.new("Y", "1")) == "SLICE_THROTTLED"
    assert [venue for venue, _ in parts(reject(world, one))] == [OTHER]


def refusal_code(events: list[Event]) -> str:
    last = events[-1]
    return last.code if isinstance(last, OrderRefused) else ""
