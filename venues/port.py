"""The port between the gateway and a venue: what an adapter can, what it is asked, what it tells.

An adapter is a translator, pure and without a clock. It turns the order events that concern the venue into requests in
the venue's words, and what the venue says into reports (`oms.venue_reports`). There are two carriers:

    FIX          the venue is a FIX counterparty. The gateway's own engine runs the session, so a request is the body
                 of an application message, and it is stored in the same transaction as the event that caused it.
    IN_PROCESS   the venue is part of the process and answers inside the turn that asks it. Nothing can be lost on the
                 way: request and answer are committed together, or neither happened.

What an adapter must keep: it is a function of its arguments and of the reports it was given; it never raises for what a
venue says; it drops nothing that a venue says about an order. What it does not understand becomes a report of its own,
which the order state machine quarantines with the raw text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from fixspec.message import Message
from oms.events import Event
from oms.order import Order
from oms.types import ExecInst, Moment, OrdType, TimeInForce
from oms.venue_capabilities import VenueCapabilities
from oms.venue_reports import AnyVenueReport, VenueStranger


class Carrier(StrEnum):
    FIX = "fix"
    IN_PROCESS = "in_process"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a venue can, as far as the gateway's rules depend on it. Each one has its cases in the conformance tests.

    carrier           how it is reached
    replace           it amends a resting order (otherwise the gateway refuses a G)
    status_query      it answers a question about one order by our ClOrdID (otherwise only a person can resolve an
                      order whose answer was lost)
    resend            what it said while we were away comes by itself when we are back
    market_data       it publishes reference prices
    ord_types, times_in_force, exec_insts, display_qty, symbols  what it takes (`oms.venue_capabilities`). What it does
                      not take the gateway does in its place, or refuses before it is sent
    """

    carrier: Carrier
    replace: bool
    status_query: bool
    resend: bool
    market_data: bool
    ord_types: frozenset[OrdType]
    times_in_force: frozenset[TimeInForce]
    exec_insts: frozenset[ExecInst] = frozenset()
    display_qty: bool = False
    symbols: tuple[str, ...] = ()

    def of_orders(self) -> VenueCapabilities:
        """What concerns orders, in the gateway's own record and in fixed order: the log has it."""
        return VenueCapabilities(
            tuple(ord_type for ord_type in OrdType if ord_type in self.ord_types),
            tuple(time_in_force for time_in_force in TimeInForce if time_in_force in self.times_in_force),
            tuple(exec_inst for exec_inst in ExecInst if exec_inst in self.exec_insts),
            self.display_qty,
            self.replace,
            self.symbols,
        )


class FixRequest(NamedTuple):
    """An application message for the venue's FIX session: `body` is the encoded fields behind the standard header."""

    msg_type: bytes
    body: bytes


class FixVenue(Protocol):
    """A venue that speaks FIX."""

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def requests(self, event: Event, order: Order, at: Moment) -> list[FixRequest]:
        """What to send because of an event of an order that is routed here; [] for events that ask nothing of a venue.

        `order` is the order with the event already applied."""

    def on_logon(self, symbols: Sequence[str], at: Moment) -> list[FixRequest]:
        """What to send when the session has logged on: the market data subscription, if there is one."""

    def reports(self, message: Message, at: Moment) -> list[AnyVenueReport]:
        """What an application message of the venue says. Never raises; what is not understood is a report too."""

    def stranger(self, message: Message, name: str) -> VenueStranger | None:
        """The order that the message is about, as one of somebody else's, under `name`; None when its terms cannot be
        read. Never raises."""

    def rejected(self, refused: Message, reject: Message, at: Moment) -> list[AnyVenueReport]:
        """What it means that the venue answered `refused`, a message of ours, by a Reject(3). Never raises."""


class InProcessVenue(Protocol):
    """A venue inside the process."""

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def answer(self, event: Event, order: Order, at: Moment) -> list[AnyVenueReport]:
        """The venue's answer to an event of an order that is routed here, in the order in which it was given.

        `at.seq` makes the venue's identifiers: it must be higher in every call that follows an answer."""

    def recover(self, order: Order) -> None:
        """After a restart: `order` is open at this venue, as the gateway's log has it."""

    @property
    def tick_interval_ns(self) -> int:
        """How often `tick` wants to be called. An interval, not a time of day: it is kept on the monotonic clock."""

    def tick(self, at: Moment) -> list[AnyVenueReport]:
        """What the venue says by itself: reference prices, executions of resting orders."""
