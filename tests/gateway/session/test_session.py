"""Rules of the engine that are not a line of a scenario: order of outputs, secrets, what the host is promised."""

from __future__ import annotations

import pytest

from fixspec.codec import encode
from fixspec.dictionary import own_dictionary
from fixspec.message import Message
from fixspec.rulebook import Condition, MessageTerms, Rulebook, RulesOfEngagement
from gateway.instant import NS_PER_S, Instant
from gateway.session.outputs import (
    Disconnect,
    LoggedOn,
    LoggedOut,
    MessageReceived,
    MessageRejected,
    Note,
    NumbersChanged,
    ResendWanted,
)
from gateway.session.settings import Role
from gateway.session.state import State
from tests.gateway.session.host import NOON_NS, Clock, Host, admit
from tests.gateway.session.messages import NEWS, ORDER, fields_of, logon, message, settings
from tests.gateway.session.rulebooks import rulebook
from tests.gateway.session.wire import Wire


def logged_on(**changed: object) -> Host:
    host = Host(settings(**changed), rulebook("FIX.4.4"), Clock())
    admit(host, logon())
    host.unsent.clear()
    host.outputs.clear()
    return host


def initiator(**changed: object) -> Host:
    host = Host(settings(role=Role.INITIATOR, **changed), rulebook("FIX.4.4"), Clock())
    host.connect()
    return host


def sent_types(host: Host) -> list[bytes]:
    return [dict(fields_of(raw))[b"35"] for raw in host.unsent]


def state_of(host: Host) -> State:
    return host.session.state


def is_logged_on(host: Host) -> bool:
    return host.session.is_logged_on


def mended(raw: bytes, old: bytes, new: bytes) -> bytes:
    """A message with something replaced, its length and sum made right again."""
    content = raw.replace(old, new)
    return encode(b"FIX.4.4", content[content.index(b"35=") : -7])


def test_host_answers_between_one_message_and_the_next() -> None:
    """The report on the first order is in front of our Heartbeat to the TestRequest behind it."""

    def answer(host: Host, received: Message) -> None:
        host.session.send(b"8", b"11=%b\x01" % received.fields[b"11"], host.clock.now)

    host = Host(settings(), rulebook("FIX.4.4"), Clock(), answer)
    admit(host, logon() + message(b"D", 2, ORDER) + message(b"1", 3, b"112=HELLO\x01") + message(b"D", 4, ORDER))
    assert sent_types(host) == [b"A", b"8", b"0", b"8"]
    on_the_wire = [dict(fields_of(raw))[b"35"] for raw in host.session.take_wire_log()]
    assert on_the_wire == [b"A", b"A", b"D", b"8", b"1", b"0", b"D", b"8"]
    assert host.session.take_wire_log() == []


def test_number_is_consumed_before_the_host_has_the_message() -> None:
    seen: list[int] = []

    def look(host: Host, received: Message) -> None:
        seen.append(host.numbers.next_target_msg_seq_num - int(received.fields[b"34"]))

    host = Host(settings(), rulebook("FIX.4.4"), Clock(), look)
    admit(host, logon() + message(b"D", 2, ORDER) + message(b"D", 3, ORDER))
    assert seen == [1, 1]


def test_any_segmentation_gives_the_same_conversation() -> None:
    data = b"".join([message(b"1", n, b"112=%d\x01" % n) for n in (2, 3, 7, 4)])
    whole, split = logged_on(), logged_on()
    whole.feed(data)
    for i in range(len(data)):
        split.feed(data[i : i + 1])
    assert whole.unsent == split.unsent
    assert whole.numbers == split.numbers


def test_outputs_at_the_end_come_in_order() -> None:
    host = logged_on(reset_on_disconnect=True)
    host.session.disconnect("too slow", host.clock.now)
    host.work()
    assert host.outputs == [LoggedOut("too slow"), NumbersChanged("reset_on_disconnect"), Disconnect("too slow")]
    assert not is_logged_on(host)


def test_end_of_file_brings_no_disconnect() -> None:
    host = logged_on()
    host.end_of_file()
    assert host.outputs == [LoggedOut("the transport is gone")]
    host.end_of_file()
    assert len(host.outputs) == 1


