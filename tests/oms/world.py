"""The OMS in memory with a log, as its host uses it, and watched at each step.

Every input goes through `World.do`, which insists that
- `decide` changes nothing (the state hash before and after is the same) and numbers its events from `at.seq` on,
- every event survives its encoding, and only decoded events are applied,
- the default decimal context is never used for arithmetic: it holds one digit here and raises at the first lost one.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from oms.blotter import Blotter
from oms.codec import decode_event, encode_event
from oms.commands import (
    CancelOrder,
    Command,
    DefineInstrument,
    NewOrder,
    OpenLog,
    QueryOrder,
    ReplaceOrder,
    SetLimits,
)
from oms.decide import decide
from oms.events import Event, OrderReceived
from oms.finished import FINISHED_KEPT
from oms.instruments import Instrument
from oms.limits import Limits, Rate
from oms.order import Order
from oms.types import Moment, OrdType, Side, TimeInForce
from oms.venue_reports import (
    AnyVenueReport,
    ReferencePriceSeen,
    VenueAccepted,
    VenueCanceled,
    VenueCancelRejected,
    VenueConnected,
    VenueFilled,
    VenueReplaced,
)

START_NS = 1_700_000_000_000_000_000
SECOND_NS = 1_000_000_000
VENUE = "XSIM"
SESSION = "CLIENT44"

BTC = Instrument(
    symbol="BTC-USD",
    min_price_increment=Decimal("0.01"),
    round_lot=Decimal("0.0001"),
    min_trade_vol=Decimal("0.001"),
    max_trade_vol=Decimal("1000000"),
    venues=(VENUE, "XALT"),
)
LIMITS = Limits(
    order_qty_max=Decimal("100000"),
    order_notional_max=Decimal("100000000"),
    price_band=Decimal("0.1"),
    reference_price_age_ms_max=3_600_000,
    messages=Rate(per_s=1000, burst=1000),
    cancels=Rate(per_s=2000, burst=2000),
)


def one_digit() -> decimal.Context:
    return decimal.Context(prec=1, traps=[decimal.Inexact, decimal.Rounded, decimal.InvalidOperation])


class World:
    """An open log, one instrument with a reference price of 100, limits, and a connected venue."""

    def __init__(
        self,
        limits: Limits = LIMITS,
        instrument: Instrument = BTC,
        price: str = "100",
        finished_kept: int = FINISHED_KEPT,
    ) -> None:
        self.log: list[bytes] = []
        self.finished_kept = finished_kept
        self.blotter = self.empty()
        self.now_ns = START_NS
        self.seq = 1
        self.exec_ids = 0
        self.do(OpenLog("GATE"))
        self.do(DefineInstrument(instrument))
        self.do(SetLimits(limits, "tester", "start"))
        self.do(VenueConnected(VENUE))
        self.do(ReferencePriceSeen(VENUE, instrument.symbol, Decimal(price)))

    # ------------------------------------------------------------------------------------------------------ the motion

    def do(self, item: Command | AnyVenueReport) -> list[Event]:
        """decide, log, apply."""
        with decimal.localcontext(one_digit()):
            before = self.blotter.state_hash()
            events = decide(self.blotter, item, Moment(self.now_ns, self.seq))
            assert self.blotter.state_hash() == before, "decide changed the blotter"
            assert [event.seq for event in events] == list(range(self.seq, self.seq + len(events)))
            assert all(event.at_ns == self.now_ns for event in events)
            for event in events:
                payload = encode_event(event)
                decoded = decode_event(payload)
                assert repr(decoded) == repr(event)  # not ==: a quarantined NaN is not equal to itself
                self.log.append(payload)
                self.blotter.apply(decoded)
            self.seq += len(events)
            return events

    def replayed(self) -> Blotter:
        """A blotter folded from the log alone."""
        blotter = self.empty()
        for payload in self.log:
            blotter.apply(decode_event(payload))
        return blotter

    def empty(self) -> Blotter:
        """A blotter that has seen nothing yet and can look into the log."""
        blotter = Blotter(self.finished_kept)
        blotter.history = lambda numbers: list(map(decode_event, self.payloads(numbers).values()))
        return blotter

    def payloads(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """What stands in the log under these numbers."""
        return {number: self.log[number - 1] for number in numbers if number <= len(self.log)}

    def pass_ms(self, ms: int) -> None:
        self.now_ns += ms * 1_000_000

    # ------------------------------------------------------------------------------------------------------ the client

    def new(
        self,
        cl_ord_id: str,
        qty: str = "10",
        price: str | None = "100",
        *,
        session: str = SESSION,
        side: Side = Side.BUY,
        symbol: str = "BTC-USD",
        time_in_force: TimeInForce = TimeInForce.DAY,
        poss_resend: bool = False,
    ) -> list[Event]:
        ord_type = OrdType.MARKET if price is None else OrdType.LIMIT
        limit = None if price is None else Decimal(price)
        return self.do(
            NewOrder(
                session, "ACC", cl_ord_id, symbol, side, ord_type, Decimal(qty), limit, time_in_force, None, poss_resend
            )
        )

    def cancel(
        self,
        cl_ord_id: str,
        orig: str,
        *,
        session: str = SESSION,
        side: Side = Side.BUY,
        symbol: str = "BTC-USD",
    ) -> list[Event]:
        return self.do(CancelOrder(session, cl_ord_id, orig, symbol, side))

    def replace(
        self,
        cl_ord_id: str,
        orig: str,
        qty: str = "10",
        price: str | None = "100",
        *,
        session: str = SESSION,
        side: Side = Side.BUY,
        symbol: str = "BTC-USD",
    ) -> list[Event]:
        ord_type = OrdType.MARKET if price is None else OrdType.LIMIT
        limit = None if price is None else Decimal(price)
        return self.do(
            ReplaceOrder(session, cl_ord_id, orig, symbol, side, ord_type, Decimal(qty), limit, TimeInForce.DAY)
        )

    def query(self, cl_ord_id: str, *, session: str = SESSION) -> list[Event]:
        return self.do(QueryOrder(session, cl_ord_id))

    # ------------------------------------------------------------------------------------------------------- the venue

    def order(self, cl_ord_id: str, *, session: str = SESSION) -> Order:
        order = self.blotter.order_by_cl_ord_id(session, cl_ord_id)
        assert order is not None, cl_ord_id
        return order

    def venue_id(self, cl_ord_id: str, *, session: str = SESSION) -> str:
        """The id under which the venue knows the client's order or request `cl_ord_id`."""
        order_seq = self.blotter.clients[session].cl_ord_ids[cl_ord_id]
        assert order_seq is not None, cl_ord_id
        order = self.blotter.order(order_seq)
        if order.chain[0] == cl_ord_id:
            routed = [key for key, value in venue_index(self.blotter).items() if value is order]
            return routed[0]
        return next(key for key, request in order.requests.items() if request.cl_ord_id == cl_ord_id)

    def accept(self, cl_ord_id: str) -> list[Event]:
        return self.do(VenueAccepted(VENUE, self.venue_id(cl_ord_id), "V-" + cl_ord_id))

    def fill(self, cl_ord_id: str, qty: str, price: str = "100", exec_id: str | None = None) -> list[Event]:
        self.exec_ids += 1
        name = f"E{self.exec_ids}" if exec_id is None else exec_id
        return self.do(VenueFilled(VENUE, self.venue_id(cl_ord_id), "V", name, Decimal(qty), Decimal(price)))

    def venue_cancel(self, cl_ord_id: str, orig: str | None = None) -> list[Event]:
        return self.do(
            VenueCanceled(VENUE, self.venue_id(cl_ord_id), None if orig is None else self.venue_id(orig), "gone")
        )

    def venue_replace(self, cl_ord_id: str, qty: str | None = None, price: str | None = None) -> list[Event]:
        return self.do(
            VenueReplaced(
                VENUE,
                self.venue_id(cl_ord_id),
                None,
                None if qty is None else Decimal(qty),
                None if price is None else Decimal(price),
            )
        )

    def venue_refuse(self, cl_ord_id: str) -> list[Event]:
        """The venue turns down a cancel or replace request."""
        return self.do(VenueCancelRejected(VENUE, self.venue_id(cl_ord_id), "no"))

    def live(self, cl_ord_id: str = "X", qty: str = "10", price: str | None = "100") -> Order:
        """An accepted order."""
        self.new(cl_ord_id, qty, price)
        self.accept(cl_ord_id)
        return self.order(cl_ord_id)


def fold(events: Iterable[Event]) -> Blotter:
    blotter = Blotter()
    for event in events:
        blotter.apply(event)
    return blotter


def venue_index(blotter: Blotter) -> dict[str, Order]:
    return blotter._by_venue_cl_ord_id


def figures(order: Order) -> tuple[str, str, str]:
    """OrderQty, CumQty, LeavesQty as text."""
    return f"{order.order_qty:f}", f"{order.cum_qty:f}", f"{order.leaves_qty:f}"


def fields(event: Event) -> dict[str, object]:
    """The fields of an event without its number and time."""
    everything = msgspec.structs.asdict(event)
    return {name: value for name, value in everything.items() if name not in ("seq", "at_ns")}


def names(events: Iterable[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def orders_received(events: Iterable[Event]) -> list[OrderReceived]:
    return [event for event in events if isinstance(event, OrderReceived)]
