"""Multileg orders: the leg guard, units, what a broken leg means, cancel and replace; and laws over random days."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms import decide_multileg, multileg
from oms.commands import DefineInstrument, NewOrder, ReplaceOrder, SetTradingState
from oms.events import CancelRequested, Event, OrderCanceled, OrderFilled, OrderRefused, OrderRouted, ReplaceRefused
from oms.order import Order
from oms.special_terms import Leg, SpecialTerms
from oms.types import OrdStatus, OrdType, Side, SymbolStatus, TimeInForce, TradingState
from oms.venue_reports import (
    AnyVenueReport,
    ReferencePriceSeen,
    VenueAccepted,
    VenueBusted,
    VenueCanceled,
    VenueCancelRejected,
    VenueExpired,
    VenueFilled,
    VenueRejected,
    VenueSymbolStatus,
)
from tests.oms.world import BTC, LIMITS, SESSION, VENUE, World, figures, names

ZERO = Decimal(0)
GUARD = Decimal(10)
LONG = Leg("1", "BTC-USD", Side.BUY, Decimal(1), Decimal(100))
SHORT = Leg("2", "ETH-USD", Side.SELL, Decimal(2), Decimal(40))


class Legs(World):
    """A spread of one BTC-USD bought and two ETH-USD sold; at most 10 of the first may stand alone."""

    def __init__(self, guard: Decimal | None = GUARD) -> None:
        super().__init__(msgspec.structs.replace(LIMITS, unhedged_qty_max=guard))
        self.do(DefineInstrument(msgspec.structs.replace(BTC, symbol="ETH-USD")))
        self.do(ReferencePriceSeen(VENUE, "ETH-USD", Decimal(40)))

    def spread(
        self,
        name: str = "X",
        units: str = "30",
        legs: tuple[Leg, ...] = (LONG, SHORT),
        price: str | None = "20",
        side: Side = Side.BUY,
        time_in_force: TimeInForce = TimeInForce.DAY,
    ) -> list[Event]:
        ord_type = OrdType.MARKET if price is None else OrdType.LIMIT
        net = None if price is None else Decimal(price)
        order = NewOrder(SESSION, "ACC", name, "[N/A]", side, ord_type, Decimal(units), net, time_in_force)
        return self.do(msgspec.structs.replace(order, special=SpecialTerms(legs=legs)))

    def amend(
        self, name: str, orig: str, units: str, price: str = "20", legs: tuple[Leg, ...] = (LONG, SHORT)
    ) -> list[Event]:
        day, special = TimeInForce.DAY, SpecialTerms(legs=legs)
        net = Decimal(price)
        return self.do(
            ReplaceOrder(
                SESSION, name, orig, "[N/A]", Side.BUY, OrdType.LIMIT, Decimal(units), net, day, False, special
            )
        )

    def off(self, name: str, orig: str) -> list[Event]:
        return self.cancel(name, orig, symbol="[N/A]")

    def legs(self, order: Order) -> list[Order]:
        return [self.blotter.order(order_seq) for order_seq in order.children]

    def trade(self, leg: Order, qty: str, price: str | None = None, exec_id: str | None = None) -> list[Event]:
        self.exec_ids += 1
        name = exec_id or f"E{self.exec_ids}"
        px = leg.price if price is None else Decimal(price)
        assert px is not None
        return self.do(VenueFilled(VENUE, leg.venue_cl_ord_id, "V", name, Decimal(qty), px))


def shape(order: Order) -> tuple[str, str]:
    return order.symbol, f"{order.order_qty:f}"


def status(order: Order) -> OrdStatus:
    return order.ord_status


def code(events: list[Event]) -> str:
    event = events[-1]
    assert isinstance(event, OrderRefused | ReplaceRefused), event
    return event.code


# ------------------------------------------------------------------------------------------------------------ the guard


def test_the_first_leg_leads_in_slices() -> None:
    world = Legs()
    assert names(world.spread()) == ["OrderReceived", "OrderWorked", "OrderReceived", "OrderRouted"]
    order = world.order("X")
    assert list(map(shape, world.legs(order))) == [("BTC-USD", "10")]
    lead = world.legs(order)[0]
    assert (lead.side, lead.price, lead.session, lead.special.leg_ref_id) == (Side.BUY, Decimal(100), "", "1")


def test_the_others_follow_what_it_has_done() -> None:
    world = Legs()
    world.spread()
    order = world.order("X")
    world.trade(world.legs(order)[0], "4")
    assert list(map(shape, world.legs(order)[1:])) == [("ETH-USD", "8")]
    follower = world.legs(order)[1]
    assert (follower.side, follower.price) == (Side.SELL, Decimal(40))
    assert figures(order) == ("30", "0", "30")
    assert names(world.trade(follower, "1")) == ["OrderFilled"]  # half a unit is none
    events = world.trade(follower, "7")
    assert names(events) == ["OrderFilled", "OrderFilled"]
    assert figures(order) == ("30", "4", "26")


def test_the_next_slice_waits_for_the_others() -> None:
    world = Legs()
    world.spread()
    order = world.order("X")
    lead = world.legs(order)[0]
    world.trade(lead, "10")
    assert len(order.children) == 2  # nothing more of the first leg: all ten stand alone
    world.trade(world.legs(order)[1], "6")
    assert list(map(shape, world.legs(order)[2:])) == [("BTC-USD", "3")]  # three are followed


def test_to_the_end() -> None:
    world = Legs()
    world.spread()
    order = world.order("X")
    for _ in range(20):
        for leg in world.legs(order):
            if leg.leaves_qty:
                world.trade(leg, f"{leg.leaves_qty}")
    assert status(order) is OrdStatus.FILLED
    assert figures(order) == ("30", "30", "0")
    assert order.avg_px == 20
    done = {leg.symbol: sum((o.cum_qty for o in world.legs(order) if o.symbol == leg.symbol), ZERO) for leg in
            (LONG, SHORT)}  # fmt: skip
    assert done == {"BTC-USD": Decimal(30), "ETH-USD": Decimal(60)}


def test_a_unit_costs_what_its_legs_did() -> None:
    world = Legs()
    world.spread(units="2")
    order = world.order("X")
    world.trade(world.legs(order)[0], "2", "99.5")
    (_, told) = world.trade(world.legs(order)[1], "4", "41")
    assert isinstance(told, OrderFilled)
    assert (told.venue, told.last_qty, told.last_px) == ("", Decimal(2), Decimal("17.5"))


def test_market_legs() -> None:
    world = Legs()
    legs = tuple(msgspec.structs.replace(leg, price=None) for leg in (LONG, SHORT))
    world.spread(legs=legs, price=None)
    assert world.legs(world.order("X"))[0].ord_type is OrdType.MARKET


# ------------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("legs", "terms", "expected"),
    [
        ((LONG,), {}, "LEGS"),
        ((LONG, msgspec.structs.replace(SHORT, ref_id="1")), {}, "LEGS"),
        ((LONG, msgspec.structs.replace(SHORT, symbol="BTC-USD")), {}, "LEGS"),
        ((LONG, msgspec.structs.replace(SHORT, ratio_qty=ZERO)), {}, "LEGS"),
        ((LONG, SHORT), {"units": "1.5"}, "LEGS"),
        ((LONG, SHORT), {"side": Side.SELL}, "LEGS"),
        ((LONG, SHORT), {"time_in_force": TimeInForce.IMMEDIATE_OR_CANCEL}, "LEGS"),
        ((LONG, SHORT), {"price": "21"}, "LEG_PRICES"),
        ((LONG, SHORT), {"price": None}, "LEG_PRICES"),
        ((LONG, msgspec.structs.replace(SHORT, price=None)), {}, "LEG_PRICES"),
        ((LONG, msgspec.structs.replace(SHORT, symbol="NO-SUCH")), {}, "UNKNOWN_SYMBOL"),
        ((LONG, SHORT), {"units": "60000"}, "ORDER_QTY_LIMIT"),  # of the second leg
    ],
)
def test_what_is_refused(legs: tuple[Leg, ...], terms: dict[str, object], expected: str) -> None:
    world = Legs()
    assert code(world.spread(legs=legs, **terms)) == expected  # type: ignore[arg-type]


def test_without_a_limit_there_are_no_multileg_orders() -> None:
    assert code(Legs(None).spread()) == "MULTILEG_OFF"
    assert code(Legs(Decimal("0.0005")).spread()) == "LEGS"  # a slice would be below the smallest order


def test_a_replace_has_the_legs_of_its_order() -> None:
    world = Legs()
    world.spread()
    assert code(world.amend("Y", "X", "40", legs=(LONG,))) == "LEGS_MISMATCH"
    assert code(world.replace("Z", "X", "40", symbol="[N/A]")) == "LEGS_MISMATCH"
    world.new("PLAIN", "10")
    special = SpecialTerms(legs=(LONG, SHORT))
    day = TimeInForce.DAY
    command = ReplaceOrder(
        SESSION, "W", "PLAIN", "BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(9), Decimal(20), day, False, special
    )
    assert code(world.do(command)) == "LEGS_MISMATCH"


# --------------------------------------------------------------------------------------------------- cancel and replace


def test_a_cancel_reaches_every_leg_and_says_what_stands_alone() -> None:
    world = Legs()
    world.spread()
    order = world.order("X")
    world.trade(world.legs(order)[0], "4")
    lead, follower = world.legs(order)
    assert names(world.off("Y", "X")) == ["CancelRequested"] * 3
    world.trade(follower, "2")
    assert figures(order) == ("30", "1", "29")
    for leg in (lead, follower):
        events = world.do(VenueCanceled(VENUE, leg.pending[0].venue_cl_ord_id, leg.venue_cl_ord_id))
    canceled = events[-1]
    assert isinstance(canceled, OrderCanceled)
    assert (canceled.cl_ord_id, canceled.text) == ("Y", "UNHEDGED: leg=1 qty=3")
    assert figures(order) == ("30", "1", "0")


def test_a_replace_goes_on_with_what_the_first_leg_has_done() -> None:
    world = Legs()
    world.spread()
    order = world.order("X")
    world.trade(world.legs(order)[0], "4")
    lead, follower = world.legs(order)
    dearer = msgspec.structs.replace(SHORT, price=Decimal(39))
    assert names(world.amend("Y", "X", "20", "22", (LONG, dearer))) == ["ReplaceRequested", *["CancelRequested"] * 2]
    for leg in (lead, follower):
        events = world.do(VenueCanceled(VENUE, leg.pending[0].venue_cl_ord_id, leg.venue_cl_ord_id))
    assert names(events)[1:3] == ["OrderReplaced", "OrderWorked"]
    assert [(*shape(leg), leg.price) for leg in world.legs(order)[2:]] == [
        ("BTC-USD", "6", Decimal(100)),
        ("ETH-USD", "8", Decimal(39)),
    ]
    assert figures(order) == ("20", "0", "20")


def test_a_replace_cannot_go_below_what_the_first_leg_has_done() -> None:
    world = Legs()
    world.spread()
    order = world.order("X")
    world.trade(world.legs(order)[0], "4.5")
    lead, follower = world.legs(order)
    world.amend("Y", "X", "2")
    for leg in (lead, follower):
        world.do(VenueCanceled(VENUE, leg.pending[0].venue_cl_ord_id, leg.venue_cl_ord_id))
    assert order.order_qty == 5


# ---------------------------------------------------------------------------------------------------------- broken legs


def test_a_leg_that_a_venue_refuses_ends_the_order() -> None:
    world = Legs()
    world.spread()
    order = world.order("X")
    world.trade(world.legs(order)[0], "4")
    lead, follower = world.legs(order)
    events = world.do(VenueRejected(VENUE, follower.venue_cl_ord_id, "no"))
    assert names(events) == ["OrderRejected", "CancelRequested"]
    assert isinstance(events[1], CancelRequested)
    assert events[1].order_seq == lead.order_seq
    events = world.do(VenueCanceled(VENUE, lead.pending[0].venue_cl_ord_id, lead.venue_cl_ord_id))
    assert isinstance(events[-1], OrderCanceled)
    assert events[-1].text == "UNHEDGED: leg=1 qty=4"
    assert status(order) is OrdStatus.CANCELED


def test_a_first_leg_that_is_refused_rejects_the_order() -> None:
    world = Legs()
    world.spread()
    order = world.order("X")
    events = world.do(VenueRejected(VENUE, world.legs(order)[0].venue_cl_ord_id, "no"))
    assert names(events) == ["OrderRejected", "OrderRejected"]


def test_a_first_leg_that_ends_is_still_followed() -> None:
    world = Legs()
    world.spread()
    order = world.order("X")
    lead = world.legs(order)[0]
    world.trade(lead, "4")
    world.do(VenueExpired(VENUE, lead.venue_cl_ord_id))
    assert status(order) is OrdStatus.PENDING_NEW or status(order) is OrdStatus.NEW
    events = world.trade(world.legs(order)[1], "8")
    assert names(events) == ["OrderFilled", "OrderFilled", "OrderCanceled"]
    assert figures(order) == ("30", "4", "0")


def test_a_bust_takes_units_back() -> None:
    world = Legs()
    world.spread()
    order = world.order("X")
    world.trade(world.legs(order)[0], "4")
    follower = world.legs(order)[1]
    world.trade(follower, "2")
    world.trade(follower, "4", exec_id="B")
    assert figures(order) == ("30", "3", "27")
    events = world.do(VenueBusted(VENUE, follower.venue_cl_ord_id, "V", "B2", "B"))
    assert names(events) == ["ExecutionBusted", "ExecutionBusted"]
    assert figures(order) == ("30", "1", "29")


def test_no_slice_goes_out_that_a_leg_could_not_follow() -> None:
    world = Legs()
    world.spread()
    order = world.order("X")
    world.trade(world.legs(order)[0], "10")
    follower = world.legs(order)[1]
    world.do(VenueSymbolStatus(VENUE, "ETH-USD", SymbolStatus.HALTED))
    events = world.trade(follower, "20")
    assert names(events) == ["OrderFilled", "OrderFilled", "OrderCanceled"]
    assert figures(order) == ("30", "10", "0")


def test_while_trading_is_halted_nothing_follows() -> None:
    world = Legs()
    world.spread()
    order = world.order("X")
    lead = world.legs(order)[0]
    world.do(SetTradingState(TradingState.HALTED, "ann", "test"))
    assert names(world.trade(lead, "4")) == ["OrderFilled"]
    events = world.trade(lead, "6")
    assert isinstance(events[-1], OrderCanceled)
    assert events[-1].text == "UNHEDGED: leg=1 qty=10"


def test_the_orders_of_one_order_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (multileg, decide_multileg):
        monkeypatch.setattr(module, "PARTS_MAX", 4)
    world = Legs()
    world.spread(units="100")
    order = world.order("X")
    for _ in range(8):
        for leg in world.legs(order):
            if leg.leaves_qty:
                events = world.trade(leg, f"{leg.leaves_qty}")
    assert names(events)[-1] == "OrderCanceled"
    assert len(order.children) == 4
    assert figures(order) == ("100", "20", "0")
    world.spread("Z", units="100")
    other = world.order("Z")
    for number in range(4):
        world.trade(world.legs(other)[-1], "0.5")
        assert number or names(world.amend("Z2", "Z", "50"))[0] == "ReplaceRequested"
        for leg in world.legs(other):
            if leg.pending:
                world.do(VenueCanceled(VENUE, leg.pending[0].venue_cl_ord_id, leg.venue_cl_ord_id))
        if len(other.children) >= 4:
            break
    assert code(world.amend("Z3", "Z2", "60")) == "LEGS"


# ----------------------------------------------------------------------------------------------------------------- laws


class History:
    """Venues that answer late and twice, in their order."""

    def __init__(self) -> None:
        self.world = Legs()
        self.mail: list[AnyVenueReport] = []
        self.state: dict[str, list[Decimal]] = {}  # at the venue: quantity, done
        self.gone: set[str] = set()
        self.cancels: list[tuple[str, str]] = []
        self.names = 0
        self.current = ""
        self.executions = 0

    def name(self) -> str:
        self.names += 1
        return f"N{self.names}"

    def new(self, pick: int) -> None:
        self.current = self.name()
        self.hear(self.world.spread(self.current, str(1 + pick % 40)))

    def cancel(self, pick: int) -> None:
        self.hear(self.world.off(self.name(), self.current))

    def replace(self, pick: int) -> None:
        name = self.name()
        events = self.world.amend(name, self.current, str(1 + pick % 50))
        if names(events)[0] == "ReplaceRequested":
            self.current = name
        self.hear(events)

    def living(self, pick: int) -> str:
        alive = [name for name, (qty, done) in self.state.items() if name not in self.gone and done < qty]
        return alive[pick % len(alive)] if alive else ""

    def accept(self, pick: int) -> None:
        name = self.living(pick)
        if name:
            self.mail.append(VenueAccepted(VENUE, name, "V"))

    def trade(self, pick: int) -> None:
        name = self.living(pick)
        if name:
            at_venue = self.state[name]
            qty = min(Decimal(1 + pick % 7) / 2, at_venue[0] - at_venue[1])
            at_venue[1] += qty
            self.executions += 1
            self.mail.append(VenueFilled(VENUE, name, "V", f"T{self.executions}", qty, Decimal(90 + pick % 20)))

    def end(self, pick: int) -> None:
        name = self.living(pick)
        if name and pick % 3 == 0:
            self.gone.add(name)
            self.mail.append(VenueExpired(VENUE, name))

    def answer(self, pick: int) -> None:
        if self.cancels:
            request, name = self.cancels.pop(0)
            qty, done = self.state[name]
            if name in self.gone or done >= qty or pick % 6 == 0:
                self.mail.append(VenueCancelRejected(VENUE, request, "no"))
            else:
                self.gone.add(name)
                self.mail.append(VenueCanceled(VENUE, request, name))

    def deliver(self, pick: int) -> None:
        if self.mail:
            report = self.mail.pop(0)
            self.hear(self.world.do(report))
            if pick % 5 == 0:
                self.hear(self.world.do(report))

    def hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, OrderRouted):
                self.state[event.venue_cl_ord_id] = [self.world.blotter.order(event.order_seq).order_qty, ZERO]
            elif isinstance(event, CancelRequested):
                order = self.world.blotter.order(event.order_seq)
                if order.venue:
                    self.cancels.append((event.venue_cl_ord_id, order.venue_cl_ord_id))

    def laws(self) -> None:
        for order in self.world.blotter.orders.values():
            if order.special.legs:
                self.laws_of(order)

    def laws_of(self, order: Order) -> None:
        children = self.world.legs(order)
        done = {
            leg.ref_id: sum((o.cum_qty for o in children if o.special.leg_ref_id == leg.ref_id), ZERO)
            for leg in (LONG, SHORT)
        }
        assert order.cum_qty == min(done["1"], done["2"] // 2) // 1
        lead_in_market = sum((o.leaves_qty for o in children if o.special.leg_ref_id == "1"), ZERO)
        assert done["1"] - done["2"] / 2 + lead_in_market <= GUARD, "more than the guard allows stands alone"
        assert done["1"] + lead_in_market <= order.worst_terms()[0], "more of the first leg than is wanted"
        assert done["2"] <= 2 * done["1"], "a leg went ahead of the first"
        living = [child for child in children if child.leaves_qty]
        if order.leaves_qty and not order.ended:
            assert living, "it stands, and nobody works it"
        if order.pending:
            assert any(child.cancel_pending for child in living), "nobody will ever answer"


ACTS: list[Callable[[History, int], None]] = [
    History.new, History.cancel, *[History.replace] * 2, History.accept, *[History.trade] * 6, History.end,
    *[History.answer] * 4, *[History.deliver] * 12,
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2**12)), min_size=20, max_size=80))
def test_the_guard_holds_whatever_happens(acts: list[tuple[Callable[[History, int], None], int]]) -> None:
    history = History()
    history.new(29)
    for act, pick in acts:
        act(history, pick)
        history.laws()
    assert history.world.replayed().state_hash() == history.world.blotter.state_hash()