def test_session_is_logged_on_between_its_two_outputs() -> None:
    host = Host(settings(), rulebook("FIX.4.4"), Clock())
    assert not is_logged_on(host)
    admit(host, logon())
    assert host.outputs[0] == LoggedOn()
    assert is_logged_on(host)
    host.logout()
    assert is_logged_on(host), "the peer may still speak"
    host.feed(message(b"5", 2))
    assert not is_logged_on(host)
    assert host.outputs[-2:] == [LoggedOut("the peer logged out", True), Disconnect("the peer logged out")]


def test_bytes_after_the_end_are_nothing_to_it() -> None:
    host = logged_on()
    host.session.disconnect("over", host.clock.now)
    host.work()
    host.feed(message(b"D", 2, ORDER))
    assert not host.received
    assert host.numbers.next_target_msg_seq_num == 2
    assert host.session.deadline() is None


def test_connecting_twice_is_a_bug_of_the_host() -> None:
    with pytest.raises(AssertionError):
        initiator().connect()


def test_roles_are_not_mixed_up() -> None:
    acceptor = Host(settings(), rulebook("FIX.4.4"), Clock())
    with pytest.raises(AssertionError):
        acceptor.connect()


@pytest.mark.parametrize("jump_s", [86_400, -86_400])
def test_a_jump_of_the_wall_clock_does_not_disturb_the_timers(jump_s: int) -> None:
    host = logged_on(check_latency=False)
    host.clock.utc_ns += jump_s * NS_PER_S
    host.ring()
    assert not host.unsent
    assert host.session.deadline() == host.clock.mono_ns + 30 * NS_PER_S


def test_held_messages_are_bounded_and_the_rest_is_asked_for_again() -> None:
    host = logged_on(held_messages_max=3)
    for number in range(5, 12):
        host.feed(message(b"0", number))
    assert sent_types(host) == [b"2"]
    assert host.events.count("message_above_gap_dropped") == 4
    host.feed(message(b"4", 2, b"43=Y\x01123=Y\x0136=5\x01"))
    assert host.numbers.next_target_msg_seq_num == 8
    host.feed(message(b"0", 12))
    assert sent_types(host) == [b"2", b"2"]
    assert dict(fields_of(host.unsent[-1]))[b"7"] == b"8"


def test_hundred_messages_above_one_gap_make_one_request() -> None:
    host = logged_on()
    host.feed(b"".join([message(b"0", number) for number in range(5, 105)]))
    assert sent_types(host) == [b"2"]


def test_venue_messages_pass_where_settings_say_so() -> None:
    """A fill must not be lost to an unknown tag."""
    host = logged_on(reject_invalid_message=False)
    host.feed(message(b"B", 2, NEWS % b"news" + b"9999=X\x01"))
    assert [received.msg_type for received in host.received] == [b"B"]
    assert not host.unsent
    assert host.events == ["invalid_message_taken"]
    host.feed(message(b"0", 3, b"9999=X\x01"))
    assert sent_types(host) == [b"3"]


TERMS = RulesOfEngagement({b"D": MessageTerms(conditions=(Condition(b"44", b"40", frozenset({b"2"})),))})


@pytest.mark.parametrize(
    ("msg_type", "body", "refusal"),
    [
        (b"B", NEWS % b"x", {b"58": b"Unsupported Message Type", b"372": b"B", b"380": b"3"}),
        (
            b"D",
            ORDER.replace(b"44=5\x01", b""),
            {b"58": b"Conditionally Required Field Missing (44)", b"372": b"D", b"380": b"5"},
        ),
    ],
)
def test_what_was_not_agreed_is_refused_at_the_business_level(
    msg_type: bytes, body: bytes, refusal: dict[bytes, bytes]
) -> None:
    """Session test cases 2.r and 14.m: BusinessMessageReject(j), the number consumed."""
    host = Host(settings(), Rulebook(own_dictionary("FIX44"), roe=TERMS), Clock())
    admit(host, logon())
    host.unsent.clear()
    host.feed(message(msg_type, 2, body) + message(b"D", 3, ORDER))
    fields = dict(fields_of(host.unsent[0]))
    assert {tag: fields[tag] for tag in refusal} == refusal
    assert (fields[b"35"], fields[b"45"]) == (b"j", b"2")
    assert [received.fields[b"34"] for received in host.received] == [b"3"]


