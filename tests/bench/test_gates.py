"""No gate's work grows with the book: counted, not timed. And the table of their costs keeps up with the gates."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, NoReturn

import pytest

from bench.gates import PIPELINE, QUICK_LOOK, Book, costs, fold_us
from oms.risk.gate import Gate
from oms.risk.pipeline import GATES, refusals
from oms.risk.within_slices import within_slices


def steps(ask: Callable[..., object], book: Book, number: int) -> int:
    """Lines and calls, of Python or of C, that one question takes."""
    request, blotter, at = book.request(number), book.blotter, book.at
    ask(request, blotter, at)  # what is remembered from the first time on is remembered now
    count = 0

    def line(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        nonlocal count
        count += 1
        return line

    def call(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "c_call"

    sys.setprofile(call)
    sys.settrace(line)
    try:
        ask(request, blotter, at)
    finally:
        sys.settrace(None)
        sys.setprofile(None)
    return count


class NotToBeWalked(dict[Any, Any]):
    """Look-ups only: what C code does in one call would not be counted."""

    def _never(self, *_: object) -> NoReturn:
        raise AssertionError("a gate walks over all there are")

    __iter__ = keys = values = items = copy = _never


@pytest.fixture(scope="module")
def small() -> Book:
    return Book(40, 20)


@pytest.fixture(scope="module")
def large() -> Book:
    """Twenty times the open orders, and of rows, accounts and instruments as many."""
    return Book(800, 400)


@pytest.fixture(autouse=True)
def untraced() -> Iterator[None]:
    """What measures coverage goes on afterwards."""
    trace, profile = sys.gettrace(), sys.getprofile()
    yield
    sys.settrace(trace)
    sys.setprofile(profile)


@pytest.mark.parametrize("number", [0, 1], ids=["buy", "sell"])
@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.__name__)
def test_a_gate_takes_as_many_steps_on_a_large_book(gate: Gate, number: int, small: Book, large: Book) -> None:
    """Both orders have rows of their own in both books."""
    assert steps(gate, large, number) == steps(gate, small, number)


def test_the_pipeline_walks_over_nothing(small: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book(40, 20)
    blotter = book.blotter
    request = book.request(3)
    for name in ("orders", "open_orders", "instruments", "clients", "groups"):
        monkeypatch.setattr(blotter, name, NotToBeWalked(getattr(blotter, name)))
    monkeypatch.setattr(blotter.exposures, "reservations", NotToBeWalked(blotter.exposures.reservations))
    monkeypatch.setattr(blotter.exposures, "cells", NotToBeWalked(blotter.exposures.cells))
    assert refusals(request, blotter, book.at) == []


@pytest.mark.parametrize("number", [0, 1], ids=["buy", "sell"])
def test_the_quick_look_takes_as_many_steps_on_a_large_book(number: int, small: Book, large: Book) -> None:
    assert within_slices(large.request(number), large.blotter, large.at)
    assert steps(within_slices, large, number) == steps(within_slices, small, number)
    assert steps(refusals, large, number) == steps(refusals, small, number)


def test_a_gate_that_walks_would_be_seen(small: Book, large: Book) -> None:
    def walks(request: object, blotter: Any, at: object) -> None:
        for order in blotter.open_orders.values():
            assert order

    assert steps(walks, large, 0) > steps(walks, small, 0)


def test_the_table_has_every_gate_and_the_whole(small: Book) -> None:
    found = costs(small, 100, 1)
    names = [gate.__name__ for gate in GATES]
    names.insert(names.index("credit") + 1, QUICK_LOOK)
    assert [cost.name for cost in found] == [*names, PIPELINE]
    assert found[-1].us > 0
    assert fold_us(Book(40, 20), 10, 1) > 0
