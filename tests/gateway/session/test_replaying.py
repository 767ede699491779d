"""A replay in pieces: the same as in one, with nothing in between, and an end for a peer that asks for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixspec.codec import encode
from gateway.session.outputs import ResendWanted
from gateway.session.replay import WAITED_TOO_LONG_S
from gateway.session.state import State
from tests.gateway.session.host import Clock, Host, admit
from tests.gateway.session.messages import NEWS, decoded, fields_of, logon, message, settings
from tests.gateway.session.rulebooks import rulebook


class SlowHost(Host):
    """Sends a replay piece by piece, when it is told to."""

    def work(self) -> None:
        while (output := self.session.next_output(self.clock.now)) is not None:
            self.outputs.append(output)
            if isinstance(output, ResendWanted):
                self.session.begin_replay(self.clock.now)
        self.flush()

    def piece(self, count: int) -> bool:
        """One piece of so many numbers. False when there was none to send."""
        self.session.begin_replay(self.clock.now)
        wanted = self.session.replay_wanted(self.clock.now)
        if wanted is None:
            return False
        begin, end = wanted
        through = min(end, begin + count - 1)
        self.flush()
        self.session.replay_piece(self.stored(begin, through), through, self.clock.now)
        self.work()
        return True


def logged_on(**changed: object) -> SlowHost:
    host = SlowHost(settings(**changed), rulebook("FIX.4.4"), Clock())
    admit(host, logon())
    host.unsent.clear()
    host.outputs.clear()
    return host


def shape(raws: list[bytes]) -> list[tuple[str, int, str]]:
    """MsgType, MsgSeqNum, and `again`, `-> n` (a gap fill) or nothing."""
    found = []
    for raw in raws:
        fields = dict(fields_of(raw))
        how = f"-> {fields[b'36'].decode()}" if b"36" in fields else "again" if b"43" in fields else ""
        found.append((fields[b"35"].decode(), int(fields[b"34"]), how))
    return found


def news(host: Host, count: int) -> None:
    for number in range(count):
        host.send(b"B", NEWS % (b"n%d" % number))
    host.unsent.clear()


def asked(number: int, begin: int, end: int = 0) -> bytes:
    return message(b"2", number, b"7=%d\x0116=%d\x01" % (begin, end))


KINDS = st.lists(st.sampled_from([b"B", b"0", b"3", b"skipped"]), min_size=1, max_size=30)


@given(kinds=KINDS, begin=st.integers(1, 20), end=st.one_of(st.just(0), st.integers(1, 31)), sizes=st.data())
def test_in_pieces_it_is_what_it_is_in_one(kinds: list[bytes], begin: int, end: int, sizes: st.DataObject) -> None:
    """Gap fills included: those of one run are one message, wherever the pieces are cut."""
    hosts = [logged_on() for _ in range(2)]
    for host in hosts:
        for kind in kinds:
            if kind == b"skipped":
                host.numbers.next_sender_msg_seq_num += 1
            else:
                body = NEWS % b"n" if kind == b"B" else b"45=1\x0158=x\x01" if kind == b"3" else b""
                host.session._sender.send(kind, body, host.clock.now, False)
        host.work()
        host.unsent.clear()
        last = host.numbers.next_sender_msg_seq_num - 1
        host.feed(asked(2, min(begin, last), max(end, min(begin, last)) if end else 0))
    hosts[0].piece(1000)
    while hosts[1].piece(sizes.draw(st.integers(1, 7))):
        pass
    assert hosts[1].unsent == hosts[0].unsent
    assert not hosts[0].piece(1)


def test_what_is_said_meanwhile_waits_and_leaves_in_order() -> None:
    host = logged_on()
    news(host, 4)
    host.feed(asked(2, 2))
    host.piece(2)
    host.send(b"B", NEWS % b"late")
    host.feed(message(b"1", 3, b"112=ALIVE\x01"))
    while host.piece(1):
        pass
    host.send(b"B", NEWS % b"after")
    again = [("B", number, "again") for number in (2, 3, 4, 5)]
    assert shape(host.unsent) == [*again, ("B", 6, ""), ("0", 7, ""), ("B", 8, "")]
    assert all(raw == host.store[1, number] for number, raw in zip((6, 7, 8), host.unsent[4:], strict=True))


def test_what_has_waited_too_long_says_when_it_was_made() -> None:
    host = logged_on(heart_bt_int_s=3000)
    news(host, 2)
    host.feed(asked(2, 2))
    host.piece(1)
    host.send(b"B", NEWS % b"late")
    host.feed(message(b"1", 3, b"112=ALIVE\x01"))
    first_time = dict(fields_of(host.store[1, 4]))[b"52"]
    host.clock.advance(WAITED_TOO_LONG_S + 1)
    while host.piece(1):
        pass
    assert shape(host.unsent) == [("B", 2, "again"), ("B", 3, "again"), ("B", 4, "again"), ("4", 5, "-> 6")]
    assert dict(fields_of(host.unsent[2]))[b"122"] == first_time


def test_a_range_in_the_middle_does_not_send_what_the_peer_has() -> None:
    host = logged_on()
    news(host, 9)
    host.feed(asked(2, 3, 5))
    host.piece(2)
    host.send(b"B", NEWS % b"late")
    while host.piece(2):
        pass
    assert shape(host.unsent) == [*[("B", number, "again") for number in (3, 4, 5)], ("B", 11, "")]


def test_the_request_that_is_being_answered_is_not_answered_twice() -> None:
    host = logged_on()
    news(host, 4)
    host.feed(asked(2, 2))
    host.piece(1)
    host.feed(asked(3, 2))
    while host.piece(1):
        pass
    assert [number for _, number, _ in shape(host.unsent)] == [2, 3, 4, 5]
    assert "resend_request_repeated" in host.events


def test_a_request_for_all_that_is_left_goes_on_from_there() -> None:
    host = logged_on()
    news(host, 8)
    host.feed(asked(2, 2))
    host.piece(5)
    host.feed(asked(3, 4))
    while host.piece(3):
        pass
    assert [number for _, number, _ in shape(host.unsent)] == [2, 3, 4, 5, 6, 4, 5, 6, 7, 8, 9]


def test_a_request_for_something_else_waits_for_its_turn() -> None:
    host = logged_on()
    news(host, 8)
    host.feed(asked(2, 2, 5))
    host.piece(1)
    host.send(b"B", NEWS % b"late")
    host.feed(asked(3, 7, 8))
    while host.piece(2):
        pass
    assert [number for _, number, _ in shape(host.unsent)] == [2, 3, 4, 5, 7, 8, 10]


def test_requests_that_wait_are_bounded() -> None:
    host = logged_on()
    news(host, 30)
    for number in range(12):
        host.feed(asked(2 + number, 2 + number, 3 + number))
    assert len(host.session._asked) == 4
    assert host.events.count("resend_request_dropped") == 7


def test_who_asks_for_the_same_for_ever_is_logged_out() -> None:
    host = logged_on(resend_requests_max=3)
    news(host, 3)
    for number in range(3):
        host.feed(asked(2 + number, 2))
        while host.piece(2):
            pass
    assert [number for _, number, _ in shape(host.unsent)] == [2, 3, 4] * 3
    host.feed(asked(5, 2))
    assert host.session.state is State.EXPELLED
    assert b"58=ResendRequest(2) from 2 to 0 was answered 3 times\x01" in host.unsent[-1]


@pytest.mark.parametrize("pause_s", [0.0, 31.0])
def test_who_asks_again_later_or_for_something_else_may(pause_s: float) -> None:
    host = logged_on(resend_requests_max=2, check_latency=False)
    news(host, 3)
    for number in range(6):
        host.feed(asked(2 + number, 2 if pause_s else 2 + number % 2))
        while host.piece(9):
            pass
        host.clock.advance(pause_s)
    assert host.session.state is State.LOGGED_ON


def test_our_own_request_follows_the_replay_and_the_clock_of_the_heartbeats_rests() -> None:
    """Both sides have a gap: the peer's request comes with a number too high, and is answered first."""
    host = logged_on()
    news(host, 3)
    host.feed(asked(5, 2))
    host.piece(1)
    host.feed(message(b"B", 6, NEWS % b"above"))
    host.clock.advance(500)
    host.ring()
    assert [kind for kind, _, _ in shape(host.unsent)] == ["B"]
    while host.piece(1):
        pass
    assert shape(host.unsent)[-1] == ("2", 5, "")
    assert host.session.state is State.LOGGED_ON
    assert host.session.deadline() is not None


