"""Who may use which ClOrdID(11), and what OrigClOrdID(41) may name."""

from __future__ import annotations

from oms.events import CancelRefused, CancelRequested, DuplicateRefused, PossResendRecognized, ReplaceRefused
from oms.types import RejectReason, Side
from tests.oms.world import SESSION, World, fields, names


def refused(events: list[object] | object) -> tuple[RejectReason, str]:
    assert isinstance(events, list)
    (event,) = events
    assert isinstance(event, CancelRefused | ReplaceRefused | DuplicateRefused), event
    assert event.text.startswith(event.code + ": ")
    return event.reason, event.text


def test_a_used_cl_ord_id_is_used_for_ever_also_after_the_end() -> None:
    world = World()
    world.live("X")
    world.venue_cancel("X")
    assert refused(world.new("X")) == (RejectReason.DUPLICATE, "DUPLICATE_CL_ORD_ID: cl_ord_id=X order_id=GATE-6")


def test_the_cl_ord_id_of_a_refused_order_is_used() -> None:
    world = World()
    assert names(world.new("X", "0")) == ["OrderReceived", "OrderRefused"]
    assert refused(world.new("X"))[0] is RejectReason.DUPLICATE
    assert fields(world.new("X", poss_resend=True)[0]) == {"session": SESSION, "cl_ord_id": "X", "order_seq": 6}


def test_the_cl_ord_id_of_a_refused_request_is_used_and_names_nothing() -> None:
    world = World()
    assert refused(world.cancel("Y", "X")) == (RejectReason.UNKNOWN_ORDER, "UNKNOWN_ORDER: orig_cl_ord_id=X")
    assert world.blotter.order_by_cl_ord_id(SESSION, "Y") is None
    (event,) = world.new("Y")
    assert isinstance(event, DuplicateRefused)
    assert event.order_seq is None
    assert event.text == "DUPLICATE_CL_ORD_ID: cl_ord_id=Y order_id=NONE"
    # a refused cancel has not used up what it named
    assert names(world.new("X")) == ["OrderReceived", "OrderRouted"]


def test_a_resent_order_is_known_by_its_first_cl_ord_id_only() -> None:
    world = World()
    world.live("X")
    world.replace("Y", "X", "12")
    world.venue_replace("Y", "12")
    assert isinstance(world.new("X", poss_resend=True)[0], PossResendRecognized)
    assert isinstance(world.new("Y", poss_resend=True)[0], DuplicateRefused)
    assert isinstance(world.new("X")[0], DuplicateRefused)
    assert names(world.new("Z", poss_resend=True)) == ["OrderReceived", "OrderRouted"]


def test_a_request_needs_a_new_cl_ord_id() -> None:
    world = World()
    world.live("X")
    world.live("W")
    for orig in ("X", "unknown"):
        assert refused(world.cancel("W", orig))[0] is RejectReason.DUPLICATE
        assert refused(world.replace("W", orig))[0] is RejectReason.DUPLICATE
    assert refused(world.cancel("X", "X")) == (
        RejectReason.DUPLICATE,
        "DUPLICATE_CL_ORD_ID: cl_ord_id=X order_id=GATE-6",
    )


def test_sessions_have_name_spaces_of_their_own() -> None:
    world = World()
    world.live("X")
    assert names(world.new("X", session="OTHER")) == ["OrderReceived", "OrderRouted"]


def test_another_sessions_order_is_unknown_whatever_its_state() -> None:
    """No oracle: the refusal does not depend on the order's existence."""
    world = World()
    world.live("X")
    for request in (world.cancel, world.replace):
        there = refused(request("A1" + request.__name__, "X", session="OTHER"))
        not_there = refused(request("A2" + request.__name__, "NOPE", session="OTHER"))
        assert there == (RejectReason.UNKNOWN_ORDER, "UNKNOWN_ORDER: orig_cl_ord_id=X")
        assert not_there == (RejectReason.UNKNOWN_ORDER, "UNKNOWN_ORDER: orig_cl_ord_id=NOPE")
    assert world.blotter.order_by_cl_ord_id("OTHER", "X") is None


def test_a_cancel_may_name_any_accepted_generation_a_replace_only_the_newest() -> None:
    world = World()
    order = world.live("X")
    world.replace("Y", "X", "12")
    world.venue_replace("Y", "12")
    assert refused(world.replace("Z", "X", "14")) == (
        RejectReason.OTHER,
        "ORIG_CL_ORD_ID_SUPERSEDED: orig_cl_ord_id=X current=Y",
    )
    (event,) = world.cancel("C", "X")
    assert isinstance(event, CancelRequested)
    assert event.orig_venue_cl_ord_id == order.venue_cl_ord_id == world.venue_id("Y")


def test_a_rejected_request_names_nothing() -> None:
    world = World()
    world.live("X")
    world.replace("Y", "X", "12")
    world.venue_refuse("Y")
    assert refused(world.cancel("Z", "Y"))[0] is RejectReason.UNKNOWN_ORDER
    assert names(world.cancel("Z2", "X")) == ["CancelRequested"]


def test_while_a_replace_is_pending_both_names_do_and_the_venue_hears_the_newest() -> None:
    for orig in ("X", "Y"):
        world = World()
        world.live("X")
        world.replace("Y", "X", "12")
        (event,) = world.cancel("Z", orig)
        assert isinstance(event, CancelRequested)
        assert event.orig_venue_cl_ord_id == world.venue_id("Y")
        assert event.orig_cl_ord_id == orig


def test_after_a_rejected_replace_the_venue_hears_the_last_accepted_name() -> None:
    world = World()
    order = world.live("X")
    world.replace("Y", "X", "12")
    world.replace("Z", "Y", "13")
    assert order.newest_venue_cl_ord_id == world.venue_id("Z")
    world.venue_refuse("Z")
    assert order.newest_venue_cl_ord_id == world.venue_id("Y")
    world.venue_refuse("Y")
    assert order.newest_venue_cl_ord_id == world.venue_id("X") == order.venue_cl_ord_id


def test_wrong_symbol_and_side() -> None:
    world = World()
    world.live("X")
    assert refused(world.cancel("A", "X", side=Side.SELL)) == (
        RejectReason.OTHER,
        "SIDE_MISMATCH: side=SELL order=BUY",
    )
    assert refused(world.replace("B", "X", symbol="ETH-USD")) == (
        RejectReason.OTHER,
        "SYMBOL_MISMATCH: symbol=ETH-USD order=BTC-USD",
    )


def test_order_id_is_constant_and_looked_up_strictly() -> None:
    world = World()
    order = world.live("X")
    world.replace("Y", "X", "12")
    world.venue_replace("Y", "12")
    assert order.order_id == "GATE-6"
    assert world.blotter.order_by_id("GATE-6") is order
    for wrong in ("GATE-06", "GATE-7", "OTHER-6", "6", "GATE-", "GATE-\u0666", "", "NONE", "GATE-" + "9" * 5000):
        assert world.blotter.order_by_id(wrong) is None
    assert order.chain == ["X", "Y"]
    assert order.cl_ord_id == "Y"


def test_venue_ids_are_short_letters_and_digits_and_never_repeat() -> None:
    world = World()
    order = world.live("X")
    world.replace("Y", "X", "12")
    world.cancel("Z", "Y")
    ids = [order.venue_cl_ord_id, *order.requests]
    assert ids == ["GATE7", "GATE9", "GATE10"]
    for venue_cl_ord_id in ids:
        assert world.blotter.order_by_venue_cl_ord_id(venue_cl_ord_id) is order
