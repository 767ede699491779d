"""What is sent to a FIX venue, field by field; `test_conformance` shows that a venue understands it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.commands import NewOrder
from oms.events import Event, OrderAccepted, OrderFilled, OrderQueried
from oms.order import Order
from oms.special_terms import SpecialTerms
from oms.types import ExecInst, Moment, OrdType, Side, TimeInForce
from oms.venue_capabilities import VenueCapabilities
from oms.venue_reports import AnyVenueReport, ReferencePriceSeen, VenueAccepted
from tests.gateway.exchange.floor_in_memory import decoded
from tests.venues.desk_in_memory import Desk
from venues.fix_standard import FixStandard, FixStandardSettings
from venues.port import Capabilities, FixRequest

SESSIONS = {"FIX.4.2": "A42", "FIX.4.4": "A44", "FIX.5.0SP2": "A50"}
AT = Moment(1_790_000_000_123_000_000, 77)


class Listener:
    """A counterparty that notes what is sent to it and is silent."""

    def __init__(self, version: str) -> None:
        self.adapter = FixStandard(FixStandardSettings("V", version))
        self.capabilities: Capabilities = self.adapter.capabilities
        self.sent: list[FixRequest] = []

    def ask(self, event: Event, order: Order, at: Moment) -> list[AnyVenueReport]:
        self.sent += self.adapter.requests(event, order, at)
        return []

    def offer(self, side: Side, qty: Decimal, price: Decimal) -> None: ...

    def said(self) -> list[AnyVenueReport]:
        return []

    def prices(self, at: Moment) -> list[AnyVenueReport]:
        return [ReferencePriceSeen("V", "BTC-USD", Decimal(50000))]


@pytest.fixture(params=list(SESSIONS))
def version(request: pytest.FixtureRequest) -> str:
    assert isinstance(request.param, str)
    return request.param


@pytest.fixture
def listener(version: str) -> Listener:
    return Listener(version)


def body(version: str, request: FixRequest) -> dict[str, str]:
    """The fields of a request, after the dictionary has had its say."""
    decoded(SESSIONS[version], request.msg_type, request.body)
    return dict(field.split("=", 1) for field in request.body.decode().split("\x01")[:-1])


def handl_inst(version: str) -> dict[str, str]:
    return {"21": "1"} if version == "FIX.4.2" else {}


def test_new_order_single(version: str, listener: Listener) -> None:
    desk = Desk(listener)
    order = desk.new("a1", Side.BUY, "1.50", "49999.10", TimeInForce.GOOD_TILL_CANCEL)
    market = desk.new("a2", Side.SELL, "2", None, TimeInForce.IMMEDIATE_OR_CANCEL)
    one, other = listener.sent
    assert one.msg_type == other.msg_type == b"D"
    stamp = "20260921-14:13:20.000"
    assert body(version, one) == {
        "11": order.venue_cl_ord_id, "1": "ACC", **handl_inst(version), "55": "BTC-USD", "54": "1", "60": stamp,
        "38": "1.50", "40": "2", "44": "49999.10", "59": "1",
    }  # fmt: skip
    assert body(version, other) == {
        "11": market.venue_cl_ord_id, "1": "ACC", **handl_inst(version), "55": "BTC-USD", "54": "2", "60": stamp,
        "38": "2", "40": "1", "59": "3",
    }  # fmt: skip


def test_cancel_names_the_last_request_that_was_not_rejected(version: str, listener: Listener) -> None:
    desk = Desk(listener)
    order = desk.new("a1", Side.BUY, "1", "49999")
    first = order.venue_cl_ord_id
    accept(desk, order)
    desk.replace("a2", "a1", "2", "49998")
    desk.cancel("a3", "a2")
    _, replace, cancel = listener.sent
    assert (replace.msg_type, cancel.msg_type) == (b"G", b"F")
    asked = body(version, replace)
    assert asked.pop("60") and asked == {
        "41": first, "11": order.pending[0].venue_cl_ord_id, "1": "ACC", **handl_inst(version), "55": "BTC-USD",
        "54": "1", "38": "2", "40": "2", "44": "49998", "59": "0",
    }  # fmt: skip
    asked = body(version, cancel)
    assert asked.pop("60") and asked == {
        "41": order.pending[0].venue_cl_ord_id, "11": order.pending[1].venue_cl_ord_id, "1": "ACC",
        "55": "BTC-USD", "54": "1", "38": "1",
    }  # fmt: skip


def test_order_status_request(version: str, listener: Listener) -> None:
    desk = Desk(listener)
    order = desk.new("a1", Side.BUY, "1", "49999")
    (request,) = listener.adapter.requests(OrderQueried(9, 1, order.order_seq, "V", "T5", "Q9"), order, AT)
    assert request.msg_type == b"H"
    query_id = {} if version == "FIX.4.2" else {"790": "Q9"}
    assert body(version, request) == {"11": "T5", **query_id, "55": "BTC-USD", "54": "1"}


def test_market_data_is_subscribed_at_logon(version: str, listener: Listener) -> None:
    (request,) = listener.adapter.on_logon(["BTC-USD", "ETH-USD"], AT)
    assert request.msg_type == b"V" and body(version, request)["262"] == "V-77"
    assert request.body.replace(b"\x01", b"|").endswith(b"|267=3|269=2|269=0|269=1|146=2|55=BTC-USD|55=ETH-USD|")
    assert listener.adapter.on_logon([], AT) == []


def test_without_market_data_nothing_is_subscribed() -> None:
    adapter = FixStandard(FixStandardSettings("V", "FIX.4.4", market_data=False))
    assert adapter.on_logon(["BTC-USD"], AT) == [] and not adapter.capabilities.market_data


def test_other_events_ask_nothing_of_the_venue(listener: Listener) -> None:
    desk = Desk(listener)
    order = desk.new("a1", Side.BUY, "1", "49999")
    accepted = OrderAccepted(8, 1, order.order_seq, "O1")
    filled = OrderFilled(9, 1, order.order_seq, "V", "E1", Decimal(1), Decimal(1))
    assert listener.adapter.requests(accepted, order, AT) == listener.adapter.requests(filled, order, AT) == []


def accept(desk: Desk, order: Order) -> None:
    desk.take(VenueAccepted("V", order.venue_cl_ord_id, "O1"))
    assert order.acknowledged


SPECIAL = SpecialTerms(
    stop_px=Decimal(50100),
    expire_time_ns=1_790_003_600_000_000_000,
    display_qty=Decimal(1),
    exec_inst=(ExecInst.PARTICIPATE_DONT_INITIATE, ExecInst.WORK),
)


def sent_to(version: str, supports: VenueCapabilities) -> dict[str, str]:
    """The NewOrderSingle(D) of a stop limit order with everything."""
    listener = Listener(version)
    listener.adapter = FixStandard(FixStandardSettings("V", version, supports=supports))
    listener.capabilities = listener.adapter.capabilities
    desk = Desk(listener)
    desk.new("a1", Side.BUY, "5", "50150", TimeInForce.GOOD_TILL_DATE, SPECIAL)
    return body(version, listener.sent[-1])


def test_special_terms_to_a_venue_that_takes_them(version: str) -> None:
    everything = VenueCapabilities(
        tuple(OrdType), tuple(TimeInForce), (ExecInst.PARTICIPATE_DONT_INITIATE,), display_qty=True
    )
    fields = sent_to(version, everything)
    shown = "1138" if version == "FIX.5.0SP2" else "111"
    wanted = {"40": "4", "44": "50150", "99": "50100", "59": "6", "126": "20260921-15:13:20.000", shown: "1", "18": "6"}
    assert fields.items() >= wanted.items()


def test_what_the_gateway_does_in_its_place_is_not_said_to_a_venue(version: str) -> None:
    """The stop price has been reached; the gateway cancels the order at its time."""
    listener = Listener(version)
    desk = Desk(listener)
    special = SpecialTerms(stop_px=Decimal(50000), expire_time_ns=SPECIAL.expire_time_ns, exec_inst=(ExecInst.WORK,))
    desk.new("a1", Side.BUY, "5", "50150", TimeInForce.GOOD_TILL_DATE, special)
    fields = body(version, listener.sent[-1])
    assert fields.items() >= {"40": "2", "44": "50150", "59": "1"}.items()
    assert not fields.keys() & {"99", "126", "18", "111", "1138"}


def test_a_pegged_order(version: str) -> None:
    listener = Listener(version)
    takes = VenueCapabilities((OrdType.PEGGED,), (TimeInForce.DAY,), (ExecInst.PRIMARY_PEG,))
    listener.adapter = FixStandard(FixStandardSettings("V", version, supports=takes))
    listener.capabilities = listener.adapter.capabilities
    special = SpecialTerms(exec_inst=(ExecInst.PRIMARY_PEG,), peg_offset=Decimal("-0.5"))
    desk = Desk(listener)
    desk.take(
        NewOrder("C", "", "a1", "BTC-USD", Side.BUY, OrdType.PEGGED, Decimal(1), None, TimeInForce.DAY, special=special)
    )
    fields = body(version, listener.sent[-1])
    peg = {"1094": "5"} if version == "FIX.5.0SP2" else {"18": "R"}
    assert fields.items() >= {"40": "P", "211": "-0.5", **peg}.items()
