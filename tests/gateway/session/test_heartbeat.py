from __future__ import annotations

from gateway.instant import NS_PER_S
from gateway.session.heartbeat import Heartbeats, Pulse

START = 1000 * NS_PER_S


def at(seconds: float) -> int:
    return START + int(seconds * NS_PER_S)


def started(heart_bt_int_s: int = 10) -> Heartbeats:
    heartbeats = Heartbeats()
    heartbeats.start(heart_bt_int_s, START)
    return heartbeats


def test_heartbeat_is_due_one_interval_after_the_last_message_sent() -> None:
    heartbeats = started()
    heartbeats.last_sent_ns = at(3)
    assert heartbeats.deadline() == at(12)  # the TestRequest comes first: nothing was received since the start
    heartbeats.last_received_ns = at(9)
    assert heartbeats.deadline() == at(13)
    assert heartbeats.pulse(at(12.9)) is Pulse.NOTHING
    assert heartbeats.pulse(at(13)) is Pulse.HEARTBEAT


def test_peer_is_lost_after_its_second_silence() -> None:
    heartbeats = started()
    heartbeats.last_sent_ns = at(11)
    assert heartbeats.pulse(at(12)) is Pulse.TEST_REQUEST
    heartbeats.tested_ns = at(12)
    assert heartbeats.pulse(at(23.9)) is Pulse.NOTHING
    assert heartbeats.deadline() == at(24)
    assert heartbeats.pulse(at(24)) is Pulse.LOST


def test_after_a_standstill_of_our_own_the_peer_is_asked_before_it_is_given_up() -> None:
    heartbeats = started()
    assert heartbeats.pulse(at(500)) is Pulse.TEST_REQUEST


def test_interval_of_zero_never_asks_for_anything() -> None:
    heartbeats = started(0)
    assert heartbeats.deadline() is None
    assert heartbeats.pulse(at(10**6)) is Pulse.NOTHING


def test_a_challenged_peer_has_ten_seconds_unless_it_was_heard_lately() -> None:
    heartbeats = started(60)
    heartbeats.last_received_ns = at(5)
    assert not heartbeats.challenge(at(6.9))
    assert heartbeats.tested_ns is None
    assert heartbeats.challenge(at(7))
    assert not heartbeats.challenge(at(9)), "asked already"
    assert heartbeats.pulse(at(16.9)) is Pulse.NOTHING
    assert heartbeats.pulse(at(17)) is Pulse.LOST


def test_multipliers_say_when_the_peer_is_asked_and_when_it_is_lost() -> None:
    heartbeats = Heartbeats(asks_after=1.5, loses_after=3.0)
    heartbeats.start(10, START)
    heartbeats.last_sent_ns = at(14)
    assert heartbeats.pulse(at(14.9)) is Pulse.NOTHING
    assert heartbeats.pulse(at(15)) is Pulse.TEST_REQUEST
    heartbeats.tested_ns = at(15)
    assert heartbeats.pulse(at(29.9)) is Pulse.NOTHING
    assert heartbeats.deadline() == at(30)
    assert heartbeats.pulse(at(30)) is Pulse.LOST


def test_without_checking_silence_is_nothing() -> None:
    heartbeats = Heartbeats(is_checking=False)
    heartbeats.start(10, START)
    assert heartbeats.deadline() == at(10)
    assert heartbeats.pulse(at(500)) is Pulse.HEARTBEAT
    heartbeats.last_sent_ns = at(500)
    assert heartbeats.pulse(at(509)) is Pulse.NOTHING
    assert heartbeats.deadline() == at(510)
