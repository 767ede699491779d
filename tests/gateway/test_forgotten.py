"""Finished orders that have left memory, through the whole stack: the journal gives them back, wherever it has them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from oms.codec import decode_event
from tests.world import World, memory_directory


class Forgetful(World):
    """From here on a finished order is forgotten when the next one has finished, also by the book that is compared."""

    def _live(self) -> None:
        super()._live()
        self.book.blotter.history = lambda numbers: [
            decode_event(payload) for payload in self.journal.facts(numbers).values()
        ]
        for blotter in (self.desk.blotter, self.book.blotter):
            blotter.finished.kept = 1


@pytest.fixture
def world() -> Iterator[World]:
    """A was filled and is forgotten, B is the one that is kept; both at VENUE."""
    with memory_directory() as directory:
        made = Forgetful(directory)
        made.log_on(made.client, made.venue)
        for name in "AB":
            filled(made, name)
        assert [order.cl_ord_id for order in made.desk.blotter.orders.values()] == ["B"]
        yield made
        made.close()


def filled(world: World, cl_ord_id: str) -> str:
    world.send(world.client, f"35=D|11={cl_ord_id}|38=10")
    name = world.expect(world.venue, "35=D")["11"]
    world.send(world.venue, f"35=8|150=F|39=2|11={name}|37=V-{cl_ord_id}|17=T-{cl_ord_id}|32=10|31=50000|14=10|38=10")
    world.expect(world.client, f"35=8|150=F|39=2|11={cl_ord_id}")
    return name


def name_of(world: World, cl_ord_id: str) -> str:
    order = world.desk.blotter.order_by_cl_ord_id("client", cl_ord_id)
    assert order is not None
    return order.venue_cl_ord_id


@pytest.mark.parametrize("where", ["ahead", "in LMDB", "after a restart"])
def test_a_client_cannot_tell(world: World, where: str) -> None:
    if where == "in LMDB":
        world.journal.settle()
    elif where == "after a restart":
        world.kill()
        world.log_on(world.client, world.venue)
        filled(world, "C")
        assert "A" not in {order.cl_ord_id for order in world.desk.blotter.orders.values()}
    world.send(world.client, "35=D|11=A|38=10")
    world.expect(world.client, "35=8|150=8|39=2|11=A|103=6|14=10|151=0")
    world.send(world.client, "35=D|11=A|38=10|97=Y")
    world.expect(world.client, "35=8|150=I|39=2|11=A|14=10")
    world.send(world.client, "35=H|11=A")
    world.expect(world.client, "35=8|150=I|39=2|11=A|14=10|6=50000")
    world.send(world.client, "35=F|11=A-1|41=A")
    world.expect(world.client, "35=9|11=A-1|41=A|39=2|102=0")
    world.settle()


def test_a_late_fill_and_a_bust_are_told(world: World) -> None:
    name = name_of(world, "A")
    world.send(world.venue, f"35=8|150=F|39=2|11={name}|37=V-A|17=LATE|32=1|31=50000|14=11|38=10")
    world.expect(world.client, "35=8|150=F|39=2|11=A|14=11")
    filled(world, "C")
    filled(world, "D")
    assert world.desk.blotter.order_by_id(f"{world.journal.store_id}-1") is None
    world.send(world.venue, f"35=8|150=H|39=1|11={name}|37=V-A|17=BUST|19=LATE|32=0|31=0|14=10|38=10")
    world.expect(world.client, "35=8|150=H|39=2|11=A|14=10")
    world.send(world.venue, f"35=8|150=H|39=1|11={name}|37=V-A|17=BUST2|19=T-A|32=0|31=0|14=0|38=10")
    world.expect(world.client, "35=8|150=H|39=0|11=A|14=0|151=10")
    assert [order.cl_ord_id for order in world.desk.blotter.open_orders.values()] == ["A"], "it works again"
    world.settle()


def test_an_order_that_is_forgotten_within_a_turn_is_found_in_it(world: World) -> None:
    """What it is made from again is not durable yet."""
    with world.together():
        for name in "CDE":
            world.send(world.client, f"35=D|11={name}|38=8|55=SIM-USD|44=100")  # filled at once, inside the process
        world.send(world.client, "35=H|11=C|55=SIM-USD")
        world.send(world.client, "35=D|11=C|38=8|55=SIM-USD|44=100")
    for name in "CDE":
        world.expect(world.client, f"35=8|150=0|11={name}")
        world.expect(world.client, f"35=8|150=F|39=2|11={name}")
    world.expect(world.client, "35=8|150=I|39=2|11=C|14=8")
    world.expect(world.client, "35=8|150=8|39=2|11=C|103=6")
    world.settle()
