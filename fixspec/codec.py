"""Bytes to messages and back: framing, BodyLength(9), CheckSum(10), data fields. Knows no dictionary.

Two steps, because they fail differently. `Framer` finds where a message ends; what it cannot frame it
skips. `decode` proves one frame: the first three fields, the length, the sum, every field a tag=value. A
frame that fails is *garbled* (FIX session layer, test cases 2d, 2m, 2t, 3b-3e): it is ignored, its
MsgSeqNum is not consumed.

Framing follows BodyLength blindly, as QuickFIX does: a length that is too long swallows the next message as
well, and both are one garbled frame. Peers and the public conformance definitions (2m) count on that.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from zlib import adler32

from fixspec.message import SOH as SOH
from fixspec.message import Message

FIELDS_MAX: Final = 1000
BODY_LENGTH_DIGITS_MAX: Final = 7
BEGIN_STRING_BYTES_MAX: Final = 16
GARBAGE_CHUNK_BYTES: Final = 4096
"""Bytes that belong to no message are reported, and dropped, in pieces of at most this size."""

DATA_TAG_OF_LENGTH_TAG: Final[dict[bytes, bytes]] = dict(
    pair.split(b"/")
    for pair in b"""
    90/91 93/89 95/96 212/213 348/349 350/351 352/353 354/355 356/357 358/359 360/361 362/363 364/365
    445/446 618/619 621/622 1184/1185 1277/1278 1280/1281 1282/1283 1397/1398 1401/1402 1403/1404
    1468/1469 1525/1527 1578/1579 1620/1621 1664/1665 1678/1697 1733/1734 1871/1872 1874/1875 2072/2073
    2074/2075 2111/2112 2179/2180 2287/2288 2351/2352 2372/2371 2481/2482 2494/2493 2522/2521 2637/2638
    2651/2652 2665/2666 2715/2716 2718/2719 2721/2722 2797/2798 2802/2801 2809/2808 2815/2814
    40004/40005 40008/40009 40978/40979 40980/40981 40982/40983 40984/40985 40986/40987 40988/40989
    41083/41084 41101/41102 41107/41108 41256/41257 41320/41321 41324/41325 41458/41459 41476/41477
    41482/41483 41653/41654 41710/41711 41806/41807 41811/41812 41873/41874 41969/41970 42025/42026
    42171/42172 42451/42452 42652/42653 42947/42948 43109/42684 43110/42486 43111/42982
    """.split()
)
"""Length field -> the data field whose bytes it counts, SOH included; FIX 4.0 to 5.0 SP2."""

_LENGTH_TAGS: Final = frozenset(DATA_TAG_OF_LENGTH_TAG)
_LAST_FIELDS: Final = tuple(b"10=%03d\x01" % total for total in range(256))
_TRAILERS: Final = tuple(b"\x01" + field for field in _LAST_FIELDS)
_TRAILER_BYTES: Final = 7
_BEGIN: Final = b"8=FIX"
_CHECK_SUM: Final = b"\x0110="
_HEAD_OVERHEAD: Final = len(b"8=\x019=\x01")
_ALL_BUT_EQUALS_AND_SOH: Final = bytes(byte for byte in range(256) if byte not in b"=\x01")
_SKELETON: Final = b"=\x01" * FIELDS_MAX
# At most 16 bytes of BeginString, at most 7 digits of BodyLength.
_HEAD: Final = re.compile(rb"8=FIX[^\x01]{0,13}\x019=([0-9]{1,7})\x01").match
_HEAD_BYTES_MAX: Final = _HEAD_OVERHEAD + BEGIN_STRING_BYTES_MAX + BODY_LENGTH_DIGITS_MAX
_FIRST_THREE: Final = "BeginString(8), BodyLength(9), MsgType(35) are not the first three fields"
_BODY_LENGTH: Final = "BodyLength(9) is wrong"
_AT_HEAD: Final = "head"
_AT_TRAILER: Final = "trailer"
_AT_CLOSE: Final = "close"
_AT_GARBAGE: Final = "garbage"


class Garbled(NamedTuple):
    """Bytes that are no message. `raw` is evidence for the log (bounded), `reason` names the rule broken."""

    raw: bytes
    reason: str


def checksum(data: bytes) -> int:
    """Sum of the bytes mod 256: the value of CheckSum(10) over everything up to the SOH before it."""
    # The low half of Adler-32 is 1 + the byte sum mod 65521; 256 bytes sum to less than that. 4x as fast
    # as sum().
    if len(data) <= 256:
        return (adler32(data) - 1) & 0xFF
    total = 0
    for start in range(0, len(data), 256):
        total += (adler32(data[start : start + 256]) & 0xFFFF) - 1
    return total & 0xFF


def encode(begin_string: bytes, content: bytes) -> bytes:
    """A message around `content` (`35=..<SOH>34=..<SOH>`, every field closed by SOH): adds 8, 9 and 10."""
    head = b"8=%b\x019=%d\x01" % (begin_string, len(content)) + content
    return head + _LAST_FIELDS[checksum(head)]


def has_right_trailer(raw: bytes) -> bool:
    """The frame ends with CheckSum(10), three digits, and they are right."""
    return raw.endswith(_TRAILERS[checksum(raw[:-_TRAILER_BYTES])])


def has_right_length(raw: bytes, begin_string: bytes, body_length: bytes) -> bool:
    """BodyLength(9) says how long the frame is. The values are those of its first two fields."""
    length = len(raw) - len(begin_string) - len(body_length) - (_HEAD_OVERHEAD + _TRAILER_BYTES)
    return body_length == b"%d" % length or _number(body_length) == length


def decode(raw: bytes, fields_max: int = FIELDS_MAX, length_and_checksum: bool = True) -> Message | Garbled:
    """One frame to a Message, or why it is garbled. Never raises, whatever the bytes.

    Proved here: 8, 9, 35 are the first three fields; BodyLength(9) and CheckSum(10) are right; 10 is last
    with three digits; every field is tag=value; a data field has the length that its length field says; at
    most `fields_max` fields. Without `length_and_checksum` a wrong BodyLength(9) or CheckSum(10) passes. Not judged
    here: what stands before the `=`. A tag 0, -1 or abc reaches the rulebook as an invalid tag number.
    """
    if not has_right_trailer(raw) and (length_and_checksum or not _has_trailer(raw)):
        return Garbled(raw, _trailer_fault(raw))
    # With everything else deleted, a plain message reads =<SOH>=<SOH>...: then the splits below cannot
    # misalign.
    if not _SKELETON.startswith(raw.translate(None, _ALL_BUT_EQUALS_AND_SOH)):
        return _decode_by_walking(raw, fields_max, length_and_checksum)
    flat = raw.replace(SOH, b"=").split(b"=")
    if len(flat) < 9 or flat[0] != b"8" or flat[2] != b"9" or flat[4] != b"35":
        return Garbled(raw, _FIRST_THREE)
    if length_and_checksum and not has_right_length(raw, flat[1], flat[3]):
        return Garbled(raw, _BODY_LENGTH)
    if len(flat) // 2 > fields_max:
        return Garbled(raw, "more than %d fields" % fields_max)
    tags = flat[::2]
    fields = dict(zip(tags, flat[1::2], strict=False))
    if not _LENGTH_TAGS.isdisjoint(fields):
        return _decode_by_walking(raw, fields_max, length_and_checksum)
    return Message(raw, flat[5], fields, len(tags) - 1)


def _decode_by_walking(raw: bytes, fields_max: int, length_and_checksum: bool) -> Message | Garbled:
    """The same, field by field: for values holding a "=", data fields that may hold a SOH, faulty fields.

    The trailer has been proved. A data field is cut by the last value of its length field before it;
    without one (or with a text that is no number, which is the rulebook's fault to name) it ends at the
    next SOH like any other.
    """
    pairs: list[tuple[bytes, bytes]] = []
    data_lengths: dict[bytes, int] = {}
    position, end = 0, len(raw)
    while position < end:
        if len(pairs) == fields_max:
            return Garbled(raw, "more than %d fields" % fields_max)
        soh = raw.find(SOH, position)
        equals = raw.find(b"=", position, soh)
        if equals < 0:
            return Garbled(raw, "a field has no '='")
        tag = raw[position:equals]
        if tag in data_lengths:
            soh = equals + 1 + data_lengths.pop(tag)
            if raw[soh : soh + 1] != SOH:
                return Garbled(raw, "a data field does not have the length that its length field says")
        value = raw[equals + 1 : soh]
        pairs.append((tag, value))
        position = soh + 1
        if tag in DATA_TAG_OF_LENGTH_TAG:
            number = _number(value)
            if number is not None:
                data_lengths[DATA_TAG_OF_LENGTH_TAG[tag]] = number
    if len(pairs) < 4 or (pairs[0][0], pairs[1][0], pairs[2][0]) != (b"8", b"9", b"35"):
        return Garbled(raw, _FIRST_THREE)
    if length_and_checksum and not has_right_length(raw, pairs[0][1], pairs[1][1]):
        return Garbled(raw, _BODY_LENGTH)
    if pairs[-1][0] != b"10" or len(pairs[-1][1]) != 3:
        return Garbled(raw, "a data field covers CheckSum(10)")
    return Message(raw, pairs[2][1], dict(pairs), len(pairs), pairs)


def _number(value: bytes) -> int | None:
    """A length: digits only (leading zeros are legal), at most seven."""
    return int(value) if value.isdigit() and len(value) <= BODY_LENGTH_DIGITS_MAX else None


def _has_trailer(raw: bytes) -> bool:
    """The frame ends with CheckSum(10) and three digits, right or wrong."""
    tail = raw[-_TRAILER_BYTES - 1 :]
    return len(tail) == 8 and tail[:4] == _CHECK_SUM and tail[4:7].isdigit() and tail[7:] == SOH


def _trailer_fault(raw: bytes) -> str:
    if _has_trailer(raw):
        return "CheckSum(10) is wrong"
    return "CheckSum(10) is not the last field or not three digits"


class Framer:
    """Cuts a byte stream into frames. Every segmentation of the same bytes gives the same answers.

    When `next_frame` has said None, at most max(message_bytes_max, 4100) bytes stay buffered. Each byte is
    looked at a bounded number of times, also when the stream comes one byte at a time.

    Four states, in the order of a frame: head (8= and 9= at `start`), trailer (looking for <SOH>10= from
    the end of the body on), close (for the SOH after it), and garbage (for the next 8=FIX). `_wanted` is
    the number of bytes from `start` on below which looking again is pointless; `_scan` is how far, from
    `start`, has been looked already.
    """

    __slots__ = ("_buffer", "_garbage_is_told", "_message_bytes_max", "_scan", "_start", "_step", "_wanted")

    def __init__(self, message_bytes_max: int = 65536) -> None:
        """message_bytes_max: the longest frame accepted, 8= to the SOH after 10=nnn, in bytes (>= 64)."""
        assert message_bytes_max >= 64, message_bytes_max
        self._message_bytes_max = message_bytes_max
        self._buffer = bytearray()
        self._start = 0
        self._wanted = 1
        self._scan = 0
        self._step = _AT_HEAD
        self._garbage_is_told = False

    @property
    def buffered_bytes(self) -> int:
        """Bytes fed and not yet handed out or dropped."""
        return len(self._buffer) - self._start

    def feed(self, data: bytes) -> None:
        """Append received bytes."""
        self._buffer += data

    def next_frame(self) -> bytes | Garbled | None:
        """The next frame (`decode` proves it), or Garbled for what cannot be framed, or None: feed more.

        Garbled, after which the search goes on at the next `8=FIX`: no BodyLength(9) of 1 to 7 digits right
        after BeginString(8); a message longer than message_bytes_max, told from the length field without
        waiting for the body; no CheckSum(10) within message_bytes_max; bytes in front of `8=FIX`, in pieces
        of at most 4096.
        """
        buffer = self._buffer
        while len(buffer) - self._start >= self._wanted:
            step = self._step
            if step is _AT_HEAD:
                frame = self._read_head()
            elif step is _AT_TRAILER:
                frame = self._find_trailer()
            elif step is _AT_CLOSE:
                frame = self._find_close()
            else:
                frame = self._skip_garbage()
            if frame is not None:
                return frame
        if self._start:
            del buffer[: self._start]
            self._start = 0
        return None

    def _read_head(self) -> bytes | Garbled | None:
        start = self._start
        head = _HEAD(self._buffer, start)
        if head is None:
            return self._judge_head(bytes(self._buffer[start : start + _HEAD_BYTES_MAX]))
        body_end = head.end() - start + int(head[1])
        if body_end + _TRAILER_BYTES > self._message_bytes_max:
            reason = "the message is longer than %d bytes" % self._message_bytes_max
            return self._fault(head.end() - start, len(_BEGIN), reason)
        # The SOH in front of 10= is the last byte of the body.
        self._scan = body_end - 1
        self._wanted = body_end + _TRAILER_BYTES
        self._step = _AT_TRAILER
        if len(self._buffer) - start < self._wanted:
            return None
        return self._find_trailer()

    def _judge_head(self, head: bytes) -> Garbled | None:
        """`head` is not a whole good head: does it want more bytes, or is it beyond hope?"""
        if not head.startswith(_BEGIN[: len(head)]):
            self._step = _AT_GARBAGE
            self._garbage_is_told = False
            self._scan = 0
            return None
        soh = head.find(SOH)
        if soh < 0 and len(head) <= 2 + BEGIN_STRING_BYTES_MAX:
            self._wanted = len(head) + 1
            return None
        if soh < 0 or soh > 2 + BEGIN_STRING_BYTES_MAX:
            return self._fault(2 + BEGIN_STRING_BYTES_MAX + 1, len(_BEGIN), "BeginString(8) is too long")
        # Judge byte by byte: where the fault shows must not depend on how much has arrived.
        for at in range(soh + 1, len(head)):
            digits_before = at - soh - 3
            if digits_before < 0:
                if head[at] != b"9="[at - soh - 1]:
                    return self._fault(at + 1, len(_BEGIN), "BodyLength(9) does not follow BeginString(8)")
            elif not 0x30 <= head[at] <= 0x39 or digits_before == BODY_LENGTH_DIGITS_MAX:
                return self._fault(at + 1, len(_BEGIN), "BodyLength(9) is not 1 to 7 digits")
        self._wanted = len(head) + 1
        return None

    def _find_trailer(self) -> bytes | Garbled | None:
        start = self._start
        at = self._buffer.find(_CHECK_SUM, start + self._scan, start + self._message_bytes_max)
        if at >= 0:
            self._scan = at - start + len(_CHECK_SUM)
            self._step = _AT_CLOSE
            return self._find_close()
        self._scan = max(self._scan, len(self._buffer) - start - len(_CHECK_SUM) + 1)
        return self._wait_for_end()

    def _find_close(self) -> bytes | Garbled | None:
        start = self._start
        at = self._buffer.find(SOH, start + self._scan, start + self._message_bytes_max)
        if at >= 0:
            self._start = at + 1
            self._step = _AT_HEAD
            self._wanted = 1
            return bytes(self._buffer[start : at + 1])
        self._scan = len(self._buffer) - start
        return self._wait_for_end()

    def _wait_for_end(self) -> Garbled | None:
        buffered = len(self._buffer) - self._start
        if buffered < self._message_bytes_max:
            self._wanted = buffered + 1
            return None
        # Nothing in the window ends a message, so nothing in it can be saved: drop it whole, not head
        # by head (that would be quadratic).
        window = self._message_bytes_max
        return self._fault(window, window, "no CheckSum(10) within %d bytes" % window)

    def _fault(self, shown: int, dropped: int, reason: str) -> Garbled:
        """Garbled once for the bytes at start; what follows up to the next 8=FIX is skipped in silence."""
        start = self._start
        raw = bytes(self._buffer[start : start + shown])
        self._start = start + dropped
        self._step = _AT_GARBAGE
        self._garbage_is_told = True
        self._scan = 0
        self._wanted = 1
        return Garbled(raw, reason)

    def _skip_garbage(self) -> Garbled | None:
        start = self._start
        buffered = len(self._buffer) - start
        at = self._buffer.find(_BEGIN, start + self._scan, start + GARBAGE_CHUNK_BYTES + len(_BEGIN))
        if at >= 0:
            told = self._garbage_is_told
            self._step = _AT_HEAD
        elif buffered >= GARBAGE_CHUNK_BYTES + len(_BEGIN):
            at = start + GARBAGE_CHUNK_BYTES
            told = False
        else:
            self._scan = max(0, buffered - len(_BEGIN) + 1)
            self._wanted = buffered + 1
            return None
        self._start = at
        self._scan = 0
        self._wanted = 1
        return None if told else Garbled(bytes(self._buffer[start:at]), "bytes that belong to no message")
