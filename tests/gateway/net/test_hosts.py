"""Whom an initiator calls next, and how soon."""

from __future__ import annotations

import pytest

from gateway.net.hosts import Calling, Host, HostChoice

A, B, C = Host("a", 1), Host("b", 2), Host("c", 3)


def calls(choice: HostChoice, verdicts: str, step_s: float = 1.0) -> str:
    """The names called, for calls that succeed (+) or fail (-), one each `step_s`."""
    called = ""
    for number, verdict in enumerate(verdicts):
        called += choice.next(number * step_s).name
        if verdict == "+":
            choice.succeeded()
        else:
            choice.failed()
    return called


@pytest.mark.parametrize(
    ("by_priority", "verdicts", "step_s", "called"),
    [
        (False, "-------", 1, "abcabca"),
        (False, "+++-+", 1, "abcab"),
        (True, "++++", 1, "aaaa"),
        (True, "-------", 1, "abcabca"),
        (True, "--+-+", 1, "abcab"),
        (True, "-----", 50, "abcab"),  # 120 s after the first call of a it is a's turn again
        (True, "----", 130, "aaaa"),
    ],
)
def test_the_order_of_calls(by_priority: bool, verdicts: str, step_s: float, called: str) -> None:
    choice = HostChoice(Calling((A, B, C), 30, by_priority, 120))
    assert calls(choice, verdicts, step_s) == called


def test_the_pause_grows_when_all_have_failed_and_not_for_ever() -> None:
    choice = HostChoice(Calling((A, B), 30))
    pauses = []
    for _ in range(10):
        choice.next(0)
        choice.failed()
        pauses.append(choice.pause_s(0.5))
    assert pauses == [30, 30, 30, 60, 60, 120, 120, 120, 120, 120]
    choice.succeeded()
    assert choice.pause_s(0.5) == 30


def test_chance_moves_a_pause_by_a_tenth_at_most() -> None:
    choice = HostChoice(Calling((A,), 30))
    assert [round(choice.pause_s(chance), 6) for chance in (0, 0.5, 1)] == [27, 30, 33]


def test_other_addresses_count_from_the_next_call_on() -> None:
    choice = HostChoice(Calling((A, B), 30))
    assert calls(choice, "-") == "a"
    choice.use(Calling((C, A), 5))
    assert calls(choice, "--") == "ca"
    choice.use(Calling((C, A), 7))
    assert calls(choice, "-") == "c"
    assert HostChoice(Calling((A,), 7)).pause_s(0.5) == 7
