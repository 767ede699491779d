"""How messages look to a person: direction, name, number, then every field as Name(tag)=value MEANING."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fixspec import names, tags
from gateway.client.commands import GRAMMAR
from gateway.client.events import Ended, Event, LoggedOn, Note, Received, Sent
from gateway.client.orders import ClientOrder, Orders
from gateway.client.session import ADMIN
from gateway.client.wire import WireMessage

# The envelope, the same in every message: MsgType and MsgSeqNum stand in the headline instead.
ENVELOPE = {
    *(tags.BEGIN_STRING, tags.BODY_LENGTH, tags.MSG_TYPE, tags.CHECK_SUM, tags.MSG_SEQ_NUM),
    *(tags.SENDER_COMP_ID, tags.TARGET_COMP_ID, tags.SENDING_TIME),
}
SECRET = {tags.PASSWORD, tags.NEW_PASSWORD, tags.RAW_DATA, tags.ENCRYPTED_PASSWORD, tags.ENCRYPTED_NEW_PASSWORD}
LIVELINESS = {tags.MsgType.HEARTBEAT, tags.MsgType.TEST_REQUEST}

INDENT = "    "
_STATUS_COLOURS = {"FILLED": "green", "PARTIALLY_FILLED": "green", "REJECTED": "red", "CANCELED": "yellow"}


def headline(message: WireMessage, *, outbound: bool) -> str:
    """`-> NewOrderSingle(D) 34=2`, with a word if it is a repetition."""
    msg_type = message.msg_type
    meaning = names.enum_name(tags.MSG_TYPE, msg_type) or "?"
    name = "".join(word.capitalize() for word in meaning.split("_"))
    again = "  (sent again: PossDup)" if message.get(tags.POSS_DUP_FLAG) == b"Y" else ""
    arrow = "→" if outbound else "←"
    return f"{arrow} {name}({_shown(msg_type)}) 34={_shown(message.get(tags.MSG_SEQ_NUM) or b'?')}{again}"


def field_text(tag: bytes, value: bytes) -> str:
    """`OrdStatus(39)=2 FILLED`; secrets are not shown."""
    shown = "***" if tag in SECRET else _shown(value)
    meaning = names.enum_name(tag, value)
    return f"{names.field_name(tag)}({_shown(tag)})={shown}" + (f" {meaning}" if meaning else "")


def order_line(order: ClientOrder) -> str:
    """`order 1 (ID) buy 1.5 BTC-USD @ 50000: FILLED, 1.5 at 50000`."""
    price = f" @ {order.price}" if order.price else " at market"
    done = f", {order.cum_qty} done at {order.avg_px}" if order.cum_qty.strip("0.") else ""
    text = f": {order.text}" if order.text else ""
    return (
        f"order {order.number} ({order.cl_ord_id}) {order.side.lower()} {order.order_qty} {order.symbol}{price}: "
        f"{order.ord_status}{done}{text}"
    )


class Display:
    """Prints to a terminal, or plainly to a file."""

    def __init__(self, console: Console, *, show_admin: bool = True) -> None:
        self._console = console
        self._show_admin = show_admin

    def event(self, event: Event) -> None:
        match event:
            case Sent(message, is_admin):
                self._message(message, is_admin, outbound=True)
            case Received(message, is_admin, fresh):
                self._message(message, is_admin, outbound=False, dropped=not fresh and not is_admin)
            case Note(text, serious):
                self.say(text, "bold red" if serious else "cyan")
            case LoggedOn():
                self.say("logged on", "bold green")
            case Ended(reason):
                self.say(reason, "bold yellow")

    def _message(self, message: WireMessage, is_admin: bool, *, outbound: bool, dropped: bool = False) -> None:
        if is_admin and not self._show_admin and message.msg_type != tags.MsgType.REJECT:
            return
        assert is_admin == (message.msg_type in ADMIN)
        dim = is_admin and message.msg_type != tags.MsgType.REJECT
        colour = "dim" if dim or dropped else "blue" if outbound else "magenta"
        title = headline(message, outbound=outbound) + ("  (not in sequence: dropped)" if dropped else "")
        fields = [field_text(tag, value) for tag, value in message.fields if tag not in ENVELOPE]
        if message.msg_type in LIVELINESS or (dim and not fields):
            self.say("  ".join([title, *fields]), colour)
            return
        self.say(title, colour if dim else f"bold {colour}")
        for row in _rows(fields, self._console.width - len(INDENT)):
            self.say(INDENT + row, "dim" if dim else "")

    def say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)

    def order(self, order: ClientOrder) -> None:
        self.say("  " + order_line(order), _STATUS_COLOURS.get(order.ord_status, "bold"))

    def orders(self, orders: Orders) -> None:
        if not orders.all:
            self.say("no orders yet: try `buy 1.5 BTC-USD @ 50000`", "cyan")
            return
        table = Table("", "ClOrdID", "side", "OrderQty", "Symbol", "Price", "OrdStatus", "CumQty", "LeavesQty", "AvgPx")
        for order in orders.all:
            row = (
                str(order.number),
                order.cl_ord_id,
                order.side,
                order.order_qty,
                order.symbol,
                order.price or "market",
            )
            table.add_row(
                *row,
                Text(order.ord_status, style=_STATUS_COLOURS.get(order.ord_status, "")),
                *(order.cum_qty, order.leaves_qty, order.avg_px),
            )
        self._console.print(table)

    def help(self, topic: str | None) -> None:
        table = Table(box=None, show_header=False, pad_edge=False)
        for verb, (form, meaning) in GRAMMAR.items():
            if topic is None or topic in verb:
                table.add_row(Text(form, style="bold"), meaning)
        if table.row_count:
            self._console.print(table)
        else:
            self.say(f"there is no command {topic!r}", "red")


def _rows(fields: list[str], width: int) -> list[str]:
    """As many fields in a row as fit: a field is never torn apart."""
    rows: list[str] = []
    for text in fields:
        if rows and len(rows[-1]) + len(text) + 2 <= width:
            rows[-1] += "  " + text
        else:
            rows.append(text)
    return rows


def _shown(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace").translate(_UNPRINTABLE)


# A peer's bytes must not steer the terminal.
_UNPRINTABLE = {code: f"\\x{code:02x}" for code in (*range(32), 127, *range(128, 160))}
