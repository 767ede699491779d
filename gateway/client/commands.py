"""The language of the client: one line of text -> one command, or a Mistake that says how to write it.

Pure. What a line means depends on nothing but the line. `GRAMMAR` is what `help` shows.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from fixspec import names, tags

GRAMMAR: dict[str, tuple[str, str]] = {
    "buy": ("buy QTY SYMBOL [@ PRICE] [day|gtc|ioc|fok] [account A] [id ID]", "an order; without @ a market order"),
    "sell": ("sell QTY SYMBOL [@ PRICE] [day|gtc|ioc|fok] [account A] [id ID]", "the same, the other side"),
    "cancel": (
        "cancel [ORDER]",
        "cancel an order: ORDER is its number in `orders` or its ClOrdID; the last one if left out",
    ),
    "replace": ("replace [ORDER] QTY [@ PRICE]", "change quantity and price; without @ the price stays"),
    "status": ("status [ORDER]", "ask the gateway what it knows of an order"),
    "orders": ("orders", "all orders of this client"),
    "raw": ("raw 35=D|11=A1|55=BTC-USD|...", "send a message as it stands; the session adds 8 9 34 49 52 56 10"),
    "wait": (
        "wait filled|partial|new|canceled|replaced|rejected|expired [SECONDS]",
        "until the last order is, or since your last command was, in that state",
    ),
    "expect": (
        "expect 35=8|39=2|58~PRICE_BAND [SECONDS]",
        "the next message that has these (= equal, ~ contains; names are good too: OrdStatus=FILLED)",
    ),
    "expect nothing": ("expect nothing [SECONDS]", "no message comes in that time"),
    "pause": ("pause SECONDS", "do nothing for a while"),
    "connect": ("connect", "again, after the connection was lost"),
    "logout": ("logout", "log out and end"),
    "quit": ("quit", "the same"),
    "help": ("help [COMMAND]", "this"),
}
WAIT_SECONDS = 5.0
NOTHING_SECONDS = 1.0

TIME_IN_FORCE = {
    "day": tags.TimeInForce.DAY,
    "gtc": tags.TimeInForce.GOOD_TILL_CANCEL,
    "ioc": tags.TimeInForce.IMMEDIATE_OR_CANCEL,
    "fok": tags.TimeInForce.FILL_OR_KILL,
}
WAIT_STATES = ("new", "partial", "filled", "canceled", "replaced", "rejected", "expired")
SET_BY_THE_SESSION = {b"8", b"9", b"10", b"34", b"49", b"52", b"56"}

_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,12})?|\.[0-9]{1,12}")


class NewOrder(NamedTuple):
    side: bytes  # Side(54)
    order_qty: Decimal
    symbol: str
    price: Decimal | None  # None: a market order
    time_in_force: bytes | None  # TimeInForce(59); None: left out, which means Day
    account: str | None
    cl_ord_id: str | None  # None: the client chooses one


class Cancel(NamedTuple):
    order: str | None


class Replace(NamedTuple):
    order: str | None
    order_qty: Decimal
    price: Decimal | None


class Status(NamedTuple):
    order: str | None


class ShowOrders(NamedTuple):
    pass


class Raw(NamedTuple):
    fields: tuple[tuple[bytes, bytes], ...]  # MsgType(35) first


class Wait(NamedTuple):
    state: str
    seconds: float


class Condition(NamedTuple):
    tag: bytes
    value: bytes
    contains: bool  # ~: the value is a part; otherwise it is the whole


class Expect(NamedTuple):
    conditions: tuple[Condition, ...]
    seconds: float


class ExpectNothing(NamedTuple):
    seconds: float


class Pause(NamedTuple):
    seconds: float


class Connect(NamedTuple):
    pass


class Logout(NamedTuple):
    pass


class Help(NamedTuple):
    topic: str | None


class Nothing(NamedTuple):
    """An empty line or a comment."""


class Mistake(NamedTuple):
    """The line is not a command; `text` says why and how to write it."""

    text: str


Command = (
    NewOrder | Cancel | Replace | Status | ShowOrders | Raw | Wait | Expect | ExpectNothing | Pause | Connect | Logout
    | Help | Nothing
)  # fmt: skip


class _Wrong(Exception):
    """Raised inside this file only; parse() turns it into a Mistake."""


def parse(line: str) -> Command | Mistake:
    """One line -> its command. Words are separated by blanks; `#` at the start of a word begins a comment."""
    words = re.sub(r"(^|\s)#.*", "", line).split()
    if not words:
        return Nothing()
    verb, rest = words[0].lower(), words[1:]
    reader = _READERS.get(verb)
    if reader is None:
        return Mistake(_unknown(verb))
    try:
        return reader(verb, rest)
    except _Wrong as wrong:
        topic = "expect nothing" if words[1:2] == ["nothing"] else verb
        return Mistake(f"{wrong}. Write: {GRAMMAR[topic][0]}")


def _unknown(verb: str) -> str:
    near = difflib.get_close_matches(verb, _READERS, n=1)
    hint = f"do you mean {near[0]}?" if near else "`help` lists what there is"
    return f"there is no command {verb!r}: {hint}"


def _new_order(verb: str, words: list[str]) -> NewOrder:
    if len(words) < 2:
        raise _Wrong(f"{verb} needs a quantity and a symbol")
    if not _NUMBER.fullmatch(words[0]) and _NUMBER.fullmatch(words[1]):
        raise _Wrong(f"the quantity comes first: {verb} {words[1]} {words[0]}")
    order_qty = _number("quantity", words[0])
    symbol, price, rest = words[1], None, _separate_at(words[2:])
    if symbol.startswith("@"):
        raise _Wrong("the symbol comes before the price")
    time_in_force: bytes | None = None
    named: dict[str, str] = {}
    while rest:
        word = rest.pop(0)
        if word == "@":
            if price is not None:
                raise _Wrong("there are two prices")
            price = _number("price", rest.pop(0) if rest else "")
        elif word.lower() in TIME_IN_FORCE:
            time_in_force = TIME_IN_FORCE[word.lower()]
        elif word.lower() in ("id", "account"):
            if not rest:
                raise _Wrong(f"after {word} comes its value")
            named[word.lower()] = rest.pop(0)
        elif _NUMBER.fullmatch(word):
            raise _Wrong(f"a price is written after @: @ {word}")
        else:
            raise _Wrong(f"{word!r} is not understood")
    side = tags.Side.BUY if verb == "buy" else tags.Side.SELL
    return NewOrder(side, order_qty, symbol, price, time_in_force, named.get("account"), named.get("id"))


def _cancel(verb: str, words: list[str]) -> Cancel:
    return Cancel(_one_order(verb, words))


def _status(verb: str, words: list[str]) -> Status:
    return Status(_one_order(verb, words))


def _one_order(verb: str, words: list[str]) -> str | None:
    if len(words) > 1:
        raise _Wrong(f"{verb} takes one order")
    return words[0] if words else None


def _replace(verb: str, words: list[str]) -> Replace:
    words = _separate_at(words)
    price = None
    if "@" in words:
        at = words.index("@")
        if len(words) != at + 2:
            raise _Wrong("after @ comes one price")
        price = _number("price", words[at + 1])
        words = words[:at]
    if len(words) not in (1, 2):
        raise _Wrong(f"{verb} needs a quantity" if not words else f"{' '.join(words)!r} is not an order and a quantity")
    return Replace(words[0] if len(words) == 2 else None, _number("quantity", words[-1]), price)


def _raw(_verb: str, words: list[str]) -> Raw:
    fields: list[tuple[bytes, bytes]] = []
    for part in " ".join(words).split("|"):
        if not part:
            continue
        tag, equals, value = part.partition("=")
        if not equals or not tag.isascii() or not tag.isdigit() or not value:
            raise _Wrong(f"{part!r} is not TAG=VALUE")
        if tag.encode() in SET_BY_THE_SESSION:
            raise _Wrong(f"{names.field_name(tag.encode())}({tag}) is set by the session")
        fields.append((tag.encode(), value.encode()))
    if not fields or fields[0][0] != b"35":
        raise _Wrong("a message begins with 35=, its MsgType")
    return Raw(tuple(fields))


def _wait(_verb: str, words: list[str]) -> Wait:
    if not words or len(words) > 2 or words[0].lower() not in WAIT_STATES:
        raise _Wrong(f"an order can be {', '.join(WAIT_STATES)}")
    return Wait(words[0].lower(), _seconds(words[1:], WAIT_SECONDS))


def _expect(_verb: str, words: list[str]) -> Expect | ExpectNothing:
    if words and words[0].lower() == "nothing":
        if len(words) > 2:
            raise _Wrong(f"{words[2]!r} is too much")
        return ExpectNothing(_seconds(words[1:], NOTHING_SECONDS))
    seconds = words.pop() if len(words) > 1 and _NUMBER.fullmatch(words[-1]) else None
    conditions = tuple(_condition(part) for part in " ".join(words).split("|") if part)
    if not conditions:
        raise _Wrong("it needs at least one field")
    return Expect(conditions, _seconds([seconds] if seconds else [], WAIT_SECONDS))


def _condition(part: str) -> Condition:
    match = re.fullmatch(r"(\w+)([=~])(.+)", part, re.ASCII)
    if match is None:
        raise _Wrong(f"{part!r} is not FIELD=VALUE or FIELD~PART")
    field, operator, value = match.groups()
    tag = field.encode() if field.isdigit() else names.field_tag(field)
    if tag is None:
        raise _Wrong(f"no field is called {field!r}")
    return Condition(tag, value.encode(), operator == "~")


def _pause(_verb: str, words: list[str]) -> Pause:
    if len(words) != 1:
        raise _Wrong("pause needs a number of seconds")
    return Pause(_seconds(words, 0.0))


def _help(_verb: str, words: list[str]) -> Help:
    return Help(words[0].lower() if words else None)


def _alone(command: Command) -> Callable[[str, list[str]], Command]:
    def read(verb: str, words: list[str]) -> Command:
        if words:
            raise _Wrong(f"{verb} stands alone, {words[0]!r} is too much")
        return command

    return read


def _separate_at(words: list[str]) -> list[str]:
    return " ".join(words).replace("@", " @ ").split()


def _number(what: str, word: str) -> Decimal:
    if not _NUMBER.fullmatch(word):
        raise _Wrong(f"the {what} is a number such as 1.5, not {word!r}" if word else f"the {what} is missing")
    return Decimal(word)


def _seconds(words: list[str], default: float) -> float:
    if not words:
        return default
    if not _NUMBER.fullmatch(words[0]):
        raise _Wrong(f"{words[0]!r} is not a number of seconds")
    return float(words[0])


_READERS: dict[str, Callable[[str, list[str]], Command]] = {
    "buy": _new_order,
    "sell": _new_order,
    "cancel": _cancel,
    "replace": _replace,
    "status": _status,
    "orders": _alone(ShowOrders()),
    "raw": _raw,
    "wait": _wait,
    "expect": _expect,
    "pause": _pause,
    "connect": _alone(Connect()),
    "logout": _alone(Logout()),
    "quit": _alone(Logout()),
    "help": _help,
}
VERBS = tuple(_READERS)
