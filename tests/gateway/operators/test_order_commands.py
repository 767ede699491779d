"""What operators may wish for orders, and what is wrong with the rest."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.operators.admin import WISHED
from gateway.operators.operator import command_of
from gateway.operators.order_commands import NO_ORDER, READERS, ActOnOrder, ListOrders, ShowOrder
from oms.operator_commands import (
    BustByOperator,
    CancelByOperator,
    ClaimOrder,
    CorrectByOperator,
    EnterOrder,
    MarkDoneForDay,
    ReinstateOrder,
    ResolveOrder,
    RestateOrder,
    SuspendOrder,
)
from oms.types import OrdType, RestatementReason, Side, TimeInForce

WHO = {"operator": "ann", "reason": "by telephone"}
BY = (NO_ORDER, "ann", "by telephone")
ORDER = {"order": "ABC-7", **WHO}
ENTER = {"ask": "order_enter", "session": "C", "symbol": "BTC", "side": "BUY", "qty": "2", **WHO}
TERMS = ("C", "", "BTC", Side.BUY)


@pytest.mark.parametrize(
    ("wish", "command"),
    [
        ({"ask": "order_list"}, ListOrders("open", 100)),
        ({"ask": "order_list", "which": "unresolved", "limit": 7}, ListOrders("unresolved", 7)),
        ({"ask": "order_show", "order": " C/X "}, ShowOrder("C/X")),
        ({"ask": "order_cancel", **ORDER}, ActOnOrder("ABC-7", CancelByOperator(*BY))),
        ({"ask": "order_done", **ORDER}, ActOnOrder("ABC-7", MarkDoneForDay(*BY))),
        ({"ask": "order_suspend", **ORDER}, ActOnOrder("ABC-7", SuspendOrder(*BY))),
        ({"ask": "order_reinstate", **ORDER}, ActOnOrder("ABC-7", ReinstateOrder(*BY))),
        ({"ask": "order_claim", "account": "A", **ORDER}, ActOnOrder("ABC-7", ClaimOrder(*BY, "A"))),
        ({"ask": "order_bust", "exec_id": "E", **ORDER}, ActOnOrder("ABC-7", BustByOperator(*BY, "E"))),
        (
            {"ask": "order_correct", "exec_id": "E", "qty": "1.5", "px": "-2", **ORDER},
            ActOnOrder("ABC-7", CorrectByOperator(*BY, "E", Decimal("1.5"), Decimal(-2))),
        ),
        (
            {"ask": "order_resolve", "outcome": "working", "qty": "ignored", **ORDER},
            ActOnOrder("ABC-7", ResolveOrder(*BY, "working")),
        ),
        (
            {"ask": "order_resolve", "outcome": "filled", "qty": "1", "px": "2", "exec_id": "E", **ORDER},
            ActOnOrder("ABC-7", ResolveOrder(*BY, "filled", Decimal(1), Decimal(2), "E")),
        ),
        (
            {"ask": "order_restate", "why": "VERBAL_CHANGE", "qty": "5", **ORDER},
            ActOnOrder("ABC-7", RestateOrder(*BY, RestatementReason.VERBAL_CHANGE, Decimal(5), None, None)),
        ),
        (
            ENTER,
            EnterOrder(*TERMS, OrdType.MARKET, Decimal(2), None, TimeInForce.DAY, "ann", "by telephone"),
        ),
        (
            {"px": "7", "time_in_force": "IMMEDIATE_OR_CANCEL", **ENTER},
            EnterOrder(
                *TERMS, OrdType.LIMIT, Decimal(2), Decimal(7), TimeInForce.IMMEDIATE_OR_CANCEL, "ann", "by telephone"
            ),
        ),
    ],
)
def test_wishes_for_orders(wish: dict[str, object], command: object) -> None:
    assert command_of(wish) == command


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"ask": "order_list", "which": "all"}, "which: 'all' is not one of open, unresolved, external"),
        ({"ask": "order_list", "limit": 0}, "limit: 0 is no number of orders"),
        ({"ask": "order_list", "limit": True}, "limit: True is no number of orders"),
        ({"ask": "order_show"}, "order: missing: which order"),
        ({"ask": "order_cancel", "order": "X"}, "operator: missing: what is done to an order has a name and a reason"),
        ({"ask": "order_cancel", "order": "X", "operator": "ann"}, "reason: missing"),
        ({"ask": "order_cancel", **WHO}, "order: missing"),
        ({"ask": "order_bust", **ORDER}, "exec_id: missing: which execution"),
        ({"ask": "order_correct", "exec_id": "E", "px": "1", **ORDER}, "qty: missing: the right quantity"),
        ({"ask": "order_correct", "exec_id": "E", "qty": "1e5", "px": "1", **ORDER}, "qty: '1e5' is no number"),
        ({"ask": "order_correct", "exec_id": "E", "qty": 1.5, "px": "1", **ORDER}, "qty: 1.5 is no number"),
        ({"ask": "order_resolve", "outcome": "lost", **ORDER}, "outcome: 'lost' is not one of rejected, canceled"),
        ({"ask": "order_resolve", "outcome": "filled", "px": "1", **ORDER}, "qty: missing: the quantity of the"),
        ({"ask": "order_restate", "why": "whim", **ORDER}, "why: 'whim' is not one of GT_CORPORATE_ACTION"),
        ({"ask": "order_restate", "why": "OTHER", "qty": "many", **ORDER}, "qty: 'many' is no number"),
        ({**ENTER, "side": "LONG"}, "side: 'LONG' is not one of BUY, SELL"),
        ({**ENTER, "time_in_force": "EVER"}, "time_in_force: 'EVER' is not one of DAY"),
        ({**ENTER, "account": 7}, "account: 7 is no text"),
        ({**ENTER, "px": "$5"}, "px: '\\$5' is no number"),
        ({"ask": "order_claim", **ORDER}, "account: missing"),
    ],
)
def test_what_cannot_be_wished_for(wish: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        command_of(wish)


def test_each_has_its_door() -> None:
    assert {ask for ask in WISHED.values() if ask.startswith("order_")} == set(READERS)
