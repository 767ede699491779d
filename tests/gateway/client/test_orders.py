"""What the client makes of reports and rejects, and of its memory file."""

from pathlib import Path

import pytest

from gateway.client.memory import MemoryDamaged, MemoryFile
from gateway.client.orders import ClientOrder, Orders
from gateway.client.requests import (
    new_order_single,
    order_cancel_replace_request,
    order_cancel_request,
    order_status_request,
)
from gateway.client.session import SessionMemory
from gateway.client.wire import WireMessage, encode
from tests.gateway.client.peer import fix, plain


def message(text: str) -> WireMessage:
    return encode(b"FIX.4.4", fix(text))


@pytest.fixture
def orders() -> Orders:
    orders = Orders()
    orders.add(ClientOrder(1, "A", "BTC-USD", "BUY", "2", "50000"), seq=2)
    return orders


def test_a_fill_in_two_parts(orders: Orders) -> None:
    order = orders.all[0]
    assert orders.apply(message("35=8|37=O1|11=A|150=0|39=0|151=2|14=0|6=0")) is order
    assert (order.ord_status, order.leaves_qty, order.order_id, order.seen) == ("NEW", "2", "O1", ["new"])
    orders.apply(message("35=8|37=O1|11=A|150=F|39=1|151=1.5|14=0.5|6=50000"))
    assert (order.ord_status, order.cum_qty, order.avg_px) == ("PARTIALLY_FILLED", "0.5", "50000")
    orders.apply(message("35=8|37=O1|11=A|150=F|39=2|151=0|14=2|6=50001"))
    assert (order.ord_status, order.cum_qty, order.seen) == ("FILLED", "2", ["new", "partial", "filled"])


def test_the_fills_of_4_2_are_told_by_ord_status_too(orders: Orders) -> None:
    orders.apply(message("35=8|11=A|20=0|150=1|39=1|14=1"))
    orders.apply(message("35=8|11=A|20=0|150=2|39=2|14=2"))
    assert orders.all[0].seen == ["partial", "filled"]


def test_a_replace_takes_the_new_id_and_terms(orders: Orders) -> None:
    order = orders.all[0]
    orders.asked(order, 3, "B", ["3", "51000"])
    orders.apply(message("35=8|11=B|41=A|150=E|39=E"))
    assert (order.ord_status, order.seen, order.cl_ord_id) == ("PENDING_REPLACE", [], "A")
    orders.apply(message("35=8|11=B|41=A|150=5|39=0"))
    assert (order.cl_ord_id, order.order_qty, order.price) == ("B", "3", "51000")
    assert order.seen == ["replaced", "new"]
    assert orders.find("A") is orders.find("B") is order


def test_what_the_report_says_of_a_replace_wins(orders: Orders) -> None:
    orders.asked(orders.all[0], 3, "B", ["1", "51000"])
    orders.apply(message("35=8|11=B|41=A|150=5|39=2|38=2|44=50500"))
    assert (orders.all[0].order_qty, orders.all[0].price) == ("2", "50500")


def test_a_cancel_reject_leaves_the_order_as_it_is(orders: Orders) -> None:
    order = orders.all[0]
    orders.apply(message("35=8|11=A|150=0|39=0"))
    orders.asked(order, 3, "C", [])
    assert orders.apply(message("35=9|11=C|41=A|39=0|434=1|102=0|58=TOO LATE")) is order
    assert (order.ord_status, order.seen, order.text) == ("NEW", ["rejected"], "TOO LATE")


@pytest.mark.parametrize("text", ["35=3|45=2|373=1|58=why", "35=j|45=2|372=D|380=3|58=why", "35=j|379=A|372=D|58=why"])
def test_a_reject_of_the_message_is_one_of_the_order(orders: Orders, text: str) -> None:
    assert orders.apply(message(text)) is orders.all[0]
    assert (orders.all[0].ord_status, orders.all[0].seen, orders.all[0].text) == ("REJECTED", ["rejected"], "why")


@pytest.mark.parametrize("text", ["35=8|11=Z|39=0", "35=9|11=Z|41=Y", "35=3|45=99", "35=j", "35=B|148=x"])
def test_what_is_about_no_order_of_ours(orders: Orders, text: str) -> None:
    assert orders.apply(message(text)) is None
    assert orders.all[0].seen == []


def test_orders_are_found_by_number_and_id_and_the_last_by_nothing(orders: Orders) -> None:
    second = ClientOrder(2, "B", "ETH-USD", "SELL", "1")
    orders.add(second, seq=3)
    assert orders.find(None) is second
    assert orders.find("1") is orders.find("A") is orders.all[0]
    assert orders.find("C") is None
    assert Orders().find(None) is None
    assert orders.next_number() == 3


def test_the_messages_of_an_order() -> None:
    order = ClientOrder(1, "A", "BTC-USD", "SELL", "2", "50000", time_in_force="3", account="ACC")
    at = b"20231114-22:13:20.000"

    def text(fields: list[tuple[bytes, bytes]]) -> str:
        return plain(WireMessage(fields, b""))

    assert text(new_order_single(order, at)) == (
        f"11=A|1=ACC|21=1|55=BTC-USD|54=2|60={at.decode()}|38=2|40=2|44=50000|59=3"
    )
    assert text(order_cancel_request(order, "B", at)) == f"41=A|11=B|55=BTC-USD|54=2|60={at.decode()}|38=2"
    order.order_id = "O1"
    assert text(order_cancel_replace_request(order, "B", "3", "", at)) == (
        f"37=O1|41=A|11=B|1=ACC|21=1|55=BTC-USD|54=2|60={at.decode()}|38=3|40=1|59=3"
    )
    assert text(order_status_request(order)) == "37=O1|11=A|55=BTC-USD|54=2"


def test_the_memory_comes_back_as_it_was(tmp_path: Path, orders: Orders) -> None:
    file = MemoryFile(tmp_path / "client", "CLIENT44/../x")
    assert file.load()[0] == SessionMemory()
    orders.asked(orders.all[0], 3, "B", ["1", "2"])
    memory = SessionMemory(4, 5, {2: b"8=FIX.4.4\x0158=\xe9\x01"})
    file.save(memory, orders)
    file.save(memory, orders)
    loaded, loaded_orders = file.load()
    assert loaded == memory
    assert loaded_orders.all == orders.all
    assert [path.name for path in (tmp_path / "client").iterdir()] == ["CLIENT44_.._x.json"]
    assert file.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", '{"sent": {}}', '{"next_sender_msg_seq_num": "x"}'])
def test_a_damaged_memory_says_what_to_do(tmp_path: Path, text: str) -> None:
    file = MemoryFile(tmp_path, "X")
    file.path.write_text(text)
    with pytest.raises(MemoryDamaged, match=r"X\.json cannot be understood .*: delete it and start with --reset"):
        file.load()
