"""The order desk: the application of the gateway. Client messages become commands (`gateway.trading.client_requests`),
venue messages become reports, both go through `oms.decide`, and each fact that comes out is logged, applied
(`gateway.trading.deciding`) and told (`gateway.trading.tellers`), one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from fixspec.message import Message
from fixspec.tags import MsgType
from gateway.operators.operator import StateHash
from gateway.operators.people import People
from gateway.recovery import Sent
from gateway.trading.alarms import Alarms
from gateway.trading.client_lists import ClientLists
from gateway.trading.client_questions import ClientQuestions
from gateway.trading.client_requests import ClientRequests
from gateway.trading.client_terms import Client
from gateway.trading.copy_desk import CopyDesk
from gateway.trading.copy_requests import CopyRequests
from gateway.trading.day_clock import AROUND_THE_CLOCK, DayClock, TradingHours
from gateway.trading.deciding import Deciding
from gateway.trading.excess_watch import ExcessWatch
from gateway.trading.expiry import Expiry
from gateway.trading.kill_switch_desk import KillSwitchDesk, KillTerms
from gateway.trading.leavers import OF_BOUND_ORDERS, CancelOnDisconnect, Leavers
from gateway.trading.limits_desk import LimitsDesk
from gateway.trading.market_hours import MarketHours, MarketTerms
from gateway.trading.markets import Markets
from gateway.trading.monitor_desk import MonitorDesk, MonitorTerms
from gateway.trading.news import TellNews, tell_news
from gateway.trading.order_desk import OrderDesk
from gateway.trading.position_desk import PositionDesk
from gateway.trading.reporter import Reporter
from gateway.trading.risk_desk import RiskDesk
from gateway.trading.sent_copies import SentCopies
from gateway.trading.strangers import Strangers
from gateway.trading.tellers import Tellers
from gateway.trading.unresolved_watch import Patience, UnresolvedWatch
from gateway.trading.venue_requests import VenueRequests
from gateway.turn import Turn
from oms import events
from oms.commands import (
    DefineInstrument,
    OpenLog,
    SetLimits,
    SetSessionRates,
    SetSymbolStatus,
    SetTradingState,
    SetVenueCapabilities,
)
from oms.decide_slices import stopped_slices
from oms.instruments import Instrument
from oms.limits import Limits
from oms.permission_commands import RestrictSymbol, ResumeSlice, SetEntitlement
from oms.types import KillScope
from oms.venue_reports import (
    ReferencePriceSeen,
    VenueConnected,
    VenueDisconnected,
    VenueUnreadable,
)
from venues.port import FixVenue, InProcessVenue


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator has configured. What differs from the log becomes facts at the start."""

    instruments: tuple[Instrument, ...]
    limits: Limits
    references: Mapping[str, tuple[str, Decimal]]
    """Symbol -> venue and price: the reference price until the venue tells one."""
    mics: Mapping[str, str] = field(default_factory=dict)
    """Venue -> its market identifier code; a venue without one goes by its name."""
    hours: TradingHours = AROUND_THE_CLOCK
    kill_switch: KillTerms = field(default_factory=KillTerms)
    market: MarketTerms = field(default_factory=MarketTerms)
    monitor: MonitorTerms = field(default_factory=MonitorTerms)
    people: People = field(default_factory=People)
    patience: Mapping[str, Patience] = field(default_factory=dict)
    """Venue -> how long it is waited for."""


