"""Numbers, times and bytes of what we send."""

from __future__ import annotations

import pytest

from fixspec.codec import decode
from fixspec.message import Message
from gateway.instant import Instant
from gateway.session.heartbeat import Heartbeats
from gateway.session.sender import Sender
from gateway.session.settings import SessionNumbers
from tests.gateway.session.host import NOON_NS, Clock
from tests.gateway.session.messages import fields_of, settings


def sender(begin_string: bytes = b"FIX.4.4", **changed: object) -> Sender:
    return Sender(settings(begin_string=begin_string, **changed), SessionNumbers(3, 7, 1), Heartbeats())


def test_header_is_in_our_order_and_the_message_is_whole() -> None:
    ours = sender()
    assert ours.send(b"8", b"128=DESK\x0137=1\x01", Clock().now, True) == 7
    outgoing = ours.outgoing[0]
    assert (outgoing.generation, outgoing.msg_seq_num, outgoing.fresh, outgoing.transmit) == (3, 7, True, True)
    tags = [tag for tag, _ in fields_of(outgoing.raw)]
    assert tags == b"8 9 35 34 49 52 56 128 37 10".split()
    assert isinstance(decode(outgoing.raw), Message)


def test_percent_in_comp_ids_is_only_a_character() -> None:
    ours = sender(sender_comp_id=b"100%d", target_comp_id=b"%b%%")
    ours.send(b"0", b"58=%d\x01", Clock().now, True)
    fields = dict(fields_of(ours.outgoing[0].raw))
    assert (fields[b"49"], fields[b"56"], fields[b"58"]) == (b"100%d", b"%b%%", b"%d")


@pytest.mark.parametrize(
    ("begin_string", "digits", "expected"),
    [
        (b"FIX.4.0", 3, b"20231115-12:00:00"),
        (b"FIX.4.1", 6, b"20231115-12:00:00"),
        (b"FIX.4.2", 3, b"20231115-12:00:00.123"),
        (b"FIX.4.4", 0, b"20231115-12:00:00"),
        (b"FIX.4.4", 6, b"20231115-12:00:00.123456"),
        (b"FIXT.1.1", 9, b"20231115-12:00:00.123456789"),
    ],
)
def test_sending_time_has_the_digits_of_version_and_settings(begin_string: bytes, digits: int, expected: bytes) -> None:
    now = Instant(NOON_NS + 123_456_789, 0)
    assert sender(begin_string, timestamp_digits=digits).sending_time(now) == expected


def test_sending_time_follows_the_clock_also_backwards() -> None:
    ours = sender()
    for milliseconds in (0, 1, 1, 2, 1000, 500, 0):
        now = Instant(NOON_NS + milliseconds * 1_000_000, 0)
        assert ours.sending_time(now)[-6:] == b"%02d.%03d" % divmod(milliseconds, 1000)
        ours.send(b"0", b"", now, True)
        assert dict(fields_of(ours.outgoing[-1].raw))[b"52"] == ours.sending_time(now)


def test_only_what_is_transmitted_counts_as_sent_and_is_on_the_wire() -> None:
    ours = sender()
    ours.send(b"8", b"", Instant(NOON_NS, 55), False)
    assert ours._heartbeats.last_sent_ns == 0
    assert not ours.wire
    ours.send(b"8", b"", Instant(NOON_NS, 55), True)
    assert ours._heartbeats.last_sent_ns == 55
    assert ours.wire == [ours.outgoing[1].raw]


def test_what_is_not_kept_need_not_be_stored() -> None:
    for keeps in (True, False):
        ours = sender(persist_messages=keeps)
        ours.send(b"B", b"58=x\x01", Clock().now, True)
        assert [message.fresh for message in ours.outgoing] == [keeps]