def test_a_logout_ends_a_replay() -> None:
    host = logged_on()
    news(host, 9)
    host.feed(asked(2, 2))
    host.piece(1)
    host.send(b"B", NEWS % b"late")
    host.logout(b"BYE")
    assert not host.piece(9)
    assert [kind for kind, _, _ in shape(host.unsent)] == ["B", "5"]
    host.feed(message(b"5", 3))
    assert host.session.state is State.DISCONNECTED
    assert host.numbers.next_sender_msg_seq_num == 13


def test_the_peer_that_resets_the_numbers_ends_a_replay() -> None:
    host = logged_on()
    news(host, 9)
    host.feed(asked(2, 2))
    host.piece(1)
    host.feed(logon(1, b"141=Y\x01"))
    assert not host.piece(9)
    assert shape(host.unsent)[-1] == ("A", 1, "")
    host.send(b"B", NEWS % b"new")
    assert shape(host.unsent)[-1] == ("B", 2, "")


def test_a_replay_dies_with_its_connection() -> None:
    host = logged_on()
    news(host, 9)
    host.feed(asked(2, 2))
    host.piece(1)
    host.end_of_file()
    assert not host.piece(9)
    admit(host, logon(3))
    host.unsent.clear()
    host.send(b"B", NEWS % b"new")
    assert shape(host.unsent) == [("B", 12, "")]


def test_a_message_that_cannot_be_made_takes_no_number() -> None:
    host = logged_on()
    with pytest.raises(TypeError):
        host.session.send(b"B", None, host.clock.now)  # type: ignore[arg-type]  # a fault of the application
    assert host.send(b"B", NEWS % b"n") == 2
    assert decoded(encode(b"FIX.4.4", host.unsent[-1][host.unsent[-1].index(b"35=") : -7])).fields[b"34"] == b"2"
