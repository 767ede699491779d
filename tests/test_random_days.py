"""Random days of the whole house: clients who want this and that, a venue that answers late, twice, out of order or not
at all, takes executions back and puts them right, lines that break, a process that dies.

The world holds its laws behind every turn: what is sent is durable, and what was stored (I1); nothing acknowledged is
lost (I2); numbers are given once (I3), and taken with their effect (I4); the live state is the fold of the log (I7);
the chain of digests holds (I8); what those hear who listen is the projection of the log (I9). Behind every act the
auditor holds the laws of quantities against each report that a client has got, and against each order (I5), and the
positions against the executions (I6), and the listener holds each copy against its report. In the evening all books
must agree. A day is a list of small numbers; what they mean depends on what there is to be acted upon at that moment.

    FIXGATE_RANDOM_DAYS=20000 pytest tests/test_random_days.py
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.events import ExecutionBusted
from oms.types import TradingState
from tests.accidents import Accidents
from tests.auditor import Auditor
from tests.listener import Listener, listener_version
from tests.peer import ADMIN, Peer, fields_of
from tests.world import VERSIONS, World, memory_directory

ZERO = Decimal(0)
Fields = dict[bytes, bytes]


class VenueOrder:
    """An order as the exchange of the day has it. `names` are the ClOrdIDs it was known by, the last one last."""

    def __init__(self, fields: Fields) -> None:
        self.names = [fields[b"11"].decode()]
        self.heard = set(self.names)
        """All ClOrdIDs under which something was asked about it."""
        self.symbol, self.side = fields[b"55"].decode(), fields[b"54"].decode()
        self.order_qty = Decimal(fields[b"38"].decode())
        self.price = fields[b"44"].decode()
        self.cum_qty = ZERO
        self.live: dict[str, str] = {}
        """Executions that stand: the ExecID last told of each -> the one it was first told under."""
        self.state = "new"  # then live, then gone
        self.requests: list[Fields] = []
        self.questions: list[Fields] = []

    @property
    def leaves_qty(self) -> Decimal:
        return max(ZERO, self.order_qty - self.cum_qty) if self.state != "gone" else ZERO

    def status(self) -> str:
        if self.state == "gone":
            return "4"
        if self.cum_qty:
            return "1" if self.leaves_qty else "2"
        return "A" if self.state == "new" else "0"


class Day(Accidents):
    def __init__(self, world: World) -> None:
        self.world = world
        self.clients = (world.client, world.other)
        self.lines = (*self.clients, world.venue, world.dropcopy)
        self.orders: dict[str, list[dict[str, str]]] = {peer.name: [] for peer in self.clients}
        self.at_venue: list[VenueOrder] = []
        self.executed: dict[str, Decimal] = {}
        """Quantity by the ExecID under which an execution was first told; 0 when it was taken back."""
        self.requests: dict[str, list[dict[str, str]]] = {peer.name: [] for peer in self.clients}
        self.last_said: str | None = None
        self.withheld: list[str] = []
        """Reports that the venue has not sent yet, and may send in another order."""
        self.exec_ids = 0
        self.auditor = Auditor(world, self.clients)
        self.listener = Listener(world, self.clients, world.dropcopy)
        self.last_id = 0
        self.acts: list[Callable[[int], None]] = [
            self.order, self.order, self.order, self.order_at_simulated, self.cancel, self.replace, self.replace,
            self.ask, self.order_again, self.venue_accepts, self.venue_fills, self.venue_fills, self.venue_fills,
            self.venue_answers_request, self.venue_answers_request, self.venue_answers_question,
            self.venue_ends_order, self.venue_repeats_itself, self.line_breaks, self.line_breaks, self.death,
            self.time_passes, self.operator_acts, self.two_at_once, self.request_again, self.mass_cancel,
            self.venue_busts, self.venue_corrects, self.venue_restates, self.venue_sends_late, self.venue_sends_late,
        ]  # fmt: skip

    def act(self, what: int, which: int) -> None:
        self.acts[what % len(self.acts)](which)
        self.venue_listens()
        self.auditor.hold()
        self.listener.hold()

    # -- clients -----------------------------------------------------------------------------------------------------

    def new_id(self) -> str:
        self.last_id += 1
        return f"C{self.last_id}"

    def peer(self, which: int) -> Peer:
        return self.clients[which % 3 // 2]

    def order(self, which: int, symbol: str = "BTC-USD", price: str = "") -> None:
        peer = self.peer(which)
        terms = {
            "11": self.new_id(), "55": symbol, "54": "12"[which % 2], "38": str(1 + which % 9),
            "44": price or str(50000 + (which % 11) * 1000), "59": "0134"[which % 4],
        }  # fmt: skip
        self.orders[peer.name].append(terms)
        self.say(peer, {"35": "D", **terms})

    def order_at_simulated(self, which: int) -> None:
        price = ("99", "100", "101", "99.07", "100.13", "99.25", "99.31", "99.99")[which % 8]
        self.order(which, "SIM-USD", price)

    def order_again(self, which: int) -> None:
        """The same ClOrdID once more, as a possible resend or out of confusion."""
        peer = self.peer(which)
        if self.orders[peer.name]:
            self.say(
                peer, {"35": "D", "97": "YN"[which % 2], **self.orders[peer.name][which % len(self.orders[peer.name])]}
            )

    def of(self, peer: Peer, which: int) -> dict[str, str]:
        """An order of that client, or one that there never was."""
        orders = self.orders[peer.name]
        return orders[which % len(orders)] if orders else {"11": "NONE", "55": "BTC-USD", "54": "1", "38": "1"}

    def cancel(self, which: int) -> None:
        peer = self.peer(which)
        order = self.of(peer, which)
        request = {"35": "F", "11": self.new_id(), "41": order["11"], "55": order["55"], "54": order["54"]}
        self.requests[peer.name].append(request)
        self.say(peer, request)

    def request_again(self, which: int) -> None:
        """A cancel or replace under the same ClOrdID once more, as a possible resend or out of confusion."""
        peer = self.peer(which)
        if self.requests[peer.name]:
            request = self.requests[peer.name][which % len(self.requests[peer.name])]
            self.say(peer, request | {"97": "YN"[which % 2]})

    def mass_cancel(self, which: int) -> None:
        peer = self.peer(which)
        scope = {"530": "7"} if which % 3 == 0 else {"530": "1", "55": ("BTC-USD", "SIM-USD")[which % 2]}
        if which % 4 == 0 and peer.version != "FIX.4.2":
            self.say(peer, {"35": "q", "11": self.new_id(), **scope, "60": "<now>"})

    def replace(self, which: int) -> None:
        peer = self.peer(which)
        order = self.of(peer, which)
        orig_cl_ord_id = order.get("next", order["11"])
        order["next"] = self.new_id()
        terms = {"55": order["55"], "54": order["54"], "38": str(1 + which % 12), "44": str(49000 + which % 5 * 1000)}
        if order["55"] == "SIM-USD":
            terms["44"] = "100"
        request = {"35": "G", "11": order["next"], "41": orig_cl_ord_id, **terms}
        self.requests[peer.name].append(request)
        self.say(peer, request)

    def ask(self, which: int) -> None:
        peer = self.peer(which)
        order = self.of(peer, which)
        self.say(peer, {"35": "H", "11": order["11"], "55": order["55"], "54": order["54"]})

    def say(self, peer: Peer, fields: dict[str, str]) -> None:
        self.world.send(peer, "|".join(f"{tag}={value}" for tag, value in fields.items() if tag != "next"))

    # -- the venue ---------------------------------------------------------------------------------------------------

    def venue_listens(self) -> None:
        """Take the orders and requests that have come. No order may come twice."""
        unread = self.world.venue.unread
        while unread:
            fields = fields_of(unread.popleft())
            msg_type, name = fields[b"35"], fields[b"11"].decode()
            if msg_type == b"D":
                assert not any(name in order.names for order in self.at_venue), f"{name} was sent twice"
                self.at_venue.append(VenueOrder(fields))
                continue
            orig = fields.get(b"41", fields[b"11"]).decode()
            order = next(order for order in self.at_venue if self.is_named(order, orig))
            if msg_type == b"H":
                order.questions.append(fields)
            else:
                assert msg_type in (b"F", b"G"), fields
                assert name not in order.heard, f"{name} was sent twice"
                order.heard.add(name)
                order.requests.append(fields)

    def is_named(self, order: VenueOrder, name: str) -> bool:
        return name in order.heard

    def venue_says(self, order: VenueOrder, text: str, late: bool = False) -> None:
        self.last_said = (
            f"35=8|55={order.symbol}|54={order.side}|38={order.order_qty}|14={order.cum_qty}|"
            f"151={order.leaves_qty}|37=V{order.names[0]}|{text}"
        )
        if "39=" not in text:
            self.last_said += f"|39={order.status()}"
        if late:
            self.withheld.append(self.last_said)
        else:
            self.world.send(self.world.venue, self.last_said)

    def venue_sends_late(self, which: int) -> None:
        """One of the reports that it has not sent yet, not always the oldest."""
        if self.withheld:
            self.world.send(self.world.venue, self.withheld.pop(which % len(self.withheld)))

    def pick(self, which: int, fits: Callable[[VenueOrder], object]) -> VenueOrder | None:
        fitting = [order for order in self.at_venue if fits(order)]
        return fitting[which % len(fitting)] if fitting else None

    def venue_accepts(self, which: int) -> None:
        order = self.pick(which, lambda order: order.state == "new")
        if order is not None:
            order.state = "live"
            self.venue_says(order, f"150=0|11={order.names[-1]}")

    def venue_fills(self, which: int) -> None:
        """Also before it has accepted the order, and once in a while after it has canceled it."""
        order = self.pick(
            which, lambda order: order.cum_qty < order.order_qty and (order.state != "gone" or which % 5 == 0)
        )
        if order is None:
            return
        last_qty = min(Decimal(1 + which % 4), order.order_qty - order.cum_qty)
        order.cum_qty += last_qty
        exec_id = self.new_exec_id()
        self.executed[exec_id] = last_qty
        order.live[exec_id] = exec_id
        exec_type = "F" if self.world.venue.version != "FIX.4.2" else ("2" if order.status() == "2" else "1")
        text = f"150={exec_type}|17={exec_id}|32={last_qty}|31={order.price}|11={order.names[-1]}"
        self.venue_says(order, text, late=which % 4 == 1)

    def new_exec_id(self) -> str:
        self.exec_ids += 1
        return f"E{self.exec_ids}"

    def venue_busts(self, which: int) -> None:
        order = self.pick(which, lambda order: order.live)
        if order is not None:
            ref, first = list(order.live.items())[which % len(order.live)]
            self.tell_in_order()
            del order.live[ref]
            order.cum_qty -= self.executed[first]
            self.executed[first] = ZERO
            how = "150=H" if self.world.venue.version != "FIX.4.2" else "150=1|20=1"
            self.venue_says(order, f"{how}|17={self.new_exec_id()}|19={ref}|32=0|31=0|11={order.names[-1]}")

    def venue_corrects(self, which: int) -> None:
        order = self.pick(which, lambda order: order.live)
        if order is not None:
            ref, first = list(order.live.items())[which % len(order.live)]
            self.tell_in_order()
            exec_id = self.new_exec_id()
            del order.live[ref]
            order.live[exec_id] = first
            last_qty = Decimal(1 + which % 5)
            last_qty = min(last_qty, order.order_qty - order.cum_qty + self.executed[first])
            order.cum_qty += last_qty - self.executed[first]
            self.executed[first] = last_qty
            how = "150=G" if self.world.venue.version != "FIX.4.2" else "150=1|20=2"
            price = 49000 + which % 3 * 500
            self.venue_says(order, f"{how}|17={exec_id}|19={ref}|32={last_qty}|31={price}|11={order.names[-1]}")

    def tell_in_order(self) -> None:
        """What is taken back or put right has been told before."""
        while self.withheld:
            self.world.send(self.world.venue, self.withheld.pop(0))

    def venue_restates(self, which: int) -> None:
        order = self.pick(which, lambda order: order.state == "live" and order.leaves_qty and not order.requests)
        if order is not None:
            self.tell_in_order()
            order.order_qty = max(order.cum_qty + 1, order.order_qty - 1 + which % 4)
            self.venue_says(order, f"150=D|378=5|11={order.names[-1]}|44={order.price}")

    def venue_answers_request(self, which: int) -> None:
        order = self.pick(which, lambda order: order.requests)
        if order is None:
            return
        request = order.requests.pop(0)
        name = request[b"11"].decode()
        is_cancel = request[b"35"] == b"F"
        possible = order.state != "gone" and (order.leaves_qty or not is_cancel)
        if not possible or which % 4 == 0:
            response_to = "1" if is_cancel else "2"
            self.last_said = f"35=9|11={name}|41={order.names[-1]}|39={order.status()}|434={response_to}|102=0"
            self.world.send(self.world.venue, self.last_said)
            return
        before = order.names[-1]
        if is_cancel:
            order.state = "gone"
            self.venue_says(order, f"150=4|11={name}|41={before}")
        else:
            order.state = "live"
            order.names.append(name)
            order.order_qty = max(Decimal(request[b"38"].decode()), order.cum_qty)
            order.price = request[b"44"].decode()
            self.venue_says(order, f"150=5|11={name}|41={before}|44={order.price}")

    def venue_answers_question(self, which: int) -> None:
        order = self.pick(which, lambda order: order.questions)
        if order is None:
            return
        name = order.questions.pop(0)[b"11"].decode()
        exec_type = "I" if self.world.venue.version != "FIX.4.2" else order.status() + "|20=3"
        self.venue_says(order, f"150={exec_type}|11={name}")

    def venue_ends_order(self, which: int) -> None:
        """It cancels, rejects or lets expire of its own accord."""
        order = self.pick(which, lambda order: order.state != "gone" and order.leaves_qty)
        if order is not None and which % 3:
            ending = "8" if order.state == "new" and not order.cum_qty else "4C"[which % 2]
            order.state = "gone"
            self.venue_says(order, f"150={ending}|39={ending}|11={order.names[-1]}")

    def venue_repeats_itself(self, which: int) -> None:
        if self.last_said is not None:
            self.world.send(self.world.venue, self.last_said)

    # -- accidents ---------------------------------------------------------------------------------------------------

    def operator_acts(self, which: int) -> None:
        self.world.set_trading_state(list(TradingState)[which % 3 if which % 2 else 0])

    def two_at_once(self, which: int) -> None:
        """The next turn has several inputs."""
        with self.world.together():
            for step in range(2 + which % 3):
                self.acts[(which + 3 * step) % 17](which // 2 + step)

    # -- the evening -------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """All lines come up and everything is answered; then the books are compared."""
        self.world.store.death = ""
        for _ in range(2):
            for peer in (self.world.venue, self.world.dropcopy, *self.clients):
                if peer.wire is None:
                    self.world.log_on(peer)
            self.venue_listens()
            self.tell_in_order()
            for order in self.at_venue:
                while order.requests:
                    self.venue_answers_request(self.at_venue.index(order))
                while order.questions:
                    self.venue_answers_question(0)
        self.world.kill()
        for peer in (self.world.venue, self.world.dropcopy, *self.clients):
            self.world.log_on(peer)

    def compare_books(self) -> None:
        world, blotter = self.world, self.world.desk.blotter
        self.auditor.hold()
        self.listener.hold()
        self.listener.has_all()
        told = self.auditor.told()
        for peer in self.clients:
            numbers = world.sessions[peer.name].numbers
            assert numbers.next_target_msg_seq_num == peer.next_out, "a request was lost"
            assert numbers.next_sender_msg_seq_num == peer.next_in, "an answer was lost"
            requests = [number for number, sent in peer.sent.items() if sent.msg_type not in ADMIN]
            taken = [int(fields_of(raw)[b"34"]) for raw in world.book.inbound[peer.name]]
            assert taken == requests, f"{peer.name}: {taken} of {requests}"
        for order in blotter.orders.values():
            cum_qty = told.get(order.order_id, ZERO)
            assert cum_qty == order.cum_qty, f"{order}: the client was told {cum_qty}"
        booked: dict[str, Decimal] = defaultdict(Decimal)
        for order in blotter.orders.values():
            if order.venue == "VENUE":
                for (_, exec_id), execution in order.executions.items():
                    booked[exec_id] = ZERO if isinstance(execution, ExecutionBusted) else execution.last_qty
        assert booked == self.executed, "an execution is missing, or counts twice"
        assert {event.why for event in world.quarantined} <= PUT_ASIDE
        routed = [order for order in blotter.orders.values() if order.venue == "VENUE"]
        assert len(routed) == len(self.at_venue), "an order never came to the venue"


PUT_ASIDE = {"NO_SUCH_REQUEST", "ILLEGAL_TRANSITION", "CUM_QTY_DIFFERS"}
"""Why a report may be put aside on such a day: it comes again, or late, or before what it tells of."""


@settings(max_examples=int(os.environ.get("FIXGATE_RANDOM_DAYS", "200")))
@given(
    acts=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 999)), min_size=5, max_size=40),
    version=st.sampled_from(VERSIONS),
    venue_version=st.sampled_from(VERSIONS),
    listening=st.sampled_from(VERSIONS),
)
def test_whatever_happens_all_books_agree_in_the_evening(
    acts: list[tuple[int, int]], version: str, venue_version: str, listening: str
) -> None:
    with memory_directory() as directory:
        changes = {"client.report_pending": ["new", "cancel", "replace"], **listener_version(listening)}
        world = World(directory, version, venue_version, changes)
        day = Day(world)
        world.log_on(world.venue, world.dropcopy, *day.clients)
        try:
            for what, which in acts:
                day.act(what, which)
            day.close()
            day.compare_books()
        except AssertionError as failure:
            failure.add_note(world.history(30))
            raise
        finally:
            world.close()
