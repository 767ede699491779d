"""The ledger against books that are kept anew from orders and executions, in any history; and the gates on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.blotter import Blotter
from oms.commands import CancelOrder, DefineInstrument, NewList, NewOrder, QueryOrder, ReplaceOrder, SetLimits
from oms.events import Event, OrderRefused, OrderRouted, ReplaceRefused
from oms.holdings import Exposure, Holding
from oms.limits import Account, Limits
from oms.order import Order
from oms.order_state import Base
from oms.slices import ANY, Bounds, Dimension, LimitRow, limit_row
from oms.snapshot import SCHEMA, encode_snapshot, load_snapshot
from oms.types import Contingency, OrdType, Side, TimeInForce
from oms.venue_reports import ReferencePriceSeen, VenueBusted, VenueConnected
from tests.oms.test_laws import History, steps
from tests.oms.world import BTC, LIMITS, SESSION, VENUE, World

ETH = msgspec.structs.replace(BTC, symbol="ETH-USD")
ACCOUNT, SYMBOL = Dimension.ACCOUNT, Dimension.SYMBOL


def row(bounds: dict[str, str], **of: str) -> LimitRow:
    places = [(Dimension(name.removeprefix("risk_")), value) for name, value in of.items()]
    numbers = {name: Decimal(value) for name, value in bounds.items()}
    return limit_row(msgspec.structs.replace(Bounds(), **numbers), places)


def with_rows(*rows: LimitRow, **changes: object) -> Limits:
    return msgspec.structs.replace(LIMITS, rows=rows, **changes)


def world_with(*rows: LimitRow, **changes: object) -> World:
    world = World(with_rows(*rows, **changes))
    world.do(DefineInstrument(ETH))
    world.do(ReferencePriceSeen(VENUE, "ETH-USD", Decimal(10)))
    return world


def refusal(events: list[Event]) -> str:
    last = events[-1]
    return last.text if isinstance(last, OrderRefused | ReplaceRefused) else ""


def slice_of(world: World, table: str, key: object) -> Exposure:
    found = world.blotter.exposures.of(table, key)
    assert found is not None, (table, key)
    return found


def holding_of(world: World, table: str, key: object, symbol: str = "BTC-USD") -> tuple[str, str, str]:
    """Position, open buys, open sells."""
    held = slice_of(world, table, key).holdings[symbol]
    return f"{held.net_qty.normalize():f}", f"{held.buy_qty.normalize():f}", f"{held.sell_qty.normalize():f}"


# ------------------------------------------------------------------------------------------------------------ positions

PER_SYMBOL = row({"long_qty_max": "10", "short_qty_max": "5"}, account=ANY, symbol=ANY)


def test_open_buys_count_as_if_they_were_executed() -> None:
    world = world_with(PER_SYMBOL)
    world.live("A", "6")
    assert holding_of(world, "account,symbol", ("ACC", "BTC-USD")) == ("0", "6", "0")
    assert refusal(world.new("B", "4.5")) == (
        "POSITION_LIMIT_LONG: position=0 open_buys=6 more=4.5 slice=account=ACC symbol=BTC-USD limit=10 value=10.5"
    )
    assert refusal(world.new("C", "4")) == ""
    assert refusal(world.new("D", "1", symbol="ETH-USD", price="10")) == ""


def test_a_sale_is_judged_by_the_short_side_only() -> None:
    world = world_with(PER_SYMBOL)
    world.live("A", "10")
    assert refusal(world.new("B", "5", side=Side.SELL)) == ""
    assert refusal(world.new("C", "1", side=Side.SELL)) == (
        "POSITION_LIMIT_SHORT: position=0 open_sells=5 more=1 slice=account=ACC symbol=BTC-USD limit=5 value=6"
    )
    world.fill("A", "10")
    assert refusal(world.new("D", "10", side=Side.SELL)) == ""


def test_fills_convert_and_the_end_releases() -> None:
    world = world_with(PER_SYMBOL)
    world.live("A", "6")
    world.fill("A", "2")
    assert holding_of(world, "account,symbol", ("ACC", "BTC-USD")) == ("2", "4", "0")
    world.venue_cancel("A")
    assert holding_of(world, "account,symbol", ("ACC", "BTC-USD")) == ("2", "0", "0")
    assert world.blotter.exposures.reservations == {}


def test_a_refused_order_reserves_nothing() -> None:
    world = world_with(PER_SYMBOL)
    assert refusal(world.new("A", "11"))
    assert world.blotter.exposures.reservations == {}
    world.new("B", "10")
    assert len(world.blotter.exposures.reservations) == 1


def test_a_replace_counts_with_the_larger_terms_until_it_is_answered() -> None:
    world = world_with(PER_SYMBOL)
    world.live("A", "6")
    assert refusal(world.replace("B", "A", "10.5")).startswith("POSITION_LIMIT_LONG: position=0 open_buys=6 more=4.5 ")
    assert refusal(world.replace("C", "A", "9")) == ""
    assert holding_of(world, "account,symbol", ("ACC", "BTC-USD")) == ("0", "9", "0")
    assert refusal(world.new("D", "2")) != ""
    world.venue_refuse("C")
    assert holding_of(world, "account,symbol", ("ACC", "BTC-USD")) == ("0", "6", "0")
    assert refusal(world.replace("E", "A", "3")) == ""
    assert holding_of(world, "account,symbol", ("ACC", "BTC-USD")) == ("0", "6", "0"), "the larger one may still stand"
    world.venue_replace("E")
    assert holding_of(world, "account,symbol", ("ACC", "BTC-USD")) == ("0", "3", "0")


def test_a_replace_that_only_lowers_passes_above_the_limit() -> None:
    world = world_with(PER_SYMBOL)
    world.live("A", "10")
    world.do(SetLimits(with_rows(row({"long_qty_max": "5"}, account=ANY, symbol=ANY)), "op", "tighter"))
    assert refusal(world.new("B", "1")) != ""
    assert refusal(world.replace("C", "A", "9")) == ""
    assert refusal(world.replace("D", "C", "9.5")) == "", "10 is reserved while the first is pending"


def test_an_order_without_an_answer_keeps_its_reservation() -> None:
    world = world_with(PER_SYMBOL)
    world.new("A", "10")
    assert refusal(world.new("B", "1")) != ""
    world.cancel("X", "A")
    assert refusal(world.new("C", "1")) != "", "a cancel that is not answered frees nothing"


def test_a_bust_reserves_again() -> None:
    world = world_with(PER_SYMBOL)
    world.live("A", "10")
    world.fill("A", "10", exec_id="E")
    assert holding_of(world, "account,symbol", ("ACC", "BTC-USD")) == ("10", "0", "0")
    world.do(VenueBusted(VENUE, world.venue_id("A"), "V", "E2", "E"))
    assert holding_of(world, "account,symbol", ("ACC", "BTC-USD")) == ("0", "10", "0")
    assert refusal(world.new("B", "1")) != ""


def test_orders_of_one_list_count_together() -> None:
    world = world_with(PER_SYMBOL)
    orders = tuple(
        NewOrder(SESSION, "ACC", name, "BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(4), Decimal(100), TimeInForce.DAY)
        for name in ("A", "B", "C")
    )
    events = world.do(NewList(SESSION, "L", Contingency.NONE, False, orders, ("A", "B", "C")))
    assert [type(event).__name__ for event in events if isinstance(event, OrderRouted | OrderRefused)] == [
        "OrderRouted", "OrderRouted", "OrderRefused",
    ]  # fmt: skip
    assert refusal(events).startswith("POSITION_LIMIT_LONG: position=0 open_buys=0 more=12 ")


def test_groups_and_venues() -> None:
    world = world_with(
        row({"long_qty_max": "10"}, group="FUND", symbol=ANY),
        row({"long_qty_max": "6"}, symbol=ANY, venue=ANY),
        accounts=(Account("ACC", "FUND"),),
    )
    assert refusal(world.new("A", "7")).startswith(
        "POSITION_LIMIT_LONG: position=0 open_buys=0 more=7 slice=symbol=BTC"
    )
    assert refusal(world.new("B", "6")) == ""
    assert holding_of(world, "group,symbol", ("FUND", "BTC-USD")) == ("0", "6", "0")
    assert holding_of(world, "symbol,venue", ("BTC-USD", VENUE)) == ("0", "6", "0")
    world.do(VenueConnected("XALT"))
    assert refusal(world.new("C", "1")) != ""


# --------------------------------------------------------------------------------------------------------------- values


def test_gross_is_the_larger_side_of_each_symbol_and_net_offsets() -> None:
    world = world_with(row({"gross_notional_max": "1500", "net_notional_max": "1100"}, account="ACC"))
    assert refusal(world.new("A", "10")) == ""  # long 1000
    assert refusal(world.new("B", "10", side=Side.SELL)) == ""  # short 1000 of the same symbol: no more gross
    assert refusal(world.new("C", "20", "10", symbol="ETH-USD")) == (
        "NET_EXPOSURE: before=1000 more=200 slice=account=ACC limit=1100 value=1200"
    )
    assert refusal(world.new("D", "10", "10", symbol="ETH-USD")) == ""
    assert refusal(world.new("E", "60", "10", symbol="ETH-USD", side=Side.SELL)).startswith(
        "GROSS_EXPOSURE: before=1100 more=500 slice=account=ACC limit=1500 "
    )


def test_a_market_order_is_valued_at_the_end_of_the_band() -> None:
    world = world_with(row({"gross_notional_max": "1000"}, account=ANY))
    assert refusal(world.new("A", "10", None)).startswith("GROSS_EXPOSURE: before=0 more=1100 ")
    assert refusal(world.new("B", "9", None)) == ""


def test_another_currency() -> None:
    world = world_with(row({"gross_notional_max": "1000"}, account=ANY), rates=(("EUR", Decimal("1.1")),))
    world.do(DefineInstrument(msgspec.structs.replace(BTC, currency="EUR", contract_multiplier=Decimal(2))))
    assert refusal(world.new("A", "5")).startswith("GROSS_EXPOSURE: before=0 more=1100 ")
    assert refusal(world.new("B", "4")) == ""
    world.do(DefineInstrument(msgspec.structs.replace(BTC, currency="JPY")))
    assert refusal(world.new("C", "1")) == "NO_CONVERSION_RATE: symbol=BTC-USD currency=JPY base=USD"


def test_what_was_executed_before_there_was_a_table_counts() -> None:
    world = World()
    world.live("A", "6")
    world.fill("A", "2", "90")
    world.do(SetLimits(with_rows(PER_SYMBOL, row({"gross_notional_max": "1000"}, account="ACC")), "op", "begin"))
    assert holding_of(world, "account,symbol", ("ACC", "BTC-USD")) == ("2", "4", "0")
    assert slice_of(world, "account", "ACC").gross == 580
    world.do(SetLimits(LIMITS, "op", "end"))
    assert world.blotter.exposures.content() == ([], [])


# ----------------------------------------------------------------------------------------------------------------- laws

LAW_ROWS = (
    row({"long_qty_max": "20", "short_qty_max": "20"}, account=ANY, symbol=ANY),
    row({"gross_notional_max": "1500", "net_notional_max": "1200", "credit_max": "1400"}, session=ANY),
    row({"long_qty_max": "25"}, symbol=ANY, venue=ANY),
)


class Watched(History):
    """Every history of `tests.oms.test_laws`, with sales among the orders, and with tables."""

    def __init__(self) -> None:
        super().__init__()
        self.world.do(SetLimits(with_rows(*LAW_ROWS), "op", "law"))

    def operate(self, pick: int, qty: Decimal) -> None:
        """Limits come, go and change while orders are open."""
        rows = (LAW_ROWS, LAW_ROWS[:1], LAW_ROWS[1:], LAW_ROWS[2:])[pick % 4]
        self.audit(self.world.do(SetLimits(with_rows(*rows), "op", "law")))

    def client(self, command: NewOrder | CancelOrder | ReplaceOrder | QueryOrder) -> None:
        """What a request makes worse stays within the limits."""
        if isinstance(command, NewOrder):
            side = Side.SELL if sum(map(ord, command.cl_ord_id)) % 3 == 0 else Side.BUY
            command = msgspec.structs.replace(command, side=side)
        elif not isinstance(command, QueryOrder):
            order = self.world.blotter.order_by_cl_ord_id(command.session, command.orig_cl_ord_id)
            command = command if order is None else msgspec.structs.replace(command, side=order.side)
        before = worst_cases(self.world.blotter)
        super().client(command)
        for place, (worst, limit) in worst_cases(self.world.blotter).items():
            was, _ = before.get(place, (Decimal(0), limit))
            assert worst <= max(was, limit), place


def worst_cases(blotter: Blotter) -> dict[tuple[str, object, str], tuple[Decimal, Decimal]]:
    """By table, slice and bound: the worst case, and the limit. What is not limited is left out."""
    found: dict[tuple[str, object, str], tuple[Decimal, Decimal]] = {}
    for book in blotter.exposures.books:
        for key, exposure in book.slices.items():
            its_row = book.table.row(key)
            assert its_row is not None
            bounds = its_row.bounds
            cases = [
                ("gross", exposure.gross, bounds.gross_notional_max),
                ("net long", exposure.net_long, bounds.net_notional_max),
                ("net short", exposure.net_short, bounds.net_notional_max),
                ("margin", exposure.margin, bounds.credit_max),
            ]
            for symbol, held in exposure.holdings.items():
                cases.append((f"long {symbol}", held.net_qty + held.buy_qty, bounds.long_qty_max))
                cases.append((f"short {symbol}", held.sell_qty - held.net_qty, bounds.short_qty_max))
            found |= {(book.table.name, key, what): (worst, limit) for what, worst, limit in cases if limit is not None}
    return found


Books = dict[tuple[str, object], dict[str, list[Fraction]]]


def worst_qty(order: Order) -> Fraction:
    """What may still be executed, read from the terms one by one."""
    if order.ended or order.base is Base.RECEIVED:
        return Fraction(0)
    quantities = [order.order_qty]
    quantities += [request.asked.order_qty for request in order.pending if request.is_replace]  # type: ignore[union-attr]
    return max(Fraction(max(quantities)) - Fraction(order.cum_qty), Fraction(0))


def anew(blotter: Blotter, names_of: Iterable[str]) -> Books:
    """Position, open buys and open sells by table, slice and symbol, from all orders there ever were."""
    books: Books = defaultdict(lambda: defaultdict(lambda: [Fraction(0)] * 3))
    keys: dict[str, Callable[[Order], object]] = {
        "account,symbol": lambda order: (order.account, order.symbol),
        "session": lambda order: order.session,
        "symbol,venue": lambda order: (order.symbol, order.venue) if order.venue else None,
    }
    for name in names_of:
        for order in blotter.orders.values():
            key = keys[name](order)
            if key is None:
                continue
            sums = books[name, key][order.symbol]
            sign = 1 if order.side is Side.BUY else -1
            executed, _ = order.executed()
            place = 1 if sign > 0 else 2
            books[name, key][order.symbol] = [
                sums[0] + sign * Fraction(executed),
                sums[1] + (worst_qty(order) if place == 1 else 0),
                sums[2] + (worst_qty(order) if place == 2 else 0),
            ]
    return books


def told(blotter: Blotter) -> Books:
    return {
        (book.table.name, key): {
            symbol: [Fraction(held.net_qty), Fraction(held.buy_qty), Fraction(held.sell_qty)]
            for symbol, held in exposure.holdings.items()
        }
        for book in blotter.exposures.books
        for key, exposure in book.slices.items()
    }


def without_empty(books: Books) -> dict[tuple[str, object, str], list[Fraction]]:
    return {
        (name, key, symbol): sums
        for (name, key), by_symbol in books.items()
        for symbol, sums in by_symbol.items()
        if any(sums)
    }


def values_fit(exposure: Exposure) -> None:
    """The sums of the slice are those of its holdings, and those follow from what they hold."""
    holdings = exposure.holdings.values()
    assert sum(map(_larger, holdings), Fraction(0)) == Fraction(exposure.gross)
    assert sum((Fraction(held.long_worst) for held in holdings), Fraction(0)) == Fraction(exposure.net_long)
    assert sum((Fraction(held.short_worst) for held in holdings), Fraction(0)) == Fraction(exposure.net_short)
    assert sum((Fraction(held.margin) for held in holdings), Fraction(0)) == Fraction(exposure.margin)
    for held in holdings:
        assert held.long_worst == held.worst(True, held.buy_qty, held.buy_value), "carried, and made anew"
        assert held.short_worst == held.worst(False, held.sell_qty, held.sell_value)
        assert held.gross == _larger(held)
        assert held.margin == (held.margin_of(held.gross) if exposure.has_credit else 0)
        assert held.sign == (held.net_qty > 0) - (held.net_qty < 0)
        assert held.long_qty - held.short_qty == held.net_qty
        assert min(held.long_qty, held.short_qty, held.long_cost, held.short_cost) >= 0
        assert min(held.buy_qty, held.sell_qty, held.buy_value, held.sell_value) >= 0
        assert bool(held.long_qty) or not held.long_cost
        if held.net_qty + held.buy_qty > 0:
            assert held.long_worst >= held.buy_value or not held.net_qty + held.buy_qty
        assert held.long_worst <= held.long_cost + held.buy_value


def _larger(held: Holding) -> Fraction:
    return max(Fraction(held.long_worst), Fraction(held.short_worst), Fraction(0))


def loaded(world: World) -> Blotter:
    blotter = world.empty()
    load_snapshot(blotter, encode_snapshot(world.blotter, world.payloads), SCHEMA)
    return blotter


History_ = list[tuple[Callable[[History, int, Decimal], None], int, Decimal]]


@settings(max_examples=settings().max_examples * 2)
@given(st.lists(steps, min_size=20, max_size=60))
def test_the_ledger_is_what_orders_and_executions_come_to(history: History_) -> None:
    played = Watched()
    for step, pick, qty in history:
        getattr(played, step.__name__)(pick, qty)
        blotter = played.world.blotter
        tables = [book.table.name for book in blotter.exposures.books]
        assert without_empty(told(blotter)) == without_empty(anew(blotter, tables))
        for book in blotter.exposures.books:
            for exposure in book.slices.values():
                if book.has_values:
                    values_fit(exposure)
    assert played.world.replayed().state_hash() == played.world.blotter.state_hash()
    again = loaded(played.world)
    assert again.state_hash() == played.world.blotter.state_hash()
    assert without_empty(told(again)) == without_empty(told(played.world.blotter))


HONEST = [
    History.new, History.cancel, History.replace, History.deliver, History.deliver_again, History.trade,
    History.answer, History.end, History.connect, History.restart, History.move,
]  # fmt: skip
"""What clients do, and a venue that keeps its word: it executes what it was asked to, and takes nothing back."""


@given(
    st.lists(
        st.tuples(st.sampled_from(HONEST), st.integers(0, 2**12), st.integers(1, 12).map(Decimal)),
        min_size=20,
        max_size=60,
    )
)
def test_what_the_venues_could_execute_never_exceeds_a_limit(history: History_) -> None:
    played = Watched()
    for step, pick, qty in history:
        getattr(played, step.__name__)(pick, qty)
        for (_, _, what), (worst, limit) in worst_cases(played.world.blotter).items():
            if what.startswith(("long", "short")):
                assert worst <= limit, what
