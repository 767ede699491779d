"""What the gates say of a request when somebody asks: all of them, in their order, with figures; nothing changes."""

from __future__ import annotations

import decimal
from decimal import Decimal

import msgspec

from oms.commands import NewOrder, SetTradingState
from oms.decide_client import judged
from oms.letting_go import request_of
from oms.risk.explain import Finding, explain
from oms.risk.figures import FIGURES, Figure
from oms.risk.pipeline import GATES
from oms.slices import ANY, Bounds, Dimension, limit_row
from oms.types import Moment, OrdType, Side, TimeInForce, TradingState
from tests.oms.world import LIMITS, SESSION, World, one_digit

ORDER = NewOrder(
    SESSION, "A1", "", "BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(10), Decimal(100), TimeInForce.DAY
)  # fmt: skip
ROWS = (
    limit_row(Bounds(order_qty_max=Decimal(50), price_band=Decimal("0.05")), [(Dimension.ACCOUNT, ANY)]),
    limit_row(
        Bounds(long_qty_max=Decimal(15), short_qty_max=Decimal(7)),
        [(Dimension.ACCOUNT, "A1"), (Dimension.SYMBOL, ANY)],
    ),
    limit_row(
        Bounds(gross_notional_max=Decimal(1200), net_notional_max=Decimal(1100), order_notional_max=Decimal(1000)),
        [(Dimension.SESSION, ANY)],
    ),
)


def asked(world: World, **terms: object) -> dict[str, Finding]:
    command = msgspec.structs.replace(ORDER, **terms)
    at = Moment(world.now_ns, world.seq)
    before = world.blotter.state_hash()
    with decimal.localcontext(one_digit()):
        _, request, refused = judged(world.blotter, command, at)
        found = explain(request, world.blotter, at)
    assert world.blotter.state_hash() == before, "a question has changed the state"
    assert [finding.gate for finding in found] == [gate.__name__ for gate in GATES]
    assert [finding.refusal for finding in found if finding.refusal is not None] == refused
    return {finding.gate: finding for finding in found}


def test_every_gate_answers_also_when_the_order_passes() -> None:
    found = asked(World())
    assert not any(finding.refusal for finding in found.values())
    assert found["order_limits"].figures == (
        Figure("order_qty", "10", "100000"),
        Figure("notional", "1000", "100000000"),
    )
    assert found["trading_state"].figures == (Figure("state", "ACTIVE", "ACTIVE"),)
    assert found["throttle"].figures == (Figure("messages", "1", "1000", f"session={SESSION}"),)


def test_what_is_refused_has_its_figures_too() -> None:
    world = World()
    world.do(SetTradingState(TradingState.HALTED, "op", "why"))
    found = asked(world, order_qty=Decimal(200_000), price=Decimal(120))
    refusals = {name: finding.refusal.code for name, finding in found.items() if finding.refusal is not None}
    assert refusals == {
        "trading_state": "TRADING_STATE",
        "order_limits": "ORDER_QTY_LIMIT",
        "price_band": "PRICE_BAND",
    }
    assert found["order_limits"].figures[0] == Figure("order_qty", "200000", "100000")
    assert found["price_band"].figures == (
        Figure("reference_age_ms", "0", "3600000", "symbol=BTC-USD"),
        Figure("distance from 100", "20%", "10%"),
    )


def test_slices_are_named() -> None:
    world = World(limits=msgspec.structs.replace(LIMITS, rows=ROWS))
    world.do(msgspec.structs.replace(ORDER, cl_ord_id="X"))
    found = asked(world, price=Decimal("101"))
    assert found["slice_limits"].figures == (
        Figure("order_qty", "10", "50", "account=A1"),
        Figure("distance from 100", "1%", "5%", "account=A1"),
        Figure("notional", "1010", "1000", f"session={SESSION}"),
    )
    assert found["position"].figures == (Figure("worst long", "20", "15", "account=A1 symbol=BTC-USD"),)
    assert found["gross_exposure"].figures == (Figure("gross", "2010", "1200", f"session={SESSION}"),)
    assert found["net_exposure"].figures == (Figure("net long", "2010", "1100", f"session={SESSION}"),)
    short = asked(world, side=Side.SELL, price=Decimal("101"))
    assert short["position"].figures == (Figure("worst short", "10", "7", "account=A1 symbol=BTC-USD"),)


def test_an_order_that_there_is_counts_once() -> None:
    world = World(limits=msgspec.structs.replace(LIMITS, rows=ROWS))
    world.do(msgspec.structs.replace(ORDER, cl_ord_id="X"))
    order = world.blotter.order_by_cl_ord_id(SESSION, "X")
    assert order is not None
    at = Moment(world.now_ns, world.seq)
    found = {
        finding.gate: finding for finding in explain(request_of(world.blotter, order), world.blotter, at)
    }  # fmt: skip
    assert not [finding for finding in found.values() if finding.refusal is not None]


def test_a_value_and_its_limit_say_what_the_gate_says() -> None:
    """Where both are numbers, above the limit means refused: else the explanation would be another than the reason."""
    world = World(limits=msgspec.structs.replace(LIMITS, rows=ROWS))
    for qty in ("1", "10", "15", "15.0001", "50", "51", "100000", "100001"):
        for side in Side.BUY, Side.SELL:
            for finding in asked(world, order_qty=Decimal(qty), side=side).values():
                for figure in finding.figures:
                    if finding.gate in ("order_limits", "slice_limits", "position", "gross_exposure", "net_exposure"):
                        above = Decimal(figure.value.rstrip("%")) > Decimal(figure.limit.rstrip("%"))
                        assert not above or finding.refusal is not None, (qty, finding)


def test_figures_belong_to_gates() -> None:
    assert FIGURES.keys() <= {gate.__name__ for gate in GATES}
