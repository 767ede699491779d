"""Who gets from a connection to a session, and who is closed without a word."""

from __future__ import annotations

import pytest

from fixspec.message import Message
from gateway.session.lobby import LOGON_TIMEOUT_S, Admitted, Lobby, Refused
from gateway.session.session import Authenticate, accept_anyone
from tests.gateway.session.host import Clock, Host, admit
from tests.gateway.session.messages import fields_of, logon, message, settings
from tests.gateway.session.rulebooks import rulebook


def acceptor(authenticate: Authenticate = accept_anyone, **changed: object) -> Host:
    return Host(settings(**changed), rulebook("FIX.4.4"), Clock(), authenticate=authenticate)


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


def test_connection_closed_before_its_logon_is_refused() -> None:
    host = acceptor()
    assert isinstance(Lobby([host.session]).arrive(host.clock.now).receive_eof(host.clock.now), Refused)


def test_two_sessions_of_one_identity_are_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        Lobby([acceptor().session, acceptor().session])


def deny(logon: Message) -> str | None:
    return None if logon.get(b"554") == b"right" else "wrong password"


@pytest.mark.parametrize("extra", [b"554=wrong\x01", b"141=Y\x01554=wrong\x01", b""])
@pytest.mark.parametrize("reset_on_logon", [False, True])
def test_nothing_moves_before_authentication(extra: bytes, reset_on_logon: bool) -> None:
    host = acceptor(deny, reset_on_logon=reset_on_logon)
    admit(host, logon(1, b"554=right\x01"))
    host.end_of_file()
    before = (host.numbers.generation, host.numbers.next_sender_msg_seq_num, host.numbers.next_target_msg_seq_num)
    assert before == (1, 2, 2)
    host.outputs.clear()
    verdict = admit(host, logon(2, extra))
    assert isinstance(verdict, Refused)
    assert "wrong" in verdict.reason
    assert not host.unsent
    assert not host.outputs
    assert not host.session.take_wire_log()[4:]
    numbers = host.numbers
    assert (numbers.generation, numbers.next_sender_msg_seq_num, numbers.next_target_msg_seq_num) == before
    host.feed(message(b"B", 2, b"148=x\x0133=1\x0158=x\x01"))
    assert not host.outputs, "the refused connection left nothing behind"
    assert isinstance(admit(host, logon(2, b"554=right\x01")), Admitted)


def test_authentication_comes_before_the_terms_are_judged() -> None:
    """A wrong password must not learn what is wrong with its HeartBtInt."""
    host = acceptor(deny)
    verdict = admit(host, message(b"A", 1, b"98=0\x01108=0\x01554=wrong\x01"))
    assert isinstance(verdict, Refused)
    assert not host.unsent
