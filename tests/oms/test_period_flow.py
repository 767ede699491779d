"""Sums and moves over a period against what one gets by keeping everything: never less, and at most a tenth too old."""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.period_flow import NS_PER_S, PARTS, PriceWindow, Window
from oms.results import Marks

PERIOD_S = 60
PERIOD_NS = PERIOD_S * NS_PER_S
PART_NS = PERIOD_NS // PARTS
START_NS = 1_700_000_000 * NS_PER_S
GAPS = st.integers(0, 12).map(lambda s: s * NS_PER_S) | st.integers(0, 12 * NS_PER_S) | st.integers(0, 100 * NS_PER_S)
ZERO = Decimal(0)


def times(gaps: list[int]) -> list[int]:
    return list(accumulate(gaps, initial=START_NS))[1:]


@settings(max_examples=400)
@given(st.lists(st.tuples(GAPS, st.integers(0, 9)), min_size=8, max_size=40), GAPS)
def test_sums(steps: list[tuple[int, int]], rest: int) -> None:
    window, seen = Window(PART_NS), list[tuple[int, int]]()
    moments = times([gap for gap, _ in steps])
    for at_ns, (_, qty) in zip(moments, steps, strict=True):
        window.add(PART_NS, at_ns, 1, Decimal(qty), Decimal(qty * 10))
        seen.append((at_ns, qty))
    now_ns = (moments[-1] if moments else START_NS) + rest
    messages, total, value = window.used(now_ns)

    def since(length_ns: int) -> list[int]:
        return [qty for at_ns, qty in seen if at_ns > now_ns - length_ns]

    assert len(since(PERIOD_NS)) <= messages <= len(since(PERIOD_NS + PART_NS))
    assert sum(since(PERIOD_NS)) <= total <= sum(since(PERIOD_NS + PART_NS))
    assert value == total * 10
    assert len(window.sums) <= PARTS + 1


@given(st.lists(st.tuples(GAPS, st.integers(0, 9)), min_size=1, max_size=30), st.integers(1, 3600))
def test_another_period_forgets_nothing_of_the_last_one(steps: list[tuple[int, int]], period_s: int) -> None:
    window = Window(PART_NS)
    moments = times([gap for gap, _ in steps])
    for at_ns, (_, qty) in zip(moments, steps, strict=True):
        window.add(PART_NS, at_ns, 1, Decimal(qty), ZERO)
    now_ns = moments[-1]
    _, before, _ = window.used(now_ns)
    window.add(period_s * NS_PER_S // PARTS, now_ns, 1, Decimal(1), ZERO)
    _, after, _ = window.used(now_ns)
    assert after >= before + 1


PRICES = st.integers(50, 150)


@settings(max_examples=400)
@given(st.lists(st.tuples(GAPS, PRICES), min_size=8, max_size=40), GAPS)
def test_moves(steps: list[tuple[int, int]], rest: int) -> None:
    window, seen = PriceWindow(PART_NS), list[tuple[int, int]]()
    moments = times([gap for gap, _ in steps])
    for at_ns, (_, price) in zip(moments, steps, strict=True):
        window.add(PART_NS, at_ns, Decimal(price))
        seen.append((at_ns, price))
    now_ns = moments[-1] + rest
    last = seen[-1][1]

    def furthest(length_ns: int) -> float:
        """Of all prices that stood at some moment of the period."""
        stood = [price for at_ns, price in seen if at_ns > now_ns - length_ns]
        before = [price for at_ns, price in seen if at_ns <= now_ns - length_ns]
        prices = [*before[-1:], *stood]
        return max(*((last - low) / low for low in prices), *((high - last) / high for high in prices))

    move = float(window.move(now_ns))
    assert furthest(PERIOD_NS) - 1e-9 <= move <= furthest(PERIOD_NS + 2 * PART_NS) + 1e-9
    assert len(window.prices) <= PARTS + 2


@settings(max_examples=400)
@given(st.lists(st.tuples(GAPS, st.integers(-100, 100)), min_size=8, max_size=40), GAPS)
def test_losses(steps: list[tuple[int, int]], rest: int) -> None:
    marks, seen = Marks(ZERO, PART_NS), [(START_NS, 0)]
    marks.mark(ZERO, PART_NS, START_NS)
    moments = times([gap for gap, _ in steps])
    for at_ns, (_, result) in zip(moments, steps, strict=True):
        marks.mark(Decimal(result), PART_NS, at_ns)
        seen.append((at_ns, result))
    now_ns, result = moments[-1] + rest, seen[-1][1]

    def lost(length_ns: int) -> int:
        stood = [was for at_ns, was in seen if at_ns > now_ns - length_ns]
        before = [was for at_ns, was in seen if at_ns <= now_ns - length_ns]
        return max(*before[-1:], *stood, result, result) - result

    assert lost(PERIOD_NS) <= marks.lost_in_period(Decimal(result), now_ns) <= lost(PERIOD_NS + 2 * PART_NS)
    assert marks.drawdown(Decimal(result)) == max(was for _, was in seen) - result
    assert marks.lost_today(Decimal(result)) == -result
    assert len(marks.best) <= PARTS + 2
