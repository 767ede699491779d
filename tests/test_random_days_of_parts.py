"""Random days of orders that are divided over two venues, of lists among them, through the whole house: venues that
answer late or not at all, lines that break, a process that dies. In the evening every book must say the same.

A day is a list of small numbers; what they mean depends on what there is to be acted upon at that moment.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.events import OrderFilled
from tests.accidents import Accidents
from tests.peer import Peer, fields_of
from tests.world import World, memory_directory

ZERO = Decimal(0)
SPLIT = {"instrument.routing.split.VENUE": 60, "instrument.routing.split.VENUE2": 40}
VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")


class Part:
    """An order as its venue has it. Requests are answered in the order in which they came."""

    def __init__(self, peer: Peer, fields: dict[bytes, bytes]) -> None:
        self.peer = peer
        self.name = fields[b"11"].decode()
        self.side = fields[b"54"].decode()
        self.order_qty = Decimal(fields[b"38"].decode())
        self.cum_qty = ZERO
        self.gone = False
        self.accepted = False
        self.cancels: list[str] = []
        self.questions: list[str] = []

    @property
    def leaves_qty(self) -> Decimal:
        return ZERO if self.gone else self.order_qty - self.cum_qty

    def status(self) -> str:
        if self.gone:
            return "4"
        if self.cum_qty:
            return "1" if self.leaves_qty else "2"
        return "0" if self.accepted else "A"


class Day(Accidents):
    def __init__(self, world: World) -> None:
        self.world = world
        self.venues = (world.venue, world.venue2)
        self.lines = (world.client, *self.venues)
        self.parts: list[Part] = []
        self.executed: dict[str, Decimal] = {}
        self.names: list[str] = []
        self.last_id = 0
        self.acts: list[Callable[[int], None]] = [
            self.order, self.order, self.order, self.list_of_two, self.cancel, self.cancel, self.replace, self.replace,
            self.venue_accepts, self.venue_fills, self.venue_fills, self.venue_fills, self.venue_answers,
            self.venue_answers, self.venue_answers, self.venue_ends_part, self.line_breaks, self.death,
            self.time_passes,
        ]  # fmt: skip

    def act(self, what: int, which: int) -> None:
        self.acts[what % len(self.acts)](which)
        self.listen()

    # -- the client --------------------------------------------------------------------------------------------------

    def new_id(self) -> str:
        self.last_id += 1
        return f"C{self.last_id}"

    def order(self, which: int) -> None:
        name = self.new_id()
        self.names.append(name)
        self.say(f"35=D|11={name}|54=1|38={1 + which % 60}|44={50000 + which % 3}|59={'0013'[which % 4]}")

    def list_of_two(self, which: int) -> None:
        one, two, of = self.new_id(), self.new_id(), self.new_id()
        self.names += [one, two]
        head = f"35=E|66=L{of}|394=3|69={('OCO', 'OTO')[which % 2]}|433={1 + which % 4 // 3}|68=2|73=2"
        terms = f"55=BTC-USD|54=1|38={1 + which % 30}|40=2|44=50000"
        self.say(f"{head}|11={one}|67=1|{terms}|11={two}|67=2|{terms}")
        if which % 8 == 3:
            self.say(f"35=L|66=L{of}|60=<now>")
        if which % 7 == 5:
            self.say(f"35=K|66=L{of}|60=<now>")

    def cancel(self, which: int) -> None:
        if self.names:
            self.say(f"35=F|11={self.new_id()}|41={self.names[which % len(self.names)]}|54=1|38=1")

    def replace(self, which: int) -> None:
        if self.names:
            place, name = which % len(self.names), self.new_id()
            self.say(f"35=G|11={name}|41={self.names[place]}|54=1|38={1 + which % 80}|44={50000 + which % 2}")
            if which % 3:
                self.names[place] = name

    def say(self, text: str) -> None:
        self.world.send(self.world.client, text)

    # -- the venues --------------------------------------------------------------------------------------------------

    def listen(self) -> None:
        """Take what has come. No order may come twice, and none is ever replaced: it is canceled and sent anew."""
        for peer in self.venues:
            while peer.unread:
                fields = fields_of(peer.unread.popleft())
                msg_type, name = fields[b"35"], fields[b"11"].decode()
                if msg_type == b"D":
                    assert not any(name == part.name for part in self.parts), f"{name} was sent twice"
                    self.parts.append(Part(peer, fields))
                    continue
                known_as = fields.get(b"41", fields[b"11"]).decode()
                part = next(part for part in self.parts if part.name == known_as)
                if msg_type == b"G":  # an order that went whole to one venue
                    self.answer_replace(part, fields)
                else:
                    assert msg_type in (b"F", b"H"), fields
                    (part.cancels if msg_type == b"F" else part.questions).append(name)

    def answer_replace(self, part: Part, fields: dict[bytes, bytes]) -> None:
        self.world.send(part.peer, f"35=9|11={fields[b'11'].decode()}|41={part.name}|39={part.status()}|434=2|102=2")

    def venue_says(self, part: Part, text: str) -> None:
        status = "" if "39=" in text else f"|39={part.status()}"
        quantities = f"38={part.order_qty}|14={part.cum_qty}|151={part.leaves_qty}"
        self.world.send(part.peer, f"35=8|54={part.side}|{quantities}|{text}{status}")

    def pick(self, which: int, fits: Callable[[Part], object]) -> Part | None:
        fitting = [part for part in self.parts if fits(part)]
        return fitting[which % len(fitting)] if fitting else None

    def venue_accepts(self, which: int) -> None:
        part = self.pick(which, lambda part: not part.accepted and not part.gone)
        if part is not None:
            part.accepted = True
            self.venue_says(part, f"150=0|11={part.name}")

    def venue_fills(self, which: int) -> None:
        part = self.pick(which, lambda part: part.leaves_qty)
        if part is None:
            return
        last_qty = min(Decimal(1 + which % 20), part.leaves_qty)
        part.cum_qty += last_qty
        exec_id = f"E{len(self.executed)}"
        self.executed[exec_id] = last_qty
        exec_type = "F" if part.peer.version != "FIX.4.2" else part.status()
        self.venue_says(part, f"150={exec_type}|17={exec_id}|32={last_qty}|31=50000|11={part.name}")

    def venue_answers(self, which: int) -> None:
        part = self.pick(which, lambda part: part.cancels or part.questions)
        if part is None:
            return
        if part.questions:
            part.questions.pop(0)
            exec_type = "I" if part.peer.version != "FIX.4.2" else part.status() + "|20=3"
            self.venue_says(part, f"150={exec_type}|11={part.name}")
            return
        name = part.cancels.pop(0)
        if not part.leaves_qty or which % 6 == 0:
            self.world.send(part.peer, f"35=9|11={name}|41={part.name}|39={part.status()}|434=1|102=0")
            return
        part.gone = True
        self.venue_says(part, f"150=4|11={name}|41={part.name}")

    def venue_ends_part(self, which: int) -> None:
        part = self.pick(which, lambda part: part.leaves_qty)
        if part is not None:
            ending = "8" if not part.accepted and not part.cum_qty else "4C"[which % 2]
            part.gone = True
            self.venue_says(part, f"150={ending}|39={ending}|11={part.name}")

    # -- the evening -------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """All lines come up and everything is answered, until nothing new comes of it."""
        self.world.store.death = ""
        for _ in range(50):
            for peer in (*self.venues, self.world.client):
                if peer.wire is None:
                    self.world.log_on(peer)
            self.listen()
            if not any(part.cancels or part.questions for part in self.parts):
                break
            for _ in range(len(self.parts)):
                self.venue_answers(1)
        self.world.kill()
        for peer in (*self.venues, self.world.client):
            self.world.log_on(peer)

    def compare_books(self) -> None:
        blotter = self.world.desk.blotter
        told: dict[str, Decimal] = defaultdict(lambda: ZERO)
        exec_ids: Counter[str] = Counter()
        for raw in self.world.client.received.values():
            fields = fields_of(raw)
            if fields[b"35"] == b"8":
                exec_ids[fields[b"17"].decode()] += 1
                if b"32" in fields:
                    told[fields[b"37"].decode()] += Decimal(fields[b"32"].decode())
        assert set(exec_ids.values()) <= {1}, "an ExecID was given twice"
        at_venues = {part.name: part for part in self.parts}
        booked = {}
        for order in blotter.orders.values():
            if order.session:
                assert told[order.order_id] == order.cum_qty, f"{order}: the client was told {told[order.order_id]}"
                assert order.cum_qty <= order.order_qty, f"{order} was done for too much"
            if order.children:
                children = [blotter.order(child) for child in order.children]
                assert sum((child.cum_qty for child in children), ZERO) == order.cum_qty
                assert not order.leaves_qty or any(child.leaves_qty for child in children), f"{order} hangs"
            if order.venue in ("VENUE", "VENUE2"):
                part = at_venues[order.venue_cl_ord_id]
                assert part.cum_qty == order.cum_qty
                assert part.leaves_qty == order.leaves_qty
                for execution in order.executions.values():
                    assert isinstance(execution, OrderFilled), execution
                    booked[execution.exec_id] = execution.last_qty
            assert not order.pending, f"{order}: {order.pending}"
        assert booked == self.executed, "an execution is missing, or counts twice"
        # a part that its venue ends by itself fulfils our cancel; that it then refuses the cancel is a contradiction
        assert {event.why for event in self.world.quarantined} <= {"NO_SUCH_REQUEST", "ILLEGAL_TRANSITION"}


@settings(max_examples=60)
@given(
    acts=st.lists(st.tuples(st.integers(0, 18), st.integers(0, 999)), min_size=8, max_size=40),
    version=st.sampled_from(VERSIONS),
    venue_version=st.sampled_from(VERSIONS),
)
def test_whatever_happens_to_the_parts_all_books_agree(
    acts: list[tuple[int, int]], version: str, venue_version: str
) -> None:
    with memory_directory() as directory:
        world = World(directory, version, venue_version, dict(SPLIT))
        day = Day(world)
        world.log_on(*day.venues, world.client)
        try:
            for what, which in acts:
                day.act(what, which)
            day.close()
            day.compare_books()
        except AssertionError as failure:
            failure.add_note(world.history(40))
            raise
        finally:
            world.close()
