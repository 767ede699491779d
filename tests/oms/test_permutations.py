"""Reports of one order may come in any order, and more than once: it ends as it would have in the right order."""

from __future__ import annotations

import random
from collections.abc import Iterable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.blotter import Blotter
from oms.codec import decode_event
from oms.decide import decide
from oms.order import Order
from oms.types import Moment
from oms.venue_reports import (
    AnyVenueReport,
    VenueAccepted,
    VenueCanceled,
    VenueCancelRejected,
    VenueExpired,
    VenueFilled,
    VenueReplaced,
)
from tests.oms.world import START_NS, VENUE, World, fold

HISTORIES, SCHEDULES = 120, 100
"""Histories, and shuffled schedules of each."""


def summary(order: Order) -> tuple[object, ...]:
    return (
        order.base,
        order.ord_status,
        order.order_qty,
        order.cum_qty,
        order.leaves_qty,
        order.gross,
        order.price,
        order.cl_ord_id,
        order.venue_cl_ord_id,
        sorted(order.chain),
        sorted(order.executions),
        order.pending,
    )


def played(log: list[bytes], reports: Iterable[AnyVenueReport]) -> Order:
    """The only order of the log after these reports."""
    blotter: Blotter = fold(map(decode_event, log))
    for report in reports:
        for event in decide(blotter, report, Moment(START_NS, blotter.last_seq + 1)):
            blotter.apply(event)
    (order,) = blotter.orders.values()
    assert not blotter.quarantined
    return order


def honest_reports(world: World, actions: list[int]) -> list[AnyVenueReport]:
    """What a venue says that takes the requests in turn (0: answer the next one) and trades in between (1 and more)."""
    order = world.order("X")
    venue_id, order_qty, cum_qty, gone = order.venue_cl_ord_id, order.order_qty, Decimal(0), False
    reports: list[AnyVenueReport] = [VenueAccepted(VENUE, venue_id, "V")]
    waiting = list(order.requests.values())
    for action in [*actions, *[0] * len(waiting)]:
        if action:
            last_qty = min(Decimal(action), order_qty - cum_qty)
            if last_qty > 0 and not gone:
                cum_qty += last_qty
                price = Decimal(100 + action)
                reports.append(VenueFilled(VENUE, venue_id, "V", f"T{len(reports)}", last_qty, price))
        elif waiting:
            request = waiting.pop(0)
            asked = request.asked
            filled = cum_qty >= order_qty
            if gone or (filled and not request.is_replace):
                reports.append(VenueCancelRejected(VENUE, asked.venue_cl_ord_id, "too late"))
            elif request.is_replace:
                order_qty = max(asked.order_qty, cum_qty)  # type: ignore[union-attr]
                reports.append(VenueReplaced(VENUE, asked.venue_cl_ord_id, venue_id, order_qty, Decimal(101), "V"))
                venue_id = asked.venue_cl_ord_id
            else:
                gone = True
                reports.append(VenueCanceled(VENUE, asked.venue_cl_ord_id, venue_id))
    if not gone and cum_qty < order_qty and len(actions) % 2:
        reports.append(VenueExpired(VENUE, venue_id))
    return reports


def one_history(quantities: list[int], cancel: bool, actions: list[int], seed: int) -> int:
    """All schedules of one history; how many differ from the right order."""
    world = World()
    world.new("X", "10", "100")
    names = ["X"]
    for place, qty in enumerate(quantities):
        names.append(f"R{place}")
        world.replace(names[-1], names[-2], str(qty), "101")
    if cancel:
        names.append("C")
        world.cancel("C", names[-2])
    reports = honest_reports(world, actions)
    expected = summary(played(world.log, reports))
    chance = random.Random(seed)
    others = 0
    for _ in range(SCHEDULES):
        schedule = reports + chance.choices(reports, k=1 + chance.randrange(3))
        chance.shuffle(schedule)
        others += schedule[: len(reports)] != reports
        assert summary(played(world.log, schedule)) == expected
    return others


def test_ten_thousand_schedules_end_like_the_right_one() -> None:
    others = 0

    @settings(max_examples=max(HISTORIES, settings().max_examples))
    @given(
        quantities=st.lists(st.integers(1, 20), max_size=2),
        cancel=st.booleans(),
        actions=st.lists(st.integers(0, 6), min_size=2, max_size=10),
        seed=st.integers(0, 2**32),
    )
    def histories(quantities: list[int], cancel: bool, actions: list[int], seed: int) -> None:
        nonlocal others
        others += one_history(quantities, cancel, actions, seed)

    histories()
    assert others >= 10_000