class Desk(Deciding):
    """Implements `gateway.turn.Application`."""

    def __init__(
        self,
        store_id: str,
        clients: Mapping[str, Client],
        fix_venues: Mapping[str, FixVenue],
        in_process_venues: Iterable[InProcessVenue],
        terms: Terms,
    ) -> None:
        """`fix_venues` is by the name of the session that carries each."""
        super().__init__()
        self._store_id = store_id
        self._clients = clients
        self._terms = terms
        self._venue_of_session = fix_venues
        self._in_process = {venue.name: venue for venue in in_process_venues}
        self._leavers = Leavers(self.blotter, self._take)
        self._day_clock = DayClock(terms.hours, self.blotter, self._take)
        self._market_hours = MarketHours(terms.market, self.blotter, self._take)
        self._expiry = Expiry(self.blotter, self._take)
        self._watch = UnresolvedWatch(self.blotter, terms.patience, self._take)
        self._reporter = Reporter(store_id, clients, self.blotter)
        venue_requests = VenueRequests(self.blotter, fix_venues, self._in_process, self._take, self._watch)
        markets = Markets(terms.mics)
        alarms = Alarms(self.blotter)
        self._told = Tellers(self.blotter, self._reporter, venue_requests.ask, self._take, markets, alarms)
        self._tellers = self._told.table
        self._questions = ClientQuestions(self.blotter, self._reporter, self._take, self._watch, markets)
        for changed in (events.TradingStateChanged, events.VenueStateChanged):
            self._tellers[changed] = self._trading_session_changed
        lists = ClientLists(self.blotter, self._reporter, self._take)
        self._tellers |= lists.tellers
        requests = ClientRequests(self.blotter, self._reporter, self._take, self._questions).table
        self._requests = requests | lists.requests
        self._strangers = Strangers(self.blotter, store_id, self._take)
        self._kill_switches = KillSwitchDesk(
            self.blotter,
            self._reporter,
            terms.kill_switch,
            self._take,
            self._known,
            self._questions.tell_trading_session,
        )
        self._tellers |= self._kill_switches.tellers
        mass_cancel = self._requests[MsgType.ORDER_MASS_CANCEL_REQUEST]
        self._requests[MsgType.ORDER_MASS_CANCEL_REQUEST] = self._kill_switches.of_client(mass_cancel)
        self._order_desk = OrderDesk(self.blotter, self._watch, lambda: self._clients, self._take)
        self._risk_desk = RiskDesk(self.blotter, lambda: self._clients, self._take)
        limits_desk = LimitsDesk(self.blotter, self._take)
        self.monitor = MonitorDesk(self.blotter, terms.monitor, self._take)
        self._tellers |= ExcessWatch(self.blotter, terms.monitor.thresholds, self._take).behind(self._tellers)
        self._tellers |= self.monitor.tellers
        self._deeds = {
            **self._order_desk.deeds, **self._kill_switches.deeds, **self._risk_desk.deeds, **limits_desk.deeds,
            **PositionDesk(self.blotter, self._take).deeds,
            **self.monitor.deeds,
        }  # fmt: skip
        self._copy_desk = CopyDesk(self.blotter, lambda: self._clients, self._take, terms.mics)
        self._copy_requests = CopyRequests(self.blotter, self._reporter, self._take, self._copy_desk)
        self._told.table |= dict.fromkeys((events.CopyTermsSet, events.ReportingSet), self._copies_changed)
        self._tick_at_mono_ns: int | None = None

    def use_sent(self, sent: Sent) -> None:
        """What was sent can be read again: copies go on where they were."""
        self._copy_desk.sent = SentCopies(sent)

    def use_clients(self, clients: Mapping[str, Client]) -> None:
        """From now on these are the clients, on these terms. Who has an order must stay among them."""
        self._clients = self._reporter.clients = clients
        self._told.clients_changed()
        self._copy_desk.clients_changed()
        self._tellers = self._copy_desk.with_copies(self._told.table)

    def _copies_changed(self, event: events.Event, turn: Turn) -> None:
        self._tellers = self._copy_desk.with_copies(self._told.table)

    def _trading_session_changed(self, event: events.Event, turn: Turn) -> None:
        if isinstance(event, events.TradingStateChanged):
            self.monitor.tell(event, turn)
        self._questions.tell_trading_session(turn)

    # -- the seam ------------------------------------------------------------------------------------------------

    def started(self, turn: Turn) -> None:
        """Give a new log its name, make the operator's terms facts, and mark every venue as not yet reached."""
        self._take(OpenLog(self._store_id), turn)
        for instrument in self._terms.instruments:
            self._take(DefineInstrument(instrument), turn)
        self._take(SetLimits(self._terms.limits, "configuration", "start"), turn)
        self._tellers = self._copy_desk.with_copies(self._told.table)
        self._copy_desk.reached(turn)
        for session, client in self._clients.items():
            self._tell_terms(session, client, turn)
        venues: list[FixVenue | InProcessVenue] = [*self._venue_of_session.values(), *self._in_process.values()]
        for known in venues:
            self._take(SetVenueCapabilities(known.name, known.capabilities.of_orders()), turn)
        self._day_clock.started(turn)
        self._market_hours.started(turn)
        for symbol, (venue, price) in self._terms.references.items():
            if self.blotter.market.reference(symbol) is None:
                self._take(ReferencePriceSeen(venue, symbol, price), turn)
        for fix_venue in self._venue_of_session.values():
            self._take(VenueDisconnected(fix_venue.name), turn)
        self._watch.started(turn)
        for name, in_process in self._in_process.items():
            for _, order in sorted(self.blotter.open_orders.items()):
                if order.venue == name and order.leaves_qty:
                    in_process.recover(order)
            self._take(VenueConnected(name), turn)
            self._watch.connected(name, turn)
        self._leavers.started(self._leaving_terms(), turn)
        self._kill_switches.started(turn)
        self._risk_desk.started(turn)
        self.monitor.started(turn)
        self._expiry.reached(turn)
        self._let_venues_speak(turn)

    def logged_on(self, session: str, turn: Turn) -> None:
        """A venue that is back is asked about everything it has not answered; nothing is sent to it again."""
        venue = self._venue_of_session.get(session)
        if venue is None:
            client = self._clients[session]
            self._tell_terms(session, client, turn)
            if session in self._leaving_terms():
                self._leavers.arrived(session, turn)
            return
        self._take(VenueConnected(venue.name), turn)
        symbols = [i.symbol for i in self._terms.instruments if venue.name in i.venues]
        try:
            for request in venue.on_logon(symbols, self._moment(turn)):
                turn.send(session, request.msg_type, request.body)
        finally:
            self._watch.connected(venue.name, turn)

    def _tell_terms(self, session: str, client: Client, turn: Turn) -> None:
        self._take(SetSessionRates(session, client.messages, client.cancels), turn)
        self._take(SetEntitlement(session, client.entitlement), turn)
        self._copy_desk.arrived(session, client, turn)

    def logged_out(self, session: str, in_good_order: bool, turn: Turn) -> None:
        venue = self._venue_of_session.get(session)
        if venue is not None:
            self._take(VenueDisconnected(venue.name), turn)
            return
        self._questions.logged_out(session)
        self._copy_requests.logged_out(session)
        terms = self._leaving_terms().get(session)
        if terms is not None:
            self._leavers.left(session, terms, in_good_order, turn)
            self._leavers.deadline_reached(self._leaving_terms(), turn)

    def message_received(self, session: str, message: Message, turn: Turn) -> None:
        client = self._clients.get(session)
        if client is None:
            venue = self._venue_of_session[session]
            if self._strangers.is_stranger(message):
                reports = self._strangers.reports(venue, message, turn)
            else:
                reports = venue.reports(message, self._moment(turn))
            for report in reports:
                self._take(report, turn)
        elif client.listens_only:
            self._copy_requests.asked(session, client, message, turn)
        else:
            self._requests[message.msg_type](session, client, message, turn)

    def room_to_send(self, session: str, turn: Turn) -> None:
        self._copy_requests.room(session, turn)

    def message_failed(self, session: str, message: Message, turn: Turn) -> bool:
        """A client is told. What a venue said is kept whole: it may be a fill, and a fill is money."""
        venue = self._venue_of_session.get(session)
        if venue is None:
            return True
        self._take(VenueUnreadable(venue.name, "a fault of ours: see handler_failed in the log", message.raw), turn)
        return False

    def message_rejected(self, session: str, refused: Message, reject: Message, turn: Turn) -> None:
        """A venue that could not read a request of ours has not got it. A client that cannot read a report changes
        nothing: the fact stands."""
        venue = self._venue_of_session.get(session)
        if venue is not None:
            for report in venue.rejected(refused, reject, self._moment(turn)):
                self._take(report, turn)

    def command(self, command: object, turn: Turn) -> object:
        if why := self._terms.people.refusal(command):
            turn.note("warning", "", "operator_refused", {"command": type(command).__name__, "why": why})
            return {"error": why}
        deed = self._deeds.get(type(command))
        if deed is not None:
            return deed(command, turn)
        if isinstance(command, StateHash):
            return {"last_seq": self.blotter.last_seq, "state_hash": self.blotter.state_hash().hex()}
        if isinstance(command, TellNews):
            return tell_news(command, self._clients, turn)
        if isinstance(command, SetSymbolStatus | RestrictSymbol) and command.symbol not in self.blotter.instruments:
            return {"error": f"symbol: {command.symbol!r} is not one of {', '.join(self.blotter.instruments)}"}
        if isinstance(command, ResumeSlice):
            stopped = stopped_slices(self.blotter)
            if command.name not in stopped:
                return {"error": f"slice: {command.name!r} is not stopped; stopped are {', '.join(stopped) or 'none'}"}
        if isinstance(command, SetTradingState | SetSymbolStatus | RestrictSymbol | ResumeSlice):
            self._take(command, turn)
        return {
            "trading_state": str(self.blotter.trading_state),
            "trading_day": self.blotter.trading_day,
            "halts": {f"{symbol} by {by or 'operator'}": status for (by, symbol), status in self.blotter.halts.items()},
            "kill_switches": [switch.name for switch in self.blotter.kill_switches],
            "restricted": [f"{symbol} by {by}" for by, symbol in self.blotter.closures.restricted],
            "stopped_slices": stopped_slices(self.blotter),
            "open_orders": sum(1 for order in self.blotter.open_orders.values() if order.leaves_qty),
            "unresolved_orders": self.unresolved_orders,
            "sessions": {name: turn.is_logged_on(name) for name in (*self._clients, *self._venue_of_session)},
            "last_seq": self.blotter.last_seq,
        }

    @property
    def unresolved_orders(self) -> int:
        """Those that their venue has left unanswered for so long that a person was told."""
        return len(self._watch.unresolved())

    def deadline(self) -> int | None:
        earliest = self._tick_at_mono_ns
        for due in (
            self._leavers.deadline(),
            self._day_clock.deadline(),
            self._market_hours.deadline(),
            self._expiry.deadline(),
            self._watch.deadline(),
            self._kill_switches.deadline(),
            self._risk_desk.deadline(),
            self.monitor.deadline(),
            self._copy_desk.deadline(),
        ):
            if earliest is None or (due is not None and due < earliest):
                earliest = due
        return earliest

    def deadline_reached(self, turn: Turn) -> None:
        self._copy_desk.reached(turn)
        self._kill_switches.deadline_reached(turn)
        self._leavers.deadline_reached(self._leaving_terms(), turn)
        self._day_clock.reached(self._restates, turn)
        self._market_hours.reached(turn)
        self._expiry.reached(turn)
        self._risk_desk.reached(turn)
        self.monitor.reached(turn)
        self._watch.deadline_reached(turn)
        if self._tick_at_mono_ns is not None and self._tick_at_mono_ns <= turn.now.mono_ns:
            self._let_venues_speak(turn)

    def _let_venues_speak(self, turn: Turn) -> None:
        """The venues inside the process, of their own accord."""
        if not self._in_process:
            return
        interval_ns = min(venue.tick_interval_ns for venue in self._in_process.values())
        self._tick_at_mono_ns = turn.now.mono_ns + interval_ns
        for venue in self._in_process.values():
            for report in venue.tick(self._moment(turn)):
                self._take(report, turn)

    def _known(self, scope: KillScope) -> list[str] | None:
        """The values there are of a scope; None where any may come."""
        known: dict[KillScope, Iterable[str]] = {
            KillScope.VENUE: (*(venue.name for venue in self._venue_of_session.values()), *self._in_process),
            KillScope.SYMBOL: self.blotter.instruments,
            KillScope.SESSION: (name for name, client in self._clients.items() if not client.listens_only),
        }
        return list(known[scope]) if scope in known else None

    def _restates(self, session: str) -> bool:
        return self._clients[session].restate_gt_orders

    def _leaving_terms(self) -> dict[str, CancelOnDisconnect]:
        clients = self._clients.items()
        terms = {name: OF_BOUND_ORDERS for name, client in self.blotter.clients.items() if client.is_bound}
        return terms | {name: c.cancel_on_disconnect for name, c in clients if c.cancel_on_disconnect is not None}
