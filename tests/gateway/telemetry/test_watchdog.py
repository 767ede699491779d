"""A turn that holds up everybody is told of, with what was in it, and not more often than a person can read."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.inbox import BytesReceived, Tick
from gateway.instant import NS_PER_S
from gateway.telemetry.watchdog import ALARM_MS, NS_PER_MS, STALL_MS, Watchdog


class Notes:
    def __init__(self) -> None:
        self.noted: list[tuple[str, str, Mapping[str, object]]] = []

    def note(self, level: str, session: str, event: str, details: Mapping[str, object]) -> None:
        self.noted.append((level, event, details))


def test_a_turn_of_ordinary_length_is_nothing() -> None:
    notes = Notes()
    Watchdog(notes.note).turned(0, 0, (STALL_MS - 1) * NS_PER_MS, [Tick()])
    assert not notes.noted


def test_a_long_turn_and_a_late_one_are_told_with_their_figures() -> None:
    notes = Notes()
    watchdog = Watchdog(notes.note)
    watchdog.turned(0, 2 * NS_PER_MS, (STALL_MS + 2) * NS_PER_MS, [BytesReceived(1, b"abc"), Tick()])
    watchdog.turned(5 * NS_PER_S, 5 * NS_PER_S + ALARM_MS * NS_PER_MS, 7 * NS_PER_S, [Tick()])
    figures = {"waited_ms": 2, "took_ms": STALL_MS, "inputs": 2, "bytes": 3, "untold": 0}
    assert notes.noted[0] == ("warning", "turn_took_long", figures)
    assert notes.noted[1][0] == "error"
    assert notes.noted[1][2]["waited_ms"] == ALARM_MS


def test_one_line_a_second_and_the_rest_is_counted() -> None:
    notes = Notes()
    watchdog = Watchdog(notes.note)
    for turn in range(21):
        began = turn * STALL_MS * NS_PER_MS
        watchdog.turned(began, began, began + STALL_MS * NS_PER_MS, [])
    assert [details["untold"] for _, _, details in notes.noted] == [0, 9, 9]
