"""A desk with one venue, in memory: the real order state machine on one side, an adapter and its counterparty on the
other. What a client wants goes in as commands; what became of it is read from the order."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from oms.blotter import Blotter
from oms.commands import (
    AskVenue,
    CancelOrder,
    Command,
    DefineInstrument,
    NewOrder,
    OpenLog,
    ReplaceOrder,
    SetLimits,
    SetVenueCapabilities,
)
from oms.decide import decide
from oms.events import CancelRequested, Event, OrderQueried, OrderRouted, ReplaceRequested, ReportQuarantined
from oms.instruments import Instrument
from oms.limits import Limits, Rate
from oms.order import Order
from oms.special_terms import SpecialTerms
from oms.types import ExecInst, Moment, OrdType, Side, TimeInForce
from oms.venue_capabilities import PLAIN, VenueCapabilities
from oms.venue_reports import AnyVenueReport, ReferencePriceSeen, VenueConnected
from tests.gateway.exchange.floor_in_memory import START_NS, Venue, decoded, message_of
from venues.fix_standard import FixStandard, FixStandardSettings
from venues.port import Capabilities, FixRequest
from venues.simulated import SimulatedInstrument, SimulatedSettings, SimulatedVenue

SYMBOL = "BTC-USD"
REFERENCE = Decimal(50000)
LOT = Decimal("0.0001")
LIMITS = Limits(
    order_qty_max=Decimal(1000),
    order_notional_max=Decimal(10**9),
    price_band=Decimal("0.5"),
    reference_price_age_ms_max=60_000,
    messages=Rate(10_000, 10_000),
    cancels=Rate(10_000, 10_000),
)


class Counterparty(Protocol):
    """An adapter together with a venue that answers it at once."""

    capabilities: Capabilities

    def ask(self, event: Event, order: Order, at: Moment) -> list[AnyVenueReport]: ...

    def offer(self, side: Side, qty: Decimal, price: Decimal) -> None:
        """Somebody else is willing to trade on those terms."""

    def said(self) -> list[AnyVenueReport]:
        """What it has said since, because of what others did."""

    def prices(self, at: Moment) -> list[AnyVenueReport]:
        """What the venue publishes when we come."""


class Simulated:
    def __init__(self) -> None:
        instruments = (SimulatedInstrument(SYMBOL, REFERENCE, LOT),)
        self.venue = SimulatedVenue(SimulatedSettings("V", instruments))
        self.capabilities = self.venue.capabilities

    def ask(self, event: Event, order: Order, at: Moment) -> list[AnyVenueReport]:
        return self.venue.answer(event, order, at)

    def offer(self, side: Side, qty: Decimal, price: Decimal) -> None:
        """It always trades at its reference price."""
        assert price == REFERENCE

    def said(self) -> list[AnyVenueReport]:
        return []

    def prices(self, at: Moment) -> list[AnyVenueReport]:
        return self.venue.tick(at)


EVERYTHING = VenueCapabilities(
    (OrdType.MARKET, OrdType.LIMIT, OrdType.STOP, OrdType.STOP_LIMIT),
    (*PLAIN.times_in_force, TimeInForce.GOOD_TILL_DATE),
    (ExecInst.PARTICIPATE_DONT_INITIATE,),
    display_qty=True,
)
"""What the simulated exchange takes."""


class FixExchange:
    """The translator for FIX venues against the simulated exchange; every message is held against the dictionary."""

    def __init__(self, version: str) -> None:
        self.session = {"FIX.4.2": "A42", "FIX.4.4": "A44", "FIX.5.0SP2": "A50"}[version]
        self.adapter = FixStandard(FixStandardSettings("V", version, supports=EVERYTHING))
        self.capabilities = self.adapter.capabilities
        self.exchange = Venue()
        self.others = 0

    def ask(self, event: Event, order: Order, at: Moment) -> list[AnyVenueReport]:
        return self._exchange_messages(self.adapter.requests(event, order, at), at)

    def _exchange_messages(self, requests: Sequence[FixRequest], at: Moment) -> list[AnyVenueReport]:
        turn = self.exchange.turn
        told: list[AnyVenueReport] = []
        for request in requests:
            turn.seq += 1
            message = decoded(self.session, request.msg_type, request.body)
            self.exchange.exchange.message_received(self.session, message, turn)
            sent, turn.sent = turn.sent, []
            for session, msg_type, body in sent:
                if session == self.session:
                    told += self.adapter.reports(decoded(session, msg_type, body), at)
        return told

    def offer(self, side: Side, qty: Decimal, price: Decimal) -> None:
        self.others += 1
        turn = self.exchange.turn
        turn.seq += 1
        text = f"11=other{self.others}|21=1|55={SYMBOL}|54={1 if side is Side.BUY else 2}|38={qty}|40=2|44={price}"
        message = message_of("B44", f"35=D|60=20260101-00:00:00|{text}")
        self.exchange.exchange.message_received("B44", message, turn)

    def said(self) -> list[AnyVenueReport]:
        at = Moment(0, 0)
        sent, self.exchange.turn.sent = self.exchange.turn.sent, []
        return [
            report
            for session, msg_type, body in sent
            if session == self.session
            for report in self.adapter.reports(decoded(session, msg_type, body), at)
        ]

    def prices(self, at: Moment) -> list[AnyVenueReport]:
        return self._exchange_messages(self.adapter.on_logon([SYMBOL], at), at)


class Desk:
    """`gateway.trading.desk` without FIX on the client's side: decide, apply, ask the venue, take its answers."""

    def __init__(self, counterparty: Counterparty) -> None:
        self.counterparty = counterparty
        self.blotter = Blotter()
        self.at_ns = START_NS
        self.seq = 0
        self.heard: list[AnyVenueReport] = []
        self.quarantined: list[ReportQuarantined] = []
        self._waiting: deque[Command | AnyVenueReport] = deque()
        instrument = Instrument(SYMBOL, Decimal("0.01"), LOT, LOT, Decimal(1000), ("V",))
        self.take(OpenLog("T"))
        self.take(DefineInstrument(instrument))
        self.take(SetLimits(LIMITS, "test", "start"))
        self.take(SetVenueCapabilities("V", counterparty.capabilities.of_orders()))
        self.take(VenueConnected("V"))
        self.hear(counterparty.prices(self.moment()))

    def moment(self) -> Moment:
        return Moment(self.at_ns, self.seq + 1)

    def hear(self, told: Sequence[AnyVenueReport]) -> None:
        for report in told:
            self.heard.append(report)
            self.take(report)

    def take(self, item: Command | AnyVenueReport) -> None:
        self._waiting.append(item)
        if len(self._waiting) > 1:
            return
        while self._waiting:
            for event in decide(self.blotter, self._waiting[0], self.moment()):
                self.seq += 1
                assert event.seq == self.seq
                self.blotter.apply(event)
                if isinstance(event, ReportQuarantined):
                    self.quarantined.append(event)
                elif isinstance(event, (OrderRouted, CancelRequested, ReplaceRequested, OrderQueried)):
                    self.hear(self.counterparty.ask(event, self.blotter.orders[event.order_seq], self.moment()))
            self._waiting.popleft()

    # -- what a client may want ------------------------------------------------------------------------------------

    def new(
        self,
        cl_ord_id: str,
        side: Side,
        qty: str,
        price: str | None = None,
        time_in_force: TimeInForce = TimeInForce.DAY,
        special: SpecialTerms | None = None,
    ) -> Order:
        ord_type = OrdType.MARKET if price is None else OrdType.LIMIT
        if special is not None and special.stop_px is not None:
            ord_type = OrdType.STOP if price is None else OrdType.STOP_LIMIT
        limit = None if price is None else Decimal(price)
        self.take(
            NewOrder("C", "ACC", cl_ord_id, SYMBOL, side, ord_type, Decimal(qty), limit, time_in_force, special=special)
        )
        return self.order(cl_ord_id)

    def cancel(self, cl_ord_id: str, orig_cl_ord_id: str) -> None:
        side = self.order(orig_cl_ord_id).side
        self.take(CancelOrder("C", cl_ord_id, orig_cl_ord_id, SYMBOL, side))

    def replace(self, cl_ord_id: str, orig_cl_ord_id: str, qty: str, price: str) -> None:
        side = self.order(orig_cl_ord_id).side
        terms = (OrdType.LIMIT, Decimal(qty), Decimal(price), TimeInForce.DAY)
        self.take(ReplaceOrder("C", cl_ord_id, orig_cl_ord_id, SYMBOL, side, *terms))

    def query_unresolved(self) -> None:
        for order in self.blotter.unresolved_orders("V"):
            self.take(AskVenue(order.order_seq, is_after_quiet_time=True))

    def order(self, cl_ord_id: str) -> Order:
        order = self.blotter.order_by_cl_ord_id("C", cl_ord_id)
        assert order is not None, cl_ord_id
        return order

    def reference_price(self) -> Decimal | None:
        return next((r.price for r in reversed(self.heard) if isinstance(r, ReferencePriceSeen)), None)
