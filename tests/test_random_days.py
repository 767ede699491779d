"""Random days of the whole house: clients who want this and that, a venue that answers late, twice or not at all, lines
that break, a process that dies. The world holds its laws behind every turn; at the end of a day all books must agree.

A day is a list of small numbers; what they mean depends on what there is to be acted upon at that moment.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.types import TradingState
from tests.peer import ADMIN, Peer, fields_of
from tests.world import VERSIONS, World, memory_directory

ZERO = Decimal(0)
Fields = dict[bytes, bytes]


class VenueOrder:
    """An order as the exchange of the day has it. `names` are the ClOrdIDs it was known by, the last one last."""

    def __init__(self, fields: Fields) -> None:
        self.names = [fields[b"11"].decode()]
        self.symbol, self.side = fields[b"55"].decode(), fields[b"54"].decode()
        self.order_qty = Decimal(fields[b"38"].decode())
        self.price = fields[b"44"].decode()
        self.cum_qty = ZERO
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


class Day:
    def __init__(self, world: World) -> None:
        self.world = world
        self.clients = (world.client, world.other)
        self.orders: dict[str, list[dict[str, str]]] = {peer.name: [] for peer in self.clients}
        self.at_venue: list[VenueOrder] = []
        self.executed: dict[str, Decimal] = {}
        self.last_said: str | None = None
        self.last_id = 0
        self.acts: list[Callable[[int], None]] = [
            self.order, self.order, self.order, self.order_at_simulated, self.cancel, self.replace, self.replace,
            self.ask, self.order_again, self.venue_accepts, self.venue_fills, self.venue_fills, self.venue_fills,
            self.venue_answers_request, self.venue_answers_request, self.venue_answers_question,
            self.venue_ends_order, self.venue_repeats_itself, self.line_breaks, self.line_breaks, self.death,
            self.time_passes, self.operator_acts, self.two_at_once,
        ]  # fmt: skip

    def act(self, what: int, which: int) -> None:
        self.acts[what % len(self.acts)](which)
        self.venue_listens()

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
        self.say(peer, {"35": "F", "11": self.new_id(), "41": order["11"], "55": order["55"], "54": order["54"]})

    def replace(self, which: int) -> None:
        peer = self.peer(which)
        order = self.of(peer, which)
        orig_cl_ord_id = order.get("next", order["11"])
        order["next"] = self.new_id()
        terms = {"55": order["55"], "54": order["54"], "38": str(1 + which % 12), "44": str(49000 + which % 5 * 1000)}
        if order["55"] == "SIM-USD":
            terms["44"] = "100"
        self.say(peer, {"35": "G", "11": order["next"], "41": orig_cl_ord_id, **terms})

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
                order.requests.append(fields)

    def is_named(self, order: VenueOrder, name: str) -> bool:
        return name in order.names or any(request[b"11"].decode() == name for request in order.requests)

    def venue_says(self, order: VenueOrder, text: str) -> None:
        self.last_said = (
            f"35=8|55={order.symbol}|54={order.side}|38={order.order_qty}|14={order.cum_qty}|"
            f"151={order.leaves_qty}|37=V{order.names[0]}|{text}"
        )
        if "39=" not in text:
            self.last_said += f"|39={order.status()}"
        self.world.send(self.world.venue, self.last_said)

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
        exec_id = f"E{len(self.executed)}"
        self.executed[exec_id] = last_qty
        exec_type = "F" if self.world.venue.version != "FIX.4.2" else ("2" if order.status() == "2" else "1")
        self.venue_says(order, f"150={exec_type}|17={exec_id}|32={last_qty}|31={order.price}|11={order.names[-1]}")

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

    def line_breaks(self, which: int) -> None:
        """Or comes back."""
        peer = (*self.clients, self.world.venue)[which % 3]
        if peer.wire is None:
            self.world.log_on(peer)
        elif which % 2:
            self.world.hang_up(peer)

    def death(self, which: int) -> None:
        """At once, or at the next commit."""
        if which % 3 == 0:
            self.world.kill()
        elif which % 5 < 3:
            self.world.store.death = ("before commit", "after commit")[which % 2]

    def time_passes(self, which: int) -> None:
        self.world.wait((0.01, 0.5, 2, 40)[which % 4])

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
            for peer in (self.world.venue, *self.clients):
                if peer.wire is None:
                    self.world.log_on(peer)
            self.venue_listens()
            for order in self.at_venue:
                while order.requests:
                    self.venue_answers_request(self.at_venue.index(order))
                while order.questions:
                    self.venue_answers_question(0)
        self.world.kill()
        for peer in (self.world.venue, *self.clients):
            self.world.log_on(peer)

    def compare_books(self) -> None:
        world, blotter = self.world, self.world.desk.blotter
        told: dict[str, Decimal] = defaultdict(lambda: ZERO)
        exec_ids: Counter[str] = Counter()
        for peer in self.clients:
            numbers = world.sessions[peer.name].numbers
            assert numbers.next_target_msg_seq_num == peer.next_out, "a request was lost"
            assert numbers.next_sender_msg_seq_num == peer.next_in, "an answer was lost"
            requests = [number for number, sent in peer.sent.items() if sent.msg_type not in ADMIN]
            assert [int(fields_of(raw)[b"34"]) for raw in world.book.inbound[peer.name]] == requests
            for raw in peer.received.values():
                fields = fields_of(raw)
                if fields[b"35"] == b"8":
                    exec_ids[fields[b"17"].decode()] += 1
                    if b"32" in fields:
                        told[fields[b"37"].decode()] += Decimal(fields[b"32"].decode())
        assert set(exec_ids.values()) <= {1}, "an ExecID was given twice"
        for order in blotter.orders.values():
            assert told[order.order_id] == order.cum_qty, f"{order}: the client was told {told[order.order_id]}"
        booked = {
            execution.exec_id: execution.last_qty
            for order in blotter.orders.values()
            if order.venue == "VENUE"
            for execution in order.executions.values()
        }
        assert booked == self.executed, "an execution is missing, or counts twice"
        assert {event.why for event in world.quarantined} <= {"NO_SUCH_REQUEST", "ILLEGAL_TRANSITION"}
        routed = [order for order in blotter.orders.values() if order.venue == "VENUE"]
        assert len(routed) == len(self.at_venue), "an order never came to the venue"


@settings(max_examples=120)
@given(
    acts=st.lists(st.tuples(st.integers(0, 23), st.integers(0, 999)), min_size=5, max_size=40),
    version=st.sampled_from(VERSIONS),
    venue_version=st.sampled_from(VERSIONS),
)
def test_whatever_happens_all_books_agree_in_the_evening(
    acts: list[tuple[int, int]], version: str, venue_version: str
) -> None:
    with memory_directory() as directory:
        world = World(directory, version, venue_version, {"client.report_pending": ["new", "cancel", "replace"]})
        day = Day(world)
        world.log_on(world.venue, *day.clients)
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
