"""The quick look is never more lenient than the gates that it stands for, and often enough as good; in any history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.commands import CancelOrder, DefineInstrument, NewOrder, QueryOrder, ReplaceOrder, SetLimits
from oms.decide_client import judged
from oms.exact import multiply
from oms.position_commands import SetConversionRate
from oms.risk.credit import credit
from oms.risk.exposure import gross_exposure, net_exposure
from oms.risk.gate import Gate, OrderRequest
from oms.risk.pipeline import GATES, refusals
from oms.risk.position import position
from oms.risk.slice_limits import slice_limits
from oms.risk.within_slices import within_slices
from oms.slices import ANY, LimitRow
from oms.types import Moment, OrdType, Side, TimeInForce
from tests.oms.test_exposure import row, with_rows, world_with
from tests.oms.test_laws import History, steps
from tests.oms.world import BTC, SESSION, World

STANDS_FOR: tuple[Gate, ...] = (slice_limits, position, gross_exposure, net_exposure, credit)
ROWS = (
    row({"long_qty_max": "20", "short_qty_max": "15"}, account=ANY, symbol=ANY),
    row({"gross_notional_max": "1500", "net_notional_max": "1200", "credit_max": "700"}, session=ANY),
    row({"long_qty_max": "25", "gross_notional_max": "2500"}, symbol=ANY, venue=ANY),
    row({"order_qty_max": "18", "price_band": "0.02"}, trader=ANY),
    row({"order_notional_max": "1300", "net_notional_max": "1400"}, account=ANY),
)
EURO = msgspec.structs.replace(BTC, currency="EUR", contract_multiplier=Decimal("0.7"), risk_class="crypto")


class Probed(History):
    """At each step many orders are asked about that nobody sends."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[bool] = Counter()
        self.operate(0, Decimal(1))

    def operate(self, pick: int, qty: Decimal) -> None:
        rows: tuple[LimitRow, ...] = ROWS if pick % 3 else ROWS[pick % 5 :]
        changes = {"rates": (("EUR", Decimal("1.1")),), "initial_margins": (("crypto", Decimal("0.3")),)}
        self.audit(self.world.do(SetLimits(with_rows(*rows, rate_age_ms_max=pick % 2 * 2000, **changes), "op", "law")))
        if pick % 4 == 3:
            self.audit(self.world.do(SetConversionRate("EUR", Decimal(f"0.{pick % 7 + 3}5"), None, "op", "law")))
        self.audit(self.world.do(DefineInstrument(EURO if pick % 5 else BTC)))

    def client(self, command: NewOrder | CancelOrder | ReplaceOrder | QueryOrder) -> None:
        side = Side.SELL if sum(map(ord, command.cl_ord_id)) % 3 == 0 else Side.BUY
        if isinstance(command, NewOrder):
            command = msgspec.structs.replace(command, side=side)
        elif not isinstance(command, QueryOrder):
            order = self.world.blotter.order_by_cl_ord_id(command.session, command.orig_cl_ord_id)
            command = command if order is None else msgspec.structs.replace(command, side=order.side)
        super().client(command)
        if isinstance(command, NewOrder):
            for probe in probes(command):
                self.ask(probe)

    def ask(self, command: NewOrder) -> None:
        world, blotter = self.world, self.world.blotter
        at = Moment(world.now_ns, world.seq)
        _, request, refused = judged(blotter, command, at)
        assert refused == refusals(request, blotter, at) == plainly(request, world)
        passes = within_slices(request, blotter, at)
        self.seen[passes] += 1
        if passes:
            assert [gate.__name__ for gate in STANDS_FOR if gate(request, blotter, at) is not None] == []


def probes(like: NewOrder) -> Iterator[NewOrder]:
    for side in Side:
        for qty in (like.order_qty, multiply(like.order_qty, Decimal(2)), Decimal("-1")):
            for price in (Decimal(100), Decimal("98.5"), Decimal(-5), None):
                yield msgspec.structs.replace(
                    like, cl_ord_id="PROBE", side=side, order_qty=qty, price=price, special=None,
                    ord_type=OrdType.MARKET if price is None else OrdType.LIMIT,
                )  # fmt: skip


def plainly(request: OrderRequest, world: World) -> list[object]:
    """Every gate, one after the other."""
    at = Moment(world.now_ns, world.seq)
    return [refusal for gate in GATES if (refusal := gate(request, world.blotter, at)) is not None]


@given(st.lists(steps, min_size=10, max_size=25))
def test_what_it_lets_pass_the_gates_let_pass(
    history: list[tuple[Callable[[History, int, Decimal], None], int, Decimal]],
) -> None:
    played = Probed()
    for step, pick, qty in history:
        getattr(played, step.__name__)(pick, qty)


