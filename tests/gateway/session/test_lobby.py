"""Who gets from a connection to a session, and who is closed without a word."""

from __future__ import annotations

import pytest

from gateway.session.lobby import LOGON_TIMEOUT_S, Admitted, Lobby, Refused
from tests.gateway.session.host import Clock, Host, admit
from tests.gateway.session.messages import fields_of, logon, message, settings
from tests.gateway.session.rulebooks import rulebook


def acceptor(**changed: object) -> Host:
    return Host(settings(**changed), rulebook("FIX.4.4"), Clock())


def test_logon_is_admitted_with_the_bytes_behind_it() -> None:
    host = acceptor()
    verdict = admit(host, logon() + message(b"1", 2, b"112=HELLO\x01"))
    assert verdict == Admitted(host.session)
    assert [dict(fields_of(raw))[b"35"] for raw in host.unsent] == [b"A", b"0"]


def test_logon_may_come_byte_by_byte() -> None:
    host = acceptor()
    arrival = Lobby([host.session]).arrive(host.clock.now)
    data = logon()
    verdicts = [arrival.receive_data(data[i : i + 1], host.clock.now) for i in range(len(data))]
    assert verdicts[:-1] == [None] * (len(data) - 1)
    assert verdicts[-1] == Admitted(host.session)


def test_second_logon_of_the_same_identity_is_refused_and_the_first_untouched() -> None:
    """Session test case 1S.b; acceptance definitions 1b, AlreadyLoggedOn."""
    host = acceptor()
    admit(host, logon())
    host.unsent.clear()
    lobby = Lobby([host.session])
    verdict = lobby.arrive(host.clock.now).receive_data(logon(2), host.clock.now)
    assert isinstance(verdict, Refused)
    host.work()
    assert not host.unsent
    host.feed(message(b"1", 2, b"112=HELLO\x01"))
    assert len(host.unsent) == 1


@pytest.mark.parametrize(
    "data",
    [
        message(b"0", 1),
        message(b"A", 1, b"98=0\x01108=30\x01", begin_string=b"FIX.4.2"),
        message(b"A", 1, b"98=0\x01108=30\x01", utc_ns=1_600_000_000_000_000_000),
        logon()[:-2] + b"0\x01",
        b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n" + logon(),
        logon().replace(b"49=PEER", b"49=PEAR"),
        logon().replace(b"34=1", b"34=x"),
    ],
)
def test_who_is_not_proven_to_be_ours_is_refused_and_nothing_changes(data: bytes) -> None:
    host = acceptor()
    assert isinstance(admit(host, data), Refused)
    assert not host.unsent
    assert not host.outputs
    assert (host.numbers.next_sender_msg_seq_num, host.numbers.next_target_msg_seq_num) == (1, 1)


def test_connection_without_a_logon_expires() -> None:
    host = acceptor()
    arrival = Lobby([host.session]).arrive(host.clock.now)
    assert arrival.receive_data(logon()[:20], host.clock.now) is None
    host.clock.advance(LOGON_TIMEOUT_S - 0.001)
    assert arrival.expired(host.clock.now) is None
    host.clock.advance(0.001)
    assert arrival.deadline() == host.clock.mono_ns
    assert isinstance(arrival.expired(host.clock.now), Refused)


def test_who_hangs_up_before_its_logon_is_noted_if_it_has_spoken() -> None:
    host = acceptor()
    arrival = Lobby([host.session]).arrive(host.clock.now)
    assert arrival.receive_eof(host.clock.now) is None
    arrival.receive_data(b"8=FIX", host.clock.now)
    assert isinstance(arrival.receive_eof(host.clock.now), Refused)


def test_two_sessions_of_one_identity_are_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        Lobby([acceptor().session, acceptor().session])
