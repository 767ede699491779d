"""Nobody trades with himself: which orders meet, whose they are, and an index that finds what a search would."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms import snapshot
from oms.commands import ExecuteList, NewList, NewOrder, SetLimits
from oms.events import Event, OrderRefused, OrderRouted
from oms.limits import Account
from oms.order_state import ENDED, Base
from oms.own_prices import rank
from oms.self_match_policy import SelfMatchPolicy
from oms.snapshot import encode_snapshot, load_snapshot
from oms.special_terms import SpecialTerms
from oms.types import Contingency, OrdType, Side, TimeInForce
from oms.venue_reports import ReferencePriceSeen
from tests.oms.test_gates import limits, refusal
from tests.oms.world import SESSION, VENUE, World

BUY, SELL = Side.BUY, Side.SELL
BY_ACCOUNT = SelfMatchPolicy()
GROUPED = (Account("A1", "FUND"), Account("A2", "FUND"), Account("A3"))


def world_of(policy: SelfMatchPolicy | None = BY_ACCOUNT, accounts: tuple[Account, ...] = ()) -> World:
    return World(limits(self_match=policy, accounts=accounts))


def send(
    world: World,
    name: str,
    side: Side,
    price: str | None,
    account: str = "A1",
    session: str = "S",
    special: SpecialTerms | None = None,
    ord_type: OrdType | None = None,
) -> str:
    kind = ord_type or (OrdType.MARKET if price is None else OrdType.LIMIT)
    limit = None if price is None else Decimal(price)
    day = TimeInForce.DAY
    order = NewOrder(session, account, name, "BTC-USD", side, kind, Decimal(1), limit, day, special=special)
    return refusal(world.do(order))


@pytest.mark.parametrize(
    ("side", "stands", "price", "meets"),
    [
        (SELL, "100", "99.99", False),
        (SELL, "100", "100", True),
        (SELL, "100", "101", True),
        (SELL, "100", None, True),
        (SELL, None, "95", True),
        (BUY, "100", "100.01", False),
        (BUY, "100", "100", True),
        (BUY, "100", "99", True),
        (BUY, None, "105", True),
        (BUY, None, None, True),
    ],
)
def test_which_orders_meet(side: Side, stands: str | None, price: str | None, meets: bool) -> None:
    world = world_of()
    other = SELL if side is BUY else BUY
    assert send(world, "X", side, stands) == ""
    order_id = world.order("X", session="S").order_id
    text = (
        f"SELF_MATCH: symbol=BTC-USD price={price or 'any'} own_price={stands or 'any'} order_id={order_id} account=A1"
    )
    assert send(world, "Y", other, price) == (text if meets else "")
    assert send(world, "Z", side, stands) == ""


def test_without_a_policy_it_is_off() -> None:
    world = world_of(None)
    assert send(world, "X", SELL, "100") == send(world, "Y", BUY, "100") == ""


def test_an_owner_is_the_account_whatever_the_session_and_the_session_where_there_is_none() -> None:
    world = world_of()
    send(world, "X", SELL, "100")
    send(world, "Z", SELL, "100", account="")
    assert "account=A1" in send(world, "Y", BUY, "100", session="OTHER")
    assert send(world, "W", BUY, "100", account="A2") == ""
    assert send(world, "V", BUY, "100", account="", session="OTHER") == ""
    assert "session=S" in send(world, "U", BUY, "100", account="")


def test_the_accounts_of_a_group_are_one_owner_when_it_says_so() -> None:
    world = world_of(SelfMatchPolicy(by_group=True), GROUPED)
    send(world, "X", SELL, "100", "A1")
    assert "group=FUND" in send(world, "Y", BUY, "100", "A2")
    assert send(world, "Z", BUY, "100", "A3") == ""
    assert "account=A3" in send(world, "W", SELL, "100", "A3")


def test_exceptions() -> None:
    for policy in (SelfMatchPolicy(except_symbols=("BTC-USD",)), SelfMatchPolicy(except_accounts=("A1",))):
        world = world_of(policy)
        assert send(world, "X", SELL, "100") == send(world, "Y", BUY, "100") == ""


def test_a_pending_replace_counts_with_the_better_price_and_a_replace_is_asked() -> None:
    world = world_of()
    world.live("X", "10", "100")
    assert refusal(world.new("S", "1", "105", side=SELL)) == ""
    assert "own_price=105" in refusal(world.replace("Y", "X", "10", "105"))
    assert refusal(world.replace("Z", "X", "10", "102")) == ""
    assert "own_price=102" in refusal(world.new("T", "1", "101", side=SELL))
    world.venue_refuse("Z")
    assert refusal(world.new("U", "1", "101", side=SELL)) == ""
    assert "own_price=101" in refusal(world.replace("W", "X", "10", "101"))


def test_a_stop_order_counts_from_its_trigger_on() -> None:
    world = world_of()
    stop = SpecialTerms(stop_px=Decimal(105))
    assert send(world, "Y", BUY, None, special=stop, ord_type=OrdType.STOP) == ""
    world.do(ReferencePriceSeen(VENUE, "BTC-USD", Decimal(105)))
    assert "own_price=any" in send(world, "W", SELL, "107.01")


def test_a_stop_order_is_asked_when_it_is_triggered() -> None:
    world = world_of()
    stop = SpecialTerms(stop_px=Decimal(105))
    assert send(world, "Y", BUY, None, special=stop, ord_type=OrdType.STOP) == ""
    assert send(world, "Z", SELL, "107") == ""
    events = world.do(ReferencePriceSeen(VENUE, "BTC-USD", Decimal(105)))
    assert refusal(events).startswith("SELF_MATCH: symbol=BTC-USD price=any own_price=107 ")


def test_a_stop_order_whose_price_is_reached_is_asked_at_once() -> None:
    world = world_of()
    assert send(world, "Z", SELL, "107") == ""
    stop = SpecialTerms(stop_px=Decimal(99))
    assert "own_price=107" in send(world, "Y", BUY, None, special=stop, ord_type=OrdType.STOP)
    assert send(world, "X", BUY, "106", special=stop, ord_type=OrdType.STOP_LIMIT) == ""
    assert "own_price=107" in send(world, "W", BUY, "107", special=stop, ord_type=OrdType.STOP_LIMIT)


def list_of(
    world: World, contingency: Contingency, *orders: tuple[str, Side, str | None], waits: bool = False
) -> list[Event]:
    made = tuple(
        NewOrder(
            SESSION, "A1", name, "BTC-USD", side, OrdType.MARKET if price is None else OrdType.LIMIT, Decimal(1),
            None if price is None else Decimal(price), TimeInForce.DAY,
        )
        for name, side, price in orders
    )  # fmt: skip
    return world.do(NewList(SESSION, "L", contingency, waits, made, tuple(order.cl_ord_id for order in made)))


def test_the_orders_of_one_list_do_not_meet_each_other() -> None:
    world = world_of()
    events = list_of(world, Contingency.NONE, ("A", BUY, "100"), ("B", SELL, "101"), ("C", SELL, "100"))
    refused = [event.text for event in events if isinstance(event, OrderRefused)]
    assert refused == ["SELF_MATCH: symbol=BTC-USD price=100 own_price=100 order_id=NONE account=A1"]
    events = list_of(world_of(), Contingency.ONE_CANCELS_THE_OTHER, ("A", BUY, "100"), ("B", SELL, "100"))
    assert [event.code for event in events if isinstance(event, OrderRefused)] == ["OTHER_ORDER_REFUSED", "SELF_MATCH"]


def test_orders_that_wait_for_the_word_to_execute_are_asked_then_and_together() -> None:
    world = world_of()
    events = list_of(world, Contingency.NONE, ("A", BUY, "100"), ("B", SELL, "100"), ("C", SELL, "101"), waits=True)
    assert not [event for event in events if isinstance(event, OrderRefused)]
    events = world.do(ExecuteList(SESSION, "L"))
    assert [event.code for event in events if isinstance(event, OrderRefused)] == ["SELF_MATCH"]
    assert len([event for event in events if isinstance(event, OrderRouted)]) == 2


def test_what_waits_for_the_first_order_of_its_list_is_asked_when_that_is_filled() -> None:
    world = world_of()
    events = list_of(world, Contingency.ONE_TRIGGERS_THE_OTHER, ("A", BUY, "100"), ("B", SELL, "99"))
    assert not [event for event in events if isinstance(event, OrderRefused)]
    assert isinstance(world.fill("A", "1")[-1], OrderRouted), "the first order is over"

    world = world_of()
    list_of(world, Contingency.ONE_TRIGGERS_THE_OTHER, ("A", BUY, "100"), ("B", SELL, "99"))
    assert send(world, "C", BUY, "99") == ""
    refused = [event.text for event in world.fill("A", "1") if isinstance(event, OrderRefused)]
    assert len(refused) == 1
    assert "own_price=99 " in refused[0]


def test_a_policy_counts_for_what_is_open_already() -> None:
    world = world_of(None)
    send(world, "X", SELL, "100")
    world.do(SetLimits(limits(self_match=BY_ACCOUNT), "op", "on"))
    assert "SELF_MATCH" in send(world, "Y", BUY, "100")
    world.do(SetLimits(limits(), "op", "off"))
    assert send(world, "Z", BUY, "100") == ""
    assert world.blotter.own_prices.content() == []


def searched(world: World) -> dict[tuple[str, Side], Decimal]:
    """The best of each, by a search through all orders."""
    found: dict[tuple[str, Side], Decimal] = {}
    for order in world.blotter.open_orders.values():
        if order.base in ENDED or order.base is Base.RECEIVED:
            continue
        prices = [order.price, *(r.asked.price for r in order.pending if r.is_replace)]  # type: ignore[union-attr]
        best = min(rank(order.side, price) for price in prices)
        key = order.account, order.side
        found[key] = min(found.get(key, best), best)
    return found


steps = st.tuples(
    st.sampled_from(["new", "new", "new", "accept", "fill", "cancel", "canceled", "replace", "replaced", "refuse"]),
    st.integers(0, 7),
    st.sampled_from([BUY, SELL]),
    st.sampled_from(["98", "99", "100", "101", "102", None]),
)


@given(st.lists(steps, max_size=40))
def test_law_the_best_price_is_what_a_search_through_all_orders_finds(
    days: list[tuple[str, int, Side, str | None]],
) -> None:
    world, sent = world_of(), ["X"]
    world.new("X", "1", "100")
    for number, (what, pick, side, price) in enumerate(days):
        name = sent[pick % len(sent)]
        order = world.blotter.order_by_cl_ord_id("CLIENT44", name)
        if what == "new":
            world.new(f"N{number}", "2", price, side=side)
            sent.append(f"N{number}")
        elif order is None or not order.venue:
            continue
        elif what == "accept":
            world.accept(name)
        elif what == "fill":
            world.fill(name, "1", "100")
        elif what == "cancel":
            world.cancel(f"C{number}", name, side=order.side)
            sent.append(f"C{number}")
        elif what == "replace":
            world.replace(f"R{number}", name, "3", price, side=order.side)
            sent.append(f"R{number}")
        elif what == "canceled" and order.is_named(name):
            world.venue_cancel(name)
        elif what == "replaced":
            world.venue_replace(name)
        elif what == "refuse":
            world.venue_refuse(name)
        own = world.blotter.own_prices
        tops = {(key[0][1], key[2]): heap[0][0] for key, heap in own._heaps.items()}
        assert tops == searched(world)
    blotter = world.empty()
    load_snapshot(blotter, encode_snapshot(world.blotter, world.payloads), snapshot.SCHEMA)
    for other in (blotter, world.replayed()):
        assert other.own_prices.content() == world.blotter.own_prices.content()


def test_heaps_stay_as_small_as_what_stands() -> None:
    world = World(limits(self_match=BY_ACCOUNT), finished_kept=10)  # what it hashes before each step stays small, too
    world.live("BEST", "1", "109")
    for number in range(400):
        world.live(f"O{number}", "1", "100")
        world.cancel(f"C{number}", f"O{number}")
        world.venue_cancel(f"C{number}")
    (heap,) = world.blotter.own_prices._heaps.values()
    assert len(heap) < 100
