"""What an open position has cost, by the average-cost method: a fold of executions in the order of their numbers.

    more on the same side     the value grows by quantity x price
    less                      the value shrinks in the proportion of the quantity: the average stays
    to nothing                0, exactly
    through nothing           what is left on the other side has the price of that execution

Values are signed as positions are: positive for a long one, negative for a short one. The result depends on the order
of the executions, so one that is busted or corrected afterwards cannot be taken out by itself: what came behind it is
folded again, without it or with its other figures, in the place where it was. That is exact by construction.

To make it small as well, executions lie in packs of PACK_SIZE, each with quantity and value before it. A revision
folds again from its pack on, and not before somebody asks: a hundred busts in a row are one walk. A pack is text, five
to twenty bytes an execution.

Only an average that is not exact is rounded: half-even, to 24 fraction digits.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Final

from oms.exact import ZERO, add, fma, multiply

PACK_SIZE: Final = 64

Booked = tuple[int, Decimal, Decimal]
"""The number of the event that told of it, the quantity, negative for a sale, and the price."""

OpenValueContent = tuple[Decimal, Decimal, list[tuple[int, str]], str]
"""What `OpenValue.content` is made of."""

_NEAREST: Final = Context(prec=64, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
_FINEST: Final = Decimal(1).scaleb(-24)


def folded(qty: Decimal, value: Decimal, booked: Iterable[Booked]) -> tuple[Decimal, Decimal]:
    """Quantity and value of a position after these executions."""
    for _, more, price in booked:
        after = add(qty, more)
        if not qty or (qty > 0) is (more > 0):
            value = fma(more, price, value)
        elif not after:
            value = ZERO
        elif (after > 0) is (qty > 0):
            value = _NEAREST.quantize(_NEAREST.divide(_NEAREST.multiply(value, after), qty), _FINEST)
        else:
            value = multiply(after, price)
        qty = after
    return qty, value


class Pack:
    """Executions that follow one another, and what the position was before the first of them."""

    __slots__ = ("first_seq", "qty", "text", "value")

    def __init__(self, first_seq: int, qty: Decimal, value: Decimal, text: str) -> None:
        self.first_seq = first_seq
        self.qty = qty
        self.value = value
        self.text = text

    def booked(self) -> list[Booked]:
        return _unpacked(self.text)


def _packed(booked: Iterable[Booked]) -> str:
    """Three words for each: how far its number is from the one before, quantity, price; the latter two are empty where
    they are those of the one before."""
    words = []
    last_seq, last_qty, last_price = 0, "", ""
    for seq, more, at in booked:
        qty, price = str(more), str(at)
        words += [str(seq - last_seq), "" if qty == last_qty else qty, "" if price == last_price else price]
        last_seq, last_qty, last_price = seq, qty, price
    return " ".join(words)


def _unpacked(text: str) -> list[Booked]:
    words, booked = text.split(" "), []
    seq, qty, price = 0, ZERO, ZERO
    for i in range(0, len(words) - 2, 3):
        seq += int(words[i])
        qty = Decimal(words[i + 1]) if words[i + 1] else qty
        price = Decimal(words[i + 2]) if words[i + 2] else price
        booked.append((seq, qty, price))
    return booked


class OpenValue:
    """What one position has cost: an opening, and the executions since then by rising number."""

    __slots__ = (
        "_is_known", "_pack_size", "_packs", "_recent", "_stale_from", "_tail_qty", "_tail_value", "_value",
        "opening_qty", "opening_value",
    )  # fmt: skip

    def __init__(self, pack_size: int = PACK_SIZE) -> None:
        self._pack_size = pack_size
        self.opening_qty = self.opening_value = ZERO
        self._packs: list[Pack] = []
        self._recent: list[Booked] = []
        """Those that no pack has yet."""
        self._tail_qty = self._tail_value = ZERO
        """The position before the first of them."""
        self._stale_from = -1
        """From this pack on, what the position was before is not known; -1: all of it is."""
        self._value = ZERO
        self._is_known = True

    @property
    def value(self) -> Decimal:
        """Of what is open now."""
        if not self._is_known:
            self._fold_again()
            _, self._value = folded(self._tail_qty, self._tail_value, self._recent)
            self._is_known = True
        return self._value

    def __iter__(self) -> Iterator[Booked]:
        for pack in self._packs:
            yield from pack.booked()
        yield from self._recent

    def begin_with(self, qty: Decimal, value: Decimal) -> None:
        """It began so; what was executed since then stays."""
        self.opening_qty, self.opening_value = qty, value
        self._stale(0)

    def begin_anew(self, qty: Decimal) -> None:
        """It begins with what is there now; what was executed before is in that, and will not be told apart again."""
        self.opening_qty, self.opening_value = qty, self.value
        self._tail_qty, self._tail_value = qty, self.opening_value
        self._packs, self._recent = [], []

    def book(self, booked: Booked) -> None:
        """The newest."""
        self._recent.append(booked)
        self._is_known = False
        if len(self._recent) >= self._pack_size:
            self._pack()

    def insert(self, booked: Booked) -> None:
        """One that was told of before others that are here."""
        place, there = self._place_of(booked[0])
        there.insert(bisect_right([seq for seq, _, _ in there], booked[0]), booked)
        self._put(place, there)

    def revise(self, seq: int, revised: tuple[Decimal, Decimal] | None) -> Booked | None:
        """The execution of this number has that quantity and price instead, or did not take place. What it was before;
        None when it is not here, and nothing has changed."""
        place, there = self._place_of(seq)
        for i, booked in enumerate(there):
            if booked[0] == seq:
                there[i : i + 1] = [] if revised is None else [(seq, *revised)]
                self._put(place, there)
                return booked
        return None

    def _place_of(self, seq: int) -> tuple[int, list[Booked]]:
        """The pack that has, or would have, this number, and what is in it; behind the last one are the recent."""
        if not self._packs or (self._recent and seq >= self._recent[0][0]):
            return len(self._packs), self._recent
        place = max(0, bisect_right(self._packs, seq, key=_first_seq) - 1)
        return place, self._packs[place].booked()

    def _put(self, place: int, booked: list[Booked]) -> None:
        if place < len(self._packs):
            self._packs[place].text = _packed(booked)
            if booked:
                self._packs[place].first_seq = min(self._packs[place].first_seq, booked[0][0])
        self._stale(place)

    def _stale(self, place: int) -> None:
        self._is_known = False
        if place < len(self._packs) and (self._stale_from < 0 or place < self._stale_from):
            self._stale_from = place
        elif not self._packs:
            self._tail_qty, self._tail_value = self.opening_qty, self.opening_value

    def _pack(self) -> None:
        recent = self._recent
        self._packs.append(Pack(recent[0][0], self._tail_qty, self._tail_value, _packed(recent)))
        if self._stale_from < 0:
            self._tail_qty, self._tail_value = folded(self._tail_qty, self._tail_value, recent)
        self._recent = []

    def _fold_again(self) -> None:
        place = self._stale_from
        if place < 0:
            return
        qty, value = self.opening_qty, self.opening_value
        if place > 0:
            qty, value = self._packs[place].qty, self._packs[place].value
        for pack in self._packs[place:]:
            pack.qty, pack.value = qty, value
            qty, value = folded(qty, value, pack.booked())
        self._tail_qty, self._tail_value = qty, value
        self._stale_from = -1

    # --------------------------------------------------------------------------------------------------------- restarts

    def content(self) -> OpenValueContent:
        """Everything that does not follow from the rest, as plain values."""
        packs = [(pack.first_seq, pack.text) for pack in self._packs]
        return self.opening_qty, self.opening_value, packs, _packed(self._recent)

    def restore(self, content: OpenValueContent) -> None:
        """From a snapshot: what `content` was."""
        self.opening_qty, self.opening_value, packs, recent = content
        self._packs = [Pack(first_seq, ZERO, ZERO, text) for first_seq, text in packs]
        self._recent = _unpacked(recent)
        self._stale(0)


def _first_seq(pack: Pack) -> int:
    return pack.first_seq