def order(qty: str, price: str | None = "100", side: Side = Side.BUY) -> NewOrder:
    ord_type, limit = (OrdType.MARKET, None) if price is None else (OrdType.LIMIT, Decimal(price))
    return NewOrder(SESSION, "ACC", "X", "BTC-USD", side, ord_type, Decimal(qty), limit, TimeInForce.DAY)


@pytest.mark.parametrize(
    ("command", "passes"),
    [
        (order("4"), True),
        (order("4.0001"), False),
        (order("3.6", None), True),  # at the end of the band: 396
        (order("3.7", None), False),
        (order("4", "98.5"), True),
        (order("10", side=Side.SELL), True),  # 6 of them close, and all of them count
        (order("10.0001", side=Side.SELL), False),
    ],
)
def test_at_the_limit_it_is_as_good_as_the_gates(command: NewOrder, passes: bool) -> None:
    world = world_with(
        row({"gross_notional_max": "1000", "net_notional_max": "1000", "credit_max": "1000"}, account=ANY)
    )
    world.live("A", "6")
    world.fill("A", "6")
    at = Moment(world.now_ns, world.seq)
    _, request, refused = judged(world.blotter, command, at)
    assert within_slices(request, world.blotter, at) is passes
    assert bool(refused) is not passes


def looked(world: World, command: NewOrder) -> tuple[bool, list[str]]:
    """Whether the quick look is enough; and what the gates say."""
    at = Moment(world.now_ns, world.seq)
    _, request, refused = judged(world.blotter, command, at)
    return within_slices(request, world.blotter, at), [refusal.code for refusal in refused]


@pytest.mark.parametrize("bound", ["gross_notional_max", "net_notional_max", "credit_max"])
def test_each_bound_by_itself(bound: str) -> None:
    world = world_with(row({bound: "1000"}, account=ANY))
    world.live("A", "6")
    code = {"gross_notional_max": "GROSS_EXPOSURE", "net_notional_max": "NET_EXPOSURE", "credit_max": "CREDIT_LIMIT"}
    assert looked(world, order("4")) == (True, [])
    assert looked(world, order("4.0001")) == (False, [code[bound]])


def test_a_rate_that_is_missing_or_too_old() -> None:
    world = world_with(
        row({"gross_notional_max": "10000"}, account=ANY), rates=(("EUR", Decimal(1)),), rate_age_ms_max=1000
    )
    world.do(DefineInstrument(msgspec.structs.replace(BTC, currency="EUR")))
    world.live("A", "6")
    assert looked(world, order("4")) == (True, [])
    world.pass_ms(1001)
    assert looked(world, order("4")) == (False, ["STALE_RATE"])
    world.do(DefineInstrument(msgspec.structs.replace(BTC, currency="JPY")))
    assert looked(world, order("4")) == (False, ["NO_CONVERSION_RATE"])


def test_another_symbol_of_the_slice_without_a_rate() -> None:
    """It was bought when nobody limited values."""
    world = world_with()
    world.do(DefineInstrument(msgspec.structs.replace(BTC, symbol="ETH-USD", currency="JPY")))
    world.new("A", "6", "10", symbol="ETH-USD")
    world.live("B", "1")
    world.do(SetLimits(with_rows(row({"gross_notional_max": "10000"}, account=ANY)), "op", "from now on"))
    assert looked(world, order("4")) == (False, ["NO_CONVERSION_RATE"])


def test_what_is_remembered_is_forgotten_with_a_change() -> None:
    world = world_with(row({"gross_notional_max": "1000"}, account=ANY), rates=(("EUR", Decimal(1)),))
    world.live("A", "6")
    assert looked(world, order("4")) == (True, [])
    world.do(DefineInstrument(msgspec.structs.replace(BTC, currency="EUR")))
    assert looked(world, order("4")) == (True, [])
    world.do(SetConversionRate("EUR", Decimal("1.01"), None, "op", "it moved"))
    assert looked(world, order("4")) == (False, ["GROSS_EXPOSURE"])
    world.do(SetLimits(with_rows(row({"order_qty_max": "3"}, account=ANY)), "op", "other tables"))
    assert looked(world, order("4")) == (False, ["ORDER_QTY_LIMIT"])
    world.do(SetLimits(with_rows(row({"price_band": "0.01"}, account=ANY)), "op", "other tables"))
    assert looked(world, order("4", "101.01")) == (False, ["PRICE_BAND"])
    assert looked(world, order("4", "98.99", Side.SELL)) == (False, ["PRICE_BAND"])
    assert looked(world, order("4", "99")) == (True, [])


def test_most_of_a_days_orders_need_no_more() -> None:
    played = Probed()
    for number in range(12):
        played.new(number * 5 + 1, Decimal(1))
    assert played.seen[True] > 30 < played.seen[False]
