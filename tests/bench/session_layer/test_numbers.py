"""What a client received is judged: a hole, a double, a wrong order, a message that should not be there."""

from __future__ import annotations

import pytest

from bench.load import RunFailed
from bench.session_layer.numbers import Received, check, messages_of
from bench.wire import Party, execution_report

GATEWAY = Party(b"FIX.4.4", b"GATEWAY", b"M000")
NOW = b"20261121-10:00:00.000"


def report(number: int, order: int) -> bytes:
    return execution_report(GATEWAY, number, order, b"BTC-USD", b"49000", NOW)


def again(number: int, order: int) -> bytes:
    """As `report`, sent again."""
    body = report(number, order).split(b"\x0156=M000\x01")[1].rpartition(b"10=")[0]
    return GATEWAY.message(b"8", number, b"43=Y\x01122=%b\x01%b" % (NOW, body), NOW)


def gap_fill(number: int, new_seq_no: int) -> bytes:
    return GATEWAY.message(b"4", number, b"43=Y\x01122=%b\x0136=%d\x01123=Y\x01" % (NOW, new_seq_no), NOW)


def logon(number: int) -> bytes:
    return GATEWAY.message(b"A", number, b"98=0\x01108=30\x01", NOW)


def resend_request(number: int) -> bytes:
    return GATEWAY.message(b"2", number, b"7=9\x0116=0\x01", NOW)


def test_a_connection_from_the_start() -> None:
    assert check("M", logon(1) + report(2, 0) + report(3, 1), 1, [0, 1]) == Received(0, 4)


def test_a_return_with_everything_sent_again_and_new_messages_between() -> None:
    stream = [logon(6), resend_request(7), again(2, 5), again(3, 6), report(8, 7), gap_fill(4, 8)]
    with pytest.raises(RunFailed, match="3 orders, 2 answers"):
        check("M", b"".join(stream[:4] + stream[5:]), 2, [5, 6, 7])
    assert check("M", b"".join(stream), 2, [5, 6, 7]) == Received(2, 9)


def test_a_gap_fill_in_the_middle() -> None:
    assert check("M", logon(6) + gap_fill(2, 4) + again(4, 0) + again(5, 1), 2, [0, 1]).again == 2


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        ([logon(1), report(3, 0)], "number 3 came where 2 was next"),
        ([logon(1), report(2, 0), report(2, 1)], "number 2 came where 3 was next"),
        ([logon(5), again(2, 0), again(4, 1)], "4 was sent again where 3 was missing"),
        ([logon(5), again(2, 0), again(2, 0)], "2 was sent again where 3 was missing"),
        ([logon(5), again(2, 0), again(3, 1)], "2 to 4 were missing, sent again up to 3"),
        ([logon(5)], "2 to 4 were missing, sent again up to 1"),
        ([logon(5), again(2, 1), again(3, 0), gap_fill(4, 6)], "B00000001 was answered where B00000000 was next"),
        ([logon(5), again(2, 0), again(3, 0), gap_fill(4, 6)], "B00000000 was answered where B00000001 was next"),
        ([logon(5), again(2, 0), gap_fill(3, 6)], "2 orders, 1 answers"),
        ([logon(5), again(2, 0).replace(b"\x01122=", b"\x01124="), gap_fill(3, 6)], r"without OrigSendingTime\(122\)"),
        ([logon(2), GATEWAY.message(b"3", 3, b"45=3\x01", NOW)], "unexpected messages"),
        ([logon(2), b"noise", report(3, 0)], "no message"),
        ([], "were missing"),
    ],
)
def test_what_is_wrong_has_no_figure(messages: list[bytes], why: str) -> None:
    first = 1 if messages[:1] == [logon(1)] else 2
    with pytest.raises(RunFailed, match=why):
        check("M", b"".join(messages), first, [0, 1])


def test_messages_of_a_stream() -> None:
    messages = [logon(1), again(2, 0), gap_fill(3, 5)]
    assert list(messages_of(b"".join(messages))) == messages
