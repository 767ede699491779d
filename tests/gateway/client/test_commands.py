"""The command language as a table: what is understood, and what a mistake teaches."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.client.commands import (
    GRAMMAR,
    VERBS,
    Cancel,
    Command,
    Condition,
    Connect,
    Expect,
    ExpectNothing,
    Help,
    Logout,
    Mistake,
    NewOrder,
    Nothing,
    Pause,
    Raw,
    Replace,
    ShowOrders,
    Status,
    Wait,
    parse,
)

D = Decimal


def buy(qty: str, symbol: str, price: str | None = None, tif: bytes | None = None) -> NewOrder:
    return NewOrder(b"1", D(qty), symbol, D(price) if price else None, tif, None, None)


UNDERSTOOD: list[tuple[str, Command]] = [
    ("buy 1.5 BTC-USD @ 50000", buy("1.5", "BTC-USD", "50000")),
    ("BUY 1.5 BTC-USD @50000", buy("1.5", "BTC-USD", "50000")),
    ("buy 1.5 BTC-USD@50000", buy("1.5", "BTC-USD@50000")),  # a symbol may hold an @; the price stands apart
    ("buy 2 ETH-USD", buy("2", "ETH-USD")),
    ("buy .5 ETH-USD ioc", buy("0.5", "ETH-USD", tif=b"3")),
    ("buy 1 X @ 1 FOK", buy("1", "X", "1", b"4")),
    ("buy 1 X gtc @ 1", buy("1", "X", "1", b"1")),
    ("buy 1 X @ 1 day", buy("1", "X", "1", b"0")),
    ("sell 3 X @ 0.01", NewOrder(b"2", D(3), "X", D("0.01"), None, None, None)),
    ("sell 3 X id A1 account ACC", NewOrder(b"2", D(3), "X", None, None, "ACC", "A1")),
    ("cancel", Cancel(None)),
    ("cancel 3", Cancel("3")),
    ("replace 2 @ 51000", Replace(None, D(2), D(51000))),
    ("replace 2", Replace(None, D(2), None)),
    ("replace A1 2 @51000", Replace("A1", D(2), D(51000))),
    ("replace 7 2", Replace("7", D(2), None)),
    ("status", Status(None)),
    ("status A1", Status("A1")),
    ("orders", ShowOrders()),
    ("raw 35=D|11=A1|58=two words|", Raw(((b"35", b"D"), (b"11", b"A1"), (b"58", b"two words")))),
    ("raw 35=0", Raw(((b"35", b"0"),))),
    ("wait filled", Wait("filled", 5.0)),
    ("wait Rejected 0.5", Wait("rejected", 0.5)),
    ("expect 35=8|39=2", Expect((Condition(b"35", b"8", False), Condition(b"39", b"2", False)), 5.0)),
    ("expect OrdStatus=FILLED 2", Expect((Condition(b"39", b"FILLED", False),), 2.0)),
    ("expect 58~PRICE_BAND: price=60000 3", Expect((Condition(b"58", b"PRICE_BAND: price=60000", True),), 3.0)),
    ("expect nothing", ExpectNothing(1.0)),
    ("expect nothing 0.2", ExpectNothing(0.2)),
    ("pause 0.1", Pause(0.1)),
    ("connect", Connect()),
    ("logout", Logout()),
    ("quit", Logout()),
    ("help", Help(None)),
    ("help BUY", Help("buy")),
    ("", Nothing()),
    ("   # only a comment", Nothing()),
    ("orders # and why", ShowOrders()),
]


@pytest.mark.parametrize(("line", "command"), UNDERSTOOD, ids=[line for line, _ in UNDERSTOOD])
def test_what_is_understood(line: str, command: Command) -> None:
    assert parse(line) == command


MISTAKES = [
    ("bye", "there is no command 'bye': do you mean buy?"),
    ("xyzzy", "there is no command 'xyzzy': `help` lists what there is"),
    ("buy", "buy needs a quantity and a symbol. Write: buy QTY SYMBOL [@ PRICE]"),
    ("buy BTC-USD 1.5 @ 50000", "the quantity comes first: buy 1.5 BTC-USD"),
    ("buy many BTC-USD", "the quantity is a number such as 1.5, not 'many'"),
    ("buy -1 BTC-USD", "not '-1'"),
    ("buy 1e5 BTC-USD", "not '1e5'"),
    ("buy 1_000 BTC-USD", "not '1_000'"),
    ("buy \u0661 BTC-USD", "not '\u0661'"),
    ("buy 1 BTC-USD 50000", "a price is written after @: @ 50000"),
    ("buy 1 BTC-USD @", "the price is missing"),
    ("buy 1 BTC-USD @ market", "the price is a number such as 1.5, not 'market'"),
    ("buy 1 BTC-USD @ 1 @ 2", "there are two prices"),
    ("buy 1 @ 50000", "the symbol comes before the price"),
    ("buy 1 X @ 1 gtd", "'gtd' is not understood"),
    ("buy 1 X id", "after id comes its value"),
    ("cancel 1 2", "cancel takes one order. Write: cancel [ORDER]"),
    ("replace", "replace needs a quantity"),
    ("replace @ 5", "replace needs a quantity"),
    ("replace 1 2 3", "'1 2 3' is not an order and a quantity"),
    ("replace 1 @", "after @ comes one price"),
    ("replace 1 @ 2 3", "after @ comes one price"),
    ("replace A1 many", "the quantity is a number such as 1.5, not 'many'"),
    ("orders all", "orders stands alone, 'all' is too much"),
    ("raw", "a message begins with 35=, its MsgType"),
    ("raw 11=A1|35=D", "a message begins with 35="),
    ("raw 35=D|11", "'11' is not TAG=VALUE"),
    ("raw 35=D|11=", "'11=' is not TAG=VALUE"),
    ("raw 35=D|x=1", "'x=1' is not TAG=VALUE"),
    ("raw 35=D|34=7", "MsgSeqNum(34) is set by the session"),
    ("wait", "an order can be new, partial, filled"),
    ("wait done", "an order can be new, partial, filled"),
    ("wait filled soon", "'soon' is not a number of seconds"),
    ("expect", "it needs at least one field"),
    ("expect 39", "'39' is not FIELD=VALUE or FIELD~PART"),
    ("expect Status=2", "no field is called 'Status'"),
    ("expect nothing 1 2", "'2' is too much. Write: expect nothing [SECONDS]"),
    ("pause", "pause needs a number of seconds"),
]


@pytest.mark.parametrize(("line", "lesson"), MISTAKES, ids=[line for line, _ in MISTAKES])
def test_what_a_mistake_teaches(line: str, lesson: str) -> None:
    mistake = parse(line)
    assert isinstance(mistake, Mistake)
    assert lesson in mistake.text


def test_every_command_is_in_the_help_and_the_other_way_round() -> None:
    assert set(VERBS) == set(GRAMMAR) - {"expect nothing"}


@given(st.text(max_size=60) | st.lists(st.sampled_from([*VERBS, "@", "1", "x", "35=D", "|", "id"])).map(" ".join))
def test_any_line_is_a_command_or_a_mistake(line: str) -> None:
    assert isinstance(parse(line), tuple)