def test_secrets_of_a_logon_are_in_no_output() -> None:
    host = initiator(username=b"trader", password=b"canary-ours")
    host.feed(logon(1, b"554=canary-theirs\x01925=canary-new\x0158=hello\x01"))
    host.feed(message(b"A", 2, b"98=0\x01108=30\x01554=canary-again\x01"))
    told = repr(host.outputs) + repr(host.session.settings) + repr(host.session._outputs)
    assert state_of(host) is State.EXPELLED
    assert "canary" not in told


def test_every_change_of_a_number_but_by_one_has_a_cause() -> None:
    host = logged_on()
    host.feed(message(b"4", 2, b"123=Y\x0136=9\x01"))
    host.feed(message(b"4", 0, b"36=20\x01"))
    host.session.skip_sender_numbers(50, "operator jane", host.clock.now)
    host.work()
    assert host.causes == [
        "SequenceReset(4) gap fill from 2 to 9",
        "SequenceReset(4) reset from 9 to 20",
        "operator jane: next sender number skips to 50",
    ]
    assert host.session.reset_sequence_numbers("operator jane", host.clock.now)
    host.work()
    assert host.causes[-1].startswith("operator jane")
    assert (host.numbers.generation, host.numbers.next_sender_msg_seq_num) == (2, 2)


def test_reset_while_disconnected_is_told_by_the_next_logon() -> None:
    host = initiator()
    host.feed(logon())
    host.end_of_file()
    assert host.session.reset_sequence_numbers("operator", host.clock.now)
    host.unsent.clear()
    host.connect()
    fields = dict(fields_of(host.unsent[0]))
    assert (fields[b"34"], fields[b"141"]) == (b"1", b"Y")
    host.feed(logon(1, b"141=Y\x01"))
    assert (host.numbers.next_sender_msg_seq_num, host.numbers.next_target_msg_seq_num) == (2, 2)


def test_reset_is_not_possible_in_every_state() -> None:
    host = initiator()
    assert not host.session.reset_sequence_numbers("operator", host.clock.now)
    assert host.numbers.next_sender_msg_seq_num == 2


def test_numbers_that_were_never_used_are_not_reset() -> None:
    host = Host(settings(reset_on_logon=True), rulebook("FIX.4.4"), Clock())
    admit(host, logon())
    assert host.numbers.generation == 1
    host.end_of_file()
    admit(host, logon())
    assert host.numbers.generation == 2


def test_header_of_another_version_of_a_logout_still_ends_an_expelled_session() -> None:
    host = logged_on()
    host.feed(message(b"0", 1))
    assert state_of(host) is State.EXPELLED
    host.feed(message(b"5", 2, begin_string=b"FIX.4.2"))
    assert state_of(host) is State.DISCONNECTED


def test_bad_header_after_the_logouts_hangs_up_without_another() -> None:
    host = logged_on()
    host.feed(message(b"5", 2))
    host.unsent.clear()
    host.feed(message(b"2", 3, b"7=1\x0116=0\x01", begin_string=b"FIX.4.2"))
    assert state_of(host) is State.DISCONNECTED
    assert not host.unsent


def test_messages_held_above_a_gap_are_not_taken_once_the_peer_has_logged_out() -> None:
    host = logged_on()
    host.feed(message(b"D", 3, ORDER))
    host.feed(message(b"5", 2))
    assert not host.received
    assert host.numbers.next_target_msg_seq_num == 3


def test_heartbeat_interval_of_the_client_drives_our_timers() -> None:
    host = Host(settings(), rulebook("FIX.4.4"), Clock())
    admit(host, message(b"A", 1, b"98=0\x01108=7\x01"))
    assert host.session.deadline() == host.clock.mono_ns + 7 * NS_PER_S


def test_replay_with_a_million_numbers_and_nothing_stored_is_one_message() -> None:
    host = logged_on()
    host.session.skip_sender_numbers(1_000_000, "test", host.clock.now)
    host.store.clear()
    host.unsent.clear()
    host.session.replay(iter(()), host.clock.now)
    host.feed(message(b"2", 2, b"7=1\x0116=0\x01"))
    assert sent_types(host)[-1:] == [b"4"]
    assert dict(fields_of(host.unsent[-1]))[b"36"] == b"1000000"


def test_latency_is_judged_by_the_wall_clock_not_the_monotonic_one() -> None:
    host = logged_on()
    host.session.receive_data(message(b"0", 2), Instant(NOON_NS, 0))
    now = Instant(NOON_NS + 121 * NS_PER_S, host.clock.mono_ns)
    while host.session.next_output(now) is not None:
        pass
    assert state_of(host) is State.EXPELLED


