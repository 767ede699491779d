"""Do the books agree? The client's, the gateway's journal, the exchange's journal, after whatever has happened.

Each of them was written by another program (the client's by the test itself), so agreement is evidence:

    I1  what the client was told, the journal holds, under the same number with the same content
    I2  no request of the client is lost or taken twice; no order is at the exchange twice; no fill is lost or doubled
    I3  in each session our numbers are contiguous, and each belongs to one message for ever
    I5  the quantities of every order agree in all three books
    I7  the state that was live equals the fold of the log
    I8  the chain of the journal is whole
    I9  what was told to who listens is the projection of the journal: each report of the client's has one copy
"""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

from gateway.exchange.commands import NewOrder as ExchangeOrder
from gateway.exchange.commands import decode_command
from gateway.journal import Journal
from gateway.store.log_records import FACT, INBOUND, NUMBERS, OUTBOUND, split_inbound, split_numbers, split_outbound
from gateway.trading.copy_audit import CopyAudit
from oms.blotter import Blotter
from oms.codec import decode_event
from oms.events import OrderReceived, OrderRouted
from oms.order import Order
from tests.crash.bookkeeper import ADMIN, Bookkeeper, content, fields, show

ZERO = Decimal(0)


def audit(
    journal_directory: Path, exchange_directory: Path, client: Bookkeeper, listener: Bookkeeper, live: tuple[int, str]
) -> Blotter:
    """Raises AssertionError for the first disagreement; returns the state that the log leads to. `live` is the number
    of the last fact and the state's hash, as the running gateway told them."""
    blotter, received, routed, outbound = _gateway_book(journal_directory, live)
    _every_request_once(client, received)
    _told_as_stored(client, outbound["CLIENT"])
    _told_as_stored(listener, outbound["LISTENER"])
    _each_report_has_one_copy(client, listener)
    _fills_agree(client, blotter)
    _exchange_agrees(exchange_directory, blotter, routed)
    return blotter


def _gateway_book(
    directory: Path, live: tuple[int, str]
) -> tuple[Blotter, Counter[str], dict[str, OrderRouted], dict[str, dict[int, bytes]]]:
    journal = Journal.open(directory, 4)
    copies = CopyAudit(journal.facts, to_the_byte=True)
    blotter = Blotter()
    received: Counter[str] = Counter()
    routed: dict[str, OrderRouted] = {}
    outbound: dict[str, dict[int, bytes]] = defaultdict(dict)
    inbound_numbers: dict[str, list[int]] = defaultdict(list)
    for record in journal.records():
        copies.see(record)
        if record.kind == FACT:
            event = decode_event(record.payload)
            blotter.apply(event)
            if event.seq == live[0]:
                assert blotter.state_hash().hex() == live[1], "I7: the log does not lead to the state that was live"
            if isinstance(event, OrderReceived):
                received[event.cl_ord_id] += 1
            elif isinstance(event, OrderRouted):
                assert event.venue_cl_ord_id not in routed, "I2: one id for two orders"
                routed[event.venue_cl_ord_id] = event
        elif record.kind == OUTBOUND:
            session, _, number, raw = split_outbound(record.payload)
            assert number not in outbound[session], f"I3: {session} {number} was given twice"
            assert int(fields(raw)[b"34"]) == number, f"I3: {session} {number} holds another number"
            outbound[session][number] = raw
        elif record.kind == INBOUND:
            session, raw = split_inbound(record.payload)
            inbound_numbers[session].append(int(fields(raw)[b"34"]))
        elif record.kind == NUMBERS:
            split_numbers(record.payload)
    for session, messages in outbound.items():
        assert sorted(messages) == list(range(1, len(messages) + 1)), f"I3: {session}: numbers are not contiguous"
        assert journal.numbers()[session].next_sender_msg_seq_num == len(messages) + 1
    for session, numbers in inbound_numbers.items():
        assert numbers == sorted(set(numbers)), f"I2: {session}: a message was taken twice or out of order"
    assert blotter.last_seq >= live[0]
    assert not copies.findings, f"I9: {copies.findings[0]}"
    journal.close()
    return blotter, received, routed, outbound


def _every_request_once(client: Bookkeeper, received: Counter[str]) -> None:
    sent = {fields(body)[b"11"].decode() for msg_type, body, _ in client.sent.values() if msg_type == b"D"}
    assert set(received) == sent, f"I2: orders lost or invented: {set(received) ^ sent}"
    assert set(received.values()) <= {1}, "I2: an order was taken twice"


