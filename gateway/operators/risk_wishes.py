"""What may be asked of the gates, and in spite of them: from the door's JSON to a command, or to what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from fixspec.numbers import parse_decimal
from gateway.operators.wish import Wish, optional_word, word
from oms.commands import NewOrder
from oms.override_commands import GrantOverride
from oms.special_terms import SpecialTerms
from oms.types import OrdType, Side, TimeInForce

_Word = TypeVar("_Word", bound=StrEnum)


class ExplainOrder(NamedTuple):
    """What the gates have said of an order, and would say of it now. Changes nothing."""

    order: str
    """OrderID(37), or SESSION/CLORDID."""


class ExplainTerms(NamedTuple):
    """What the gates would say of an order that nobody has sent. Changes nothing."""

    command: NewOrder


def _order(wish: Wish) -> object:
    return ExplainOrder(word(wish, "order", "which order? its OrderID(37), or SESSION/CLORDID"))


def _terms(wish: Wish) -> object:
    price, stop_px = _number(wish, "price"), _number(wish, "stop_px")
    qty = _number(wish, "qty")
    if qty is None:
        raise ValueError("qty: missing: how much?")
    usual = OrdType.MARKET if price is None else OrdType.LIMIT
    if stop_px is not None:
        usual = OrdType.STOP if price is None else OrdType.STOP_LIMIT
    return ExplainTerms(
        NewOrder(
            session=word(wish, "session", "for which client?"),
            account=optional_word(wish, "account"),
            cl_ord_id="",
            symbol=word(wish, "symbol", "which instrument?"),
            side=_one_of(wish, "side", Side, None),
            ord_type=_one_of(wish, "ord_type", OrdType, usual),
            order_qty=qty,
            price=price,
            time_in_force=_one_of(wish, "time_in_force", TimeInForce, TimeInForce.DAY),
            transact_time_ns=None,
            poss_resend=False,
            special=None if stop_px is None else SpecialTerms(stop_px=stop_px),
            trader=optional_word(wish, "trader"),
        )
    )


def _override(wish: Wish) -> object:
    codes, valid_s, price = wish.get("codes"), wish.get("valid_s", 60), _number(wish, "price")
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise ValueError(f"codes: {codes!r} is no list of codes")
    if not isinstance(valid_s, int) or isinstance(valid_s, bool):
        raise ValueError(f"valid_s: {valid_s!r} is no number of seconds")
    qty_max = _number(wish, "qty_max")
    if qty_max is None:
        raise ValueError("qty_max: missing: how much at most?")
    why = "an override has a name, a reason, and a second person who approves"
    return GrantOverride(
        session=word(wish, "session", "for which client?"),
        cl_ord_id=optional_word(wish, "cl_ord_id"),
        symbol=word(wish, "symbol", "which instrument?"),
        side=_one_of(wish, "side", Side, None),
        qty_max=qty_max,
        price=price,
        codes=tuple(dict.fromkeys(codes)),
        valid_s=valid_s,
        operator=word(wish, "operator", why),
        approver=word(wish, "approver", why),
        reason=word(wish, "reason", why),
    )


def _one_of(wish: Wish, key: str, kind: type[_Word], usual: _Word | None) -> _Word:
    value = wish.get(key) or usual
    if value not in list(kind):
        raise ValueError(f"{key}: {value!r} is not one of {', '.join(kind)}")
    return kind(str(value))


def _number(wish: Wish, key: str) -> Decimal | None:
    """An exact number: a text, so that nothing is rounded on the way."""
    value = wish.get(key)
    if value is None or value == "":
        return None
    number = parse_decimal(value.encode("ascii", "replace")) if isinstance(value, str) else None
    if number is None:
        raise ValueError(f"{key}: {value!r} is no number such as 12.5, of at most 15 and 12 digits, in quotes")
    return number


READERS: Final[dict[str, Callable[[Wish], object]]] = {
    "risk_explain": _order,
    "risk_explain_terms": _terms,
    "risk_override": _override,
}
"""What may be asked for, as `ask` in the wish."""
