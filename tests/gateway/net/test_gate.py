"""Places at a door: in all, for an address, for strangers."""

from __future__ import annotations

import gc
import weakref

from hypothesis import given
from hypothesis import strategies as st

from gateway.net.gate import Gate, Visitor


def nothing() -> None:
    pass


def test_there_are_so_many_places_and_so_many_for_one_address() -> None:
    gate = Gate(connections_max=3, per_address_max=2, strangers_max=10)
    first = gate.enter("192.0.2.1", nothing)
    gate.enter("192.0.2.1", nothing)
    assert "connections_per_address_max" in str(gate.refusal_of("192.0.2.1"))
    assert gate.refusal_of("192.0.2.2") is None
    gate.enter("192.0.2.2", nothing)
    assert "connections_max" in str(gate.refusal_of("192.0.2.3"))
    gate.leave(first)
    gate.leave(first)
    assert len(gate) == 2
    assert gate.refusal_of("192.0.2.1") is None


def test_addresses_of_one_ipv6_site_count_together() -> None:
    gate = Gate(10, 1, 10)
    gate.enter("2001:db8:0:1::1", nothing)
    assert gate.refusal_of("2001:db8:0:1:ffff::2") is not None
    assert gate.refusal_of("2001:db8:0:2::1") is None


def test_a_flood_pushes_itself_out() -> None:
    gate = Gate(100, 100, strangers_max=4)
    client = gate.enter("192.0.2.9", nothing)
    flood = [gate.enter("203.0.113.1", nothing) for _ in range(3)]
    assert gate.crowded_out() is None
    gate.enter("203.0.113.1", nothing)
    assert gate.crowded_out() is flood[0], "not the client, though it has waited longer"
    gate.leave(flood[0])
    assert gate.crowded_out() is None
    gate.admit(client)
    gate.enter("198.51.100.1", nothing)
    assert gate.crowded_out() is None, "who is admitted is no stranger"
    assert gate.strangers == 4


@given(st.lists(st.tuples(st.sampled_from(["enter", "admit", "leave"]), st.integers(0, 3), st.integers(0, 20))))
def test_the_books_are_right_whatever_happens(steps: list[tuple[str, int, int]]) -> None:
    gate = Gate(8, 3, 5)
    inside: list[tuple[Visitor, str]] = []
    admitted: set[Visitor] = set()
    for deed, place, which in steps:
        host = f"192.0.2.{place}"
        if deed == "enter":
            may = len(inside) < 8 and sum(where == host for _, where in inside) < 3
            assert (gate.refusal_of(host) is None) == may
            if may:
                inside.append((gate.enter(host, nothing), host))
                out = gate.crowded_out()
                assert (out is not None) == (len(inside) - len(admitted) > 5)
                if out is not None:
                    assert out not in admitted
                    gate.leave(out)
                    inside = [pair for pair in inside if pair[0] is not out]
        elif inside:
            visitor = inside[which % len(inside)][0]
            if deed == "admit":
                gate.admit(visitor)
                admitted.add(visitor)
            else:
                gate.leave(visitor)
                admitted.discard(visitor)
                inside = [pair for pair in inside if pair[0] is not visitor]
        assert len(gate) == len(inside)
        assert gate.strangers == len(inside) - len(admitted)


def test_who_has_left_is_not_held_by_what_would_have_cut_it() -> None:
    """A circle would wait for the collector of garbage, and a flood would make it stop everybody."""

    class Connection:
        def __init__(self, visitor: Visitor) -> None:
            self.visitor = visitor

        def cut(self) -> None:
            pass

    gate = Gate(10, 10, 10)
    visitor = gate.enter("192.0.2.1", nothing)
    connection = Connection(visitor)
    visitor.cut = connection.cut
    gone = weakref.ref(connection)
    gc.disable()
    try:
        gate.leave(visitor)
        del visitor, connection
        assert gone() is None
    finally:
        gc.enable()
