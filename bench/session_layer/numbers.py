"""What a client received is right, or the run has no figure: every number there, every order answered once, in order.

New messages have numbers that rise by one. Messages that are sent again (PossDupFlag(43) is Y) begin at the first
number that was missing and go on without a hole, as messages or as a gap fill, at least up to the first new one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.load import RunFailed
from bench.session_layer.member import COUNTED
from bench.wire import CL_ORD_ID, MSG_SEQ_NUM, MSG_TYPE, cl_ord_id

_MESSAGE = re.compile(rb"8=FIX[^\x01]*\x019=\d+\x01.*?\x0110=\d\d\d\x01", re.DOTALL)
_NEW_SEQ_NO = re.compile(rb"\x0136=(\d+)\x01")
_POSS_DUP = b"\x0143=Y\x01"
_ORIG_SENDING_TIME = b"\x01122="
_GAP_FILL = b"\x01123=Y\x01"
EXPECTED = frozenset((b"A", b"0", b"1", b"2", b"4", b"5", b"8"))


class Received(NamedTuple):
    """`again` messages were sent again, gap fills not counted; `next_in` is the number that comes next."""

    again: int
    next_in: int


def messages_of(stream: bytes) -> Iterator[bytes]:
    """The complete messages of a stream that holds nothing else."""
    end = 0
    for found in _MESSAGE.finditer(stream):
        if found.start() != end:
            raise RunFailed(f"no message: {stream[end : found.start()][:200]!r}")
        end = found.end()
        yield found[0]


def check(name: str, stream: bytes, first: int, orders: Sequence[int]) -> Received:
    """One connection of a client that had everything before `first`: `orders` are answered in it, each once and in
    this order. Raises RunFailed."""
    next_again, first_new, next_new, again = first, 0, 0, 0
    kinds: Counter[bytes] = Counter()
    answered: list[bytes] = []
    for message in messages_of(stream):
        number, kind = _number(name, message)
        kinds[kind] += 1
        if _POSS_DUP in message:
            if number != next_again:
                raise RunFailed(f"{name}: {number} was sent again where {next_again} was missing")
            if _ORIG_SENDING_TIME not in message:
                raise RunFailed(f"{name}: {number} was sent again without OrigSendingTime(122)")
            next_again = _after(message, number)
            again += _GAP_FILL not in message
        else:
            if next_new and number != next_new:
                raise RunFailed(f"{name}: number {number} came where {next_new} was next")
            first_new = first_new or number
            next_new = number + 1
        if COUNTED in message and (found := CL_ORD_ID.search(message)):
            answered.append(found[1])
    if unexpected := set(kinds) - EXPECTED:
        raise RunFailed(f"{name}: unexpected messages {sorted(unexpected)} in {dict(kinds)}")
    if first_new < first or next_again < first_new:
        raise RunFailed(f"{name}: {first} to {first_new - 1} were missing, sent again up to {next_again - 1}")
    _check_answers(name, answered, orders)
    return Received(again, next_new)


def _check_answers(name: str, answered: Sequence[bytes], orders: Sequence[int]) -> None:
    if len(answered) != len(orders):
        raise RunFailed(f"{name}: {len(orders)} orders, {len(answered)} answers")
    for got, order in zip(answered, orders, strict=True):
        if got != cl_ord_id(order):
            raise RunFailed(f"{name}: {got.decode()} was answered where {cl_ord_id(order).decode()} was next")


def _number(name: str, message: bytes) -> tuple[int, bytes]:
    number, kind = MSG_SEQ_NUM.search(message), MSG_TYPE.search(message)
    if number is None or kind is None:
        raise RunFailed(f"{name}: a message without number or type: {message[:200]!r}")
    return int(number[1]), kind[1]


def _after(message: bytes, number: int) -> int:
    """The number that comes after a message that was sent again."""
    if _GAP_FILL in message and (found := _NEW_SEQ_NO.search(message)):
        return int(found[1])
    return number + 1
