"""Whatever bytes a peer sends: nothing raises, and no number moves that should not."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from fixspec.codec import encode
from gateway.session.settings import Role
from gateway.session.state import State
from tests.gateway.session.host import Clock, Host, admit
from tests.gateway.session.messages import NEWS, ORDER, decoded, logon, message, settings
from tests.gateway.session.rulebooks import rulebook

EXPECTED = 4
SAMPLES = [
    message(b"0", EXPECTED),
    message(b"1", EXPECTED, b"112=HELLO\x01"),
    message(b"2", EXPECTED, b"7=1\x0116=0\x01"),
    message(b"3", EXPECTED, b"45=1\x01"),
    message(b"4", EXPECTED, b"123=Y\x0136=9\x01"),
    message(b"4", EXPECTED, b"36=9\x01"),
    message(b"5", EXPECTED),
    message(b"A", EXPECTED, b"98=0\x01108=30\x01"),
    message(b"A", 1, b"98=0\x01108=30\x01141=Y\x01"),
    message(b"B", EXPECTED, NEWS % b"x"),
    message(b"D", EXPECTED, ORDER),
    message(b"D", EXPECTED, b"43=Y\x01122=20231115-11:00:00\x01" + ORDER),
    message(b"D", EXPECTED + 2, ORDER),
    message(b"D", EXPECTED - 1, ORDER),
]
ROLES = st.sampled_from(list(Role))


def host_at_four(role: Role) -> Host:
    """Logged on, both numbers at 4."""
    host = Host(settings(role=role), rulebook("FIX.4.4"), Clock())
    if role is Role.ACCEPTOR:
        admit(host, logon())
    else:
        host.connect()
        host.feed(logon())
    host.feed(message(b"1", 2, b"112=x\x01") + message(b"1", 3, b"112=x\x01"))
    assert (host.numbers.next_sender_msg_seq_num, host.numbers.next_target_msg_seq_num) == (4, 4)
    host.outputs.clear()
    host.unsent.clear()
    return host


def well_formed(host: Host) -> None:
    """All that the host would write is made of whole messages with rising new numbers."""
    for raw in host.unsent:
        decoded(raw)
    numbers = [n for generation, n in host.store if generation == host.numbers.generation]
    assert numbers == sorted(numbers)
    assert host.numbers.next_sender_msg_seq_num == max(numbers, default=0) + 1


@given(role=ROLES, data=st.lists(st.binary(max_size=80), max_size=8))
@example(Role.ACCEPTOR, [b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x01"])
@example(Role.ACCEPTOR, [b"8=FIX.4.4\x019=99999999999999999999\x01"])
@example(Role.ACCEPTOR, [b"8=FIX.4.4\x019=-1\x01", b"8=FIX.4.4\x019=\x01", b"8=FIX.4.4\x019=0\x0110=000\x01"])
def test_arbitrary_bytes_move_nothing(role: Role, data: list[bytes]) -> None:
    host = host_at_four(role)
    for chunk in data:
        host.feed(chunk)
    assert host.numbers.next_target_msg_seq_num == EXPECTED
    assert not host.received
    well_formed(host)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """What became of a good message on the way: bytes changed, lost or added, the check sum not mended."""
    raw = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw) - 1))
        what = draw(st.sampled_from(["change", "lose", "add"]))
        if what == "change":
            raw[at] = draw(st.integers(0, 255))
        elif what == "lose":
            del raw[at]
        else:
            raw.insert(at, draw(st.integers(0, 255)))
    return bytes(raw)


@given(role=ROLES, raw=damaged())
def test_damaged_message_moves_nothing(role: Role, raw: bytes) -> None:
    if any(decoded_or_none(part) is not None for part in re.findall(rb"8=FIX.*?\x0110=\d{3}\x01", raw, re.DOTALL)):
        return  # the damage undid itself, lies outside the message, or has the right sum by chance
    host = host_at_four(role)
    host.feed(raw)
    if host.session.state is State.LOGGED_ON:
        assert host.numbers.next_target_msg_seq_num == EXPECTED
        assert not host.received
    well_formed(host)


def decoded_or_none(raw: bytes) -> object:
    try:
        return decoded(raw)
    except AssertionError:
        return None


TAGS = st.sampled_from(b"8 34 35 36 43 49 52 56 7 16 98 108 112 122 123 141 115 97 55 54 0 -1 abc 9999 95 96".split())
VALUES = st.one_of(
    st.sampled_from(
        b"|0|1|3|4|5|6|-1|Y|N|A|D|+4|4.0|1_0|999999999999999999|99999999999999999999|PEER|GATE".split(b"|")
    ),
    st.sampled_from([b"20231115-12:00:00", b"20231115-12:05:00", b"99999999-99:99:99", b"FIX.4.2", b"\xd9\xa4"]),
    st.binary(max_size=10).map(lambda value: value.replace(b"\x01", b"")),
)


@st.composite
def malformed(draw: st.DrawFn) -> bytes:
    """A whole message, its length and sum right, whose fields make less sense than they did."""
    pairs = decoded(draw(st.sampled_from(SAMPLES))).pairs[:-1]
    begin_string, fields = pairs[0][1], pairs[3:]
    msg_type = pairs[2][1]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(fields) - 1)) if fields else 0
        what = draw(st.sampled_from(["value", "lose", "add", "twice", "type", "version"]))
        if what == "value" and fields:
            fields[at] = (fields[at][0], draw(VALUES))
        elif what == "lose" and fields:
            del fields[at]
        elif what == "add":
            fields.insert(at, (draw(TAGS), draw(VALUES)))
        elif what == "twice" and fields:
            fields.insert(at, fields[-1])
        elif what == "type":
            msg_type = draw(st.sampled_from(b"0 1 2 3 4 5 A B D 8 j * AA".split()))
        else:
            begin_string = draw(st.sampled_from([b"FIX.4.2", b"FIX.4.4", b"FIX.9"]))
    content = b"35=%b\x01" % msg_type + b"".join([b"%b=%b\x01" % pair for pair in fields])
    return encode(begin_string, content)


@given(role=ROLES, raw=malformed(), follow=st.booleans())
@example(Role.ACCEPTOR, encode(b"FIX.4.4", decoded(SAMPLES[0]).raw[16:-7].replace(b"34=4", b"34=\x0134=4")), False)
def test_malformed_message_moves_at_most_its_own_number(role: Role, raw: bytes, follow: bool) -> None:
    host = host_at_four(role)
    host.feed(raw)
    well_formed(host)
    numbers = host.numbers
    given_message = decoded_or_none(raw)
    if given_message is None:
        assert numbers.next_target_msg_seq_num == EXPECTED
        return
    read = decoded(raw)
    number = read.fields.get(b"34", b"")
    own = number.isdigit() and len(number) <= 18 and int(number) == EXPECTED
    if read.msg_type == b"4":
        assert numbers.next_target_msg_seq_num >= EXPECTED
    elif read.msg_type == b"A" and read.fields.get(b"141") == b"Y":
        assert numbers.generation in (1, 2)
    else:
        assert numbers.generation == 1
        assert numbers.next_target_msg_seq_num in ((EXPECTED, EXPECTED + 1) if own else (EXPECTED,))
    for received in host.received:
        assert own
        assert received.fields[b"49"] == b"PEER"
    if follow and host.session.state is State.LOGGED_ON and numbers.generation == 1:
        before = numbers.next_target_msg_seq_num
        host.feed(message(b"1", before, b"112=ALIVE\x01"))
        assert numbers.next_target_msg_seq_num > before
        assert b"112=ALIVE" in host.unsent[-1] or host.session.state is not State.LOGGED_ON


@given(data=st.lists(malformed(), min_size=1, max_size=12), role=ROLES)
def test_no_sequence_of_malformed_messages_raises(data: list[bytes], role: Role) -> None:
    host = host_at_four(role)
    for raw in data:
        before = host.numbers.generation, host.numbers.next_target_msg_seq_num
        host.feed(raw)
        assert (host.numbers.generation, host.numbers.next_target_msg_seq_num) >= before
        host.clock.advance(11)
        host.ring()
    well_formed(host)


@given(first=st.one_of(malformed(), st.binary(max_size=200), damaged()), role=ROLES)
def test_no_first_message_raises(first: bytes, role: Role) -> None:
    host = Host(settings(role=role), rulebook("FIX.4.4"), Clock())
    if role is Role.ACCEPTOR:
        admit(host, first)
    else:
        host.connect()
        host.feed(first)
    well_formed(host)
