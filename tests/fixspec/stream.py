"""Bytes for the codec's tests: sample messages, and a Framer fed in pieces."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from fixspec.codec import Framer, Garbled, encode

ORDER_BODY = (
    b"35=D|34=178|49=CLIENT44|52=20261121-10:11:12.123|56=GATEWAY|11=ORD-000001|1=ACC1|55=BTC-USD|54=1|"
    b"60=20261121-10:11:12.123|38=1.5|40=2|44=50000.25|59=0|21=1|"
).replace(b"|", b"\x01")


def wire(text: str, begin_string: bytes = b"FIX.4.4") -> bytes:
    """`35=0|34=2` as a complete message: 8, 9 and 10 are added."""
    return encode(begin_string, text.encode("latin-1").replace(b"|", b"\x01") + b"\x01")


def frames(pieces: Iterable[bytes], message_bytes_max: int = 65536) -> list[bytes | Garbled]:
    """All that a Framer says about the pieces, asked after each."""
    framer = Framer(message_bytes_max)
    answers: list[bytes | Garbled] = []
    for piece in pieces:
        framer.feed(piece)
        while (answer := framer.next_frame()) is not None:
            answers.append(answer)
    return answers


def pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """`data` cut at the given places."""
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places)]
