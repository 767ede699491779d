"""Orders at a venue that are none of ours: adopted once, booked as any other, nobody's client hears of them."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from oms.blotter import by_order_id
from oms.events import OperatorIntervened, OrderAdopted, ReportQuarantined
from oms.operator_commands import CancelByOperator, ClaimOrder, ResolveOrder
from oms.order import Order
from oms.types import OrdStatus, OrdType, Side, TimeInForce
from oms.venue_reports import VenueAccepted, VenueCanceled, VenueFilled, VenueStranger
from tests.oms.world import VENUE, World, figures, names

STRANGER = VenueStranger(
    VENUE, "T-7", "V-99", "ETH-USD", Side.SELL, OrdType.LIMIT, Decimal(10), Decimal(2000), TimeInForce.DAY,
    OrdStatus.NEW, Decimal(0),
)  # fmt: skip


def adopted(world: World) -> Order:
    (event,) = world.do(STRANGER)
    assert isinstance(event, OrderAdopted)
    return world.blotter.order(event.seq)


def test_it_becomes_an_order_without_a_client_and_is_booked_on() -> None:
    world = World()
    order = adopted(world)
    assert (order.session, order.venue, order.ord_status) == ("", VENUE, OrdStatus.NEW)
    assert world.do(VenueAccepted(VENUE, "T-7", "V-99")) == []
    assert names(world.do(VenueFilled(VENUE, "T-7", "V-99", "E1", Decimal(4), Decimal(2001)))) == ["OrderFilled"]
    assert figures(order) == ("10", "4", "6")
    assert names(world.do(VenueCanceled(VENUE, "T-7", None, "by its owner"))) == ["OrderCanceled"]


def test_it_is_adopted_once_by_either_name_and_after_a_restart() -> None:
    world = World()
    adopted(world)
    for _ in range(2):
        assert world.do(STRANGER) == []
        assert world.do(msgspec.structs.replace(STRANGER, venue_cl_ord_id="T-8")) == []  # replaced by its owner
        world.blotter = world.replayed()
    assert world.blotter.external_order(VENUE, "T-7") is world.blotter.external_order(VENUE, by_order_id("V-99"))


def test_the_same_names_at_another_venue_are_another_order() -> None:
    world = World()
    order = adopted(world)
    (other,) = world.do(msgspec.structs.replace(STRANGER, venue="XALT"))
    assert isinstance(other, OrderAdopted)
    world.do(VenueFilled("XALT", "T-7", "V-99", "E1", Decimal(4), Decimal(2001)))
    assert figures(order) == ("10", "0", "10")
    assert figures(world.blotter.order(other.seq)) == ("10", "4", "6")


@pytest.mark.parametrize("ord_status", [OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.REJECTED])
def test_what_has_ended_is_not_adopted(ord_status: OrdStatus) -> None:
    assert World().do(msgspec.structs.replace(STRANGER, ord_status=ord_status)) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"order_qty": Decimal(0)}, "BAD_NUMBER"),
        ({"price": Decimal("NaN")}, "BAD_NUMBER"),
        ({"price": None}, "UNSUPPORTED"),
    ],
)
def test_terms_that_are_none(changes: dict[str, object], why: str) -> None:
    (event,) = World().do(msgspec.structs.replace(STRANGER, **changes))
    assert isinstance(event, ReportQuarantined) and event.why == why


def test_an_order_of_ours_is_no_stranger() -> None:
    world = World()
    order = world.live("X")
    assert world.do(msgspec.structs.replace(STRANGER, venue_cl_ord_id=order.venue_cl_ord_id)) == []


def test_a_person_claims_cancels_and_resolves_it() -> None:
    world = World()
    order = adopted(world)
    who, _ = world.do(ClaimOrder(order.order_seq, "ann", "theirs", "ACC"))
    assert isinstance(who, OperatorIntervened)
    assert order.account == "ACC"
    assert names(world.do(CancelByOperator(order.order_seq, "ann", "theirs"))) == [
        "OperatorIntervened",
        "CancelRequested",
    ]
    assert names(world.do(ResolveOrder(order.order_seq, "ann", "seen", "canceled"))) == [
        "OrderResolved",
        "OrderCanceled",
    ]
    assert world.replayed().state_hash() == world.blotter.state_hash()
