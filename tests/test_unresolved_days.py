"""Days on which the venue says little: orders that are lost, orders that it has and does not speak of, answers that
come late or never, lines that break, a process that dies. The venue does not lie; but within its quiet time it answers
"not found" of orders that it has.

The laws, whatever happens in between:
    an order that the venue has is never ended here, unless the venue has ended it
    no order reaches the venue twice, but for what it has asked to be sent again
and when everybody talks again for long enough:
    an order that the venue has not got is rejected, and nothing else is; no answer is owed any more
"""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oms.order_state import Base
from tests.peer import fields_of
from tests.world import VERSIONS, World, memory_directory

QUIET_S = 10


class VenueOrder:
    def __init__(self, cl_ord_id: str, visible_at_ns: int) -> None:
        self.cl_ord_id = cl_ord_id
        self.visible_at_ns = visible_at_ns
        """When a question finds it: some time after it has come, but within the quiet time."""
        self.status = "0"


class QuietDay:
    def __init__(self, world: World) -> None:
        self.world = world
        self.fates: list[int] = []
        self.arrived: list[str] = []
        self.book: dict[str, VenueOrder] = {}
        """By every id that the venue has heard for it."""
        self.unsaid: list[str] = []
        """Answers that it has not given yet."""
        self.orders = 0
        self.acts = (
            self.order, self.order, self.cancel, self.wait, self.wait, self.wait, self.speak, self.break_line, self.die,
            self.ask,
        )  # fmt: skip

    def act(self, what: int, which: int) -> None:
        self.fates.append(which)
        self.acts[what % len(self.acts)](which)
        self.listen()
        self.judge()

    # -- what happens ------------------------------------------------------------------------------------------------

    def order(self, which: int) -> None:
        self.orders += 1
        self.world.send(self.world.client, f"35=D|11=C{self.orders}|38=10")

    def cancel(self, which: int) -> None:
        if self.orders:
            self.fates.append(which)
            name = f"C{1 + which % self.orders}"
            self.world.send(self.world.client, f"35=F|11=X{len(self.fates)}|41={name}|38=10")

    def ask(self, which: int) -> None:
        if self.orders:
            self.world.send(self.world.client, f"35=H|11=C{1 + which % self.orders}")

    def wait(self, which: int) -> None:
        for _ in range(1 + which % 12):
            self.world.wait(1)
            self.listen()

    def speak(self, which: int) -> None:
        """What it should have said long ago."""
        if self.unsaid and self.world.venue.logged_on:
            self.world.send(self.world.venue, self.unsaid.pop(which % len(self.unsaid)))

    def break_line(self, which: int) -> None:
        if self.world.venue.wire is not None:
            self.world.hang_up(self.world.venue)
        else:
            self.world.log_on(self.world.venue)

    def die(self, which: int) -> None:
        self.world.kill()
        self.world.log_on(self.world.client)

    # -- the venue ---------------------------------------------------------------------------------------------------

    def listen(self) -> None:
        venue = self.world.venue
        self.world.client.unread.clear()
        while venue.unread:
            fields = {tag.decode(): value.decode() for tag, value in fields_of(venue.unread.popleft()).items()}
            fate = self.fates.pop(0) if self.fates else 0
            if fields["35"] == "D":
                self.arrives(fields, fate)
            elif fields["35"] == "F":
                self.is_to_cancel(fields, fate)
            elif fields["35"] == "H" and fate % 5 != 4:  # else the question is lost
                self.answer(fields)

    def arrives(self, fields: dict[str, str], fate: int) -> None:
        cl_ord_id = fields["11"]
        self.arrived.append(cl_ord_id)
        if fate % 3 == 0:
            return  # lost behind its door
        self.book[cl_ord_id] = VenueOrder(cl_ord_id, self.world.mono_ns + fate % QUIET_S * 1_000_000_000)
        told = f"35=8|150=0|39=0|11={cl_ord_id}|38=10|14=0|151=10"
        if fate % 3 == 1:
            self.world.send(self.world.venue, told)
        else:
            self.unsaid.append(told)

    def is_to_cancel(self, fields: dict[str, str], fate: int) -> None:
        order = self.book.get(fields["41"])
        if order is None or fate % 4 == 0:
            return  # lost
        if order.status == "4":
            self.unsaid.append(f"35=9|11={fields['11']}|41={fields['41']}|39=4|434=1|102=0")
            return
        order.status = "4"
        told = f"35=8|150=4|39=4|11={fields['11']}|41={fields['41']}|38=10|14=0|151=0"
        if fate % 4 == 1:
            self.world.send(self.world.venue, told)
        else:
            self.unsaid.append(told)

    def answer(self, fields: dict[str, str]) -> None:
        order = self.book.get(fields["11"])
        more = f"|790={fields['790']}" if "790" in fields else ""
        is_fix42 = self.world.venue.version == "FIX.4.2"
        if order is None or order.visible_at_ns > self.world.mono_ns:
            how = "20=3|150=8" if is_fix42 else "150=I"
            self.world.send(self.world.venue, f"35=8|{how}|39=8|11={fields['11']}|37=NONE|14=0|151=0|103=5{more}")
        else:
            leaves = "10" if order.status == "0" else "0"
            how = f"20=3|150={order.status}" if is_fix42 else "150=I"
            said = f"35=8|{how}|39={order.status}|11={order.cl_ord_id}|38=10|14=0|151={leaves}{more}"
            self.world.send(self.world.venue, said)

    # -- the laws ----------------------------------------------------------------------------------------------------

    def judge(self) -> None:
        assert len(self.arrived) == len(set(self.arrived)), "an order was sent twice"
        blotter = self.world.desk.blotter
        for order in list(blotter.open_orders.values()) + list(blotter.orders.values()):
            at_venue = self.book.get(order.venue_cl_ord_id)
            if order.ended and order.venue:
                assert at_venue is None or at_venue.status == "4", f"{order} lives at the venue"
                assert (order.base is Base.REJECTED) == (at_venue is None), f"{order}: {at_venue}"

    def end(self) -> None:
        """Everybody talks, and nothing is lost any more."""
        self.world.quarantined.clear()
        if self.world.venue.wire is None:
            self.world.log_on(self.world.venue)
        for _ in range(3 * 60):
            self.fates.clear()
            self.listen()
            self.judge()
            self.world.wait(1)
            waiting = [order for order in self.world.desk.blotter.open_orders.values() if order.base is Base.ROUTED]
            if not waiting:
                break
        assert not waiting, "an answer is owed, and will never come"


