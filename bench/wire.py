"""The FIX bytes of the benchmark: orders and reports rendered in advance, so that the loop only sends and counts.

Generator and null acceptor agree on the ClOrdIDs (`cl_ord_id`); a system under test learns them from the wire.
"""

from __future__ import annotations

import itertools
import re
import time
from array import array
from collections.abc import Iterable
from typing import NamedTuple

SOH = b"\x01"
MSG_SEQ_NUM = re.compile(rb"\x0134=(\d+)\x01")
CL_ORD_ID = re.compile(rb"\x0111=([^\x01]+)\x01")
MSG_TYPE = re.compile(rb"\x0135=([^\x01]+)\x01")


class Party(NamedTuple):
    """Who speaks on a connection: the first fields of every message it sends."""

    begin_string: bytes
    sender_comp_id: bytes
    target_comp_id: bytes

    def message(self, msg_type: bytes, msg_seq_num: int, body: bytes, sending_time: bytes) -> bytes:
        """One complete message: `body` is what follows the standard header, each field with its SOH."""
        content = b"35=%b\x0134=%d\x0149=%b\x0152=%b\x0156=%b\x01%b" % (
            msg_type,
            msg_seq_num,
            self.sender_comp_id,
            sending_time,
            self.target_comp_id,
            body,
        )
        head = b"8=%b\x019=%d\x01" % (self.begin_string, len(content))
        return b"%b%b10=%03d\x01" % (head, content, (sum(head) + sum(content)) & 255)


class Rendered(NamedTuple):
    """Messages back to back in one buffer; message i is `stream[offsets[i]:offsets[i + 1]]`."""

    stream: memoryview
    offsets: array[int]

    def span(self, begin: int, end: int) -> memoryview:
        return self.stream[self.offsets[begin] : self.offsets[end]]


def render(messages: Iterable[bytes]) -> Rendered:
    """Join the messages and keep where each begins."""
    parts = list(messages)
    offsets = array("Q", itertools.accumulate(map(len, parts), initial=0))
    return Rendered(memoryview(b"".join(parts)), offsets)


def utc_timestamp() -> bytes:
    """The time now as UTCTimestamp with milliseconds."""
    seconds, ms = divmod(time.time_ns() // 1_000_000, 1000)
    return time.strftime("%Y%m%d-%H:%M:%S", time.gmtime(seconds)).encode() + b".%03d" % ms


def cl_ord_id(number: int) -> bytes:
    """The ClOrdID(11) of the n-th order of a run."""
    return b"B%08d" % number


def new_order_single(party: Party, msg_seq_num: int, number: int, symbol: bytes, price: bytes, now: bytes) -> bytes:
    """A limit order to buy one, DAY, that rests at the venue. All orders of a run differ in ClOrdID(11) only."""
    body = b"1=BENCH\x0111=%b\x0138=1\x0140=2\x0144=%b\x0154=1\x0155=%b\x0159=0\x0160=%b\x01" % (
        cl_ord_id(number),
        price,
        symbol,
        now,
    )
    return party.message(b"D", msg_seq_num, body, now)


def execution_report(party: Party, msg_seq_num: int, number: int, symbol: bytes, price: bytes, now: bytes) -> bytes:
    """What the null acceptor answers: the order is New."""
    body = (
        b"6=0\x0111=%b\x0114=0\x0117=E%d\x0137=O%d\x0138=1\x0139=0\x0140=2\x0144=%b\x0154=1\x0155=%b\x0160=%b\x01150=0\x01151=1\x01"
        % (cl_ord_id(number), number, number, price, symbol, now)
    )
    return party.message(b"8", msg_seq_num, body, now)


def split_messages(data: bytes) -> list[bytes]:
    """The complete messages of a stream that begins with one. Only for streams without data fields."""
    return [part + b"\x01" for part in re.split(rb"\x01(?=8=FIX)", data.removesuffix(SOH))]
