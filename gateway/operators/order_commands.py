"""What an operator may ask about orders: from the door's JSON to a command, or to what is wrong with the wish.

An order is named by its OrderID(37), or by session and ClOrdID(11) as SESSION/CLORDID. Which one that is, is found in
the turn that carries the wish out (`gateway.trading.order_desk`).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from fixspec.numbers import parse_decimal
from gateway.operators.wish import Wish, optional_word, word
from oms.decide_resolution import OUTCOMES
from oms.operator_commands import (
    AnyIntervention,
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

LIMIT_MAX: Final = 1000
WHICH: Final = ("open", "unresolved", "external")
NO_ORDER: Final = 0
"""Stands for the order in a command until it has been found."""

_Word = TypeVar("_Word", bound=StrEnum)


class ListOrders(NamedTuple):
    """Orders on which something is still to come, the oldest first. Changes nothing."""

    which: str
    """`open`: all of them; `unresolved`: that a venue has left unanswered; `external`: found at a venue."""
    limit: int


class ShowOrder(NamedTuple):
    """All that is known of one order. Changes nothing."""

    order: str


class ActOnOrder(NamedTuple):
    """Do to the order of this name what the command says."""

    order: str
    command: AnyIntervention


def _list(wish: Wish) -> object:
    which, limit = wish.get("which", "open"), wish.get("limit", 100)
    if which not in WHICH:
        raise ValueError(f"which: {which!r} is not one of {', '.join(WHICH)}")
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= LIMIT_MAX:
        raise ValueError(f"limit: {limit!r} is no number of orders: 1 to {LIMIT_MAX}")
    return ListOrders(str(which), limit)


def _show(wish: Wish) -> object:
    return ShowOrder(_order(wish))


def _resolve(wish: Wish) -> object:
    outcome, is_fill = wish.get("outcome"), wish.get("outcome") == "filled"
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome: {outcome!r} is not one of {', '.join(OUTCOMES)}")
    last_qty = _number(wish, "qty", "the quantity of the execution") if is_fill else None
    last_px = _number(wish, "px", "the price of the execution") if is_fill else None
    operator, reason = _who(wish)
    exec_id = optional_word(wish, "exec_id")
    return ActOnOrder(_order(wish), ResolveOrder(NO_ORDER, operator, reason, str(outcome), last_qty, last_px, exec_id))


def _plain(kind: type[CancelByOperator | MarkDoneForDay | SuspendOrder | ReinstateOrder]) -> Callable[[Wish], object]:
    return lambda wish: ActOnOrder(_order(wish), kind(NO_ORDER, *_who(wish)))


def _restate(wish: Wish) -> object:
    why = _one_of(wish, "why", RestatementReason)
    qty, px, cum = (None if wish.get(key) is None else _number(wish, key, "") for key in ("qty", "px", "cum"))
    return ActOnOrder(_order(wish), RestateOrder(NO_ORDER, *_who(wish), why, qty, px, cum))


def _bust(wish: Wish) -> object:
    return ActOnOrder(_order(wish), BustByOperator(NO_ORDER, *_who(wish), _exec_id(wish)))


def _correct(wish: Wish) -> object:
    qty, px = _number(wish, "qty", "the right quantity"), _number(wish, "px", "the right price")
    return ActOnOrder(_order(wish), CorrectByOperator(NO_ORDER, *_who(wish), _exec_id(wish), qty, px))


def _claim(wish: Wish) -> object:
    account = word(wish, "account", "whose order is it?")
    return ActOnOrder(_order(wish), ClaimOrder(NO_ORDER, *_who(wish), account))


def _enter(wish: Wish) -> object:
    price = None if wish.get("px") is None else _number(wish, "px", "")
    operator, reason = _who(wish)
    return EnterOrder(
        session=word(wish, "session", "for which client?"),
        account=optional_word(wish, "account"),
        symbol=word(wish, "symbol", "which instrument?"),
        side=_one_of(wish, "side", Side),
        ord_type=OrdType.MARKET if price is None else OrdType.LIMIT,
        order_qty=_number(wish, "qty", "how much?"),
        price=price,
        time_in_force=_one_of(wish, "time_in_force", TimeInForce) if wish.get("time_in_force") else TimeInForce.DAY,
        operator=operator,
        reason=reason,
    )


def _order(wish: Wish) -> str:
    return word(wish, "order", "which order? its OrderID(37), or SESSION/CLORDID")


def _exec_id(wish: Wish) -> str:
    return word(wish, "exec_id", "which execution? its ExecID(17), ours or the venue's")


def _who(wish: Wish) -> tuple[str, str]:
    why = "what is done to an order has a name and a reason"
    return word(wish, "operator", why), word(wish, "reason", why)


def _one_of(wish: Wish, key: str, kind: type[_Word]) -> _Word:
    value = wish.get(key)
    if value not in list(kind):
        raise ValueError(f"{key}: {value!r} is not one of {', '.join(kind)}")
    return kind(str(value))


def _number(wish: Wish, key: str, why: str) -> Decimal:
    """An exact number: a text, so that nothing is rounded on the way."""
    value = wish.get(key)
    number = parse_decimal(value.encode("ascii", "replace")) if isinstance(value, str) else None
    if value is None and why:
        raise ValueError(f"{key}: missing: {why}")
    if number is None:
        raise ValueError(f"{key}: {value!r} is no number such as 12.5, of at most 15 and 12 digits, in quotes")
    return number


READERS: Final[dict[str, Callable[[Wish], object]]] = {
    "order_list": _list,
    "order_show": _show,
    "order_resolve": _resolve,
    "order_cancel": _plain(CancelByOperator),
    "order_enter": _enter,
    "order_restate": _restate,
    "order_bust": _bust,
    "order_correct": _correct,
    "order_done": _plain(MarkDoneForDay),
    "order_suspend": _plain(SuspendOrder),
    "order_reinstate": _plain(ReinstateOrder),
    "order_claim": _claim,
}
"""What may be asked for, as `ask` in the wish."""