def test_clients_of_both_ends_agree_after_a_day() -> None:
    wire = Wire(settings(role=Role.INITIATOR), rulebook("FIX.4.4"))
    wire.connect()
    wire.deliver_all()
    for hour in range(24):
        wire.client.send(b"B", NEWS % (b"c%d" % hour))
        wire.server.send(b"B", NEWS % (b"s%d" % hour))
        wire.gather()
        wire.deliver_all()
        wire.advance(3600)
    assert wire.up
    assert len(wire.client.received) == len(wire.server.received) == 24
    assert wire.client.numbers.next_sender_msg_seq_num == wire.server.numbers.next_target_msg_seq_num
    assert wire.server.numbers.next_sender_msg_seq_num == wire.client.numbers.next_target_msg_seq_num
    assert not any(isinstance(output, Note) for output in wire.client.outputs + wire.server.outputs)


def test_only_application_messages_and_rejects_of_ours_are_handed_out() -> None:
    host = logged_on()
    for number, (msg_type, body) in enumerate([(b"0", b""), (b"3", b"45=1\x01"), (b"B", NEWS % b"x")], 2):
        host.feed(message(msg_type, number, body))
    assert [type(output) for output in host.outputs] == [Note, MessageRejected, MessageReceived]


def test_logout_of_a_stranger_ends_an_expelled_session_in_silence() -> None:
    host = logged_on()
    host.feed(message(b"0", 1))
    host.unsent.clear()
    host.feed(mended(message(b"5", 2), b"49=PEER", b"49=OTHER"))
    assert state_of(host) is State.DISCONNECTED
    assert not host.unsent


def test_gap_of_one_connection_is_asked_for_again_on_the_next() -> None:
    host = logged_on()
    host.feed(message(b"0", 5))
    host.end_of_file()
    host.unsent.clear()
    admit(host, logon(6))
    assert sent_types(host) == [b"A", b"2"]
    assert dict(fields_of(host.unsent[1]))[b"7"] == b"2"


def test_request_that_was_to_follow_a_replay_dies_with_the_connection() -> None:
    host = logged_on()
    host.session.receive_data(message(b"2", 9, b"7=1\x0116=0\x01"), host.clock.now)
    assert isinstance(host.session.next_output(host.clock.now), ResendWanted)
    host.session.disconnect("too slow", host.clock.now)
    host.work()
    admit(host, logon(2))
    assert sent_types(host) == [b"A"]


def test_what_is_left_above_a_filled_gap_is_watched_while_messages_come() -> None:
    host = logged_on(resend_timeout_s=20)
    host.feed(message(b"0", 4) + message(b"0", 9))
    host.feed(message(b"4", 2, b"43=Y\x01123=Y\x0136=5\x01"))
    host.unsent.clear()
    for number in (5, 6):
        host.clock.advance(15)
        host.feed(message(b"0", number, utc_ns=host.clock.utc_ns))
        host.ring()
    assert b"2" not in sent_types(host)
    host.clock.advance(20)
    host.ring()
    assert sent_types(host).count(b"2") == 1


def test_a_replay_counts_as_something_said() -> None:
    host = logged_on()
    host.clock.advance(20)
    host.feed(message(b"2", 2, b"7=1\x0116=0\x01", utc_ns=host.clock.utc_ns))
    host.feed(message(b"0", 3, utc_ns=host.clock.utc_ns))
    host.unsent.clear()
    host.clock.advance(29.9)
    host.ring()
    assert not host.unsent
    host.clock.advance(0.1)
    host.ring()
    assert sent_types(host) == [b"0"]


def test_number_of_five_thousand_digits_is_no_number() -> None:
    """Python refuses to read it by raising; we must not let it try."""
    host = logged_on()
    host.feed(mended(message(b"0", 2), b"34=2", b"34=" + b"9" * 5000))
    assert state_of(host) is State.EXPELLED


def test_a_session_that_keeps_nothing_asks_its_host_for_nothing() -> None:
    host = logged_on(persist_messages=False)
    host.feed(message(b"2", 2, b"7=1\x0116=0\x01"))
    assert sent_types(host) == [b"4"]
    assert host.outputs_of(ResendWanted) == []