@settings(max_examples=25)
@given(
    version=st.sampled_from(VERSIONS),
    acts=st.lists(st.tuples(st.integers(0, 29), st.integers(0, 59)), min_size=1, max_size=25),
)
@example(version="FIX.4.4", acts=[(0, 8), (3, 5), (3, 11)])  # in the book, invisible, silent
@example(version="FIX.4.4", acts=[(0, 0), (7, 0), (7, 0), (3, 11)])  # lost, and the line breaks
@example(version="FIX.4.2", acts=[(0, 5), (8, 0), (7, 0), (3, 11), (6, 0)])  # the process dies with it
def test_no_order_ends_without_evidence_and_none_is_sent_twice(version: str, acts: list[tuple[int, int]]) -> None:
    with memory_directory() as directory:
        world = World(directory, venue_version=version)
        world.log_on(world.client, world.venue)
        day = QuietDay(world)
        for what, which in acts:
            day.act(what, which)
        day.end()
        world.close()


@pytest.mark.parametrize("quiet_time_s", [0, 10])
def test_the_quiet_time_is_what_keeps_a_late_order_alive(quiet_time_s: int) -> None:
    """The law above is worth something: without the quiet time it would be broken."""
    with memory_directory() as directory:
        world = World(directory, changes={"venue.quiet_time_s": quiet_time_s})
        world.log_on(world.client, world.venue)
        day = QuietDay(world)
        with pytest.raises(AssertionError) if quiet_time_s == 0 else memory_directory():
            for what, which in ((0, 8), (3, 5), (3, 11)):
                day.act(what, which)
        world.close()
