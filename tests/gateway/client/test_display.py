"""What a person sees."""

import io

import pytest
from rich.console import Console

from gateway.client.display import Display, field_text, headline, order_line
from gateway.client.events import Ended, LoggedOn, Note, Received, Sent
from gateway.client.orders import ClientOrder, Orders
from gateway.client.wire import WireMessage, encode
from tests.gateway.client.peer import fix


def message(text: str) -> WireMessage:
    return encode(b"FIX.4.4", fix(text))


def shown(*events: Sent | Received | Note | LoggedOn | Ended, show_admin: bool = True, width: int = 200) -> str:
    out = io.StringIO()
    display = Display(Console(file=out, width=width), show_admin=show_admin)
    for event in events:
        display.event(event)
    return out.getvalue()


@pytest.mark.parametrize(
    ("tag", "value", "text"),
    [
        (b"39", b"2", "OrdStatus(39)=2 FILLED"),
        (b"11", b"A1", "ClOrdID(11)=A1"),
        (b"9999", b"x", "9999(9999)=x"),
        (b"554", b"hunter2", "Password(554)=***"),
        (b"925", b"hunter2", "NewPassword(925)=***"),
        (b"96", b"hunter2", "RawData(96)=***"),
        (b"1402", b"hunter2", "EncryptedPassword(1402)=***"),
        (b"58", b"\x1b[2J\x9b", "Text(58)=\\x1b[2J\\x9b"),
        (b"58", "é".encode(), "Text(58)=é"),
    ],
)
def test_fields_have_names_and_meanings_and_no_secrets(tag: bytes, value: bytes, text: str) -> None:
    assert field_text(tag, value) == text


def test_headlines() -> None:
    assert headline(message("35=D|34=2"), outbound=True) == "→ NewOrderSingle(D) 34=2"
    assert headline(message("35=8|34=3|43=Y"), outbound=False) == ("← ExecutionReport(8) 34=3  (sent again: PossDup)")
    assert headline(message("35=zz"), outbound=False) == "← ?(zz) 34=?"


def test_a_message_shows_its_fields_without_the_envelope() -> None:
    text = shown(Received(message("35=8|49=G|56=C|34=3|52=x|39=2|14=1.5"), is_admin=False, fresh=True))
    assert text == "← ExecutionReport(8) 34=3\n    OrdStatus(39)=2 FILLED  CumQty(14)=1.5\n"


def test_a_field_is_never_torn_apart() -> None:
    text = shown(Received(message("35=8|34=3|39=2|14=1.5|58=" + "long " * 8), is_admin=False, fresh=True), width=40)
    assert text.splitlines()[1:] == ["    OrdStatus(39)=2 FILLED", "    CumQty(14)=1.5", "    Text(58)=" + "long " * 8]


def test_a_message_out_of_sequence_is_marked() -> None:
    assert "(not in sequence: dropped)" in shown(Received(message("35=8|34=9"), is_admin=False, fresh=False))


def test_admin_messages_may_be_hidden_but_not_rejects() -> None:
    heartbeat = Received(message("35=0|34=3"), is_admin=True, fresh=True)
    reject = Received(message("35=3|34=4|45=2|373=1|58=why"), is_admin=True, fresh=True)
    assert shown(heartbeat) == "← Heartbeat(0) 34=3\n"
    assert shown(heartbeat, show_admin=False) == ""
    assert "REQUIRED_TAG_MISSING  Text(58)=why" in shown(reject, show_admin=False)


def test_notes_and_ends_are_always_shown() -> None:
    text = shown(LoggedOn(), Note("careful", serious=True), Ended("bye [bold]"), show_admin=False)
    assert text == "logged on\ncareful\nbye [bold]\n"


def test_an_order_in_one_line() -> None:
    order = ClientOrder(1, "A", "BTC-USD", "BUY", "2", "50000")
    assert order_line(order) == "order 1 (A) buy 2 BTC-USD @ 50000: SENT"
    order.ord_status, order.cum_qty, order.avg_px, order.text = "PARTIALLY_FILLED", "0.5", "49999", "half"
    assert order_line(order) == ("order 1 (A) buy 2 BTC-USD @ 50000: PARTIALLY_FILLED, 0.5 done at 49999: half")


def test_orders_and_help() -> None:
    out = io.StringIO()
    display = Display(Console(file=out, width=200))
    display.orders(Orders())
    orders = Orders()
    orders.add(ClientOrder(1, "A", "BTC-USD", "BUY", "2"), seq=2)
    display.orders(orders)
    display.order(orders.all[0])
    display.help(None)
    display.help("replace")
    display.help("xyzzy")
    text = out.getvalue()
    assert "no orders yet" in text
    assert "market" in text
    assert text.count("replace [ORDER] QTY [@ PRICE]") == 2
    assert "there is no command 'xyzzy'" in text
