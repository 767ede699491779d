"""Drop copies: the projection of the log to what those hear who listen to others.

`Copies.of` answers, for a fact and the blotter behind it, who hears what of it. It asks nothing but these two: terms
and scopes are facts themselves (CopyTermsSet, ReportingSet). So the stream of copies is the same whether it is made
while the gateway trades (`gateway.trading.copy_desk`) or afterwards, from the log (`gateway.trading.copy_audit`): it is
one piece of code.

A copy states a fact of an order. What only answers a question (150=I, PossResend) or concerns no order (OrderID NONE)
is the client's alone. The report is rendered by the tellers that render the client's, in the dialect of whoever hears
the copy; orders that no client hears of (found at a venue, or telephoned there) are told the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

from fixspec.numbers import format_utc_timestamp
from fixspec.tags import MsgType
from gateway.instant import Instant
from gateway.trading.alarms import Alarms
from gateway.trading.client_terms import Client
from gateway.trading.markets import Markets
from gateway.trading.reporter import Reporter
from gateway.trading.tellers import Tellers
from gateway.translate import copies as fields
from gateway.translate import reports
from gateway.translate.dialect import DIALECTS, Dialect
from gateway.turn import Turn
from oms import events
from oms.blotter import Blotter
from oms.copy_terms import CopyTerms
from oms.events import Event
from oms.order import Order

MICROSECONDS: Final = 6
"""Digits of the second's fraction in TransactTime(60)."""
NOBODY: Final = "*"
"""Stands for the client of an order that has none. No session can be called so."""
LISTENERS_KEPT: Final = 10_000

COPIED: Final[frozenset[type[Event]]] = frozenset((
    events.OrderReceived,
    events.OrderRefused,
    events.DuplicateRefused,
    events.OrderAdopted,
    events.OrderHeld,
    events.OrderTriggered,
    events.OrderAccepted,
    events.OrderRejected,
    events.OrderFilled,
    events.ExecutionBusted,
    events.ExecutionCorrected,
    events.OrderRestated,
    events.OrderDoneForDay,
    events.OrderSuspended,
    events.OrderReinstated,
    events.OrderStopped,
    events.OrderExpired,
    events.CancelRequested,
    events.CancelRefused,
    events.CancelRejected,
    events.OrderCanceled,
    events.ReplaceRequested,
    events.ReplaceRefused,
    events.ReplaceRejected,
    events.OrderReplaced,
))  # fmt: skip
"""Facts of which clients hear, and so may others. What comes of one is at most one message to each."""


class Copy(NamedTuple):
    """One message to one who listens; `appl_seq_num` is the number of its fact."""

    session: str
    msg_type: bytes
    body: bytes
    appl_seq_num: int


def _nothing_yet(session: str) -> int:
    return 0


class Copies:
    """Follows the facts in their order, each once: where a copy stands among the others is told in it."""

    def __init__(self, blotter: Blotter, newest: Callable[[str], int] = _nothing_yet) -> None:
        """`newest`: ApplSeqNum(1181) of the copy before the first one that is made here; 0 when there is none."""
        self._blotter = blotter
        self._newest = newest
        self._pens: dict[tuple[str, tuple[tuple[str, str], ...]], _Pen] = {}
        self._listeners: dict[tuple[str, str, str], list[tuple[str, CopyTerms]]] = {}
        self._last: dict[str, int] = {}

    def newest(self, session: str) -> int:
        """ApplSeqNum(1181) of the last copy to a session that numbers them; 0 before the first."""
        last = self._last.get(session)
        if last is None:
            last = self._last[session] = self._newest(session)
        return last

    def terms_changed(self) -> None:
        """CopyTermsSet or ReportingSet has been folded."""
        self._pens.clear()
        self._listeners.clear()

    def of(self, event: Event) -> Iterator[Copy]:
        """What is to be said of this fact, which has just been folded."""
        found = self._concerned(event) if type(event) in COPIED else None
        if found is None:
            return
        order, client = found
        said: dict[_Pen, tuple[bytes, bytes] | None] = {}
        for session, terms in self._heard_by(client.session, client.account, order.symbol):
            pen = self._pen(terms)
            if pen not in said:
                said[pen] = pen.write(event)
            message = said[pen]
            if message is not None and (terms.cancel_rejects or message[0] != MsgType.ORDER_CANCEL_REJECT):
                yield self._copy(session, terms, pen.dialect, event, order, client, *message)

    def _concerned(self, event: Event) -> tuple[Order, Order] | None:
        """The order of the fact, and the one whose client hears of it: of what a leg executes the multileg order's. Any
        other part of an order is nobody's business but ours, and what concerns no order nobody's at all."""
        seq = event.seq if isinstance(event, _BEGINNINGS) else getattr(event, "order_seq", None)
        if seq is None:
            return None
        order = self._blotter.order(seq)
        if order.parent_seq is None:
            return order, order
        if order.special.leg_ref_id and type(event) in _OF_LEGS:
            return order, self._blotter.order(order.parent_seq)
        return None

    def _heard_by(self, session: str, account: str, symbol: str) -> list[tuple[str, CopyTerms]]:
        key = session, account, symbol
        found = self._listeners.get(key)
        if found is None:
            if len(self._listeners) >= LISTENERS_KEPT:
                self._listeners.clear()
            found = self._listeners[key] = [
                (listener, terms)
                for listener, terms in self._blotter.copies.items()
                if _fits(session, terms.sessions) and _fits(account, terms.accounts) and _fits(symbol, terms.symbols)
            ]
        return found

    def _pen(self, terms: CopyTerms) -> _Pen:
        pen = self._pens.get((terms.dialect, terms.mics))
        if pen is None:
            pen = self._pens[terms.dialect, terms.mics] = _Pen(self._blotter, DIALECTS[terms.dialect], terms.mics)
        return pen

    def _copy(
        self,
        session: str,
        terms: CopyTerms,
        dialect: Dialect,
        event: Event,
        order: Order,
        client: Order,
        msg_type: bytes,
        body: bytes,
    ) -> Copy:
        reporting = self._blotter.reporting.get(client.session)
        comp_id = "" if reporting is None else reporting.comp_id
        more = [fields.head(comp_id), body]
        if not dialect.copy_fields:
            more.append(fields.firms_of_42(terms.firm, comp_id))
        if msg_type == MsgType.EXECUTION_REPORT:
            exec_id = getattr(event, "exec_id", "") if dialect.copy_fields else ""
            more.append(fields.venue_ids(order, exec_id))
            if dialect.copy_fields:
                more.append(b"797=Y\x01" + fields.parties(terms.firm, comp_id, client.trader))
                more.append(fields.algorithm(client.cl_ord_link_id))
            if dialect.appl_sequence:
                more.append(fields.place(session, event.seq, self.newest(session)))
                self._last[session] = event.seq
        elif client.account:
            more.append(b"1=%b\x01" % client.account.encode("latin-1"))
        return Copy(session, msg_type, b"".join(more), event.seq)


