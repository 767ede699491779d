"""What must hold between memory, wire and orders, whatever the command."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

from rich.console import Console

from gateway.client.commands import Command, Mistake, parse
from gateway.client.display import Display
from gateway.client.memory import MemoryFile
from gateway.client.orders import Orders
from gateway.client.trader import Trader
from tests.gateway.client.peer import Peer


def command(line: str) -> Command:
    parsed = parse(line)
    assert not isinstance(parsed, Mistake)
    return parsed


class Desk:
    """A Trader whose connection writes down what the memory file held when bytes left."""

    def __init__(self, tmp_path: Path) -> None:
        self.peer = Peer()
        self.file = MemoryFile(tmp_path, "X")
        display = Display(Console(file=io.StringIO()))
        self.trader = Trader(self.peer.session, Orders(), self.file, display, lambda: self.peer.now)
        self.saved_at_write: list[tuple[int, list[str]]] = []
        self.written: list[bytes] = []
        self.closed = 0

    def write(self, data: bytes) -> None:
        saved = json.loads(self.file.path.read_text())
        self.saved_at_write.append((saved["next_sender_msg_seq_num"], list(saved["sent"])))
        self.written.append(data)

    def close(self) -> None:
        self.closed += 1

    def log_on(self) -> None:
        self.trader.connected(self.write, self.close)
        self.trader.data_received(self.peer.wire("35=A|98=0|108=30"))

    def perform(self, line: str) -> str:
        return asyncio.run(self.trader.perform(command(line)))


def test_memory_is_safe_before_bytes_leave(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.log_on()
    assert desk.perform("buy 1 BTC") == ""
    assert desk.perform("sell 1 BTC") == ""
    assert desk.saved_at_write == [(2, []), (3, ["2"]), (4, ["2", "3"])]


def test_what_was_received_is_remembered_at_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.log_on()
    desk.perform("buy 1 BTC id A")
    desk.trader.data_received(desk.peer.wire("35=8|11=A|150=F|39=2|14=1|151=0|6=5"))
    memory, orders = desk.file.load()
    assert memory.next_target_msg_seq_num == 3
    assert orders.all[0].ord_status == "FILLED"


def test_commands_about_orders_need_a_session(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for line in ("buy 1 BTC", "cancel", "replace 1", "status", "raw 35=D"):
        assert desk.perform(line) == "not logged on: `connect` tries again"
    assert desk.written == []


def test_the_connection_is_closed_once_the_session_ends(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.log_on()
    desk.trader.data_received(desk.peer.wire("35=5|58=bye"))
    assert desk.closed == 1
    desk.trader.connection_lost()
    desk.trader.tick()
    assert desk.closed == 1


def test_a_replayed_duplicate_changes_no_order(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.log_on()
    desk.perform("buy 2 BTC id A")
    desk.trader.data_received(desk.peer.wire("35=8|11=A|150=0|39=0|14=0|151=2|6=0"))
    desk.trader.data_received(desk.peer.wire("35=8|11=A|150=F|39=2|14=2|151=0|6=5"))
    desk.trader.data_received(desk.peer.wire("35=8|43=Y|11=A|150=0|39=0|14=0|151=2|6=0", seq=2))
    assert desk.trader.orders.all[0].ord_status == "FILLED"


def test_client_order_ids_do_not_repeat(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.log_on()
    desk.perform("buy 1 BTC")
    desk.perform("cancel")
    desk.perform("buy 1 BTC")
    ids = {order_id for order in desk.trader.orders.all for order_id in order.ids()}
    assert len(ids) == 3
    desk.peer.seconds = 1
    later = Trader(desk.peer.session, Orders(), desk.file, Display(Console(file=io.StringIO())), lambda: desk.peer.now)
    later.connected(desk.write, desk.close)
    assert later._new_id() not in ids