def _told_as_stored(client: Bookkeeper, outbound: dict[int, bytes]) -> None:
    exec_ids: Counter[bytes] = Counter()
    for number, raw in client.received.items():
        tags = fields(raw)
        if tags[b"35"] in ADMIN:
            continue
        assert number in outbound, f"I1: told but not stored: {show(raw)}"
        assert content(raw) == content(outbound[number]), f"I1: {number} was told otherwise than stored"
        if tags[b"35"] == b"8":
            exec_ids[tags[b"17"]] += 1
    assert set(exec_ids.values()) <= {1}, "I2: a report was told twice"
    for number, raw in outbound.items():
        if fields(raw)[b"35"] not in ADMIN:
            assert number in client.received, f"I2: stored but never told: {show(raw)}"


def _each_report_has_one_copy(client: Bookkeeper, listener: Bookkeeper) -> None:
    """As it arrived, by ExecID; refusals of requests by their ClOrdID. Answers to questions have none."""
    told, heard = _reports(client), _reports(listener)
    assert len(set(heard)) == len(heard), f"I9: copied twice: {[it for it in heard if heard.count(it) > 1]}"
    assert set(told) == set(heard), f"I9: not the client's reports: {set(told) ^ set(heard)}"


def _reports(peer: Bookkeeper) -> list[tuple[bytes, ...]]:
    told = map(fields, peer.application)
    same = (b"35", b"11", b"37", b"17", b"150", b"39", b"14", b"151", b"32", b"31")
    return [
        tuple(tags.get(tag, b"") for tag in same)
        for tags in told
        if tags[b"35"] in (b"8", b"9") and tags[b"37"] != b"NONE" and tags.get(b"150") != b"I"
    ]


def _fills_agree(client: Bookkeeper, blotter: Blotter) -> None:
    told: dict[str, Decimal] = defaultdict(lambda: ZERO)
    last: dict[str, dict[bytes, bytes]] = {}
    for raw in client.application:
        tags = fields(raw)
        if tags[b"35"] == b"8" and tags[b"37"] != b"NONE":
            order_id = tags[b"37"].decode()
            if tags[b"150"] == b"F":
                told[order_id] += Decimal(tags[b"32"].decode())
            last[order_id] = tags
    for order in blotter.orders.values():
        assert told[order.order_id] == order.cum_qty, f"I5: {order}: the client was told {told[order.order_id]}"
        final = last[order.order_id]
        assert Decimal(final[b"14"].decode()) == order.cum_qty, f"I5: {order}: last CumQty(14) told"
        if not order.pending:
            assert Decimal(final[b"151"].decode()) == order.leaves_qty, f"I5: {order}: last LeavesQty(151) told"


def _exchange_agrees(directory: Path, blotter: Blotter, routed: dict[str, OrderRouted]) -> None:
    journal = Journal.open(directory, 4)
    at_exchange: Counter[str] = Counter()
    fills: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for record in journal.records():
        if record.kind == FACT:
            command = decode_command(record.payload)
            if isinstance(command, ExchangeOrder):
                at_exchange[_text(command.cl_ord_id)] += 1
        elif record.kind == OUTBOUND:
            tags = fields(split_outbound(record.payload)[3])
            if tags.get(b"150") == b"F":
                fills[tags[b"11"].decode()] += Decimal(tags[b"32"].decode())
    journal.close()
    assert set(at_exchange.values()) <= {1}, "I2: an order stands at the exchange twice"
    for venue_cl_ord_id, event in routed.items():
        order = blotter.orders[event.order_seq]
        if event.venue == "EXCHANGE":
            assert at_exchange[venue_cl_ord_id] == 1, f"I2: {order} never reached the exchange"
            assert _executed(order, venue_cl_ord_id, fills) == order.cum_qty, (
                f"I5: {order}: the exchange executed otherwise"
            )
    known = {id_ for id_, event in routed.items() if event.venue == "EXCHANGE"}
    assert set(at_exchange) == known, "I2: the exchange has an order that the gateway never routed"


def _executed(order: Order, first_name: str, fills: dict[str, Decimal]) -> Decimal:
    """What the exchange executed of an order, under whatever id it had there."""
    return sum((fills[name] for name in {first_name, *order.requests}), ZERO)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
