"""Orders on many sessions: by answer and by the clock, against a gateway that answers everything."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from bench.load import RunFailed
from bench.peers.null_acceptor import serve
from bench.session_layer import member as member_module
from bench.session_layer import orders as orders_module
from bench.session_layer.member import Crowd, Member, log_on_all
from bench.session_layer.numbers import check
from bench.session_layer.orders import Pace, drain, exchange, pace_until, percentiles_us
from bench.wire import Party, execution_report

ORDERS = 40


@pytest.fixture
def members() -> Iterator[list[Member]]:
    """Two clients, logged on, each with an acceptor of its own that reports each order as new."""
    with ExitStack() as stack:
        everyone = []
        for name in ("M000", "M001"):
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            party = Party(b"FIX.4.4", b"GATEWAY", name.encode())
            arguments = (listener, party, ORDERS, b"BTC-USD", b"49000")
            server = threading.Thread(target=serve, args=arguments, daemon=True)
            server.start()
            stack.callback(server.join, 10)
            member = Member(name)
            log_on_all([member], listener.getsockname()[1], reset=True)
            everyone.append(stack.enter_context(closing(member)))
        yield everyone


def test_window_of_several(members: list[Member]) -> None:
    done = exchange(Crowd(members), members, ORDERS, 7)
    assert len(done.finished_s) == 2
    assert done.finished_s == sorted(done.finished_s)
    assert done.times_ns == []
    for member in members:
        check(member.name, member.stream(), 1, range(ORDERS))


def test_one_in_flight_gives_a_time_for_each_order(members: list[Member]) -> None:
    done = exchange(Crowd(members), members, ORDERS, 1)
    assert len(done.times_ns) == 2 * ORDERS
    assert min(done.times_ns) > 0
    assert percentiles_us(done.times_ns)["count"] == 2 * ORDERS


def test_by_the_clock_each_order_has_a_time_and_none_is_early(
    members: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Crowd(members)
    for member in members:
        member.prepare(ORDERS)
    now = [1_000]
    monkeypatch.setattr(orders_module, "clock_ns", lambda: now[0])
    pace = Pace(members, 1_000_000)
    pace.send_due()
    assert [member.sent for member in members] == [1, 0]
    now[0] += 499_999
    assert pace.send_due() == pytest.approx(1e-9)
    assert [member.sent for member in members] == [1, 0]
    now[0] += 1
    pace.send_due()
    assert [member.sent for member in members] == [1, 1]
    now[0] += 3_000_000  # late: what was due is sent at once, and was due when it was due
    pace.send_due()
    assert [member.sent for member in members] == [4, 4]
    drain(crowd, pace.read, members)
    assert sorted(pace.times_ns) == [500_000 * n for n in range(8)]


def test_what_is_not_over_in_time_has_failed(members: list[Member]) -> None:
    pace = Pace(members, 1_000_000)
    with pytest.raises(RunFailed, match=r"not over after 0\.01 s"):
        pace_until(Crowd(members), [pace.send_due], lambda: False, pace.read, 0.01)


def test_silence_has_failed(members: list[Member], monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd(members)
    exchange(crowd, members, ORDERS, 7)
    monkeypatch.setattr(Crowd, "ready", lambda self, timeout_s=0.0: [])
    monkeypatch.setattr(Member, "send_orders", lambda self, until: None)
    with pytest.raises(RunFailed, match="nothing received for 10 s; 0 sessions"):
        exchange(crowd, members, 1, 1)


def test_a_gateway_that_hangs_up_has_failed(members: list[Member]) -> None:
    crowd = Crowd(members)
    exchange(crowd, members, ORDERS, 7)
    for member in members:
        member.say(b"5")
    with pytest.raises(RunFailed, match=r"M00[01]: connection closed; 40 orders answered"):
        crowd.wait_for_all(b"0")


def test_no_times_no_percentiles() -> None:
    assert percentiles_us([]) == {}
    assert percentiles_us([1000 * n for n in range(1, 101)]) == {"p50": 50, "p99": 99, "count": 100}


def test_counted_is_the_field_of_a_new_order() -> None:
    assert member_module.COUNTED in execution_report(members_party(), 2, 0, b"BTC-USD", b"1", b"20261121-10:00:00")


def members_party() -> Party:
    return Party(b"FIX.4.4", b"GATEWAY", b"M000")