_OF_LEGS: Final = (events.OrderFilled, events.ExecutionBusted, events.ExecutionCorrected)
_BEGINNINGS: Final = (events.OrderReceived, events.OrderAdopted)


def _fits(value: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(value, pattern) for pattern in patterns)


class _Pen:
    """Writes the reports of all clients in one dialect: the tellers that write them for clients, with other clients."""

    def __init__(self, blotter: Blotter, dialect: Dialect, mics: tuple[tuple[str, str], ...]) -> None:
        self.dialect = dialect
        self._blotter = blotter
        self._reporter = Reporter(blotter.store_id, _AllClients(blotter, dialect), blotter)
        self._reporter.nobody = NOBODY
        tellers = Tellers(blotter, self._reporter, _no_request, _no_command, Markets(dict(mics)), Alarms(blotter))
        self._tellers: dict[type[Event], Callable[[Any, Turn], None]] = tellers.table
        self._tellers[events.OrderAdopted] = self._adopted

    def write(self, event: Event) -> tuple[bytes, bytes] | None:
        """MsgType and body of what is said of this fact; None when its client hears nothing of it."""
        page = _Page(event)
        self._tellers[type(event)](event, page)
        if page.message is None:
            return None
        msg_type, body = page.message
        time, exact = format_utc_timestamp(event.at_ns), format_utc_timestamp(event.at_ns, MICROSECONDS)
        return msg_type, body.replace(b"\x0160=%b\x01" % time, b"\x0160=%b\x01" % exact, 1)

    def _adopted(self, event: events.OrderAdopted, turn: Turn) -> None:
        """An order that was found at a venue begins, for those who listen, as it was found."""
        order = self._blotter.order(event.seq)
        self._reporter.report(event.seq, order, reports.NEW, turn, detail=b"58=EXTERNAL: found at the venue\x01")


class _AllClients(Mapping[str, Client]):
    """Every client there ever was, as far as its reports go, in one dialect."""

    def __init__(self, blotter: Blotter, dialect: Dialect) -> None:
        self._reporting = blotter.reporting
        self._dialect = dialect
        self._known: dict[str, Client] = {}

    def __getitem__(self, session: str) -> Client:
        client = self._known.get(session)
        if client is None:
            reporting = self._reporting.get(session)
            client = Client(self._dialect)
            if reporting is not None:
                client = Client(self._dialect, report_pending=frozenset(reporting.pending))
            self._known[session] = client
        return client

    def __iter__(self) -> Iterator[str]:
        return iter((NOBODY,))

    def __len__(self) -> int:
        return 1

    def values(self) -> Any:
        """Somebody among them may wish to hear of everything."""
        return [Client(self._dialect, report_pending=frozenset({"new", "cancel", "replace"}))]


class _Page:
    """Implements `gateway.turn.Turn` for a teller, and keeps what it says."""

    def __init__(self, event: Event) -> None:
        self.now = Instant(event.at_ns, 0)
        self._seq = event.seq
        self.message: tuple[bytes, bytes] | None = None

    def send(self, session: str, msg_type: bytes, body: bytes) -> None:
        assert self.message is None, (session, self._seq)
        self.message = msg_type, body

    def next_seq(self) -> int:
        return self._seq + 1

    def append(self, payload: bytes) -> int:
        raise AssertionError("a teller states no facts")

    def is_logged_on(self, session: str) -> bool:
        return False

    def want_room(self, session: str) -> None:
        raise AssertionError("a copy is one message")

    def expel(self, session: str, text: str) -> None:
        raise AssertionError("a copy expels nobody")

    def note(self, level: str, session: str, event: str, details: dict[str, str]) -> None:
        """It has been told already, by the client's own teller."""


def _no_request(event: Any, turn: Turn) -> None:
    """Nobody is asked for anything."""


def _no_command(command: Any, turn: Turn) -> None:
    """Nothing follows."""
