"""A snapshot is the state: taken at any moment and loaded, it goes on as if nothing had happened."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import msgspec.inspect
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms import snapshot
from oms.blotter import Blotter
from oms.client import Client
from oms.codec import decode_event
from oms.commands import BeginTradingDay
from oms.conversion_rates import ConversionRates
from oms.lists import OrderList
from oms.market import Market
from oms.order import TradingDay
from oms.positions import Position, Positions
from oms.snapshot import SCHEMA, ClientState, ListState, NotASnapshot, State, encode_snapshot, load_snapshot
from oms.waiting import Waiting
from tests.oms.test_finished import ForgetfulHistory, Step, days
from tests.oms.test_laws import steps
from tests.oms.world import World

REBUILT = {
    "_by_venue_cl_ord_id",
    "further_gates",
    "groups",
    "history",
    "is_followed",
    "lists_by_seq",
    "margins",
    "open_orders",
    "own_prices",
    "places",
    "order_tables",
    "rates",
    "tables",
    "waiting",
}
OTHERWISE_NAMED = {"_external": "external", "market": "references"}


def slots(kind: type) -> set[str]:
    """The attributes that instances of a class have, whether it is compiled or not."""
    compiled: tuple[str, ...] | None = getattr(kind, "__mypyc_attrs__", None)
    return {name for one in kind.__mro__ for name in getattr(one, "__slots__", ())} if compiled is None else {*compiled}


def restored(world: World) -> Blotter:
    blotter = world.empty()
    load_snapshot(blotter, encode_snapshot(world.blotter, world.payloads), SCHEMA)
    return blotter


def waiting(blotter: Blotter) -> list[object]:
    return [getattr(blotter.waiting, name) for name in sorted(slots(Waiting))]


def assert_same(one: Blotter, other: Blotter) -> None:
    assert one.state_hash() == other.state_hash()
    assert one.open_orders.keys() == other.open_orders.keys()
    assert sorted(map(repr, waiting(one))) == sorted(map(repr, waiting(other)))
    assert list(one.lists_by_seq) == list(other.lists_by_seq)


def test_every_field_is_in_it() -> None:
    """Who gives one of these classes a field says here how it comes through a restart."""
    carried = {OTHERWISE_NAMED.get(name, name) for name in slots(Blotter)} - REBUILT
    assert carried == set(State.__struct_fields__) - {"expiring", "lives"}
    assert slots(Client) - {"rights"} == set(ClientState.__struct_fields__) - {"entitlement"}
    assert slots(OrderList) - {"session", "list_id"} == set(ListState.__struct_fields__)
    assert slots(Market) == {"references"}
    assert slots(TradingDay) == {"began_seq", "name"}
    assert slots(Positions) == {"_by_key", "_by_account"}
    assert slots(Position) == {
        "_open", "carried_qty", "earlier_fees", "earlier_realised", "fees", "long_gross", "long_qty", "short_gross",
        "short_qty", "told",
    }  # fmt: skip
    assert slots(ConversionRates) == {"by_currency", "oldest_ns", "sources"}


@settings(max_examples=settings().max_examples // 2)
@given(
    st.lists(st.one_of(steps, steps, steps, steps, steps, days), min_size=10, max_size=40),
    st.lists(st.one_of(steps, steps, steps, steps, steps, days), min_size=5, max_size=20),
)
def test_what_is_loaded_goes_on_as_if_nothing_had_happened(before: list[Step], after: list[Step]) -> None:
    """The twin that never forgets goes on, too, and is asked the same."""
    played = ForgetfulHistory()
    for step, pick, qty in before:
        step(played, pick, qty)
    loaded = restored(played.world)
    assert_same(loaded, played.world.blotter)
    played.world.blotter = loaded
    for step, pick, qty in after:
        step(played, pick, qty)
    assert_same(played.world.replayed(), played.world.blotter)


def busy() -> World:
    world = World(finished_kept=2)
    for cl_ord_id in "ABCD":
        world.live(cl_ord_id)
        world.fill(cl_ord_id, "10")
    world.do(BeginTradingDay("20231115"))
    world.live("A")
    world.replace("A2", "A", "20")
    world.cancel("X", "NOTHING")
    return world


def test_the_bytes_are_a_function_of_the_state() -> None:
    world = busy()
    content = encode_snapshot(world.blotter, world.payloads)
    assert encode_snapshot(restored(world), world.payloads) == content


def test_a_newer_one_is_refused_with_the_cure() -> None:
    world = busy()
    blotter = world.empty()
    with pytest.raises(NotASnapshot, match=f"schema {SCHEMA + 1} is newer than {SCHEMA}.*Start the version that wrote"):
        load_snapshot(blotter, encode_snapshot(world.blotter, world.payloads), SCHEMA + 1)


@given(st.data())
def test_any_bytes_are_a_snapshot_or_refused_and_leave_the_blotter_empty(data: st.DataObject) -> None:
    world = busy()
    good = encode_snapshot(world.blotter, world.payloads)
    cut = data.draw(st.integers(0, len(good)))
    noise = data.draw(st.binary(max_size=20))
    blotter = world.empty()
    try:
        load_snapshot(blotter, good[:cut] + noise + good[cut + len(noise) :], SCHEMA)
    except NotASnapshot:
        assert blotter.state_hash() == world.empty().state_hash()


def test_older_ones_are_passed_through_the_upcasters(monkeypatch: pytest.MonkeyPatch) -> None:
    """A law of the table, held by an example: there is no older schema yet."""
    world = busy()
    current = encode_snapshot(world.blotter, world.payloads)
    fields = msgspec.msgpack.decode(current)
    del fields["quarantined"]
    monkeypatch.setattr(snapshot, "SCHEMA", 2)
    monkeypatch.setattr(
        snapshot,
        "UPCASTERS",
        {1: lambda content: msgspec.msgpack.encode(msgspec.msgpack.decode(content) | {"quarantined": 7})},
    )
    blotter = world.empty()
    load_snapshot(blotter, msgspec.msgpack.encode(fields), 1)
    assert blotter.quarantined == 7
    assert blotter.orders.keys() == world.blotter.orders.keys()


def test_orders_are_those_of_the_log() -> None:
    world = busy()
    state = msgspec.msgpack.decode(encode_snapshot(world.blotter, world.payloads), type=State)
    for life, order in zip(state.orders, world.blotter.orders.values(), strict=True):
        assert [decode_event(payload).seq for payload in life] == order.life
    assert Decimal(20) in {request.asked.order_qty for request in world.order("A").requests.values()}  # type: ignore[union-attr]


def test_no_record_is_a_named_tuple() -> None:
    """mypyc keeps no annotations of them: the compiled tree could not read a snapshot that has one."""
    seen: list[object] = []

    def look(at: object) -> None:
        if at not in seen:
            seen.append(at)
            assert not isinstance(at, msgspec.inspect.NamedTupleType), at.cls
            for name in getattr(at, "__struct_fields__", ()):
                of = getattr(at, name)
                for part in of if isinstance(of, tuple) else (of,):
                    if isinstance(part, msgspec.inspect.Type | msgspec.inspect.Field):
                        look(part)

    look(msgspec.inspect.type_info(State))
    assert len(seen) > 50
