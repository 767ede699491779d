"""The generator: its orders are good FIX, it counts what answers them, and a run with a fault in it has no figure."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench.load import Client, Plan, RunFailed, check, percentile, run
from bench.peers.null_acceptor import serve
from bench.wire import Party, cl_ord_id, execution_report, new_order_single, render, split_messages
from fixspec.codec import decode
from fixspec.dictionary import own_dictionary
from fixspec.message import Message
from fixspec.rulebook import Rulebook

NOW = b"20261121-10:00:00.000"
CLIENT, GATEWAY = Party(b"FIX.4.4", b"BENCH", b"GATEWAY"), Party(b"FIX.4.4", b"GATEWAY", b"BENCH")
ORDERS, WARM_UP = 300, 20


@pytest.fixture
def plan() -> Iterator[Plan]:
    """A run against the null acceptor, which serves one client in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        arguments = (listener, GATEWAY, ORDERS + WARM_UP, b"BTC-USD", b"50000")
        server = threading.Thread(target=serve, args=arguments, daemon=True)
        server.start()
        port = listener.getsockname()[1]
        yield Plan("127.0.0.1", port, CLIENT, b"BTC-USD", b"50000", ORDERS, WARM_UP, 50, b"\x0135=8\x01")
        server.join(10)
        assert not server.is_alive()


@pytest.mark.parametrize(
    "raw",
    [
        new_order_single(CLIENT, 2, 0, b"BTC-USD", b"49000", NOW),
        execution_report(GATEWAY, 2, 0, b"BTC-USD", b"49000", NOW),
    ],
)
def test_what_is_rendered_is_valid(raw: bytes) -> None:
    message = decode(raw)
    assert isinstance(message, Message)
    assert Rulebook(own_dictionary("FIX44")).validate(message) is None
    assert message.fields[b"11"] == cl_ord_id(0)


def test_spans_of_rendered_messages() -> None:
    rendered = render([b"a", b"bcd", b"", b"ef"])
    assert bytes(rendered.span(0, 4)) == b"abcdef"
    assert bytes(rendered.span(1, 2)) == b"bcd"
    assert bytes(rendered.span(2, 3)) == b""


def test_throughput_run(plan: Plan) -> None:
    figures = run(plan)
    assert figures["orders"] == ORDERS
    assert isinstance(figures["orders_per_s"], float)
    assert figures["orders_per_s"] > 0
    assert "latency_us" not in figures


def test_ping_pong_run(plan: Plan) -> None:
    figures = run(replace(plan, window=1))
    latencies = figures["latency_us"]
    assert isinstance(latencies, dict)
    assert list(latencies) == ["p50", "p90", "p99", "p99.9", "max"]
    assert list(latencies.values()) == sorted(latencies.values())


def test_reports_are_counted_wherever_the_stream_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = b"".join(_report(number + 2, number) for number in range(3))
    for size in range(1, 60):
        pieces = [stream[begin : begin + size] for begin in range(0, len(stream), size)]
        client = _client([])
        monkeypatch.setattr(client, "receive", iter(pieces).__next__)
        assert sum(client.receive_reports() for _ in pieces) == 3


def _client(received: list[bytes]) -> Client:
    """Without a connection."""
    client = Client.__new__(Client)
    client.plan, client.received, client.counted, client._tail = PLAN, received, 0, b""
    return client


def _stream(*reports: bytes) -> list[bytes]:
    return [GATEWAY.message(b"A", 1, b"98=0\x01108=30\x01", NOW), *reports]


def _report(msg_seq_num: int, number: int) -> bytes:
    return execution_report(GATEWAY, msg_seq_num, number, b"BTC-USD", b"50000", NOW)


PLAN = Plan("", 0, CLIENT, b"BTC-USD", b"50000", 2, 0, 1, b"\x0135=8\x01")


def test_a_complete_run_passes_the_check() -> None:
    check(_client(_stream(_report(2, 0), _report(3, 1))), PLAN)


def test_an_order_answered_twice_fails_the_run() -> None:
    with pytest.raises(RunFailed, match="2 orders, 1 ClOrdIDs answered"):
        check(_client(_stream(_report(2, 0), _report(3, 0))), PLAN)


def test_a_hole_in_the_numbers_fails_the_run() -> None:
    with pytest.raises(RunFailed, match="not contiguous"):
        check(_client(_stream(_report(2, 0), _report(4, 1))), PLAN)


def test_a_reject_fails_the_run() -> None:
    reject = GATEWAY.message(b"3", 4, b"45=3\x01373=5\x01", NOW)
    with pytest.raises(RunFailed, match=r"unexpected messages \['3'\]"):
        check(_client(_stream(_report(2, 0), _report(3, 1), reject)), PLAN)


def test_messages_are_split_as_they_were_joined() -> None:
    messages = [_report(number + 1, number) for number in range(4)]
    assert split_messages(b"".join(messages)) == messages


@pytest.mark.parametrize(("percent", "value"), [(50.0, 50), (99.0, 99), (99.9, 100), (1.0, 1)])
def test_percentiles_by_nearest_rank(percent: float, value: int) -> None:
    assert percentile(range(1, 101), percent) == value
